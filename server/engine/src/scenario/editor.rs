//! What an editor asks about a scenario: what may stand here, what is this, where was it declared. Pure, like the checks.

use std::ops::Range;

use super::check::sections::{self, Need, Shape};
use super::parse::{self, FileKind};
use super::tree::{Entry, Node, Span, Tree, ValueKind};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OfferKind {
    /// A kind of section.
    Section,
    Key,
    /// One of the words a key takes.
    Word,
    /// Something the author has named.
    Name,
    Verb,
    Function,
}

/// Something that may stand at the cursor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offer {
    pub word: String,
    pub kind: OfferKind,
    /// An example, or what it is.
    pub detail: String,
}

impl Offer {
    fn new(word: &str, kind: OfferKind, detail: &str) -> Self {
        Self { word: word.into(), kind, detail: detail.into() }
    }
}

/// Every verb of a rule, with an example that the reader accepts.
pub const VERBS: &[(&str, &str)] = &[
    ("move", "move carta to scarti"),
    ("advance", "advance pedina by 3 steps, bounce"),
    ("swap", "swap carta with altra"),
    ("deal", "deal 5 from mazzo to each mano of seats"),
    ("draw", "draw 1 from mazzo to mano"),
    ("shuffle", "shuffle mazzo"),
    ("make", "make 10 oro in cassa"),
    ("remove", "remove carta"),
    ("gather", "gather idea into idee unsigned"),
    ("sign", "sign idee"),
    ("roll", "roll 2 dice into dadi"),
    ("pick", "pick 1 of seats into sorteggiata"),
    ("rank", "rank seats by punti, lot into classifica"),
    ("rotate", "rotate primo, secondo among seats"),
    ("group", "group seats into coppia of 2 by lot, leftover join"),
    ("form", "form coppia with ada, bruno"),
    ("dissolve", "dissolve coppia"),
    ("merge", "merge coppia into quartetto by 2, leftover join"),
    ("split", "split squadra into rossi, blu by punti"),
    ("send", "send me to tavolo"),
    ("reveal", "reveal carta to table"),
    ("conceal", "conceal carta"),
    ("show", "show avviso to table"),
    ("note", "note avviso"),
    ("open channel", "open channel sussurri"),
    ("close channel", "close channel sussurri"),
    ("close phase", "close phase"),
    ("give floor", "give floor to me for 1 min"),
    ("take floor", "take floor"),
    ("start timer", "start timer sabbia for 2 min"),
    ("stop timer", "stop timer sabbia"),
    ("extend", "extend 1 min"),
    ("go to", "go to finale"),
    ("again", "again"),
    ("leave loop", "leave loop"),
    ("finish as", "finish as vittoria"),
    ("resolve", "resolve ordini"),
];

// ---------------------------------------------------------------- what may stand here

/// What may stand at byte `at` of the file `path`.
#[must_use]
pub fn offers(tree: &Tree, path: &str, at: usize) -> Vec<Offer> {
    let Some((file, text)) = file_of(tree, path) else { return Vec::new() };
    let at = at.min(text.len());
    let line = &text[text[..at].rfind('\n').map_or(0, |n| n + 1)..at];
    match parse::kind_of(path) {
        FileKind::Words(_) => word_offers(tree, line),
        FileKind::Trunk | FileKind::Play(_) => trunk_offers(tree, file, line, at),
        _ => Vec::new(),
    }
}

fn word_offers(tree: &Tree, line: &str) -> Vec<Offer> {
    let Some(heading) = line.strip_prefix('#').map(|l| l.trim_start_matches('#').trim_start()) else {
        return Vec::new();
    };
    match heading.split_once(' ') {
        None => sections::word_kinds().map(|k| Offer::new(k, OfferKind::Section, "")).collect(),
        Some((kind, _)) => ids(tree, kind).into_iter().map(|id| Offer::new(&id, OfferKind::Name, kind)).collect(),
    }
}

fn ids(tree: &Tree, kind: &str) -> Vec<String> {
    tree.nodes.iter().filter(|n| n.kind == kind && !n.id.is_empty()).map(|n| n.id.clone()).collect()
}

