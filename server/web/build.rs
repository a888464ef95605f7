//! Builds `client/` into `$OUT_DIR/dist`, without writing anything to the source tree.
//!
//! `SOFIA_WEB_DIST=/path` embeds a client built elsewhere. Otherwise Node ≥ 20.19 is needed; where it is
//! missing, a debug build embeds one page that says so, and a release build stops.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

/// What the client's build reads, relative to `client/`.
const SOURCES: [&str; 9] =
    ["src", "public", "tools", "index.html", "package.json", "package-lock.json", "vite.config.ts", "svelte.config.js", "tsconfig.json"];
const NODE: (u32, u32) = (20, 19);

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let client = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../client");
    let dist = out.join("dist");

    println!("cargo:rerun-if-env-changed=SOFIA_WEB_DIST");
    println!("cargo:rerun-if-env-changed=CI");
    println!("cargo:rerun-if-changed=build.rs");
    for source in SOURCES {
        println!("cargo:rerun-if-changed={}", client.join(source).display());
    }

    if let Some(given) = env::var_os("SOFIA_WEB_DIST") {
        let given = PathBuf::from(given);
        println!("cargo:rerun-if-changed={}", given.display());
        assert!(given.join("index.html").is_file(), "SOFIA_WEB_DIST={} has no index.html", given.display());
        replace(&given, &dist).expect("copying SOFIA_WEB_DIST");
        return;
    }

    let problem = match node() {
        Ok(()) => match build(&client, &out.join("client"), &dist) {
            Ok(()) => return,
            Err(problem) => problem,
        },
        Err(problem) => problem,
    };
    let release = env::var("PROFILE").is_ok_and(|p| p == "release");
    assert!(!release && env::var_os("CI").is_none(), "the browser client could not be built: {problem}");
    println!("cargo:warning=the browser client could not be built: {problem}");
    missing(&dist, &problem).expect("writing the page that stands in for the client");
}

/// `Ok` when a Node that can run the build is on the path.
fn node() -> Result<(), String> {
    let wanted = format!("Node {}.{} or newer is needed", NODE.0, NODE.1);
    let answer = Command::new("node").arg("--version").output().map_err(|_| format!("{wanted}, and none is on the PATH (or set SOFIA_WEB_DIST)"))?;
    let text = String::from_utf8_lossy(&answer.stdout);
    let mut parts = text.trim().trim_start_matches('v').split('.').map_while(|n| n.parse().ok());
    match (parts.next(), parts.next()) {
        (Some(major), Some(minor)) if (major, minor) >= NODE => Ok(()),
        _ => Err(format!("{wanted}, this one is {}", text.trim())),
    }
}

fn build(client: &Path, work: &Path, dist: &Path) -> Result<(), String> {
    let io = |what: &str| {
        let what = what.to_owned();
        move |e: io::Error| format!("{what}: {e}")
    };
    fs::create_dir_all(work).map_err(io("creating the work folder"))?;
    for source in SOURCES {
        replace(&client.join(source), &work.join(source)).map_err(io(source))?;
    }
    let lock = fs::read(work.join("package-lock.json")).map_err(io("package-lock.json"))?;
    let installed = work.join("node_modules/.sofia-lock");
    if fs::read(&installed).ok().as_deref() != Some(&lock[..]) {
        npm(work, &["ci", "--no-audit", "--no-fund", "--ignore-scripts"])?;
        fs::write(&installed, &lock).map_err(io("marking what is installed"))?;
    }
    npm(work, &["run", "build"])?;
    replace(&work.join("dist"), dist).map_err(io("taking the built client"))
}

fn npm(work: &Path, args: &[&str]) -> Result<(), String> {
    let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let done = Command::new(program).args(args).current_dir(work).output().map_err(|e| format!("npm {}: {e}", args.join(" ")))?;
    if done.status.success() {
        return Ok(());
    }
    let said = [done.stdout, done.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let said: Vec<&str> = said.lines().filter(|l| l.contains("rror") && l.len() > 12).take(8).collect();
    Err(format!("npm {} failed: {}", args.join(" "), said.join(" | ")))
}

/// Makes `to` the same as `from`; a file or a whole folder.
fn replace(from: &Path, to: &Path) -> io::Result<()> {
    if to.is_dir() {
        fs::remove_dir_all(to)?;
    }
    copy(from, to)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    fs::copy(from, to).map(|_| ())
}

/// One page that says what is missing.
fn missing(dist: &Path, problem: &str) -> io::Result<()> {
    if dist.is_dir() {
        fs::remove_dir_all(dist)?;
    }
    fs::create_dir_all(dist)?;
    let problem = problem.replace('&', "&amp;").replace('<', "&lt;");
    fs::write(
        dist.join("index.html"),
        format!(
            "<!doctype html><html lang=\"it\"><meta charset=\"utf-8\"><title>sofia</title>\
             <h1>Manca la parte per il browser</h1>\
             <p>Il server è partito senza i file delle schermate. Installa Node 20.19 o più nuovo e ricompila, \
             oppure indica con SOFIA_WEB_DIST una cartella già pronta.</p>\
             <p lang=\"en\">The server was built without its screens: install Node 20.19 or newer and build again, \
             or point SOFIA_WEB_DIST to a built client.</p><pre>{problem}</pre></html>"
        ),
    )
}
