//! Frames, both ways: JSON text, one object a frame.

use serde::{Deserialize, Serialize};
use sofia_engine::command::{DeskAct, SeatAct};
use sofia_engine::refusal::Code;
use ts_rs::TS;

/// From a browser. `id` is made by the client (any string of at most 40 signs) and re-sent until answered; a command takes effect once.
#[derive(Debug, Deserialize, Serialize, TS)]
#[serde(tag = "t", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientFrame {
    /// The first frame after each connection. `since`: the number of the last frame folded, if any.
    Hello {
        #[serde(default)]
        #[ts(optional = nullable)]
        since: Option<u64>,
        #[serde(default)]
        #[ts(optional = nullable)]
        lang: Option<String>,
    },
    Seat {
        id: String,
        act: SeatAct,
    },
    Desk {
        id: String,
        act: DeskAct,
    },
    /// Keeps sleepy networks awake; answered by `pong`.
    Ping,
}

/// To a browser. (Written by hand into bytes where parts are shared between viewers; this type is the contract.)
#[derive(Debug, Serialize, TS)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum ServerFrame {
    /// A fresh view: forget everything, take these parts. `at`: session clock. `n`: number of the frame.
    View {
        n: u64,
        at: i64,
        #[ts(type = "Parts")]
        parts: serde_json::Value,
        names: std::collections::BTreeMap<String, String>,
    },
    /// What changed. Fold it only if `after` is the number last folded; else say hello again.
    /// A part that is `null` is gone.
    Diff {
        n: u64,
        after: u64,
        at: i64,
        #[ts(type = "Changed")]
        parts: serde_json::Value,
    },
    /// Nickname by seat id; only those that changed. `null`: erased.
    Names {
        names: std::collections::BTreeMap<String, Option<String>>,
    },
    /// `hello` with a `since` that is up to date.
    Now {
        n: u64,
        at: i64,
    },
    /// The command is on disk.
    Ok {
        id: String,
        n: u64,
    },
    /// The command was not carried out.
    No {
        id: String,
        code: No,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        what: String,
    },
    /// How the house is doing: `saved: false` while the disk refuses, `desk: false` when no desk is connected.
    Health {
        saved: bool,
        desk: bool,
    },
    /// "La regia aspetta la tua scelta."
    Nudge,
    Pong,
    /// The last frame before the server closes this connection.
    Bye {
        why: Bye,
    },
}

/// Refusals of the engine and of the server, one closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(untagged)]
pub enum No {
    Rule(Code),
    Server(ServerNo),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ServerNo {
    /// Not a frame of this protocol.
    Malformed,
    /// Too many commands; wait a moment.
    Busy,
    /// This connection may not do that.
    Rights,
    /// The journal cannot store now; the command is kept by the client and re-sent.
    NotSaved,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Bye {
    /// The seat is now played from another device.
    OtherDevice,
    /// The desk has freed the seat.
    ShownOut,
    /// The server is stopping; come back.
    Restart,
    /// Too slow, too large, binary, or not answering.
    Protocol,
    /// The session is over and its room has closed.
    Over,
}
