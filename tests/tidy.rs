//! Order in the house: who may know whom, what is absent where, and that the shipped scenarios are whole.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// Every file with one of the endings, with its text; tests inside a Rust file are left out.
fn sources(under: &str, endings: &[&str]) -> Vec<(PathBuf, String)> {
    let mut out = Vec::new();
    let mut folders = vec![Path::new(HERE).join(under)];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(&folder).unwrap().flatten().map(|e| e.path()) {
            if path.is_dir() && !path.ends_with("node_modules") {
                folders.push(path);
            } else if path.is_file() && endings.iter().any(|e| path.to_string_lossy().ends_with(e)) {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
                out.push((path.strip_prefix(HERE).unwrap().to_owned(), code));
            }
        }
    }
    assert!(!out.is_empty(), "{under}: nothing to look at");
    out.sort();
    out
}

/// `sofia load` is a client of the server and measures real time: the doors' rules are not for it.
fn is_load(path: &Path) -> bool {
    path.starts_with("server/src/cli/load") || path.ends_with("cli/load.rs")
}

/// Lines without comments.
fn code_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|l| !l.trim_start().starts_with("//"))
}

/// Rooms named after `crate::`, also inside braces.
fn rooms_used(text: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let word = |s: &str| s.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    for line in code_lines(text) {
        for (_, rest) in line.match_indices("crate::").map(|(at, m)| (at, &line[at + m.len()..])) {
            match rest.strip_prefix('{') {
                None => _ = used.insert(word(rest)),
                Some(inside) => {
                    let inside = inside.split_once('}').map_or(inside, |(i, _)| i);
                    used.extend(inside.split(',').map(|part| word(part.trim())));
                }
            }
        }
    }
    used
}

/// The arrows of the house. What every room may use stands in `ANYWHERE`; `cli` may use all.
const ANYWHERE: &[&str] = &["limits", "secret", "trouble", "clock"];
const ARROWS: &[(&str, &[&str])] = &[
    ("journal", &["journal"]),
    ("people", &["people"]),
    ("wire", &["wire"]),
    ("scenario_files", &["session"]),
    ("session", &["session", "journal", "people", "wire", "scenario_files"]),
    ("script", &["journal"]),
    ("export", &["journal", "people", "session"]),
    ("net", &["net", "session", "wire", "people", "journal", "export", "scenario_files"]),
    ("clock", &[]),
    ("secret", &[]),
    ("limits", &[]),
    ("trouble", &[]),
    ("config", &[]),
    ("cli", &["cli", "config", "export", "journal", "net", "people", "scenario_files", "script", "session"]),
];

#[test]
fn rooms_know_only_whom_they_may() {
    let arrows: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    for (path, text) in sources("server/src", &[".rs"]) {
        let inside = path.strip_prefix("server/src").unwrap();
        let room = inside.iter().next().unwrap().to_string_lossy().trim_end_matches(".rs").to_owned();
        if matches!(room.as_str(), "lib" | "main") {
            continue;
        }
        let may = arrows.get(room.as_str()).unwrap_or_else(|| panic!("{room} is a new room: give it its arrows"));
        for used in rooms_used(&text) {
            assert!(may.contains(&used.as_str()) || ANYWHERE.contains(&used.as_str()), "{}: {room} may not know {used}", path.display());
        }
    }
}

#[test]
fn only_the_doors_know_http() {
    for (path, text) in sources("server/src", &[".rs"]) {
        let doors = path.starts_with("server/src/net") || is_load(&path);
        for foreign in ["axum::", "tungstenite", "hyper::", "tower_http"] {
            // The shared text of a frame is the one type that sessions and sockets have in common.
            let known = |l: &str| l.contains("Utf8Bytes as Text");
            assert!(doors || code_lines(&text).all(|l| known(l) || !l.contains(foreign)), "{}: {foreign}", path.display());
        }
    }
    for (path, text) in sources("client/src/ui", &[".svelte", ".ts"]) {
        for foreign in ["socket", "session.svelte"] {
            let imports = text.lines().any(|l| l.contains("import ") && !l.contains("import type") && l.contains(foreign));
            assert!(!imports, "{}: a component knows {foreign}", path.display());
        }
    }
}

