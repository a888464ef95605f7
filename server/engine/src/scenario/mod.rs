//! A scenario: read from a folder of files, checked whole, compiled.

use std::collections::BTreeMap;
use std::sync::Arc;

pub mod check;
pub mod compile;
pub mod diagnostic;
pub mod editor;
pub mod faults;
pub mod limits;
pub mod model;
pub mod parse;
pub mod plays;
pub mod rules;
pub mod schema;
pub mod sentences;
pub mod tree;
pub mod walk;
pub mod watched;
pub use diagnostic::Diagnostic;

/// The files of one scenario folder, by path inside it ("it.md", "plays/fine.toml").
pub type Files = BTreeMap<String, Vec<u8>>;

pub use compile::say_of;
pub use model::Scenario;

#[derive(Debug)]
pub struct Loaded {
    /// `None` when there is at least one error: it is not offered for play.
    pub scenario: Option<Arc<Scenario>>,
    pub diagnostics: Vec<Diagnostic>,
    /// SHA-256 over the files (path and content, in order of path), in hex.
    pub hash: String,
}

/// Reads, checks and compiles a folder. All faults at once; its plays are run by `check_plays`.
#[must_use]
pub fn load(files: &Files) -> Loaded {
    let mut faults = faults::Faults::default();
    let tree = parse::read(files, &mut faults);
    check::check(&tree, &mut faults);
    let hash = hash(files);
    let read = faults.0.len();
    let scenario = compile::compile(&tree, &hash, &mut faults);
    told_once(&mut faults, read, &tree.files);
    let good = !faults.has_errors();
    Loaded { scenario: scenario.filter(|_| good).map(Arc::new), diagnostics: faults.diagnostics(&tree.files), hash }
}

/// What is unknown only because a section, a row or a file could not be read is not told a second time.
/// Nor what is only missed because a rule is broken: texts that nobody shows, names in plays.
fn told_once(faults: &mut faults::Faults, read: usize, files: &[tree::SourceFile]) {
    const LOST: [&str; 12] = ["S101", "S105", "S107", "S111", "S117", "S121", "S127", "S135", "S137", "S138", "S146", "S106"];
    const UNKNOWN: [&str; 5] = ["N201", "N212", "F409", "F402", "T318"];
    if faults.0[..read].iter().any(|f| LOST.contains(&f.code) && !is_stray_rule(f)) {
        let mut at = 0;
        faults.0.retain(|f| {
            at += 1;
            at <= read || !UNKNOWN.contains(&f.code)
        });
    }
    // What cannot be a key has no name either.
    let keys: Vec<String> = faults.0.iter().filter(|f| f.code == "T329").map(|f| f.args[0].clone()).collect();
    faults.0.retain(|f| f.code != "N201" || !keys.contains(&f.args[0]));
    // A name that nobody knows is not a zone either: that is one mistake.
    let unknown: Vec<tree::Span> = faults.0.iter().filter(|f| f.code == "N201").map(|f| f.span).collect();
    let within = |u: &tree::Span, f: &tree::Span| u.file == f.file && f.start <= u.start && u.end <= f.end;
    faults.0.retain(|f| f.code != "T311" || !unknown.iter().any(|u| within(u, &f.span)));
    let of_play = |f: &faults::Fault| files.get(usize::from(f.span.file)).is_some_and(|s| s.path.starts_with("plays/"));
    if faults.0.iter().any(|f| f.code.starts_with(['S', 'N', 'T', 'F', 'B']) && !of_play(f)) {
        faults.0.retain(|f| f.code != "W806" && !(of_play(f) && UNKNOWN.contains(&f.code)));
    }
}

/// A key in the wrong place that declares nothing, and that no lost header has left behind: a rule, a condition.
fn is_stray_rule(f: &faults::Fault) -> bool {
    const RULES: [&str; 9] = ["before", "after", "do", "then", "if", "if_no", "fails", "winners", "seen"];
    f.code == "S101" && RULES.contains(&f.args[0].as_str())
}

