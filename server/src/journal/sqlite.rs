//! The journal on one disk: SQLite in WAL mode, `synchronous=FULL`, one writer thread.
//!
//! The thread drains its queue and stores everything it finds, of all sessions, in one transaction: one
//! fsync for many commits. Two fsyncs are some milliseconds apart, so that in a rush they serve more commits;
//! a commit that comes alone does not wait. A full disk is a refusal and the next
//! attempt may succeed. A failed fsync or any other I/O error ends the process: after it nobody can say what
//! is on the disk, and starting again reads the truth.

use super::{Answer, Head, Journal, Row, Sealed};
use crate::clock::Pace;
use crate::limits;
use crate::trouble::Trouble;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, params};
use rusqlite_migration::{M, Migrations};
use sofia_engine::Files;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::oneshot;
use uuid::Uuid;

const STEPS: &[M<'_>] = &[
    M::up(
        "CREATE TABLE heads(
             session BLOB PRIMARY KEY, seq INTEGER NOT NULL, hash BLOB NOT NULL) WITHOUT ROWID;
         CREATE TABLE commits(
             session BLOB NOT NULL, seq INTEGER NOT NULL, command TEXT NOT NULL, hash BLOB NOT NULL, body BLOB NOT NULL,
             PRIMARY KEY(session, seq)) WITHOUT ROWID;
         CREATE TABLE scenarios(
             hash TEXT NOT NULL, path TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY(hash, path)) WITHOUT ROWID;",
    ),
    // Commits in the order in which they came, whatever their session: a transaction writes the end of one table
    // and the heads, not a page for each session. Each row names the one before it of its session.
    M::up(
        "ALTER TABLE commits RENAME TO by_session;
         CREATE TABLE commits(
             row INTEGER PRIMARY KEY, before INTEGER NOT NULL, session BLOB NOT NULL, seq INTEGER NOT NULL,
             command TEXT NOT NULL, hash BLOB NOT NULL, body BLOB NOT NULL);
         INSERT INTO commits
             SELECT row_number() OVER w, CASE WHEN lag(session) OVER w = session THEN row_number() OVER w - 1 ELSE 0 END,
                    session, seq, command, hash, body
             FROM by_session WINDOW w AS (ORDER BY session, seq);
         DROP TABLE by_session;
         ALTER TABLE heads ADD COLUMN row INTEGER NOT NULL DEFAULT 0;
         UPDATE heads SET row = last.row FROM (SELECT session, max(row) AS row FROM commits GROUP BY session) AS last
             WHERE heads.session = last.session;",
    ),
];
/// The step after which rows name the one before them.
const LINKED_SINCE: i64 = 2;
const MIGRATIONS: Migrations<'_> = Migrations::from_slice(STEPS);

/// How a store is opened; other than default only in tests.
#[derive(Clone, Copy)]
pub struct Options {
    /// A disk of so many pages of 4 KiB, to see what a full one does.
    pub max_pages: Option<u32>,
    /// Called when the disk failed; must not return in a real server.
    pub fatal: fn(&str),
}

impl Default for Options {
    fn default() -> Self {
        Self { max_pages: None, fatal: die }
    }
}

fn die(why: &str) {
    eprintln!(
        "sofia: il disco non ha potuto salvare ({why}). Mi fermo per non perdere nulla; riavviami: si riprende dall'ultima mossa salvata.\n\
         sofia: the disk could not store ({why}). Stopping so that nothing is lost; start again to resume from the last stored move."
    );
    std::process::exit(74);
}

enum Job {
    Append {
        session: Uuid,
        expected: u64,
        commit: Sealed,
        tell: oneshot::Sender<Answer>,
    },
    Keep {
        hash: String,
        files: Files,
        tell: std::sync::mpsc::Sender<Result<(), String>>,
    },
    /// Test hook: change the size of the disk.
    MaxPages(u32),
}

pub struct Sqlite {
    queue: Option<SyncSender<Job>>,
    writer: Option<JoinHandle<()>>,
    reader: Mutex<Connection>,
    /// Rows name the one before; not so in a file of an older release that is only read.
    linked: bool,
}

impl Sqlite {
    /// Opens, and makes if need be, `journal.db` in the data folder.
    ///
    /// # Errors
    /// One plain sentence with a way out.
    pub fn open(folder: &Path, options: Options) -> Result<Self, Trouble> {
        let path = folder.join("journal.db");
        let connection = open_for_writing(&path, options).map_err(|e| cannot_open(&path, &e))?;
        let reader = open_for_reading(&path).map_err(|e| cannot_open(&path, &e))?;
        let (queue, jobs) = sync_channel(limits::JOURNAL_QUEUE);
        let writer = std::thread::Builder::new()
            .name("journal".into())
            .spawn(move || write_all(connection, &jobs, options.fatal))
            .map_err(|e| Trouble::new(format!("Non posso avviare il registro: {e}."), format!("Cannot start the journal: {e}.")))?;
        Ok(Self { queue: Some(queue), writer: Some(writer), reader: Mutex::new(reader), linked: true })
    }

