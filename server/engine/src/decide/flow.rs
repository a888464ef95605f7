//! The flow: strands run from phase to phase; triggers and endings are looked at after each change.

use super::{Exec, Jump};
use crate::eval::{Ctx, Regs};
use crate::event::{Event, Frame, Frames};
use crate::scenario::model::{Base, EndsDef, NONE, Scope, Step, TimeoutDef};
use crate::view::Stage;

/// Changes in a row that need nobody.
const ROUNDS: u32 = 1_000;
/// Triggers in a row.
const TRIGGERS: u32 = 32;

impl Exec<'_> {
    /// Lets everything happen that needs nobody: triggers, endings, phases that are over, the next phases.
    pub fn settle(&mut self) {
        if self.st.stage != Stage::Play {
            return;
        }
        for _ in 0..ROUNDS {
            self.fire_triggers();
            self.pass_the_word();
            if self.look_at_endings() || self.groups_too_small() || self.close_what_is_over() || self.step_something() {
                if self.st.stage != Stage::Play || self.steps == 0 {
                    return;
                }
                continue;
            }
            return;
        }
        self.emit(Event::Stopped { what: "flow".into() });
    }

    /// Triggers, until none fires.
    pub fn fire_triggers(&mut self) {
        if self.sc.triggers.is_empty() || !self.must_look(0) {
            return;
        }
        for _ in 0..TRIGGERS {
            if !self.fire_one() {
                self.looked[0] = Some(self.ev.len());
                return;
            }
        }
        self.looked[0] = None;
        self.emit(Event::Stopped { what: "triggers".into() });
    }

    /// Has anything changed that triggers or endings read, since they were last looked at?
    fn must_look(&self, which: usize) -> bool {
        let (sc, watched) = (self.sc, &self.sc.watched);
        self.looked[which].is_none_or(|from| watched.clock || self.ev[from..].iter().any(|e| watched.by(sc, e)))
    }

    /// Looks at all of them, and fires the first that has become true.
    fn fire_one(&mut self) -> bool {
        let mut risen: Option<(u16, u32, Ctx)> = None;
        for t in 0..self.sc.triggers.len() {
            let def = &self.sc.triggers[t];
            for inst in 0..self.st.instances(self.sc, def.scope) {
                let cx = Ctx::of(self.sc, &self.st, def.scope, inst);
                if cx.table != NONE && !self.table_plays(cx.table as u32) {
                    continue;
                }
                let now = self.yes(&def.when, cx, &mut Regs::default());
                let before = self.st.fired.get(&(t as u16, inst)).copied().unwrap_or(false);
                if before && !now {
                    self.emit(Event::Fired { trigger: t as u16, inst, on: false });
                } else if now && !before && risen.is_none() {
                    risen = Some((t as u16, inst, cx));
                }
            }
        }
        let Some((trigger, inst, cx)) = risen else { return false };
        self.emit(Event::Fired { trigger, inst, on: true });
        let def = &self.sc.triggers[usize::from(trigger)];
        let strand = self.strand_at(def.scope, inst);
        self.rule(&def.then, Ctx { strand, ..cx }, &mut Regs::default());
        if let (Some(jump), Some(s)) = (self.jump.take(), strand) {
            self.take_jump(s, jump);
        }
        true
    }

    fn strand_at(&self, scope: Scope, inst: u32) -> Option<u32> {
        let table = self.st.table_of(self.sc, scope, inst);
        let fits = |s: &crate::state::Strand| {
            s.alive && (s.scope == scope && s.inst == inst || s.scope == Scope::Table && Some(s.inst) == table || s.scope == Scope::Session)
        };
        self.st.strands.iter().rposition(fits).map(|i| i as u32)
    }

    pub fn table_plays(&self, table: u32) -> bool {
        !self.st.over.contains_key(&table) && self.st.at_table(table).next().is_some()
    }

    // ------------------------------------------------------------ endings

    fn look_at_endings(&mut self) -> bool {
        if !self.must_look(1) {
            return false;
        }
        for e in 0..self.sc.endings.len() {
            let def = &self.sc.endings[e];
            let Some(when) = &def.when else { continue };
            for inst in 0..self.st.instances(self.sc, def.scope) {
                let cx = Ctx::of(self.sc, &self.st, def.scope, inst);
                let plays = if def.scope == Scope::Session { !self.st.over.contains_key(&0) } else { self.table_plays(inst) };
                if plays && self.yes(when, cx, &mut Regs::default()) {
                    let table = (def.scope != Scope::Session).then_some(inst);
                    self.finish(e as u16, table, None);
                    return true;
                }
            }
        }
        self.looked[1] = Some(self.ev.len());
        false
    }

    pub fn finish(&mut self, ending: u16, table: Option<u32>, people: Option<Vec<i64>>) {
        let def = self.sc.endings.get(usize::from(ending));
        let mut cx = Ctx::NOWHERE;
        cx.table = table.map_or(NONE, i64::from);
        let winners: Vec<u32> = match (people, def.and_then(|d| d.winners.as_ref().map(|w| (w, d.winners_base)))) {
            (Some(p), _) => p.into_iter().filter_map(|s| u32::try_from(s).ok()).collect(),
            (None, Some((w, Base::Team))) => {
                let teams = self.list(w, cx, &mut Regs::default());
                teams.iter().flat_map(|t| self.st.members(Scope::Team, *t as u32)).collect()
            }
            (None, Some((w, _))) => self.list(w, cx, &mut Regs::default()).into_iter().map(|s| s as u32).collect(),
            (None, None) => Vec::new(),
        };
        let seats = table.map_or_else(|| (0..self.st.seats.len() as u32).collect(), |t| self.st.at_table(t).collect());
        self.emit(Event::Finished { table, ending, seats, winners });
        for s in 0..self.st.strands.len() as u32 {
            let strand = &self.st.strands[s as usize];
            let at = self.st.table_of(self.sc, strand.scope, strand.inst);
            if strand.alive && (table.is_none() || at == table) {
                self.emit(Event::StrandDone { strand: s });
            }
        }
        self.jump = None;
        self.all_over();
    }

    /// When no table plays any more, the session's play has ended.
    fn all_over(&mut self) {
        if self.st.stage == Stage::Play && (0..self.st.tables).all(|t| !self.table_plays(t)) {
            self.emit(Event::Ended);
        }
    }

    /// The strand of a group that has ended, or has too few members left, closes by its time-outs.
    fn groups_too_small(&mut self) -> bool {
        for s in 0..self.st.strands.len() as u32 {
            let strand = &self.st.strands[s as usize];
            let Scope::Group(k) = strand.scope else { continue };
            let group = &self.st.groups[strand.inst as usize];
            // A group that was made small on purpose goes on.
            let least = self.sc.groups[usize::from(k)].least.min(group.formed) as usize;
            let enough = group.alive && self.st.members(strand.scope, strand.inst).len() >= least;
            if !strand.alive || enough {
                continue;
            }
            if group.alive && strand.running.is_some() {
                self.close(s, true);
            }
            if self.st.strands[s as usize].alive {
                self.end_strand(s);
            }
            return true;
        }
        false
    }

    // ------------------------------------------------------------ phases that are over

    fn close_what_is_over(&mut self) -> bool {
        for s in 0..self.st.strands.len() as u32 {
            if self.is_over(s) {
                self.close(s, false);
                return true;
            }
        }
        false
    }

    fn is_over(&self, strand: u32) -> bool {
        let s = &self.st.strands[strand as usize];
        let Some(run) = s.running.as_ref().filter(|r| s.alive && !r.frozen) else {
            return false;
        };
        let def = &self.sc.phases[usize::from(run.phase)];
        // Whoever is asked and still counts.
        let left = run.asked.iter().filter(|a| !run.done.contains(a) && self.st.seats[**a as usize].counts()).count();
        def.limit_each && left == 0 && !run.clocks.is_empty() || self.ends_now(strand, &def.ends, run.done.len(), left)
    }

    fn ends_now(&self, strand: u32, ends: &EndsDef, done: usize, left: usize) -> bool {
        match ends {
            EndsDef::AllDone => left == 0,
            EndsDef::Done(n) => done as i64 >= self.num(n, self.strand_ctx(strand), &mut Regs::default()) || left == 0,
            EndsDef::When(x) => self.yes(x, self.strand_ctx(strand), &mut Regs::default()),
            EndsDef::AtOnce => true,
            EndsDef::Desk | EndsDef::Time => false,
            EndsDef::Any(all) => all.iter().any(|e| self.ends_now(strand, e, done, left)),
        }
    }

    // ------------------------------------------------------------ steps

    fn step_something(&mut self) -> bool {
        for s in 0..self.st.strands.len() as u32 {
            let strand = &self.st.strands[s as usize];
            let children = self.st.strands.iter().any(|c| c.alive && c.parent == Some(s));
            if strand.alive && strand.running.is_none() && !strand.waits && !children {
                self.walk(s);
                return true;
            }
        }
        false
    }

    /// From the program counter to the next phase, fork, wait or end.
    fn walk(&mut self, s: u32) {
        let (mut pc, mut frames) = (self.st.strands[s as usize].pc, self.st.strands[s as usize].frames.clone());
        for _ in 0..ROUNDS {
            self.steps = self.steps.saturating_sub(1);
            let step = &self.sc.flow[pc as usize];
            match step {
                Step::Phase(p) => {
                    self.at(s, pc + 1, frames);
                    self.open_phase(s, *p);
                    return;
                }
                Step::Fork { scope, body, join } => {
                    self.at(s, *join, frames);
                    self.fork(s, *scope, *body);
                    return;
                }
                Step::DeskPicks { .. } => {
                    self.at(s, pc, frames);
                    self.emit(Event::Waits { strand: s });
                    return;
                }
                Step::StrandEnd => {
                    self.at(s, pc, frames);
                    self.emit(Event::StrandDone { strand: s });
                    return;
                }
                Step::End => {
                    self.at(s, pc, frames);
                    self.flow_ends(s);
                    return;
                }
                Step::Jump(to) => pc = *to,
                Step::Branch { cond, no } => {
                    let yes = self.yes(cond, self.strand_ctx(s), &mut Regs::default());
                    pc = if yes { pc + 1 } else { *no };
                }
                _ => pc = self.walk_block(s, step, pc, &mut frames),
            }
        }
        self.at(s, pc, frames);
        self.emit(Event::Stopped { what: "flow".into() });
        self.emit(Event::Waits { strand: s });
    }

    fn walk_block(&mut self, s: u32, step: &Step, pc: u32, frames: &mut Frames) -> u32 {
        let cx = self.strand_ctx(s);
        match step {
            Step::LoopStart { frame, times, list } => {
                let list = list.as_ref().map(|l| self.list(l, cx, &mut Regs::default()));
                let times = match (&list, times) {
                    (Some(l), _) => l.len() as i64,
                    (None, Some(t)) => self.num(t, cx, &mut Regs::default()).max(0),
                    (None, None) => 0,
                };
                frames.push(Frame::Loop { id: *frame, n: 0, times, list: list.unwrap_or_default() });
                pc + 1
            }
            Step::LoopNext { frame, out } => {
                let item = self.next_pass(frames, *frame);
                match item {
                    Some((n, item)) => {
                        let inst = self.st.strands[s as usize].inst;
                        self.emit(Event::Pass { id: *frame, inst, n, item });
                        self.fresh_starts(*frame, s);
                        pc + 1
                    }
                    None => {
                        frames.pop();
                        *out
                    }
                }
            }
            Step::LoopUntil { until, back, out, .. } => {
                if until.as_ref().is_some_and(|u| self.yes(u, cx, &mut Regs::default())) {
                    frames.pop();
                    *out
                } else {
                    *back
                }
            }
            Step::WithinStart { time, out } => {
                let until = self.st.clock + self.num(time, cx, &mut Regs::default()).max(0);
                frames.push(Frame::Within { out: *out, until });
                pc + 1
            }
            Step::SkipStart { out } => {
                frames.push(Frame::Skip { out: *out });
                pc + 1
            }
            _ => {
                frames.pop();
                pc + 1
            }
        }
    }

    /// Variables that start afresh in each pass, where their start is an expression.
    pub fn fresh_starts(&mut self, id: u16, s: u32) {
        let (scope, inst) = (self.st.strands[s as usize].scope, self.st.strands[s as usize].inst);
        let lp = &self.sc.loops[usize::from(id)];
        for v in lp.fresh.iter().filter(|_| lp.name.is_some()) {
            let def = &self.sc.vars[usize::from(*v)];
            for i in 0..self.st.instances(self.sc, def.scope) {
                if def.starts.is_some() && crate::evolve::inside(self.sc, &self.st, def.scope, i, scope, inst) {
                    self.compute_start(*v, i);
                }
            }
        }
    }

    /// The next pass: its number and item. Seats and teams who are out meanwhile are passed over.
    fn next_pass(&self, frames: &mut [Frame], id: u16) -> Option<(i64, i64)> {
        let Some(Frame::Loop { n, times, list, .. }) = frames.last_mut() else {
            return None;
        };
        let base = self.sc.loops[usize::from(id)].item_base;
        loop {
            *n += 1;
            if *n > *times {
                return None;
            }
            let item = list.get((*n - 1) as usize).copied().unwrap_or(NONE);
            let here = match base {
                Base::Seat => self.st.seats.get(item as usize).is_some_and(crate::state::Seat::counts),
                Base::Team => !self.st.members(Scope::Team, item as u32).is_empty(),
                _ => true,
            };
            if here || list.is_empty() {
                return Some((*n, item));
            }
        }
    }

    fn at(&mut self, strand: u32, pc: u32, frames: Frames) {
        self.emit(Event::At { strand, pc, frames });
    }

    pub fn fork(&mut self, parent: u32, scope: Scope, pc: u32) {
        let around = &self.st.strands[parent as usize];
        let (ps, pi) = (around.scope, around.inst);
        let inside = |x: &Self, inst: u32| match ps {
            Scope::Session => true,
            Scope::Table => x.st.table_of(x.sc, scope, inst) == Some(pi),
            _ => x.st.members(scope, inst).iter().all(|m| x.st.in_scope(*m, ps, pi)),
        };
        let alive = |x: &Self, inst: u32| match scope {
            Scope::Group(k) => x.st.groups[inst as usize].alive && x.st.groups[inst as usize].kind == k,
            Scope::Seat => x.st.seats[inst as usize].counts(),
            _ => !x.st.members(scope, inst).is_empty(),
        };
        for inst in 0..self.st.instances(self.sc, scope) {
            if alive(self, inst) && inside(self, inst) {
                self.emit(Event::Forked { scope, inst, parent, pc });
            }
        }
    }

    /// The last line of the flow: the strand's table (or all) has played to the end.
    fn flow_ends(&mut self, s: u32) {
        let strand = &self.st.strands[s as usize];
        let table = (strand.scope == Scope::Table).then_some(strand.inst);
        self.emit(Event::StrandDone { strand: s });
        if strand_is_root(&self.st, s) {
            self.finish(u16::MAX, table, None);
        }
    }

    // ------------------------------------------------------------ jumps

    pub fn take_jump(&mut self, s: u32, jump: Jump) {
        match jump {
            Jump::Close => {
                if self.st.strands[s as usize].running.is_some() {
                    self.close(s, true);
                }
            }
            Jump::To(phase) => self.jump_to(s, phase),
            Jump::Again => {
                let pc = self.st.strands[s as usize].pc.saturating_sub(1);
                self.leave_to(s, pc, None);
            }
            Jump::Leave => self.leave_loop(s),
        }
    }

    /// To a phase of the same strand, in the same or an outer block.
    fn jump_to(&mut self, s: u32, phase: u16) {
        let Some(pc) = self.sc.flow.iter().position(|x| matches!(x, Step::Phase(p) if *p == phase)) else {
            return;
        };
        let keep = self.frames_for(pc as u32);
        self.leave_to(s, pc as u32, Some(keep));
    }

    /// How many block frames enclose a step: counted from the start of the flow.
    pub fn frames_for(&self, pc: u32) -> usize {
        let mut open: usize = 0;
        for step in &self.sc.flow[..pc as usize] {
            match step {
                Step::LoopStart { .. } | Step::WithinStart { .. } | Step::SkipStart { .. } => open += 1,
                Step::LoopUntil { .. } | Step::WithinEnd | Step::SkipEnd => open = open.saturating_sub(1),
                _ => {}
            }
        }
        open
    }

    fn leave_loop(&mut self, s: u32) {
        let frames = &self.st.strands[s as usize].frames;
        let Some(at) = frames.iter().rposition(|f| matches!(f, Frame::Loop { .. })) else {
            return;
        };
        let Frame::Loop { id, .. } = frames[at] else {
            return;
        };
        let out = self.sc.flow.iter().find_map(|x| match x {
            Step::LoopNext { frame, out } if *frame == id => Some(*out),
            _ => None,
        });
        if let Some(out) = out {
            self.leave_to(s, out, Some(at));
        }
    }

    /// Closes what runs without its consequences and goes on at `pc`.
    pub fn leave_to(&mut self, s: u32, pc: u32, keep: Option<usize>) {
        if self.st.strands[s as usize].running.is_some() {
            self.emit(Event::PhaseClosed { strand: s });
        }
        for c in 0..self.st.strands.len() as u32 {
            if self.st.strands[c as usize].alive && self.st.strands[c as usize].parent == Some(s) {
                self.end_strand(c);
            }
        }
        let mut frames = self.st.strands[s as usize].frames.clone();
        frames.truncate(keep.unwrap_or(frames.len()));
        self.at(s, pc, frames);
    }

    fn end_strand(&mut self, s: u32) {
        for c in 0..self.st.strands.len() as u32 {
            if self.st.strands[c as usize].alive && self.st.strands[c as usize].parent == Some(s) {
                self.end_strand(c);
            }
        }
        self.emit(Event::StrandDone { strand: s });
    }

    // ------------------------------------------------------------ time

    pub fn tick(&mut self) {
        if self.st.paused.is_some() || self.st.stage != Stage::Play {
            return;
        }
        for _ in 0..ROUNDS {
            let due = self.time_is_up();
            if !due {
                return;
            }
            self.settle();
        }
    }

    fn time_is_up(&mut self) -> bool {
        let now = self.st.clock;
        for s in 0..self.st.strands.len() as u32 {
            if !self.st.strands[s as usize].alive {
                continue;
            }
            let within = self.st.strands[s as usize].frames.iter().position(|f| matches!(f, Frame::Within { until, .. } if *until <= now));
            if let Some(at) = within {
                self.block_is_over(s, at);
                return true;
            }
            let spoken = self.st.strands[s as usize].running.as_ref().filter(|r| !r.frozen && r.floor_until.is_some_and(|t| t <= now));
            if spoken.is_some() {
                self.emit(Event::Floor { strand: s, seat: None, until: None });
                return true;
            }
            if let Some(seat) = self.clock_out(s) {
                self.own_time_is_up(s, seat);
                return true;
            }
            let running = self.st.strands[s as usize].running.as_ref();
            let Some(run) = running.filter(|r| !r.frozen && r.deadline.is_some_and(|d| d <= now)) else {
                continue;
            };
            let def = &self.sc.phases[usize::from(run.phase)];
            if let (Some(_), Some(seat)) = (&def.speech, run.floor) {
                self.seat_done(s, seat);
                self.next_speaker(s);
            } else if matches!(def.ends, EndsDef::Desk) || self.desk_must_answer(s) {
                // With the desk in charge, time only rings.
                self.emit(Event::Deadline { strand: s, at: None });
            } else {
                self.close(s, true);
            }
            return true;
        }
        let rung: Vec<(u16, u32)> = self.st.timers.iter().filter(|(_, t)| **t > 0 && **t <= now).map(|(k, _)| *k).collect();
        // A timer that has rung stays over until it is started again or stopped.
        for (timer, inst) in &rung {
            self.emit(Event::Timer { timer: *timer, inst: *inst, until: Some(0) });
        }
        !rung.is_empty()
    }

    /// A seat whose own clock has run out before it was done.
    fn clock_out(&self, s: u32) -> Option<u32> {
        let run = self.st.strands[s as usize].running.as_ref().filter(|r| !r.frozen)?;
        let out = |c: &&(u32, i64)| c.1 <= self.st.clock && run.asked.contains(&c.0) && !run.done.contains(&c.0);
        run.clocks.iter().find(out).map(|c| c.0)
    }

    /// `timeout = "desk"`: somebody is missing, and the desk decides what counts.
    fn desk_must_answer(&self, s: u32) -> bool {
        let Some(run) = &self.st.strands[s as usize].running else { return false };
        let missing = run.asked.iter().any(|a| !run.done.contains(a) && self.st.seats[*a as usize].counts());
        let moves = &self.sc.phases[usize::from(run.phase)].moves;
        missing && moves.iter().any(|m| self.sc.moves[usize::from(*m)].timeout == TimeoutDef::Desk && !self.sc.moves[usize::from(*m)].extra)
    }

    /// The time of a whole block is over: its open phases close with their time-outs, and the play goes on after it.
    fn block_is_over(&mut self, s: u32, at: usize) {
        let Frame::Within { out, .. } = self.st.strands[s as usize].frames[at] else {
            return;
        };
        for c in 0..self.st.strands.len() as u32 {
            let below = self.descends(c, s);
            if below && self.st.strands[c as usize].alive && self.st.strands[c as usize].running.is_some() {
                self.close(c, true);
            }
        }
        if self.st.strands[s as usize].alive {
            self.leave_to(s, out, Some(at));
        }
    }

    fn descends(&self, c: u32, s: u32) -> bool {
        let mut at = Some(c);
        while let Some(x) = at {
            if x == s {
                return true;
            }
            at = self.st.strands[x as usize].parent;
        }
        false
    }
}

fn strand_is_root(st: &crate::state::State, s: u32) -> bool {
    st.strands[s as usize].parent.is_none()
}
