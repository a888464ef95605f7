//! Play scripts: a scenario's own proof. Compiled with the scenario, run by `play`.

use super::compile::Compiler;
use super::compile::expr::Around;
use super::model::{Base, InputDef, MoveDef, PhaseDef, Rule, Ty, X};
use super::rules::ast::{Bin, Ex, Kind};
use super::rules::parse;
use super::sentences;
use super::tree::{Node, Span, ValueKind};

#[derive(Debug)]
pub struct Play {
    pub id: String,
    pub title: String,
    pub span: Span,
    /// Names of people at each table.
    pub tables: Vec<Vec<String>>,
    /// Everybody's name, in order of seat; also of those who arrive later.
    pub people: Vec<String>,
    pub roles: Vec<(u32, u32)>,
    pub teams: Vec<(u32, u32)>,
    /// Kind of group, members.
    pub groups: Vec<(u8, Vec<u32>)>,
    pub set: Vec<(String, X)>,
    pub lines: Vec<(Span, PlayLine)>,
}

#[derive(Debug)]
pub enum PlayLine {
    Begin {
        phase: u16,
        with: Vec<(String, X)>,
    },
    Move {
        person: u32,
        mv: String,
        item: Option<X>,
        inputs: Vec<(String, Given)>,
    },
    Back {
        person: u32,
        mv: String,
        item: Option<X>,
        of: Option<u32>,
    },
    Judge {
        person: Option<u32>,
        mv: String,
        yes: bool,
        inputs: Vec<(String, Given)>,
    },
    Ack(u32),
    Spoken(u32),
    Hand(u32, bool),
    /// Somebody new comes: the next name of the play that nobody bears yet.
    Arrives {
        table: Option<u32>,
    },
    Presence {
        person: u32,
        here: bool,
    },
    Leaves(u32),
    DeskNext,
    DeskPause,
    DeskResume,
    DeskExtend(i64),
    DeskInject(String),
    DeskSet {
        name: String,
        keys: Vec<X>,
        x: X,
    },
    DeskMove {
        mv: String,
        inputs: Vec<(String, Given)>,
    },
    Time(i64),
    Chance(Vec<(X, bool)>),
    Given {
        table: u32,
        rule: Rule,
    },
    Refused {
        code: String,
        line: Box<PlayLine>,
    },
    Expect {
        table: u32,
        all: Vec<Claim>,
    },
    Sees {
        person: u32,
        what: Seen,
        said: String,
        not: bool,
    },
    ExpectPhase {
        phase: u16,
        person: Option<u32>,
    },
    ExpectEnd {
        ending: u16,
        person: Option<u32>,
    },
    /// These and no others.
    ExpectWinners(Vec<u32>),
}

/// What must hold, and what it is made of: told when it does not.
#[derive(Debug)]
pub struct Claim {
    pub x: X,
    pub sides: Vec<(String, X, Ty)>,
}

/// A value given to an input: words, or something computed when the line runs.
#[derive(Debug)]
pub enum Given {
    Words(String),
    X(X, Ty),
}

#[derive(Debug)]
pub enum Seen {
    /// A part of what stands on the screen.
    Words(String),
    Text(u16),
    Item {
        list: u16,
        item: u32,
    },
    Input {
        var: u16,
        x: X,
        list: bool,
    },
    X(X, bool),
}

pub fn compile(c: &mut Compiler<'_>, phases: &[PhaseDef], moves: &[MoveDef]) -> Vec<Play> {
    let mut out = Vec::new();
    let nodes: Vec<&Node> = c.tree.plays.iter().collect();
    for n in nodes {
        out.push(PlayCx { c, phases, moves, people: Vec::new() }.play(n));
    }
    c.names.set_people(&[]);
    out
}

struct PlayCx<'a, 't> {
    c: &'a mut Compiler<'t>,
    phases: &'a [PhaseDef],
    moves: &'a [MoveDef],
    people: Vec<String>,
}