    /// For `verify` and `export`, also while a server runs on the same folder.
    ///
    /// # Errors
    /// One plain sentence with a way out.
    pub fn open_read_only(path: &Path) -> Result<Self, Trouble> {
        let reader = open_for_reading(path).map_err(|e| cannot_open(path, &e))?;
        let version: i64 = reader.query_row("PRAGMA user_version", [], |r| r.get(0)).map_err(|e| cannot_open(path, &e))?;
        Ok(Self { queue: None, writer: None, reader: Mutex::new(reader), linked: version >= LINKED_SINCE })
    }

    /// Test hook: the disk grows or shrinks to so many pages.
    #[doc(hidden)]
    pub fn set_max_pages(&self, pages: u32) {
        if let Some(queue) = &self.queue {
            let _ = queue.send(Job::MaxPages(pages));
        }
    }

    fn reader(&self) -> MutexGuard<'_, Connection> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Sqlite {
    /// Everything in the queue is stored before the process may end.
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

fn open_for_writing(path: &Path, options: Options) -> rusqlite::Result<Connection> {
    let mut db = Connection::open(path)?;
    db.busy_timeout(std::time::Duration::from_secs(2))?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "secure_delete", "ON")?;
    // Pages that were written again and again go to the file once.
    db.pragma_update(None, "wal_autocheckpoint", limits::WAL_PAGES)?;
    MIGRATIONS.to_latest(&mut db).map_err(|e| match e {
        rusqlite_migration::Error::RusqliteError { err, .. } => err,
        other => rusqlite::Error::InvalidColumnName(other.to_string()),
    })?;
    if let Some(pages) = options.max_pages {
        db.pragma_update(None, "max_page_count", pages)?;
    }
    Ok(db)
}

fn open_for_reading(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(std::time::Duration::from_secs(2))?;
    // Touches the file, so that a damaged one is found here and not at the table.
    db.query_row("SELECT count(*) FROM heads", [], |r| r.get::<_, i64>(0))?;
    Ok(db)
}

fn cannot_open(path: &Path, error: &rusqlite::Error) -> Trouble {
    let file = path.display();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Trouble::new(
            format!("Un altro programma sta usando {file}: chiudilo, oppure indica un'altra cartella con --data."),
            format!("Another program is using {file}: close it, or name another folder with --data."),
        ),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Trouble::new(
            format!("{file} è danneggiato e non viene toccato: mettilo da parte e rimetti una copia, oppure indica un'altra cartella con --data."),
            format!("{file} is damaged and is left as it is: put it aside and restore a copy, or name another folder with --data."),
        ),
        Some(ErrorCode::DiskFull) => Trouble::new(
            format!("Il disco è pieno e {file} non si può preparare: libera spazio e riprova."),
            format!("The disk is full and {file} cannot be prepared: free some space and try again."),
        ),
        _ => Trouble::new(
            format!("Non posso aprire {file} ({error}): controlla che la cartella esista e si possa scrivere, o indicane un'altra con --data."),
            format!("Cannot open {file} ({error}): see that the folder exists and can be written, or name another with --data."),
        ),
    }
}

// ---------------------------------------------------------------- the writer

fn write_all(mut db: Connection, jobs: &Receiver<Job>, fatal: fn(&str)) {
    db.set_prepared_statement_cache_capacity(16);
    let mut group = Vec::with_capacity(limits::GROUP_COMMITS);
    let mut pace = Pace::every(limits::GATHER);
    while let Ok(first) = jobs.recv() {
        take(&mut db, first, &mut group);
        // After a pause the first commit goes at once; in a rush each fsync serves many.
        pace.wait();
        while group.len() < limits::GROUP_COMMITS
            && let Ok(next) = jobs.try_recv()
        {
            take(&mut db, next, &mut group);
        }
        if !group.is_empty() {
            store(&mut db, &mut group, fatal);
        }
    }
}

type Waiting = (Uuid, u64, Sealed, oneshot::Sender<Answer>);

/// Appends are gathered; the rare other jobs are done on the spot.
fn take(db: &mut Connection, job: Job, group: &mut Vec<Waiting>) {
    match job {
        Job::Append { session, expected, commit, tell } => group.push((session, expected, commit, tell)),
        Job::Keep { hash, files, tell } => {
            let _ = tell.send(keep(db, &hash, &files).map_err(|e| e.to_string()));
        }
        Job::MaxPages(pages) => {
            let _ = db.pragma_update(None, "max_page_count", pages);
        }
    }
}