/// The same, and the scenario's plays are run: a line that does not hold is a fault.
#[must_use]
pub fn load_and_prove(files: &Files) -> Loaded {
    let mut loaded = load(files);
    let Some(sc) = loaded.scenario.clone() else {
        return loaded;
    };
    let mut faults = faults::Faults::default();
    for play in &sc.plays {
        if let Err(f) = crate::play::run(&sc, play) {
            tell(&mut faults, f.span, &play.title, &f.why);
        }
    }
    let failed = faults.has_errors();
    let tree = parse::read(files, &mut faults::Faults::default());
    loaded.diagnostics.extend(faults.diagnostics(&tree.files));
    if failed {
        loaded.scenario = None;
    }
    loaded
}

fn tell(faults: &mut faults::Faults, span: tree::Span, play: &str, why: &crate::play::Why) {
    use crate::play::Why;
    match why {
        Why::False(values) => faults.add("R902", span, &[play, values]),
        Why::Refused { code, input, given, offered } => faults.add("R903", span, &[play, code, input, given, offered]),
        Why::NotSo { wanted, got } => faults.add("R904", span, &[play, wanted, got]),
        Why::Sees { person, what } => faults.add("R905", span, &[play, person, what]),
        Why::SeesNot { person, what } => faults.add("R906", span, &[play, person, what]),
        Why::ReadsNot { person, words, nearest } => faults.add("R911", span, &[play, person, words, nearest]),
        Why::Chance => faults.add("R910", span, &[play]),
        Why::Nothing(what) => faults.add("R909", span, &[play, what]),
        Why::Phase(now) => faults.add("R907", span, &[play, now]),
        Why::End(now) => faults.add("R908", span, &[play, now]),
    }
}

fn hash(files: &Files) -> String {
    use sha2::{Digest, Sha256};
    let mut h = Sha256::new();
    for (path, bytes) in files {
        h.update((path.len() as u64).to_be_bytes());
        h.update(path.as_bytes());
        h.update((bytes.len() as u64).to_be_bytes());
        h.update(bytes);
    }
    h.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

/// Endings of pictures.
pub const PICTURES: [&str; 5] = ["png", "jpg", "jpeg", "webp", "svg"];

/// SHA-256 in hex.
fn digest(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// The pictures of a folder, each under the name by which views speak of it.
#[must_use]
pub fn pictures(files: &Files) -> Vec<(String, &[u8])> {
    let found = files.iter().filter_map(|(path, bytes)| parse::image(path, bytes).map(|i| (i.name, bytes.as_slice())));
    found.collect()
}

/// What the catalogue says of a scenario.
#[derive(Clone, Debug, serde::Serialize, ts_rs::TS)]
pub struct Card {
    pub title: crate::view::Line,
    pub summary: crate::view::Prose,
    pub themes: Vec<String>,
    pub minutes: u32,
    pub seats: [u32; 2],
    pub tables: [u32; 2],
    pub best: Option<u32>,
    pub langs: Vec<String>,
    /// `None`: a jurist must still review it.
    pub reviewed: Option<String>,
    pub phases: Vec<CardPhase>,
    pub roles: Vec<crate::view::Line>,
    pub to_verify: Vec<(crate::view::Line, String)>,
}

#[derive(Clone, Debug, serde::Serialize, ts_rs::TS)]
pub struct CardPhase {
    pub id: String,
    pub title: crate::view::Line,
    pub note: crate::view::Prose,
    pub limit: Option<crate::Millis>,
}

impl Scenario {
    #[must_use]
    pub fn card(&self, lang: &str) -> Card {
        let st = crate::State::default();
        let lang = self.lang(lang);
        let mut r = crate::view::prose::Reader {
            sc: self,
            st: &st,
            viewer: crate::Viewer::Desk,
            lang,
            cx: crate::eval::Ctx::NOWHERE,
            regs: crate::eval::Regs::default(),
            named: None,
        };
        Card {
            title: r.line(&self.title),
            summary: r.prose(&self.summary),
            themes: self.themes.clone(),
            minutes: self.minutes,
            seats: self.people.seats,
            tables: self.people.tables,
            best: self.people.best,
            langs: self.langs.clone(),
            reviewed: self.reviewed.clone(),
            phases: self
                .phases
                .iter()
                .filter(|p| p.has_words)
                .map(|p| CardPhase { id: p.id.clone(), title: r.line(&p.title), note: r.prose(&p.note), limit: self.time(p.limit.as_ref()) })
                .collect(),
            roles: self.roles.iter().map(|x| r.line(&x.name)).collect(),
            to_verify: crate::report::to_verify(self, lang),
        }
    }
}