#[test]
fn the_engine_is_pure() {
    for (path, text) in sources("server/engine/src", &[".rs"]) {
        for line in code_lines(&text) {
            for absent in ["HashMap", "HashSet", "std::time", "Instant::", "SystemTime", "std::fs", "std::net", "std::env", "std::thread", "rand::"] {
                assert!(!line.contains(absent), "{}: {absent}: {line}", path.display());
            }
            for absent in ["async fn", "println!", "tracing::", "unsafe ", "thread_local!", "static mut"] {
                assert!(!line.contains(absent), "{}: {absent}: {line}", path.display());
            }
        }
    }
}

/// Only one file asks the machine for the time, and only one for chance.
#[test]
fn time_and_chance_have_one_door_each() {
    for (path, text) in sources("server/src", &[".rs"]) {
        for line in code_lines(&text) {
            let clock = path.ends_with("clock.rs") || is_load(&path);
            assert!(clock || !line.contains("SystemTime::now"), "{}: {line}", path.display());
            // A connection's silence is the network's time, not the session's.
            assert!(clock || path.starts_with("server/src/net") || !line.contains("Instant::now"), "{}: {line}", path.display());
            assert!(path.ends_with("secret.rs") || !line.contains("getrandom::"), "{}: {line}", path.display());
        }
    }
}

/// Bounds stand in one file; what stays beside its code is no bound.
const NO_BOUNDS: &[&str] = &["FORMAT", "PART_COUNT", "LINKED_SINCE", "WIDE", "NAMES", "ROW"];

#[test]
fn limits_stand_in_one_file() {
    for (path, text) in sources("server/src", &[".rs"]) {
        if path.ends_with("limits.rs") || is_load(&path) {
            continue;
        }
        for line in code_lines(&text) {
            let Some(rest) = line.trim_start().trim_start_matches("pub ").strip_prefix("const ") else { continue };
            let Some((name, kind)) = rest.split_once(": ") else { continue };
            let number = ["usize", "u32", "u64", "i64", "f64", "Duration"].iter().any(|t| kind.starts_with(t));
            assert!(!number || NO_BOUNDS.contains(&name), "{}: {name} belongs in limits.rs", path.display());
        }
    }
}

/// The folders of the shipped scenarios.
pub fn shipped() -> Vec<PathBuf> {
    let found = sofia::scenario_files::scenario_folders(&Path::new(HERE).join("scenarios"));
    assert!(found.len() >= 3, "{found:?}");
    found
}

#[test]
fn no_game_is_in_the_code() {
    let mut names = BTreeSet::new();
    for folder in shipped() {
        let mut titles = Vec::new();
        for lang in ["it.md", "en.md"] {
            let words = std::fs::read_to_string(folder.join(lang)).unwrap();
            titles.extend(words.lines().find_map(|l| l.strip_prefix("# ")).map(|t| t.trim().to_owned()));
        }
        titles.push(folder.file_name().unwrap().to_string_lossy().into_owned());
        // A name of one word is also a word like others.
        names.extend(titles.into_iter().map(|t| if t.contains([' ', '-']) { t } else { format!("\"{t}\"") }));
        // Ids of phases, moves and roles, as they would stand in a program: in quotes. Short ones are words like others.
        let trunk = std::fs::read_to_string(folder.join("scenario.toml")).unwrap();
        let headers =
            trunk.lines().filter_map(|l| l.strip_prefix('[')?.strip_suffix(']')).filter(|h| h.starts_with("phase.") || h.starts_with("role."));
        names.extend(headers.filter_map(|h| h.rsplit_once('.')).map(|(_, id)| format!("\"{id}\"")).filter(|id| id.len() > 10));
    }
    let rust = ["server/src", "server/engine/src"].map(|under| sources(under, &[".rs"]));
    let client = sources("client/src", &[".ts", ".svelte"]);
    for (path, text) in rust.iter().flatten().chain(&client) {
        for name in &names {
            assert!(!text.contains(name.as_str()), "{}: {name} is a game's", path.display());
        }
    }
}

#[test]
fn shipped_scenarios_pass_the_check() {
    for folder in shipped() {
        let files = sofia::scenario_files::read_folder(&folder).unwrap();
        let loaded = sofia_engine::scenario::load_and_prove(&files);
        let said: Vec<String> = loaded.diagnostics.iter().map(|d| format!("{}:{} {} {}", d.file, d.line, d.code, d.it)).collect();
        assert!(loaded.scenario.is_some() && said.is_empty(), "{}: {said:#?}", folder.display());
        assert!(loaded.scenario.unwrap().langs.len() >= 2, "{}: in one language only", folder.display());
    }
}
