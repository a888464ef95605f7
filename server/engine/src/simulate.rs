//! Bots play whole sessions: what a designer learns before the first real group.
//!
//! A playout depends on its seed alone, and what is counted of it are whole numbers that are added up: the figures
//! are the same however many threads share the work.

mod bots;
mod options;
mod report;
mod tally;

pub use report::{CardRow, EndingRow, IndicatorRow, MoveRow, OptionRow, Report, RoleRow, SeatRow, Share, Shift, report};
pub use tally::Tally;

use serde::Serialize;

use crate::command::{Answers, Command, DeskAct};
use crate::decide::{decide, decide_owned, mix};
use crate::event::Event;
use crate::explore::{line, name_of};
use crate::id::{Millis, TableId};
use crate::refusal::Code;
use crate::scenario::model::Scenario;
use crate::state::State;
use crate::view::Stage;

/// Commands of one session at most: a session that is longer has no end.
const COMMANDS: u32 = 100_000;
/// People in one simulated session at most.
const PEOPLE: u32 = crate::decide::PEOPLE as u32;

/// How many sit down: tables, and people at each of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
pub struct Size {
    pub tables: u32,
    pub seats: u32,
}

impl Size {
    #[must_use]
    pub fn people(self) -> u32 {
        self.tables * self.seats
    }
}

/// The smallest, the usual and the largest session of a scenario, each once.
#[must_use]
pub fn sizes(sc: &Scenario) -> Vec<Size> {
    let people = &sc.people;
    let [least, most] = people.seats;
    let usual = people.best.unwrap_or_else(|| least.midpoint(most)).clamp(least, most);
    let tables = people.tables[1].min(PEOPLE / most.max(1)).max(people.tables[0]);
    let mut out = Vec::new();
    for (seats, tables) in [(least, people.tables[0]), (usual, people.tables[0]), (most, tables)] {
        let size = Size { seats, tables };
        if !out.contains(&size) {
            out.push(size);
        }
    }
    out
}

/// Why a session could not be played to its end.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Fault {
    /// The scenario cannot be opened or begun with so many people.
    Begin { code: String },
    /// Nobody can act, no clock runs, and it is not the desk's turn: only the desk can force it on.
    Stuck { phases: Vec<String> },
    /// A rule, the flow, triggers or a landing chain ran away and was stopped.
    Runaway { by: String },
    /// The session does not end.
    Endless { phases: Vec<String> },
    /// The engine refused a move that it had called legal.
    Refused { code: String, command: String },
    /// The engine failed.
    Panic,
}

/// When, and what somebody does, as a line of a play: people are called p1, p2, … in order of seat.
pub type Log = Vec<(Millis, String)>;

/// Plays session `k` of a simulation; what happened is added to the tally, and what was done to the log.
///
/// # Errors
/// The fault that ended it before its time.
pub fn play(sc: &Scenario, lobby: &State, seed: u64, k: u64, tally: &mut Tally, log: Option<&mut Log>) -> Result<(), Fault> {
    let mut session = Session::new(sc, lobby, seed, k, log);
    let played = session.play(tally);
    tally.leave(played.is_ok());
    played
}

/// A session in which everybody has sat down, and nothing has begun: where every playout starts.
///
/// # Errors
/// The scenario does not take so many.
pub fn lobby(sc: &Scenario, size: Size) -> Result<State, Fault> {
    let mut st = State::default();
    let mut go = |command: &Command| match decide(sc, &st, command, 0) {
        Ok(d) => {
            st = d.state;
            Ok(())
        }
        Err(e) => Err(Fault::Begin { code: format!("{:?}", e.code).to_lowercase() }),
    };
    go(&Command::Open { tables: size.tables, seed: 0, set: Answers::new() })?;
    for t in 0..size.tables {
        for _ in 0..size.seats {
            go(&Command::Join { bot: true, table: Some(TableId(t)) })?;
        }
    }
    Ok(st)
}

