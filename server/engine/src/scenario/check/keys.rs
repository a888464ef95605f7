//! Keys: known, in their place, of the right shape, none missing.

use super::nearest::nearest;
use super::sections::{self, Key, Need, Shape};
use crate::scenario::faults::Faults;
use crate::scenario::limits;
use crate::scenario::tree::{Entry, Node, Span, Tree, Value, ValueKind};

/// Checks every section of `scenario.toml` and every play.
pub fn check(tree: &Tree, faults: &mut Faults) {
    let broken: Vec<Span> = faults.0.iter().map(|f| f.span).collect();
    for (n, node) in tree.nodes.iter().enumerate() {
        let end = tree.nodes.get(n + 1).map_or(u32::MAX, |next| next.span.start);
        check_node(node, end, &broken, &tree.nodes, faults);
    }
    let whole = Span { start: 0, end: 0, ..tree.nodes[0].span };
    if !tree.nodes.iter().any(|n| n.kind == "people") && !broken.contains(&whole) {
        faults.add("S146", whole, &[]);
    }
    for play in &tree.plays {
        check_node(play, u32::MAX, &broken, &[], faults);
    }
}

fn check_node(node: &Node, end: u32, broken: &[Span], nodes: &[Node], faults: &mut Faults) {
    let Some(keys) = sections::keys(&node.kind).filter(|_| !faults.is_full()) else {
        return;
    };
    if !node.id.is_empty() && node.kind != "play" {
        check_id(&node.id, node.span, faults);
    }
    let mut slips = Vec::new();
    for entry in &node.keys {
        if faults.is_full() {
            return;
        }
        match keys.iter().find(|k| k.name == entry.key && is_legal(k, node)) {
            Some(key) => check_value(key, entry, node, faults),
            None => slips.extend(report_unknown(entry, node, keys, nodes, faults)),
        }
    }
    // A key may stand on a line that could not be read: then it is not missing.
    let is_inside = |s: &Span| s.file == node.span.file && s.start >= node.span.start && s.start < end;
    if broken.iter().any(is_inside) {
        return;
    }
    for key in keys.iter().filter(|k| node.get(k.name).is_none() && !slips.contains(&k.name)) {
        let missing = match key.need {
            Need::Free => false,
            Need::Required => true,
            Need::When(condition) => condition(node, nodes),
        };
        if missing {
            faults.add("S104", node.span, &[&node.kind, &node.id, key.name, key.example]);
        }
    }
}

/// `in` is for moves outside of phases only.
fn is_legal(key: &Key, node: &Node) -> bool {
    !(node.kind == "move" && key.name == "in" && node.parent.is_some())
}

/// Small letters, digits, `_`; a letter first.
pub fn check_id(id: &str, place: Span, faults: &mut Faults) {
    let first = id.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    let rest = id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !first || !rest || id.len() > limits::ID_SIGNS {
        faults.add("S114", place, &[id, &suggested_id(id)]);
    }
}

/// «Città 2» → «citta_2».
pub fn suggested_id(name: &str) -> String {
    let plain = |c: char| match c {
        'à' | 'á' | 'â' | 'ä' => 'a',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ò' | 'ó' | 'ô' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        c if c.is_ascii_alphanumeric() => c,
        _ => '_',
    };
    let id: String = name.trim().to_lowercase().chars().map(plain).take(limits::ID_SIGNS).collect();
    let id = id.trim_matches('_').to_string();
    if id.starts_with(|c: char| c.is_ascii_digit()) { format!("n{id}") } else { id }
}

/// A slip of the pen, or a key of another kind of section. Gives the key that was probably meant.
fn report_unknown(entry: &Entry, node: &Node, keys: &[Key], nodes: &[Node], faults: &mut Faults) -> Option<&'static str> {
    let owner = owner_of(&entry.key, node, nodes);
    if let Some((kind, id)) = owner {
        faults.add("S101", entry.key_span, &[&entry.key, &node.kind, kind, &id]);
        return None;
    }
    let near = nearest(&entry.key, keys.iter().map(|k| k.name));
    faults.add("S112", entry.key_span, &[&entry.key, &node.kind, near.unwrap_or("")]);
    near
}

