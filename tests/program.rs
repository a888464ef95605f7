//! The program itself: it starts, says how to begin, stops politely, and is plain about what it cannot do.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

fn sofia(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sofia"));
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder)
        .arg("--scenarios")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples/scenarios"));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Reads what the program prints until it has said everything.
fn greeting(child: &mut Child) -> String {
    let mut text = String::new();
    for line in BufReader::new(child.stdout.as_mut().unwrap()).lines() {
        let line = line.unwrap();
        text.push_str(&line);
        text.push('\n');
        if line.contains("Scenari:") || line.contains("Scenarios:") {
            break;
        }
    }
    text
}

fn ask_to_stop(child: &Child) {
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn it_starts_greets_and_stops() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = sofia(folder.path()).spawn().unwrap();
    let text = greeting(&mut child);
    assert!(text.contains("/signin#") && text.contains("Per provare da soli") && text.contains('█'), "{text}");

    let second = sofia(folder.path()).output().unwrap();
    let why = String::from_utf8(second.stderr).unwrap();
    assert!(!second.status.success() && why.contains("sta già usando la cartella") && why.contains("--data"), "{why}");

    ask_to_stop(&child);
    assert!(child.wait().unwrap().success());
    let mut rest = String::new();
    child.stderr.take().unwrap().read_to_string(&mut rest).unwrap();
    assert!(rest.contains("tutto è salvato"), "{rest}");
}

#[test]
fn a_busy_port_is_one_sentence_with_a_way_out() {
    let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let at = held.local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let out = Command::new(env!("CARGO_BIN_EXE_sofia"))
        .args(["--listen", &at.to_string(), "--lang", "en", "--data"])
        .arg(folder.path())
        .output()
        .unwrap();
    let why = String::from_utf8(out.stderr).unwrap();
    assert!(!out.status.success());
    assert_eq!(
        why.trim(),
        format!("sofia: Port {} is already in use: try  sofia serve --listen 127.0.0.1:{}", at.port(), at.port() + 1)
    );
}

#[test]
fn a_folder_that_cannot_be_used_is_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let out = sofia(&file).output().unwrap();
    let why = String::from_utf8(out.stderr).unwrap();
    assert!(!out.status.success() && why.contains("--data") && why.trim().lines().count() == 1, "{why}");
}

#[test]
fn check_says_when_there_is_nothing_to_check() {
    let folder = tempfile::tempdir().unwrap();
    let out = Command::new(env!("CARGO_BIN_EXE_sofia")).arg("check").arg(folder.path()).output().unwrap();
    assert!(!out.status.success() && String::from_utf8(out.stderr).unwrap().contains("scenario.toml"));
}
