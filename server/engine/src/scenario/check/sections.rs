//! The keys of every kind of section, as data. The readers, the checks and the editor's completion go by these tables.

use crate::scenario::tree::{Node, ValueKind};

/// What the value of a key looks like in the file. The grammar inside a text is checked later.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of texts.
    Texts,
    /// A list of some of these words.
    Words(&'static [&'static str]),
    Int {
        min: i64,
        max: i64,
    },
    Bool,
    /// `[min, max]`
    Range,
    Ints,
    /// A map from names to anything.
    Map,
    /// A map from names to texts.
    TextMap,
    /// A map from names to inputs: a text, or a map with `is`.
    Inputs,
    /// A list of lists of texts.
    TextLists,
    /// A list of maps.
    Maps,
    Anything,
}

/// When a key must be there.
#[derive(Clone, Copy)]
pub enum Need {
    Free,
    Required,
    /// For this node, given all nodes.
    When(fn(&Node, &[Node]) -> bool),
}

#[derive(Clone, Copy)]
pub struct Key {
    pub name: &'static str,
    /// Any of these.
    pub shapes: &'static [Shape],
    pub need: Need,
    /// What to write, as an example.
    pub example: &'static str,
}

pub struct Section {
    pub kind: &'static str,
    /// The kind it stands in, for sections like `[phase.x.move.y]`.
    pub inside: Option<&'static str>,
    pub keys: &'static [Key],
}

const fn free(name: &'static str, shapes: &'static [Shape]) -> Key {
    Key { name, shapes, need: Need::Free, example: "" }
}

const fn required(name: &'static str, shapes: &'static [Shape], example: &'static str) -> Key {
    Key { name, shapes, need: Need::Required, example }
}

const fn when(name: &'static str, shapes: &'static [Shape], need: fn(&Node, &[Node]) -> bool, example: &'static str) -> Key {
    Key { name, shapes, need: Need::When(need), example }
}

const TEXT: &[Shape] = &[Shape::Text];
const TEXTS: &[Shape] = &[Shape::Texts];
const BOOL: &[Shape] = &[Shape::Bool];
const RANGE: &[Shape] = &[Shape::Range];
const COUNT: &[Shape] = &[Shape::Int { min: 1, max: 10_000 }];
const MAP: &[Shape] = &[Shape::Map];
const TEXT_MAP: &[Shape] = &[Shape::TextMap];
const INPUTS: &[Shape] = &[Shape::Inputs];
const NUMBER_OR_TEXT: &[Shape] = &[Shape::Int { min: 0, max: 1_000_000 }, Shape::Text];
const ANYTHING: &[Shape] = &[Shape::Anything];
const NAMES_OR_MAP: &[Shape] = &[Shape::Texts, Shape::Map];
const EACH: &[Shape] = &[Shape::Text, Shape::Texts, Shape::TextMap];
const SHOWN: &[Shape] = &[Shape::Word(&["number", "gauge", "list", "dice", "sign", "text"])];
const CARD_LOOK: &[Shape] = &[Shape::Word(&["card", "document", "event", "question", "norm"])];

const OF: Key = required("of", TEXT, "of = \"table\"");
const SEEN: Key = required("seen", TEXT, "seen = \"table\"");

const HEAD: &[Key] = &[
    required("format", &[Shape::Int { min: 1, max: 1 }], "format = 1"),
    required("language", TEXT, "language = \"it\""),
    required("flow", TEXT, "flow = '''…'''"),
    free("meant", TEXTS),
    free("minutes", COUNT),
    free("review", TEXT),
    free("themes", TEXTS),
];

const PEOPLE: &[Key] = &[
    required("seats", RANGE, "seats = [3, 6]"),
    required("tables", RANGE, "tables = [1, 1]"),
    free("best", COUNT),
    free("pace", &[Shape::Word(&["own", "together"])]),
    when("leftover", &[Shape::Word(&["spread", "smaller", "observe"])], several_tables, "leftover = \"spread\""),
    required("absent", &[Shape::Word(&["wait", "pass", "default", "random", "desk"])], "absent = \"pass\""),
    required("latecomers", &[Shape::Word(&["join", "observe", "refuse"])], "latecomers = \"observe\""),
    free("welcome", TEXT),
    free("optout", &[Shape::Word(&["observe", "keep"])]),
    free("ghosts", &[Shape::Word(&["table", "everything"])]),
    free("teams", NAMES_OR_MAP),
    when("teams_by", &[Shape::Word(&["even", "desk", "rules"])], has_teams, "teams_by = \"even\""),
    free("team_size", RANGE),
    free("groups", NAMES_OR_MAP),
    free("roles", TEXT),
    when("deal", &[Shape::Word(&["start", "desk", "rules"])], has_roles, "deal = \"start\""),
    when("more_seats", &[Shape::Word(&["rest", "repeat", "observe"])], dealt_at_start, "more_seats = \"repeat\""),
    free("fewer_seats", &[Shape::Word(&["order", "lot"])]),
];

