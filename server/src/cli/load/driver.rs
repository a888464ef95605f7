//! The closed loop: who holds the frame that gives the turn moves at once; a move is over when the last of
//! the table has it. The server and the relay are driven by this same code.
//!
//! One thread, one task a person: what a table knows is shared without locks.

use super::Fault;
use super::tongue::Tongue;
use super::wire::{SCRATCH_BYTES, Wire};
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// Somebody who has a seat and a connection.
pub struct Seated {
    pub wire: Wire,
    /// From 0, over all sessions.
    pub table: usize,
    /// The frame that already tells whose turn it is, if one came.
    pub first: Vec<u8>,
}

/// What was seen in a window of time.
#[derive(Default)]
pub struct Tally {
    pub moves: u64,
    /// Microseconds from sending to the last of the table.
    pub latencies: Vec<u32>,
}

/// Moves under way at one table: the next may begin before the last person has the one before.
const UNDER_WAY: usize = 16;

struct Table {
    people: Cell<usize>,
    /// By number of the move: when it was sent, and how many have it.
    moves: RefCell<[(Option<Instant>, usize); UNDER_WAY]>,
}

struct Talk {
    tongue: Tongue,
    think: Duration,
    tables: Vec<Table>,
    scratch: RefCell<Vec<u8>>,
    tally: RefCell<Option<Tally>>,
    begun: Cell<bool>,
    begin: Notify,
    refused: RefCell<Option<String>>,
}

/// Everybody at the tables. Dropped, it hangs up.
pub struct Driver {
    talk: Rc<Talk>,
    tasks: Vec<JoinHandle<()>>,
}

impl Driver {
    /// Seats everybody; nobody moves yet. Must be called inside a `LocalSet`.
    pub fn new(people: Vec<Seated>, tongue: Tongue, think: Duration) -> Self {
        let tables = people.iter().map(|p| p.table + 1).max().unwrap_or(0);
        let talk = Rc::new(Talk {
            tongue,
            think,
            tables: (0..tables).map(|_| Table { people: Cell::new(0), moves: RefCell::default() }).collect(),
            scratch: RefCell::new(vec![0; SCRATCH_BYTES]),
            tally: RefCell::new(None),
            begun: Cell::new(false),
            begin: Notify::new(),
            refused: RefCell::new(None),
        });
        let mut tasks = Vec::with_capacity(people.len());
        for person in people {
            let people = &talk.tables[person.table].people;
            let seat = people.replace(people.get() + 1);
            tasks.push(tokio::task::spawn_local(sit(talk.clone(), person, seat)));
        }
        Self { talk, tasks }
    }

    /// People of the fullest and of the emptiest table.
    pub fn spread(&self) -> (usize, usize) {
        let people = || self.talk.tables.iter().map(|t| t.people.get());
        (people().min().unwrap_or(0), people().max().unwrap_or(0))
    }

    pub fn begin(&self) {
        self.talk.begun.set(true);
        self.talk.begin.notify_waiters();
    }

    pub fn start_counting(&self) {
        *self.talk.tally.borrow_mut() = Some(Tally::default());
    }

    pub fn stop_counting(&self) -> Tally {
        self.talk.tally.borrow_mut().take().unwrap_or_default()
    }

    /// Why the server stopped taking moves, if it did.
    pub fn trouble(&self) -> Option<Fault> {
        let why = self.talk.refused.borrow().clone()?;
        let (it, en) = if why.contains(r#""busy""#) {
            ("; avvialo con --seat-commands 100000, o misura con --spawn", "; start it with --seat-commands 100000, or measure with --spawn")
        } else if why.contains(r#""size""#) {
            ("; la sessione è piena: meno --seconds, o più --sessions", "; the session is full: fewer --seconds, or more --sessions")
        } else {
            ("", "")
        };
        Some(Fault::new(format!("il server ha interrotto il gioco: {why}{it}"), format!("the server broke off the play: {why}{en}")))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// One person, until hung up.
async fn sit(talk: Rc<Talk>, mut person: Seated, seat: usize) {
    let mut had = 0;
    let first = std::mem::take(&mut person.first);
    let mut turn = !first.is_empty() && talk.hear(&first, person.table, seat, &mut had);
    loop {
        if turn && talk.make_move(&mut person, seat, had + 1).await.is_err() {
            return talk.cut();
        }
        turn = false;
        let wire = &mut person.wire;
        let read = poll_fn(|cx| {
            let mut scratch = talk.scratch.borrow_mut();
            wire.poll_frames(cx, &mut scratch, |frame| turn |= talk.hear(frame, person.table, seat, &mut had))
        });
        if read.await.is_err() || person.wire.keep_alive().await.is_err() {
            return talk.cut();
        }
    }
}

impl Talk {
    /// Takes a frame in; tells whether it gives the turn. `had`: moves this person knew of.
    fn hear(&self, frame: &[u8], table: usize, seat: usize, had: &mut u64) -> bool {
        let seen = self.tongue.understand(frame, seat);
        if seen.refused {
            self.refused.borrow_mut().get_or_insert_with(|| String::from_utf8_lossy(&frame[..frame.len().min(200)]).into_owned());
        }
        if let Some(count) = seen.count {
            for number in *had + 1..=count {
                self.tables[table].arrived(number, &self.tally);
            }
            *had = count.max(*had);
        }
        seen.turn
    }

    async fn make_move(&self, person: &mut Seated, seat: usize, number: u64) -> std::io::Result<()> {
        if !self.begun.get() {
            self.begin.notified().await;
        }
        if !self.think.is_zero() {
            tokio::time::sleep(self.think).await;
        }
        let command = self.tongue.command(seat, number);
        self.tables[person.table].moves.borrow_mut()[number as usize % UNDER_WAY] = (Some(Instant::now()), 0);
        person.wire.send(&command).await
    }

    fn cut(&self) {
        self.refused.borrow_mut().get_or_insert_with(|| "connection closed".into());
    }
}

impl Table {
    /// One more person has move `number`; with the last one it is over.
    fn arrived(&self, number: u64, tally: &RefCell<Option<Tally>>) {
        let (sent, have) = &mut self.moves.borrow_mut()[number as usize % UNDER_WAY];
        *have += 1;
        if *have < self.people.get() {
            return;
        }
        if let (Some(sent), Some(tally)) = (sent.take(), tally.borrow_mut().as_mut()) {
            tally.moves += 1;
            tally.latencies.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
        }
    }
}
