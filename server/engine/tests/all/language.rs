//! The language, construct by construct: each row of `language.toml` is a tiny scenario and a play that proves it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
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

#[test]
fn every_construct_does_what_its_row_says() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/language.toml")).unwrap();
    let table: Table = toml::from_str(&text).unwrap();
    let only = std::env::var("ROW").unwrap_or_default();
    let mut wrong = String::new();
    for row in table.row.iter().filter(|r| r.name.contains(&only)) {
        let more = row.files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes()));
        let mut files = tiny_files_with(&row.scenario, &row.words, more.collect());
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