/// Also the columns of a CSV of roles.
const ROLE: &[Key] = &[
    required("seen", TEXT, "seen = \"owner\""),
    free("count", NUMBER_OR_TEXT),
    free("from", COUNT),
    free("rest", BOOL),
    free("team", TEXT),
    free("gets", MAP),
];

const PARAMETER: &[Key] =
    &[required("value", ANYTHING, "value = 3"), free("type", TEXT), free("each", EACH), free("live", BOOL), free("range", RANGE)];

const LIST: &[Key] = &[required("rows", &[Shape::Texts, Shape::Text], "rows = [\"si\", \"no\"]"), free("has", TEXT_MAP), free("look", CARD_LOOK)];

const TOKEN: &[Key] = &[
    free("rows", &[Shape::Texts, Shape::Text, Shape::Map]),
    free("has", TEXT_MAP),
    free("per", &[Shape::Word(&["seat", "team"])]),
    free("start", &[Shape::Text, Shape::TextMap]),
    free("covers", &[Shape::Texts, Shape::Map]),
    free("most", COUNT),
    free("look", CARD_LOOK),
];

const DATA: &[Key] = &[
    required("keys", TEXTS, "keys = [\"number\"]"),
    required("rows", &[Shape::Map, Shape::Text], "rows = { 1 = 4, 2 = 2 }"),
    required("else", ANYTHING, "else = 0"),
];

const VARIABLE: &[Key] = &[
    OF,
    SEEN,
    free("type", TEXT),
    free("start", ANYTHING),
    free("range", RANGE),
    free("each", EACH),
    free("per", TEXT),
    free("shown", SHOWN),
    free("marks", TEXT_MAP),
];

const VALUE: &[Key] = &[OF, SEEN, required("is", TEXT, "is = \"…\""), free("each", EACH), free("shown", SHOWN)];

const ZONE: &[Key] = &[
    OF,
    SEEN,
    required("holds", TEXT, "holds = \"carta\""),
    required("kind", &[Shape::Word(&["stack", "hand", "row", "pool", "slot", "source"])], "kind = \"hand\""),
    free("start", &[Shape::Text, Shape::Map]),
    free("capacity", NUMBER_OR_TEXT),
    free("short", TEXT),
];

const BOARD: &[Key] = &[
    OF,
    SEEN,
    required("shape", TEXT, "shape = \"path 0 to 63\""),
    when("spaces", &[Shape::Maps], is_graph, "spaces = [{ id = \"a\" }, { id = \"b\" }]"),
    when("edges", TEXT, is_graph, "edges = \"a-b\""),
    free("has", TEXT_MAP),
    free("chain", COUNT),
];

const LAND: &[Key] = &[
    required("at", &[Shape::Ints, Shape::Texts, Shape::Text], "at = [6]"),
    required("then", TEXT, "then = \"…\""),
    free("look", &[Shape::Word(&["helps", "stops", "back", "question", "goal", "plain"])]),
];

const CHANNEL: &[Key] = &[
    OF,
    required("members", TEXT, "members = \"yes\""),
    required("kinds", &[Shape::Words(&["words", "gestures", "drawing", "symbols"])], "kinds = [\"words\"]"),
    required("log", &[Shape::Word(&["full", "times", "none"])], "log = \"times\""),
    free("symbols", TEXTS),
];

const PHASE: &[Key] = &[
    required("ends", TEXT, "ends = \"all done\""),
    when("limit", TEXT, ends_by_itself, "limit = \"3 min\""),
    when("who", TEXT, asks_somebody, "who = \"all\""),
    free("cover", BOOL),
    free("opens", &[Shape::Word(&["close", "desk"])]),
    free("before", TEXT),
    free("after", TEXT),
    free("ack", BOOL),
    free("talk", &[Shape::Word(&["free", "silent", "queue", "in turn", "desk"])]),
    free("speakers", TEXT),
    free("speech", TEXT),
    free("channels", TEXTS),
    free("panels", TEXTS),
    free("also", TEXT_MAP),
    free("stuck", TEXT),
];

const TIMEOUT: &[Shape] = &[Shape::Word(&["pass", "default", "random", "desk", "most", "draft"])];

