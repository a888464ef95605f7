//! A journal that forgets; for tests, with the faults a disk can have.

use super::{Answer, Head, Journal, Row, Sealed};
use sofia_engine::Files;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;
use tokio::sync::oneshot;
use uuid::Uuid;

/// What a test lets happen to the next appends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The disk is full.
    Refuse,
    /// Stored, but the answer is lost.
    StoreSilently,
    /// Not stored, and the answer is lost.
    LoseSilently,
}

#[derive(Default)]
struct Inner {
    sessions: BTreeMap<Uuid, Vec<Row>>,
    scenarios: BTreeMap<String, Files>,
    faults: VecDeque<Fault>,
    full: bool,
}

#[derive(Default)]
pub struct Memory {
    inner: Mutex<Inner>,
}

impl Memory {
    #[must_use]
    pub fn shared() -> std::sync::Arc<Self> {
        std::sync::Arc::default()
    }
    /// The next appends meet these, one each.
    pub fn fail_next(&self, faults: impl IntoIterator<Item = Fault>) {
        self.lock().faults.extend(faults);
    }
    /// The disk is full, until told otherwise.
    pub fn set_full(&self, full: bool) {
        self.lock().full = full;
    }
    /// Lets a test damage the rows of a session.
    pub fn tamper(&self, session: Uuid, harm: impl FnOnce(&mut Vec<Row>)) {
        harm(self.lock().sessions.entry(session).or_default());
    }
    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Journal for Memory {
    fn append(&self, session: Uuid, expected: u64, commit: Sealed) -> oneshot::Receiver<Answer> {
        let (tell, answer) = oneshot::channel();
        let mut inner = self.lock();
        let fault = if inner.full { Some(Fault::Refuse) } else { inner.faults.pop_front() };
        let head = inner.sessions.get(&session).and_then(|rows| rows.last()).map_or(0, |r| r.seq);
        if fault == Some(Fault::Refuse) {
            let _ = tell.send(Answer::Refused("the disk is full".into()));
        } else if head != expected {
            let _ = tell.send(Answer::Conflict { head });
        } else if fault != Some(Fault::LoseSilently) {
            inner.sessions.entry(session).or_default().push(Row { seq: expected + 1, bytes: commit.bytes, hash: commit.hash });
            if fault.is_none() {
                let _ = tell.send(Answer::Committed);
            }
        }
        answer
    }
    fn head(&self, session: Uuid) -> Result<Option<Head>, String> {
        Ok(self.lock().sessions.get(&session).and_then(|r| r.last()).map(|r| Head { seq: r.seq, hash: r.hash }))
    }
    fn read(&self, session: Uuid, after: u64) -> Result<Vec<Row>, String> {
        let inner = self.lock();
        let rows = inner.sessions.get(&session).map_or(&[][..], Vec::as_slice);
        Ok(rows.iter().filter(|r| r.seq > after).cloned().collect())
    }
    fn sessions(&self) -> Result<Vec<Uuid>, String> {
        Ok(self.lock().sessions.keys().copied().collect())
    }
    fn keep_scenario(&self, hash: &str, files: &Files) -> Result<(), String> {
        self.lock().scenarios.insert(hash.to_owned(), files.clone());
        Ok(())
    }
    fn scenario(&self, hash: &str) -> Result<Option<Files>, String> {
        Ok(self.lock().scenarios.get(hash).cloned())
    }
}
