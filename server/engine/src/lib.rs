//! The rules engine of sofia: scenarios, state, decisions, views.
//!
//! ```text
//! command ──► decide ──► events ──► (journal) ──► evolve ──► state ──► view
//! ```
//!
//! Pure and deterministic: no IO, no clock, no async, no logging. `decide` holds every rule and may refuse;
//! `evolve` holds none and cannot fail; the state is only ever the fold of its events.

pub mod command;
pub mod event;
pub mod id;
pub mod refusal;
pub mod scenario;
pub mod state;
pub mod view;

pub use command::{Answer, Answers, Command, DeskAct, SeatAct};
pub use event::{Event, TextBody};
pub use id::{Millis, SeatId, TableId};
pub use refusal::{Code, Refusal};
pub use scenario::{Files, Loaded, Scenario, load};
pub use state::State;

/// What a command leads to: the events to store, and the state after them (equal to evolving each in turn).
pub struct Decision {
    pub events: Vec<Event>,
    pub state: State,
}

/// Every rule of the game. `at` is the session clock.
///
/// # Errors
/// The reason why the command is not carried out; nothing has happened then.
pub fn decide(_scenario: &Scenario, _state: &State, _command: &Command, _at: Millis) -> Result<Decision, Refusal> {
    Err(Refusal::new(Code::Unknown))
}

/// Writes one event into the state. No rules; cannot fail.
pub fn evolve(_scenario: &Scenario, _state: &mut State, _event: &Event) {}

/// Who looks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Viewer {
    Seat(SeatId),
    Desk,
    Projector,
}