const MOVE: &[Key] = &[
    required("mode", &[Shape::Word(&["sealed", "final", "at once", "consent"])], "mode = \"sealed\""),
    free("answers", TEXT),
    when("timeout", TIMEOUT, counts_when_time_is_over, "timeout = \"pass\""),
    free("ask", INPUTS),
    free("by", TEXT),
    free("if", TEXT),
    free("check", TEXT_MAP),
    free("warn", TEXT_MAP),
    free("note", TEXT_MAP),
    free("extra", BOOL),
    free("times", NUMBER_OR_TEXT),
    free("every", TEXT),
    free("seen", TEXT),
    free("joint", TEXT),
    when("agree", NUMBER_OR_TEXT, is_joint, "agree = \"all\""),
    free("tie", TEXT),
    free("fill", &[Shape::Word(&["one", "each"])]),
    when("accept", TEXT, by_consent, "accept = \"desk\""),
    free("reply", INPUTS),
    free("if_no", TEXT),
    free("fails", TEXT),
    free("do", TEXT),
    when("in", &[Shape::Texts, Shape::Text], stands_alone, "in = [\"fase\"]"),
];

const TRIGGER: &[Key] = &[OF, required("when", TEXT, "when = \"…\""), required("then", TEXT, "then = \"…\"")];

const ENDING: &[Key] =
    &[required("of", &[Shape::Word(&["table", "session"])], "of = \"table\""), required("when", TEXT, "when = \"no\""), free("winners", TEXT)];

const INJECT: &[Key] = &[required("to", TEXT, "to = \"table\""), free("then", TEXT)];

const PANEL_KINDS: &[&str] = &["number", "list", "table", "bars", "line", "track", "tiers", "compare", "quotes", "map"];

const PANEL: &[Key] = &[
    required("kind", &[Shape::Word(PANEL_KINDS)], "kind = \"table\""),
    required("on", &[Shape::Words(&["phone", "projector", "desk", "debrief"])], "on = [\"projector\"]"),
    required("rows", TEXT, "rows = \"seats\""),
    free("column", TEXT_MAP),
    free("least", COUNT),
];

const DEBRIEF: &[Key] =
    &[required("moment", &[Shape::Word(&["reactions", "facts", "why", "learned", "next"])], "moment = \"why\""), free("look_at", TEXTS)];

const PLAY: &[Key] = &[
    required("title", TEXT, "title = \"…\""),
    required("seats", &[Shape::TextLists], "seats = [[\"ada\", \"bruno\"]]"),
    free("roles", TEXT_MAP),
    free("teams", TEXT_MAP),
    free("groups", MAP),
    free("set", MAP),
    required("script", TEXT, "script = '''…'''"),
];

/// All kinds. `text` has words only.
pub const SECTIONS: &[Section] = &[
    Section { kind: "scenario", inside: None, keys: HEAD },
    Section { kind: "people", inside: None, keys: PEOPLE },
    Section { kind: "role", inside: None, keys: ROLE },
    Section { kind: "parameter", inside: None, keys: PARAMETER },
    Section { kind: "list", inside: None, keys: LIST },
    Section { kind: "token", inside: None, keys: TOKEN },
    Section { kind: "data", inside: None, keys: DATA },
    Section { kind: "variable", inside: None, keys: VARIABLE },
    Section { kind: "value", inside: None, keys: VALUE },
    Section { kind: "zone", inside: None, keys: ZONE },
    Section { kind: "board", inside: None, keys: BOARD },
    Section { kind: "land", inside: Some("board"), keys: LAND },
    Section { kind: "channel", inside: None, keys: CHANNEL },
    Section { kind: "phase", inside: None, keys: PHASE },
    Section { kind: "move", inside: Some("phase"), keys: MOVE },
    Section { kind: "trigger", inside: None, keys: TRIGGER },
    Section { kind: "ending", inside: None, keys: ENDING },
    Section { kind: "inject", inside: None, keys: INJECT },
    Section { kind: "panel", inside: None, keys: PANEL },
    Section { kind: "debrief", inside: None, keys: DEBRIEF },
    Section { kind: "play", inside: None, keys: PLAY },
];

/// Kinds that may head a section of `scenario.toml`.
pub fn top_kinds() -> impl Iterator<Item = &'static str> {
    SECTIONS.iter().map(|s| s.kind).filter(|k| !["scenario", "play", "land"].contains(k))
}

