//! The journal's contract, on every store; and what damage and a full disk do to it.

use sofia::journal::memory::{Fault, Memory};
use sofia::journal::sqlite::{Options, Sqlite};
use sofia::journal::{Actor, Answer, Commit, Hash, Head, Journal, Opening, Sealed, examine, fingerprint, record, verify};
use sofia_engine::{Event, Files, TextBody};
use std::sync::Arc;
use uuid::Uuid;

pub fn commit(session: Uuid, seq: u64, prev: &Hash, body: &str) -> Sealed {
    let commit = Commit {
        session,
        seq,
        command_id: format!("c{seq}"),
        actor: Actor::Seat(1),
        at: 1_700_000_000_000 + seq as i64,
        t: seq as i64,
        opening: (seq == 1).then(|| Opening { scenario: "h".into(), slug: "prova".into(), lang: "it".into() }),
        events: vec![Event::Wrote { id: seq as u32, author: None, body: TextBody::Sealed(body.into()), unkept: false }],
    };
    record::encode(&commit, prev).unwrap()
}

/// Appends `n` commits in a row.
async fn fill(journal: &dyn Journal, session: Uuid, n: u64) {
    let mut prev = [0; 32];
    for seq in 1..=n {
        let sealed = commit(session, seq, &prev, "testo");
        prev = sealed.hash;
        assert_eq!(journal.append(session, seq - 1, sealed).await.unwrap(), Answer::Committed);
    }
}