fn trunk_offers(tree: &Tree, file: u16, line: &str, at: usize) -> Vec<Offer> {
    if let Some(header) = line.trim_start().strip_prefix('[') {
        return header_offers(header);
    }
    let Some(node) = node_at(tree, file, at) else { return Vec::new() };
    let inside = node.keys.iter().find(|e| holds(e.value.span, at));
    let keys = sections::keys(&node.kind).unwrap_or_default();
    if inside.is_none() && !line.contains('=') {
        return keys.iter().filter(|k| node.get(k.name).is_none()).map(|k| Offer::new(k.name, OfferKind::Key, k.example)).collect();
    }
    let key = inside.map_or_else(|| line.split('=').next().unwrap_or("").trim(), |e| e.key.as_str());
    let shapes = keys.iter().find(|k| k.name == key).map_or(&[][..], |k| k.shapes);
    let words: Vec<&str> = shapes.iter().flat_map(|s| if let Shape::Word(w) | Shape::Words(w) = s { *w } else { &[] }).copied().collect();
    if !words.is_empty() {
        return words.into_iter().map(|w| Offer::new(w, OfferKind::Word, key)).collect();
    }
    let mut out: Vec<Offer> = names(tree).into_iter().map(|(name, kind, _)| Offer::new(&name, OfferKind::Name, &kind)).collect();
    out.extend(VERBS.iter().map(|(verb, example)| Offer::new(verb, OfferKind::Verb, example)));
    out.extend(super::compile::FUNCTIONS.iter().map(|f| Offer::new(f.name, OfferKind::Function, f.example)));
    out
}

fn header_offers(header: &str) -> Vec<Offer> {
    let parts: Vec<&str> = header.split('.').collect();
    match parts.as_slice() {
        [_] => sections::top_kinds().map(|k| Offer::new(k, OfferKind::Section, "")).collect(),
        [kind, _, _] => sections::nested_in(kind).map(|k| Offer::new(k, OfferKind::Section, "")).into_iter().collect(),
        _ => Vec::new(),
    }
}

// ---------------------------------------------------------------- what is this

/// What stands at byte `at`, and a few words on it (Markdown).
#[must_use]
pub fn about(tree: &Tree, path: &str, at: usize) -> Option<(Range<usize>, String)> {
    let (file, text) = file_of(tree, path)?;
    let range = word_at(text, at)?;
    let word = &text[range.clone()];
    let node = node_at(tree, file, at);
    if let Some(node) = node
        && let Some(entry) = node.keys.iter().find(|e| holds(e.key_span, at))
        && let Some(key) = sections::keys(&node.kind)?.iter().find(|k| k.name == entry.key)
    {
        return Some((range, about_key(&node.kind, key)));
    }
    if let Some((name, kind, span)) = names(tree).into_iter().find(|(n, ..)| n == word) {
        let said = source_line(tree, span);
        return Some((range, format!("**{name}** · {kind}\n\n```toml\n{said}\n```")));
    }
    let (verb, example) = VERBS.iter().find(|(v, _)| v.split(' ').next() == Some(word))?;
    Some((range, format!("**{verb}**\n\n```\n{example}\n```")))
}

fn about_key(kind: &str, key: &sections::Key) -> String {
    let need = match key.need {
        Need::Free => "facoltativa · optional",
        Need::Required => "necessaria · required",
        Need::When(_) => "necessaria in certi casi · required in some cases",
    };
    let words: Vec<&str> = key.shapes.iter().flat_map(|s| if let Shape::Word(w) | Shape::Words(w) = s { *w } else { &[] }).copied().collect();
    let mut out = format!("**{}** · `[{kind}]` · {need}", key.name);
    if !words.is_empty() {
        out.push_str(&format!("\n\n{}", words.join(" · ")));
    }
    if !key.example.is_empty() {
        out.push_str(&format!("\n\n```toml\n{}\n```", key.example));
    }
    out
}

// ---------------------------------------------------------------- where was it declared

/// Where the name at byte `at` was declared; in a file of words, where the thing of the heading is.
#[must_use]
pub fn declared(tree: &Tree, path: &str, at: usize) -> Option<Span> {
    let (_, text) = file_of(tree, path)?;
    let range = word_at(text, at)?;
    let word = &text[range];
    names(tree).into_iter().find(|(name, ..)| name == word).map(|(.., span)| span)
}

/// Everything the author has named: name, what it is, where.
fn names(tree: &Tree) -> Vec<(String, String, Span)> {
    let mut out = Vec::new();
    for node in tree.nodes.iter().filter(|n| !n.id.is_empty()) {
        out.push((node.id.clone(), node.kind.clone(), node.span));
        for input in node.map("ask") {
            out.push((input.key.clone(), "ask".into(), input.key_span));
        }
        for row in node.list("rows") {
            if let ValueKind::Text(id) = &row.kind {
                out.push((id.clone(), node.id.clone(), row.span));
            }
        }
    }
    for entry in tree.nodes.iter().flat_map(|n| &n.keys).filter(|e| ["teams", "groups"].contains(&e.key.as_str())) {
        out.extend(names_in(entry));
    }
    out
}

fn names_in(entry: &Entry) -> Vec<(String, String, Span)> {
    let one = |name: &str, span| (name.to_string(), entry.key.trim_end_matches('s').to_string(), span);
    match &entry.value.kind {
        ValueKind::List(list) => list.iter().filter_map(|v| v.text().map(|(name, span)| one(name, span))).collect(),
        ValueKind::Map(map) => map.iter().map(|e| one(&e.key, e.key_span)).collect(),
        _ => Vec::new(),
    }
}