/// Whose key it is. Where a header is lost, several keys are strange here: the kind that knows most of them is meant;
/// of equals, that of the section around or before.
fn owner_of(key: &str, node: &Node, nodes: &[Node]) -> Option<(&'static str, String)> {
    let knows = |kind: &str, key: &str| sections::keys(kind).is_some_and(|keys| keys.iter().any(|k| k.name == key));
    let strange = || node.keys.iter().filter(|e| !knows(&node.kind, &e.key));
    let around = node.parent.map(|p| &nodes[p]);
    let before = nodes.iter().rev().filter(|n| n.span.start < node.span.start);
    let near: Vec<&Node> = around.into_iter().chain(before).collect();
    let rank = |kind: &str| near.iter().position(|n| n.kind == kind).unwrap_or(usize::MAX);
    let same_file = |kind: &str| (kind == "play") == (node.kind == "play");
    let kinds = sections::SECTIONS.iter().map(|s| s.kind).filter(|k| *k != node.kind && same_file(k) && knows(k, key));
    let kind = kinds.min_by_key(|kind| {
        let known = strange().filter(|e| knows(kind, &e.key)).count();
        (std::cmp::Reverse(known), rank(kind))
    })?;
    Some((kind, near.iter().find(|n| n.kind == kind).map(|n| n.id.clone()).unwrap_or_default()))
}

fn check_value(key: &Key, entry: &Entry, node: &Node, faults: &mut Faults) {
    let value = &entry.value;
    if let [Shape::Word(words)] = key.shapes
        && let ValueKind::Text(word) = &value.kind
    {
        return check_word(word, words, entry, value.span, faults);
    }
    if let ([Shape::Words(words)], ValueKind::List(list)) = (key.shapes, &value.kind)
        && list.iter().all(|v| v.text().is_some())
    {
        for (word, at) in list.iter().filter_map(Value::text) {
            check_word(word, words, entry, at, faults);
        }
        return;
    }
    if !key.shapes.iter().any(|s| fits(*s, &value.kind)) {
        let shapes: Vec<String> = key.shapes.iter().map(|s| format!("{s:?}")).collect();
        faults.add("S115", value.span, &[&entry.key, &node.kind, &shapes.join("|"), key.example]);
    } else if key.shapes == [Shape::Range]
        && let [ValueKind::Int(low), ValueKind::Int(high)] = [0, 1].map(|n| node.list(key.name)[n].kind.clone())
        && low > high
    {
        faults.add("S116", value.span, &[&entry.key, &high.to_string(), &low.to_string()]);
    }
    check_inner_ids(key, value, faults);
}

