//! Words and things: each thing has its words, all words have their thing, in every language.

use std::collections::BTreeMap;

use super::nearest::nearest;
use super::sections;
use crate::scenario::faults::Faults;
use crate::scenario::rules::ast::{Flow, FlowKind};
use crate::scenario::rules::parse;
use crate::scenario::tree::{Node, Prose, Sheet, Span, Tree, ValueKind, WordSection, Words};

/// Words of a game whose heading stands there but is not written yet: what `check --fix` puts in.
pub const UNWRITTEN: &str = "…";

/// A thing that words may be about, and what it needs.
#[derive(Debug)]
struct Thing {
    kind: &'static str,
    id: String,
    place: Span,
    needs_title: bool,
    /// Children by id, and whether they must be there.
    children: Vec<(String, bool)>,
    /// Any other child is welcome too: questions of a debrief.
    open: bool,
}

impl Thing {
    fn new(kind: &'static str, id: &str, place: Span, needs_title: bool) -> Thing {
        Thing { kind, id: id.into(), place, needs_title, children: Vec::new(), open: kind == "debrief" }
    }

    fn with(mut self, children: impl Iterator<Item = (String, bool)>) -> Thing {
        self.children.extend(children);
        self
    }
}

pub fn check(tree: &Tree, faults: &mut Faults) {
    let things = things(tree);
    for (n, words) in tree.words.iter().enumerate() {
        let told = faults.0.iter().any(|f| f.span == Span { file: words.file, start: 0, end: 0 });
        let index = Index::new(words, tree, faults);
        check_orphans(&things, words, tree, faults);
        if told && words.sections.is_empty() {
            continue;
        }
        let sink = Sink { path: &tree.files[usize::from(words.file)].path, words, translation: n > 0 };
        for thing in &things {
            if faults.is_full() {
                return;
            }
            check_thing(thing, &index, tree, &sink, faults);
        }
        if n > 0 {
            check_texts(&tree.words[0], &index, &sink, faults);
            check_alike(&things, &tree.words[0], words, tree, faults);
        }
    }
}

/// The heading to paste for a thing without words: `(section it goes under, line)`; the section is empty for `## kind id`.
#[must_use]
pub fn heading_for(kind: &str, id: &str) -> (String, String) {
    match kind {
        "move" => (String::new(), format!("### move {id}: {UNWRITTEN}")),
        "variable" | "value" | "zone" | "parameter" | "channel" | "team" | "text" => (format!("## {kind}"), format!("- {id}: {UNWRITTEN}")),
        _ => (String::new(), format!("## {kind} {id}: {UNWRITTEN}")),
    }
}

// What there is to be put into words.

fn things(tree: &Tree) -> Vec<Thing> {
    let mut things: Vec<Thing> = tree.nodes.iter().filter_map(|node| thing(node, tree)).collect();
    for node in tree.nodes.iter().filter(|n| n.kind == "people") {
        things.extend(names_in(node, "teams").into_iter().map(|(id, place)| Thing::new("team", &id, place, true)));
        if let Some((path, _)) = node.text("roles") {
            things.extend(roles_of(tree.sheets.iter().find(|s| s.path == path)));
        }
    }
    // A loop with a name may have a word for its passes: «turno 2 di 5». What is wrong in the flow is said elsewhere.
    if let Some((text, span)) = tree.nodes.iter().find_map(|n| n.text("flow")) {
        named_loops(&parse::flow(text, span, &mut Faults::default()), &mut things);
    }
    things
}

fn named_loops(flow: &[Flow], things: &mut Vec<Thing>) {
    for line in flow {
        match &line.kind {
            FlowKind::Repeat { name, body, .. } | FlowKind::ForEach { name, body, .. } => {
                things.extend(name.iter().map(|id| Thing::new("variable", id, line.span, false)));
                named_loops(body, things);
            }
            FlowKind::Each { body, .. } | FlowKind::Within { body, .. } | FlowKind::DeskMaySkip(body) => named_loops(body, things),
            FlowKind::If(arms, other) => {
                arms.iter().for_each(|(_, body)| named_loops(body, things));
                named_loops(other, things);
            }
            FlowKind::Phase(_) | FlowKind::DeskPicks(_) => {}
        }
    }
}

