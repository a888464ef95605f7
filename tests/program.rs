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
    let out =
        Command::new(env!("CARGO_BIN_EXE_sofia")).args(["--listen", &at.to_string(), "--lang", "en", "--data"]).arg(folder.path()).output().unwrap();
    let why = String::from_utf8(out.stderr).unwrap();
    assert!(!out.status.success());
    assert_eq!(why.trim(), format!("sofia: Port {} is already in use: try  sofia serve --listen 127.0.0.1:{}", at.port(), at.port() + 1));
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

/// An exported file proves itself, and so does the data folder; one changed sign shows.
#[test]
fn who_stops_reading_ends_no_command_badly() {
    let scenarios = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples/scenarios");
    for args in [vec!["check", scenarios], vec!["schema"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sofia")).args(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args:?}");
    }
}

#[test]
fn a_record_is_exported_and_verified() {
    use sofia::journal::sqlite::{Options, Sqlite};
    use sofia::journal::{Answer, Journal};
    let folder = tempfile::tempdir().unwrap();
    let session = uuid::Uuid::from_u128(0xABCD);
    let journal = Sqlite::open(folder.path(), Options::default()).unwrap();
    let mut prev = [0; 32];
    for seq in 1..=5 {
        let sealed = crate::journal::commit(session, seq, &prev, "riga");
        prev = sealed.hash;
        assert_eq!(journal.append(session, seq - 1, sealed).blocking_recv().unwrap(), Answer::Committed);
    }
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sofia"));
        let out = command.args(args).env("SOFIA_DATA", folder.path()).output().unwrap();
        (out.status.success(), out.stdout, String::from_utf8(out.stderr).unwrap())
    };
    let id = session.to_string();
    let mark = sofia::journal::fingerprint(&prev);
    let (ok, said, _) = run(&["verify", &id]);
    assert!(ok && String::from_utf8(said).unwrap().contains(&mark));
    let (ok, mut lines, _) = run(&["export", &id]);
    let file = folder.path().join("esportato.jsonl");
    std::fs::write(&file, &lines).unwrap();
    assert!(ok && run(&["verify", file.to_str().unwrap()]).0);
    let at = lines.windows(4).position(|w| w == b"riga").unwrap();
    lines[at] = b'p';
    std::fs::write(&file, &lines).unwrap();
    let (ok, said, _) = run(&["verify", file.to_str().unwrap(), "--lang", "en"]);
    assert!(!ok && String::from_utf8(said).unwrap().contains("from commit 2"), "the commit after the changed one no longer follows");
    let (ok, _, why) = run(&["verify", "ffff"]);
    assert!(!ok && why.contains("Nessuna sessione"), "{why}");
    let (ok, table, _) = run(&["export", &id, "--format", "csv"]);
    assert!(ok && String::from_utf8(table).unwrap().lines().count() == 6);
}

#[test]
fn accounts_are_made_listed_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sofia"));
        let out = command.arg("account").args(args).env("SOFIA_DATA", folder.path()).output().unwrap();
        (out.status.success(), String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap())
    };
    let (ok, said, why) = run(&["add", "Vera", "--role", "supervisor"]);
    assert!(ok, "{why}");
    let key = said.trim().rsplit_once("/signin#").expect("a link").1.to_owned();
    let (ok, _, why) = run(&["add", "vera", "--role", "designer", "--lang", "en"]);
    assert!(!ok && why.contains("already"), "{why}");
    assert!(!run(&["add", "Zoe", "--role", "king"]).0 && !run(&["add", "Zoe"]).0);
    assert_eq!(run(&["list"]).1.trim(), "Vera: supervisor  (link da usare)");
    let renewed = run(&["link", "VERA"]).1.trim().rsplit_once('#').unwrap().1.to_owned();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let people = sofia::people::People::open(folder.path()).unwrap();
    let take = |key: &str| runtime.block_on(people.first_account(key, "Vera".into(), "una frase lunga".into())).unwrap();
    assert!(take(&key).is_none(), "the earlier link died");
    assert_eq!(take(&renewed).unwrap().roles, ["supervisor"]);
    assert!(take(&renewed).is_none(), "it works once");
    assert!(runtime.block_on(people.check_password("vera".into(), "una frase lunga".into())).unwrap().is_some());
    assert_eq!(run(&["list"]).1.trim(), "Vera: supervisor");
    assert!(run(&["remove", "Vera"]).0 && run(&["list"]).1.is_empty());
    let (ok, _, why) = run(&["remove", "Vera"]);
    assert!(!ok && why.contains("account list"), "{why}");
}

