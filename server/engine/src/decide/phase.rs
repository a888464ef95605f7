//! A phase: opening, who is asked, closing.

use smallvec::{SmallVec, smallvec};

use super::{Exec, Jump};
use crate::eval::{Ctx, Regs};
use crate::event::{Event, Filled, Seats, Unit};
use crate::scenario::model::{EndsDef, MoveDef, NONE, Scope, TimeoutDef};
use crate::state::SealedAnswer;
use crate::view::{Mode, Status};

/// What absence or time has filled in: how a missing answer is made up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fill {
    Pass,
    Default,
    Random,
}

impl Exec<'_> {
    pub fn open_phase(&mut self, s: u32, phase: u16) {
        let def = &self.sc.phases[usize::from(phase)];
        if matches!(def.ends, EndsDef::AtOnce) {
            return self.pass_through(s, phase);
        }
        let cx = self.strand_ctx(s);
        self.rule(&def.before, cx, &mut Regs::default());
        if let Some(jump) = self.jump.take() {
            if jump != Jump::Close {
                self.take_jump(s, jump);
            }
            return;
        }
        self.fire_triggers();
        if !self.st.strands[s as usize].alive || self.st.strands[s as usize].running.is_some() {
            return;
        }
        let asked = self.who_is_asked(s, phase);
        self.empty_inputs(phase, &asked);
        let limit = def.limit.as_ref().map(|l| self.num(l, cx, &mut Regs::default())).filter(|l| *l != NONE);
        let at = self.st.clock;
        self.emit(Event::PhaseOpened { strand: s, phase, asked: asked.clone(), limit, at });
        if def.talk == crate::view::Talk::InTurn {
            self.next_speaker(s);
        }
        self.nobody_can(s, phase, &asked);
        self.absent_answer(s);
    }

    /// A phase that asks nobody is open while its rule runs: also one whose rule ends the play has been played.
    fn pass_through(&mut self, s: u32, phase: u16) {
        let at = self.st.clock;
        self.emit(Event::PhaseOpened { strand: s, phase, asked: Seats::new(), limit: None, at });
        self.rule(&self.sc.phases[usize::from(phase)].before, self.strand_ctx(s), &mut Regs::default());
        self.carry_out_jump(s);
    }

    /// Seats of the strand that play now and for whom `who` holds; with `cover` all of them.
    fn who_is_asked(&self, s: u32, phase: u16) -> Seats {
        let strand = &self.st.strands[s as usize];
        let Some(who) = &self.sc.phases[usize::from(phase)].who else {
            return Seats::new();
        };
        let cover = self.sc.phases[usize::from(phase)].cover;
        let mut asked = Seats::new();
        for seat in 0..self.st.seats.len() as u32 {
            let place = &self.st.seats[seat as usize];
            let plays = place.status == Status::Playing && !place.sitting_out && !self.st.over.contains_key(&place.table);
            if plays && self.st.in_scope(seat, strand.scope, strand.inst) && (cover || self.really_asked(s, seat, who)) {
                asked.push(seat);
            }
        }
        asked
    }

    fn really_asked(&self, s: u32, seat: u32, who: &crate::scenario::model::X) -> bool {
        self.yes(who, self.seat_ctx(s, seat), &mut Regs::default())
    }

    /// In a covered phase: does this seat's answer count?
    pub fn counts_here(&self, s: u32, seat: u32) -> bool {
        self.st.strands[s as usize].running.as_ref().is_some_and(|run| self.st.is_meant(self.sc, run, seat))
    }

    /// For one seat who is asked is looked at again when it joins, returns, or changes.
    pub fn refresh_asked(&mut self, seat: u32) {
        let Some(s) = self.st.strand_of(seat) else {
            return;
        };
        for other in 0..self.st.strands.len() as u32 {
            let asked = self.st.strands[other as usize].running.as_ref().is_some_and(|r| r.asked.contains(&seat));
            if asked && other != s {
                self.emit(Event::AskedSet { strand: other, seat, on: false });
            }
        }
        let Some(phase) = self.st.strands[s as usize].running.as_ref().map(|r| r.phase) else {
            return;
        };
        let on = self.who_is_asked(s, phase).contains(&seat);
        let was = self.st.strands[s as usize].running.as_ref().is_some_and(|r| r.asked.contains(&seat));
        if on != was {
            self.emit(Event::AskedSet { strand: s, seat, on });
        }
    }

    pub fn ask_newcomer(&mut self, seat: u32) {
        self.refresh_asked(seat);
    }

    fn empty_inputs(&mut self, phase: u16, asked: &[u32]) {
        let moves = &self.sc.phases[usize::from(phase)].moves;
        for m in moves {
            let def = &self.sc.moves[usize::from(*m)];
            for ask in def.asks.iter().chain(&def.replies) {
                let scope = self.sc.vars[usize::from(ask.var)].scope;
                let mut last = None;
                for seat in asked {
                    let inst = self.st.instance_of(scope, *seat);
                    if inst != last {
                        inst.into_iter().for_each(|inst| self.empty(ask.var, inst));
                    }
                    last = inst;
                }
            }
        }
    }

    fn empty(&mut self, var: u16, inst: u32) {
        let def = &self.sc.vars[usize::from(var)];
        let full = match &def.slot {
            Some(slot) => {
                let starts = &self.sc.rows[slot.rows].columns[slot.range(0)];
                let own = self.st.rows.get(slot.rows).and_then(|rows| rows.get(slot.range(inst)));
                own.into_iter().flatten().zip(starts).any(|(n, (_, start))| n != start)
            }
            None => self.st.written(var, inst).next().is_some(),
        };
        if full {
            self.emit(Event::Emptied { var, inst });
        }
    }

    /// Nobody asked, or nobody asked has anything to do: the phase is stuck, skipped or an ending.
    fn nobody_can(&mut self, s: u32, phase: u16, asked: &[u32]) {
        let def = &self.sc.phases[usize::from(phase)];
        if def.cover || def.ack || def.talk == crate::view::Talk::InTurn || !def.ends.waits_for_people() {
            return;
        }
        if asked.iter().any(|seat| self.can_do_something(s, phase, *seat)) {
            return;
        }
        match def.stuck {
            Some(e) => {
                let table = u32::try_from(self.strand_ctx(s).table).ok();
                self.finish(e, table, None);
            }
            None => self.close(s, true),
        }
    }

    fn can_do_something(&self, s: u32, phase: u16, seat: u32) -> bool {
        let moves = &self.sc.phases[usize::from(phase)].moves;
        moves.iter().any(|m| {
            let def = &self.sc.moves[usize::from(*m)];
            !def.extra && !def.by_desk && self.items(s, def, seat).into_iter().any(|item| self.may_begin(s, def, seat, item))
        })
    }

    /// `by` and `if` hold.
    pub fn has_button(&self, s: u32, def: &MoveDef, seat: u32, item: i64) -> bool {
        if def.by.is_none() && def.when.is_none() {
            return true;
        }
        let cx = self.move_ctx(s, def, seat);
        let mut regs = Regs::of(item);
        !(def.by.as_ref().is_some_and(|b| !self.yes(b, cx, &mut regs)) || def.when.as_ref().is_some_and(|w| !self.yes(w, cx, &mut regs)))
    }

    /// The same, and no set is empty.
    pub fn may_begin(&self, s: u32, def: &MoveDef, seat: u32, item: i64) -> bool {
        if !self.has_button(s, def, seat, item) {
            return false;
        }
        let cx = self.move_ctx(s, def, seat);
        def.asks.iter().all(|a| a.optional || a.given.is_some() || !super::answer::is_empty_set(self, a, cx, item, &[]))
    }

    /// The surroundings of a move: the seat, and the group that answers together.
    pub fn move_ctx(&self, s: u32, def: &MoveDef, seat: u32) -> Ctx {
        let mut cx = self.seat_ctx(s, seat);
        if let Some(scope) = def.joint
            && let Some(inst) = self.st.instance_of(scope, seat)
        {
            match scope {
                Scope::Team => cx.team = i64::from(inst),
                Scope::Group(_) => cx.group = i64::from(inst),
                _ => {}
            }
        }
        cx
    }

    // ------------------------------------------------------------ closing

    /// `early`: by time, by the desk or by a rule; then what is missing is filled as the file says.
    pub fn close(&mut self, s: u32, early: bool) {
        let Some((phase, frozen)) = self.st.strands[s as usize].running.as_ref().map(|run| (run.phase, run.frozen)) else {
            return;
        };
        let def = &self.sc.phases[usize::from(phase)];
        if early && !frozen {
            self.fill_missing(s, phase);
            if self.jump.is_some() || self.st.strands[s as usize].running.is_none() {
                // A filled-in move has itself left the phase.
                if let Some(jump) = self.jump.take() {
                    self.after_close(s, phase, Some(jump));
                }
                return;
            }
        }
        if def.desk_opens && !frozen {
            self.emit(Event::Frozen { strand: s });
            return;
        }
        self.open_answers(s, phase);
        let jump = self.jump.take();
        self.after_close(s, phase, jump);
    }

    fn after_close(&mut self, s: u32, phase: u16, jump: Option<Jump>) {
        if !self.st.strands[s as usize].alive {
            return;
        }
        let def = &self.sc.phases[usize::from(phase)];
        self.rule(&def.after, self.strand_ctx(s), &mut Regs::default());
        let jump = self.jump.take().or(jump);
        if self.st.strands[s as usize].alive && self.st.strands[s as usize].running.is_some() {
            self.emit(Event::PhaseClosed { strand: s });
        }
        match jump {
            Some(j) if j != Jump::Close && self.st.strands[s as usize].alive => self.take_jump(s, j),
            _ => {}
        }
    }

    /// All sealed answers open at the same instant; then the rule of each runs, seats in order, groups after them.
    fn open_answers(&mut self, s: u32, phase: u16) {
        let sealed = self.sorted_sealed(s);
        let mut good = Vec::new();
        for a in sealed {
            if self.still_holds(s, phase, &a) {
                good.push(a);
            }
        }
        for a in &good {
            self.write_inputs(a.mv, a.unit.inst, a.item, &a.inputs);
        }
        for a in &good {
            let def = &self.sc.moves[usize::from(a.mv)];
            let (cx, seat) = self.unit_ctx(s, def, a.unit);
            let mut regs = Regs::of(a.item);
            self.emit(Event::Made { strand: s, mv: a.mv, item: a.item, unit: a.unit, seat, by_default: false, inputs: a.inputs.clone() });
            self.rule(&def.rule, cx, &mut regs);
        }
    }

    fn sorted_sealed(&self, s: u32) -> Vec<SealedAnswer> {
        let Some(run) = &self.st.strands[s as usize].running else {
            return Vec::new();
        };
        let mut sealed: Vec<SealedAnswer> = run.sealed.clone();
        sealed.retain(|a| a.unit.scope != Scope::Seat || self.counts_here(s, a.unit.inst));
        sealed.sort_by_key(|a| (a.unit.scope != Scope::Seat, a.unit.inst, a.item));
        sealed
    }

    /// Each sealed answer is checked once more: the world may have moved.
    fn still_holds(&self, s: u32, _phase: u16, a: &SealedAnswer) -> bool {
        let def = &self.sc.moves[usize::from(a.mv)];
        let (cx, _) = self.unit_ctx(s, def, a.unit);
        super::answer::still_legal(self, def, cx, a.item, &a.inputs)
    }

    pub fn unit_ctx(&self, s: u32, def: &MoveDef, unit: Unit) -> (Ctx, Option<u32>) {
        if unit.scope == Scope::Seat {
            return (self.move_ctx(s, def, unit.inst), Some(unit.inst));
        }
        let mut cx = Ctx::of(self.sc, &self.st, unit.scope, unit.inst);
        cx.strand = Some(s);
        (cx, None)
    }

    // ------------------------------------------------------------ what is missing

    fn fill_missing(&mut self, s: u32, phase: u16) {
        let asked = match &self.st.strands[s as usize].running {
            Some(r) => r.asked.clone(),
            None => return,
        };
        for seat in asked {
            let Some(run) = &self.st.strands[s as usize].running else {
                return;
            };
            if run.done.contains(&seat) || !self.counts_here(s, seat) || !self.st.seats[seat as usize].counts() {
                continue;
            }
            self.fill_seat(s, phase, seat, None);
            if self.jump.is_some() {
                return;
            }
        }
    }

    /// One seat's own clock has run out: its answer is filled in as the file says, and it is done.
    pub fn own_time_is_up(&mut self, s: u32, seat: u32) {
        let Some(phase) = self.st.strands[s as usize].running.as_ref().map(|r| r.phase) else { return };
        if self.counts_here(s, seat) {
            self.fill_seat(s, phase, seat, None);
        }
        if self.st.strands[s as usize].running.as_ref().is_some_and(|r| r.phase == phase) {
            self.seat_done(s, seat);
        }
        self.carry_out_jump(s);
    }

    /// Fills the first move that this seat could have made.
    fn fill_seat(&mut self, s: u32, phase: u16, seat: u32, how: Option<Fill>) {
        let moves = self.sc.phases[usize::from(phase)].moves.clone();
        for m in moves {
            let def = &self.sc.moves[usize::from(m)];
            if def.extra || def.by_desk {
                continue;
            }
            for item in self.items(s, def, seat) {
                if self.may_begin(s, def, seat, item) && !self.has_answered(s, m, item, seat) {
                    self.fill_move(s, m, seat, item, how);
                    if self.jump.is_some() {
                        return;
                    }
                }
            }
            // The first that this seat could have made, alone or with its group.
            if self.could_begin(s, def, seat) {
                return;
            }
        }
    }

    /// `by` and `if` hold; for a move with an answer for each of several things, or for a group, sets are not looked at.
    fn could_begin(&self, s: u32, def: &MoveDef, seat: u32) -> bool {
        if def.joint.is_none() && def.answers.is_none() {
            return self.may_begin(s, def, seat, NONE);
        }
        let cx = self.move_ctx(s, def, seat);
        let holds = |x: &Option<crate::scenario::model::X>| x.as_ref().is_none_or(|x| self.yes(x, cx, &mut Regs::default()));
        self.unit(s, def, seat).is_some() && holds(&def.by) && holds(&def.when)
    }

    /// Things that want an answer each; one `NONE` for a plain move.
    pub fn items(&self, s: u32, def: &MoveDef, seat: u32) -> SmallVec<[i64; 1]> {
        match &def.answers {
            Some((_, set, _)) => self.list(set, self.move_ctx(s, def, seat), &mut Regs::default()).into(),
            None => smallvec![NONE],
        }
    }

    fn fill_move(&mut self, s: u32, m: u16, seat: u32, item: i64, how: Option<Fill>) {
        let def = &self.sc.moves[usize::from(m)];
        let unit = self.unit(s, def, seat);
        if let (true, Some(unit)) = (def.each, unit) {
            self.fill_part(s, m, seat, item, unit, how);
            return;
        }
        if let (Some(unit), Some(_), None) = (unit, def.joint, how)
            && self.settled_by_time(s, m, item, unit)
        {
            return;
        }
        let fill = how.unwrap_or(match def.timeout {
            TimeoutDef::Default => Fill::Default,
            TimeoutDef::Random => Fill::Random,
            _ => Fill::Pass,
        });
        let Some(unit) = unit else { return };
        let inputs = match fill {
            Fill::Pass => None,
            Fill::Default => super::answer::defaults(self, s, def, seat, item),
            Fill::Random => super::answer::random(self, s, def, seat, item),
        };
        match inputs {
            Some(inputs) => {
                self.emit(Event::VersionsGone { strand: s, mv: m, item, unit });
                self.take_effect(s, m, item, unit, Some(seat), inputs, true);
            }
            None => self.emit(Event::Made { strand: s, mv: m, item, unit, seat: Some(seat), by_default: true, inputs: Filled::new() }),
        }
    }

    /// Where each fills an own part: what is there stays, what is missing is made up, and the whole counts if it is whole.
    fn fill_part(&mut self, s: u32, m: u16, seat: u32, item: i64, unit: Unit, how: Option<Fill>) {
        let def = &self.sc.moves[usize::from(m)];
        let there = |x: &Self| {
            x.st.strands[s as usize].running.as_ref().is_some_and(|r| r.versions.iter().any(|v| v.mv == m && v.item == item && v.seat == seat))
        };
        let fill = how.unwrap_or(match def.timeout {
            TimeoutDef::Default => Fill::Default,
            TimeoutDef::Random => Fill::Random,
            _ => Fill::Pass,
        });
        if !there(self) {
            let inputs = match fill {
                Fill::Pass => None,
                Fill::Default => super::answer::defaults(self, s, def, seat, item),
                Fill::Random => super::answer::random(self, s, def, seat, item),
            };
            if let Some(inputs) = inputs {
                self.emit(Event::Version { strand: s, mv: m, item, unit, seat, inputs: Some(inputs) });
            }
        }
        // For one who is away the others must still agree; when time is up, what is whole counts, unless it says `pass`.
        let agreed = how.is_some() || def.timeout == TimeoutDef::Pass;
        self.whole_as_it_stands(s, m, item, unit, agreed);
    }

    /// The version of a joint answer that counts when time is up: the one held by most, or the last written.
    fn settled_by_time(&mut self, s: u32, m: u16, item: i64, unit: Unit) -> bool {
        let def = &self.sc.moves[usize::from(m)];
        match def.timeout {
            TimeoutDef::Most => self.settle_most(s, m, item, unit),
            TimeoutDef::Draft => {
                let versions = self.versions(s, m, item, unit);
                let (cx, _) = self.unit_ctx(s, def, unit);
                let last = versions.iter().max_by_key(|v| v.n).map(|v| v.inputs.clone());
                let Some(inputs) = last.filter(|i| super::answer::still_legal(self, def, cx, item, i)) else {
                    return false;
                };
                self.take_effect(s, m, item, unit, None, inputs, false);
                true
            }
            _ => false,
        }
    }

    fn versions(&self, s: u32, m: u16, item: i64, unit: Unit) -> Vec<crate::state::Version> {
        let all = self.st.strands[s as usize].running.iter().flat_map(|r| &r.versions);
        all.filter(|v| v.mv == m && v.item == item && v.unit == unit).cloned().collect()
    }

    /// The version held by most; of equals by `tie`: none, one by lot, that of a seat, or all of them.
    pub fn most_held(&mut self, s: u32, m: u16, item: i64, unit: Unit) -> Vec<Filled> {
        use crate::scenario::model::Tie;
        let versions = self.versions(s, m, item, unit);
        let held = |inputs: &Filled| versions.iter().filter(|v| v.inputs == *inputs).count();
        let top = versions.iter().map(|v| held(&v.inputs)).max().unwrap_or(0);
        let mut best: Vec<Filled> = Vec::new();
        for v in &versions {
            if held(&v.inputs) == top && !best.contains(&v.inputs) {
                best.push(v.inputs.clone());
            }
        }
        if best.len() < 2 {
            return best;
        }
        match &self.sc.moves[usize::from(m)].tie {
            Tie::All => best,
            Tie::None => Vec::new(),
            Tie::Lot => {
                let order: Vec<i64> = (0..best.len() as i64).collect();
                let i = self.one_of(&order, crate::event::Draw::Lot);
                best.drain(..).nth(i as usize).into_iter().collect()
            }
            Tie::Seat(x) => {
                let cx = Ctx::of(self.sc, &self.st, unit.scope, unit.inst);
                let seat = self.num(x, cx, &mut Regs::default());
                let theirs = versions.iter().find(|v| i64::from(v.seat) == seat && best.contains(&v.inputs));
                theirs.map(|v| v.inputs.clone()).into_iter().collect()
            }
        }
    }

    // ------------------------------------------------------------ absence

    /// Who is away is answered for at once, as the scenario says; who sits out passes.
    pub fn absent_answer(&mut self, s: u32) {
        use crate::scenario::model::Absent;
        let how = match self.sc.people.absent {
            Absent::Wait | Absent::Desk => return,
            Absent::Pass => Fill::Pass,
            Absent::Default => Fill::Default,
            Absent::Random => Fill::Random,
        };
        let Some(run) = &self.st.strands[s as usize].running else {
            return;
        };
        let phase = run.phase;
        if self.sc.phases[usize::from(phase)].cover {
            return;
        }
        let away: Vec<u32> = run.asked.iter().copied().filter(|a| !run.done.contains(a) && !self.st.seats[*a as usize].here).collect();
        for seat in away {
            // Where people answer together, the others answer.
            let joint = self.sc.phases[usize::from(phase)].moves.iter().any(|m| self.sc.moves[usize::from(*m)].joint.is_some());
            let others =
                joint && self.st.strands[s as usize].running.as_ref().is_some_and(|r| r.asked.iter().any(|a| self.st.seats[*a as usize].here));
            if !others {
                self.fill_seat(s, phase, seat, Some(how));
            }
            let running = self.st.strands[s as usize].running.as_ref();
            if running.is_none_or(|r| r.phase != phase) {
                return;
            }
            if !others && !self.st.strands[s as usize].running.as_ref().is_some_and(|r| r.done.contains(&seat)) {
                self.emit(Event::DoneSet { strand: s, seat, on: true });
            }
            if let Some(jump) = self.jump.take() {
                self.take_jump(s, jump);
                return;
            }
        }
    }

    // ------------------------------------------------------------ speaking in turn

    /// The next who may speak and has not; when there is nobody left, all are done.
    pub fn next_speaker(&mut self, s: u32) {
        let Some(run) = &self.st.strands[s as usize].running else { return };
        let def = &self.sc.phases[usize::from(run.phase)];
        let next = self.who_speaks_next(s);
        let time = def.speech.as_ref().map(|x| self.num(x, self.strand_ctx(s), &mut Regs::default()));
        self.emit(Event::Floor { strand: s, seat: next, until: None });
        if let (Some(ms), Some(_)) = (time, next) {
            let at = Some(self.st.clock + ms);
            self.emit(Event::Deadline { strand: s, at });
        }
    }

    fn who_speaks_next(&self, s: u32) -> Option<u32> {
        let run = self.st.strands[s as usize].running.as_ref()?;
        let def = &self.sc.phases[usize::from(run.phase)];
        let mut open = run.asked.iter().copied().filter(|a| !run.done.contains(a) && self.st.seats[*a as usize].counts());
        open.find(|seat| def.speakers.as_ref().is_none_or(|x| self.yes(x, self.seat_ctx(s, *seat), &mut Regs::default())))
    }

    /// Where people speak in turn and whoever has the floor is gone, or has finished, the word goes on.
    pub fn pass_the_word(&mut self) {
        for s in 0..self.st.strands.len() as u32 {
            let strand = &self.st.strands[s as usize];
            let Some(run) = strand.running.as_ref().filter(|_| strand.alive) else { continue };
            let def = &self.sc.phases[usize::from(run.phase)];
            if def.talk == crate::view::Talk::Queue && !run.frozen {
                self.next_hand(s);
                continue;
            }
            if def.talk != crate::view::Talk::InTurn || run.frozen {
                continue;
            }
            let speaks = |seat: u32| run.asked.contains(&seat) && !run.done.contains(&seat) && self.st.seats[seat as usize].counts();
            if !run.floor.is_some_and(speaks) && (run.floor.is_some() || self.who_speaks_next(s).is_some()) {
                self.next_speaker(s);
            }
        }
    }

    /// Where the word is asked for, it goes to the first hand as soon as nobody has it.
    fn next_hand(&mut self, s: u32) {
        let Some(run) = &self.st.strands[s as usize].running else { return };
        let there = |seat: u32| self.st.seats[seat as usize].counts();
        if run.floor.is_some_and(there) {
            return;
        }
        let (before, next) = (run.floor, run.hands.iter().copied().find(|h| there(*h)));
        let speech = self.sc.phases[usize::from(run.phase)].speech.as_ref().filter(|_| next.is_some());
        let until = speech.map(|x| self.st.clock + self.num(x, self.strand_ctx(s), &mut Regs::default()));
        if next != before {
            self.emit(Event::Floor { strand: s, seat: next, until });
        }
    }

    pub fn together(&self, s: u32, unit: Unit) -> Seats {
        let run = self.st.strands[s as usize].running.as_ref();
        run.map(|run| self.st.together(self.sc, run, unit)).unwrap_or_default()
    }

    pub fn seat_done(&mut self, s: u32, seat: u32) {
        let asked = self.st.strands[s as usize].running.as_ref().is_some_and(|r| r.asked.contains(&seat) && !r.done.contains(&seat));
        if asked {
            self.emit(Event::DoneSet { strand: s, seat, on: true });
        }
    }

    /// Mode of a move whose answers stay shut until the phase closes.
    pub fn stays_shut(def: &MoveDef) -> bool {
        matches!(def.mode, Mode::Sealed | Mode::Final)
    }
}
