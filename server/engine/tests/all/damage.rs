//! The damage test: a slip must not be silent. Every line of the shipped scenarios (trunk, words, sheets; not the plays) is damaged in
//! nine ways, one at a time, and the folder is checked as `sofia check` does, warnings counted, plays run. Each run of the tests looks
//! at one damage in `SAMPLE`, always the same ones; at all of them, with the table and the list of those that nothing tells, by
//! `SOFIA_DAMAGE=1 cargo test -p sofia-engine --test all damages -- --nocapture`, in a few minutes of two cores.

use std::collections::BTreeSet;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use sofia_engine::scenario::faults::Faults;
use sofia_engine::scenario::tree::{Node, Tree, ValueKind};
use sofia_engine::scenario::{compile, load, parse};
use sofia_engine::{Files, Scenario, play};

use crate::common::{all_shipped, shipped};

/// Silent damages in ten thousand, by kind of file. These numbers may only fall: who makes the checker, or a play, tell more lowers them;
/// a change that needs one raised has made some slip silent.
const SILENT: [(Kind, usize); 3] = [(Kind::Trunk, 162), (Kind::Words, 0), (Kind::Sheet, 0)];
/// The same for the sample, of all files: one damage more than there are, for a line of a scenario that is written anew may be such a one.
const SILENT_OF_SAMPLE: usize = 125;
/// Each run of the tests looks at one damage in so many.
const SAMPLE: u64 = 150;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    Deleted,
    Joined,
    FirstLost,
    LastLost,
    LettersSwapped,
    Capital,
    CurlyQuotes,
    LinesSwapped,
    StrayLetter,
}

const WAYS: [Way; 9] = [
    Way::Deleted,
    Way::Joined,
    Way::FirstLost,
    Way::LastLost,
    Way::LettersSwapped,
    Way::Capital,
    Way::CurlyQuotes,
    Way::LinesSwapped,
    Way::StrayLetter,
];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Trunk,
    Words,
    Sheet,
}

impl Kind {
    fn of(path: &str) -> Option<Kind> {
        match path.rsplit_once('.')? {
            ("scenario", "toml") => Some(Kind::Trunk),
            (_, "md") => Some(Kind::Words),
            (_, "csv") => Some(Kind::Sheet),
            _ => None,
        }
    }

