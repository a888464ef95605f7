//! Live sessions: one task each, which owns its state. Nothing here knows of HTTP or sockets.
//!
//! Command in → decide → append to the journal → adopt → send each viewer what changed. Store, then tell.

pub mod bucket;
pub mod engine_api;
mod fold;
pub mod frames;
pub mod outbox;
mod registry;
mod room;
mod viewers;

pub use fold::unseal as fold_unseal;
pub use registry::{Registry, Wanted};
pub use room::{Call, Facts, Welcome};

use crate::scenario_files::Library;
use crate::{clock, journal, people};
use std::sync::Arc;
use std::time::Duration;

/// What every session uses.
#[derive(Clone)]
pub struct House {
    pub journal: journal::Shared,
    pub people: people::People,
    pub clock: clock::Shared,
    pub library: Arc<Library>,
    /// How long a bot seems to think.
    pub think: Duration,
}

/// Why a session did not do what the shell asked of it (commands of players have their own refusals).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failed {
    Absent,
    /// The scenario it was made from does not load any more.
    Scenario,
    Damaged,
    Busy,
    NotSaved,
    Nick,
    Full,
    Locked,
    Refused,
    Ended,
}

impl From<people::Failed> for Failed {
    fn from(failed: people::Failed) -> Self {
        match failed {
            people::Failed::Taken => Self::Nick,
            people::Failed::NotSaved => Self::NotSaved,
        }
    }
}