fn check_word(word: &str, words: &[&'static str], entry: &Entry, place: Span, faults: &mut Faults) {
    if !words.contains(&word) {
        let near = nearest(word, words.iter().copied()).unwrap_or("");
        faults.add("S129", place, &[&entry.key, word, &words.join(", "), near]);
    }
}

/// Inputs, checks, columns, attributes: their names are ids too.
fn check_inner_ids(key: &Key, value: &Value, faults: &mut Faults) {
    let ValueKind::Map(entries) = &value.kind else {
        return;
    };
    if ["ask", "reply", "check", "warn", "note", "also", "column", "has"].contains(&key.name) {
        for inner in entries {
            check_id(&inner.key, inner.key_span, faults);
        }
    }
    if key.shapes != [Shape::Inputs] {
        return;
    }
    for input in entries {
        let ValueKind::Map(parts) = &input.value.kind else {
            continue;
        };
        for part in parts {
            let known = INPUT_KEYS.iter().find(|(name, _)| *name == part.key);
            match known {
                None => {
                    let near = nearest(&part.key, INPUT_KEYS.iter().map(|k| k.0)).unwrap_or("");
                    faults.add("S112", part.key_span, &[&part.key, "input", near]);
                }
                Some((_, shape)) if !fits(*shape, &part.value.kind) => {
                    faults.add("S115", part.value.span, &[&part.key, "input", &format!("{shape:?}"), ""]);
                }
                Some(_) => {}
            }
        }
        if !parts.iter().any(|p| p.key == "is") {
            faults.add("S104", input.key_span, &["input", &input.key, "is", "is = \"text up to 200\""]);
        }
    }
}

/// Parts of `ask.x` when it is more than a text.
const INPUT_KEYS: &[(&str, Shape)] =
    &[("is", Shape::Text), ("default", Shape::Text), ("optional", Shape::Bool), ("private", Shape::Bool), ("keep", Shape::Word(&["ask"]))];

fn fits(shape: Shape, value: &ValueKind) -> bool {
    let all_of = |test: fn(&ValueKind) -> bool| matches!(value, ValueKind::List(l) if l.iter().all(|v| test(&v.kind)));
    let in_map = |test: fn(&ValueKind) -> bool| matches!(value, ValueKind::Map(m) if m.iter().all(|e| test(&e.value.kind)));
    match shape {
        Shape::Anything => true,
        Shape::Text => is_text(value),
        Shape::Word(words) => matches!(value, ValueKind::Text(t) if words.contains(&t.as_str())),
        Shape::Texts => all_of(is_text),
        Shape::Words(words) => {
            matches!(value, ValueKind::List(l) if l.iter().all(|v| v.text().is_some_and(|(t, _)| words.contains(&t))))
        }
        Shape::Int { min, max } => matches!(value, ValueKind::Int(i) if (min..=max).contains(i)),
        Shape::Bool => matches!(value, ValueKind::Bool(_)),
        Shape::Range => {
            matches!(value, ValueKind::List(l) if l.len() == 2 && l.iter().all(|v| is_number(&v.kind)))
        }
        Shape::Ints => all_of(|v| matches!(v, ValueKind::Int(_))),
        Shape::Map => matches!(value, ValueKind::Map(_)),
        Shape::TextMap => in_map(is_text),
        Shape::Inputs => in_map(|v| is_text(v) || matches!(v, ValueKind::Map(_))),
        Shape::TextLists => all_of(|v| matches!(v, ValueKind::List(l) if l.iter().all(|v| is_text(&v.kind)))),
        Shape::Maps => all_of(|v| matches!(v, ValueKind::Map(_))),
    }
}

fn is_text(value: &ValueKind) -> bool {
    matches!(value, ValueKind::Text(_))
}

fn is_number(value: &ValueKind) -> bool {
    matches!(value, ValueKind::Int(_) | ValueKind::Float(_))
}

/// Yes or no, as a cell of a spreadsheet says it.
#[must_use]
pub fn is_yes_no(cell: &str) -> bool {
    ["yes", "no", "true", "false"].contains(&cell.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::parse;

    /// One of each kind, with the less common keys.
    const ALL_KINDS: &str = r#"
format = 1
language = "it"
flow = "voto"
meant = ["conta"]
[people]
seats = [3, 6]
tables = [1, 1]
absent = "wait"
latecomers = "join"
teams = { rossi = 2, blu = 1 }
teams_by = "even"
deal = "rules"
groups = ["coppia"]
[role]
guida = { seen = "table", count = 1, team = "rossi", gets = { mano = "all carta" } }
[parameter]
puo = { each = ["team", "team"], value = true, type = "yes/no", live = true }
[list]
seme = { rows = ["cuori", "picche"], look = "card" }
[token]
carta = { rows = { seme = ["cuori"], valore = [1, 2] }, has = { seme = "seme", valore = "number" } }
[data]
paga = { keys = ["number"], rows = { 1 = 4, 2 = 2 }, else = 0 }
[variable]
passi = { of = "seat", seen = "owner", start = 0.5, marks = { 3 = "avviso" }, each = { a = "team", b = "team" } }
[value]
doppio = { of = "seat", seen = "owner", is = "passi * 2" }
[zone]
mano = { of = "seat", holds = "carta", kind = "hand", seen = "owner", start = { cuori_1 = 2 }, capacity = 7 }
[board.campo]
of = "table"
seen = "table"
shape = "graph"
has = { x = "number", y = "number" }
spaces = [{ id = "a", x = 0, y = 0 }, { id = "b", x = 1, y = 0 }]
edges = "a-b"
[board.campo.land.fine]
at = ["a"]
then = "passi += 1"
look = "goal"
[channel.gesti]
of = "table"
members = "yes"
kinds = ["gestures"]
symbols = ["👍"]
log = "times"
[phase.voto]
ends = "3 done or time"
limit = "45 s"
who = "all"
also.guide = "role is guida"
[phase.voto.move.vota]
mode = "consent"
timeout = "pass"
accept = "desk"
joint = "table"
agree = 2
times = "any"
ask.scelta = { is = "one of all seme", optional = true }
reply.voto = "yes/no"
[move.nota]
in = "always"
mode = "at once"
extra = true
[trigger.fine]
of = "table"
when = "passi > 3"
then = "close phase"
[ending.vinto]
of = "table"
when = "no"
[inject.lettera]
to = "table"
[panel.conta]
kind = "bars"
on = ["desk"]
rows = "seats"
column.passi = "passi"
least = 3
[debrief]
perche = { moment = "why" }
"#;

    fn faults_of(trunk: &str) -> Vec<String> {
        let files = [("scenario.toml", trunk), ("it.md", "# T\n")].map(|(p, t)| (p.to_string(), t.as_bytes().to_vec())).into();
        let mut faults = Faults::default();
        let tree = parse::read(&files, &mut faults);
        check(&tree, &mut faults);
        faults.0.iter().map(|f| format!("{} {}", f.code, f.args.join(" "))).collect()
    }

    #[test]
    fn every_kind_with_its_keys_is_accepted() {
        assert_eq!(faults_of(ALL_KINDS), Vec::<String>::new());
    }

    #[test]
    fn one_change_one_fault() {
        for (find, put, expected) in [
            ("edges = \"a-b\"\n", "", "S104 board campo edges edges = \"a-b\""),
            ("in = \"always\"\n", "", "S104 move nota in in = [\"fase\"]"),
            ("teams_by = \"even\"\n", "", "S104 people  teams_by teams_by = \"even\""),
            ("limit = \"45 s\"\n", "", "S104 phase voto limit limit = \"3 min\""),
            ("timeout = \"pass\"\n", "", "S104 move vota timeout timeout = \"pass\""),
            ("accept = \"desk\"\n", "", "S104 move vota accept accept = \"desk\""),
            ("[inject.lettera]\nto", "[inject.lettera]\nmoment = \"why\"\nto", "S101 moment inject debrief "),
            ("least = 3", "leest = 3", "S112 leest panel least"),
            ("optional = true", "optionel = true", "S112 optionel input optional"),
            ("optional = true", "optional = \"yes\"", "S115 optional input Bool "),
            ("kind = \"hand\"", "kind = \"hnad\"", "S129 kind hnad stack, hand, row, pool, slot, source hand"),
            ("kinds = [\"gestures\"]", "kinds = [\"gesture\"]", "S129 kinds gesture words, gestures, drawing, symbols gestures"),
            ("ask.scelta", "ask.2scelta", "S114 2scelta n2scelta"),
            ("seats = [3, 6]", "seats = 3", "S115 seats people Range seats = [3, 6]"),
        ] {
            assert_eq!(faults_of(&ALL_KINDS.replace(find, put)), [expected], "{find} → {put}");
        }
    }

    #[test]
    fn a_name_becomes_an_id() {
        for (name, id) in [("Città 2", "citta_2"), ("3 scelte", "n3_scelte"), ("già-è", "gia_e")] {
            assert_eq!(suggested_id(name), id);
        }
    }
}
