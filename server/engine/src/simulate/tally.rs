//! What is counted while bots play: whole numbers only, so that the order of adding up does not matter.

use super::Size;
use super::bots::Bots;
use super::options::Options;
use crate::command::{Command, SeatAct};
use crate::event::{Event, Spot};
use crate::id::Millis;
use crate::scenario::model::{Base, NONE, Scenario, Scope, Val};
use crate::state::State;
use crate::view::Status;

/// Moves and minutes of one table are counted one by one up to here; longer ones together.
const LONGEST: usize = 5_000;

/// What an indicator was, each time a phase closed.
#[derive(Clone, Default)]
pub struct Range {
    pub n: u64,
    pub sum: i64,
    pub min: i64,
    pub max: i64,
}

/// A shown number, and what it is now for each of its instances.
#[derive(Clone)]
pub struct Indicator {
    pub var: u16,
    now: Vec<i64>,
    /// By phase.
    pub at: Vec<Range>,
}

#[derive(Clone)]
pub struct Tally {
    pub size: Size,
    pub options: Options,
    pub sessions: u64,
    pub failed: u64,
    /// Tables that were played to an ending.
    pub tables: u64,
    /// By ending; the last is the end of the flow.
    pub endings: Vec<u64>,
    pub moves: Vec<u64>,
    pub minutes: Vec<u64>,
    pub total_moves: u64,
    pub total_ms: i64,
    pub opened: Vec<u64>,
    pub made: Vec<u64>,
    /// Answers to each move that chose something.
    pub answers: Vec<u64>,
    pub chosen: Vec<u64>,
    /// Option × ending: tables.
    pub with: Vec<u64>,
    /// Option: seats that chose it, and those of them that won.
    pub won: Vec<[u64; 2]>,
    pub seats_won: [u64; 2],
    /// By role, the last is none: decisions, seats that began with it.
    pub roles: Vec<[u64; 2]>,
    /// By place at the table: waiting while others decide, and time in play.
    pub idle: Vec<[i64; 2]>,
    pub indicators: Vec<Indicator>,
    /// By kind and item.
    pub drawn: Vec<Vec<u64>>,
    now: Now,
}

/// The session being played.
#[derive(Clone, Default)]
struct Now {
    moves: Vec<u32>,
    /// Table, seat, option.
    chosen: Vec<(u32, u32, u32)>,
    ended: Vec<(u32, usize, Millis, Vec<u32>)>,
    running: Vec<u16>,
    asked: Vec<bool>,
    tables: Vec<u32>,
}

impl Tally {
    #[must_use]
    pub fn new(sc: &Scenario, size: Size) -> Self {
        let options = Options::new(sc);
        let endings = sc.endings.len() + 1;
        let shown = |v: &crate::scenario::model::VarDef| {
            v.shown.is_some()
                && v.slot.is_some()
                && v.keys.is_empty()
                && matches!(v.ty.base, Base::Number | Base::Decimal)
                && !matches!(v.scope, Scope::Token(_))
        };
        let vars = sc.vars.iter().enumerate().filter(|(_, v)| shown(v));
        Tally {
            size,
            sessions: 0,
            failed: 0,
            tables: 0,
            endings: vec![0; endings],
            moves: Vec::new(),
            minutes: Vec::new(),
            total_moves: 0,
            total_ms: 0,
            opened: vec![0; sc.phases.len()],
            made: vec![0; sc.moves.len()],
            answers: vec![0; sc.moves.len()],
            chosen: vec![0; options.count],
            with: vec![0; options.count * endings],
            won: vec![[0; 2]; options.count],
            seats_won: [0; 2],
            roles: vec![[0; 2]; sc.roles.len() + 1],
            idle: vec![[0; 2]; size.seats as usize],
            indicators: vars.map(|(v, _)| Indicator { var: v as u16, now: Vec::new(), at: vec![Range::default(); sc.phases.len()] }).collect(),
            drawn: sc.kinds.iter().map(|k| vec![0; sc.lists[usize::from(k.list)].items.len()]).collect(),
            options,
            now: Now::default(),
        }
    }

    /// Adds what another thread has counted.
    pub fn add(&mut self, other: &Tally) {
        let sum = |a: &mut Vec<u64>, b: &[u64]| {
            a.resize(a.len().max(b.len()), 0);
            a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        };
        self.sessions += other.sessions;
        self.failed += other.failed;
        self.tables += other.tables;
        self.total_moves += other.total_moves;
        self.total_ms += other.total_ms;
        for (a, b) in [
            (&mut self.endings, &other.endings),
            (&mut self.moves, &other.moves),
            (&mut self.minutes, &other.minutes),
            (&mut self.opened, &other.opened),
            (&mut self.made, &other.made),
            (&mut self.answers, &other.answers),
            (&mut self.chosen, &other.chosen),
            (&mut self.with, &other.with),
        ] {
            sum(a, b);
        }
        let pairs = self.won.iter_mut().chain(&mut self.roles).chain([&mut self.seats_won]);
        for (a, b) in pairs.zip(other.won.iter().chain(&other.roles).chain([&other.seats_won])) {
            a[0] += b[0];
            a[1] += b[1];
        }
        for (a, b) in self.idle.iter_mut().zip(&other.idle) {
            a[0] += b[0];
            a[1] += b[1];
        }
        self.drawn.iter_mut().zip(&other.drawn).for_each(|(a, b)| sum(a, b));
        let ranges = self.indicators.iter_mut().flat_map(|i| &mut i.at);
        for (a, b) in ranges.zip(other.indicators.iter().flat_map(|i| &i.at)) {
            a.take(b);
        }
    }

