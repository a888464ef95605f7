//! Small broken folders: each row of `broken.toml` is one edit of `base/`, and the faults it must give.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use sofia_engine::Files;
use sofia_engine::scenario::{diagnostic, load_and_prove, sentences};

use crate::common::{all_shipped, edit, shipped};

#[derive(Deserialize)]
pub struct Corpus {
    pub row: Vec<Row>,
}

/// Without `find`, `put` is the whole file; without `put` the file is removed. `from` is a file of the base to copy.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    name: String,
    pub file: String,
    from: Option<String>,
    pub find: Option<String>,
    pub put: Option<String>,
    /// Saved by an old program, one byte for each letter.
    #[serde(default)]
    latin1: bool,
    /// A second edit, where one file alone is not enough.
    and: Option<Edit>,
    /// `code file line`
    pub expect: Vec<String>,
    /// What is wrong in `put`, and the same as it is right; without it `find` is.
    pub mend: Option<[String; 2]>,
}

impl Row {
    /// What the author meant to write.
    pub fn right(&self) -> Option<String> {
        let mended = self.mend.as_ref().zip(self.put.as_ref());
        mended.map(|([wrong, right], put)| put.replace(wrong.as_str(), right)).or_else(|| self.find.clone())
    }
}

pub fn corpus() -> Corpus {
    toml::from_str(include_str!("../broken.toml")).unwrap()
}

#[derive(Deserialize)]
struct Edit {
    file: String,
    find: String,
    put: String,
}

fn base() -> Files {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/base");
    let paths = ["scenario.toml", "it.md", "ruoli.csv", "norme.csv", "plays/accettata.toml"];
    paths.iter().map(|path| ((*path).to_string(), fs::read(root.join(path)).unwrap())).collect()
}

pub fn broken(row: &Row) -> Files {
    edited(row, row.put.as_ref())
}