    fn files(self) -> &'static str {
        match self {
            Kind::Trunk => "scenario.toml",
            Kind::Words => "it.md, en.md",
            Kind::Sheet => "*.csv",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Outcome {
    /// A fault, a warning, or a line of a play that does not hold.
    Caught,
    /// It loads as the same scenario.
    NoEffect,
    /// The same game, with other words for people, or its things in another order on a screen.
    OnlyWords,
    /// Another game, and nothing says so.
    Silent,
    /// The checker or a play panics. It counts as silent.
    Panic,
}

/// One line of one file, damaged in one way.
struct Damage {
    scenario: usize,
    path: String,
    kind: Kind,
    line: usize,
    way: Way,
}

/// SplitMix64, as the engine has it, over a line: an edit elsewhere changes no damage of this one.
struct Chance(u64);

impl Chance {
    fn of(line: &str, way: Way) -> Chance {
        let seed = line.bytes().fold(way as u64, |h, b| h.wrapping_mul(31).wrapping_add(u64::from(b)));
        Chance(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> Option<T> {
        if of.is_empty() { None } else { Some(of[(self.next() % of.len() as u64) as usize]) }
    }
}

/// The text with one line damaged; `None` where that way changes nothing, as for quotes where there are none.
fn damaged(text: &str, line: usize, way: Way) -> Option<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    let signs: Vec<char> = lines[line].chars().collect();
    let shown: Vec<usize> = (0..signs.len()).filter(|i| !signs[*i].is_whitespace()).collect();
    let mut chance = Chance::of(&lines[line], way);
    let put = |signs: Vec<char>| signs.into_iter().collect::<String>();
    let without = |at: usize| put([&signs[..at], &signs[at + 1..]].concat());
    match way {
        Way::Deleted => drop(lines.remove(line)),
        Way::Joined if line + 1 < lines.len() => {
            let next = lines.remove(line + 1);
            lines[line] += &next;
        }
        Way::LinesSwapped if line + 1 < lines.len() => lines.swap(line, line + 1),
        Way::Joined | Way::LinesSwapped => return None,
        Way::FirstLost => lines[line] = without(*shown.first()?),
        Way::LastLost => lines[line] = without(*shown.last()?),
        Way::LettersSwapped => {
            let pairs = signs.windows(2).enumerate().filter(|(_, p)| p[0].is_alphabetic() && p[1].is_alphabetic() && p[0] != p[1]);
            let at = chance.one(&pairs.map(|(i, _)| i).collect::<Vec<_>>())?;
            let mut signs = signs;
            signs.swap(at, at + 1);
            lines[line] = put(signs);
        }
        Way::Capital => {
            let at = chance.one(&(0..signs.len()).filter(|i| signs[*i].is_lowercase()).collect::<Vec<_>>())?;
            let mut signs = signs;
            signs.splice(at..=at, signs[at].to_uppercase());
            lines[line] = put(signs);
        }
        Way::CurlyQuotes => {
            let mut open = false;
            let curled = signs.into_iter().map(|c| match c {
                '"' => {
                    open = !open;
                    if open { '“' } else { '”' }
                }
                '\'' => '’',
                c => c,
            });
            lines[line] = curled.collect();
        }
        Way::StrayLetter => {
            let at = (chance.next() % (signs.len() as u64 + 1)) as usize;
            let letter = char::from(b'a' + (chance.next() % 26) as u8);
            let mut signs = signs;
            signs.insert(at, letter);
            lines[line] = put(signs);
        }
    }
    let after = lines.join("\n") + "\n";
    (after != text).then_some(after)
}

/// A scenario as text: all that it is, but for where things are written and for its plays; the game alone, without words for people
/// and names of things; and the same with things declared, keys and rows in order of name, however they are written.
struct Shape {
    whole: String,
    game: String,
    in_order: String,
}

impl Shape {
    fn of(files: &Files, sc: &Scenario) -> Shape {
        let whole = whole(sc);
        Shape { game: game(&whole), whole, in_order: game_in_order(files) }
    }
}

fn whole(sc: &Scenario) -> String {
    let text = format!("{sc:?}").replace(&sc.hash, "");
    ["span: Span {", "plays: ["].iter().fold(text, |text, key| without(&text, key))
}

/// Without words, and without what follows from words alone.
fn game(whole: &str) -> String {
    let words = ["Words([", "themes: [", "reviewed: Some(", "questions: [", "places: [", "map: ["];
    let flags = ["has_words: ", "same_for_all: ", "apart: ", " id: "];
    words.iter().chain(&flags).fold(whole.to_string(), |text, key| without(&text, key))
}

fn game_in_order(files: &Files) -> String {
    let mut tree = parse::read(files, &mut Faults::default());
    in_order(&mut tree);
    let sc = compile::compile(&tree, "", &mut Faults::default()).expect("it has loaded");
    game(&whole(&sc))
}

/// Things of one kind, keys of one map and rows of one sheet in order of name.
fn in_order(tree: &mut Tree) {
    let parents: Vec<usize> = tree.nodes.iter().filter_map(|n| n.parent).collect();
    let leaves: Vec<usize> = (1..tree.nodes.len()).filter(|n| !parents.contains(n)).collect();
    let kinds: BTreeSet<(String, Option<usize>)> = leaves.iter().map(|n| (tree.nodes[*n].kind.clone(), tree.nodes[*n].parent)).collect();
    for kind in kinds {
        let places: Vec<usize> = leaves.iter().copied().filter(|n| (tree.nodes[*n].kind.clone(), tree.nodes[*n].parent) == kind).collect();
        let mut nodes: Vec<Node> = places.iter().map(|n| tree.nodes[*n].clone()).collect();
        nodes.sort_by(|a, b| a.id.cmp(&b.id));
        places.into_iter().zip(nodes).for_each(|(place, node)| tree.nodes[place] = node);
    }
    for entry in tree.nodes.iter_mut().flat_map(|n| &mut n.keys) {
        if let ValueKind::Map(map) = &mut entry.value.kind {
            map.sort_by(|a, b| a.key.cmp(&b.key));
        }
    }
    for sheet in &mut tree.sheets {
        sheet.rows.sort_by(|a, b| a.cells[0].0.cmp(&b.cells[0].0));
    }
}

/// The text without what follows this key: up to the closing bracket if the key opens one, else up to the comma.
fn without(text: &str, key: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(key) {
        out += &rest[..at];
        rest = &rest[at + key.len()..];
        let opens = usize::from(key.ends_with(['(', '[', '{']));
        let (mut depth, mut quoted, mut escaped) = (opens as i32, false, false);
        let end = rest.bytes().position(|b| {
            match b {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                b'(' | b'[' | b'{' if !quoted => depth += 1,
                b')' | b']' | b'}' if !quoted => {
                    depth -= 1;
                    return depth <= 0;
                }
                b',' if !quoted => return depth == 0,
                _ => {}
            }
            false
        });
        rest = &rest[end.map_or(rest.len(), |end| end + opens)..];
    }
    out + rest
}

struct Shipped {
    name: String,
    files: Files,
    shape: Shape,
}

fn all() -> Vec<Shipped> {
    let names = all_shipped().into_iter();
    let one = |name: String| {
        let files = shipped(&name);
        let shape = Shape::of(&files, &load(&files).scenario.expect("a shipped scenario loads"));
        Shipped { name, files, shape }
    };
    names.map(one).collect()
}

fn text<'f>(files: &'f Files, path: &str) -> &'f str {
    std::str::from_utf8(&files[path]).unwrap()
}

fn damages(of: &[Shipped]) -> Vec<Damage> {
    let mut out = Vec::new();
    for (scenario, s) in of.iter().enumerate() {
        for (path, kind) in s.files.keys().filter_map(|p| Some((p, Kind::of(p)?))) {
            let text = text(&s.files, path);
            for line in 0..text.lines().count() {
                let good = WAYS.into_iter().filter(|way| damaged(text, line, *way).is_some());
                out.extend(good.map(|way| Damage { scenario, path: path.clone(), kind, line, way }));
            }
        }
    }
    out
}

fn outcome(of: &Shipped, d: &Damage) -> Outcome {
    let mut files = of.files.clone();
    let after = damaged(text(&of.files, &d.path), d.line, d.way).unwrap();
    files.insert(d.path.clone(), after.into_bytes());
    let looked_at = catch_unwind(AssertUnwindSafe(|| {
        let loaded = load(&files);
        let Some(sc) = loaded.scenario.filter(|_| loaded.diagnostics.is_empty()) else {
            return Outcome::Caught;
        };
        let whole = whole(&sc);
        if whole == of.shape.whole {
            return Outcome::NoEffect;
        }
        if sc.plays.iter().any(|p| play::run(&sc, p).is_err()) {
            return Outcome::Caught;
        }
        let same = game(&whole) == of.shape.game || game_in_order(&files) == of.shape.in_order;
        if same { Outcome::OnlyWords } else { Outcome::Silent }
    }));
    looked_at.unwrap_or(Outcome::Panic)
}

/// What became of each, on all cores.
fn outcomes(of: &[Shipped], damages: &[Damage]) -> Vec<Outcome> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(vec![Outcome::Panic; damages.len()]);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((at, d)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, damages.get(at)?))) {
                    let outcome = outcome(&of[d.scenario], d);
                    found.lock().unwrap()[at] = outcome;
                }
            });
        }
    });
    found.into_inner().unwrap()
}

