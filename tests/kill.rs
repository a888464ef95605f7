//! `kill -9` at some moment under load: everything that was acknowledged is there.

use crate::journal::commit;
use sofia::journal::sqlite::{Options, Sqlite};
use sofia::journal::{Answer, Head, Journal, verify};
use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use uuid::Uuid;

const CHILD: &str = "SOFIA_KILL_CHILD";
const ROOMS: u128 = 20;

/// Not a test by itself: the process that is killed. Prints a line for each acknowledged commit.
#[test]
fn child_writes_until_it_is_killed() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let journal = std::sync::Arc::new(Sqlite::open(Path::new(&folder), Options::default()).unwrap());
        let rooms: Vec<_> = (1..=ROOMS).map(|room| tokio::spawn(write_for_ever(journal.clone(), Uuid::from_u128(room)))).collect();
        for room in rooms {
            room.await.unwrap();
        }
    });
}

async fn write_for_ever(journal: std::sync::Arc<Sqlite>, session: Uuid) {
    let mut head = journal.head(session).unwrap().unwrap_or(Head::NONE);
    loop {
        let sealed = commit(session, head.seq + 1, &head.hash, "carico");
        let hash = sealed.hash;
        assert_eq!(journal.append(session, head.seq, sealed).await.unwrap(), Answer::Committed);
        head = Head { seq: head.seq + 1, hash };
        println!("ack {} {}", session.as_u128(), head.seq);
    }
}

/// How often; the long run is a command with a count: `SOFIA_KILLS=1000 cargo test --test all kill`.
fn kills() -> u32 {
    std::env::var("SOFIA_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(4)
}

#[test]
fn nothing_acknowledged_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..kills() {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kill::child_writes_until_it_is_killed", "--nocapture", "--test-threads=1"])
            .env(CHILD, folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut acked: HashMap<u128, u64> = HashMap::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut note = |line: &str| {
            let mut words = line.split(' ').skip_while(|w| !w.ends_with("ack"));
            words.next();
            if let (Some(Ok(room)), Some(Ok(seq))) = (words.next().map(str::parse), words.next().map(str::parse)) {
                acked.insert(room, seq);
                return true;
            }
            false
        };
        // The moment differs from round to round by what was seen, not by time.
        let mut left = 150 + 97 * (round % 7);
        for line in lines.by_ref() {
            left -= u32::from(note(&line.unwrap()));
            if left == 0 {
                break;
            }
        }
        child.kill().unwrap();
        // What was printed before the kill was acknowledged before it; the last line may be torn.
        let rest: Vec<String> = lines.map_while(Result::ok).collect();
        rest.iter().take(rest.len().saturating_sub(1)).for_each(|line| _ = note(line));
        child.wait().unwrap();
        check(folder.path(), &acked);
    }
}

fn check(folder: &Path, acked: &HashMap<u128, u64>) {
    assert!(!acked.is_empty());
    let journal = Sqlite::open(folder, Options::default()).unwrap();
    for (room, seq) in acked {
        let verdict = verify(&journal, Uuid::from_u128(*room)).unwrap();
        assert_eq!(verdict.broken_at, None, "room {room}");
        assert!(verdict.good.seq >= *seq, "room {room}: acknowledged {seq}, found {}", verdict.good.seq);
    }
}

/// A disk that fails in the middle of a write (a bound on file size, met without a signal) ends the process with
/// code 74: no acknowledgement is false, and the next start goes on from what is stored.
#[test]
fn a_failing_disk_ends_the_process() {
    let folder = tempfile::tempdir().unwrap();
    drop(Sqlite::open(folder.path(), Options::default()).unwrap());
    let out = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 600; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "kill::child_writes_until_it_is_killed", "--nocapture", "--test-threads=1"])
        .env(CHILD, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(74), "{said}");
    assert!(said.contains("riavviami") && said.contains("start again"), "{said}");
    let mut acked: HashMap<u128, u64> = HashMap::new();
    for line in String::from_utf8_lossy(&out.stdout).lines() {
        let mut words = line.split(' ').skip_while(|w| !w.ends_with("ack")).skip(1);
        if let (Some(Ok(room)), Some(Ok(seq))) = (words.next().map(str::parse), words.next().map(str::parse)) {
            acked.insert(room, seq);
        }
    }
    check(folder.path(), &acked);
}
