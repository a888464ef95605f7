//! Bodies of the HTTP routes, both ways. TypeScript is generated from these types.

use serde::{Deserialize, Serialize};
use sofia_engine::command::Answers;
use sofia_engine::id::SeatId;
use sofia_engine::scenario::Diagnostic;
use sofia_engine::view::Stage;
use ts_rs::TS;

/// Why a request was not served: a closed list; the sentences live in the client.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Wrong {
    /// No such join code (or personal code).
    Code,
    /// The door is closed to newcomers.
    Locked,
    /// No place left.
    Full,
    /// The rules or the desk do not let this person in.
    Refused,
    /// The session is over.
    Ended,
    /// The nickname is taken, too short, too long, or has signs that cannot be shown.
    Nick,
    /// Sign in first, or name and password do not match.
    Account,
    /// Signed in, but this is not yours to do.
    Rights,
    /// Too many tries, sessions or connections; wait a moment.
    Busy,
    /// The request does not have the expected form.
    Malformed,
    /// The page that asks is not a page of this server.
    Origin,
    /// No such thing, or not yours.
    Absent,
    /// The scenario has faults and is not offered.
    Scenario,
    /// The disk refuses; nothing was changed.
    NotSaved,
    /// The record of this session is damaged; it can be read but not continued.
    Damaged,
    /// Something failed on our side.
    Server,
}

#[derive(Debug, Serialize, TS)]
pub struct Problem {
    pub error: Wrong,
}

#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    pub name: String,
    pub password: String,
}

/// The first-start link `/signin#KEY` makes the first account.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct FirstStart {
    pub key: String,
    pub name: String,
    pub password: String,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct Account {
    pub name: String,
    /// facilitator, designer, supervisor
    pub roles: Vec<String>,
}

/// One scenario folder, playable or not.
#[derive(Debug, Serialize, TS)]
pub struct Offered {
    pub slug: String,
    pub ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub card: Option<sofia_engine::Card>,
    pub errors: usize,
    pub diagnostics: Vec<Diagnostic>,
}

#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct NewSession {
    pub scenario: String,
    pub tables: u32,
    #[serde(default)]
    #[ts(optional)]
    pub lang: Option<String>,
    /// Parameters of the scenario.
    #[serde(default)]
    #[ts(optional, as = "Option<Answers>")]
    pub set: Answers,
    /// To try a session alone: every seat of one table is driven from one screen.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub alone: bool,
    /// How many seats when alone; the scenario's smallest number without it.
    #[serde(default)]
    #[ts(optional)]
    pub seats: Option<u32>,
}

#[derive(Debug, Serialize, TS)]
pub struct Opened {
    pub id: String,
    pub code: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<OwnSeat>>")]
    pub seats: Vec<OwnSeat>,
}

#[derive(Debug, Serialize, TS)]
pub struct OwnSeat {
    pub seat: SeatId,
    pub token: String,
}

#[derive(Debug, Serialize, TS)]
pub struct SessionRow {
    pub id: String,
    pub scenario: String,
    pub title: String,
    /// Wall clock, milliseconds since 1970.
    pub opened_at: i64,
    pub stage: Stage,
    pub tables: u32,
    pub people: u32,
    /// `None` once the session is over.
    pub code: Option<String>,
    /// The record is damaged: it can be read, not continued.
    pub damaged: bool,
    /// Of the account that asks; others' sessions can only be read.
    pub own: bool,
}

/// What the desk needs to know of its session beside the frames.
#[derive(Debug, Serialize, TS)]
pub struct SessionFacts {
    #[serde(flatten)]
    pub row: SessionRow,
    pub lang: String,
    /// Where people reach this server from the local network: "http://192.168.1.20:8080".
    pub address: String,
    pub join_url: Option<String>,
    /// Path of the projector's link, with its key: "/screen/ID#KEY".
    pub screen: String,
    /// When the names are deleted; wall clock.
    pub keeps_until: i64,
    /// Nickname by seat.
    pub names: std::collections::BTreeMap<String, String>,
}

#[derive(Debug, Serialize, TS)]
pub struct Invite {
    pub session: String,
    pub title: String,
    pub summary: String,
    pub themes: Vec<String>,
    pub minutes: u32,
    pub tables: u32,
    pub stage: Stage,
    pub locked: bool,
    pub full: bool,
    pub facilitator: String,
    pub keeps_until: i64,
    pub suggestions: Vec<String>,
}

#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Join {
    pub code: String,
    pub nick: String,
    #[serde(default)]
    #[ts(optional)]
    pub lang: Option<String>,
}

#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Return {
    pub code: String,
    /// "VELA 38"
    pub personal: String,
}

#[derive(Debug, Serialize, TS)]
pub struct Joined {
    pub session: String,
    pub seat: SeatId,
    pub token: String,
    /// Moves the seat to another device, once; "VELA 38".
    pub personal: String,
    pub nick: String,
}

/// One of three: a seat's `token`; an account's `session` and `as`; the projector's `screen` key and `session`.
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct TicketAsk {
    #[serde(default)]
    #[ts(optional)]
    pub token: Option<String>,
    #[serde(default)]
    #[ts(optional)]
    pub session: Option<String>,
    #[serde(default, rename = "as")]
    #[ts(optional)]
    pub watch_as: Option<WatchAs>,
    #[serde(default)]
    #[ts(optional)]
    pub screen: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WatchAs {
    Desk,
    Screen,
}

#[derive(Debug, Serialize, TS)]
pub struct Ticket {
    pub ticket: String,
    /// The seat's next token; keep it instead of the old one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub token: Option<String>,
}

#[derive(Clone, PartialEq, Debug, Serialize, TS)]
pub struct Verified {
    pub ok: bool,
    pub commits: u64,
    /// "7F3A 91C2 E04B 5D88"
    pub fingerprint: String,
    /// The first commit that is not as it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub broken_at: Option<u64>,
}

/// Bots for the free places of a table (counted from 0).
#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Bots {
    pub table: u32,
    pub n: u32,
}

#[derive(Debug, Serialize, TS)]
pub struct BotsAdded {
    pub added: u32,
}

#[derive(Debug, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Rename {
    pub seat: SeatId,
    pub nick: String,
}