/// How many of each outcome.
#[derive(Default)]
struct Row {
    damages: usize,
    caught: usize,
    no_effect: usize,
    only_words: usize,
    silent: usize,
}

impl Row {
    fn of<'o>(outcomes: impl Iterator<Item = &'o Outcome>) -> Row {
        let mut row = Row::default();
        for outcome in outcomes {
            row.damages += 1;
            match outcome {
                Outcome::Caught => row.caught += 1,
                Outcome::NoEffect => row.no_effect += 1,
                Outcome::OnlyWords => row.only_words += 1,
                Outcome::Silent | Outcome::Panic => row.silent += 1,
            }
        }
        row
    }

    fn silent_in_ten_thousand(&self) -> usize {
        (self.silent * 10_000).div_ceil(self.damages.max(1))
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |n: usize| format!("{:.1} %", n as f64 * 100.0 / self.damages.max(1) as f64);
        let (caught, none, words) = (share(self.caught), share(self.no_effect), share(self.only_words));
        write!(
            f,
            "{} | {caught} | {none} | {words} | {} = {:.2} %",
            self.damages,
            self.silent,
            self.silent as f64 * 100.0 / self.damages.max(1) as f64
        )
    }
}

/// The silent ones, each with its line before and after.
fn silent(of: &[Shipped], damages: &[Damage], outcomes: &[Outcome]) -> String {
    let mut out = String::new();
    for (d, outcome) in damages.iter().zip(outcomes).filter(|(_, o)| matches!(o, Outcome::Silent | Outcome::Panic)) {
        let s = &of[d.scenario];
        let before = text(&s.files, &d.path);
        let after = damaged(before, d.line, d.way).unwrap();
        let line = |text: &str| text.lines().nth(d.line).unwrap_or("").trim().to_string();
        out += &format!("{}/{}:{} {outcome:?} {:?}: {} → {}\n", s.name, d.path, d.line + 1, d.way, line(before), line(&after));
    }
    out
}

/// One in so many, by what the line says and where it is: an edit elsewhere does not choose others.
fn chosen(of: &Shipped, d: &Damage, one_in: u64) -> bool {
    let line = text(&of.files, &d.path).lines().nth(d.line).unwrap();
    Chance::of(&format!("{} {} {line}", of.name, d.path), d.way).next().is_multiple_of(one_in)
}

#[test]
fn few_damages_are_silent() {
    let one_in = std::env::var("SOFIA_DAMAGE").ok().and_then(|n| n.parse().ok()).unwrap_or(SAMPLE);
    let of = all();
    let mut damages = damages(&of);
    damages.retain(|d| chosen(&of[d.scenario], d, one_in));
    let outcomes = outcomes(&of, &damages);
    let mut table = String::from("file | damages | caught | no effect | only words or order | silently another game\n");
    let mut too_many = false;
    for (kind, most) in SILENT {
        let row = Row::of(damages.iter().zip(&outcomes).filter(|(d, _)| d.kind == kind).map(|(_, o)| o));
        too_many |= one_in == 1 && row.silent_in_ten_thousand() > most;
        table += &format!("{} | {row}\n", kind.files());
    }
    let row = Row::of(outcomes.iter());
    too_many |= one_in == SAMPLE && row.silent_in_ten_thousand() > SILENT_OF_SAMPLE;
    let report = format!("{}{table}all | {row}\n", silent(&of, &damages, &outcomes));
    assert!(row.damages > 200, "{report}");
    assert!(!too_many, "more damages are silent than before\n{report}");
    println!("{report}");
}
