//! `check --fix`: what can be repaired without asking anybody.

use super::words::{UNWRITTEN, heading_for};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::faults::Faults;
use crate::scenario::parse::{self, FileKind, quotes};
use crate::scenario::{Files, check, compile};

/// A file that is made, its headings, their lines.
const PASSES: usize = 3;

/// A file as it should be, and the faults that are gone from it.
pub struct Repair {
    pub path: String,
    pub bytes: Vec<u8>,
    pub what: Vec<Diagnostic>,
}

/// Straightens curly quotes and invisible blanks in TOML; adds the headings and lines that are missing among the words,
/// and their file where there is none.
#[must_use]
pub fn fix(files: &Files) -> Vec<Repair> {
    let mut repairs: Vec<Repair> = files.iter().filter_map(|(path, bytes)| straighten(path, bytes, files)).collect();
    let mut repaired = files.clone();
    for repair in &repairs {
        repaired.insert(repair.path.clone(), repair.bytes.clone());
    }
    repairs.extend(all_words(&repaired));
    repairs
}

fn straighten(path: &str, bytes: &[u8], files: &Files) -> Option<Repair> {
    if !matches!(parse::kind_of(path), FileKind::Trunk | FileKind::Play(_)) {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let damages = quotes::scan(text).damages;
    let mut fixed = String::new();
    let mut at = 0;
    for damage in &damages {
        fixed.push_str(&text[at..damage.at.start]);
        fixed.push_str(damage.put);
        at = damage.at.end;
    }
    fixed.push_str(&text[at..]);
    let what = diagnostics(files, |d| d.file == path && (d.code == "S102" || d.code == "S103"));
    (!damages.is_empty()).then(|| Repair { path: path.into(), bytes: fixed.into_bytes(), what })
}

/// Headings first, then what stands below them.
fn all_words(files: &Files) -> Option<Repair> {
    let mut all: Option<Repair> = None;
    let mut with = files.clone();
    for _ in 0..PASSES {
        let Some(next) = add_words(&with) else { break };
        with.insert(next.path.clone(), next.bytes.clone());
        let mut what = all.map_or_else(Vec::new, |r| r.what);
        what.extend(next.what);
        all = Some(Repair { what, ..next });
    }
    all
}

fn add_words(files: &Files) -> Option<Repair> {
    let mut faults = Faults::default();
    let tree = parse::read(files, &mut faults);
    check::words::check(&tree, &mut faults);
    let words = tree.words.first()?;
    let file = &tree.files[usize::from(words.file)];
    let newline = if file.text.contains("\r\n") { "\r\n" } else { "\n" };
    if faults.0.iter().any(|f| f.code == "S121" && f.args[0] == file.path) {
        let what = diagnostics(files, |d| d.code == "S121" && d.file == file.path);
        return Some(Repair { path: file.path.clone(), bytes: format!("# {UNWRITTEN}\n").into_bytes(), what });
    }
    let mut text = file.text.clone();
    for fault in faults.0.iter().filter(|f| f.code == "X801") {
        let (section, line) = heading_for(&fault.args[0], &fault.args[1]);
        insert(&mut text, &section, &line, newline);
    }
    for fault in faults.0.iter().filter(|f| f.code == "X803" && f.args[3] == file.path) {
        insert_child(&mut text, &fault.args[0], &fault.args[1], &fault.args[2], newline);
    }
    let mut compiled = Faults::default();
    compile::compile(&tree, "", &mut compiled);
    let mut told: Vec<&str> = compiled.0.iter().filter(|f| f.code == "N212").map(|f| f.args[0].as_str()).filter(|n| !n.is_empty()).collect();
    told.sort_unstable();
    told.dedup();
    for name in told {
        let (section, line) = heading_for("text", name);
        insert(&mut text, &section, &line, newline);
    }
    let mut what = diagnostics(files, |d| ["X801", "X803"].contains(&d.code));
    what.extend(compiled.diagnostics(&tree.files).into_iter().filter(|d| d.code == "N212"));
    (text != file.text).then(|| Repair { path: file.path.clone(), bytes: text.into_bytes(), what })
}

/// A line below the heading of its thing, after those that are there; without a heading, with one of its own.
fn insert_child(text: &mut String, kind: &str, id: &str, child: &str, newline: &str) {
    let mine = |l: &str| {
        let heading = l.trim_start_matches('#').split(':').next().unwrap_or("");
        l.starts_with('#') && heading.split_whitespace().eq([kind, id])
    };
    let (mut at, mut inside, mut end) = (0, false, None);
    for l in text.split_inclusive('\n') {
        at += l.len();
        inside = if l.starts_with('#') { mine(l.trim_end()) } else { inside };
        if inside && !l.trim().is_empty() {
            end = Some((at, l.starts_with('#'), l.ends_with('\n')));
        }
    }
    let line = format!("- {child}: {UNWRITTEN}{newline}");
    match end {
        Some((at, heading, whole)) => {
            // Below a text, a line of its own kind begins after a blank one.
            let after_line = text[..at].lines().next_back().is_some_and(|l| l.trim_start().starts_with('-'));
            let gap = if heading || after_line { "" } else { newline };
            text.insert_str(at, &format!("{}{gap}{line}", if whole { "" } else { newline }));
        }
        None => {
            let open = if text.ends_with('\n') { "" } else { newline };
            text.push_str(&format!("{open}{newline}## {kind} {id}{newline}{line}"));
        }
    }
}

/// A short one goes right below the heading of its list, anything else to the end.
fn insert(text: &mut String, section: &str, line: &str, newline: &str) {
    let is_list = |l: &str| l.trim_start_matches('#').trim() == section.trim_start_matches('#').trim() && l.starts_with('#');
    let mut at = 0;
    let mut below = None;
    for l in text.split_inclusive('\n') {
        at += l.len();
        if !section.is_empty() && is_list(l.trim_end()) && l.ends_with('\n') {
            below = Some(at);
        }
    }
    if let Some(below) = below {
        let blank = text[below..].lines().next().is_some_and(|l| l.trim().is_empty());
        let below = if blank { below + text[below..].find('\n').map_or(0, |n| n + 1) } else { below };
        text.insert_str(below, &format!("{line}{newline}"));
        return;
    }
    if !text.ends_with('\n') {
        text.push_str(newline);
    }
    let heading = if section.is_empty() { String::new() } else { format!("{section}{newline}") };
    text.push_str(&format!("{newline}{heading}{line}{newline}"));
}

fn diagnostics(files: &Files, wanted: impl Fn(&Diagnostic) -> bool) -> Vec<Diagnostic> {
    let mut faults = Faults::default();
    let tree = parse::read(files, &mut faults);
    check::words::check(&tree, &mut faults);
    faults.diagnostics(&tree.files).into_iter().filter(wanted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repairs_quotes_blanks_and_headings() {
        let files: Files = [
            (
                "scenario.toml",
                "language = “it”\n\u{a0}flow = \"voto\"\n[phase.voto]\nends = \"desk\"\n[parameter]\ngiri = { value = 3 }\nsosta = { value = 1 }\n",
            ),
            ("it.md", "# Prova\n\n## parameter\n\n- giri: Giri\n"),
        ]
        .map(|(path, text)| (path.to_string(), text.as_bytes().to_vec()))
        .into();
        let repairs = fix(&files);
        let text = |n: usize| String::from_utf8(repairs[n].bytes.clone()).unwrap();
        assert!(text(0).starts_with("language = \"it\"\n flow = \"voto\"\n"));
        assert_eq!(text(1), "# Prova\n\n## parameter\n\n- sosta: …\n- giri: Giri\n\n## phase voto: …\n");
        let codes: Vec<_> = repairs.iter().map(|r| r.what.iter().map(|d| d.code).collect::<Vec<_>>()).collect();
        assert_eq!(codes, [vec!["S102", "S103"], vec!["X801", "X801"]]);
    }

    #[test]
    fn a_missing_file_of_words_is_made_with_every_line() {
        let trunk = "language = \"it\"\nflow = \"voto\"\n[list]\nscelta = { rows = [\"accolgo\", \"rimando\"] }\n\
                     [variable]\nn = { of = \"table\", seen = \"table\" }\n[phase.voto]\nends = \"desk\"\nbefore = \"show fatto to table\"\n\
                     [phase.voto.move.vota]\nmode = \"sealed\"\ntimeout = \"pass\"\nask.a = \"yes/no\"\nask.b = \"yes/no\"\n\
                     [panel.p]\nkind = \"table\"\non = [\"desk\"]\nrows = \"seats\"\ncolumn.uno = \"n\"\n";
        let files: Files = [("scenario.toml".to_string(), trunk.as_bytes().to_vec())].into();
        let repairs = fix(&files);
        assert_eq!(repairs.len(), 1);
        assert_eq!(repairs[0].path, "it.md");
        let made = String::from_utf8(repairs[0].bytes.clone()).unwrap();
        assert_eq!(
            made,
            "# …\n\n## phase voto: …\n\n### move vota: …\n- a: …\n- b: …\n\n## panel p: …\n- uno: …\n\n\
             ## list scelta\n- accolgo: …\n- rimando: …\n\n## text\n- fatto: …\n"
        );
        let mut whole = files;
        whole.insert("it.md".into(), repairs[0].bytes.clone());
        assert!(fix(&whole).is_empty());
    }

    #[test]
    fn what_is_whole_stays_untouched() {
        let files: Files = [("scenario.toml", "language = \"it\"\n"), ("it.md", "# T\n")].map(|(p, t)| (p.to_string(), t.as_bytes().to_vec())).into();
        assert!(fix(&files).is_empty());
    }
}
