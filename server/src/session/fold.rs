//! From the journal to a state: how a session wakes, and finds its feet again after a conflict.

use super::{Failed, House, engine_api as engine};
use crate::journal::{self, Commit, Head, record};
use crate::people::Crowd;
use crate::secret::Key;
use sofia_engine::{Scenario, State};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// A session as its record tells it.
pub struct Folded {
    pub scenario: Arc<Scenario>,
    pub state: State,
    pub head: Head,
    /// Session clock of the last commit.
    pub t: i64,
    pub bytes: u64,
    /// Commands that took effect: where.
    pub done: HashMap<String, u64>,
    /// The record is damaged from this commit on; what is before it can be read.
    pub broken_at: Option<u64>,
}

/// Under which name a client's command is remembered: two seats may use the same id.
#[must_use]
pub fn command_key(actor: journal::Actor, id: &str) -> String {
    format!("{actor} {id}")
}

/// Reads, checks and folds the whole record, off the async threads.
pub async fn fold(house: &House, session: Uuid, crowd: Crowd, desk_key: Key) -> Result<Folded, Failed> {
    let house = house.clone();
    tokio::task::spawn_blocking(move || fold_now(&house, session, &crowd, &desk_key)).await.unwrap_or(Err(Failed::Damaged))
}

fn fold_now(house: &House, session: Uuid, crowd: &Crowd, desk_key: &Key) -> Result<Folded, Failed> {
    let rows = house.journal.read(session, 0).map_err(|_| Failed::Damaged)?;
    let head = house.journal.head(session).map_err(|_| Failed::Damaged)?;
    let verdict = journal::examine(session, &rows, head);
    let mut broken_at = verdict.broken_at;
    let mut commits = Vec::with_capacity(rows.len());
    for row in rows.iter().take(verdict.good.seq as usize) {
        match record::decode(&row.bytes) {
            Ok(commit) => commits.push(commit),
            Err(why) => {
                tracing::error!(%session, seq = row.seq, %why, "a commit cannot be read");
                broken_at = Some(row.seq);
                break;
            }
        }
    }
    let opening = commits.first().and_then(|c| c.opening.clone()).ok_or(if rows.is_empty() { Failed::Absent } else { Failed::Damaged })?;
    let kept = || house.journal.scenario(&opening.scenario).ok().flatten();
    let scenario = house.library.recall(&opening.scenario, kept).ok_or(Failed::Scenario)?;
    let mut folded = Folded { scenario, state: State::default(), head: Head::NONE, t: 0, bytes: 0, done: HashMap::new(), broken_at };
    for (mut commit, row) in commits.into_iter().zip(&rows) {
        unseal(session, &mut commit, crowd, desk_key);
        if !engine::evolve_all(&folded.scenario, &mut folded.state, &commit.events, commit.t) {
            tracing::error!(%session, seq = commit.seq, "a commit does not belong to its scenario");
            folded.broken_at = Some(commit.seq);
            break;
        }
        if !commit.command_id.is_empty() {
            folded.done.insert(command_key(commit.actor, &commit.command_id), commit.seq);
        }
        folded.head = Head { seq: row.seq, hash: row.hash };
        folded.t = folded.t.max(commit.t);
        folded.bytes += row.bytes.len() as u64;
    }
    Ok(folded)
}

/// Free texts become readable, or `Gone` where the author was erased.
pub fn unseal(session: Uuid, commit: &mut Commit, crowd: &Crowd, desk_key: &Key) {
    record::unseal(session, &mut commit.events, |author| key_of(crowd, desk_key, author));
}

#[must_use]
pub fn key_of(crowd: &Crowd, desk_key: &Key, author: Option<u32>) -> Option<Key> {
    match author {
        None => Some(desk_key.clone()),
        Some(seat) => crowd.keys.get(&seat).cloned(),
    }
}