impl PlayCx<'_, '_> {
    fn play(&mut self, n: &Node) -> Play {
        let tables = tables(n);
        self.people = tables.concat();
        // Who arrives later is named where it happens.
        for line in n.text("script").map_or("", |t| t.0).lines() {
            let words: Vec<&str> = line.split_whitespace().take(2).collect();
            if let [name, "arrives"] = words.as_slice()
                && !self.people.iter().any(|p| p == name)
            {
                self.people.push((*name).to_string());
            }
        }
        self.c.names.set_people(&self.people);
        let mut play = Play {
            id: n.id.clone(),
            title: n.text("title").map_or("", |t| t.0).to_string(),
            span: n.span,
            tables,
            people: self.people.clone(),
            roles: self.map_of(n, "roles", Base::Role),
            teams: self.map_of(n, "teams", Base::Team),
            groups: self.groups(n),
            set: Vec::new(),
            lines: Vec::new(),
        };
        for e in n.map("set") {
            if let Some(ex) = self.c.parsed(&e.value) {
                let x = self.c.with(around(), |cx| cx.ex(&ex, None).0);
                play.set.push((e.key.clone(), x));
            }
        }
        if let Some((text, span)) = n.text("script") {
            let mut at = 0;
            for raw in text.split('\n') {
                let start = span.start + at as u32;
                at += raw.len() + 1;
                self.line(raw, Span { file: span.file, start, end: start + raw.len() as u32 }, &mut play.lines);
            }
        }
        play
    }

    fn map_of(&mut self, n: &Node, key: &str, base: Base) -> Vec<(u32, u32)> {
        let mut out = Vec::new();
        for e in n.map(key) {
            let Some((t, span)) = e.value.text() else {
                continue;
            };
            let v = self.c.constant(t, span, Ty::one(base));
            if let (Some(p), Ok(v)) = (self.person(&e.key, e.key_span), u32::try_from(v)) {
                out.push((p, v));
            }
        }
        out
    }

    fn groups(&mut self, n: &Node) -> Vec<(u8, Vec<u32>)> {
        let mut out = Vec::new();
        for e in n.map("groups") {
            let Some(kind) = self.c.group_ids.iter().position(|g| *g == e.key) else {
                self.c.unknown(&e.key, e.key_span);
                continue;
            };
            let ValueKind::List(groups) = &e.value.kind else {
                continue;
            };
            for g in groups {
                let ValueKind::List(names) = &g.kind else {
                    continue;
                };
                let members = names.iter().filter_map(|v| v.text()).filter_map(|(t, s)| self.person(t, s)).collect();
                out.push((kind as u8, members));
            }
        }
        out
    }

    fn person(&mut self, name: &str, span: Span) -> Option<u32> {
        let found = self.people.iter().position(|p| p == name.trim()).map(|p| p as u32);
        if found.is_none() {
            self.c.unknown(name.trim(), span);
        }
        found
    }

    // ------------------------------------------------------------ lines

    fn line(&mut self, raw: &str, span: Span, out: &mut Vec<(Span, PlayLine)>) {
        let text = without_comment(raw);
        let cut = text.len() - text.trim_start().len();
        let text_trimmed = text.trim();
        if text_trimmed.is_empty() {
            return;
        }
        let at = Span { file: span.file, start: span.start + cut as u32, end: span.start + (cut + text_trimmed.len()) as u32 };
        if let Some(line) = self.read(text_trimmed, at) {
            out.push((at, line));
        }
    }

    fn read(&mut self, text: &str, span: Span) -> Option<PlayLine> {
        let (first, rest) = text.split_once([' ', ':']).unwrap_or((text, ""));
        let rest_at = sub(span, text, rest);
        let rest = rest.trim_start();
        let rest_at = Span { start: rest_at.end - rest.len() as u32, ..rest_at };
        match first {
            "begin" => self.begin(rest, rest_at),
            "time" => match self.duration(rest, rest_at) {
                Some(ms) => Some(PlayLine::Time(ms)),
                None => self.wrong(span, text, "play line"),
            },
            "chance" => {
                let parts = split_top(rest);
                if parts.is_empty() {
                    return self.wrong(span, text, "play line");
                }
                Some(PlayLine::Chance(parts.into_iter().filter_map(|p| self.chance(p, rest_at)).collect()))
            }
            "given" => self.given(text, span),
            "refused" => {
                let Some((code, line)) = rest.split_once(':').filter(|(code, _)| sentences::is_refusal(code.trim())) else {
                    return self.wrong(span, text, "refused line");
                };
                let at = sub(rest_at, rest, line.trim());
                Some(PlayLine::Refused { code: code.trim().to_string(), line: Box::new(self.read(line.trim(), at)?) })
            }
            "expect" => self.expect(text, span),
            "desk" => self.desk(rest, rest_at),
            _ => self.acts(first, rest, rest_at, text, span),
        }
    }