    // ------------------------------------------------------------ while it is played

    pub(super) fn begin(&mut self, sc: &Scenario, st: &State) {
        self.now.moves.resize(st.tables as usize, 0);
        for seat in &st.seats {
            self.roles[usize::try_from(seat.role).unwrap_or(sc.roles.len())][1] += 1;
        }
    }

    /// Time passes until the next command.
    pub(super) fn time(&mut self, st: &State, bots: &Bots, ms: Millis) {
        if ms <= 0 {
            return;
        }
        self.now.asked.clear();
        self.now.asked.resize(st.tables as usize, false);
        for (i, seat) in st.seats.iter().enumerate() {
            self.now.asked[seat.table as usize] |= bots.asked(i);
        }
        for (i, seat) in st.seats.iter().enumerate().filter(|(_, s)| s.status == Status::Playing && !st.over.contains_key(&s.table)) {
            let place = &mut self.idle[i % self.size.seats as usize];
            place[0] += if !bots.asked(i) && self.now.asked[seat.table as usize] { ms } else { 0 };
            place[1] += ms;
        }
    }

    pub(super) fn command(&mut self, st: &State, command: &Command) {
        let Command::Seat { seat, act: SeatAct::Move { .. } | SeatAct::Back { .. } | SeatAct::Judge { .. } } = command else { return };
        let place = &st.seats[seat.ix()];
        let none = self.roles.len() - 1;
        self.roles[usize::try_from(place.role).unwrap_or(none)][0] += 1;
        self.now.moves[place.table as usize] += 1;
    }

    pub(super) fn event(&mut self, sc: &Scenario, st: &State, event: &Event) {
        match event {
            Event::PhaseOpened { strand, phase, .. } => {
                self.opened[usize::from(*phase)] += 1;
                let s = *strand as usize;
                self.now.running.resize(self.now.running.len().max(s + 1), u16::MAX);
                self.now.running[s] = *phase;
            }
            Event::PhaseClosed { strand } | Event::StrandDone { strand } => self.closed(sc, st, *strand),
            Event::Made { mv, unit, by_default: false, inputs, .. } => self.made(sc, st, *mv, *unit, inputs),
            Event::Set { var, inst, val, keys } if keys.is_empty() => {
                self.part(sc, st, *var, *inst, val);
                if !self.indicators.is_empty() {
                    self.put(sc, st, *var, Some((*inst, val.num())));
                }
            }
            Event::Emptied { var, .. } => self.put(sc, st, *var, None),
            Event::Pass { id, .. } => {
                for var in &sc.loops[usize::from(*id)].fresh {
                    self.put(sc, st, *var, None);
                }
            }
            Event::TokenMoved { token, .. } => {
                let t = &st.tokens[*token as usize];
                self.drawn[usize::from(t.kind)][t.item as usize] += 1;
            }
            Event::TokenMade { kind, item, at: Spot::Zone(z, _), .. } if sc.zones[usize::from(*z)].start.is_empty() => {
                self.drawn[usize::from(*kind)][*item as usize] += 1;
            }
            Event::Finished { table, ending, winners, .. } => self.finished(sc, st, *table, *ending, winners),
            _ => {}
        }
    }

    fn made(&mut self, sc: &Scenario, st: &State, mv: u16, unit: crate::event::Unit, inputs: &[Val]) {
        self.made[usize::from(mv)] += 1;
        if !inputs.is_empty() {
            self.chose(sc, st, mv, unit, inputs);
        }
    }

    /// Where each fills an own part, the answers are written before the whole is made.
    fn part(&mut self, sc: &Scenario, st: &State, var: u16, seat: u32, val: &Val) {
        if !sc.vars[usize::from(var)].input {
            return;
        }
        let whose = |m: &crate::scenario::model::MoveDef| m.each.then(|| m.asks.iter().position(|a| a.var == var)).flatten();
        let Some((mv, i)) = sc.moves.iter().enumerate().find_map(|(n, m)| Some((n as u16, whose(m)?))) else { return };
        let mut inputs = vec![Val::N(NONE); i];
        inputs.push(val.clone());
        self.chose(sc, st, mv, crate::event::Unit { scope: Scope::Seat, inst: seat }, &inputs);
    }

