//! The language, construct by construct: each row of `language.toml` is a tiny scenario and a play that proves it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use sofia_engine::Files;
use sofia_engine::scenario::{diagnostic, load_and_prove, sentences};

use crate::common::tiny_files_with;

#[derive(Deserialize)]
struct Table {
    row: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    scenario: String,
    #[serde(default)]
    words: String,
    /// More files of the folder.
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// People at each table.
    seats: Vec<Vec<String>>,
    /// More lines of the play's head: roles, teams.
    #[serde(default)]
    head: String,
    script: String,
}

fn rows() -> Vec<Row> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/language.toml")).unwrap();
    toml::from_str::<Table>(&text).unwrap().row
}

fn folder(row: &Row, scenario: &str) -> Files {
    let more = row.files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes()));
    tiny_files_with(scenario, &row.words, more.collect())
}

/// Each row's scenario after a phase that waits for the desk, so that nothing of it happens while the play begins.
pub fn after_a_wait() -> Vec<(String, Files)> {
    let waiting = |row: &Row| {
        let flow = row.scenario.replacen("flow = '''\n", "flow = '''\nattesa\n", 1).replacen("flow = \"", "flow = \"attesa, ", 1);
        format!("{flow}\n[phase.attesa]\nends = \"desk\"\n")
    };
    rows().iter().map(|row| (row.name.clone(), folder(row, &waiting(row)))).collect()
}

#[test]
fn every_construct_does_what_its_row_says() {
    let only = std::env::var("ROW").unwrap_or_default();
    let mut wrong = String::new();
    for row in rows().iter().filter(|r| r.name.contains(&only)) {
        let mut files = folder(row, &row.scenario);
        let play = format!("title = \"prova\"\nseats = {:?}\n{}\nscript = '''\n{}'''\n", row.seats, row.head, row.script);
        files.insert("plays/prova.toml".into(), play.into_bytes());
        let found = load_and_prove(&files).diagnostics;
        // A tiny scenario may leave words unused; anything else is a fault.
        let said: String = found.iter().filter(|d| !d.code.starts_with('W')).map(|d| diagnostic::render(d, sentences::Lang::En)).collect();
        if !said.is_empty() {
            wrong += &format!("{}\n{said}\n", row.name);
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
