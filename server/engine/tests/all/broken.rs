//! Small broken folders: each row of `broken.toml` is one edit of `base/`, and the faults it must give.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use sofia_engine::Files;
use sofia_engine::scenario::{check, diagnostic, faults::Faults, parse, sentences};

#[derive(Deserialize)]
struct Corpus {
    row: Vec<Row>,
}

/// Without `find`, `put` is the whole file; without `put` the file is removed. `from` is a file of the base to copy.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    file: String,
    from: Option<String>,
    find: Option<String>,
    put: Option<String>,
    /// Saved by an old program, one byte for each letter.
    #[serde(default)]
    latin1: bool,
    /// `code file line`
    expect: Vec<String>,
}

fn base() -> Files {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/base");
    let paths = ["scenario.toml", "it.md", "ruoli.csv", "norme.csv", "plays/accettata.toml"];
    paths.iter().map(|path| ((*path).to_string(), fs::read(root.join(path)).unwrap())).collect()
}

fn broken(row: &Row) -> Files {
    let mut files = base();
    let Some(put) = &row.put else {
        files.remove(&row.file);
        return files;
    };
    let mut text = put.clone();
    if let Some(find) = &row.find {
        let before = String::from_utf8(files[row.from.as_ref().unwrap_or(&row.file)].clone()).unwrap();
        assert_eq!(before.matches(find.as_str()).count(), 1, "{}: «{find}» must stand once in {}", row.name, row.file);
        text = before.replace(find.as_str(), put);
    }
    let bytes = if row.latin1 { text.chars().map(|c| c as u32 as u8).collect() } else { text.into_bytes() };
    files.insert(row.file.clone(), bytes);
    files
}

fn diagnostics(files: &Files) -> Vec<diagnostic::Diagnostic> {
    let mut faults = Faults::default();
    let tree = parse::read(files, &mut faults);
    check::check(&tree, &mut faults);
    faults.diagnostics(&tree.files)
}

#[test]
fn the_base_has_no_fault() {
    let found = diagnostics(&base());
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn every_broken_folder_gives_its_faults_and_no_others() {
    let rows: Corpus = toml::from_str(include_str!("../broken.toml")).unwrap();
    let mut wrong = String::new();
    for row in &rows.row {
        let found = diagnostics(&broken(row));
        let places: Vec<String> = found.iter().map(|d| format!("{} {} {}", d.code, d.file, d.line)).collect();
        if places != row.expect {
            let shown: String = found.iter().map(|d| diagnostic::render(d, sentences::Lang::It)).collect();
            wrong += &format!("{}\n  expected {:?}\n  found    {places:?}\n{shown}\n", row.name, row.expect);
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
