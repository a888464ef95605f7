//! Why a command is not carried out. A closed list of codes; the sentences live in the client.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Not asked, or not now.
    Turn,
    /// The phase has closed, the session is over, or it has not begun.
    Closed,
    /// The session is paused.
    Paused,
    /// An input has the wrong type or is missing.
    Type,
    /// Not among the legal answers.
    Choice,
    /// A number, a length or a count outside its limits.
    Limit,
    /// One of the scenario's own checks.
    Check,
    /// The move's condition does not hold.
    Condition,
    /// Made as often as allowed.
    Times,
    /// No such move, seat, table, proposal.
    Unknown,
    /// No place left, or the door is closed.
    Full,
    Locked,
    /// Asks "sure?": repeat the command with `sure`.
    Sure,
    /// Too few people to begin.
    People,
    /// A rule ran away and was stopped; nothing happened.
    Runaway,
    /// The session has reached its size limit.
    Size,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Refusal {
    pub code: Code,
    /// Names the check, the input or the warning, by its scenario id.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub what: String,
}

impl Refusal {
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self { code, what: String::new() }
    }
    pub fn at(code: Code, what: impl Into<String>) -> Self {
        Self { code, what: what.into() }
    }
}
