//! What can happen next in a state: acts of seats and desk, the clock, and answers that do not come.

use std::borrow::Cow;

use super::matters::Matters;
use crate::command::{Answer, Answers, Command, DeskAct, SeatAct};
use crate::decide::{Chance, Exec, every};
use crate::eval::{Ctx, Env, Regs, SoFar};
use crate::event::Frame;
use crate::id::{SeatId, TableId};
use crate::scenario::model::{AskDef, EndsDef, MoveDef, NONE, PhaseDef, Scenario, Step as Flow};
use crate::state::{Running, State};
use crate::view::{Mode, Status, Talk};

/// Answers to one move that are looked at.
pub const ANSWERS: usize = 256;

pub enum Step {
    Does(Command),
    /// This seat will not answer before the time is up: nothing happens yet.
    Passes(u32),
}

/// Everything that can happen in a state.
#[derive(Default)]
pub struct Steps {
    pub all: Vec<Step>,
    /// Answers were left out.
    pub cut: bool,
}

pub struct Looker<'a> {
    pub sc: &'a Scenario,
    pub m: &'a Matters,
    /// The desk may close a phase before its time, and play event cards.
    pub forced: bool,
}

impl Looker<'_> {
    /// `passed`: a bit for each seat that will not answer.
    pub fn steps(&self, st: &State, passed: u64) -> Steps {
        let mut out = Steps::default();
        let x = Exec::new(self.sc, Cow::Borrowed(st), st.clock, Chance::Seed);
        let mut ordered = st.asks.is_empty() && !self.m.done;
        let running = || st.strands.iter().enumerate().filter(|(_, s)| s.alive && s.running.is_some());
        ordered &= running().count() == 1;
        for (s, strand) in running() {
            let Some(run) = strand.running.as_ref().filter(|r| !r.frozen) else { continue };
            let phase = &self.sc.phases[usize::from(run.phase)];
            ordered &= self.in_order(phase);
            self.phase(&x, s as u32, run, phase, ordered, passed, &mut out);
        }
        self.judges(st, &mut out);
        // In an ordered phase the clock rings once it is known who does not answer.
        if st.next_due().is_some() && !(ordered && out.all.iter().any(|s| !matches!(s, Step::Does(Command::Desk { .. })))) {
            out.all.push(Step::Does(Command::Tick));
        }
        self.desk(&x, &mut out);
        out
    }

    /// Answers that nobody sees before the phase closes, and that change nothing until then, may come in the order of seats:
    /// every other order leads to the same.
    fn in_order(&self, phase: &PhaseDef) -> bool {
        let shut = |m: &u16| {
            let def = &self.sc.moves[usize::from(*m)];
            !def.extra && !def.by_desk && def.joint.is_none() && matches!(def.mode, Mode::Sealed | Mode::Final)
        };
        matches!(phase.ends, EndsDef::AllDone) && phase.talk != Talk::InTurn && phase.moves.iter().all(shut)
    }

    #[allow(clippy::too_many_arguments)] // a phase where it runs
    fn phase(&self, x: &Exec<'_>, s: u32, run: &Running, phase: &PhaseDef, ordered: bool, passed: u64, out: &mut Steps) {
        let mine = |m: &u16, extra: bool| self.sc.moves[usize::from(*m)].extra == extra && !self.sc.moves[usize::from(*m)].by_desk;
        let to_do = phase.ack || phase.moves.iter().any(|m| mine(m, false));
        if let Some(floor) = run.floor {
            out.all.push(seat(floor, SeatAct::Spoken));
        }
        let open = run.asked.iter().copied().filter(|a| !run.done.contains(a) && (*a > 63 || passed >> a & 1 == 0));
        for a in open.filter(|_| to_do) {
            if phase.ack {
                out.all.push(seat(a, SeatAct::Ack));
            }
            for m in phase.moves.iter().filter(|m| mine(m, false)) {
                self.one_move(x, s, run, *m, a, out);
            }
            if ordered {
                if (run.deadline.is_some() || !run.clocks.is_empty()) && !phase.moves.is_empty() && a < 64 {
                    out.all.push(Step::Passes(a));
                }
                break;
            }
        }
        for m in phase.moves.iter().filter(|m| mine(m, true)) {
            let by = self.sc.moves[usize::from(*m)].by.is_some();
            for a in 0..x.st.seats.len() as u32 {
                if (by || run.asked.contains(&a)) && x.st.strand_of(a) == Some(s) && x.st.seats[a as usize].status == Status::Playing {
                    self.one_move(x, s, run, *m, a, out);
                }
            }
        }
    }

    fn one_move(&self, x: &Exec<'_>, s: u32, run: &Running, m: u16, who: u32, out: &mut Steps) {
        let def = &self.sc.moves[usize::from(m)];
        let Some(unit) = x.unit(s, def, who) else { return };
        if def.extra && !self.changes(def) {
            // A note changes nothing: made once is enough to know that it can be.
            if run.made.iter().any(|(mv, ..)| *mv == m) {
                return;
            }
        }
        for item in x.items(s, def, who) {
            if !def.extra && x.has_answered(s, m, item, who) || !x.may_begin(s, def, who, item) {
                continue;
            }
            if def.joint.is_some() && !def.each {
                let held = |seat: u32| run.versions.iter().any(|v| v.mv == m && v.item == item && v.unit == unit && v.seat == seat);
                let first = run.versions.iter().find(|v| v.mv == m && v.item == item && v.unit == unit);
                let together = x.together(s, unit);
                // One of those who can begins, the others come round in the order of seats: whatever they agree on is reached that way.
                let comes = |seat: &&u32| !held(**seat) && x.may_begin(s, def, **seat, item);
                if !def.extra && together.iter().find(comes) != Some(&who) {
                    continue;
                }
                if let Some(v) = first {
                    out.all.push(seat(who, SeatAct::Back { name: def.id.clone(), item: (item != NONE).then_some(item), of: SeatId(v.seat) }));
                    continue;
                }
            }
            if def.joint.is_some() && def.each {
                let part = |seat: u32| run.versions.iter().find(|v| v.mv == m && v.item == item && v.unit == unit && v.seat == seat);
                let together = x.together(s, unit);
                let next = together.iter().find(|seat| part(**seat).is_none());
                let agrees = together.iter().find(|seat| part(**seat).is_some_and(|v| !v.held));
                if next.is_none() && agrees == Some(&who) {
                    // The whole is there: they agree to it in the order of seats.
                    out.all.push(seat(who, SeatAct::Back { name: def.id.clone(), item: (item != NONE).then_some(item), of: SeatId(who) }));
                }
                if next != Some(&who) {
                    continue;
                }
            }
            let cx = x.move_ctx(s, def, who);
            self.answers(&x.st, def, &def.asks, cx, item, out, &mut |inputs| {
                seat(who, SeatAct::Move { name: def.id.clone(), item: (item != NONE).then_some(item), inputs })
            });
        }
    }

    #[allow(clippy::too_many_arguments)] // a move, where it is made, and where its answers go
    fn answers(&self, st: &State, def: &MoveDef, asks: &[AskDef], cx: Ctx, item: i64, out: &mut Steps, step: &mut dyn FnMut(Answers) -> Step) {
        let found = every(self.sc, st, asks, cx, item, ANSWERS, &|a| self.m.asked(a.var));
        out.cut |= found.cut;
        for vals in found.all {
            let start = |a: &AskDef| self.sc.vars[usize::from(a.var)].start.clone();
            let pending: SoFar = asks.iter().zip(&vals).map(|(a, v)| (a.var, v.as_ref().map_or_else(|| start(a), |v| v.val.clone()))).collect();
            let mut regs = Regs::of(item);
            let mut env = Env::given(self.sc, st, cx, &mut regs, &pending);
            if def.mode == Mode::Consent || def.each || def.checks.iter().all(|c| env.yes(&c.cond)) {
                let mut inputs: Answers = asks.iter().zip(vals).filter_map(|(a, v)| Some((a.id.clone(), v?.answer))).collect();
                if !def.warns.is_empty() {
                    inputs.insert("sure".into(), Answer::Yes(true));
                }
                out.all.push(step(inputs));
            }
        }
    }

    /// Does it make a difference that this move is made?
    fn changes(&self, def: &MoveDef) -> bool {
        !def.rule.is_empty() || def.asks.iter().any(|a| self.m.asked(a.var)) || def.mode == Mode::Consent
    }

    fn judges(&self, st: &State, out: &mut Steps) {
        for a in &st.asks {
            let def = &self.sc.moves[usize::from(a.mv)];
            let judge = |yes, inputs| match a.judge {
                Some(judge) => seat(judge, SeatAct::Judge { ask: a.ask, yes, inputs, reason: String::new() }),
                None => Step::Does(Command::Desk { act: DeskAct::Judge { ask: a.ask, yes, inputs, reason: String::new() } }),
            };
            let cx = Ctx::seat(st, a.judge.unwrap_or(a.seat));
            out.all.push(judge(false, Answers::new()));
            let found = every(self.sc, st, &def.replies, cx, a.item, ANSWERS, &|r| self.m.asked(r.var));
            out.cut |= found.cut;
            for vals in found.all {
                let inputs = def.replies.iter().zip(vals).filter_map(|(r, v)| Some((r.id.clone(), v?.answer))).collect();
                out.all.push(judge(true, inputs));
            }
        }
    }

    // ------------------------------------------------------------ the desk

    fn desk(&self, x: &Exec<'_>, out: &mut Steps) {
        let st = &x.st;
        let desk = |act| Step::Does(Command::Desk { act });
        let mut tables: Vec<Option<u32>> = Vec::new();
        for (s, strand) in st.strands.iter().enumerate().filter(|(_, s)| s.alive) {
            if strand.waits {
                if let Flow::DeskPicks { choices } = &self.sc.flow[strand.pc as usize] {
                    out.all.extend((0..choices.len() as u32).map(|choice| desk(DeskAct::Pick { strand: s as u32, choice })));
                }
            } else if strand.frames.iter().any(|f| matches!(f, Frame::Skip { .. })) {
                out.all.push(desk(DeskAct::Pick { strand: s as u32, choice: 0 }));
            }
            if let Some(run) = &strand.running {
                let table = st.table_of(self.sc, strand.scope, strand.inst);
                if !tables.contains(&table) {
                    tables.push(table);
                }
                self.desk_moves(x, s as u32, run, table, out);
            }
        }
        for table in tables {
            let mut there =
                st.strands.iter().filter(|s| s.alive && st.table_of(self.sc, s.scope, s.inst) == table).filter_map(|s| s.running.as_ref());
            let its_turn = there.all(|r| r.frozen || self.sc.phases[usize::from(r.phase)].ends.by_desk());
            if its_turn || self.forced {
                out.all.push(desk(DeskAct::Next { table: table.map(TableId), seen: None }));
            }
            for (i, inject) in self.sc.injects.iter().enumerate().filter(|_| self.forced) {
                let table = table.unwrap_or(0);
                if !st.injected.contains_key(&(i as u16, table)) {
                    out.all.push(desk(DeskAct::Inject { inject: inject.id.clone(), table: Some(TableId(table)) }));
                }
            }
        }
    }

    fn desk_moves(&self, x: &Exec<'_>, s: u32, run: &Running, table: Option<u32>, out: &mut Steps) {
        let table = table.unwrap_or(0);
        let cx = Ctx { table: i64::from(table), ..x.strand_ctx(s) };
        for m in &self.sc.phases[usize::from(run.phase)].moves {
            let def = &self.sc.moves[usize::from(*m)];
            let may = def.by_desk && def.when.as_ref().is_none_or(|w| x.yes(w, cx, &mut Regs::default()));
            let again = !self.changes(def) && run.made.iter().any(|(mv, ..)| mv == m);
            if may && !again {
                self.answers(&x.st, def, &def.asks, cx, NONE, out, &mut |inputs| {
                    Step::Does(Command::Desk { act: DeskAct::Move { name: def.id.clone(), table: TableId(table), inputs } })
                });
            }
        }
    }
}

fn seat(seat: u32, act: SeatAct) -> Step {
    Step::Does(Command::Seat { seat: SeatId(seat), act })
}
