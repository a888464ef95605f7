//! The rules engine of sofia: scenarios, state, decisions, views.
//!
//! ```text
//! command ──► decide ──► events ──► (journal) ──► fold ──► state ──► view
//! ```
//!
//! Pure and deterministic: no IO, no clock, no async, no logging. `decide` holds every rule and may refuse;
//! `evolve` holds none and cannot fail; the state is only ever the fold of its events.

pub mod cells;
pub mod command;
pub mod decide;
pub mod eval;
pub mod event;
pub mod evolve;
pub mod explore;
pub mod id;
pub mod legal;
pub mod play;
pub mod refusal;
pub mod report;
pub mod scenario;
pub mod simulate;
pub mod state;
pub mod view;

pub use command::{Answer, Answers, Command, DeskAct, SeatAct};
pub use decide::{Decision, decide};
pub use event::{Event, TextBody};
pub use evolve::evolve;
pub use id::{Millis, SeatId, TableId};
pub use refusal::{Code, Refusal};
pub use scenario::{Card, Files, Loaded, Scenario, load};
pub use state::State;

/// Folds the events of one commit, made at `at` on the session clock.
pub fn fold(sc: &Scenario, st: &mut State, at: Millis, events: &[Event]) {
    st.clock = st.clock.max(at);
    for e in events {
        evolve(sc, st, e);
    }
}

/// Who looks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Viewer {
    Seat(SeatId),
    Desk,
    Projector,
}