fn thing(node: &Node, tree: &Tree) -> Option<Thing> {
    let kind = sections::word_kinds().find(|k| *k == node.kind)?;
    let needs_title = match kind {
        "phase" => node.text("ends").is_none_or(|(e, _)| e.trim() != "at once"),
        "variable" | "value" => node.get("shown").is_some(),
        "zone" => !node.text("seen").is_some_and(|(s, _)| s.trim() == "nobody" || s.trim() == "desk"),
        "token" => node.text("rows").is_none(),
        "list" => false,
        _ => true,
    };
    let thing = Thing::new(kind, &node.id, node.span, needs_title);
    let keys = |key: &str, needed: bool| node.map(key).iter().map(|e| (e.key.clone(), needed)).collect::<Vec<_>>().into_iter();
    Some(match kind {
        "phase" => thing.with(keys("also", true)).with(one("note")),
        "move" => {
            let inputs = |key| keys(key, node.map(key).len() > 1);
            thing
                .with(one("why"))
                .with(keys("check", true))
                .with(keys("warn", true))
                .with(keys("note", true))
                .with(inputs("ask"))
                .with(inputs("reply"))
        }
        "role" => thing.with(one("public")),
        // An option of one or two letters is its own word.
        "list" => thing.with(node.list("rows").iter().filter_map(|v| v.text()).map(|(id, _)| (id.to_string(), id.chars().count() > 2))),
        "board" => {
            let mine = |n: &&Node| n.kind == "land" && n.parent.is_some_and(|p| tree.nodes[p].span == node.span);
            let landings = tree.nodes.iter().filter(mine).map(|n| (n.id.clone(), true));
            thing.with(landings).with(space_ids(node).into_iter().map(|id| (id, false)))
        }
        "panel" => thing.with(keys("column", true)),
        _ => thing,
    })
}

fn one(child: &str) -> impl Iterator<Item = (String, bool)> + use<> {
    std::iter::once((child.to_string(), false))
}

fn space_ids(board: &Node) -> Vec<String> {
    let maps = board.list("spaces").iter().filter_map(|v| if let ValueKind::Map(m) = &v.kind { Some(m) } else { None });
    maps.flatten().filter(|e| e.key == "id").filter_map(|e| e.value.text()).map(|(id, _)| id.to_string()).collect()
}

fn roles_of(sheet: Option<&Sheet>) -> Vec<Thing> {
    let Some(sheet) = sheet else {
        return Vec::new();
    };
    let rows = sheet.rows.iter().filter_map(|row| row.cells.first());
    rows.map(|(id, place)| Thing::new("role", id.trim(), *place, true).with(one("public"))).collect()
}

/// Names in a list, or the keys of a map.
fn names_in(node: &Node, key: &str) -> Vec<(String, Span)> {
    let listed = node.list(key).iter().filter_map(|v| v.text()).map(|(id, at)| (id.to_string(), at));
    listed.chain(node.map(key).iter().map(|e| (e.key.clone(), e.key_span))).collect()
}

// What words there are.

/// Where the words of a thing stand: its own heading, or a line of a short list.
struct Found<'w> {
    place: Span,
    title: Option<&'w Prose>,
    section: Option<&'w WordSection>,
}

struct Index<'w> {
    found: BTreeMap<(&'w str, &'w str), Found<'w>>,
}

impl<'w> Index<'w> {
    fn new(words: &'w Words, tree: &Tree, faults: &mut Faults) -> Index<'w> {
        let mut index = Index { found: BTreeMap::new() };
        for section in &words.sections {
            if let Some(id) = &section.id {
                let found = Found { place: section.span, title: section.title.as_ref(), section: Some(section) };
                index.add(&section.kind, id, found, tree, faults);
            } else {
                for (id, place, prose) in &section.children {
                    let title = Some(prose).filter(|p| !p.raw.is_empty());
                    index.add(&section.kind, id, Found { place: *place, title, section: None }, tree, faults);
                }
            }
        }
        index
    }

    fn add(&mut self, kind: &'w str, id: &'w str, found: Found<'w>, tree: &Tree, faults: &mut Faults) {
        if let Some(first) = self.found.get(&(kind, id)) {
            return faults.add("X802", found.place, &[kind, id, &place_name(first.place, tree)]);
        }
        if found.title.is_some_and(|t| t.raw == UNWRITTEN) {
            faults.add("W812", found.place, &[kind, id]);
        }
        let has_text = found.title.is_some() || found.section.is_some_and(|s| s.text.is_some());
        if kind == "text" && !has_text {
            faults.add("X811", found.place, &[id]);
        }
        self.found.insert((kind, id), found);
    }
}

/// `it.md:12`
fn place_name(place: Span, tree: &Tree) -> String {
    let file = &tree.files[usize::from(place.file)];
    let line = file.text[..place.start as usize].matches('\n').count() + 1;
    format!("{}:{line}", file.path)
}

/// The file of words that is looked at.
struct Sink<'w> {
    path: &'w str,
    words: &'w Words,
    translation: bool,
}

