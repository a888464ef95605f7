//! Who acts next, and when: people think for a while, the desk lets them talk.

use crate::command::{Answer, Answers, Command, DeskAct, SeatAct};
use crate::decide::mix;
use crate::event::{Event, Seats};
use crate::id::{Millis, SeatId, TableId};
use crate::legal::{random_extra, random_move};
use crate::scenario::model::{Scenario, Step};
use crate::state::{Running, State};

/// Where there is no time limit: how long somebody thinks about a move, and reads what has to be read.
const THINKS: Millis = 20_000;
const READS: Millis = 10_000;
/// How long a talk lasts which the desk ends, where the scenario does not say.
const TALK: Millis = 180_000;
/// The desk presses what is there to be pressed.
const PRESSES: Millis = 5_000;
/// Of so many answers under a time limit, one comes too late.
const LATE: u64 = 40;
const NEVER: Millis = Millis::MAX;

pub struct Bots {
    rng: u64,
    /// When each seat will have thought; `NEVER`: it is not asked.
    ready: Vec<Millis>,
    /// When a seat makes an extra move.
    extra: Vec<Millis>,
    /// When the desk goes on, for each strand, and when it answers proposals.
    desk: Vec<Millis>,
    judge: Millis,
    can: Vec<bool>,
}

#[derive(Clone, Copy)]
enum Actor {
    Seat(u32),
    Extra(u32),
    Desk(u32),
    Judge,
}

impl Bots {
    pub fn new(seed: u64, seats: usize) -> Self {
        let never = || vec![NEVER; seats];
        Bots { rng: seed, ready: never(), extra: never(), desk: Vec::new(), judge: NEVER, can: vec![false; seats] }
    }

    /// Is this seat asked for something now?
    pub fn asked(&self, seat: usize) -> bool {
        self.can.get(seat).copied().unwrap_or(false)
    }

    /// The next command, and when. `None`: nobody can act, and nothing is awaited.
    pub fn next(&mut self, sc: &Scenario, st: &State, at: Millis) -> Option<(Millis, Command)> {
        self.look(sc, st, at);
        let due = st.next_due();
        // Who is asked and finds nothing to do waits for the others.
        let mut idle: Vec<u32> = Vec::new();
        loop {
            let first = self.first(&idle);
            let when = first.map_or(NEVER, |(t, _)| t.max(at));
            if let Some(due) = due.filter(|d| *d <= when) {
                return Some((due.max(at), Command::Tick));
            }
            let (_, actor) = first?;
            let found = match actor {
                Actor::Seat(seat) => self.seat(sc, st, seat),
                Actor::Extra(seat) => {
                    self.extra[seat as usize] = NEVER;
                    random_extra(sc, st, SeatId(seat), &mut self.rng).map(|act| sure(sc, seat, act))
                }
                Actor::Desk(strand) => self.desk_goes_on(sc, st, strand),
                Actor::Judge => self.desk_judges(st),
            };
            if let Some(command) = found {
                return Some((when, command));
            }
            if let Actor::Seat(seat) = actor {
                idle.push(seat);
            }
        }
    }

    /// An extra move is thought of when its phase opens; what is done together, when the group is there and when somebody has done a part.
    pub fn event(&mut self, sc: &Scenario, st: &State, event: &Event, at: Millis) {
        let together = match event {
            Event::Grouped { members, .. } => members.as_slice().into(),
            Event::Version { mv, unit, .. } if sc.moves[usize::from(*mv)].extra => st.members(unit.scope, unit.inst),
            _ => Seats::new(),
        };
        for seat in together {
            let when = at + 1 + self.roll(THINKS as u64) as Millis;
            self.extra[seat as usize] = self.extra[seat as usize].min(when);
        }
        let Event::PhaseOpened { phase, strand, limit, .. } = event else { return };
        if !sc.phases[usize::from(*phase)].moves.iter().any(|m| sc.moves[usize::from(*m)].extra) {
            return;
        }
        let Some((scope, inst)) = st.strands.get(*strand as usize).map(|s| (s.scope, s.inst)) else { return };
        for seat in 0..st.seats.len() {
            if st.in_scope(seat as u32, scope, inst) && self.roll(2) == 0 {
                self.extra[seat] = at + self.roll(limit.unwrap_or(THINKS).max(1) as u64) as Millis;
            }
        }
    }

    fn roll(&mut self, n: u64) -> u64 {
        self.rng = self.rng.wrapping_add(0x9E37_79B9_7F4A_7C15);
        ((u128::from(mix(self.rng)) * u128::from(n.max(1))) >> 64) as u64
    }

    // ------------------------------------------------------------ who is asked