    /// A line that has none of the shapes that such a line may have: nothing is taken for true unread.
    fn wrong(&mut self, span: Span, text: &str, kind: &str) -> Option<PlayLine> {
        self.c.faults.add("R901", span, &[text, kind]);
        None
    }

    fn begin(&mut self, rest: &str, at: Span) -> Option<PlayLine> {
        let (name, with) = rest.split_once(" with ").unwrap_or((rest, ""));
        let Some(phase) = self.phases.iter().position(|p| p.id == name.trim()) else {
            self.c.unknown_phase(name.trim(), at);
            return None;
        };
        let mut out = Vec::new();
        for part in split_top(with) {
            let Some((n, v)) = part.split_once('=') else {
                return self.wrong(at, part, "play line");
            };
            let x = self.expr(v.trim(), sub(at, rest, v.trim()), None)?.0;
            out.push((n.trim().to_string(), x));
        }
        Some(PlayLine::Begin { phase: phase as u16, with: out })
    }

    fn duration(&mut self, text: &str, at: Span) -> Option<i64> {
        match self.expr(text, at, Some(Base::Duration))? {
            (X::K(ms), Ty { base: Base::Duration, .. }) => Some(ms),
            _ => None,
        }
    }

    fn chance(&mut self, text: &str, at: Span) -> Option<(X, bool)> {
        let (x, ty) = self.expr(text.trim(), at, None)?;
        Some((x, ty.list))
    }

    /// `given [at 2]: statement`.
    fn given(&mut self, text: &str, span: Span) -> Option<PlayLine> {
        let Some((head, rule)) = text.split_once(':') else {
            return self.wrong(span, text, "play line");
        };
        let Some(table) = table_of(head, "given") else {
            return self.wrong(span, text, "play line");
        };
        let at = sub(span, text, rule);
        let rule = self.c.rule(rule, at, around());
        Some(PlayLine::Given { table, rule })
    }

