//! Play scripts: a scenario's own proof. Compiled with the scenario, run by `play`.

use super::compile::Compiler;
use super::compile::expr::Around;
use super::model::{Base, InputDef, MoveDef, PhaseDef, Rule, Ty, X};
use super::rules::parse;
use super::tree::{Node, Span, ValueKind};

#[derive(Debug)]
pub struct Play {
    pub id: String,
    pub title: String,
    pub span: Span,
    /// Names of people at each table.
    pub tables: Vec<Vec<String>>,
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
        x: X,
    },
    Sees {
        person: u32,
        what: Seen,
        not: bool,
    },
    ExpectPhase {
        phase: u16,
        person: Option<u32>,
    },
    ExpectEnd {
        ending: u16,
    },
}

/// A value given to an input: words, or something computed when the line runs.
#[derive(Debug)]
pub enum Given {
    Words(String),
    X(X, bool),
}

#[derive(Debug)]
pub enum Seen {
    Text(u16),
    Item { list: u16, item: u32 },
    Input { var: u16, x: X, list: bool },
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
            "time" => Some(PlayLine::Time(self.duration(rest, rest_at)?)),
            "chance" => {
                let parts = split_top(rest);
                Some(PlayLine::Chance(parts.into_iter().filter_map(|p| self.chance(p, rest_at)).collect()))
            }
            "given" => self.given(text, span),
            "refused" => {
                let (code, line) = rest.split_once(':')?;
                let at = sub(rest_at, rest, line.trim());
                Some(PlayLine::Refused { code: code.trim().to_string(), line: Box::new(self.read(line.trim(), at)?) })
            }
            "expect" => self.expect(text, span),
            "desk" => self.desk(rest, rest_at),
            _ => self.acts(first, rest, rest_at, text, span),
        }
    }

    fn wrong(&mut self, span: Span, text: &str) -> Option<PlayLine> {
        self.c.faults.add("R901", span, &[text]);
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
                continue;
            };
            let x = self.expr(v.trim(), sub(at, rest, v.trim()), None)?.0;
            out.push((n.trim().to_string(), x));
        }
        Some(PlayLine::Begin { phase: phase as u16, with: out })
    }

    fn duration(&mut self, text: &str, at: Span) -> Option<i64> {
        match self.expr(text, at, Some(Base::Duration))?.0 {
            X::K(ms) => Some(ms),
            _ => None,
        }
    }

    fn chance(&mut self, text: &str, at: Span) -> Option<(X, bool)> {
        let (x, ty) = self.expr(text.trim(), at, None)?;
        Some((x, ty.list))
    }

    /// `given [at 2]: statement`.
    fn given(&mut self, text: &str, span: Span) -> Option<PlayLine> {
        let (head, rule) = text.split_once(':')?;
        let table = table_of(head);
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
            let Some(e) = self.c.ending_ids.iter().position(|x| x == rest.trim()) else {
                self.c.unknown_ending(rest.trim(), span);
                return None;
            };
            return Some(PlayLine::ExpectEnd { ending: e as u16 });
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        if let [_, name, "sees", ..] | [_, name, "does", "not", "see", ..] = words.as_slice() {
            let not = words[2] == "does";
            let person = self.person(name, span)?;
            let what = text.split_once(if not { " see " } else { " sees " })?.1;
            let what = self.seen(what, sub(span, text, what))?;
            return Some(PlayLine::Sees { person, what, not });
        }
        let (head, x) = text.split_once(':')?;
        let table = table_of(head);
        let at = sub(span, text, x);
        let ex = parse::expression(x, at, self.c.faults)?;
        let x = self.c.with(around(), |cx| cx.bool(&ex));
        Some(PlayLine::Expect { table, x })
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
        if !text[who.len()..].starts_with(':') {
            return match words.as_slice() {
                ["drops"] => Some(PlayLine::Presence { person, here: false }),
                ["returns"] => Some(PlayLine::Presence { person, here: true }),
                ["leaves"] => Some(PlayLine::Leaves(person)),
                ["backs", what] => self.backs(person, what, None, at),
                ["backs", what, "of", of] => {
                    let of = Some(self.person(of, span)?);
                    self.backs(person, what, of, at)
                }
                ["arrives"] => Some(PlayLine::Arrives { table: None }),
                ["arrives", "at", table] => Some(PlayLine::Arrives { table: table.parse::<u32>().ok().map(|t| t.saturating_sub(1)) }),
                [verb @ ("accepts" | "declines"), mv, ..] => {
                    let inputs = rest.split_once(" with ").map_or("", |w| w.1);
                    let inputs = self.inputs(mv, inputs, at);
                    Some(PlayLine::Judge { person: Some(person), mv: (*mv).to_string(), yes: *verb == "accepts", inputs })
                }
                _ => self.wrong(span, text),
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
        let (name, inputs) = rest.split_once(' ').unwrap_or((rest, ""));
        let (mv, item) = name.split_once('[').map_or((name, None), |(m, i)| (m, Some(i.trim_end_matches(']'))));
        if !self.moves.iter().any(|m| m.id == mv) {
            self.c.unknown(mv, at);
            return None;
        }
        let item = match item {
            Some(i) => Some(self.expr(i, at, None)?.0),
            None => None,
        };
        let inputs = self.inputs(mv, inputs, at);
        Some(PlayLine::Move { person, mv: mv.to_string(), item, inputs })
    }

    /// `backs voto` or `backs voto[p3]`.
    fn backs(&mut self, person: u32, what: &str, of: Option<u32>, at: Span) -> Option<PlayLine> {
        let (mv, item) = what.split_once('[').map_or((what, None), |(m, i)| (m, Some(i.trim_end_matches(']'))));
        if !self.moves.iter().any(|m| m.id == mv) {
            self.c.unknown(mv, at);
            return None;
        }
        let item = match item {
            Some(i) => Some(self.expr(i, at, None)?.0),
            None => None,
        };
        Some(PlayLine::Back { person, mv: mv.to_string(), item, of })
    }

    fn inputs(&mut self, mv: &str, text: &str, at: Span) -> Vec<(String, Given)> {
        let mut out = Vec::new();
        for part in split_top(text) {
            let Some((name, v)) = part.split_once('=') else {
                if !part.trim().is_empty() {
                    self.wrong(at, part);
                }
                continue;
            };
            let (name, v) = (name.trim(), v.trim());
            // "Do not keep", beside what is written.
            if (name, v) == ("unkept", "yes") {
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
                out.push((name.to_string(), Given::X(x, ty.list)));
            }
        }
        out
    }

    fn desk(&mut self, rest: &str, at: Span) -> Option<PlayLine> {
        let (verb, more) = rest.split_once(' ').unwrap_or((rest, ""));
        match verb {
            "next" => Some(PlayLine::DeskNext),
            "pause" => Some(PlayLine::DeskPause),
            "resume" => Some(PlayLine::DeskResume),
            "extend" => Some(PlayLine::DeskExtend(self.duration(more, sub(at, rest, more))?)),
            "inject" => Some(PlayLine::DeskInject(more.trim().to_string())),
            "accepts" | "declines" => {
                let (mv, inputs) = more.split_once(" with ").unwrap_or((more, ""));
                let inputs = self.inputs(mv.trim(), inputs, at);
                Some(PlayLine::Judge { person: None, mv: mv.trim().to_string(), yes: verb == "accepts", inputs })
            }
            "set" => {
                let (n, v) = more.split_once('=')?;
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
            _ => self.wrong(at, rest),
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

/// `expect at 2:` speaks of the second table; tables are numbered from 1.
fn table_of(head: &str) -> u32 {
    head.split(" at ").nth(1).and_then(|t| t.trim().parse::<u32>().ok()).map_or(0, |t| t.saturating_sub(1))
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
