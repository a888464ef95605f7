//! The append-only record of every session, and the only thing a session is made from.
//!
//! This room knows commits and bytes. It does not know names, sockets or rules, and it never changes a row.

pub mod memory;
pub mod record;
pub mod sqlite;

use sofia_engine::Files;
use std::sync::Arc;
use tokio::sync::oneshot;
use uuid::Uuid;

pub use record::{Actor, Commit, Hash, Opening, Sealed};

pub type Shared = Arc<dyn Journal>;

/// What became of an append.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    /// On disk, for ever.
    Committed,
    /// Somebody else was first; nothing was stored.
    Conflict { head: u64 },
    /// Nothing was stored; the same commit may be tried again later.
    Refused(String),
    /// May be stored or not: read again and look for one's own command id.
    Unknown(String),
}

/// Where a session's record ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Head {
    pub seq: u64,
    pub hash: Hash,
}

impl Head {
    /// Before the first commit.
    pub const NONE: Self = Self { seq: 0, hash: [0; 32] };
}

/// One row as it lies in the store.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    pub seq: u64,
    pub bytes: Vec<u8>,
    pub hash: Hash,
}

/// The contract of every store. `append` never blocks; everything else may wait for the disk.
pub trait Journal: Send + Sync + 'static {
    /// Stores `commit` as number `expected + 1` if the session's head is `expected`.
    /// The answer comes when it is on disk; a dropped sender means `Unknown`.
    fn append(&self, session: Uuid, expected: u64, commit: Sealed) -> oneshot::Receiver<Answer>;

    /// The head as it was written beside the rows, which shows when rows at the end are missing.
    ///
    /// # Errors
    /// The store cannot be read.
    fn head(&self, session: Uuid) -> Result<Option<Head>, String>;

    /// All rows with a number larger than `after`, in order.
    ///
    /// # Errors
    /// The store cannot be read.
    fn read(&self, session: Uuid, after: u64) -> Result<Vec<Row>, String>;

    /// Every session that has a record.
    ///
    /// # Errors
    /// The store cannot be read.
    fn sessions(&self) -> Result<Vec<Uuid>, String>;

    /// Keeps a scenario's files under their hash, so that old sessions replay for ever. Keeping twice is nothing.
    ///
    /// # Errors
    /// The store cannot be written now.
    fn keep_scenario(&self, hash: &str, files: &Files) -> Result<(), String>;

    /// # Errors
    /// The store cannot be read.
    fn scenario(&self, hash: &str) -> Result<Option<Files>, String>;
}

/// What an examination of a session's record found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// Commits whose place in the chain holds.
    pub good: Head,
    /// The first commit that is missing or not as it was written.
    pub broken_at: Option<u64>,
}

/// Walks the chain: numbers without gaps, each hash over the stored bytes, each `prev` the hash before,
/// and the last one the head that was written beside.
#[must_use]
pub fn examine(session: Uuid, rows: &[Row], head: Option<Head>) -> Verdict {
    let mut good = Head::NONE;
    for row in rows {
        let holds = row.seq == good.seq + 1
            && record::hash(&row.bytes) == row.hash
            && record::link(&row.bytes).is_some_and(|l| l.session == session && l.seq == row.seq && l.prev == good.hash);
        if !holds {
            return Verdict { good, broken_at: Some(good.seq + 1) };
        }
        good = Head { seq: row.seq, hash: row.hash };
    }
    let broken_at = match head {
        Some(head) if head == good => None,
        Some(head) if head.seq > good.seq => Some(good.seq + 1),
        // A head that is behind its rows, or differs, was not written by us.
        Some(_) => Some(good.seq),
        None if good.seq == 0 => None,
        None => Some(1),
    };
    Verdict { good, broken_at }
}

/// Reads and examines. Blocks.
///
/// # Errors
/// The store cannot be read.
pub fn verify(journal: &dyn Journal, session: Uuid) -> Result<Verdict, String> {
    Ok(examine(session, &journal.read(session, 0)?, journal.head(session)?))
}

/// Eight bytes of the head's hash, to be written on paper: "7F3A 91C2 E04B 5D88".
#[must_use]
pub fn fingerprint(hash: &Hash) -> String {
    let hex = crate::secret::hex(&hash[..8]).to_uppercase();
    format!("{} {} {} {}", &hex[..4], &hex[4..8], &hex[8..12], &hex[12..])
}