    fn look(&mut self, sc: &Scenario, st: &State, at: Millis) {
        self.can.fill(false);
        self.desk.resize(st.strands.len(), NEVER);
        for (s, strand) in st.strands.iter().enumerate() {
            let run = strand.running.as_ref().filter(|_| strand.alive);
            let Some(run) = run else {
                self.desk[s] = if strand.alive && strand.waits { self.desk[s].min(at + PRESSES) } else { NEVER };
                continue;
            };
            let phase = &sc.phases[usize::from(run.phase)];
            if run.frozen || phase.ends.by_desk() {
                let talk = if run.frozen { PRESSES } else { run.limit.unwrap_or(TALK) };
                self.desk[s] = self.desk[s].min(at + talk);
            } else {
                self.desk[s] = NEVER;
            }
            if run.frozen {
                continue;
            }
            let moves = phase.ack || phase.moves.iter().any(|m| !sc.moves[usize::from(*m)].extra && !sc.moves[usize::from(*m)].by_desk);
            for seat in run.asked.iter().filter(|a| moves && !run.done.contains(a)).chain(&run.floor) {
                self.thinks(*seat, run, if phase.ack { READS } else { THINKS }, at);
            }
        }
        self.judge = if st.asks.iter().any(|a| a.judge.is_none()) { self.judge.min(at + PRESSES) } else { NEVER };
        for judge in st.asks.iter().filter_map(|a| a.judge) {
            self.can[judge as usize] = true;
            if self.ready[judge as usize] == NEVER {
                self.ready[judge as usize] = at + self.roll(THINKS as u64) as Millis;
            }
        }
        for (ready, can) in self.ready.iter_mut().zip(&self.can) {
            if !can {
                *ready = NEVER;
            }
        }
    }

    fn thinks(&mut self, seat: u32, run: &Running, usual: Millis, at: Millis) {
        let seat = seat as usize;
        self.can[seat] = true;
        if self.ready[seat] != NEVER {
            return;
        }
        let time = match run.limit.filter(|l| run.deadline.is_some() && *l > 0) {
            Some(limit) if self.roll(LATE) == 0 => limit + 1,
            Some(limit) => limit / 10 + self.roll((limit * 6 / 10).max(1) as u64) as Millis,
            None => usual / 4 + self.roll(usual as u64) as Millis,
        };
        self.ready[seat] = at + time;
    }

    fn first(&self, idle: &[u32]) -> Option<(Millis, Actor)> {
        let seats = self.ready.iter().enumerate().filter(|(i, _)| !idle.contains(&(*i as u32))).map(|(i, t)| (*t, Actor::Seat(i as u32)));
        let extra = self.extra.iter().enumerate().map(|(i, t)| (*t, Actor::Extra(i as u32)));
        let desk = self.desk.iter().enumerate().map(|(i, t)| (*t, Actor::Desk(i as u32)));
        let all = seats.chain(extra).chain(desk).chain([(self.judge, Actor::Judge)]);
        all.filter(|(t, _)| *t != NEVER).min_by_key(|(t, _)| *t)
    }

    // ------------------------------------------------------------ what they do

    fn seat(&mut self, sc: &Scenario, st: &State, seat: u32) -> Option<Command> {
        let mut act = random_move(sc, st, SeatId(seat), &mut self.rng)?;
        self.ready[seat as usize] = NEVER;
        if let SeatAct::Judge { yes, inputs, .. } = &mut act
            && self.roll(2) == 0
        {
            *yes = false;
            inputs.clear();
        }
        Some(sure(sc, seat, act))
    }

    /// Closes the phase of a strand which only the desk closes, or picks what comes.
    fn desk_goes_on(&mut self, sc: &Scenario, st: &State, s: u32) -> Option<Command> {
        self.desk[s as usize] = NEVER;
        let strand = &st.strands[s as usize];
        if strand.waits {
            let Step::DeskPicks { choices } = &sc.flow[strand.pc as usize] else { return None };
            let choice = self.roll(choices.len() as u64) as u32;
            return Some(Command::Desk { act: DeskAct::Pick { strand: s, choice } });
        }
        let table = st.table_of(sc, strand.scope, strand.inst);
        let same = |other: &&crate::state::Strand| other.alive && st.table_of(sc, other.scope, other.inst) == table;
        let mut running = st.strands.iter().filter(same).filter_map(|o| o.running.as_ref());
        // Next closes all that runs at the table: not while somebody there is still asked.
        let all = running.all(|r| r.frozen || sc.phases[usize::from(r.phase)].ends.by_desk());
        all.then(|| Command::Desk { act: DeskAct::Next { table: table.map(TableId), seen: None } })
    }

    fn desk_judges(&mut self, st: &State) -> Option<Command> {
        self.judge = NEVER;
        let ask = st.asks.iter().find(|a| a.judge.is_none())?.ask;
        let yes = self.roll(2) == 0;
        Some(Command::Desk { act: DeskAct::Judge { ask, yes, inputs: Answers::new(), reason: String::new() } })
    }
}

/// A bot never asks itself twice.
fn sure(sc: &Scenario, seat: u32, mut act: SeatAct) -> Command {
    if let SeatAct::Move { name, inputs, .. } = &mut act
        && sc.moves.iter().any(|m| m.id == *name && !m.warns.is_empty())
    {
        inputs.insert("sure".into(), Answer::Yes(true));
    }
    Command::Seat { seat: SeatId(seat), act }
}
