//! One small type per id. All are positions within one session, counted from 0, and never reused.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, TS)]
        pub struct $name(pub u32);
        impl $name {
            #[must_use]
            pub fn ix(self) -> usize { self.0 as usize }
        }
    };
}

id!(/// A person's place in the game, in order of arrival in the session.
    SeatId);
id!(/// A table; people see its number, which is one more.
    TableId);

/// Milliseconds on the session's own clock: 0 when the session is opened, never backwards,
/// standing still while the server is down.
pub type Millis = i64;
