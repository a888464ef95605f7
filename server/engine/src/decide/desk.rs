//! What the facilitator does: each control is a move, journalled like any other.

use super::{Exec, Res};
use crate::command::{Answer, Answers, DeskAct, Projected};
use crate::eval::{Ctx, Regs};
use crate::event::{Event, Frame, People, Unit};
use crate::id::{Millis, SeatId, TableId};
use crate::refusal::{Code, Refusal};
use crate::scenario::model::{Aud, NONE, Scope, Step};
use crate::view::Stage;

/// Signs of a message from the desk.
const MESSAGE: usize = 500;
/// Longest extension at once, in milliseconds.
const EXTENSION: Millis = 3_600_000;

impl Exec<'_> {
    pub fn desk_act(&mut self, act: &DeskAct) -> Res {
        if table_of(act).is_some_and(|t| t.0 >= self.st.tables) {
            return Err(Refusal::at(Code::Unknown, "table"));
        }
        match act {
            DeskAct::Begin => self.begin(),
            DeskAct::EvenOut => {
                self.in_lobby()?;
                self.even_out();
                Ok(())
            }
            DeskAct::SeatTo { seat, table } => self.seat_to(*seat, *table, false),
            DeskAct::Admit { seat, table } => self.seat_to(*seat, *table, true),
            DeskAct::Lock { on } => {
                self.emit(Event::Locked { on: *on });
                Ok(())
            }
            DeskAct::ShowOut { seat } => {
                self.known(*seat)?;
                self.gone(*seat);
                Ok(())
            }
            DeskAct::Bot { seat, on } => {
                self.known(*seat)?;
                self.emit(Event::Bot { seat: *seat, on: *on });
                Ok(())
            }
            DeskAct::Helped { seat } => {
                self.known(*seat)?;
                self.emit(Event::Help { seat: *seat, on: false });
                Ok(())
            }
            DeskAct::Say { text, table } => {
                let id = self.typed(None, text.trim(), MESSAGE)?;
                self.emit(Event::Said { text: id, table: *table });
                Ok(())
            }
            DeskAct::Bookmark { text } => {
                let id = if text.trim().is_empty() { None } else { Some(self.typed(None, text.trim(), MESSAGE)?) };
                self.emit(Event::Bookmarked { text: id });
                Ok(())
            }
            DeskAct::Project { show } => {
                if let Projected::Panel { panel } = show
                    && !self.sc.panels.iter().any(|p| p.id == *panel)
                {
                    return Err(Refusal::at(Code::Unknown, panel));
                }
                self.emit(Event::Projecting { show: show.clone() });
                Ok(())
            }
            DeskAct::Uncover { on } => {
                if self.st.stage != Stage::Ended {
                    return Err(Refusal::new(Code::Closed));
                }
                self.emit(Event::Uncovered { on: *on });
                Ok(())
            }
            DeskAct::End => self.end(),
            _ => self.desk_in_play(act),
        }
    }

    fn desk_in_play(&mut self, act: &DeskAct) -> Res {
        if self.st.stage != Stage::Play {
            return Err(Refusal::new(Code::Closed));
        }
        match act {
            DeskAct::Pause if self.st.paused.is_some() => Ok(()),
            DeskAct::Pause => {
                self.emit(Event::Paused);
                Ok(())
            }
            DeskAct::Resume => match self.st.paused {
                Some(since) => {
                    self.emit(Event::Resumed { after: self.st.clock - since });
                    // Whoever went away during the pause is answered for now.
                    for s in self.strands(None) {
                        self.absent_answer(s);
                    }
                    Ok(())
                }
                None => Ok(()),
            },
            DeskAct::Extend { ms, table } => self.extend(*ms, *table),
            DeskAct::Nudge { table } => {
                self.emit(Event::Nudged { table: *table });
                Ok(())
            }
            _ if self.st.paused.is_some() => Err(Refusal::new(Code::Paused)),
            DeskAct::Next { table, seen } => self.next(*table, *seen),
            DeskAct::Pick { strand, choice } => self.pick_piece(*strand, *choice),
            DeskAct::Inject { inject, table } => self.inject(inject, *table),
            DeskAct::Move { name, table, inputs } => self.desk_move(name, *table, inputs),
            DeskAct::Judge { ask, yes, inputs, reason } => self.judge(*ask, None, *yes, inputs, reason),
            DeskAct::Set { name, table, keys, value } => self.desk_set(name, *table, keys, value),
            _ => Err(Refusal::new(Code::Unknown)),
        }
    }

    fn in_lobby(&self) -> Res {
        if self.st.stage == Stage::Lobby { Ok(()) } else { Err(Refusal::new(Code::Closed)) }
    }

    fn known(&self, seat: SeatId) -> Res {
        if seat.ix() < self.st.seats.len() { Ok(()) } else { Err(Refusal::new(Code::Unknown)) }
    }

    fn end(&mut self) -> Res {
        if self.st.stage == Stage::Ended {
            return Err(Refusal::new(Code::Closed));
        }
        for s in 0..self.st.strands.len() as u32 {
            if self.st.strands[s as usize].alive {
                self.emit(Event::StrandDone { strand: s });
            }
        }
        self.emit(Event::Ended);
        Ok(())
    }

    /// Strands of one table or of all, which have something to be moved on.
    fn strands(&self, table: Option<TableId>) -> Vec<u32> {
        let at = |s: &crate::state::Strand| self.st.table_of(self.sc, s.scope, s.inst);
        let fits = |s: &crate::state::Strand| s.alive && (table.is_none() || at(s).is_none() || at(s) == table.map(|t| t.0));
        self.st.strands.iter().enumerate().filter(|(_, s)| fits(s) && s.running.is_some()).map(|(i, _)| i as u32).collect()
    }

    /// Closes the running phase: what is missing is filled as the file says; what is frozen opens.
    fn next(&mut self, table: Option<TableId>, seen: Option<Millis>) -> Res {
        let mut strands = self.strands(table);
        let opened = |s: u32| self.st.strands[s as usize].running.as_ref().map(|r| r.opened);
        strands.retain(|s| seen.is_none_or(|seen| opened(*s).is_none_or(|at| at <= seen)));
        if strands.is_empty() {
            return Err(Refusal::new(Code::Closed));
        }
        for s in strands {
            if self.st.strands[s as usize].running.is_some() {
                self.close(s, true);
            }
        }
        Ok(())
    }

    fn pick_piece(&mut self, strand: u32, choice: u32) -> Res {
        let s = self.st.strands.get(strand as usize).filter(|s| s.alive).ok_or(Refusal::new(Code::Unknown))?;
        if s.waits {
            let Step::DeskPicks { choices } = &self.sc.flow[s.pc as usize] else {
                return Err(Refusal::new(Code::Unknown));
            };
            let (_, pc) = choices.get(choice as usize).ok_or(Refusal::new(Code::Unknown))?;
            let frames = s.frames.clone();
            self.emit(Event::At { strand, pc: *pc, frames });
            return Ok(());
        }
        // Skips the piece it is in.
        let at = s.frames.iter().rposition(|f| matches!(f, Frame::Skip { .. })).ok_or(Refusal::new(Code::Unknown))?;
        let Frame::Skip { out } = s.frames[at] else {
            return Err(Refusal::new(Code::Unknown));
        };
        self.leave_to(strand, out, Some(at));
        Ok(())
    }

    fn extend(&mut self, ms: Millis, table: Option<TableId>) -> Res {
        if !(-EXTENSION..=EXTENSION).contains(&ms) {
            return Err(Refusal::new(Code::Limit));
        }
        for s in self.strands(table) {
            let fixed = self.st.strands[s as usize].running.as_ref().is_some_and(|r| self.sc.phases[usize::from(r.phase)].limit_fixed);
            if !fixed {
                self.extend_strand(s, ms);
            }
        }
        Ok(())
    }

    fn inject(&mut self, inject: &str, table: Option<TableId>) -> Res {
        let Some(i) = self.sc.injects.iter().position(|x| x.id == inject) else {
            return Err(Refusal::at(Code::Unknown, inject));
        };
        let tables: Vec<u32> = table.map_or_else(|| (0..self.st.tables).collect(), |t| vec![t.0]);
        for t in tables {
            if !self.table_plays(t) {
                continue;
            }
            let to = self.inject_to(i, t);
            self.emit(Event::Injected { inject: i as u16, table: t, to });
            let cx = Ctx::of(self.sc, &self.st, Scope::Table, t);
            self.rule(&self.sc.injects[i].then, cx, &mut Regs::default());
        }
        Ok(())
    }

    /// For whom an inject is, at a table; `None`: everybody there.
    fn inject_to(&self, inject: usize, table: u32) -> Option<People> {
        let aud = &self.sc.injects[inject].to;
        if aud.iter().any(|a| matches!(a, Aud::Table | Aud::All)) {
            return None;
        }
        let sees = |s: &u32| crate::view::sees::audience(self.sc, &self.st, crate::Viewer::Seat(SeatId(*s)), aud, Scope::Seat, *s);
        Some(People::Seats(self.st.at_table(table).filter(sees).collect()))
    }

    fn desk_move(&mut self, name: &str, table: TableId, inputs: &Answers) -> Res {
        let named = |m: &u16| self.sc.moves[usize::from(*m)].id == name && self.sc.moves[usize::from(*m)].by_desk;
        let found = self.strands(Some(table)).into_iter().find_map(|s| {
            let run = self.st.strands[s as usize].running.as_ref()?;
            let m = self.sc.phases[usize::from(run.phase)].moves.iter().copied().find(named)?;
            Some((s, m))
        });
        let (s, m) = found.ok_or_else(|| Refusal::at(Code::Unknown, name))?;
        let def = &self.sc.moves[usize::from(m)];
        let cx = Ctx { table: i64::from(table.0), ..self.strand_ctx(s) };
        if def.when.as_ref().is_some_and(|w| !self.yes(w, cx, &mut Regs::default())) {
            return Err(Refusal::at(Code::Condition, name));
        }
        let filled = super::answer::validate_asks(self, &def.asks, None, cx, NONE, inputs)?;
        let unit = Unit { scope: Scope::Table, inst: table.0 };
        self.write_inputs(m, table.0, NONE, &filled);
        self.emit(Event::Made { strand: s, mv: m, item: NONE, unit, seat: None, by_default: false, inputs: filled });
        self.rule(&def.rule, cx, &mut Regs::default());
        self.carry_out_jump(s);
        Ok(())
    }

    /// A live parameter, or a variable of a table or of the session that the desk may see.
    fn desk_set(&mut self, name: &str, table: Option<TableId>, keys: &[i64], value: &Answer) -> Res {
        let found = self.sc.vars.iter().position(|v| v.id == name && v.keys.len() == keys.len() && !v.input);
        let v = found.ok_or_else(|| Refusal::at(Code::Unknown, name))?;
        let def = &self.sc.vars[v];
        let hidden = def.seen.iter().any(|a| matches!(a, crate::scenario::model::Aud::Nobody | crate::scenario::model::Aud::OnlyOwner));
        let val = self.constant(v as u16, value).ok_or_else(|| Refusal::at(Code::Type, name))?;
        match (def.scope, table) {
            (Scope::Session, _) if def.knob => self.write(v as u16, 0, keys, val),
            (Scope::Table, Some(t)) if !hidden && t.0 < self.st.tables => self.write(v as u16, t.0, keys, val),
            _ => return Err(Refusal::at(Code::Unknown, name)),
        }
        Ok(())
    }
}

/// The table that an act names.
fn table_of(act: &DeskAct) -> Option<TableId> {
    match act {
        DeskAct::Next { table, .. }
        | DeskAct::Extend { table, .. }
        | DeskAct::Inject { table, .. }
        | DeskAct::Set { table, .. }
        | DeskAct::Say { table, .. } => *table,
        DeskAct::SeatTo { table, .. } | DeskAct::Admit { table, .. } | DeskAct::Move { table, .. } | DeskAct::Nudge { table } => Some(*table),
        _ => None,
    }
}
