//! The thread that owns `people.db`: what is asked meanwhile is done in one transaction, with one fsync.

use crate::trouble::Trouble;
use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;

const STEPS: &[M<'_>] = &[
    M::up(
    "CREATE TABLE accounts(
         id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, password TEXT NOT NULL, roles TEXT NOT NULL);
     CREATE TABLE first_keys(hash BLOB PRIMARY KEY) WITHOUT ROWID;
     CREATE TABLE sign_ins(hash BLOB PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE, until INTEGER NOT NULL) WITHOUT ROWID;
     CREATE TABLE sessions(
         id BLOB PRIMARY KEY, owner INTEGER NOT NULL, code TEXT UNIQUE, key BLOB NOT NULL, slug TEXT NOT NULL, title TEXT NOT NULL,
         lang TEXT NOT NULL, tables INTEGER NOT NULL, opened_at INTEGER NOT NULL, keeps_until INTEGER NOT NULL, alone INTEGER NOT NULL,
         ended INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
     CREATE TABLE seats(
         session BLOB NOT NULL, seat INTEGER NOT NULL, nick TEXT NOT NULL, folded TEXT NOT NULL, key BLOB NOT NULL,
         token BLOB NOT NULL UNIQUE, previous BLOB UNIQUE, personal BLOB NOT NULL, PRIMARY KEY(session, seat)) WITHOUT ROWID;
     CREATE UNIQUE INDEX seats_nick ON seats(session, folded);
     CREATE UNIQUE INDEX seats_personal ON seats(session, personal);",
),
    // One-time links with which an account gets its (next) password.
    M::up("CREATE TABLE links(hash BLOB PRIMARY KEY, account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE) WITHOUT ROWID;"),
];
const MIGRATIONS: Migrations<'_> = Migrations::from_slice(STEPS);

/// A piece of work; returns what to do once it is on disk (or has failed).
type Work = Box<dyn FnOnce(&Connection) -> Box<dyn FnOnce(bool) + Send> + Send>;

#[derive(Clone)]
pub(super) struct Store {
    work: Sender<Work>,
}

impl Store {
    pub(super) fn open(folder: &Path) -> Result<Self, Trouble> {
        let path = folder.join("people.db");
        let db = open(&path).map_err(|e| {
            let damaged = matches!(e.sqlite_error_code(), Some(rusqlite::ErrorCode::NotADatabase | rusqlite::ErrorCode::DatabaseCorrupt));
            if damaged {
                let file = path.display();
                return Trouble::new(
                    format!(
                        "{file} è danneggiato e non viene toccato: mettilo da parte e rimetti una copia, oppure indica un'altra cartella con --data."
                    ),
                    format!("{file} is damaged and is left as it is: put it aside and restore a copy, or name another folder with --data."),
                );
            }
            Trouble::new(
                format!(
                    "Non posso aprire {} ({e}): controlla che si possa scrivere, rimetti una copia, o indica un'altra cartella con --data.",
                    path.display()
                ),
                format!("Cannot open {} ({e}): see that it can be written, restore a copy, or name another folder with --data.", path.display()),
            )
        })?;
        let (work, queue) = channel();
        std::thread::Builder::new()
            .name("people".into())
            .spawn(move || serve(&db, &queue))
            .map_err(|e| Trouble::new(format!("Non posso avviare l'archivio delle persone: {e}."), format!("Cannot start the people store: {e}.")))?;
        Ok(Self { work })
    }

    /// Runs `job` on the store's thread; the answer comes when what it wrote is on disk.
    pub(super) async fn run<T, F>(&self, job: F) -> Result<T, rusqlite::Error>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (tell, answer) = oneshot::channel();
        let work: Work = Box::new(move |db| {
            let result = in_savepoint(db, job);
            Box::new(move |stored| {
                let result = if stored { result } else { Err(full()) };
                let _ = tell.send(result);
            })
        });
        if self.work.send(work).is_err() {
            return Err(full());
        }
        answer.await.unwrap_or_else(|_| Err(full()))
    }
}

/// One piece of work that fails must not take its neighbours along.
fn in_savepoint<T>(db: &Connection, job: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    db.prepare_cached("SAVEPOINT one")?.execute([])?;
    let result = job(db);
    if result.is_err() {
        db.prepare_cached("ROLLBACK TO one")?.execute([])?;
    }
    db.prepare_cached("RELEASE one")?.execute([])?;
    result
}

fn full() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL), None)
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let mut db = Connection::open(path)?;
    db.busy_timeout(std::time::Duration::from_secs(2))?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "secure_delete", "ON")?;
    db.pragma_update(None, "foreign_keys", "ON")?;
    MIGRATIONS.to_latest(&mut db).map_err(|e| match e {
        rusqlite_migration::Error::RusqliteError { err, .. } => err,
        other => rusqlite::Error::InvalidColumnName(other.to_string()),
    })?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(db)
}

fn serve(db: &Connection, queue: &Receiver<Work>) {
    while let Ok(first) = queue.recv() {
        // Dropped work answers "not saved".
        if db.execute_batch("BEGIN IMMEDIATE").is_err() {
            continue;
        }
        let mut after = vec![first(db)];
        while after.len() < 256
            && let Ok(next) = queue.try_recv()
        {
            after.push(next(db));
        }
        let stored = db.execute_batch("COMMIT").is_ok();
        if !stored && !db.is_autocommit() {
            let _ = db.execute_batch("ROLLBACK");
        }
        for tell in after {
            tell(stored);
        }
    }
}

/// What was deleted is gone from the disk too: the log is folded in and cut, the file rewritten.
pub(super) fn scrub(path: &Path) -> rusqlite::Result<()> {
    let db = Connection::open(path)?;
    db.busy_timeout(std::time::Duration::from_secs(5))?;
    db.pragma_update(None, "secure_delete", "ON")?;
    db.execute_batch("VACUUM")?;
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn migrations_are_whole() {
        super::MIGRATIONS.validate().unwrap();
    }
}
