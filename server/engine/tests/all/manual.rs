//! The authors' manual is true: every example runs, and the generated pages are those of the checker's own tables.
//! `SOFIA_WRITE_MANUAL=1` writes the generated pages.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use sofia_engine::Files;
use sofia_engine::scenario::check::sections::{Key, Need, SECTIONS, Shape};
use sofia_engine::scenario::compile::FUNCTIONS;
use sofia_engine::scenario::editor::VERBS;
use sofia_engine::scenario::sentences::{CATALOGUE, Lang, Sentence, fill};
use sofia_engine::scenario::{Diagnostic, diagnostic, load, load_and_prove};
use sofia_engine::simulate::{Tally, lobby, play, sizes};

use crate::broken::{Row, broken, corpus, diagnostics};
use crate::common::{ready, tiny_files};

/// Pages whose examples are run.
const PAGES: [&str; 3] = ["README.md", "MANUAL.en.md", "RECIPES.md"];

fn page(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scenarios").join(name)
}

/// Data of these tests.
fn table<T: serde::de::DeserializeOwned>(name: &str) -> T {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/manual/{name}.toml"));
    toml::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

// ---------------------------------------------------------------- examples

/// A block of code, where it stands, and what it is said to be: a file of a whole scenario, or a fragment of a kind.
struct Block {
    place: String,
    file: Option<String>,
    fragment: Option<String>,
    language: String,
    text: String,
}

/// Blocks of a page. "```toml scenario.toml" names a file; a comment `<!-- example: rule -->` before it makes it a fragment.
fn blocks(name: &str) -> Vec<Block> {
    let text = fs::read_to_string(page(name)).unwrap();
    let mut out = Vec::new();
    let (mut open, mut fragment): (Option<Block>, Option<String>) = (None, None);
    for (n, line) in text.lines().enumerate() {
        if let Some(info) = line.strip_prefix("```") {
            match open.take() {
                Some(block) => out.push(block),
                None => {
                    let (language, file) = info.split_once(' ').map_or((info, None), |(l, f)| (l, Some(f.to_string())));
                    let place = format!("{name}:{}", n + 1);
                    open = Some(Block { place, file, fragment: fragment.take(), language: language.into(), text: String::new() });
                }
            }
        } else if let Some(block) = &mut open {
            block.text += line;
            block.text += "\n";
        } else if let Some(kind) = line.strip_prefix("<!-- example: ") {
            fragment = Some(kind.trim_end_matches(" -->").to_string());
        }
    }
    out
}

fn told(found: &[Diagnostic]) -> String {
    found.iter().map(|d| diagnostic::render(d, Lang::It)).collect()
}

/// Whole scenarios of the manual, and where they begin.
pub fn whole_examples() -> Vec<(String, Files)> {
    let mut examples: Vec<(String, Files)> = Vec::new();
    for block in PAGES.iter().flat_map(|p| blocks(p)) {
        let Some(file) = &block.file else { continue };
        if file == "scenario.toml" {
            examples.push((block.place.clone(), Files::new()));
        }
        let Some((_, files)) = examples.last_mut() else { panic!("{}: no scenario.toml before", block.place) };
        assert!(files.insert(file.clone(), block.text.into_bytes()).is_none(), "{}: {file} twice", block.place);
    }
    examples
}

#[test]
fn whole_examples_have_no_fault_and_their_plays_hold() {
    let mut wrong = String::new();
    for (place, files) in whole_examples() {
        let loaded = load_and_prove(&files);
        if !loaded.diagnostics.is_empty() {
            wrong += &format!("{place}\n{}\n", told(&loaded.diagnostics));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Whoever copies an example plays it with as many people as come.
#[test]
fn whole_examples_are_played_by_bots_at_every_size() {
    let mut wrong = Vec::new();
    for (place, files) in whole_examples() {
        let sc = ready(&files);
        for size in sizes(&sc) {
            let start = lobby(&sc, size).unwrap();
            let mut tally = Tally::new(&sc, size);
            for k in 0..5 {
                if let Err(fault) = play(&sc, &start, 2, k, &mut tally, None) {
                    wrong.push(format!("{place}, {size:?}, session {k}: {fault:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The small scenario in which fragments are tried.
fn host() -> BTreeMap<String, String> {
    table("host")
}

/// A fragment put where it belongs in the host; words are made up.
fn hosted(kind: &str, text: &str) -> Result<Files, String> {
    let host = host();
    let mut toml = host["sections"].clone();
    let with_flow = |flow: &str| format!("flow = '''\n{flow}\n'''\n");
    let plain = |phases: &str| {
        let inside: String = phases.lines().map(|p| format!("  {p}\n")).collect();
        with_flow(&format!("repeat 3 times as giro:\n  domande\n{inside}end"))
    };
    let flow = match kind {
        "flow" => {
            let word = |l: &&str| !l.is_empty() && l.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c == ',' || c == ' ');
            let lines = text.lines().map(|l| l.split('#').next().unwrap_or("").trim());
            let lines = lines.map(|l| l.strip_prefix("desk picks one of ").or(l.rsplit_once(": ").map(|x| x.1)).unwrap_or(l)).filter(word);
            for phase in lines.flat_map(|l| l.split(", ")).filter(|l| !["end", "else"].contains(l)) {
                toml += &format!("[phase.{phase}]\nends = \"desk\"\n");
            }
            with_flow(&format!("{text}\ndomande"))
        }
        "sections" => {
            let phases =
                text.lines().filter_map(|l| l.trim().strip_prefix("[phase.")?.strip_suffix(']')).filter(|p| !p.contains('.') && *p != "domande");
            let flow = plain(&phases.collect::<Vec<_>>().join("\n"));
            toml = host["sections"].clone();
            toml += text;
            flow
        }
        "rule" => {
            toml += &format!("[phase.prova]\nends = \"desk\"\nafter = '''\n{text}\n'''\n");
            plain("prova")
        }
        "move" => {
            toml += &format!("[move.prova]\nin = [\"domande\"]\nmode = \"at once\"\nextra = true\ndo = '''\n{text}\n'''\n");
            plain("")
        }
        "expressions" => {
            for (n, line) in text.lines().filter(|l| !l.trim().is_empty()).enumerate() {
                toml += &format!("[move.prova_{n}]\nin = [\"domande\"]\nmode = \"at once\"\nextra = true\ndo = '''\nlet conto = {line}\n'''\n");
            }
            plain("")
        }
        "play" => plain(""),
        _ => return Err(format!("no such kind of example: {kind}")),
    };
    let mut files = tiny_files(&format!("{flow}{toml}"), &host["words"]);
    if kind == "play" {
        let script = format!("title = \"Prova\"\nseats = [[\"ada\", \"bruno\", \"carla\"], [\"dora\"]]\nscript = '''\n{text}'''\n");
        files.insert("plays/prova.toml".into(), script.into_bytes());
    }
    Ok(files)
}

#[test]
fn fragments_are_good_in_their_host() {
    let mut wrong = String::new();
    for block in PAGES.iter().flat_map(|p| blocks(p)) {
        let place = &block.place;
        match (&block.fragment, &block.file) {
            (Some(kind), None) => match hosted(kind, &block.text) {
                Ok(files) => {
                    // Words are made up, and not every text is told.
                    let found: Vec<Diagnostic> = load(&files).diagnostics.into_iter().filter(|d| !["W812", "W806"].contains(&d.code)).collect();
                    if !found.is_empty() {
                        wrong += &format!("{place}\n{}\n", told(&found));
                    }
                }
                Err(what) => wrong += &format!("{place}: {what}\n"),
            },
            (None, Some(_)) => {}
            (None, None) if block.language == "sh" || block.language == "text" => {}
            _ => wrong += &format!("{place}: an example of what? Name its file, or write <!-- example: … --> before it\n"),
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Nothing that a rule may say is left out.
#[test]
fn every_verb_and_function_stands_in_the_manual() {
    let mut missing = Vec::new();
    for name in ["README.md", "MANUAL.en.md"] {
        let text = fs::read_to_string(page(name)).unwrap();
        let words: BTreeSet<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        let functions = FUNCTIONS.iter().map(|f| f.name).filter(|f| !words.contains(f));
        let verbs = VERBS.iter().map(|v| v.0).filter(|v| !text.contains(v));
        missing.extend(functions.chain(verbs).map(|word| format!("{name}: {word}")));
    }
    assert!(missing.is_empty(), "{missing:?}");
}

/// What the checker shows to whoever calls a function wrongly is right.
#[test]
fn every_function_is_called_as_its_example_shows() {
    // A `tiers` input and a move that may fail: the host has neither.
    let tried = FUNCTIONS.iter().filter(|f| !["tier", "succeeds"].contains(&f.name));
    let examples: Vec<&str> = tried.map(|f| f.example).collect();
    let found = load(&hosted("expressions", &examples.join("\n")).unwrap()).diagnostics;
    let found: Vec<Diagnostic> = found.into_iter().filter(|d| !["W812", "W806"].contains(&d.code)).collect();
    assert!(found.is_empty(), "\n{}", told(&found));
}

/// The name under which a heading is found: small letters, blanks as hyphens, no other signs.
fn anchor(heading: &str) -> String {
    let plain: String = heading.trim_start_matches('#').trim().to_lowercase();
    let plain = plain.chars().filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-' || *c == '_');
    plain.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn links_inside_the_manual_lead_somewhere() {
    let mut wrong = Vec::new();
    for name in PAGES {
        let text = fs::read_to_string(page(name)).unwrap();
        for link in text.split("](").skip(1).filter_map(|l| l.split(')').next()).filter(|l| !l.contains("://")) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let there = fs::read_to_string(page(if file.is_empty() { name } else { file })).unwrap_or_default();
            let found = there.lines().any(|l| heading.is_empty() || l.starts_with('#') && anchor(l) == heading);
            if !found {
                wrong.push(format!("{name}: {link}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

// ---------------------------------------------------------------- generated pages

const HEAD: &str = "<!-- Pagina generata dai controlli: SOFIA_WRITE_MANUAL=1 cargo test -p sofia-engine --test all manual. \
                    Generated: do not edit. -->\n";

/// Writes a generated page when asked to; else it must be there as it would be written.
fn generated(name: &str, text: &str) {
    if std::env::var_os("SOFIA_WRITE_MANUAL").is_some() {
        fs::write(page(name), text).unwrap();
    }
    let there = fs::read_to_string(page(name)).unwrap_or_default();
    assert!(there == text, "scenarios/{name} is stale: run SOFIA_WRITE_MANUAL=1 cargo test -p sofia-engine --test all manual");
}

fn in_both(template: &str, arg: &str) -> (String, String) {
    (fill(template, &[arg.to_string()], Lang::It), fill(template, &[arg.to_string()], Lang::En))
}

/// What may be written after the equals sign.
fn values(key: &Key) -> (String, String) {
    let mut both = (Vec::new(), Vec::new());
    for shape in key.shapes {
        let (it, en) = match shape {
            Shape::Word(words) | Shape::Words(words) => {
                let words: String = words.iter().map(|w| format!("`\"{w}\"` ")).collect();
                let (it, en) = if matches!(shape, Shape::Word(_)) { ("una di: ", "one of: ") } else { ("lista di: ", "list of: ") };
                (format!("{it}{}", words.trim_end()), format!("{en}{}", words.trim_end()))
            }
            Shape::Int { min, max } => (format!("numero da {min} a {max}"), format!("number from {min} to {max}")),
            Shape::Anything => ("un valore".into(), "any value".into()),
            shape => in_both("{0:shape}", &format!("{shape:?}")),
        };
        both.0.push(it);
        both.1.push(en);
    }
    (both.0.join(" / "), both.1.join(" / "))
}

#[test]
fn the_page_of_keys_is_fresh() {
    let meanings: BTreeMap<String, BTreeMap<String, [String; 2]>> = table("keys");
    let mut out = format!(
        "{HEAD}\n# Le chiavi · The keys\n\nOgni sezione di `scenario.toml` (e delle prove) con le sue chiavi. **\\*** va scritta sempre; **(\\*)** quando serve, come dice la riga.\n\n\
         Every section of `scenario.toml` (and of plays) with its keys. **\\*** must always be written; **(\\*)** when the row says so.\n"
    );
    let mut unknown: Vec<String> = meanings.iter().flat_map(|(k, keys)| keys.keys().map(move |key| format!("{k}.{key}"))).collect();
    for section in SECTIONS {
        let header = match (section.kind, section.inside) {
            ("scenario", _) => "in cima a `scenario.toml` · at the top".to_string(),
            ("people", _) => "`[people]`".to_string(),
            ("play", _) => "`plays/….toml`".to_string(),
            ("move", _) => "`[phase.….move.…]`, `[move.…]`".to_string(),
            (kind, Some(inside)) => format!("`[{inside}.….{kind}.…]`"),
            (kind, None) => format!("`[{kind}]`, `[{kind}.…]`"),
        };
        let _ = write!(out, "\n## {} — {header}\n\n| chiave · key | valore · value | che cosa fa · what it does |\n|---|---|---|\n", section.kind);
        for key in section.keys {
            let name = format!("{}.{}", section.kind, key.name);
            let [it, en] =
                meanings.get(section.kind).and_then(|m| m.get(key.name)).unwrap_or_else(|| panic!("manual/keys.toml says nothing of {name}"));
            unknown.retain(|u| *u != name);
            let need = match key.need {
                Need::Free => "",
                Need::Required => " **\\***",
                Need::When(_) => " **(\\*)**",
            };
            let example = if key.example.is_empty() { String::new() } else { format!("<br>`{}`", key.example) };
            let (vi, ve) = values(key);
            let values = if vi == ve { vi } else { format!("{vi} · *{ve}*") };
            let _ = writeln!(out, "| `{}`{need} | {values}{example} | {it} · *{en}* |", key.name);
        }
    }
    assert!(unknown.is_empty(), "manual/keys.toml tells of keys that are not there: {unknown:?}");
    generated("KEYS.md", &out);
}

/// The first row that tells the code: best one that shows how to mend it, or that tells nothing else.
fn example<'r>(rows: &'r [Row], code: &str) -> Option<&'r Row> {
    let tells = |r: &&Row| r.expect.iter().any(|e| e.starts_with(code));
    let short = |r: &&Row| r.put.as_ref().is_none_or(|p| p.len() < 400);
    let mended = rows.iter().filter(tells).find(|r| r.mend.is_some());
    mended.or_else(|| rows.iter().filter(tells).find(|r| r.expect.len() == 1 && short(r))).or(rows.iter().find(tells))
}

/// At most ten lines, so that a page stays a page; of a long text those where it parts from the other one.
fn excerpt(text: &str, other: &str) -> String {
    let lines: Vec<&str> = text.trim_matches('\n').lines().collect();
    let same = lines.iter().zip(other.trim_matches('\n').lines()).take_while(|(a, b)| *a == b).count();
    let from = if lines.len() > 10 { same.saturating_sub(3).min(lines.len() - 10) } else { 0 };
    let mark = |cut: bool| if cut { "…\n" } else { "" };
    let shown: String = lines.iter().skip(from).take(10).map(|l| format!("{}\n", l.chars().take(160).collect::<String>())).collect();
    format!("{}{shown}{}", mark(from > 0), mark(lines.len() > from + 10))
}

/// What is right; a long piece that was only added shows nothing by what it was added to.
fn right(row: &Row, put: &str) -> Option<String> {
    let added = row.mend.is_none() && put.lines().count() > 10 && row.find.as_ref().is_some_and(|f| put.contains(f.trim()));
    row.right().filter(|_| !added)
}

/// What the checker is made of, without its catalogue: a code that stands nowhere here is never told.
fn source(at: &Path) -> String {
    if at.is_dir() {
        return fs::read_dir(at).unwrap().map(|e| source(&e.unwrap().path())).collect();
    }
    if at.ends_with("sentences.rs") { String::new() } else { fs::read_to_string(at).unwrap() }
}

#[test]
fn the_index_of_diagnostics_is_fresh() {
    let rows = corpus().row;
    let mut out = format!(
        "{HEAD}\n# Che cosa dice il controllo · What the checker says\n\nOgni codice, la frase, che cosa fare, un esempio sbagliato e lo stesso giusto. Cercate il codice che leggete fra parentesi quadre. \
         Quelli con la W sono avvisi: lo scenario parte lo stesso.\n\n\
         Each code, the sentence, what to do, a wrong example and the same one right. Look for the code you read in square brackets. Those with a W are warnings: the scenario starts all the same.\n"
    );
    let source = source(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/scenario"));
    let mut codes: Vec<&Sentence> = CATALOGUE.iter().filter(|s| source.contains(&format!("\"{}\"", s.code))).collect();
    codes.sort_by_key(|s| s.code);
    for s in codes {
        let _ = write!(out, "\n## {}\n\n", s.code);
        let Some(row) = example(&rows, s.code) else {
            let args: Vec<String> = s.args.iter().map(|_| "…".to_string()).collect();
            let _ = writeln!(out, "{}\n\n*{}*", fill(s.it, &args, Lang::It), fill(s.en, &args, Lang::En));
            continue;
        };
        let found = diagnostics(&broken(row));
        let d = found.iter().find(|d| d.code == s.code).unwrap_or_else(|| panic!("{} is not told", s.code));
        for (sentence, advice) in [(d.it.clone(), &d.advice_it), (format!("*{}*", d.en), &d.advice_en)] {
            let _ = writeln!(out, "{sentence}{}{advice}\n", if advice.is_empty() { "" } else { " → " });
        }
        let Some(put) = &row.put else {
            let _ = writeln!(out, "(senza · without `{}`)", row.file);
            continue;
        };
        let right = right(row, put);
        let wrong = excerpt(put, right.as_deref().unwrap_or_default());
        let _ = write!(out, "sbagliato · wrong (`{}`):\n\n````text\n{wrong}````\n", row.file);
        if let Some(right) = right {
            let right = excerpt(&right, put);
            assert_ne!(wrong, right, "{}: nobody sees what is wrong", s.code);
            let _ = write!(out, "\ngiusto · right:\n\n````text\n{right}````\n");
        }
    }
    generated("DIAGNOSTICS.md", &out);
}