/// Kinds that may head a section of a file of words.
pub fn word_kinds() -> impl Iterator<Item = &'static str> {
    let wordless = ["people", "data", "trigger"];
    top_kinds().filter(move |k| !wordless.contains(k)).chain(["team", "text"])
}

/// The section kind by name: one that may stand in `scenario.toml`, or (`words`) in a file of words.
#[must_use]
pub fn of(kind: &str, words: bool) -> Option<&'static str> {
    if words { word_kinds().find(|k| *k == kind) } else { top_kinds().find(|k| *k == kind) }
}

#[must_use]
pub fn keys(kind: &str) -> Option<&'static [Key]> {
    SECTIONS.iter().find(|s| s.kind == kind).map(|s| s.keys)
}

/// The kind of sections inside those of `kind`.
#[must_use]
pub fn nested_in(kind: &str) -> Option<&'static str> {
    SECTIONS.iter().find(|s| s.inside == Some(kind)).map(|s| s.kind)
}

/// Under `## kind id` lines `- id: words` are children.
#[must_use]
pub fn has_children(kind: &str) -> bool {
    ["phase", "move", "role", "list", "board", "panel", "debrief"].contains(&kind)
}

// When keys are required.

fn several_tables(people: &Node, _: &[Node]) -> bool {
    people.list("tables").get(1).is_some_and(|most| !matches!(most.kind, ValueKind::Int(n) if n <= 1))
}

fn has_teams(people: &Node, _: &[Node]) -> bool {
    people.get("teams").is_some()
}

fn has_roles(people: &Node, nodes: &[Node]) -> bool {
    people.get("roles").is_some() || nodes.iter().any(|n| n.kind == "role")
}

fn dealt_at_start(people: &Node, _: &[Node]) -> bool {
    people.text("deal").is_some_and(|(d, _)| d == "start")
}

fn is_graph(board: &Node, _: &[Node]) -> bool {
    board.text("shape").is_some_and(|(s, _)| s.trim() == "graph")
}

/// By the clock, or when the players are done.
fn ends_by_itself(phase: &Node, _: &[Node]) -> bool {
    phase.text("ends").is_some_and(|(e, _)| e.split_whitespace().any(|w| w == "done" || w == "time"))
}

fn asks_somebody(phase: &Node, nodes: &[Node]) -> bool {
    let is_mine = |n: &Node| n.kind == "move" && n.parent.is_some_and(|p| nodes[p].span == phase.span);
    phase.bool("ack") == Some(true) || nodes.iter().any(is_mine)
}

fn counts_when_time_is_over(mv: &Node, _: &[Node]) -> bool {
    mv.bool("extra") != Some(true)
}

fn is_joint(mv: &Node, _: &[Node]) -> bool {
    mv.get("joint").is_some()
}

fn by_consent(mv: &Node, _: &[Node]) -> bool {
    mv.text("mode").is_some_and(|(m, _)| m == "consent")
}

fn stands_alone(mv: &Node, _: &[Node]) -> bool {
    mv.parent.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header may get lost: then its keys stand under the header before it. Each key must then be unknown there, or
    /// be doubled or missed because it is required under one of the two. These are the exceptions, caught (if at all)
    /// by types and words: rows of short kinds, which mostly stand below one `[kind]` header and not next to another's.
    const EXCEPTIONS: &[&str] = &[
        "parameter variable: type each range",
        "parameter value: each",
        "list token: has look",
        "list board: has",
        "list land: look",
        "token variable: per start",
        "token zone: start",
        "token board: has",
        "token land: look",
        "variable value: each shown",
        "variable zone: start",
    ];

    #[test]
    fn no_key_is_legal_under_two_neighbours() {
        let mut found = Vec::new();
        for (n, a) in SECTIONS.iter().enumerate() {
            for b in &SECTIONS[n + 1..] {
                if a.kind == "play" || b.kind == "play" {
                    continue;
                }
                let shared: Vec<&str> =
                    a.keys.iter().filter(|k| is_free(k) && b.keys.iter().any(|o| o.name == k.name && is_free(o))).map(|k| k.name).collect();
                if !shared.is_empty() {
                    found.push(format!("{} {}: {}", a.kind, b.kind, shared.join(" ")));
                }
            }
        }
        assert_eq!(found, EXCEPTIONS);
    }

    fn is_free(key: &Key) -> bool {
        !matches!(key.need, Need::Required)
    }

    #[test]
    fn required_keys_have_an_example() {
        for section in SECTIONS {
            for key in section.keys {
                assert_eq!(key.example.is_empty(), matches!(key.need, Need::Free), "{}.{}", section.kind, key.name);
            }
        }
    }
}