// ---------------------------------------------------------------- places

fn file_of<'a>(tree: &'a Tree, path: &str) -> Option<(u16, &'a str)> {
    tree.files.iter().position(|f| f.path == path).map(|n| (n as u16, tree.files[n].text.as_str()))
}

fn holds(span: Span, at: usize) -> bool {
    (span.start as usize..=span.end as usize).contains(&at)
}

/// The section around a byte: the last that begins before it.
fn node_at(tree: &Tree, file: u16, at: usize) -> Option<&Node> {
    let nodes = tree.nodes.iter().chain(&tree.plays).filter(|n| n.span.file == file && (n.span.start as usize) < at.max(1));
    nodes.max_by_key(|n| n.span.start)
}

fn source_line(tree: &Tree, span: Span) -> &str {
    let text = &tree.files[usize::from(span.file)].text;
    let start = text[..span.start as usize].rfind('\n').map_or(0, |n| n + 1);
    text[start..].lines().next().unwrap_or("").trim()
}

fn word_at(text: &str, at: usize) -> Option<Range<usize>> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    if at > text.len() || !text.is_char_boundary(at) {
        return None;
    }
    let start = text[..at].rfind(|c| !part(c)).map_or(0, |n| n + text[n..].chars().next().map_or(1, char::len_utf8));
    let end = text[at..].find(|c| !part(c)).map_or(text.len(), |n| at + n);
    (start < end).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Files;
    use crate::scenario::faults::Faults;
    use crate::scenario::rules::parse::rule;

    const TRUNK: &str = "format = 1\nflow = \"voto\"\n[people]\nabsent = \"\"\n[list]\nscelta = { rows = [\"si\", \"no\"] }\n[variable]\nfiducia = { of = \"table\", seen = \"table\" }\n[phase.voto]\nends = \"desk\"\nafter = \"\"\"\n[phase.voto.move.dico]\nask.parere = \"one of all scelta\"\ndo = \"fiducia += 1\"\n";

    fn tree() -> Tree {
        let trunk = TRUNK.replace("after = \"\"\"\n", "");
        let files: Files =
            [("scenario.toml", trunk.as_str()), ("it.md", "# Prova\n## phase \n## \n")].map(|(p, t)| (p.into(), t.as_bytes().to_vec())).into();
        parse::read(&files, &mut Faults::default())
    }

    /// The byte right after `mark` in a file of the tree.
    fn after(tree: &Tree, path: &str, mark: &str) -> usize {
        let text = file_of(tree, path).unwrap().1;
        text.find(mark).unwrap_or_else(|| panic!("{mark} in {text}")) + mark.len()
    }

    #[test]
    fn each_place_is_offered_what_may_stand_there() {
        let tree = tree();
        for (path, mark, yes, no) in [
            ("scenario.toml", "absent = \"", "pass", "fiducia"),
            ("scenario.toml", "[p", "phase", "pass"),
            ("scenario.toml", "ends = \"desk\"\n", "who", "ends"),
            ("scenario.toml", "do = \"", "fiducia", "who"),
            ("scenario.toml", "do = \"", "shuffle", "ends"),
            ("scenario.toml", "do = \"", "count", "desk"),
            ("it.md", "## phase ", "voto", "fiducia"),
            ("it.md", "# Prova\n## ", "phase", "voto"),
        ] {
            let words: Vec<String> = offers(&tree, path, after(&tree, path, mark)).into_iter().map(|o| o.word).collect();
            assert!(words.iter().any(|w| w == yes) && !words.iter().any(|w| w == no), "after {mark:?}: {words:?}");
        }
    }

    #[test]
    fn a_name_leads_to_where_it_was_declared() {
        let tree = tree();
        for (mark, declaration) in [("do = \"fidu", "fiducia = {"), ("one of all sce", "scelta = {"), ("flow = \"vo", "[phase.voto]")] {
            let span = declared(&tree, "scenario.toml", after(&tree, "scenario.toml", mark)).unwrap_or_else(|| panic!("{mark}"));
            let line = source_line(&tree, span);
            assert!(line.starts_with(declaration), "{mark}: {line}");
        }
        let (_, words) = about(&tree, "scenario.toml", after(&tree, "scenario.toml", "do = \"fidu")).unwrap();
        assert!(words.starts_with("**fiducia** · variable"), "{words}");
        let (_, words) = about(&tree, "scenario.toml", after(&tree, "scenario.toml", "ab")).unwrap();
        assert!(words.contains("pass"), "{words}");
    }

    #[test]
    fn every_verb_is_read_as_its_example_has_it() {
        for (verb, example) in VERBS {
            let mut faults = Faults::default();
            let read = rule(example, Span { file: 0, start: 0, end: example.len() as u32 }, &mut faults);
            assert!(read.is_some_and(|r| r.len() == 1) && faults.0.is_empty(), "{verb}: {:?}", faults.0);
        }
    }
}
