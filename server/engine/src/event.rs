//! What happened. Stored first, told afterwards; the state is their fold.

use serde::{Deserialize, Serialize};

/// Words typed by a person. Plain inside the engine; the journal stores them sealed under the author's key
/// and gives them back plain, or `Gone` when the author has been erased.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextBody {
    Plain(String),
    Sealed(String),
    Gone,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Event {
    /// Words typed by `author` (a seat number; `None`: the desk). The only event that carries them.
    Wrote { id: u32, author: Option<u32>, body: TextBody },
}