    fn chose(&mut self, sc: &Scenario, st: &State, mv: u16, unit: crate::event::Unit, inputs: &[Val]) {
        self.answers[usize::from(mv)] += 1;
        let table = st.table_of(sc, unit.scope, unit.inst).unwrap_or(0);
        let (chosen, now) = (&mut self.chosen, &mut self.now.chosen);
        self.options.chosen(sc, st, mv, inputs, |option| {
            chosen[option as usize] += 1;
            match unit.scope {
                Scope::Seat => now.push((table, unit.inst, option)),
                _ => now.extend(st.members(unit.scope, unit.inst).into_iter().map(|s| (table, s, option))),
            }
        });
    }

    /// A value of an indicator; without one it is what the state says.
    fn put(&mut self, sc: &Scenario, st: &State, var: u16, to: Option<(u32, i64)>) {
        let Some(i) = self.indicators.iter_mut().find(|i| i.var == var) else { return };
        let start = sc.vars[usize::from(var)].start.num();
        let count = st.instances(sc, sc.vars[usize::from(var)].scope) as usize;
        i.now.resize(count.max(i.now.len()), start);
        match to {
            Some((inst, n)) => i.now[inst as usize] = n,
            None => i.now.iter_mut().enumerate().for_each(|(inst, n)| *n = st.cell(sc, var, inst as u32, &[]).num()),
        }
    }

    fn closed(&mut self, sc: &Scenario, st: &State, strand: u32) {
        let Some(phase) = self.now.running.get_mut(strand as usize) else { return };
        let phase = std::mem::replace(phase, u16::MAX);
        if phase == u16::MAX || self.indicators.is_empty() {
            return;
        }
        let strand = &st.strands[strand as usize];
        let table = st.table_of(sc, strand.scope, strand.inst);
        for i in &mut self.indicators {
            let def = &sc.vars[usize::from(i.var)];
            i.now.resize(st.instances(sc, def.scope) as usize, def.start.num());
            for (inst, n) in i.now.iter().enumerate() {
                let here = table.is_none() || st.table_of(sc, def.scope, inst as u32).is_none_or(|t| Some(t) == table);
                if here && *n != NONE {
                    i.at[usize::from(phase)].take(&Range { n: 1, sum: *n, min: *n, max: *n });
                }
            }
        }
    }

    fn finished(&mut self, sc: &Scenario, st: &State, table: Option<u32>, ending: u16, winners: &[u32]) {
        let ending = usize::from(ending).min(sc.endings.len());
        let after = st.clock - st.begun.unwrap_or(0);
        let tables = table.map_or(0..st.tables, |t| t..t + 1);
        self.now.ended.extend(tables.map(|t| (t, ending, after, winners.to_vec())));
        self.now.tables.clear();
        self.now.tables.extend(st.seats.iter().map(|s| s.table));
    }

    /// The session is over, or has failed; then what it came to is not counted.
    pub fn leave(&mut self, ok: bool) {
        let mut now = std::mem::take(&mut self.now);
        self.sessions += 1;
        if ok {
            self.count(&mut now);
        } else {
            self.failed += 1;
        }
        for i in &mut self.indicators {
            i.now.clear();
        }
        now.moves.fill(0);
        now.chosen.clear();
        now.ended.clear();
        now.running.clear();
        self.now = now;
    }

    fn count(&mut self, now: &mut Now) {
        let endings = self.endings.len();
        now.chosen.sort_unstable();
        now.chosen.dedup();
        for (table, ending, after, winners) in &now.ended {
            let moves = now.moves.get(*table as usize).copied().unwrap_or(0);
            self.tables += 1;
            self.endings[*ending] += 1;
            self.total_moves += u64::from(moves);
            self.total_ms += after;
            one_more(&mut self.moves, moves as usize);
            one_more(&mut self.minutes, ((after + 30_000) / 60_000) as usize);
            let won = |seat: &u32| u64::from(winners.contains(seat));
            let here = now.tables.iter().enumerate().filter(|(_, t)| *t == table).map(|(s, _)| s as u32);
            for seat in here.filter(|_| !winners.is_empty()) {
                self.seats_won[0] += 1;
                self.seats_won[1] += won(&seat);
            }
            let mut chosen: Vec<u32> = Vec::new();
            for (_, seat, option) in now.chosen.iter().filter(|c| c.0 == *table) {
                chosen.push(*option);
                if !winners.is_empty() {
                    self.won[*option as usize][0] += 1;
                    self.won[*option as usize][1] += won(seat);
                }
            }
            chosen.sort_unstable();
            chosen.dedup();
            for option in chosen {
                self.with[option as usize * endings + ending] += 1;
            }
        }
    }
}

impl Range {
    fn take(&mut self, other: &Range) {
        if other.n == 0 {
            return;
        }
        if self.n == 0 {
            *self = other.clone();
            return;
        }
        self.n += other.n;
        self.sum = self.sum.saturating_add(other.sum);
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }
}

fn one_more(counts: &mut Vec<u64>, n: usize) {
    let n = n.min(LONGEST);
    if counts.len() <= n {
        counts.resize(n + 1, 0);
    }
    counts[n] += 1;
}