/// What stands in a play before the lines of a session: who sits where.
#[must_use]
pub fn head(size: Size, title: &str) -> String {
    let tables: Vec<Vec<String>> =
        (0..size.tables).map(|t| (t * size.seats..(t + 1) * size.seats).map(|s| name_of(i64::from(s))).collect()).collect();
    format!("title = {title:?}\nseats = {tables:?}\n")
}

/// The seed of one session: of its number, and of how many play.
fn seed_of(seed: u64, lobby: &State, k: u64) -> u64 {
    let size = u64::from(lobby.tables) << 32 | lobby.seats.len() as u64;
    mix(mix(mix(seed) ^ size).wrapping_add(k.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
}

/// One session being played. The state is given to the engine and taken back: it is never copied.
struct Session<'a> {
    sc: &'a Scenario,
    /// `None` while the engine has it.
    st: Option<State>,
    at: Millis,
    events: Vec<Event>,
    bots: bots::Bots,
    log: Option<&'a mut Log>,
    /// How far the time of the log has come.
    written: Millis,
}

impl<'a> Session<'a> {
    fn new(sc: &'a Scenario, lobby: &State, seed: u64, k: u64, log: Option<&'a mut Log>) -> Self {
        let seed = seed_of(seed, lobby, k);
        let mut st = lobby.clone();
        st.seed = mix(seed);
        let bots = bots::Bots::new(seed, st.seats.len());
        Session { sc, st: Some(st), at: 0, events: Vec::new(), bots, log, written: 0 }
    }

    fn play(&mut self, tally: &mut Tally) -> Result<(), Fault> {
        self.go(&Command::Desk { act: DeskAct::Begin }, tally)?;
        if let Some(st) = &self.st {
            tally.begin(self.sc, st);
        }
        for _ in 0..COMMANDS {
            let Some(st) = self.st.as_ref().filter(|st| st.stage != Stage::Ended) else { return Ok(()) };
            let Some((at, command)) = self.bots.next(self.sc, st, self.at) else {
                return Err(Fault::Stuck { phases: self.phases() });
            };
            tally.time(st, &self.bots, at - self.at);
            self.at = at;
            self.go(&command, tally)?;
            if let Some(st) = &self.st {
                tally.command(st, &command);
            }
        }
        Err(Fault::Endless { phases: self.phases() })
    }

    fn go(&mut self, command: &Command, tally: &mut Tally) -> Result<(), Fault> {
        self.write_down(command);
        let mut events = std::mem::take(&mut self.events);
        events.clear();
        // A session that is refused something is over: its state is not needed again.
        let Some(st) = self.st.take() else { return Err(Fault::Panic) };
        let decision = decide_owned(self.sc, st, command, self.at, events).map_err(|e| match e.code {
            Code::Runaway => Fault::Runaway { by: String::new() },
            code => Fault::Refused { code: format!("{code:?}").to_lowercase(), command: format!("{command:?}") },
        })?;
        let st = self.st.insert(decision.state);
        self.events = decision.events;
        for event in &self.events {
            if let Event::Stopped { what } = event {
                return Err(Fault::Runaway { by: what.clone() });
            }
            tally.event(self.sc, st, event);
            self.bots.event(self.sc, st, event, self.at);
        }
        Ok(())
    }

    /// Plays count time in whole seconds: it passes when the clock is due.
    fn write_down(&mut self, command: &Command) {
        let (Some(log), Some(st)) = (&mut self.log, &self.st) else { return };
        let line = if *command == Command::Tick {
            let seconds = (self.at - self.written + 999).max(0) / 1000;
            self.written += seconds * 1000;
            Some(format!("time {seconds} s"))
        } else {
            line(self.sc, st, command)
        };
        log.extend(line.map(|line| (self.at, line)));
    }

    /// Ids of the phases that run.
    fn phases(&self) -> Vec<String> {
        let running = self.st.iter().flat_map(|st| &st.strands).filter(|s| s.alive).filter_map(|s| s.running.as_ref());
        let mut ids: Vec<String> = running.map(|r| self.sc.phases[usize::from(r.phase)].id.clone()).collect();
        ids.dedup();
        ids
    }
}