/// One transaction, one fsync; then every answer.
fn store(db: &mut Connection, group: &mut Vec<Waiting>, fatal: fn(&str)) {
    let outcome = store_group(db, group);
    match outcome {
        Ok(answers) => {
            for ((.., tell), answer) in group.drain(..).zip(answers) {
                let _ = tell.send(answer);
            }
        }
        Err(error) if spares_us(&error) => {
            for (.., tell) in group.drain(..) {
                let _ = tell.send(Answer::Refused(error.to_string()));
            }
        }
        Err(error) => {
            fatal(&error.to_string());
            for (.., tell) in group.drain(..) {
                let _ = tell.send(Answer::Unknown(error.to_string()));
            }
        }
    }
}

/// Errors after which the store is as it was before, and a later attempt may succeed.
fn spares_us(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DiskFull | ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::OutOfMemory | ErrorCode::ReadOnly)
    )
}

fn store_group(db: &mut Connection, group: &[Waiting]) -> rusqlite::Result<Vec<Answer>> {
    let transaction = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let mut answers = Vec::with_capacity(group.len());
    for (session, expected, commit, _) in group {
        answers.push(store_one(&transaction, *session, *expected, commit)?);
    }
    transaction.commit()?;
    Ok(answers)
}

/// The head is the fence: it moves from `expected` to the next number, or nothing happens. Nobody else writes
/// between reading and moving it: the transaction has been ours from its beginning.
fn store_one(db: &Connection, session: Uuid, expected: u64, commit: &Sealed) -> rusqlite::Result<Answer> {
    let id = session.as_bytes().as_slice();
    let head = db
        .prepare_cached("SELECT seq, row FROM heads WHERE session = ?1")?
        .query_row([id], |r| Ok((r.get::<_, i64>(0)? as u64, r.get::<_, i64>(1)?)))
        .optional()?;
    let (seq, before) = head.unwrap_or((0, 0));
    if seq != expected {
        return Ok(Answer::Conflict { head: seq });
    }
    let (seq, hash) = (expected as i64 + 1, commit.hash.as_slice());
    db.prepare_cached("INSERT INTO commits(before, session, seq, command, hash, body) VALUES(?1, ?2, ?3, ?4, ?5, ?6)")?.execute(params![
        before,
        id,
        seq,
        commit.command_id,
        hash,
        commit.bytes
    ])?;
    let row = db.last_insert_rowid();
    let change = match head {
        Some(_) => "UPDATE heads SET seq = ?2, hash = ?3, row = ?4 WHERE session = ?1",
        None => "INSERT INTO heads(session, seq, hash, row) VALUES(?1, ?2, ?3, ?4)",
    };
    db.prepare_cached(change)?.execute(params![id, seq, hash, row])?;
    Ok(Answer::Committed)
}

fn keep(db: &mut Connection, hash: &str, files: &Files) -> rusqlite::Result<()> {
    let transaction = db.transaction()?;
    for (path, content) in files {
        transaction.execute("INSERT OR IGNORE INTO scenarios(hash, path, content) VALUES(?1, ?2, ?3)", params![hash, path, content])?;
    }
    transaction.commit()
}

// ---------------------------------------------------------------- the contract

fn hash_of(bytes: &[u8]) -> [u8; 32] {
    // A hash of another length is damage; all zeros will not match.
    bytes.try_into().unwrap_or([0; 32])
}

fn row_of(r: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok(Row { seq: r.get::<_, i64>(0)? as u64, bytes: r.get(1)?, hash: hash_of(r.get_ref(2)?.as_bytes()?) })
}

/// A session's rows from its head back, by what each says of the one before it. `None`: they do not hang together.
fn read_links(db: &Connection, session: Uuid, after: u64) -> rusqlite::Result<Option<Vec<Row>>> {
    let id = session.as_bytes().as_slice();
    let head = db
        .prepare_cached("SELECT seq, row FROM heads WHERE session = ?1")?
        .query_row([id], |r| Ok((r.get::<_, i64>(0)? as u64, r.get::<_, i64>(1)?)))
        .optional()?;
    let Some((mut seq, mut at)) = head else { return Ok(None) };
    let mut rows = Vec::new();
    let mut one = db.prepare_cached("SELECT seq, body, hash, before FROM commits WHERE row = ?1 AND session = ?2 AND seq = ?3")?;
    while seq > after {
        let found = one.query_row(params![at, id, seq as i64], |r| Ok((row_of(r)?, r.get::<_, i64>(3)?))).optional()?;
        let Some((row, before)) = found else { return Ok(None) };
        rows.push(row);
        (seq, at) = (seq - 1, before);
    }
    rows.reverse();
    Ok(Some(rows))
}

/// The same by looking at everything there is: slow, and finds what a damaged record still has.
fn read_all(db: &Connection, session: Uuid, after: u64) -> rusqlite::Result<Vec<Row>> {
    let mut query = db.prepare_cached("SELECT seq, body, hash FROM commits WHERE session = ?1 AND seq > ?2 ORDER BY seq")?;
    query.query_map(params![session.as_bytes().as_slice(), after as i64], row_of)?.collect()
}