impl Sink<'_> {
    /// A thing without words: told at the thing, or at the file that should translate it.
    fn missing(&self, kind: &str, id: &str, place: Span, faults: &mut Faults) {
        // A heading of its own, also where a short list would do: it is right wherever it is pasted.
        let (section, line) = heading_for(kind, id);
        let line = if section.is_empty() { line } else { format!("{section} {id}: {UNWRITTEN}") };
        if self.translation {
            faults.add("X804", Span { file: self.words.file, start: 0, end: 0 }, &[kind, id, self.path, &line]);
        } else {
            faults.add("X801", place, &[kind, id, self.path, &line]);
        }
    }
}

fn check_thing(thing: &Thing, index: &Index<'_>, tree: &Tree, sink: &Sink<'_>, faults: &mut Faults) {
    let found = index.found.get(&(thing.kind, thing.id.as_str()));
    let cell = csv_field(thing, "name", tree, sink);
    let title = found.and_then(|f| f.title);
    if let (Some((cell, _)), Some(title)) = (&cell, title)
        && !cell.is_empty()
    {
        let place = csv_field(thing, "name", tree, sink).map_or(thing.place, |(_, at)| at);
        faults.add("X802", title.span, &[thing.kind, &thing.id, &place_name(place, tree)]);
    } else if thing.needs_title && title.is_none() {
        match (&cell, found) {
            (Some((cell, _)), _) if !cell.is_empty() => {}
            (_, Some(found)) => faults.add("X808", found.place, &[thing.kind, &thing.id]),
            _ => return sink.missing(thing.kind, &thing.id, thing.place, faults),
        }
    }
    check_brief(thing, found, tree, sink, faults);
    let present = |id: &str| found.and_then(|f| f.section).is_some_and(|s| s.children.iter().any(|c| c.0 == id));
    for (child, _) in thing.children.iter().filter(|(id, needed)| *needed && !present(id)) {
        let elsewhere = if sink.translation { Span { file: sink.words.file, start: 0, end: 0 } } else { thing.place };
        let place = found.map_or(elsewhere, |f| f.place);
        faults.add("X803", place, &[thing.kind, &thing.id, child, sink.path]);
    }
}

/// A brief stands in the CSV or below the heading, not in both.
fn check_brief(thing: &Thing, found: Option<&Found<'_>>, tree: &Tree, sink: &Sink<'_>, faults: &mut Faults) {
    let Some(text) = found.and_then(|f| f.section).and_then(|s| s.text.as_ref()) else {
        return;
    };
    for column in ["brief", "text"] {
        if let Some((cell, at)) = csv_field(thing, column, tree, sink)
            && !cell.is_empty()
        {
            faults.add("X802", text.span, &[thing.kind, &thing.id, &place_name(at, tree)]);
        }
    }
}

/// A cell with words for a role: `name`, or `name.en` in a translation.
fn csv_field(thing: &Thing, column: &str, tree: &Tree, sink: &Sink<'_>) -> Option<(String, Span)> {
    if thing.kind != "role" {
        return None;
    }
    let sheet = tree.sheets.iter().find(|s| s.file == thing.place.file)?;
    let name = if sink.translation { format!("{column}.{}", sink.words.lang) } else { column.to_string() };
    let column = sheet.column(&name)?;
    let row = sheet.rows.iter().find(|r| r.cells.first().is_some_and(|c| c.1 == thing.place))?;
    row.cells.get(column).map(|(cell, at)| (cell.trim().to_string(), *at))
}

