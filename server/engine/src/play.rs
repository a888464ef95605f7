//! Runs a scenario's play scripts: who does what, what each then sees and must not see.

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::Viewer;
use crate::command::{Answer, Answers, Command, DeskAct, SeatAct};
use crate::decide::{Chance, Decision, Exec, decide_with};
use crate::eval::{Ctx, Env, Regs};
use crate::event::{Event, Frame};
use crate::id::{SeatId, TableId};
use crate::refusal::Refusal;
use crate::scenario::model::{InputDef, NONE, Scenario, Scope, Step, Val, X};
use crate::scenario::plays::{Given, Play, PlayLine, Seen};
use crate::scenario::tree::Span;
use crate::state::State;
use crate::view::sees;

/// A line that did not hold, and why.
#[derive(Debug, Clone)]
pub struct PlayFault {
    pub span: Span,
    pub what: String,
}

/// Runs one play from an empty room.
///
/// # Errors
/// The first line that does not hold.
pub fn run(sc: &Scenario, play: &Play) -> Result<State, PlayFault> {
    let mut r = Runner { sc, st: State::default(), chance: VecDeque::new() };
    r.start(play).map_err(|e| PlayFault { span: play.span, what: format!("{:?} {}", e.code, e.what) })?;
    for (span, line) in &play.lines {
        r.line(line).map_err(|what| PlayFault { span: *span, what })?;
    }
    Ok(r.st)
}

struct Runner<'a> {
    sc: &'a Scenario,
    st: State,
    chance: VecDeque<Val>,
}

