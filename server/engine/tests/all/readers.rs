//! The readers under ill treatment: bounds, codes, random damage.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use sofia_engine::Files;
use sofia_engine::scenario::{check, diagnostic, faults::Faults, limits, parse, sentences, tree::Tree};

fn base() -> Files {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/base");
    let paths = ["scenario.toml", "it.md", "ruoli.csv", "norme.csv", "plays/accettata.toml"];
    paths.iter().map(|path| ((*path).to_string(), fs::read(root.join(path)).unwrap())).collect()
}

fn read(files: &Files) -> (Tree, Vec<diagnostic::Diagnostic>) {
    let mut faults = Faults::default();
    let tree = parse::read(files, &mut faults);
    check::check(&tree, &mut faults);
    let diagnostics = faults.diagnostics(&tree.files);
    (tree, diagnostics)
}

fn codes(files: &Files) -> Vec<&'static str> {
    read(files).1.iter().map(|d| d.code).collect()
}

#[test]
fn every_bound_has_its_fault() {
    let long = "x".repeat(limits::TEXT_SIGNS + 1);
    for (path, bytes, code) in [
        ("fr.txt", vec![b'x'; limits::FILE_BYTES + 1], "S122"),
        ("it.md", vec![b'x'; limits::FILE_BYTES + 1], "S122"),
        ("img/a.png", vec![0; limits::FOLDER_BYTES], "S123"),
        ("norme.csv", format!("id;text;vale\nuno;{long};no\n").into_bytes(), "S125"),
        ("it.md", [base()["it.md"].clone(), format!("\n## text\n- lungo: {long}\n").into_bytes()].concat(), "S125"),
        ("plays/b.toml", format!("title = \"x\"\nseats = [[\"ada\"]]\nscript = \"{long}\"\n").into_bytes(), "S125"),
        ("scenario.toml", b"\xff\xfef\0o\0".to_vec(), "S126"),
    ] {
        let mut files = base();
        files.insert(path.into(), bytes);
        assert!(codes(&files).contains(&code), "{path} {code}: {:?}", codes(&files));
    }
    let mut files = base();
    files.extend((0..limits::FILES).map(|n| (format!("img/{n}.png"), Vec::new())));
    assert!(codes(&files).contains(&"S124"));
}

#[test]
fn every_code_in_the_source_is_in_the_catalogue() {
    fn walk(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let quoted = text.split('"').filter(|s| s.len() == 4 && s.starts_with(|c: char| "SNTFVBPXW".contains(c)));
                found.extend(quoted.filter(|s| s[1..].bytes().all(|b| b.is_ascii_digit())).map(str::to_string));
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 100);
    for code in found {
        assert!(sentences::find(&code).is_some(), "{code} has no sentence");
    }
}

#[test]
fn line_endings_and_order_marks_change_nothing() {
    let plain = read(&base()).0;
    let changed: Files = base()
        .into_iter()
        .map(|(path, bytes)| {
            let text = String::from_utf8(bytes).unwrap().replace('\n', "\r\n");
            (path, format!("\u{feff}{text}").into_bytes())
        })
        .collect();
    let (tree, faults) = read(&changed);
    assert!(faults.is_empty(), "{faults:#?}");
    let ids = |t: &Tree| t.nodes.iter().map(|n| format!("{} {}", n.kind, n.id)).collect::<Vec<_>>();
    assert_eq!(ids(&tree), ids(&plain));
    assert_eq!(tree.sheets[0].rows[0].cells[1].0, plain.sheets[0].rows[0].cells[1].0);
    assert_eq!(tree.words[0].sections.len(), plain.words[0].sections.len());
}

#[test]
fn repairing_twice_is_repairing_once() {
    let mut files = base();
    let trunk = String::from_utf8(files["scenario.toml"].clone()).unwrap();
    files.insert("scenario.toml".into(), trunk.replace("\"desk\"", "“desk”").replace("\nlimit", "\n\u{a0}limit").into_bytes());
    let words = String::from_utf8(files["it.md"].clone()).unwrap();
    files.insert("it.md".into(), words.replace("### move rimandare: Torni con il permesso", "").into_bytes());
    for repair in check::fix::fix(&files) {
        assert!(!repair.what.is_empty());
        files.insert(repair.path, repair.bytes);
    }
    assert!(check::fix::fix(&files).is_empty());
    assert_eq!(codes(&files), ["W812"], "only the words themselves are still to be written");
}

const SIGNS: [&str; 16] = ["\"", "'''", "'", "[", "]", "{", "=", "\n", "\r\n", "“", "\u{a0}", "#", ";", ":", "- ", "é"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, rng_seed: RngSeed::Fixed(7), failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is lost or put in anywhere: no panic, and every place lies in its file.
    #[test]
    fn damage_is_survived(file in 0usize..5, at in 0usize..4000, lost in 0usize..40, sign in 0usize..SIGNS.len()) {
        let mut files = base();
        let path = files.keys().nth(file).unwrap().clone();
        let mut signs: Vec<char> = String::from_utf8(files[&path].clone()).unwrap().chars().collect();
        let at = at % signs.len();
        let end = (at + lost).min(signs.len());
        signs.splice(at..end, SIGNS[sign].chars());
        files.insert(path, signs.into_iter().collect::<String>().into_bytes());
        let (tree, diagnostics) = read(&files);
        for d in &diagnostics {
            let source = tree.files.iter().find(|f| f.path == d.file).map_or("", |f| &f.text);
            prop_assert!(d.span.0 <= d.span.1 && d.span.1 as usize <= source.len(), "{d:?}");
            prop_assert!(diagnostic::render(d, sentences::Lang::En).contains(d.code));
        }
        for (content, at) in tree.nodes.iter().flat_map(|n| &n.keys).filter_map(|e| e.value.text()) {
            let source = &tree.files[usize::from(at.file)].text;
            let there = source.get(at.start as usize..at.end as usize);
            prop_assert!(there == Some(content) || there.is_some_and(|t| t.contains('\\')));
        }
        for repair in check::fix::fix(&files) {
            prop_assert!(files.get(&repair.path) != Some(&repair.bytes));
        }
    }
}
