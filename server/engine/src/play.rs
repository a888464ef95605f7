//! Runs a scenario's play scripts: who does what, what each then sees and must not see.

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};

use crate::Viewer;
use crate::command::{Answer, Answers, Command, DeskAct, SeatAct};
use crate::decide::{Chance, Decision, Exec, decide_with};
use crate::eval::{Ctx, Env, Regs};
use crate::event::{Event, Frame, Frames};
use crate::id::{SeatId, TableId};
use crate::refusal::{Code, Refusal};
use crate::scenario::model::{AskDef, Base, DEC, InputDef, NONE, Scenario, Scope, Step, Ty, Val, X};
use crate::scenario::plays::{Claim, Given, Play, PlayLine, Seen};
use crate::scenario::tree::Span;
use crate::state::State;
use crate::view::sees;

/// A line that did not hold, and why.
#[derive(Debug, Clone)]
pub struct PlayFault {
    pub span: Span,
    pub why: Why,
}

#[derive(Debug, Clone)]
pub enum Why {
    /// The sides of what is claimed, each with what it is.
    False(String),
    /// An act that is not carried out: its code, the input, what was given and what could be.
    Refused {
        code: String,
        input: String,
        given: String,
        offered: String,
    },
    /// Should be refused; the code with which it was, empty when it was carried out.
    NotSo {
        wanted: String,
        got: String,
    },
    Sees {
        person: String,
        what: String,
    },
    SeesNot {
        person: String,
        what: String,
    },
    /// Words that are not on somebody's screen, and the line there that is most like them.
    ReadsNot {
        person: String,
        words: String,
        nearest: String,
    },
    /// What is spoken of is not there: not to see it would prove nothing.
    Nothing(String),
    /// A prepared outcome that no draw has taken.
    Chance,
    /// The phases that run.
    Phase(String),
    /// The endings there are, and who wins.
    End(String),
}

impl Why {
    fn refused(r: &Refusal) -> Why {
        Why::Refused { code: word(r.code), input: r.what.clone(), given: String::new(), offered: String::new() }
    }
}

/// As scripts write it.
fn word(code: Code) -> String {
    format!("{code:?}").to_lowercase()
}

/// Things of a list that are told.
const SPOKEN: usize = 12;

/// Runs one play from an empty room.
///
/// # Errors
/// The first line that does not hold.
pub fn run(sc: &Scenario, play: &Play) -> Result<State, PlayFault> {
    let mut r = Runner { sc, people: &play.people, st: State::default(), chance: VecDeque::new() };
    r.start(play).map_err(|e| PlayFault { span: play.span, why: Why::refused(&e) })?;
    let mut prepared = play.span;
    for (span, line) in &play.lines {
        if matches!(line, PlayLine::Chance(_)) {
            prepared = *span;
        }
        r.line(line).map_err(|why| PlayFault { span: *span, why })?;
    }
    if !r.chance.is_empty() {
        return Err(PlayFault { span: prepared, why: Why::Chance });
    }
    Ok(r.st)
}

struct Runner<'a> {
    sc: &'a Scenario,
    people: &'a [String],
    st: State,
    chance: VecDeque<Val>,
}

type Res = Result<(), Why>;

