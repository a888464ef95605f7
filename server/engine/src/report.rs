//! From events to what people read afterwards: the timeline, the decisions, how the indicators went.

use serde::Serialize;
use smallvec::smallvec;
use ts_rs::TS;

use crate::decide::in_tiers;
use crate::event::{Event, TextBody, Unit};
use crate::id::Millis;
use crate::scenario::model::{AskDef, Base, DEC, InputDef, NONE, Scenario, Scope, Val, VarDef, Words};
use crate::state::State;
use crate::view::prose::{Reader, plain_words};
use crate::view::{DebriefPage, Inline, Line, ShownValue};
use crate::{Viewer, eval};

/// One commit as the report needs it.
#[derive(Clone, Debug)]
pub struct Entry {
    pub seq: u64,
    /// Session clock.
    pub t: Millis,
    /// Unix milliseconds.
    pub at: i64,
    /// "seat:3", "desk", "clock", "server".
    pub actor: String,
    pub events: Vec<Event>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct Timeline {
    pub title: Line,
    pub facts: Facts,
    pub phases: Vec<PhaseSpan>,
    pub indicators: Vec<Indicator>,
    pub decisions: Vec<DecisionMade>,
    pub lines: Vec<TimelineLine>,
    pub seats: Vec<TimelineSeat>,
    pub pages: Vec<DebriefPage>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct Facts {
    /// Unix milliseconds.
    pub opened_at: i64,
    pub begun: Option<Millis>,
    pub ended: Option<Millis>,
    pub tables: u32,
    pub people: u32,
    pub commits: u64,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct PhaseSpan {
    pub id: String,
    pub title: Line,
    /// From 1.
    pub table: u32,
    pub start: Millis,
    pub end: Option<Millis>,
    pub seq: u64,
    pub asked: u32,
    pub answered: u32,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct Indicator {
    pub id: String,
    pub label: Line,
    pub range: Option<[f64; 2]>,
    pub series: Vec<Series>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct Series {
    pub table: u32,
    /// Session clock, value, number of the commit.
    pub points: Vec<(Millis, f64, u64)>,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct DecisionMade {
    pub seq: u64,
    pub t: Millis,
    pub phase: String,
    pub phase_title: Line,
    pub table: u32,
    #[serde(rename = "move")]
    pub name: String,
    pub label: Line,
    /// Seats that made it: one, or all of the group.
    pub by: Vec<u32>,
    pub inputs: Vec<DecisionInput>,
    pub defaulted: bool,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct DecisionInput {
    pub label: Line,
    pub value: ShownValue,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct TimelineLine {
    pub seq: u64,
    pub t: Millis,
    pub at: i64,
    pub table: Option<u32>,
    pub seat: Option<u32>,
    /// seat, desk, clock, chance
    pub who: String,
    /// join, moved, left, here, away, begin, phase, sealed, move, version, default, dice, chance, pause, resume, extend,
    /// told, said, role, team, status, value, inject, help, bookmark, ask, judge, end, lock, bot, next
    pub what: String,
    pub text: Line,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct TimelineSeat {
    pub seat: u32,
    pub table: u32,
    pub role: Option<Line>,
}

/// The whole record of a session as people read it. Private notes stay with their writers; what only its owner may read is left out.
#[must_use]
pub fn timeline(sc: &Scenario, entries: &[Entry], lang: &str) -> Timeline {
    let mut b = Builder { sc, lang: sc.lang(lang), st: State::default(), out: empty(), open: Vec::new() };
    b.indicators();
    for e in entries {
        b.st.clock = b.st.clock.max(e.t);
        b.out.facts.commits += 1;
        if b.out.facts.commits == 1 {
            b.out.facts.opened_at = e.at;
        }
        for event in &e.events {
            crate::evolve(sc, &mut b.st, event);
            b.event(e, event);
        }
    }
    b.finish()
}

fn empty() -> Timeline {
    let facts = Facts { opened_at: 0, begun: None, ended: None, tables: 0, people: 0, commits: 0 };
    Timeline {
        title: Vec::new(),
        facts,
        phases: Vec::new(),
        indicators: Vec::new(),
        decisions: Vec::new(),
        lines: Vec::new(),
        seats: Vec::new(),
        pages: Vec::new(),
    }
}

struct Builder<'a> {
    sc: &'a Scenario,
    lang: usize,
    st: State,
    out: Timeline,
    /// Strand, and its span in `out.phases`.
    open: Vec<(u32, usize)>,
}

impl Builder<'_> {
    fn reader(&self, cx: eval::Ctx) -> Reader<'_> {
        Reader { sc: self.sc, st: &self.st, viewer: Viewer::Desk, lang: self.lang, cx, regs: eval::Regs::default(), named: None }
    }

    fn words(&self, words: &Words) -> Line {
        self.reader(eval::Ctx::NOWHERE).line(words)
    }

    fn indicators(&mut self) {
        for def in self.sc.vars.iter().filter(|d| d.shown.as_deref() == Some("gauge") && d.scope == Scope::Table) {
            let scale = if def.ty.base == Base::Decimal { DEC as f64 } else { 1.0 };
            let range = def.range.map(|(a, b)| [a as f64 / scale, b as f64 / scale]);
            let label = self.words(&def.name);
            self.out.indicators.push(Indicator { id: def.id.clone(), label, range, series: Vec::new() });
        }
    }

    fn point(&mut self, e: &Entry, var: u16, table: u32) {
        let def = &self.sc.vars[usize::from(var)];
        let Some(i) = self.out.indicators.iter().position(|x| x.id == def.id) else {
            return;
        };
        let scale = if def.ty.base == Base::Decimal { DEC as f64 } else { 1.0 };
        let value = self.st.cell(self.sc, var, table, &[]).num() as f64 / scale;
        let series = &mut self.out.indicators[i].series;
        let at = series.iter().position(|s| s.table == table + 1).unwrap_or_else(|| {
            series.push(Series { table: table + 1, points: Vec::new() });
            series.len() - 1
        });
        series[at].points.push((e.t, value, e.seq));
    }

    fn line(&mut self, e: &Entry, table: Option<u32>, seat: Option<u32>, what: &str, text: Line) {
        let who = match (what, e.actor.as_str()) {
            ("dice" | "chance", _) => "chance",
            (_, "desk") => "desk",
            (_, a) if a.starts_with("seat") => "seat",
            _ => "clock",
        };
        let table = table.map(|t| t + 1);
        self.out.lines.push(TimelineLine { seq: e.seq, t: e.t, at: e.at, table, seat, who: who.into(), what: what.into(), text });
    }

    fn at_seat(&self, seat: u32) -> Option<u32> {
        self.st.seats.get(seat as usize).map(|s| s.table)
    }

    fn at_strand(&self, strand: u32) -> Option<u32> {
        let s = self.st.strands.get(strand as usize)?;
        self.st.table_of(self.sc, s.scope, s.inst)
    }

    // ------------------------------------------------------------ events

    fn event(&mut self, e: &Entry, event: &Event) {
        match event {
            Event::Opened { tables, .. } => self.out.facts.tables = *tables,
            Event::Begun => {
                self.out.facts.begun = Some(e.t);
                self.line(e, None, None, "begin", Vec::new());
                let vars: Vec<u16> = (0..self.sc.vars.len() as u16).collect();
                for t in 0..self.st.tables {
                    if self.st.at_table(t).next().is_some() {
                        vars.iter().for_each(|v| {
                            if self.sc.vars[usize::from(*v)].scope == Scope::Table {
                                self.point(e, *v, t);
                            }
                        });
                    }
                }
            }
            Event::Ended => {
                self.out.facts.ended = Some(e.t);
                self.line(e, None, None, "end", Vec::new());
            }
            Event::Set { var, inst, .. } => self.set(e, *var, *inst),
            Event::PhaseOpened { strand, phase, asked, .. } => self.phase_opened(e, *strand, *phase, asked.len() as u32),
            Event::PhaseClosed { strand } | Event::StrandDone { strand } => self.phase_closed(e, *strand),
            Event::Sealed { strand, unit, .. } => self.line(e, self.at_strand(*strand), seat_of(*unit), "sealed", Vec::new()),
            Event::Made { strand, mv, unit, inputs, by_default, .. } => self.made(e, *strand, *mv, *unit, inputs, *by_default),
            Event::Finished { table, ending, .. } => {
                let text = self.sc.endings.get(usize::from(*ending)).map(|d| self.words(&d.title)).unwrap_or_default();
                self.line(e, *table, None, "end", text);
            }
            Event::Rolled { table, seat, dice, .. } => {
                let text = dice.iter().map(ToString::to_string).collect::<Vec<_>>().join(" + ");
                self.line(e, Some(*table), *seat, "dice", vec![Inline::Text(text)]);
            }
            // What is said in a channel that keeps no words: that somebody spoke, and no more.
            Event::Told { text, to, .. } if self.sc.texts.get(usize::from(*text)).is_some_and(|t| t.unkept) => {
                let table = if let crate::event::People::Table(t) = to { Some(*t) } else { None };
                self.line(e, table, None, "told", vec![Inline::Text("…".into())]);
            }
            Event::Told { text, vals, to } => {
                let line = self.reader(eval::Ctx::NOWHERE).told(*text, vals);
                let table = if let crate::event::People::Table(t) = to { Some(*t) } else { None };
                self.line(e, table, None, "told", flat(line));
            }
            Event::Said { text, table } => {
                let words = self.st.text(i64::from(*text)).unwrap_or("…").to_string();
                self.line(e, table.map(|t| t.0), None, "said", vec![Inline::Text(words)]);
            }
            _ => self.person(e, event),
        }
    }

    fn person(&mut self, e: &Entry, event: &Event) {
        let (seat, what) = match event {
            Event::Joined { seat, .. } => (*seat, "join"),
            Event::SeatedAt { seat, .. } => (*seat, "moved"),
            Event::Here { seat, on: true } => (*seat, "here"),
            Event::Here { seat, on: false } => (*seat, "away"),
            Event::Help { seat, on: true } => (*seat, "help"),
            Event::Bot { seat, .. } => (*seat, "bot"),
            Event::RoleSet { seat, .. } => (*seat, "role"),
            Event::TeamSet { seat, .. } => (*seat, "team"),
            Event::StatusSet { seat, .. } => (*seat, "status"),
            _ => return self.desk(e, event),
        };
        let s = &self.st.seats[seat.ix()];
        let text = match event {
            Event::RoleSet { .. } => usize::try_from(s.role).ok().map(|r| self.words(&self.sc.roles[r].name)).unwrap_or_default(),
            Event::TeamSet { .. } if s.team != NONE => self.reader(eval::Ctx::NOWHERE).team_name(s.team),
            Event::StatusSet { status, .. } => {
                vec![Inline::Text(format!("{status:?}").to_lowercase())]
            }
            _ => Vec::new(),
        };
        self.line(e, self.at_seat(seat.0), Some(seat.0), what, text);
    }

    fn desk(&mut self, e: &Entry, event: &Event) {
        match event {
            Event::Paused => self.line(e, None, None, "pause", Vec::new()),
            Event::Resumed { .. } => self.line(e, None, None, "resume", Vec::new()),
            Event::Locked { .. } => self.line(e, None, None, "lock", Vec::new()),
            Event::Deadline { strand, at: Some(_) } if e.actor == "desk" => self.line(e, self.at_strand(*strand), None, "extend", Vec::new()),
            Event::Injected { inject, table, .. } => {
                let text = self.words(&self.sc.injects[usize::from(*inject)].title);
                self.line(e, Some(*table), None, "inject", text);
            }
            Event::Bookmarked { text } => {
                let words = text.and_then(|t| self.st.text(i64::from(t))).unwrap_or("").to_string();
                self.line(e, None, None, "bookmark", vec![Inline::Text(words)]);
            }
            Event::Proposed { strand, mv, seat, .. } => {
                let text = self.words(&self.sc.moves[usize::from(*mv)].label);
                self.line(e, self.at_strand(*strand), Some(*seat), "ask", text);
            }
            Event::Judged { yes, .. } => self.line(e, None, None, "judge", vec![Inline::Text(if *yes { "sì" } else { "no" }.into())]),
            _ => {}
        }
    }

    fn set(&mut self, e: &Entry, var: u16, inst: u32) {
        let def = &self.sc.vars[usize::from(var)];
        if def.shown.as_deref() == Some("gauge") && def.scope == Scope::Table {
            self.point(e, var, inst);
            let value = self.st.cell(self.sc, var, inst, &[]).num();
            let mut text = self.words(&def.name);
            text.push(Inline::Text(format!(" {value}")));
            self.line(e, Some(inst), None, "value", text);
        }
    }

    fn phase_opened(&mut self, e: &Entry, strand: u32, phase: u16, asked: u32) {
        let def = &self.sc.phases[usize::from(phase)];
        if !def.has_words {
            return;
        }
        let mut cx = self.st.strands.get(strand as usize).map_or(eval::Ctx::NOWHERE, |s| eval::Ctx::of(self.sc, &self.st, s.scope, s.inst));
        cx.strand = Some(strand);
        let title = self.reader(cx).line(&def.title);
        let table = self.at_strand(strand);
        self.open.push((strand, self.out.phases.len()));
        let table_n = table.map_or(1, |t| t + 1);
        let span = PhaseSpan { id: def.id.clone(), title: title.clone(), table: table_n, start: e.t, end: None, seq: e.seq, asked, answered: 0 };
        self.out.phases.push(span);
        self.line(e, table, None, "phase", title);
    }

    fn phase_closed(&mut self, e: &Entry, strand: u32) {
        if let Some(i) = self.open.iter().position(|o| o.0 == strand) {
            let (_, at) = self.open.remove(i);
            self.out.phases[at].end = Some(e.t);
        }
    }

    fn made(&mut self, e: &Entry, strand: u32, mv: u16, unit: Unit, inputs: &[Val], by_default: bool) {
        let def = &self.sc.moves[usize::from(mv)];
        let table = self.at_strand(strand).or_else(|| seat_of(unit).and_then(|s| self.at_seat(s)));
        let label = self.words(&def.label);
        if let (Some((_, at)), false) = (self.open.iter().find(|o| o.0 == strand), def.extra) {
            self.out.phases[*at].answered += u32::from(!by_default);
        }
        let what = if by_default { "default" } else { "move" };
        self.line(e, table, seat_of(unit), what, label.clone());
        let by = if unit.scope == Scope::Seat { smallvec![unit.inst] } else { self.st.members(unit.scope, unit.inst) };
        let (phase, phase_title) = self.phase_of(strand);
        let mut shown = Vec::new();
        for (ask, v) in def.asks.iter().zip(inputs) {
            if hides(self.sc, ask) {
                continue;
            }
            let mut r = self.reader(eval::Ctx::NOWHERE);
            let mut label = r.line(&ask.label);
            if label.is_empty() {
                label = r.line(&def.label);
            }
            let value = match (&ask.input, v) {
                (InputDef::Share { .. }, Val::L(l)) => ShownValue::List(l.chunks_exact(2).map(|pair| shared(&mut r, ask, pair)).collect()),
                (InputDef::Tiers { sizes, .. }, Val::L(all)) => {
                    ShownValue::List(in_tiers(all, sizes).into_iter().map(|tier| r.shown(input_say(ask), &Val::L(tier))).collect())
                }
                _ => r.shown(input_say(ask), v),
            };
            shown.push(DecisionInput { label, value });
        }
        // A private note is no decision.
        if shown.is_empty() && !def.asks.is_empty() && !by_default {
            return;
        }
        self.out.decisions.push(DecisionMade {
            seq: e.seq,
            t: e.t,
            phase,
            phase_title,
            table: table.map_or(1, |t| t + 1),
            name: def.id.clone(),
            label,
            by: by.into_vec(),
            inputs: shown,
            defaulted: by_default,
        });
    }

    fn phase_of(&self, strand: u32) -> (String, Line) {
        let span = self.open.iter().find(|o| o.0 == strand).map(|o| &self.out.phases[o.1]);
        span.map(|p| (p.id.clone(), p.title.clone())).unwrap_or_default()
    }

    fn finish(mut self) -> Timeline {
        self.out.title = self.words(&self.sc.title);
        self.out.facts.people = self.st.seats.iter().filter(|s| !s.bot).count() as u32;
        for (i, s) in self.st.seats.iter().enumerate() {
            let role = usize::try_from(s.role).ok().map(|r| self.words(&self.sc.roles[r].name));
            self.out.seats.push(TimelineSeat { seat: i as u32, table: s.table + 1, role });
        }
        self.out.pages = self.pages();
        self.out
    }

    fn pages(&self) -> Vec<DebriefPage> {
        let page = |p: &crate::scenario::model::PageDef| {
            let mut r = self.reader(eval::Ctx::NOWHERE);
            DebriefPage {
                id: p.id.clone(),
                moment: p.moment.clone(),
                title: r.line(&p.title),
                text: r.prose(&p.text),
                questions: p.questions.iter().map(|q| r.line(q)).collect(),
                look_at: p.look_at.iter().map(|i| self.sc.panels[usize::from(*i)].id.clone()).collect(),
            }
        };
        self.sc.pages.iter().map(page).collect()
    }
}

fn input_say(ask: &crate::scenario::model::AskDef) -> crate::scenario::model::Say {
    match ask.input {
        InputDef::Text { .. } | InputDef::Drawing => crate::scenario::model::Say::Text,
        InputDef::YesNo => crate::scenario::model::Say::Bool,
        _ => crate::scenario::say_of(ask.base),
    }
}

/// What got points, and how many.
fn shared(r: &mut Reader<'_>, ask: &AskDef, pair: &[i64]) -> ShownValue {
    let mut line = r.say(crate::scenario::say_of(ask.base), pair[0]);
    line.push(Inline::Text(format!(" {}", pair[1])));
    ShownValue::Line(line)
}

fn seat_of(unit: Unit) -> Option<u32> {
    (unit.scope == Scope::Seat).then_some(unit.inst)
}

fn flat(prose: crate::view::Prose) -> Line {
    use crate::view::Block;
    let mut out = Vec::new();
    for b in prose {
        match b {
            Block::Paragraph { p } => out.extend(p),
            Block::Heading { h } => out.extend(h),
            Block::Quote { q } => out.extend(q),
            Block::List { li, .. } => out.extend(li.concat()),
        }
    }
    out
}

/// Texts of the scenario that still carry "da verificare": where, and the words.
#[must_use]
pub fn to_verify(sc: &Scenario, lang: usize) -> Vec<(Line, String)> {
    let mut out = Vec::new();
    let mut look = |name: &Words, words: &Words| {
        let Some(p) = words.of(lang) else { return };
        let text = plain_words(p);
        let low = text.to_lowercase();
        if low.contains("da verificare") || low.contains("to be verified") || low.contains("to be checked") {
            let title = name.of(lang).map(plain_words).unwrap_or_default();
            out.push((vec![Inline::Text(title)], text));
        }
    };
    for l in &sc.lists {
        for i in &l.items {
            look(&i.name, &i.text);
            for a in &i.attrs {
                if let crate::scenario::model::AttrVal::Text(w) = a {
                    look(&i.name, w);
                }
            }
        }
    }
    for p in &sc.phases {
        look(&p.title, &p.text);
    }
    for r in &sc.roles {
        look(&r.name, &r.brief);
    }
    out
}

// ---------------------------------------------------------------- what is kept out of a readable copy

/// What people were promised to keep for themselves: private answers, those that nobody, or only their owner, sees, and texts
/// whose writer did not want them kept.
/// A copy of the record for readers leaves it out; the sealed record keeps it.
pub struct Withheld<'a> {
    /// `None`: the scenario is lost, and with it what was promised. Then every text is kept out.
    sc: Option<&'a Scenario>,
    texts: std::collections::BTreeSet<u32>,
}

impl<'a> Withheld<'a> {
    /// `events`: of the whole session; a text is written before the answer that says what it is.
    #[must_use]
    pub fn of<'e>(sc: Option<&'a Scenario>, events: impl Iterator<Item = &'e Event>) -> Self {
        let mut all = Self { sc, texts: std::collections::BTreeSet::new() };
        for event in events {
            if let Event::Wrote { id, unkept: true, .. } = event {
                all.texts.insert(*id);
            }
            let Some((mv, inputs)) = answered(event) else { continue };
            for (ask, val) in all.asks(mv).iter().zip(inputs) {
                if all.hides(ask) && matches!(ask.input, InputDef::Text { .. } | InputDef::Drawing) {
                    let ids = match val {
                        Val::N(n) => vec![*n],
                        Val::L(list) => list.clone(),
                    };
                    all.texts.extend(ids.into_iter().filter_map(|n| u32::try_from(n).ok()));
                }
            }
        }
        all
    }

    /// Empties what a reader must not have.
    pub fn clear(&self, event: &mut Event) {
        match event {
            Event::Wrote { id, body, .. } if self.sc.is_none() || self.texts.contains(id) => *body = TextBody::Gone,
            Event::Set { var, val, .. } if self.sc.is_some_and(|sc| apart(&sc.vars[usize::from(*var)])) => *val = Val::N(NONE),
            Event::Sealed { mv, inputs, .. } | Event::Made { mv, inputs, .. } | Event::Proposed { mv, inputs, .. } => self.clear_inputs(*mv, inputs),
            Event::Version { mv, inputs: Some(inputs), .. } => self.clear_inputs(*mv, inputs),
            _ => {}
        }
    }

    fn clear_inputs(&self, mv: u16, inputs: &mut [Val]) {
        for (ask, val) in self.asks(mv).iter().zip(inputs) {
            if self.hides(ask) {
                *val = Val::N(NONE);
            }
        }
    }

    fn asks(&self, mv: u16) -> &'a [AskDef] {
        self.sc.and_then(|sc| sc.moves.get(usize::from(mv))).map_or(&[], |m| &m.asks)
    }

    fn hides(&self, ask: &AskDef) -> bool {
        self.sc.is_none_or(|sc| hides(sc, ask))
    }
}

fn answered(event: &Event) -> Option<(u16, &[Val])> {
    match event {
        Event::Sealed { mv, inputs, .. } | Event::Made { mv, inputs, .. } | Event::Proposed { mv, inputs, .. } => Some((*mv, inputs)),
        Event::Version { mv, inputs: Some(inputs), .. } => Some((*mv, inputs)),
        _ => None,
    }
}

/// An answer that is its writer's own.
fn hides(sc: &Scenario, ask: &AskDef) -> bool {
    ask.private || apart(&sc.vars[usize::from(ask.var)])
}

fn apart(var: &VarDef) -> bool {
    use crate::scenario::model::Aud;
    var.input && (var.private || var.seen.iter().any(|a| matches!(a, Aud::OnlyOwner | Aud::Nobody)))
}
