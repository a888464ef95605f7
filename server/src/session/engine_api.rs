//! The one place where sessions ask the engine. Everything a session knows of rules, state and views is here.

use crate::limits;
use crate::secret;
use sofia_engine::id::Millis;
use sofia_engine::view::Stage;
use sofia_engine::{Code, Command, Decision, Event, Refusal, Scenario, SeatAct, SeatId, State, Viewer};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The parts of a view, by the name under which they travel; a set of them is a bit mask.
pub const PARTS: [&str; 17] = [
    "session", "me", "people", "phase", "moves", "asks", "sheet", "zones", "boards", "pawns", "told", "news", "panels",
    "ending", "tables", "desk", "debrief",
];
pub const PART_COUNT: usize = PARTS.len();
pub type PartSet = u32;
pub const ALL_PARTS: PartSet = (1 << PART_COUNT) - 1;

/// Every rule. A rule that panics is stopped like one that runs away: this room's play goes on, others never notice.
///
/// # Errors
/// The engine's refusal.
pub fn decide(scenario: &Scenario, state: &State, command: &Command, at: Millis) -> Result<Decision, Refusal> {
    let decided = catch_unwind(AssertUnwindSafe(|| sofia_engine::decide(scenario, state, command, at)));
    decided.unwrap_or_else(|_| Err(Refusal::new(Code::Runaway)))
}

/// Folds stored events. `false`: they do not belong to this scenario.
#[must_use]
pub fn evolve_all(scenario: &Scenario, state: &mut State, events: &[Event], _at: Millis) -> bool {
    catch_unwind(AssertUnwindSafe(|| events.iter().for_each(|e| sofia_engine::evolve(scenario, state, e)))).is_ok()
}

/// Which parts may look different to anybody after these events.
#[must_use]
pub fn touched(_scenario: &Scenario, _state: &State, _events: &[Event]) -> PartSet {
    ALL_PARTS
}

/// Viewers of equal class are given equal bytes.
#[must_use]
pub fn class(_scenario: &Scenario, _state: &State, viewer: Viewer, lang: usize, _part: usize) -> u64 {
    let who = match viewer {
        Viewer::Seat(seat) => u64::from(seat.0),
        Viewer::Desk => u64::from(u32::MAX),
        Viewer::Projector => u64::from(u32::MAX) - 1,
    };
    who << 8 | lang as u64
}

/// Writes a part as JSON; nothing when this viewer has no such part.
pub fn render(_scenario: &Scenario, state: &State, viewer: Viewer, _lang: usize, part: usize, out: &mut String) {}

#[must_use]
pub fn lang(_scenario: &Scenario, code: &str) -> usize {
    usize::from(code == "en")
}

#[must_use]
pub fn next_due(state: &State) -> Option<Millis> {
    state.next_due()
}

#[must_use]
pub fn seats(state: &State) -> usize {
    state.seats()
}

#[must_use]
pub fn stage(state: &State) -> Stage {
    state.stage
}

#[must_use]
pub fn locked(state: &State) -> bool {
    state.locked
}

/// Nobody else can sit down: told before somebody tries.
#[must_use]
pub fn is_full(scenario: &Scenario, state: &State, at: Millis) -> bool {
    seats(state) >= limits::PEOPLE
        || matches!(decide(scenario, state, &Command::Join { bot: false, table: None }, at), Err(r) if r.code == Code::Full)
}

/// Whether the journal believes this person to be here.
#[must_use]
pub fn is_here(state: &State, seat: SeatId) -> bool {
    state.seats.get(seat.ix()).is_some_and(|s| s.here)
}

#[must_use]
pub fn is_bot(state: &State, seat: SeatId) -> bool {
    state.is_bot(seat)
}

/// A legal act for a bot, if it has anything to do.
#[must_use]
pub fn bot_act(_scenario: &Scenario, _state: &State, _seat: SeatId, _rng: &mut u64) -> Option<SeatAct> {
    None
}

/// Seats whose people are to be reminded by these events.
#[must_use]
pub fn nudged(_state: &State, _events: &[Event]) -> Vec<SeatId> {
    Vec::new()
}

/// The smallest number of seats of a table.
#[must_use]
pub fn fewest_seats(_scenario: &Scenario) -> u32 {
    4
}

/// The catalogue card.
#[must_use]
pub fn card(_scenario: &Scenario, _lang: &str) -> serde_json::Value {
    serde_json::json!({ "title": "", "summary": "", "themes": [], "minutes": 0 })
}

/// What happened, for the debrief.
#[must_use]
pub fn timeline(_scenario: &Scenario, _commits: &[crate::journal::Commit], _lang: &str) -> serde_json::Value {
    serde_json::json!({ "entries": [] })
}

/// A session's seed: drawn once, stored in its first event.
#[must_use]
pub fn fresh_seed() -> u64 {
    // Stays exact in JSON readers that know only doubles.
    u64::from_le_bytes(secret::random()) >> 12
}

/// The scenario as a script for people.
#[must_use]
pub fn script(scenario: &Scenario, lang: &str) -> String {
    card(scenario, lang).to_string()
}