/// Texts have no thing behind them: each language must have the same ones.
fn check_texts(own: &Words, index: &Index<'_>, sink: &Sink<'_>, faults: &mut Faults) {
    for (id, place) in texts_of(own) {
        if !index.found.contains_key(&("text", id)) {
            sink.missing("text", id, place, faults);
        }
    }
}

/// Lines below the same heading that stand in one language alone: a question of the debrief, a note for the desk. What every
/// language needs, and what belongs to nothing, is told elsewhere.
fn check_alike(things: &[Thing], own: &Words, words: &Words, tree: &Tree, faults: &mut Faults) {
    let path = |w: &Words| tree.files[usize::from(w.file)].path.as_str();
    for a in own.sections.iter().filter(|s| s.id.is_some()) {
        let Some(b) = words.sections.iter().find(|s| s.kind == a.kind && s.id == a.id) else { continue };
        let Some(thing) = things.iter().find(|t| t.kind == a.kind && Some(&t.id) == a.id.as_ref()) else { continue };
        let known = |id: &str| thing.open || thing.children.iter().any(|c| c.0 == id);
        if a.children.iter().chain(&b.children).any(|c| !known(&c.0)) {
            continue;
        }
        let alone = |id: &str, other: &WordSection| !thing.children.iter().any(|c| c.1 && c.0 == id) && !other.children.iter().any(|c| c.0 == id);
        for (child, ..) in a.children.iter().filter(|c| alone(&c.0, b)) {
            faults.add("W815", b.span, &[thing.kind, &thing.id, child, path(own), path(words)]);
        }
        for (child, place, _) in b.children.iter().filter(|c| alone(&c.0, a)) {
            faults.add("W815", *place, &[thing.kind, &thing.id, child, path(words), path(own)]);
        }
    }
}

/// Ids of the texts that a language declares.
pub fn texts_of(words: &Words) -> impl Iterator<Item = (&str, Span)> {
    words.sections.iter().filter(|s| s.kind == "text").flat_map(|s| {
        let own = s.id.iter().map(|id| (id.as_str(), s.span));
        let listed = s.children.iter().filter(|_| s.id.is_none()).map(|c| (c.0.as_str(), c.1));
        own.chain(listed)
    })
}

// Words that belong to nothing.

fn check_orphans(things: &[Thing], words: &Words, tree: &Tree, faults: &mut Faults) {
    for section in &words.sections {
        if faults.is_full() {
            return;
        }
        if sections::of(&section.kind, true).is_none() {
            let near = nearest(&section.kind, sections::word_kinds()).unwrap_or("");
            faults.add("X809", section.span, &[&section.kind, near]);
            continue;
        }
        match &section.id {
            Some(id) => {
                if let Some(thing) = owner(&section.kind, id, section.span, things, words, tree, faults) {
                    check_children(thing, section, faults);
                }
            }
            None => {
                for (id, place, _) in &section.children {
                    owner(&section.kind, id, *place, things, words, tree, faults);
                }
            }
        }
    }
}

/// The thing that words are about; a fault if there is none.
fn owner<'t>(kind: &str, id: &str, place: Span, things: &'t [Thing], words: &Words, tree: &Tree, faults: &mut Faults) -> Option<&'t Thing> {
    if kind == "text" {
        let own = &tree.words[0];
        if words.file != own.file && !texts_of(own).any(|t| t.0 == id) {
            let near = nearest(id, texts_of(own).map(|t| t.0)).unwrap_or("");
            faults.add("X805", place, &[kind, id, near]);
        }
        return None;
    }
    let ids = || things.iter().filter(|t| t.kind == kind);
    let thing = ids().find(|t| t.id == id);
    if thing.is_none() {
        let near = nearest(id, ids().map(|t| t.id.as_str())).unwrap_or("");
        faults.add("X805", place, &[kind, id, near]);
    }
    thing
}

