//! What anybody may ask of a session. A command is a wish; `decide` turns it into events or refuses it.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

use crate::id::{Millis, SeatId, TableId};

/// One answer to one input, as it travels. Items, seats, tokens, spaces are the opaque numbers
/// that the view offered as options.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, TS)]
#[serde(untagged)]
pub enum Answer {
    Yes(bool),
    Number(i64),
    Decimal(f64),
    Text(String),
    List(Vec<i64>),
    Tiers(Vec<Vec<i64>>),
}

pub type Answers = BTreeMap<String, Answer>;

/// What a person in a seat may do.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum SeatAct {
    /// Make a move of the running phase. `item` when the move has one answer for each of several things.
    Move {
        #[serde(rename = "move")]
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        item: Option<i64>,
        #[serde(default)]
        inputs: Answers,
    },
    /// Hold the same version of a joint answer as `of` holds.
    Back {
        #[serde(rename = "move")]
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        item: Option<i64>,
        of: SeatId,
    },
    /// "Ho visto".
    Ack,
    /// Take back one's own sealed answer (not a final one) while the phase is open.
    Reopen {
        #[serde(rename = "move")]
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        item: Option<i64>,
    },
    /// Yes or no to a proposal that waits for this seat.
    Judge {
        ask: u32,
        yes: bool,
        #[serde(default)]
        inputs: Answers,
        #[serde(default)]
        reason: String,
    },
    /// Finish speaking, where people speak in turn.
    Spoken,
    /// Ask for the word, where it is asked for, or take the hand down.
    Hand { up: bool },
    /// Ask the desk for help, or take the request back.
    Help { on: bool },
    /// "I'd rather sit this part out", and back.
    SitOut { on: bool },
    /// Give the seat up for good.
    Leave,
}

/// What the facilitator may do. `table: None` means every table.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum DeskAct {
    /// Lobby to play.
    Begin,
    /// Close the running phase (or open what is frozen, or choose the next piece) at one table or all.
    Next {
        #[serde(default)]
        table: Option<TableId>,
        /// When the newest phase that the desk was looking at had opened: one that opened since stays open, for the
        /// desk and the clock may press at the same moment. Without it every running phase is closed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen: Option<Millis>,
    },
    /// At `desk picks one of` and `desk may skip`.
    Pick {
        strand: u32,
        choice: u32,
    },
    Pause,
    Resume,
    Extend {
        ms: Millis,
        #[serde(default)]
        table: Option<TableId>,
    },
    /// Move a person to another table (lobby; in play where the rules allow it).
    SeatTo {
        seat: SeatId,
        table: TableId,
    },
    /// Spread people evenly over the tables (lobby).
    EvenOut,
    /// Open or close the door to newcomers.
    Lock {
        on: bool,
    },
    /// Free a seat.
    ShowOut {
        seat: SeatId,
    },
    /// Let an observer, or somebody shown out, take a place.
    Admit {
        seat: SeatId,
        table: TableId,
    },
    /// Let a bot play for a seat, or give it back.
    Bot {
        seat: SeatId,
        on: bool,
    },
    /// A scenario's event card.
    Inject {
        inject: String,
        #[serde(default)]
        table: Option<TableId>,
    },
    /// A `by = "desk"` move of the scenario.
    Move {
        #[serde(rename = "move")]
        name: String,
        table: TableId,
        #[serde(default)]
        inputs: Answers,
    },
    Judge {
        ask: u32,
        yes: bool,
        #[serde(default)]
        inputs: Answers,
        #[serde(default)]
        reason: String,
    },
    /// A live parameter, or a variable the desk may see, of a table.
    Set {
        name: String,
        #[serde(default)]
        table: Option<TableId>,
        /// Where it has a value for each of several things.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[ts(as = "Option<Vec<i64>>", optional)]
        keys: Vec<i64>,
        value: Answer,
    },
    /// Words from the desk, shown at the tables.
    Say {
        text: String,
        #[serde(default)]
        table: Option<TableId>,
    },
    /// "La regia aspetta la tua scelta": to everybody at the table who has not answered.
    Nudge {
        table: TableId,
    },
    /// Remove a seat's request for help.
    Helped {
        seat: SeatId,
    },
    /// A mark in the record: "parliamone dopo".
    Bookmark {
        #[serde(default)]
        text: String,
    },
    /// What the projector shows.
    Project {
        show: Projected,
    },
    /// End the play everywhere; the debrief begins.
    End,
    /// The key of the debrief: roles and sealed things may be shown.
    Uncover {
        on: bool,
    },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, TS)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Projected {
    /// The play, as it goes: its panels one after another.
    Play,
    /// Code and QR code.
    Code,
    /// One panel, for as long as it is open.
    Panel { panel: String },
    /// A question of the debrief: page and question, counted from 0.
    Question { page: u32, question: u32 },
}

/// Everything that can reach a session.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Command {
    /// The first command: makes the session. `set` are parameters of the scenario.
    Open {
        tables: u32,
        seed: u64,
        #[serde(default)]
        set: Answers,
    },
    /// Somebody sits down (or, where there is no place, looks on).
    Join {
        #[serde(default)]
        bot: bool,
        /// A table asked for; without it the engine fills tables evenly.
        #[serde(default)]
        table: Option<TableId>,
    },
    Seat {
        seat: SeatId,
        act: SeatAct,
    },
    Desk {
        act: DeskAct,
    },
    /// A person's last connection went, or the first came back.
    Presence {
        seat: SeatId,
        here: bool,
    },
    /// The clock reached `State::next_due`.
    Tick,
}
