//! The state of a session: nothing but the fold of its events.

use crate::id::Millis;

#[derive(Clone, Debug, Default)]
pub struct State {}

impl State {
    /// Session clock at which the shell must send `Command::Tick`; `None`: nothing runs (or all is paused).
    #[must_use]
    pub fn next_due(&self) -> Option<Millis> {
        None
    }
}
