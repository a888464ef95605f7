//! What a person in a seat does.

use std::borrow::Cow;

use super::{Chance, Exec, Res};
use crate::command::{Answer, Answers, SeatAct};
use crate::eval::{Env, Regs, SoFar};
use crate::event::{Event, Filled, Seats, TextBody, Unit};
use crate::id::SeatId;
use crate::refusal::{Code, Refusal};
use crate::scenario::model::{Agree, Judge, MoveDef, NONE, Scope, Val};
use crate::state::Keys;
use crate::view::{Mode, Stage, Status, Talk};

/// Signs of a reason or a message typed beside a move.
pub const REASON: usize = 500;

impl Exec<'_> {
    pub fn seat_act(&mut self, seat: SeatId, act: &SeatAct) -> Res {
        if seat.ix() >= self.st.seats.len() {
            return Err(Refusal::new(Code::Unknown));
        }
        match act {
            SeatAct::Help { on } => {
                self.emit(Event::Help { seat, on: *on });
                return Ok(());
            }
            SeatAct::Leave => {
                self.gone(seat);
                return Ok(());
            }
            SeatAct::SitOut { on } => {
                let strand = self.st.strand_of(seat.0);
                self.emit(Event::SatOut { seat, on: *on });
                self.refresh_asked(seat.0);
                self.agreed_without(strand);
                return Ok(());
            }
            _ => {}
        }
        if self.st.stage != Stage::Play {
            return Err(Refusal::new(Code::Closed));
        }
        if self.st.paused.is_some() {
            return Err(Refusal::new(Code::Paused));
        }
        self.in_play(seat, act)
    }

    fn in_play(&mut self, seat: SeatId, act: &SeatAct) -> Res {
        let s = self.st.strand_of(seat.0).ok_or(Refusal::new(Code::Turn))?;
        match act {
            SeatAct::Move { name, item, inputs } => self.make_move(s, seat.0, name, item.unwrap_or(NONE), inputs),
            SeatAct::Back { name, item, of } => self.back(s, seat.0, name, item.unwrap_or(NONE), of.0),
            SeatAct::Ack => self.ack(s, seat.0),
            SeatAct::Reopen { name, item } => self.reopen(s, seat.0, name, item.unwrap_or(NONE)),
            SeatAct::Judge { ask, yes, inputs, reason } => self.judge(*ask, Some(seat.0), *yes, inputs, reason),
            SeatAct::Spoken => self.spoken(s, seat.0),
            SeatAct::Hand { up } => self.hand(s, seat.0, *up),
            SeatAct::Help { .. } | SeatAct::SitOut { .. } | SeatAct::Leave => Ok(()),
        }?;
        self.carry_out_jump(s);
        Ok(())
    }

    pub fn carry_out_jump(&mut self, s: u32) {
        if let Some(jump) = self.jump.take()
            && self.st.strands[s as usize].alive
        {
            self.take_jump(s, jump);
        }
    }

    // ------------------------------------------------------------ a move

    /// The move by name, if this seat may make it now.
    fn named_move(&self, s: u32, seat: u32, name: &str) -> Res<u16> {
        let run = self.st.strands[s as usize].running.as_ref().ok_or(Refusal::new(Code::Turn))?;
        let phase = &self.sc.phases[usize::from(run.phase)];
        let Some(m) = phase.moves.iter().copied().find(|m| self.sc.moves[usize::from(*m)].id == name) else {
            let known = self.sc.moves.iter().any(|m| m.id == name);
            return Err(Refusal::at(if known { Code::Turn } else { Code::Unknown }, name));
        };
        if run.frozen {
            return Err(Refusal::new(Code::Closed));
        }
        let def = &self.sc.moves[usize::from(m)];
        let mine = match &def.by {
            _ if def.by_desk => false,
            Some(by) => self.st.seats[seat as usize].status == Status::Playing && self.yes(by, self.move_ctx(s, def, seat), &mut Regs::default()),
            None => run.asked.contains(&seat),
        };
        if mine { Ok(m) } else { Err(Refusal::new(Code::Turn)) }
    }

    fn make_move(&mut self, s: u32, seat: u32, name: &str, item: i64, inputs: &Answers) -> Res {
        let m = self.named_move(s, seat, name)?;
        let def = &self.sc.moves[usize::from(m)];
        if !self.items(s, def, seat).contains(&item) {
            return Err(Refusal::at(Code::Choice, name));
        }
        let unit = self.unit(s, def, seat).ok_or(Refusal::new(Code::Turn))?;
        let cx = self.move_ctx(s, def, seat);
        if !self.counts_here(s, seat) {
            // In a covered phase everybody answers; what does not count is kept like the rest, and thrown away.
            let inputs = super::answer::validate_asks(self, &super::answer::widest_asks(def), Some(seat), cx, item, inputs)?;
            self.emit(Event::Sealed { strand: s, mv: m, item, unit, inputs });
            self.seat_done(s, seat);
            return Ok(());
        }
        let mut regs = Regs::of(item);
        if def.when.as_ref().is_some_and(|w| !self.yes(w, cx, &mut regs)) {
            return Err(Refusal::at(Code::Condition, name));
        }
        self.times_left(s, m, item, unit, seat)?;
        let filled = super::answer::validate(self, def, seat, cx, item, inputs)?;
        self.check(def, s, seat, item, &filled, inputs)?;
        if def.mode == Mode::Consent {
            return self.propose(s, m, seat, item, filled);
        }
        if def.joint.is_some() {
            return self.hold(s, m, item, unit, seat, filled);
        }
        if !def.extra && Self::stays_shut(def) {
            // Another move takes the place of an earlier sealed answer.
            self.let_go_of_others(s, m, item, seat);
        }
        self.take_effect(s, m, item, unit, Some(seat), filled, false);
        Ok(())
    }

    pub fn unit(&self, s: u32, def: &MoveDef, seat: u32) -> Option<Unit> {
        self.st.unit(self.sc, self.st.strands[s as usize].running.as_ref()?, def, seat)
    }

    fn times_left(&self, s: u32, m: u16, item: i64, unit: Unit, seat: u32) -> Res {
        let def = &self.sc.moves[usize::from(m)];
        let Some(run) = &self.st.strands[s as usize].running else {
            return Err(Refusal::new(Code::Turn));
        };
        let sealed = run.sealed.iter().find(|a| a.unit == unit && a.item == item && (def.answers.is_none() || a.mv == m));
        if let Some(a) = sealed
            && !def.extra
            && (self.sc.moves[usize::from(a.mv)].mode == Mode::Final || def.joint.is_some())
        {
            return Err(Refusal::new(Code::Times));
        }
        if let Some(every) = &def.every {
            let least = self.num(every, self.move_ctx(s, def, seat), &mut Regs::default());
            if run.last.iter().any(|l| l.0 == m && l.1 == unit && self.st.clock < l.2 + least) {
                return Err(Refusal::new(Code::Times));
            }
        }
        let made = run.made.iter().find(|x| (x.0, x.1, x.2) == (m, item, unit)).map_or(0, |x| x.3);
        let most = def.times.as_ref().map(|t| self.num(t, self.move_ctx(s, def, seat), &mut Regs::default()));
        // Whoever has finished with another move has had the turn.
        let other = !def.extra && def.joint.is_none() && sealed.is_none() && made == 0 && def.answers.is_none() && run.done.contains(&seat);
        if most.is_some_and(|t| i64::from(made) >= t) && !Self::stays_shut(def) || other {
            return Err(Refusal::new(Code::Times));
        }
        Ok(())
    }

    pub fn has_answered(&self, s: u32, m: u16, item: i64, seat: u32) -> bool {
        let def = &self.sc.moves[usize::from(m)];
        let (Some(run), Some(unit)) = (&self.st.strands[s as usize].running, self.unit(s, def, seat)) else {
            return false;
        };
        run.sealed.iter().any(|a| a.mv == m && a.unit == unit && a.item == item) || run.made.iter().any(|x| (x.0, x.1, x.2) == (m, item, unit))
    }

    fn let_go_of_others(&mut self, s: u32, m: u16, item: i64, seat: u32) {
        let Some(run) = &self.st.strands[s as usize].running else {
            return;
        };
        let mine = |a: &&crate::state::SealedAnswer| a.unit == Unit { scope: Scope::Seat, inst: seat } && a.item == item && a.mv != m;
        let others: Vec<u16> = run.sealed.iter().filter(mine).map(|a| a.mv).collect();
        for mv in others {
            self.emit(Event::Unsealed { strand: s, mv, item, unit: Unit { scope: Scope::Seat, inst: seat } });
        }
    }

    /// The scenario's own conditions: checks refuse, warnings ask "sure?", notes are written down.
    fn check(&mut self, def: &MoveDef, s: u32, seat: u32, item: i64, filled: &[Val], inputs: &Answers) -> Res {
        let pending: SoFar = def.asks.iter().map(|a| a.var).zip(filled.iter().cloned()).collect();
        let cx = self.move_ctx(s, def, seat);
        let holds = |x: &Self, cond| {
            let mut regs = Regs::of(item);
            let mut env = Env::given(x.sc, &x.st, cx, &mut regs, &pending);
            env.yes(cond)
        };
        // Parts of a whole are checked when the whole is there.
        if let Some(c) = def.checks.iter().find(|c| !def.each && !holds(self, &c.cond)) {
            return Err(Refusal::at(Code::Check, &c.id));
        }
        let sure = matches!(inputs.get("sure"), Some(Answer::Yes(true)));
        if let Some(w) = def.warns.iter().find(|w| !sure && holds(self, &w.cond)) {
            return Err(Refusal::at(Code::Sure, &w.id));
        }
        let mv = self.sc.moves.iter().position(|m| m.id == def.id).unwrap_or(0) as u16;
        for (i, n) in def.notes.iter().enumerate() {
            if holds(self, &n.cond) {
                self.emit(Event::Marked { strand: s, mv, check: i as u16, seat });
            }
        }
        Ok(())
    }

    /// Sealed answers are kept; others are written and their rule runs.
    #[allow(clippy::too_many_arguments)] // one answer is what they are
    pub fn take_effect(&mut self, s: u32, m: u16, item: i64, unit: Unit, seat: Option<u32>, inputs: Filled, by_default: bool) {
        let def = &self.sc.moves[usize::from(m)];
        if Self::stays_shut(def) {
            self.emit(Event::Sealed { strand: s, mv: m, item, unit, inputs });
            self.unit_done(s, m, unit);
            return;
        }
        self.write_inputs(m, unit.inst, item, &inputs);
        self.emit(Event::Made { strand: s, mv: m, item, unit, seat, by_default, inputs });
        let (cx, _) = self.unit_ctx(s, def, unit);
        let mut regs = Regs::of(item);
        self.rule(&def.rule, cx, &mut regs);
        self.unit_done(s, m, unit);
    }

    /// Marks those done who have made what they were asked for.
    fn unit_done(&mut self, s: u32, m: u16, unit: Unit) {
        let def = &self.sc.moves[usize::from(m)];
        if def.extra {
            return;
        }
        for seat in self.together(s, unit) {
            let all = self.items(s, def, seat).into_iter().all(|item| self.has_answered(s, m, item, seat));
            if all {
                self.seat_done(s, seat);
            }
        }
    }

    pub fn write_inputs(&mut self, m: u16, inst: u32, item: i64, inputs: &[Val]) {
        let def = &self.sc.moves[usize::from(m)];
        let keys = if def.answers.is_some() { Keys::new(&[item]) } else { Keys::NONE };
        for (ask, val) in def.asks.iter().zip(inputs) {
            self.emit(Event::Set { var: ask.var, inst, keys, val: val.clone() });
        }
    }

    // ------------------------------------------------------------ together

    /// A member holds a version; when enough hold the same, the group has answered.
    fn hold(&mut self, s: u32, m: u16, item: i64, unit: Unit, seat: u32, inputs: Filled) -> Res {
        self.emit(Event::Version { strand: s, mv: m, item, unit, seat, inputs: Some(inputs) });
        let def = &self.sc.moves[usize::from(m)];
        if def.each {
            return self.whole(s, m, item, unit);
        }
        let Some(run) = &self.st.strands[s as usize].running else {
            return Ok(());
        };
        let versions: Vec<_> = run.versions.iter().filter(|v| v.mv == m && v.item == item && v.unit == unit).cloned().collect();
        let mine = versions.iter().find(|v| v.seat == seat).map(|v| v.inputs.clone()).unwrap_or_default();
        // The voice of somebody who has left since is not counted.
        let members = self.together(s, unit);
        let held = versions.iter().filter(|v| v.inputs == mine && (v.seat == seat || members.contains(&v.seat))).count();
        if held >= self.need(s, def, unit) {
            self.emit(Event::VersionsGone { strand: s, mv: m, item, unit });
            self.take_effect(s, m, item, unit, Some(seat), mine, false);
        } else if def.agree == Agree::Most && self.all_have_spoken(&members, &versions) {
            self.settle_most(s, m, item, unit);
        }
        Ok(())
    }

    /// Everybody who is there holds a version.
    fn all_have_spoken(&self, members: &[u32], versions: &[crate::state::Version]) -> bool {
        let there = |m: &&u32| self.st.seats[**m as usize].here || self.st.seats[**m as usize].bot;
        members.iter().filter(there).all(|m| versions.iter().any(|v| v.seat == *m))
    }

    /// The version held by most counts; of equals the one (or those) that `tie` says.
    pub fn settle_most(&mut self, s: u32, m: u16, item: i64, unit: Unit) -> bool {
        let winners = self.most_held(s, m, item, unit);
        let def = &self.sc.moves[usize::from(m)];
        let (cx, _) = self.unit_ctx(s, def, unit);
        let good: Vec<Filled> = winners.into_iter().filter(|w| super::answer::still_legal(self, def, cx, item, w)).collect();
        if !good.is_empty() {
            self.emit(Event::VersionsGone { strand: s, mv: m, item, unit });
        }
        for inputs in &good {
            self.take_effect(s, m, item, unit, None, inputs.clone(), false);
        }
        !good.is_empty()
    }

    /// How many must hold the same version, of those who are there.
    pub fn need(&self, s: u32, def: &MoveDef, unit: Unit) -> usize {
        self.st.need(self.sc, &def.agree, &self.together(s, unit))
    }

    /// The parts that members have filled in, of those who answer together.
    fn parts(&self, s: u32, m: u16, item: i64, unit: Unit) -> Vec<crate::state::Version> {
        let members = self.fillers(s, m, unit);
        let Some(run) = &self.st.strands[s as usize].running else {
            return Vec::new();
        };
        let mine = |v: &&crate::state::Version| v.mv == m && v.item == item && v.unit == unit && members.contains(&v.seat);
        run.versions.iter().filter(mine).cloned().collect()
    }

    fn fillers(&self, s: u32, m: u16, unit: Unit) -> Seats {
        if self.sc.moves[usize::from(m)].extra { self.st.members(unit.scope, unit.inst) } else { self.together(s, unit) }
    }

    /// Each fills an own part. When every part is there the checks are made on the whole;
    /// when as many as `agree` says hold that same whole, it counts, all of it or nothing.
    fn whole(&mut self, s: u32, m: u16, item: i64, unit: Unit) -> Res {
        let def = &self.sc.moves[usize::from(m)];
        let members = self.fillers(s, m, unit);
        let parts = self.parts(s, m, item, unit);
        if parts.len() < members.len() {
            return Ok(());
        }
        // Somebody else may have taken meanwhile what a part gives.
        if !parts.iter().all(|p| super::answer::sets_hold(self, def, self.move_ctx(s, def, p.seat), item, &p.inputs)) {
            return Err(Refusal::at(Code::Choice, &def.id));
        }
        if let Some(check) = self.failing_check(s, m, item, unit, &parts) {
            return Err(Refusal::at(Code::Check, check));
        }
        let held = parts.iter().filter(|p| p.held).count();
        if held >= self.st.need(self.sc, &def.agree, &members) {
            self.settle_whole(s, m, item, unit, &parts);
        }
        Ok(())
    }

    /// Would the whole stand with this part of somebody's? Where others' parts are still missing, nothing is against it.
    pub fn part_fits(&self, s: u32, m: u16, item: i64, unit: Unit, seat: u32, part: &[Val]) -> bool {
        let def = &self.sc.moves[usize::from(m)];
        let mut parts = self.parts(s, m, item, unit);
        parts.retain(|p| p.seat != seat);
        parts.push(crate::state::Version { mv: m, item, unit, seat, inputs: part.into(), n: 0, held: true });
        parts.len() < self.fillers(s, m, unit).len()
            || parts.iter().all(|p| super::answer::sets_hold(self, def, self.move_ctx(s, def, p.seat), item, &p.inputs))
                && self.failing_check(s, m, item, unit, &parts).is_none()
    }

    /// A check that the whole, with these parts, would not pass.
    fn failing_check(&self, s: u32, m: u16, item: i64, unit: Unit, parts: &[crate::state::Version]) -> Option<String> {
        let def = &self.sc.moves[usize::from(m)];
        let mut probe = Exec::new(self.sc, Cow::Borrowed(&*self.st), self.st.clock, Chance::Seed);
        for p in parts {
            probe.write_inputs(m, p.seat, item, &p.inputs);
        }
        let (cx, _) = probe.unit_ctx(s, def, unit);
        let mut regs = Regs::of(item);
        def.checks.iter().find(|c| !probe.yes(&c.cond, cx, &mut regs)).map(|c| c.id.clone())
    }

    fn settle_whole(&mut self, s: u32, m: u16, item: i64, unit: Unit, parts: &[crate::state::Version]) {
        let def = &self.sc.moves[usize::from(m)];
        for p in parts {
            self.write_inputs(m, p.seat, item, &p.inputs);
        }
        self.emit(Event::VersionsGone { strand: s, mv: m, item, unit });
        self.emit(Event::Made { strand: s, mv: m, item, unit, seat: None, by_default: false, inputs: Filled::new() });
        let (cx, _) = self.unit_ctx(s, def, unit);
        let mut regs = Regs::of(item);
        self.rule(&def.rule, cx, &mut regs);
        self.unit_done(s, m, unit);
    }

    /// Time is up, or somebody has gone: the whole counts if every part is there and its checks hold.
    /// `agreed`: only if it is also held by as many as it takes.
    pub fn whole_as_it_stands(&mut self, s: u32, m: u16, item: i64, unit: Unit, agreed: bool) -> bool {
        let def = &self.sc.moves[usize::from(m)];
        let members = self.fillers(s, m, unit);
        let parts = self.parts(s, m, item, unit);
        let held = parts.iter().filter(|p| p.held).count();
        let whole = !parts.is_empty()
            && parts.len() >= members.len()
            && parts.iter().all(|p| super::answer::sets_hold(self, def, self.move_ctx(s, def, p.seat), item, &p.inputs))
            && (!agreed || held >= self.st.need(self.sc, &def.agree, &members))
            && self.failing_check(s, m, item, unit, &parts).is_none();
        if whole {
            self.settle_whole(s, m, item, unit, &parts);
        }
        whole
    }

    fn back(&mut self, s: u32, seat: u32, name: &str, item: i64, of: u32) -> Res {
        let m = self.named_move(s, seat, name)?;
        let def = &self.sc.moves[usize::from(m)];
        let unit = self.unit(s, def, seat).ok_or(Refusal::new(Code::Turn))?;
        let Some(run) = &self.st.strands[s as usize].running else {
            return Err(Refusal::new(Code::Turn));
        };
        // Where each fills an own part, one holds the whole with one's own part in it.
        let whose = if def.each { seat } else { of };
        let held_by = |who: u32| run.versions.iter().find(|v| v.mv == m && v.item == item && v.unit == unit && v.seat == who);
        let (Some(inputs), Some(_)) = (held_by(whose).map(|v| v.inputs.clone()), held_by(of)) else {
            return Err(Refusal::at(Code::Unknown, name));
        };
        self.times_left(s, m, item, unit, seat)?;
        if !def.each && !super::answer::still_legal(self, def, self.move_ctx(s, def, seat), item, &inputs) {
            return Err(Refusal::at(Code::Choice, name));
        }
        self.hold(s, m, item, unit, seat, inputs)
    }

    fn reopen(&mut self, s: u32, seat: u32, name: &str, item: i64) -> Res {
        let m = self.named_move(s, seat, name)?;
        let def = &self.sc.moves[usize::from(m)];
        let unit = self.unit(s, def, seat).ok_or(Refusal::new(Code::Turn))?;
        if def.mode != Mode::Sealed || def.joint.is_some() {
            return Err(Refusal::new(Code::Times));
        }
        let run = self.st.strands[s as usize].running.as_ref();
        if !run.is_some_and(|r| r.sealed.iter().any(|a| a.mv == m && a.unit == unit && a.item == item)) {
            return Err(Refusal::at(Code::Unknown, name));
        }
        self.emit(Event::Unsealed { strand: s, mv: m, item, unit });
        self.emit(Event::DoneSet { strand: s, seat, on: false });
        Ok(())
    }

    // ------------------------------------------------------------ acknowledging, speaking

    fn ack(&mut self, s: u32, seat: u32) -> Res {
        let run = self.st.strands[s as usize].running.as_ref().ok_or(Refusal::new(Code::Turn))?;
        if !self.sc.phases[usize::from(run.phase)].ack || !run.asked.contains(&seat) {
            return Err(Refusal::new(Code::Turn));
        }
        self.seat_done(s, seat);
        Ok(())
    }

    fn spoken(&mut self, s: u32, seat: u32) -> Res {
        let run = self.st.strands[s as usize].running.as_ref().ok_or(Refusal::new(Code::Turn))?;
        if run.floor != Some(seat) {
            return Err(Refusal::new(Code::Turn));
        }
        // Where the word is asked for, whoever has spoken may ask again: the next hand has it as soon as it is free.
        if self.sc.phases[usize::from(run.phase)].talk == Talk::Queue {
            self.emit(Event::Floor { strand: s, seat: None, until: None });
            return Ok(());
        }
        self.seat_done(s, seat);
        self.next_speaker(s);
        Ok(())
    }

    /// The hand goes up or down; whoever has the word has no hand up.
    fn hand(&mut self, s: u32, seat: u32, up: bool) -> Res {
        let run = self.st.strands[s as usize].running.as_ref().filter(|r| !r.frozen).ok_or(Refusal::new(Code::Turn))?;
        let def = &self.sc.phases[usize::from(run.phase)];
        let may = || def.speakers.as_ref().is_none_or(|x| self.yes(x, self.seat_ctx(s, seat), &mut Regs::default()));
        if def.talk != Talk::Queue || up && (run.floor == Some(seat) || !self.st.seats[seat as usize].counts() || !may()) {
            return Err(Refusal::new(Code::Turn));
        }
        if run.hands.contains(&seat) != up {
            self.emit(Event::Hand { strand: s, seat, up });
        }
        Ok(())
    }

    // ------------------------------------------------------------ proposals

    fn propose(&mut self, s: u32, m: u16, seat: u32, item: i64, inputs: Filled) -> Res {
        let def = &self.sc.moves[usize::from(m)];
        let judge = match &def.accept {
            Some(Judge::Seat(x)) => {
                let pending: SoFar = def.asks.iter().map(|a| a.var).zip(inputs.iter().cloned()).collect();
                let mut regs = Regs::default();
                let mut env = Env::given(self.sc, &self.st, self.move_ctx(s, def, seat), &mut regs, &pending);
                Some(u32::try_from(env.num(x)).map_err(|_| Refusal::at(Code::Choice, &def.id))?)
            }
            _ => None,
        };
        let ask = self.st.next_ask;
        self.emit(Event::Proposed { ask, strand: s, mv: m, item, seat, judge, inputs });
        Ok(())
    }

    /// `by`: the seat that answers; `None`: the desk.
    pub fn judge(&mut self, ask: u32, by: Option<u32>, yes: bool, replies: &Answers, reason: &str) -> Res {
        let Some(a) = self.st.asks.iter().find(|a| a.ask == ask).cloned() else {
            return Err(Refusal::new(Code::Unknown));
        };
        if a.judge != by && by.is_some() {
            return Err(Refusal::new(Code::Unknown));
        }
        let def = &self.sc.moves[usize::from(a.mv)];
        let reason = if reason.trim().is_empty() { None } else { Some(self.typed(by, reason, REASON)?) };
        let judge_seat = by.unwrap_or(a.seat);
        let cx = self.move_ctx(a.strand, def, judge_seat);
        let replies = if yes { super::answer::validate_asks(self, &def.replies, by, cx, a.item, replies)? } else { Filled::new() };
        if yes && !self.still_proposed(&a) {
            self.emit(Event::Lapsed { ask });
            return Ok(());
        }
        self.emit(Event::Judged { ask, yes, reason, replies: replies.clone() });
        self.write_inputs(a.mv, a.seat, a.item, &a.inputs);
        for (r, val) in def.replies.iter().zip(&replies) {
            let keys = if def.answers.is_some() { Keys::new(&[a.item]) } else { Keys::NONE };
            self.emit(Event::Set { var: r.var, inst: a.seat, keys, val: val.clone() });
        }
        let mut regs = Regs::of(a.item);
        let cx = self.move_ctx(a.strand, def, a.seat);
        if yes {
            let unit = Unit { scope: Scope::Seat, inst: a.seat };
            self.emit(Event::Made { strand: a.strand, mv: a.mv, item: a.item, unit, seat: Some(a.seat), by_default: false, inputs: a.inputs });
            self.rule(&def.rule, cx, &mut regs);
            self.unit_done(a.strand, a.mv, unit);
        } else {
            self.rule(&def.if_no, cx, &mut regs);
        }
        self.carry_out_jump(a.strand);
        Ok(())
    }

    /// The world may have moved since the proposal: its condition, its sets and its checks must still hold.
    fn still_proposed(&self, a: &crate::state::Ask) -> bool {
        let def = &self.sc.moves[usize::from(a.mv)];
        let cx = self.move_ctx(a.strand, def, a.seat);
        let mut regs = Regs::of(a.item);
        let unit = Unit { scope: Scope::Seat, inst: a.seat };
        def.when.as_ref().is_none_or(|w| self.yes(w, cx, &mut regs))
            && self.times_left(a.strand, a.mv, a.item, unit, a.seat).is_ok()
            && super::answer::still_legal(self, def, cx, a.item, &a.inputs)
    }

    /// Words of a person: bounded, kept as an event of their own.
    pub fn typed(&mut self, author: Option<u32>, text: &str, most: usize) -> Res<u32> {
        self.wrote(author, text, most, false)
    }

    pub fn wrote(&mut self, author: Option<u32>, text: &str, most: usize, unkept: bool) -> Res<u32> {
        if text.chars().count() > most {
            return Err(Refusal::new(Code::Limit));
        }
        let id = self.st.texts.len() as u32;
        self.emit(Event::Wrote { id, author, body: TextBody::Plain(text.to_string()), unkept });
        Ok(id)
    }

    // ------------------------------------------------------------ presence

    pub fn presence(&mut self, seat: SeatId, here: bool) -> Res {
        let Some(s) = self.st.seats.get(seat.ix()) else {
            return Err(Refusal::new(Code::Unknown));
        };
        if s.here == here {
            return Ok(());
        }
        self.emit(Event::Here { seat, on: here });
        if !here
            && self.st.stage == Stage::Play
            && self.st.paused.is_none()
            && let Some(strand) = self.st.strand_of(seat.0)
        {
            self.absent_answer(strand);
            self.agreed_without(Some(strand));
        }
        Ok(())
    }

    /// Somebody has left, or was shown out.
    pub fn gone(&mut self, seat: SeatId) {
        let strand = self.st.strand_of(seat.0);
        self.emit(Event::StatusSet { seat, status: Status::Left });
        self.refresh_asked(seat.0);
        self.agreed_without(strand);
    }

    /// With somebody gone, those who are left may already agree.
    fn agreed_without(&mut self, s: Option<u32>) {
        let Some(s) = s.filter(|_| self.st.stage == Stage::Play && self.st.paused.is_none()) else { return };
        let Some(run) = self.st.strands[s as usize].running.as_ref().filter(|r| !r.frozen) else { return };
        let versions = run.versions.clone();
        for v in &versions {
            let def = &self.sc.moves[usize::from(v.mv)];
            let members = self.together(s, v.unit);
            let here = |x: &Self, seat: u32| members.contains(&seat) && (x.st.seats[seat as usize].here || x.st.seats[seat as usize].bot);
            let same = |w: &&crate::state::Version| w.mv == v.mv && w.item == v.item && w.unit == v.unit && w.inputs == v.inputs;
            let held = versions.iter().filter(same).filter(|w| here(self, w.seat)).count();
            if def.each {
                if self.whole_as_it_stands(s, v.mv, v.item, v.unit, true) {
                    self.carry_out_jump(s);
                    return;
                }
                continue;
            }
            let spoken: Vec<crate::state::Version> =
                versions.iter().filter(|w| w.mv == v.mv && w.item == v.item && w.unit == v.unit).cloned().collect();
            if def.agree == Agree::Most && self.all_have_spoken(&members, &spoken) && self.settle_most(s, v.mv, v.item, v.unit) {
                self.carry_out_jump(s);
                return;
            }
            if here(self, v.seat) && held >= self.need(s, def, v.unit) {
                self.emit(Event::VersionsGone { strand: s, mv: v.mv, item: v.item, unit: v.unit });
                self.take_effect(s, v.mv, v.item, v.unit, Some(v.seat), v.inputs.clone(), false);
                self.carry_out_jump(s);
                return;
            }
        }
    }
}