fn check_children(thing: &Thing, section: &WordSection, faults: &mut Faults) {
    for (n, (child, place, prose)) in section.children.iter().enumerate() {
        let is_known = thing.open || thing.children.iter().any(|c| c.0 == *child);
        if !is_known {
            let near = nearest(child, thing.children.iter().map(|c| c.0.as_str())).unwrap_or("");
            faults.add("X810", *place, &[thing.kind, &thing.id, child, near]);
        } else if section.children[..n].iter().any(|c| c.0 == *child) {
            faults.add("X813", *place, &[child]);
        } else if prose.raw.is_empty() {
            faults.add("X811", *place, &[child]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::parse;

    /// Faults of words for a trunk and an `it.md` (its title is put in), and if need be a sheet of roles.
    fn faults_of(trunk: &str, words: &str, roles: &str) -> Vec<String> {
        let mut files = crate::scenario::Files::new();
        files.insert("scenario.toml".into(), trunk.as_bytes().to_vec());
        files.insert("it.md".into(), format!("# T\n{words}").into_bytes());
        if !roles.is_empty() {
            files.insert("ruoli.csv".into(), roles.as_bytes().to_vec());
        }
        let mut faults = Faults::default();
        let tree = parse::read(&files, &mut faults);
        check(&tree, &mut faults);
        faults.0.iter().map(|f| format!("{} {}", f.code, f.args[..f.args.len().min(3)].join(" "))).collect()
    }

    #[test]
    fn each_kind_needs_its_words() {
        for (trunk, words, expected) in [
            ("[phase.a]\nends = \"at once\"\n", "", vec![]),
            ("[phase.a]\nends = \"desk\"\n", "", vec!["X801 phase a it.md"]),
            ("[phase.a]\nends = \"desk\"\nalso.b = \"yes\"\n", "## phase a: A\n- note: Per chi conduce\n", vec!["X803 phase a b"]),
            ("[move.a]\nask.b = \"yes/no\"\n", "## move a: A\n", vec![]),
            ("[move.a]\nask.b = \"yes/no\"\nask.c = \"yes/no\"\n", "## move a: A\n- b: B\n- why: No\n", vec!["X803 move a c"]),
            ("[move.a]\nnote.b = \"yes\"\n", "## move a: A\n", vec!["X803 move a b"]),
            ("[role]\na = { seen = \"table\" }\n", "## role a\nTesto\n- public: Per tutti\n", vec!["X808 role a"]),
            ("[people]\nteams = [\"a\"]\n", "", vec!["X801 team a it.md"]),
            ("[people]\nteams = { a = 1 }\n", "## team\n- a: A\n", vec![]),
            ("[parameter]\na = { value = 1 }\n", "", vec!["X801 parameter a it.md"]),
            ("[variable]\na = { of = \"seat\" }\nb = { shown = \"sign\" }\n", "", vec!["X801 variable b it.md"]),
            ("[zone]\na = { seen = \"desk\" }\nb = { seen = \"owner\" }\n", "", vec!["X801 zone b it.md"]),
            ("[list]\na = { rows = [\"si\", \"forse\"] }\n", "", vec!["X803 list a forse"]),
            ("[token]\na = { per = \"team\" }\n", "", vec!["X801 token a it.md"]),
            ("[board.a]\n[board.a.land.b]\n", "## board a: A\n", vec!["X803 board a b"]),
            ("[panel.a]\ncolumn.b = \"x\"\n", "## panel a: A\n- b: B\n- c: C\n", vec!["X810 panel a c"]),
            ("[debrief]\na = { moment = \"why\" }\n", "## debrief a: A\n- qualsiasi: Perché?\n", vec![]),
            ("format = 1\n", "## text\n- a: A\n## text b\n", vec!["X811 b"]),
            ("[trigger.a]\n", "## trigger a: A\n", vec!["X809 trigger "]),
            ("format = 1\n", "## variable a: A\n", vec!["X805 variable a "]),
        ] {
            assert_eq!(faults_of(trunk, words, ""), expected, "{trunk}{words}");
        }
    }

    #[test]
    fn roles_of_a_sheet_have_words_in_one_place() {
        let trunk = "[people]\nroles = \"ruoli.csv\"\n";
        for (roles, words, expected) in [
            ("id;name\na;A\n", "", vec![]),
            ("id;name\na;\n", "", vec!["X801 role a it.md"]),
            ("id\na\n", "## role a: A\n", vec![]),
            ("id;name\na;A\n", "## role a: B\n", vec!["X802 role a ruoli.csv:2"]),
            ("id;name;brief\na;A;B\n", "## role a\nC\n", vec!["X802 role a ruoli.csv:2"]),
        ] {
            assert_eq!(faults_of(trunk, words, roles), expected, "{roles}{words}");
        }
    }
}