impl Runner<'_> {
    fn start(&mut self, play: &Play) -> Result<(), Refusal> {
        let tables = u32::try_from(play.tables.len()).unwrap_or(1).max(self.sc.people.tables[0]);
        let mut set = Answers::new();
        for (n, x) in &play.set {
            let v = self.num(x, 0);
            set.insert(n.clone(), Answer::Number(v));
        }
        self.go(&Command::Open { tables, seed: 7, set })?;
        for (t, names) in play.tables.iter().enumerate() {
            for _ in names {
                self.go(&Command::Join { bot: false, table: Some(TableId(t as u32)) })?;
            }
        }
        let clock = self.st.clock;
        let mut x = Exec::new(self.sc, Cow::Owned(std::mem::take(&mut self.st)), clock, Chance::Prepared(&mut self.chance));
        x.promised.clone_from(&play.roles);
        x.begin()?;
        // Where no roles are dealt at the start, nobody has hers yet.
        for (p, r) in play.roles.iter().filter(|(p, r)| x.st.seats[*p as usize].role != i64::from(*r)).collect::<Vec<_>>() {
            x.emit(Event::RoleSet { seat: SeatId(*p), role: Some(*r) });
        }
        x.set_teams(&play.teams);
        for (kind, members) in &play.groups {
            let table = members.first().map_or(0, |m| x.st.seats[*m as usize].table);
            let group = x.st.groups.len() as u32;
            x.emit(Event::Grouped { kind: *kind, group, table, members: members.clone() });
        }
        // A play that begins in the middle does not run through what comes before.
        if !matches!(play.lines.first(), Some((_, PlayLine::Begin { .. }))) {
            x.settle();
        }
        self.st = x.st.into_owned();
        Ok(())
    }

    fn go(&mut self, command: &Command) -> Result<(), Refusal> {
        let Decision { state, .. } = decide_with(self.sc, &self.st, command, self.st.clock, &mut self.chance)?;
        self.st = state;
        Ok(())
    }

    fn ctx(&self, table: u32) -> Ctx {
        let mut cx = Ctx::of(self.sc, &self.st, Scope::Table, table);
        cx.strand =
            self.st.strands.iter().rposition(|s| s.alive && self.st.table_of(self.sc, s.scope, s.inst).is_none_or(|t| t == table)).map(|s| s as u32);
        cx
    }

    fn num(&self, x: &X, table: u32) -> i64 {
        let mut regs = Regs::default();
        Env::new(self.sc, &self.st, self.ctx(table), &mut regs).num(x)
    }

    fn val(&self, x: &X, list: bool, table: u32) -> Val {
        let mut regs = Regs::default();
        Env::new(self.sc, &self.st, self.ctx(table), &mut regs).val(x, list)
    }

    fn table(&self, person: u32) -> u32 {
        self.st.seats[person as usize].table
    }

    // ------------------------------------------------------------ lines

    fn line(&mut self, line: &PlayLine) -> Res {
        match line {
            PlayLine::Begin { phase, with } => self.begin(*phase, with),
            PlayLine::Time(ms) => self.time(*ms),
            PlayLine::Chance(vals) => {
                for (x, list) in vals {
                    let v = self.val(x, *list, 0);
                    self.chance.push_back(v);
                }
                Ok(())
            }
            PlayLine::Given { table, rule } => {
                let cx = self.ctx(*table);
                let clock = self.st.clock;
                let mut x = Exec::new(self.sc, Cow::Borrowed(&self.st), clock, Chance::Prepared(&mut self.chance));
                x.rule(rule, cx, &mut Regs::default());
                x.settle();
                self.st = x.st.into_owned();
                Ok(())
            }
            PlayLine::Refused { code, line } => self.refused(code, line),
            PlayLine::Expect { table, all } => self.expect(*table, all),
            PlayLine::Sees { person, what, said, not } => {
                let sees = self.sees(*person, what).ok_or_else(|| Why::Nothing(said.clone()))?;
                if sees != *not {
                    return Ok(());
                }
                let name = self.person(i64::from(*person));
                Err(match what {
                    _ if *not => Why::Sees { person: name, what: said.clone() },
                    Seen::Words(words) => Why::ReadsNot { person: name, words: words.clone(), nearest: self.nearest_line(*person, words) },
                    _ => Why::SeesNot { person: name, what: said.clone() },
                })
            }
            PlayLine::ExpectPhase { phase, person } => self.expect_phase(*phase, *person),
            PlayLine::ExpectEnd { ending, person } => {
                let over = |t: Option<u32>| self.st.over.iter().any(|(table, o)| t.is_none_or(|t| t == *table) && o.ending == *ending);
                if over(person.map(|p| self.table(p))) { Ok(()) } else { Err(Why::End(self.ends())) }
            }
            PlayLine::ExpectWinners(people) => {
                let won: BTreeSet<u32> = self.st.over.values().flat_map(|o| o.winners.iter().copied()).collect();
                let right = !self.st.over.is_empty() && won == people.iter().copied().collect();
                if right { Ok(()) } else { Err(Why::End(self.ends())) }
            }
            act => {
                let command = self.command(act).ok_or_else(|| Why::refused(&Refusal::new(Code::Unknown)))?;
                self.go(&command).map_err(|e| self.why(act, &e))
            }
        }
    }

    fn expect(&self, table: u32, all: &[Claim]) -> Res {
        let mut what = Vec::new();
        let mut holds = true;
        for claim in all.iter().filter(|c| self.num(&c.x, table) != 1) {
            holds = false;
            for (said, x, ty) in &claim.sides {
                let is = self.spoken(*ty, &self.val(x, ty.list, table));
                let told = format!("{said}\t{is}");
                if is != *said && !what.contains(&told) {
                    what.push(told);
                }
            }
        }
        if holds { Ok(()) } else { Err(Why::False(what.join("\n"))) }
    }

    /// Endings of the tables, with who wins.
    fn ends(&self) -> String {
        let one = |o: &crate::state::Over| {
            let winners: Vec<String> = o.winners.iter().map(|w| self.person(i64::from(*w))).collect();
            format!("{} ({})", self.sc.endings[usize::from(o.ending)].id, if winners.is_empty() { "–".into() } else { winners.join(", ") })
        };
        self.st.over.values().map(one).collect::<Vec<_>>().join(", ")
    }

    // ------------------------------------------------------------ telling

    fn person(&self, seat: i64) -> String {
        usize::try_from(seat).ok().and_then(|s| self.people.get(s)).cloned().unwrap_or_else(|| (seat + 1).to_string())
    }

    /// A value as a script would write it.
    fn spoken(&self, ty: Ty, v: &Val) -> String {
        match v {
            Val::N(n) => self.spoken_one(ty.base, *n),
            Val::L(l) => self.spoken_list(ty.base, l),
        }
    }

    fn spoken_list(&self, base: Base, l: &[i64]) -> String {
        let all: Vec<String> = l.iter().take(SPOKEN).map(|n| self.spoken_one(base, *n)).collect();
        format!("[{}{}]", all.join(", "), if l.len() > SPOKEN { ", …" } else { "" })
    }

    fn spoken_one(&self, base: Base, n: i64) -> String {
        let at = usize::try_from(n).unwrap_or(usize::MAX);
        let id = |id: Option<&String>| id.cloned().unwrap_or_else(|| n.to_string());
        match base {
            _ if n == NONE => "none".into(),
            Base::Bool => if n == 1 { "yes" } else { "no" }.into(),
            Base::Decimal => (n as f64 / DEC as f64).to_string(),
            Base::Duration => format!("{} s", n / 1000),
            Base::Seat => self.person(n),
            Base::Team => id(self.sc.teams.get(at % self.sc.teams.len().max(1)).map(|t| &t.id)),
            Base::Table => (n + 1).to_string(),
            Base::Role => id(self.sc.roles.get(at).map(|r| &r.id)),
            Base::Group(_) => {
                let members = self.st.groups.get(at).map_or(&[][..], |g| &g.members);
                self.spoken_list(Base::Seat, &members.iter().map(|m| i64::from(*m)).collect::<Vec<_>>())
            }
            Base::Item(l) => id(self.sc.lists[usize::from(l)].items.get(at).map(|i| &i.id)),
            Base::Token(k) => {
                let kind = &self.sc.kinds[usize::from(k)];
                let item = self.st.tokens.get(at).and_then(|t| self.sc.lists[usize::from(kind.list)].items.get(t.item as usize));
                item.map_or_else(|| format!("{} {}", kind.id, n + 1), |i| i.id.clone())
            }
            Base::Space(b) => {
                let spaces = &self.sc.boards[usize::from(b)].spaces;
                id(spaces.get(at % spaces.len().max(1)).map(|s| &s.id))
            }
            Base::Text => self.st.text(n).map_or_else(|| "…".into(), |t| format!("«{t}»")),
            Base::Any | Base::Number | Base::Status | Base::Answer(_) => n.to_string(),
        }
    }

    /// Why an act is not carried out: with what was given to the input, and what could be.
    fn why(&self, act: &PlayLine, e: &Refusal) -> Why {
        let why = Why::refused(e);
        let (PlayLine::Move { person, mv, item, inputs }, Why::Refused { code, input, .. }) = (act, &why) else { return why };
        let Some(def) = self.sc.moves.iter().find(|m| m.id == *mv) else { return why };
        let (Some(ask), true) = (def.asks.iter().find(|a| a.id == e.what), matches!(e.code, Code::Choice | Code::Limit)) else { return why };
        let table = self.table(*person);
        let given = match inputs.iter().find(|i| i.0 == ask.id) {
            Some((_, Given::X(x, ty))) => self.spoken(*ty, &self.val(x, ty.list, table)),
            _ => String::new(),
        };
        let item = item.as_ref().map_or(NONE, |x| self.num(x, table));
        let (_, before) = self.answered(&def.asks, inputs, table, Some(*person), item);
        let before = &before[..before.iter().position(|b| b.0 == ask.var).unwrap_or(before.len())];
        let legal = crate::decide::legal_set(self.sc, &self.st, ask, self.seat_ctx(Some(*person), table), item, before);
        let set = self.spoken_list(ask.base, &legal.set);
        let offered = match ask.input {
            InputDef::Share { .. } => format!("{} = {}", set.trim_matches(['[', ']']).replace(", ", " + "), legal.max),
            _ if legal.set.is_empty() && e.code == Code::Limit => format!("{} … {}", legal.min, legal.max),
            _ if e.code == Code::Limit => format!("{set} × {} … {}", legal.min, legal.max),
            _ => set,
        };
        Why::Refused { code: code.clone(), input: input.clone(), given, offered }
    }

    fn expect_phase(&self, phase: u16, person: Option<u32>) -> Res {
        let runs = |s: &crate::state::Strand| s.alive && s.running.as_ref().is_some_and(|r| r.phase == phase);
        let ok = match person {
            Some(p) => self.st.strand_of(p).is_some_and(|s| runs(&self.st.strands[s as usize])),
            None => self.st.strands.iter().any(runs),
        };
        let now: Vec<&str> = self
            .st
            .strands
            .iter()
            .filter(|s| s.alive)
            .filter_map(|s| s.running.as_ref())
            .map(|r| self.sc.phases[usize::from(r.phase)].id.as_str())
            .collect();
        if ok { Ok(()) } else { Err(Why::Phase(now.join(", "))) }
    }

    fn refused(&mut self, code: &str, line: &PlayLine) -> Res {
        let got = match self.command(line) {
            Some(command) => self.go(&command).err().map_or_else(String::new, |e| word(e.code)),
            None => word(Code::Unknown),
        };
        if got == code { Ok(()) } else { Err(Why::NotSo { wanted: code.into(), got }) }
    }

    fn time(&mut self, ms: i64) -> Res {
        let target = self.st.clock + ms;
        while let Some(due) = self.st.next_due().filter(|d| *d <= target) {
            let before = self.st.clock;
            self.st.clock = self.st.clock.max(due);
            self.go(&Command::Tick).map_err(|e| Why::refused(&e))?;
            if self.st.next_due() == Some(due) && before == due {
                return Err(Why::refused(&Refusal::new(Code::Runaway)));
            }
        }
        self.st.clock = target;
        Ok(())
    }

    // ------------------------------------------------------------ commands

    fn command(&self, line: &PlayLine) -> Option<Command> {
        let seat = |person: u32, act: SeatAct| Command::Seat { seat: SeatId(person), act };
        let desk = |act: DeskAct| Command::Desk { act };
        Some(match line {
            PlayLine::Move { person, mv, item, inputs } => {
                let table = self.table(*person);
                let item = item.as_ref().map(|x| self.num(x, table));
                seat(*person, SeatAct::Move { name: mv.clone(), item, inputs: self.answers(mv, inputs, table, Some(*person), item.unwrap_or(NONE)) })
            }
            PlayLine::Back { person, mv, item, of } => {
                let item = item.as_ref().map(|x| self.num(x, self.table(*person)));
                let of = of.or_else(|| self.other_version(*person, mv, item.unwrap_or(NONE)))?;
                seat(*person, SeatAct::Back { name: mv.clone(), item, of: SeatId(of) })
            }
            PlayLine::Spoken(p) => seat(*p, SeatAct::Spoken),
            PlayLine::Hand(p, up) => seat(*p, SeatAct::Hand { up: *up }),
            PlayLine::Arrives { table } => Command::Join { bot: false, table: table.map(TableId) },
            PlayLine::Judge { person, mv, yes, inputs } => {
                let m = self.sc.moves.iter().position(|m| m.id == *mv)? as u16;
                // One that waits for somebody else is there as well: it is the engine that says no.
                let asks = || self.st.asks.iter().filter(|a| a.mv == m);
                let ask = asks().find(|a| a.judge == *person).or_else(|| asks().next())?.ask;
                let inputs = self.answers(mv, inputs, person.map_or(0, |p| self.table(p)), *person, NONE);
                let reason = String::new();
                match person {
                    Some(p) => seat(*p, SeatAct::Judge { ask, yes: *yes, inputs, reason }),
                    None => desk(DeskAct::Judge { ask, yes: *yes, inputs, reason }),
                }
            }
            PlayLine::Ack(p) => seat(*p, SeatAct::Ack),
            PlayLine::Leaves(p) => seat(*p, SeatAct::Leave),
            PlayLine::Presence { person, here } => Command::Presence { seat: SeatId(*person), here: *here },
            PlayLine::DeskNext => desk(DeskAct::Next { table: None, seen: None }),
            PlayLine::DeskPause => desk(DeskAct::Pause),
            PlayLine::DeskResume => desk(DeskAct::Resume),
            PlayLine::DeskExtend(ms) => desk(DeskAct::Extend { ms: *ms, table: None }),
            PlayLine::DeskInject(i) => desk(DeskAct::Inject { inject: i.clone(), table: None }),
            PlayLine::DeskSet { name, keys, x } => {
                let keys = keys.iter().map(|k| self.num(k, 0)).collect();
                let def = self.sc.vars.iter().find(|v| v.id == *name)?;
                let value = match (def.ty.base, self.num(x, 0)) {
                    (Base::Bool, v) => Answer::Yes(v == 1),
                    (Base::Decimal, v) => Answer::Decimal(v as f64 / DEC as f64),
                    (_, v) => Answer::Number(v),
                };
                desk(DeskAct::Set { name: name.clone(), table: Some(TableId(0)), keys, value })
            }
            PlayLine::DeskMove { mv, inputs } => {
                desk(DeskAct::Move { name: mv.clone(), table: TableId(0), inputs: self.answers(mv, inputs, 0, None, NONE) })
            }
            _ => return None,
        })
    }

    fn other_version(&self, person: u32, mv: &str, item: i64) -> Option<u32> {
        let m = self.sc.moves.iter().position(|m| m.id == mv)? as u16;
        let run = self.st.strands[self.st.strand_of(person)? as usize].running.as_ref()?;
        let theirs = |v: &&crate::state::Version| v.mv == m && v.item == item && (v.seat != person || self.sc.moves[usize::from(m)].each);
        run.versions.iter().filter(theirs).min_by_key(|v| v.n).map(|v| v.seat)
    }

    fn answers(&self, mv: &str, inputs: &[(String, Given)], table: u32, person: Option<u32>, item: i64) -> Answers {
        let def = self.sc.moves.iter().find(|m| m.id == mv);
        let asks: Vec<AskDef> = def.map(|d| d.asks.iter().chain(&d.replies).cloned().collect()).unwrap_or_default();
        self.answered(&asks, inputs, table, person, item).0
    }

    /// Answers as they travel, and as later inputs of the same move read them.
    fn answered(&self, asks: &[AskDef], inputs: &[(String, Given)], table: u32, person: Option<u32>, item: i64) -> (Answers, Vec<(u16, Val)>) {
        let mut out = Answers::new();
        let mut before: Vec<(u16, Val)> = Vec::new();
        for (name, given) in inputs {
            match given {
                _ if ["unkept", "sure"].contains(&name.as_str()) => out.insert(name.clone(), Answer::Yes(true)),
                Given::Words(w) => out.insert(name.clone(), Answer::Text(w.clone())),
                Given::X(..) => None,
            };
        }
        for ask in asks {
            let Some((name, Given::X(x, ty))) = inputs.iter().find(|i| i.0 == ask.id) else { continue };
            let mut v = self.val(x, ty.list, table);
            if let (Base::Token(k), Base::Item(_)) = (ask.base, ty.base) {
                let legal = crate::decide::legal_set(self.sc, &self.st, ask, self.seat_ctx(person, table), item, &before);
                v = self.tokens_named(k, &legal.set, v);
            }
            before.push((ask.var, v.clone()));
            out.insert(name.clone(), travelling(Some(&ask.input), v));
        }
        (out, before)
    }

    fn seat_ctx(&self, person: Option<u32>, table: u32) -> Ctx {
        person.map_or_else(|| self.ctx(table), |p| Ctx::seat(&self.st, p))
    }

    /// Cards named by their items: the tokens that carry them, among those that may be chosen; of copies, each once.
    fn tokens_named(&self, kind: u16, legal: &[i64], v: Val) -> Val {
        let mut taken: Vec<i64> = Vec::new();
        let mut token = |item: i64| {
            let is = |t: &crate::state::Token| t.kind == kind && i64::from(t.item) == item && t.at != crate::event::Spot::Gone;
            let offered = legal.iter().copied().find(|t| !taken.contains(t) && self.st.tokens.get(*t as usize).is_some_and(is));
            let token = offered.or_else(|| self.st.tokens.iter().position(is).map(|t| t as i64)).unwrap_or(NONE);
            taken.push(token);
            token
        };
        match v {
            Val::N(n) => Val::N(token(n)),
            Val::L(l) => Val::L(l.into_iter().map(token).collect()),
        }
    }

    // ------------------------------------------------------------ seeing

    /// `None`: what is spoken of is not there.
    fn sees(&self, person: u32, what: &Seen) -> Option<bool> {
        let viewer = Viewer::Seat(SeatId(person));
        Some(match what {
            Seen::Words(w) => self.reads(person, w),
            Seen::Text(t) => self
                .st
                .messages
                .iter()
                .any(|m| matches!(&m.what, crate::state::MessageKind::Text { text, .. } if text == t) && sees::among(&self.st, viewer, &m.to)),
            Seen::Item { list, item } => {
                let mut tokens = self.st.tokens.iter().enumerate();
                tokens.any(|(i, t)| {
                    self.sc.kinds[usize::from(t.kind)].list == *list && t.item == *item && sees::token(self.sc, &self.st, viewer, i as u32)
                })
            }
            Seen::Input { var, x, list } => self.sees_input(person, *var, x, *list),
            Seen::X(x, list) => return self.sees_x(person, x, *list),
        })
    }

    /// Is this a part of any text on somebody's screen, or a whole number there?
    fn reads(&self, person: u32, words: &str) -> bool {
        self.screen(person).iter().any(|l| if l.number { l.text == words } else { l.text.contains(words) })
    }

    /// The line with most of these words in it; none with any: empty.
    fn nearest_line(&self, person: u32, words: &str) -> String {
        let common = |line: &str| words.split_whitespace().filter(|w| line.contains(w)).count();
        let lines = self.screen(person).into_iter().map(|l| l.text);
        lines.max_by_key(|l| common(l)).filter(|l| common(l) > 0).unwrap_or_default()
    }

    /// All lines of words on somebody's screen, and the numbers of panels and sheets.
    fn screen(&self, person: u32) -> Vec<Read> {
        let mut lines = Vec::new();
        for (_, part) in crate::view::snapshot(self.sc, &self.st, Viewer::Seat(SeatId(person)), 0) {
            let part: serde_json::Value = serde_json::from_str(&part).unwrap_or_default();
            self.lines(&part, &mut lines);
        }
        lines
    }

    /// Lines of words within a part of a view: a list of pieces is one line.
    fn lines(&self, at: &serde_json::Value, out: &mut Vec<Read>) {
        use serde_json::Value;
        match at {
            Value::Array(all) if !all.is_empty() && all.iter().all(is_piece) => {
                let mut line = String::new();
                all.iter().for_each(|p| self.piece(p, &mut line));
                out.push(Read { text: line, number: false });
            }
            Value::Array(all) => all.iter().for_each(|x| self.lines(x, out)),
            // Other numbers are not for people: seats, times, which version.
            Value::Object(map) => map.iter().for_each(|(key, x)| match key.as_str() {
                "value" | "cells" => self.values(x, out),
                _ => self.lines(x, out),
            }),
            _ => {}
        }
    }

    /// Values as screens show them.
    fn values(&self, at: &serde_json::Value, out: &mut Vec<Read>) {
        use serde_json::Value;
        let italian = self.sc.langs.first().is_some_and(|l| l == "it");
        match at {
            Value::Number(n) => {
                let text = format!("{}", (n.as_f64().unwrap_or(0.0) * 100.0).round() / 100.0).replace('-', "−");
                out.push(Read { text: if italian { text.replace('.', ",") } else { text }, number: true });
            }
            Value::Bool(yes) => {
                let text = if !yes {
                    "no"
                } else if italian {
                    "sì"
                } else {
                    "yes"
                };
                out.push(Read { text: text.into(), number: false });
            }
            Value::Array(all) if !all.iter().all(is_piece) => all.iter().for_each(|x| self.values(x, out)),
            other => self.lines(other, out),
        }
    }

    fn piece(&self, at: &serde_json::Value, line: &mut String) {
        use serde_json::Value;
        match at {
            Value::String(t) => line.push_str(t),
            Value::Object(map) if map.contains_key("hidden") => line.push('…'),
            Value::Object(map) => {
                for x in map.values() {
                    match x {
                        Value::Number(seat) => line.push_str(&self.person(seat.as_i64().unwrap_or(NONE))),
                        Value::Array(inner) => inner.iter().for_each(|p| self.piece(p, line)),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    /// Whose it is, is only said: it need not be seen. But it must be there, or not to see it would prove nothing.
    fn sees_x(&self, person: u32, x: &X, list: bool) -> Option<bool> {
        let (viewer, table) = (Viewer::Seat(SeatId(person)), self.table(person));
        if let X::Var { v, inst, keys } = x {
            let inst = u32::try_from(self.num(inst, table)).ok()?;
            let keys: Vec<i64> = keys.iter().map(|k| self.num(k, table)).collect();
            let there = self.val(x, list, table);
            return Some(sees::var(self.sc, &self.st, viewer, *v, inst, &keys) && there != Val::N(NONE) && there != Val::L(Vec::new()));
        }
        let mut regs = Regs::default();
        let mut env = Env::new(self.sc, &self.st, self.ctx(table), &mut regs);
        env.guard = Some(viewer);
        let v = env.val(x, list);
        Some(!env.hidden && v != Val::N(NONE) && v != Val::L(Vec::new()))
    }

    /// An input: once open by its audience; a version of a joint answer by the group that writes it.
    fn sees_input(&self, person: u32, var: u16, inst: &X, list: bool) -> bool {
        let def = &self.sc.vars[usize::from(var)];
        let own = match def.scope {
            Scope::Table => Some(self.table(person)),
            Scope::Team => u32::try_from(self.st.seats[person as usize].team).ok(),
            _ => None,
        };
        let inst = match inst {
            X::K(NONE) => own,
            x => u32::try_from(self.num(x, self.table(person))).ok(),
        };
        let _ = list;
        let Some(inst) = inst else { return false };
        let stored = self.st.cell(self.sc, var, inst, &[]);
        let full = stored != def.start && sees::var(self.sc, &self.st, Viewer::Seat(SeatId(person)), var, inst, &[]);
        full || self.own_answer(person, var, inst) || self.sees_version(person, var)
    }

    fn own_answer(&self, person: u32, var: u16, inst: u32) -> bool {
        let runs = self.st.strands.iter().filter_map(|s| s.running.as_ref());
        let mut sealed = runs.flat_map(|r| &r.sealed);
        inst == person
            && sealed
                .any(|a| a.unit.scope == Scope::Seat && a.unit.inst == person && self.sc.moves[usize::from(a.mv)].asks.iter().any(|x| x.var == var))
    }

    fn sees_version(&self, person: u32, var: u16) -> bool {
        let Some(run) = self.st.strand_of(person).and_then(|s| self.st.strands[s as usize].running.as_ref()) else {
            return false;
        };
        run.versions
            .iter()
            .any(|v| self.sc.moves[usize::from(v.mv)].asks.iter().any(|a| a.var == var) && self.st.together(self.sc, run, v.unit).contains(&person))
    }

    // ------------------------------------------------------------ begin

    /// Goes straight to a phase: the blocks around it are entered, loops at their first pass unless told.
    fn begin(&mut self, phase: u16, with: &[(String, X)]) -> Res {
        let pc =
            self.sc.flow.iter().position(|s| matches!(s, Step::Phase(p) if *p == phase)).ok_or_else(|| Why::refused(&Refusal::new(Code::Unknown)))?
                as u32;
        let blocks = self.blocks_around(pc);
        let given: Vec<(String, i64)> = with.iter().map(|(n, x)| (n.clone(), self.num(x, 0))).collect();
        let clock = self.st.clock;
        let mut x = Exec::new(self.sc, Cow::Borrowed(&self.st), clock, Chance::Prepared(&mut self.chance));
        for s in 0..x.st.strands.len() as u32 {
            if x.st.strands[s as usize].alive {
                x.emit(Event::StrandDone { strand: s });
            }
        }
        let together = self.sc.people.together;
        let roots = if together { 1 } else { x.st.tables };
        for t in 0..roots {
            if !together && x.st.at_table(t).next().is_none() {
                continue;
            }
            let scope = if together { Scope::Session } else { Scope::Table };
            let strand = x.st.strands.len() as u32;
            x.emit(Event::Forked { scope, inst: t, parent: u32::MAX, pc });
            enter(&mut x, strand, &blocks, pc, Frames::new(), &given);
        }
        x.settle();
        self.st = x.st.into_owned();
        Ok(())
    }

    /// Steps that open a block around `pc`, outermost first.
    fn blocks_around(&self, pc: u32) -> Vec<u32> {
        let mut open = Vec::new();
        for (i, step) in self.sc.flow[..pc as usize].iter().enumerate() {
            match step {
                Step::LoopStart { .. } | Step::WithinStart { .. } | Step::SkipStart { .. } => open.push(i as u32),
                Step::Fork { join, .. } if *join > pc => open.push(i as u32),
                Step::LoopUntil { .. } | Step::WithinEnd | Step::SkipEnd => {
                    open.pop();
                }
                _ => {}
            }
        }
        open
    }
}

fn enter(x: &mut Exec<'_>, strand: u32, blocks: &[u32], pc: u32, mut frames: Frames, given: &[(String, i64)]) {
    let Some((first, rest)) = blocks.split_first() else {
        x.emit(Event::At { strand, pc, frames });
        return;
    };
    let cx = x.strand_ctx(strand);
    let sc = x.sc;
    match &sc.flow[*first as usize] {
        Step::LoopStart { frame, times, list } => {
            let list = list.as_ref().map(|l| x.list(l, cx, &mut Regs::default())).unwrap_or_default();
            let times = times.as_ref().map_or(list.len() as i64, |t| x.num(t, cx, &mut Regs::default()));
            let lp = &sc.loops[usize::from(*frame)];
            let named = |v: u16| given.iter().find(|g| g.0 == sc.vars[usize::from(v)].id).map(|g| g.1);
            let by_item = lp.item.and_then(named).and_then(|i| list.iter().position(|x| *x == i)).map(|i| i as i64 + 1);
            let n = named(lp.count).or(by_item).unwrap_or(1);
            let item = list.get((n - 1).max(0) as usize).copied().unwrap_or(NONE);
            frames.push(Frame::Loop { id: *frame, n, times, list });
            let inst = x.st.strands[strand as usize].inst;
            x.emit(Event::Pass { id: *frame, inst, n, item });
            x.fresh_starts(*frame, strand);
            enter(x, strand, rest, pc, frames, given);
        }
        Step::WithinStart { time, out } => {
            let until = x.st.clock + x.num(time, cx, &mut Regs::default());
            frames.push(Frame::Within { out: *out, until });
            enter(x, strand, rest, pc, frames, given);
        }
        Step::SkipStart { out } => {
            frames.push(Frame::Skip { out: *out });
            enter(x, strand, rest, pc, frames, given);
        }
        Step::Fork { scope, body, join } => {
            x.emit(Event::At { strand, pc: *join, frames });
            let from = x.st.strands.len() as u32;
            x.fork(strand, *scope, *body);
            for c in from..x.st.strands.len() as u32 {
                enter(x, c, rest, pc, Frames::new(), given);
            }
        }
        _ => {}
    }
}

/// A line on a screen; a number is read whole, of words a part will do.
struct Read {
    text: String,
    number: bool,
}

/// A piece of a line, as it travels: words, or words with a mark, a person, something hidden.
fn is_piece(at: &serde_json::Value) -> bool {
    match at {
        serde_json::Value::String(_) => true,
        serde_json::Value::Object(map) => map.len() == 1 && ["b", "i", "seat", "hidden"].iter().any(|k| map.contains_key(*k)),
        _ => false,
    }
}

fn travelling(input: Option<&InputDef>, v: Val) -> Answer {
    match (input, v) {
        (Some(InputDef::YesNo), Val::N(n)) => Answer::Yes(n == 1),
        (Some(InputDef::Number { decimal: true, .. }), Val::N(n)) => Answer::Decimal(n as f64 / DEC as f64),
        (Some(InputDef::Tiers { sizes, .. }), Val::L(l)) => Answer::Tiers(crate::decide::in_tiers(&l, sizes)),
        (_, Val::N(n)) => Answer::Number(n),
        (_, Val::L(l)) => Answer::List(l),
    }
}