impl Journal for Sqlite {
    fn append(&self, session: Uuid, expected: u64, commit: Sealed) -> oneshot::Receiver<Answer> {
        let (tell, answer) = oneshot::channel();
        let job = Job::Append { session, expected, commit, tell };
        let failed = match &self.queue {
            Some(queue) => queue.try_send(job).err(),
            None => Some(TrySendError::Disconnected(job)),
        };
        // Nothing was handed over, so nothing is stored.
        if let Some(TrySendError::Full(Job::Append { tell, .. }) | TrySendError::Disconnected(Job::Append { tell, .. })) = failed {
            let _ = tell.send(Answer::Refused("the journal is busy".into()));
        }
        answer
    }

    fn head(&self, session: Uuid) -> Result<Option<Head>, String> {
        self.reader()
            .prepare_cached("SELECT seq, hash FROM heads WHERE session = ?1")
            .and_then(|mut s| {
                s.query_row([session.as_bytes().as_slice()], |r| {
                    Ok(Head { seq: r.get::<_, i64>(0)? as u64, hash: hash_of(r.get_ref(1)?.as_bytes()?) })
                })
                .optional()
            })
            .map_err(|e| e.to_string())
    }

    fn read(&self, session: Uuid, after: u64) -> Result<Vec<Row>, String> {
        let mut db = self.reader();
        // One moment for all its queries.
        let db = db.transaction().map_err(|e| e.to_string())?;
        let linked = if self.linked { read_links(&db, session, after).map_err(|e| e.to_string())? } else { None };
        linked.map_or_else(|| read_all(&db, session, after).map_err(|e| e.to_string()), Ok)
    }

    fn sessions(&self) -> Result<Vec<Uuid>, String> {
        let db = self.reader();
        // Rows without a head are damage that must be seen too.
        let mut query = db.prepare_cached("SELECT session FROM heads UNION SELECT DISTINCT session FROM commits").map_err(|e| e.to_string())?;
        let ids = query.query_map([], |r| r.get::<_, Vec<u8>>(0)).map_err(|e| e.to_string())?;
        Ok(ids.filter_map(|id| Uuid::from_slice(&id.ok()?).ok()).collect())
    }

    fn keep_scenario(&self, hash: &str, files: &Files) -> Result<(), String> {
        let queue = self.queue.as_ref().ok_or("opened for reading only")?;
        let (tell, answer) = std::sync::mpsc::channel();
        queue.send(Job::Keep { hash: hash.to_owned(), files: files.clone(), tell }).map_err(|_| "the journal has stopped".to_owned())?;
        answer.recv().map_err(|_| "the journal has stopped".to_owned())?
    }

    fn scenario(&self, hash: &str) -> Result<Option<Files>, String> {
        let db = self.reader();
        let mut query = db.prepare_cached("SELECT path, content FROM scenarios WHERE hash = ?1").map_err(|e| e.to_string())?;
        let files: Files =
            query.query_map([hash], |r| Ok((r.get(0)?, r.get(1)?))).and_then(Iterator::collect).map_err(|e: rusqlite::Error| e.to_string())?;
        Ok((!files.is_empty()).then_some(files))
    }
}

/// Where a data folder keeps its journal.
#[must_use]
pub fn file_in(folder: &Path) -> PathBuf {
    folder.join("journal.db")
}

#[cfg(test)]
mod tests {
    #[test]
    fn migrations_are_whole() {
        super::MIGRATIONS.validate().unwrap();
    }

    /// After a failed fsync, write or read nobody knows what is on the disk; a full one refuses and is as it was.
    #[test]
    fn only_what_left_the_disk_as_it_was_spares_us() {
        use rusqlite::ffi;
        let spared = |code| super::spares_us(&rusqlite::Error::SqliteFailure(ffi::Error::new(code), None));
        for code in [ffi::SQLITE_FULL, ffi::SQLITE_BUSY, ffi::SQLITE_LOCKED, ffi::SQLITE_NOMEM, ffi::SQLITE_READONLY] {
            assert!(spared(code), "{code}");
        }
        for code in [
            ffi::SQLITE_IOERR,
            ffi::SQLITE_IOERR_FSYNC,
            ffi::SQLITE_IOERR_DIR_FSYNC,
            ffi::SQLITE_IOERR_WRITE,
            ffi::SQLITE_IOERR_SHORT_READ,
            ffi::SQLITE_CORRUPT,
            ffi::SQLITE_NOTADB,
        ] {
            assert!(!spared(code), "{code}");
        }
        assert!(!super::spares_us(&rusqlite::Error::InvalidQuery), "what is unknown is no comfort");
    }
}