async fn contract(journal: Arc<dyn Journal>) {
    let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
    assert_eq!(journal.head(a).unwrap(), None);
    fill(journal.as_ref(), a, 3).await;
    fill(journal.as_ref(), b, 1).await;
    let head = journal.head(a).unwrap().unwrap();
    assert_eq!(head.seq, 3);

    // Too early, too late, twice: nothing is stored, and the head is told.
    for expected in [0, 1, 2, 4, 9] {
        let late = commit(a, expected + 1, &head.hash, "altro");
        assert_eq!(journal.append(a, expected, late).await.unwrap(), Answer::Conflict { head: 3 }, "{expected}");
    }
    assert_eq!(journal.append(Uuid::from_u128(3), 5, commit(Uuid::from_u128(3), 6, &[0; 32], "")).await.unwrap(), Answer::Conflict { head: 0 });
    assert_eq!(journal.head(a).unwrap(), Some(head));

    let rows = journal.read(a, 1).unwrap();
    assert_eq!(rows.iter().map(|r| r.seq).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(record::decode(&rows[0].bytes).unwrap().command_id, "c2");
    let mut sessions = journal.sessions().unwrap();
    sessions.sort();
    assert_eq!(sessions, [a, b]);
    let verdict = verify(journal.as_ref(), a).unwrap();
    assert_eq!((verdict.good, verdict.broken_at), (head, None));
    assert_eq!(fingerprint(&head.hash).len(), 19);

    let files: Files = [("scenario.toml".to_owned(), b"x".to_vec()), ("it.md".to_owned(), vec![0, 255])].into();
    assert_eq!(journal.scenario("h").unwrap(), None);
    journal.keep_scenario("h", &files).unwrap();
    journal.keep_scenario("h", &files).unwrap();
    assert_eq!(journal.scenario("h").unwrap(), Some(files));
}

/// Eight writers on one session: every number is given once.
async fn race(journal: Arc<dyn Journal>) {
    let session = Uuid::from_u128(9);
    let writers: Vec<_> = (0..8)
        .map(|_| {
            let journal = journal.clone();
            tokio::spawn(async move {
                let mut won = Vec::new();
                loop {
                    let head = journal.head(session).unwrap().unwrap_or(Head::NONE);
                    if head.seq >= 200 {
                        return won;
                    }
                    let sealed = commit(session, head.seq + 1, &head.hash, "gara");
                    if journal.append(session, head.seq, sealed).await.unwrap() == Answer::Committed {
                        won.push(head.seq + 1);
                    }
                }
            })
        })
        .collect();
    let mut won = Vec::new();
    for writer in writers {
        won.extend(writer.await.unwrap());
    }
    won.sort_unstable();
    assert_eq!(won, (1..=won.len() as u64).collect::<Vec<_>>());
    assert_eq!(verify(journal.as_ref(), session).unwrap().broken_at, None);
}

fn sqlite(folder: &tempfile::TempDir) -> Arc<Sqlite> {
    Arc::new(Sqlite::open(folder.path(), Options::default()).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contract_holds_in_memory() {
    contract(Memory::shared()).await;
    race(Memory::shared()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contract_holds_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    contract(sqlite(&folder)).await;
    race(sqlite(&folder)).await;
}

#[tokio::test]
async fn an_answer_may_be_lost_with_or_without_the_commit() {
    let memory = Memory::shared();
    let session = Uuid::from_u128(4);
    memory.fail_next([Fault::StoreSilently, Fault::LoseSilently]);
    let first = commit(session, 1, &[0; 32], "");
    assert!(memory.append(session, 0, first.clone()).await.is_err());
    assert!(memory.append(session, 1, commit(session, 2, &first.hash, "")).await.is_err());
    assert_eq!(memory.read(session, 0).unwrap().len(), 1);
}

/// Every damage is named by the first commit it touches.
#[tokio::test]
async fn tampering_is_found_and_named() {
    let session = Uuid::from_u128(5);
    let memory = Memory::shared();
    fill(memory.as_ref(), session, 6).await;
    let head = memory.head(session).unwrap();
    let whole = memory.read(session, 0).unwrap();
    assert_eq!(examine(session, &whole, head).broken_at, None);

    for at in 0..6_usize {
        let seq = at as u64 + 1;
        let mut changed = whole.clone();
        let last = changed[at].bytes.len() - 3;
        changed[at].bytes[last] ^= 1;
        assert_eq!(examine(session, &changed, head).broken_at, Some(seq), "changed {seq}");
        // The hash made to fit: then the next one does not follow.
        changed[at].hash = record::hash(&changed[at].bytes);
        assert!(examine(session, &changed, head).broken_at.is_some_and(|b| b == seq || b == seq + 1), "rehashed {seq}");
        let mut dropped = whole.clone();
        dropped.remove(at);
        assert_eq!(examine(session, &dropped, head).broken_at, Some(seq), "dropped {seq}");
        if at < 5 {
            let mut swapped = whole.clone();
            swapped.swap(at, at + 1);
            assert_eq!(examine(session, &swapped, head).broken_at, Some(seq), "swapped {seq}");
        }
        let cut = &whole[..at];
        assert_eq!(examine(session, cut, head).broken_at, Some(seq), "cut before {seq}");
    }
    assert_eq!(examine(Uuid::from_u128(6), &whole, head).broken_at, Some(1), "another session's rows");
}

#[tokio::test]
async fn tampering_on_the_disk_is_found_too() {
    let folder = tempfile::tempdir().unwrap();
    let session = Uuid::from_u128(7);
    fill(sqlite(&folder).as_ref(), session, 5).await;
    let edit = |sql: &str| rusqlite::Connection::open(folder.path().join("journal.db")).unwrap().execute(sql, []).unwrap();
    let broken = || verify(sqlite(&folder).as_ref(), session).unwrap().broken_at;
    assert_eq!(broken(), None);
    edit("UPDATE commits SET body = CAST(replace(CAST(body AS TEXT), 'testo', 'testa') AS BLOB) WHERE seq = 4");
    assert_eq!(broken(), Some(4));
    edit("UPDATE commits SET before = 1 WHERE seq = 4");
    assert_eq!(broken(), Some(4), "a bent link hides nothing");
    edit("DELETE FROM commits WHERE seq = 2");
    assert_eq!(broken(), Some(2));
    edit("DELETE FROM commits WHERE seq = 1");
    assert_eq!(broken(), Some(1));
}

/// A file of the first release: its sessions open, hold, and go on; also where a row is missing.
#[tokio::test]
async fn a_journal_of_the_first_release_opens() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b, broken) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
    let old = rusqlite::Connection::open(folder.path().join("journal.db")).unwrap();
    old.execute_batch(
        "CREATE TABLE heads(session BLOB PRIMARY KEY, seq INTEGER NOT NULL, hash BLOB NOT NULL) WITHOUT ROWID;
         CREATE TABLE commits(session BLOB NOT NULL, seq INTEGER NOT NULL, command TEXT NOT NULL, hash BLOB NOT NULL, body BLOB NOT NULL,
             PRIMARY KEY(session, seq)) WITHOUT ROWID;
         CREATE TABLE scenarios(hash TEXT NOT NULL, path TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY(hash, path)) WITHOUT ROWID;
         PRAGMA user_version = 1;",
    )
    .unwrap();
    for session in [b, a, broken] {
        let mut prev = [0; 32];
        for seq in 1..=4 {
            let sealed = commit(session, seq, &prev, "antico");
            prev = sealed.hash;
            let row = (session.as_bytes(), seq as i64, &sealed.command_id, prev, &sealed.bytes);
            old.execute("INSERT INTO commits VALUES(?1, ?2, ?3, ?4, ?5)", row).unwrap();
        }
        old.execute("INSERT INTO heads VALUES(?1, 4, ?2)", (session.as_bytes(), prev)).unwrap();
    }
    old.execute("DELETE FROM commits WHERE session = ?1 AND seq = 2", [broken.as_bytes()]).unwrap();
    drop(old);

    let verdicts = |journal: &Sqlite| [a, b, broken].map(|s| verify(journal, s).unwrap().broken_at);
    let unchanged = Sqlite::open_read_only(&folder.path().join("journal.db")).unwrap();
    assert_eq!(verdicts(&unchanged), [None, None, Some(2)], "read before it is brought up to date");
    drop(unchanged);
    let journal = sqlite(&folder);
    assert_eq!(verdicts(&journal), [None, None, Some(2)]);
    assert_eq!(journal.read(broken, 0).unwrap().len(), 3, "what is there is given");
    let head = journal.head(a).unwrap().unwrap();
    assert_eq!(journal.append(a, 4, commit(a, 5, &head.hash, "nuovo")).await.unwrap(), Answer::Committed);
    assert_eq!(journal.read(a, 3).unwrap().iter().map(|r| r.seq).collect::<Vec<_>>(), [4, 5]);
    drop(journal);
    assert_eq!(verdicts(&sqlite(&folder)), [None, None, Some(2)], "and once more");
}

/// No false "stored", a plain refusal, and play goes on when there is room, without a restart.
#[tokio::test]
async fn a_full_disk_refuses_and_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { max_pages: Some(24), ..Options::default() };
    let journal = Sqlite::open(folder.path(), options).unwrap();
    let session = Uuid::from_u128(8);
    let (mut head, mut refused) = (Head::NONE, false);
    let long = "x".repeat(3_000);
    while head.seq < 100 {
        let sealed = commit(session, head.seq + 1, &head.hash, &long);
        let hash = sealed.hash;
        match journal.append(session, head.seq, sealed).await.unwrap() {
            Answer::Committed => head = Head { seq: head.seq + 1, hash },
            Answer::Refused(_) => {
                assert!(!refused, "refused again after there was room");
                refused = true;
                assert_eq!(journal.head(session).unwrap(), Some(head), "what was acknowledged is there, and nothing else");
                journal.set_max_pages(100_000);
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(refused, "the disk was never full: the test does not bite");
    assert_eq!(verify(&journal, session).unwrap().good, head);
}

#[test]
fn a_damaged_file_is_one_plain_sentence() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("journal.db"), vec![7; 8192]).unwrap();
    let trouble = Sqlite::open(folder.path(), Options::default()).err().expect("not a database");
    assert!(trouble.it.contains("danneggiato") && trouble.it.contains("--data"), "{}", trouble.it);
    assert!(!trouble.en.contains('\n'));
    assert_eq!(std::fs::read(folder.path().join("journal.db")).unwrap(), vec![7; 8192], "left as it was");
    let missing = Sqlite::open(&folder.path().join("none"), Options::default()).err().expect("no folder");
    assert!(missing.en.contains("Cannot open"), "{}", missing.en);
}