    fn expect(&mut self, text: &str, span: Span) -> Option<PlayLine> {
        if let Some(rest) = text.strip_prefix("expect phase ") {
            let (name, who) = rest.split_once(" for ").unwrap_or((rest, ""));
            let Some(phase) = self.phases.iter().position(|p| p.id == name.trim()) else {
                self.c.unknown_phase(name.trim(), span);
                return None;
            };
            let person = if who.is_empty() { None } else { Some(self.person(who, span)?) };
            return Some(PlayLine::ExpectPhase { phase: phase as u16, person });
        }
        if let Some(rest) = text.strip_prefix("expect end ") {
            let (name, who) = rest.split_once(" for ").unwrap_or((rest, ""));
            let Some(e) = self.c.ending_ids.iter().position(|x| x == name.trim()) else {
                self.c.unknown_ending(name.trim(), span);
                return None;
            };
            let person = if who.is_empty() { None } else { Some(self.person(who, span)?) };
            return Some(PlayLine::ExpectEnd { ending: e as u16, person });
        }
        if let Some(rest) = text.strip_prefix("expect winners ") {
            let names = rest.split(',').map(str::trim).filter(|n| *n != "nobody");
            let people: Option<Vec<u32>> = names.map(|n| self.person(n, span)).collect();
            return Some(PlayLine::ExpectWinners(people?));
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        let (verb, not) = match words.as_slice() {
            [_, _, verb @ ("sees" | "reads"), _, ..] => (*verb, false),
            [_, _, "does", "not", verb @ ("see" | "read"), _, ..] => (*verb, true),
            _ => return self.claims(text, span),
        };
        let person = self.person(words[1], span)?;
        let said = text.split_once(&format!(" {verb} "))?.1.trim();
        let what = match said.strip_prefix('"').and_then(|w| w.strip_suffix('"')) {
            Some(words) if verb.starts_with("read") => Seen::Words(words.to_string()),
            None if verb.starts_with("see") => self.seen(said, sub(span, text, said))?,
            _ => return self.wrong(span, text, "expect line"),
        };
        Some(PlayLine::Sees { person, what, said: said.to_string(), not })
    }

    /// `expect [at 2]: EXPR`.
    fn claims(&mut self, text: &str, span: Span) -> Option<PlayLine> {
        let Some((head, x)) = text.split_once(':') else {
            return self.wrong(span, text, "expect line");
        };
        let Some(table) = table_of(head, "expect") else {
            return self.wrong(span, text, "expect line");
        };
        let at = sub(span, text, x);
        let ex = parse::expression(x, at, self.c.faults)?;
        let mut all = Vec::new();
        self.split(&ex, &mut all);
        Some(PlayLine::Expect { table, all })
    }

    /// What is joined by `and` is claimed one by one.
    fn split(&mut self, ex: &Ex, out: &mut Vec<Claim>) {
        if let Kind::Binary(Bin::And, a, b) = &*ex.kind {
            self.split(a, out);
            self.split(b, out);
            return;
        }
        let x = self.c.with(around(), |cx| cx.bool(ex));
        let mut sides = Vec::new();
        let told = self.c.faults.0.len();
        self.sides(ex, &mut sides);
        // What stands on each side is looked at a second time here: no fault is told twice.
        self.c.faults.0.truncate(told);
        out.push(Claim { x, sides });
    }

    /// The things compared, each with its own words.
    fn sides(&mut self, ex: &Ex, out: &mut Vec<(String, X, Ty)>) {
        match &*ex.kind {
            Kind::Binary(Bin::And | Bin::Or, a, b) => {
                self.sides(a, out);
                self.sides(b, out);
            }
            Kind::Not(a) => self.sides(a, out),
            Kind::Binary(Bin::Lt | Bin::Le | Bin::Gt | Bin::Ge, a, b) | Kind::Is { a, b, .. } | Kind::In { a, b, .. } | Kind::Has { a, b, .. } => {
                for (side, other) in [(a, b), (b, a)] {
                    let want = self.c.with(around(), |cx| cx.ex(other, None).1.base);
                    self.side(side, Some(want), out);
                }
            }
            Kind::Empty { a, .. } => self.side(a, None, out),
            _ => self.side(ex, None, out),
        }
    }

    fn side(&mut self, ex: &Ex, want: Option<Base>, out: &mut Vec<(String, X, Ty)>) {
        let source = &self.c.tree.files[usize::from(ex.span.file)].text;
        let said = source.get(ex.span.start as usize..ex.span.end as usize).unwrap_or("").trim().to_string();
        let (x, ty) = self.c.with(around(), |cx| cx.ex(ex, want));
        out.push((said, x, ty));
    }

    fn seen(&mut self, what: &str, at: Span) -> Option<Seen> {
        use super::compile::names::Decl;
        let what = what.trim();
        for (d, _) in self.c.names.find(what).to_vec() {
            match d {
                Decl::Text(t) => return Some(Seen::Text(t)),
                Decl::Item(list, item) if self.c.kinds.iter().any(|k| k.list == list) => {
                    return Some(Seen::Item { list, item });
                }
                Decl::Var(v) if self.c.vars[usize::from(v)].input => {
                    return Some(Seen::Input { var: v, x: X::K(super::model::NONE), list: false });
                }
                _ => {}
            }
        }
        let (x, ty) = self.expr(what, at, None)?;
        match &x {
            X::Var { v, inst, .. } if self.c.vars[usize::from(*v)].input => Some(Seen::Input { var: *v, x: (**inst).clone(), list: ty.list }),
            _ => Some(Seen::X(x, ty.list)),
        }
    }

    fn expr(&mut self, text: &str, at: Span, want: Option<Base>) -> Option<(X, Ty)> {
        let ex = parse::expression(text, at, self.c.faults)?;
        Some(self.c.with(around(), |cx| cx.ex(&ex, want)))
    }

    // ------------------------------------------------------------ what people do

    fn acts(&mut self, who: &str, rest: &str, at: Span, text: &str, span: Span) -> Option<PlayLine> {
        let person = self.person(who, span)?;
        let words: Vec<&str> = rest.split_whitespace().collect();
        let known = |mv: &str| self.moves.iter().any(|m| m.id == mv);
        if !text[who.len()..].starts_with(':') {
            return match words.as_slice() {
                ["drops"] => Some(PlayLine::Presence { person, here: false }),
                ["returns"] => Some(PlayLine::Presence { person, here: true }),
                ["leaves"] => Some(PlayLine::Leaves(person)),
                ["backs", _, ..] => self.backs(person, rest.split_once(' ')?.1.trim_start(), text, span),
                ["arrives"] => Some(PlayLine::Arrives { table: None }),
                ["arrives", "at", table] => match table.parse::<u32>() {
                    Ok(t) => Some(PlayLine::Arrives { table: Some(t.saturating_sub(1)) }),
                    Err(_) => self.wrong(span, text, "person line"),
                },
                ["accepts" | "declines", mv, ..] if !known(mv) => {
                    self.c.unknown_move(mv, at);
                    None
                }
                [verb @ ("accepts" | "declines"), mv, ..] => {
                    let inputs = rest.split_once(" with ").map_or("", |w| w.1);
                    let inputs = self.inputs(mv, inputs, at);
                    Some(PlayLine::Judge { person: Some(person), mv: (*mv).to_string(), yes: *verb == "accepts", inputs })
                }
                _ => self.wrong(span, text, "person line"),
            };
        }
        if rest == "ack" {
            return Some(PlayLine::Ack(person));
        }
        if rest == "spoken" {
            return Some(PlayLine::Spoken(person));
        }
        if let "hand up" | "hand down" = rest {
            return Some(PlayLine::Hand(person, rest == "hand up"));
        }
        let (mv, item, inputs) = one_of(rest);
        let item = self.known_move(mv, item, rest, at)?;
        let inputs = self.inputs(mv, inputs, at);
        Some(PlayLine::Move { person, mv: mv.to_string(), item, inputs })
    }

    /// A move that is there, and what of its items is meant.
    fn known_move(&mut self, mv: &str, item: Option<&str>, text: &str, at: Span) -> Option<Option<X>> {
        if !self.moves.iter().any(|m| m.id == mv) {
            self.c.unknown(mv, at);
            return None;
        }
        match item {
            Some(i) => Some(Some(self.expr(i, sub(at, text, i), None)?.0)),
            None => Some(None),
        }
    }

    /// `backs voto` or `backs voto[p3]`, of whoever is there or `of bruno`.
    fn backs(&mut self, person: u32, what: &str, text: &str, span: Span) -> Option<PlayLine> {
        let (mv, item, of) = one_of(what);
        let of = match of.split_whitespace().collect::<Vec<_>>().as_slice() {
            [] => None,
            ["of", name] => Some(self.person(name, span)?),
            _ => return self.wrong(span, text, "person line"),
        };
        let item = self.known_move(mv, item, text, span)?;
        Some(PlayLine::Back { person, mv: mv.to_string(), item, of })
    }

    fn inputs(&mut self, mv: &str, text: &str, at: Span) -> Vec<(String, Given)> {
        let mut out = Vec::new();
        for part in split_top(text) {
            let Some((name, v)) = part.split_once('=') else {
                self.wrong(at, part, "person line");
                continue;
            };
            let (name, v) = (name.trim(), v.trim());
            // "Do not keep", beside what is written; "yes, sure", where the move asks.
            if let ("unkept" | "sure", "yes") = (name, v) {
                out.push((name.to_string(), Given::Words(String::new())));
                continue;
            }
            if let Some(words) = v.strip_prefix('"').and_then(|v| v.strip_suffix('"')) {
                out.push((name.to_string(), Given::Words(words.to_string())));
                continue;
            }
            let def = self.moves.iter().find(|m| m.id == mv);
            let ask = def.and_then(|d| d.asks.iter().chain(&d.replies).find(|a| a.id == name));
            // Points are numbers, in the order of what they are given to.
            let base = ask.map(|a| if matches!(a.input, InputDef::Share { .. }) { Base::Number } else { a.base });
            if base.is_none() {
                self.c.unknown(name, at);
                continue;
            }
            // A card is named by its item.
            let want = match base {
                Some(Base::Token(k)) => Some(Base::Item(self.c.kind_list(k))),
                b => b,
            };
            if let Some((x, ty)) = self.expr(v, sub(at, text, v), want) {
                out.push((name.to_string(), Given::X(x, ty)));
            }
        }
        out
    }

    fn desk(&mut self, rest: &str, at: Span) -> Option<PlayLine> {
        let (verb, more) = rest.split_once(' ').unwrap_or((rest, ""));
        match verb {
            "next" if more.is_empty() => Some(PlayLine::DeskNext),
            "pause" if more.is_empty() => Some(PlayLine::DeskPause),
            "resume" if more.is_empty() => Some(PlayLine::DeskResume),
            "extend" => match self.duration(more, sub(at, rest, more)) {
                Some(ms) => Some(PlayLine::DeskExtend(ms)),
                None => self.wrong(at, rest, "desk line"),
            },
            "inject" => Some(PlayLine::DeskInject(more.trim().to_string())),
            "accepts" | "declines" => {
                let (mv, inputs) = more.split_once(" with ").unwrap_or((more, ""));
                let inputs = self.inputs(mv.trim(), inputs, at);
                Some(PlayLine::Judge { person: None, mv: mv.trim().to_string(), yes: verb == "accepts", inputs })
            }
            "set" => {
                let Some((n, v)) = more.split_once('=') else {
                    return self.wrong(at, rest, "desk line");
                };
                let (name, keys) = n.trim().split_once('[').map_or((n.trim(), ""), |(n, k)| (n.trim(), k.trim_end_matches(']')));
                let Some(var) = self.c.vars.iter().position(|d| d.id == name) else {
                    self.c.unknown(name, at);
                    return None;
                };
                let (base, dims) = (self.c.vars[var].ty.base, self.c.vars[var].keys.clone());
                let x = self.expr(v.trim(), sub(at, rest, v.trim()), Some(base))?.0;
                let keys = split_top(keys).into_iter().zip(dims).filter_map(|(k, d)| Some(self.expr(k.trim(), at, Some(d.base()))?.0)).collect();
                Some(PlayLine::DeskSet { name: name.to_string(), keys, x })
            }
            mv if self.moves.iter().any(|m| m.id == mv && m.by_desk) => {
                let inputs = self.inputs(mv, more, at);
                Some(PlayLine::DeskMove { mv: mv.to_string(), inputs })
            }
            _ => self.wrong(at, rest, "desk line"),
        }
    }
}

/// Where plays speak: a table, everybody by name, comparisons with `none` are false.
fn around() -> Around {
    let mut a = Around { table: true, play: true, moment: true, ..Around::default() };
    a.push(Base::Table, X::CtxTable);
    a
}

fn tables(n: &Node) -> Vec<Vec<String>> {
    n.list("seats")
        .iter()
        .map(|v| match &v.kind {
            ValueKind::List(names) => names.iter().filter_map(|x| x.text().map(|t| t.0.to_string())).collect(),
            _ => Vec::new(),
        })
        .collect()
}

/// `expect at 2:` speaks of the second table; tables are numbered from 1. `None`: something else stands there.
fn table_of(head: &str, word: &str) -> Option<u32> {
    match head.strip_prefix(word)?.split_whitespace().collect::<Vec<_>>().as_slice() {
        [] => Some(0),
        ["at", n] => n.parse::<u32>().ok()?.checked_sub(1),
        _ => None,
    }
}

fn sub(span: Span, text: &str, part: &str) -> Span {
    let offset = (part.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
    let offset = if offset <= text.len() { offset as u32 } else { 0 };
    Span { file: span.file, start: span.start + offset, end: span.start + offset + part.len() as u32 }
}

/// A `#` outside of quotes begins a comment.
fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    for (i, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '#' if !quoted => return &line[..i],
            _ => {}
        }
    }
    line
}

/// A move, what stands in the brackets right behind it, and the rest: `voto[mia of bruno] si = yes`.
fn one_of(text: &str) -> (&str, Option<&str>, &str) {
    let (mv, rest) = text.split_at(text.find([' ', '[']).unwrap_or(text.len()));
    let mut depth = 0;
    let end = rest.char_indices().filter(|_| rest.starts_with('[')).find(|(_, c)| {
        depth += match c {
            '[' => 1,
            ']' => -1,
            _ => 0,
        };
        depth == 0
    });
    match end {
        Some((n, _)) => (mv, Some(&rest[1..n]), rest[n + 1..].trim_start()),
        None => (mv, None, rest.trim_start()),
    }
}

/// Parts between commas that stand outside of brackets and quotes.
fn split_top(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut depth, mut quoted, mut from) = (0, false, 0);
    for (i, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '[' | '(' if !quoted => depth += 1,
            ']' | ')' if !quoted => depth -= 1,
            ',' if depth == 0 && !quoted => {
                out.push(&text[from..i]);
                from = i + 1;
            }
            _ => {}
        }
    }
    if !text[from..].trim().is_empty() {
        out.push(&text[from..]);
    }
    out
}