fn edited(row: &Row, put: Option<&String>) -> Files {
    let mut files = base();
    let Some(put) = put else {
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
    if let Some(edit) = &row.and {
        let text = String::from_utf8(files[&edit.file].clone()).unwrap();
        assert_eq!(text.matches(edit.find.as_str()).count(), 1, "{}: «{}» must stand once in {}", row.name, edit.find, edit.file);
        files.insert(edit.file.clone(), text.replace(edit.find.as_str(), &edit.put).into_bytes());
    }
    files
}

pub fn diagnostics(files: &Files) -> Vec<diagnostic::Diagnostic> {
    load_and_prove(files).diagnostics
}

#[test]
fn the_base_has_no_fault() {
    let found = diagnostics(&base());
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn every_broken_folder_gives_its_faults_and_no_others() {
    let rows = corpus();
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

/// The same line, right: nobody learns from a fault that was only taken away.
#[test]
fn what_is_mended_is_no_fault() {
    for row in corpus().row.iter().filter(|r| r.mend.is_some()) {
        let right = row.right();
        assert_ne!(right, row.put, "{}", row.name);
        let found = diagnostics(&edited(row, right.as_ref()));
        // Words that are missing are another matter.
        let told = |code: &str| !code.starts_with('X') && row.expect.iter().any(|e| e.starts_with(code));
        let again = found.iter().find(|d| told(d.code));
        assert!(again.is_none(), "{}: {again:#?}", row.name);
    }
}

/// One slip in a scenario full of rules is one fault: what follows from it alone is not told.
#[test]
fn a_slip_in_a_shipped_scenario_has_no_echoes() {
    let mut wrong = String::new();
    let mut tried = [0, 0];
    for slug in all_shipped() {
        let whole = String::from_utf8(shipped(&slug)["scenario.toml"].clone()).unwrap();
        for line in whole.lines() {
            let flow = line.trim_start().starts_with("repeat") && line.contains(" until ") && line.contains(" is ");
            let (kind, slip, code) = match line {
                l if l.starts_with("groups = ") => (0, String::new(), "N220"),
                l if flow => (1, l.replacen(" is ", " = ", 1), "T302"),
                _ => continue,
            };
            let mut files = shipped(&slug);
            edit(&mut files, "scenario.toml", |t| t.replacen(line, &slip, 1));
            let found = diagnostics(&files);
            tried[kind] += 1;
            // Each kind of group is a slip of its own.
            let many = if kind == 0 { line.matches('"').count() / 2 } else { 1 };
            if found.len() != many || found.iter().any(|d| d.code != code) {
                let told: String = found.iter().map(|d| diagnostic::render(d, sentences::Lang::It)).collect();
                wrong += &format!("{slug}: {line}\n{told}\n");
            }
        }
    }
    assert!(tried.iter().all(|n| *n > 0), "{tried:?}");
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Every code that the compiler, the rules and the plays can tell stands in a row of the corpus.
#[test]
fn every_code_of_the_compiler_has_a_row() {
    fn walk(at: &Path, found: &mut BTreeSet<String>) {
        if at.is_dir() {
            fs::read_dir(at).unwrap().for_each(|e| walk(&e.unwrap().path(), found));
            return;
        }
        let text = fs::read_to_string(at).unwrap();
        // Not those that are merely looked for.
        let told = text.split("add(").skip(1).filter_map(|s| s.trim_start().strip_prefix('"')?.get(..4).map(str::to_string));
        found.extend(told);
    }
    let mut codes = BTreeSet::new();
    for part in ["compile", "rules", "plays.rs", "mod.rs"] {
        walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/scenario").join(part), &mut codes);
    }
    assert!(codes.len() > 40, "{codes:?}");
    let rows = corpus();
    let told: BTreeSet<String> = rows.row.iter().flat_map(|r| &r.expect).map(|e| e[..4].to_string()).collect();
    let missing: Vec<&String> = codes.difference(&told).collect();
    assert!(missing.is_empty(), "no row tells {missing:?}");
}

/// What the checker says to paste is enough, pasted as it stands at the end of the file.
#[test]
fn words_to_paste_are_right_where_they_are_pasted() {
    let trunk = "format = 1\nlanguage = \"it\"\nflow = \"uno\"\n[people]\nseats = [2, 4]\ntables = [1, 1]\nabsent = \"pass\"\nlatecomers = \"join\"\n\
                 teams = [\"rossi\", \"blu\"]\nteams_by = \"rules\"\ndeal = \"rules\"\n[role]\nspia = { seen = \"table\" }\n\
                 [parameter]\ngiri = { value = 2 }\n[token]\nbiglietto = { look = \"document\" }\n\
                 [zone]\nfoglio = { of = \"table\", holds = \"biglietto\", kind = \"row\", seen = \"table\" }\n\
                 [variable]\npassi = { of = \"seat\", seen = \"table\", shown = \"number\" }\n\
                 [value]\nsomma = { of = \"table\", seen = \"table\", is = \"sum(passi for seats)\", shown = \"number\" }\n\
                 [phase.uno]\nends = \"desk\"\nwho = \"all\"\n[phase.uno.move.dico]\nmode = \"at once\"\nextra = true\n";
    let mut words = "# Prova\nUna prova.\n".to_string();
    let missing = |words: &str| {
        let files = Files::from([("scenario.toml".into(), trunk.as_bytes().to_vec()), ("it.md".into(), words.as_bytes().to_vec())]);
        diagnostics(&files).into_iter().filter(|d| d.code.starts_with('X')).map(|d| d.it).collect::<Vec<_>>()
    };
    let told = missing(&words);
    assert_eq!(told.len(), 10, "{told:#?}");
    for sentence in told {
        words += &format!("{}\n", sentence.rsplit('`').nth(1).unwrap());
    }
    assert_eq!(missing(&words), Vec::<String>::new(), "{words}");
}