type Res = Result<(), String>;

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
        x.begin()?;
        for (p, r) in &play.roles {
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

    fn does(&mut self, command: &Command) -> Res {
        self.go(command).map_err(|e| format!("{:?} {}", e.code, e.what).to_lowercase())
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
            PlayLine::Expect { table, x } => {
                if self.num(x, *table) == 1 {
                    Ok(())
                } else {
                    Err("false".into())
                }
            }
            PlayLine::Sees { person, what, not } => {
                if self.sees(*person, what)? == *not {
                    Err(if *not { "sees" } else { "does not see" }.into())
                } else {
                    Ok(())
                }
            }
            PlayLine::ExpectPhase { phase, person } => self.expect_phase(*phase, *person),
            PlayLine::ExpectEnd { ending } => {
                if self.st.over.values().any(|o| o.ending == *ending) {
                    Ok(())
                } else {
                    Err("no such end".into())
                }
            }
            act => {
                let command = self.command(act).ok_or_else(|| "no such proposal or version".to_string())?;
                self.does(&command)
            }
        }
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
        if ok { Ok(()) } else { Err(now.join(", ")) }
    }

    fn refused(&mut self, code: &str, line: &PlayLine) -> Res {
        let Some(command) = self.command(line) else {
            return Ok(());
        };
        match self.go(&command) {
            Ok(()) => Err("accepted".into()),
            Err(e) => {
                let got = format!("{:?}", e.code).to_lowercase();
                if got == code { Ok(()) } else { Err(got) }
            }
        }
    }

    fn time(&mut self, ms: i64) -> Res {
        let target = self.st.clock + ms;
        while let Some(due) = self.st.next_due().filter(|d| *d <= target) {
            let before = self.st.clock;
            self.st.clock = self.st.clock.max(due);
            self.does(&Command::Tick)?;
            if self.st.next_due() == Some(due) && before == due {
                return Err("time stands still".into());
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
                seat(*person, SeatAct::Move { name: mv.clone(), item, inputs: self.answers(mv, inputs, table, Some(*person)) })
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
                let ask = self.st.asks.iter().find(|a| a.mv == m && a.judge == *person)?.ask;
                let inputs = self.answers(mv, inputs, person.map_or(0, |p| self.table(p)), *person);
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
                    (crate::scenario::model::Base::Bool, v) => Answer::Yes(v == 1),
                    (crate::scenario::model::Base::Decimal, v) => Answer::Decimal(v as f64 / crate::scenario::model::DEC as f64),
                    (_, v) => Answer::Number(v),
                };
                desk(DeskAct::Set { name: name.clone(), table: Some(TableId(0)), keys, value })
            }
            PlayLine::DeskMove { mv, inputs } => {
                desk(DeskAct::Move { name: mv.clone(), table: TableId(0), inputs: self.answers(mv, inputs, 0, None) })
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

    fn answers(&self, mv: &str, inputs: &[(String, Given)], table: u32, person: Option<u32>) -> Answers {
        let def = self.sc.moves.iter().find(|m| m.id == mv);
        let mut out = Answers::new();
        for (name, given) in inputs {
            if name == "unkept" {
                out.insert(name.clone(), Answer::Yes(true));
                continue;
            }
            let ask = def.and_then(|d| d.asks.iter().chain(&d.replies).find(|a| a.id == *name));
            let answer = match given {
                Given::Words(w) => Answer::Text(w.clone()),
                Given::X(x, list) => travelling(ask.map(|a| &a.input), self.named(ask, self.val(x, *list, table), person)),
            };
            out.insert(name.clone(), answer);
        }
        out
    }

    /// A card named by its item: the token that carries it, among those that may be chosen.
    fn named(&self, ask: Option<&crate::scenario::model::AskDef>, v: Val, person: Option<u32>) -> Val {
        use crate::scenario::model::Base;
        let (Some(ask), Some(person)) = (ask, person) else {
            return v;
        };
        let Base::Token(k) = ask.base else { return v };
        let legal = crate::decide::legal_set(self.sc, &self.st, ask, Ctx::seat(&self.st, person), NONE, &[]);
        let token = |item: i64| {
            let is = |t: &crate::state::Token| t.kind == k && i64::from(t.item) == item && t.at != crate::event::Spot::Gone;
            let offered = legal.set.iter().copied().find(|t| self.st.tokens.get(*t as usize).is_some_and(is));
            offered.or_else(|| self.st.tokens.iter().position(is).map(|t| t as i64)).unwrap_or(NONE)
        };
        match v {
            Val::N(n) => Val::N(token(n)),
            Val::L(l) => Val::L(l.into_iter().map(token).collect()),
        }
    }

    // ------------------------------------------------------------ seeing

    fn sees(&self, person: u32, what: &Seen) -> Result<bool, String> {
        let viewer = Viewer::Seat(SeatId(person));
        Ok(match what {
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

    /// Whose it is, is only said: it need not be seen. But it must be there, or not to see it would prove nothing.
    fn sees_x(&self, person: u32, x: &X, list: bool) -> Result<bool, String> {
        let (viewer, table) = (Viewer::Seat(SeatId(person)), self.table(person));
        if let X::Var { v, inst, keys } = x {
            let inst = u32::try_from(self.num(inst, table)).map_err(|_| "nobody and nothing has it".to_string())?;
            let keys: Vec<i64> = keys.iter().map(|k| self.num(k, table)).collect();
            let there = self.val(x, list, table);
            return Ok(sees::var(self.sc, &self.st, viewer, *v, inst, &keys) && there != Val::N(NONE) && there != Val::L(Vec::new()));
        }
        let mut regs = Regs::default();
        let mut env = Env::new(self.sc, &self.st, self.ctx(table), &mut regs);
        env.guard = Some(viewer);
        let v = env.val(x, list);
        Ok(!env.hidden && v != Val::N(NONE) && v != Val::L(Vec::new()))
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
        let pc = self.sc.flow.iter().position(|s| matches!(s, Step::Phase(p) if *p == phase)).ok_or("not in the flow")? as u32;
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
            enter(&mut x, strand, &blocks, pc, Vec::new(), &given);
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

fn enter(x: &mut Exec<'_>, strand: u32, blocks: &[u32], pc: u32, mut frames: Vec<Frame>, given: &[(String, i64)]) {
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
                enter(x, c, rest, pc, Vec::new(), given);
            }
        }
        _ => {}
    }
}

fn travelling(input: Option<&InputDef>, v: Val) -> Answer {
    match (input, v) {
        (Some(InputDef::YesNo), Val::N(n)) => Answer::Yes(n == 1),
        (Some(InputDef::Number { decimal: true, .. }), Val::N(n)) => Answer::Decimal(n as f64 / crate::scenario::model::DEC as f64),
        (Some(InputDef::Tiers { sizes, .. }), Val::L(l)) => {
            let mut rest = l.as_slice();
            let mut tiers = Vec::new();
            for s in sizes {
                let (a, b) = rest.split_at((*s as usize).min(rest.len()));
                tiers.push(a.to_vec());
                rest = b;
            }
            Answer::Tiers(tiers)
        }
        (_, Val::N(n)) => Answer::Number(n),
        (_, Val::L(l)) => Answer::List(l),
    }
}