fn simulate(args: &[&str]) -> std::process::Output {
    let tris = concat!(env!("CARGO_MANIFEST_DIR"), "/server/engine/tests/scenarios/tris");
    Command::new(env!("CARGO_BIN_EXE_sofia")).args(["simulate", tris, "--sessions", "100"]).args(args).output().unwrap()
}

#[test]
fn a_simulation_says_the_same_with_any_number_of_threads() {
    let one = simulate(&["--json", "--threads", "1"]);
    let three = simulate(&["--json", "--threads", "3"]);
    assert!(one.status.success() && one.stdout == three.stdout);
    let told: serde_json::Value = serde_json::from_slice(&one.stdout).unwrap();
    assert_eq!(told["sizes"][0]["sessions"], 100);
}

#[test]
fn the_page_of_a_simulation_fetches_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    for (lang, word) in [("it", "Come finisce"), ("en", "How it ends")] {
        assert!(simulate(&["--html", file.to_str().unwrap(), "--lang", lang]).status.success());
        let page = std::fs::read_to_string(&file).unwrap();
        assert!(page.contains(word) && page.contains("<svg") && page.contains("prefers-color-scheme:dark"), "{page}");
        assert!(!page.contains("http") && !page.contains("src=") && !page.contains("<script"), "{page}");
    }
}

/// Given a twin whose phase never ends: the fault is told with the one command that repeats it, and that command finds it.
#[test]
fn a_fault_of_a_simulation_can_be_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let tris = Path::new(env!("CARGO_MANIFEST_DIR")).join("server/engine/tests/scenarios/tris");
    for name in ["scenario.toml", "it.md", "linee.csv"] {
        std::fs::copy(tris.join(name), folder.path().join(name)).unwrap();
    }
    let toml = std::fs::read_to_string(folder.path().join("scenario.toml")).unwrap();
    let broken = toml.replace("ends = \"all done\"\nlimit = \"none\"", "ends = \"when giro is 0\"");
    assert_ne!(toml, broken);
    std::fs::write(folder.path().join("scenario.toml"), broken).unwrap();
    let sofia = |args: &[&str]| Command::new(env!("CARGO_BIN_EXE_sofia")).args(args).output().unwrap();
    let out = sofia(&["simulate", folder.path().to_str().unwrap(), "--sessions", "50", "--lang", "en"]);
    let told = String::from_utf8(out.stdout).unwrap();
    let command = told.lines().find_map(|l| l.trim().strip_prefix("→ sofia ")).unwrap_or_else(|| panic!("{told}"));
    assert!(!out.status.success());
    let again = sofia(&command.split(' ').chain(["--lang", "en"]).collect::<Vec<_>>());
    let shown = String::from_utf8(again.stdout).unwrap();
    assert!(!again.status.success() && shown.contains("stuck in mossa"), "{shown}");
}

#[test]
fn exploring_says_what_was_looked_at() {
    let tris = concat!(env!("CARGO_MANIFEST_DIR"), "/server/engine/tests/scenarios/tris");
    let sofia = |args: &[&str]| Command::new(env!("CARGO_BIN_EXE_sofia")).args(["explore", tris]).args(args).output().unwrap();
    let whole = sofia(&["--lang", "en"]);
    let told = String::from_utf8(whole.stdout).unwrap();
    assert!(whole.status.success() && told.contains("5478 states") && told.contains("Everything was looked at"), "{told}");
    let part = sofia(&["--states", "100", "--json"]);
    let told: serde_json::Value = serde_json::from_slice(&part.stdout).unwrap();
    assert!(part.status.success() && told["complete"] == false && told["found"]["left"].as_u64() > Some(0), "{told}");
}
