//! Which sessions are awake. Holds handles only; a session that sleeps is woken from the journal at first use.

use super::fold;
use super::room::{Call, Facts, Room, Welcome};
use super::{Failed, House, engine_api as engine};
use crate::journal::Opening;
use crate::limits;
use crate::people::SessionCard;
use crate::scenario_files::Folder;
use crate::secret::{self, Key};
use dashmap::DashMap;
use sofia_engine::{Answers, Command, SeatId};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::sync::{OnceCell, mpsc, oneshot};
use uuid::Uuid;

type Handle = mpsc::Sender<Call>;

/// What a new session is made from.
pub struct Wanted {
    pub owner: i64,
    pub folder: Folder,
    pub title: String,
    pub tables: u32,
    pub lang: String,
    pub set: Answers,
    pub alone: bool,
}

pub struct Registry {
    house: House,
    rooms: DashMap<Uuid, Arc<OnceCell<Handle>>>,
    connections: AtomicU64,
    stopping: AtomicBool,
}

impl Registry {
    #[must_use]
    pub fn new(house: House) -> Self {
        Self { house, rooms: DashMap::new(), connections: AtomicU64::new(1), stopping: AtomicBool::new(false) }
    }

    #[must_use]
    pub fn house(&self) -> &House {
        &self.house
    }

    #[must_use]
    pub fn awake(&self) -> usize {
        self.rooms.len()
    }

    /// A number no other connection of this process has.
    pub fn connection_id(&self) -> u64 {
        self.connections.fetch_add(1, Ordering::Relaxed)
    }

    /// Makes a session: its card, its scenario's files, its first commit.
    ///
    /// # Errors
    /// The disk refuses, or the scenario does not take these parameters.
    pub async fn open(&self, wanted: Wanted) -> Result<SessionCard, Failed> {
        let scenario = wanted.folder.scenario.clone().ok_or(Failed::Scenario)?;
        let (journal, hash, files) = (self.house.journal.clone(), wanted.folder.hash.clone(), wanted.folder.files.clone());
        tokio::task::spawn_blocking(move || journal.keep_scenario(&hash, &files))
            .await
            .map_err(|_| Failed::NotSaved)?
            .map_err(|_| Failed::NotSaved)?;
        let card = self.add_card(&wanted).await?;
        let opening = Opening { scenario: wanted.folder.hash, slug: wanted.folder.slug, lang: wanted.lang };
        let mut room = Room::fresh(self.house.clone(), card.clone(), scenario, opening);
        let command = Command::Open { tables: wanted.tables, seed: engine::fresh_seed(), set: wanted.set };
        if let Err(failed) = room.open(&command).await {
            let _ = self.house.people.drop_session(card.id).await;
            return Err(failed);
        }
        self.rooms.insert(card.id, Arc::new(OnceCell::new_with(Some(start(room)))));
        Ok(card)
    }

    /// The card with a code that no other session has.
    async fn add_card(&self, wanted: &Wanted) -> Result<SessionCard, Failed> {
        let now = self.house.clock.wall();
        let mut card = SessionCard {
            id: Uuid::now_v7(),
            owner: wanted.owner,
            code: None,
            key: Key::fresh(),
            slug: wanted.folder.slug.clone(),
            title: wanted.title.clone(),
            lang: wanted.lang.clone(),
            tables: wanted.tables,
            opened_at: now,
            keeps_until: now + limits::NAMES.as_millis() as i64,
            alone: wanted.alone,
            ended: false,
        };
        for _ in 0..8 {
            card.code = Some(secret::join_code());
            match self.house.people.add_session(card.clone()).await {
                Ok(()) => return Ok(card),
                Err(crate::people::Failed::Taken) => {}
                Err(failed) => return Err(failed.into()),
            }
        }
        Err(Failed::NotSaved)
    }

    /// The handle of a session, which is woken if it sleeps.
    async fn room(&self, id: Uuid) -> Result<Handle, Failed> {
        if self.stopping.load(Ordering::Relaxed) {
            return Err(Failed::Busy);
        }
        let cell = self.rooms.entry(id).or_default().clone();
        let handle = cell.get_or_try_init(|| self.wake(id)).await;
        if handle.is_err() {
            // Somebody else may be waking it again at this moment; then it stays.
            self.rooms.remove_if(&id, |_, c| c.get().is_none());
        }
        handle.cloned()
    }

    async fn wake(&self, id: Uuid) -> Result<Handle, Failed> {
        let card = self.house.people.session(id).await?.ok_or(Failed::Absent)?;
        let crowd = self.house.people.crowd(id).await?;
        let folded = fold::fold(&self.house, id, crowd.clone(), card.key.clone()).await?;
        if let Some(at) = folded.broken_at {
            tracing::error!(session = %id, at, "the record is damaged; the session opens for reading only");
        }
        Ok(start(Room::woken(self.house.clone(), card, crowd, folded)))
    }

    /// Wakes everything that is not over, so that its timers run. Returns how many.
    pub async fn wake_all(&self) -> usize {
        let Ok(cards) = self.house.people.open_sessions().await else { return 0 };
        let mut woken = 0;
        for card in cards {
            match self.room(card.id).await {
                Ok(_) => woken += 1,
                Err(why) => tracing::error!(session = %card.id, ?why, "a session does not wake"),
            }
        }
        woken
    }

    /// Passes a call on; refuses at once when the session has too much to do.
    ///
    /// # Errors
    /// No such session, or busy.
    pub async fn call(&self, id: Uuid, call: Call) -> Result<(), Failed> {
        self.line(id).await?.try_send(call).map_err(|_| Failed::Busy)
    }

    /// A sender straight to the room, for the frames of one connection.
    ///
    /// # Errors
    /// No such session.
    pub async fn line(&self, id: Uuid) -> Result<mpsc::Sender<Call>, Failed> {
        let line = self.room(id).await?;
        if line.is_closed() {
            // It went to sleep, or died (it should not): the journal wakes it.
            self.rooms.remove_if(&id, |_, c| c.get().is_some_and(mpsc::Sender::is_closed));
            return self.room(id).await;
        }
        Ok(line)
    }

    /// # Errors
    /// Why the person does not get in.
    pub async fn join(&self, id: Uuid, nick: String) -> Result<Welcome, Failed> {
        let (reply, answer) = oneshot::channel();
        self.call(id, Call::Join { nick, reply }).await?;
        answer.await.unwrap_or(Err(Failed::Busy))
    }

    /// # Errors
    /// No free place at that table, or the disk refuses.
    pub async fn add_bots(&self, id: Uuid, table: u32, n: u32) -> Result<u32, Failed> {
        let (reply, answer) = oneshot::channel();
        self.call(id, Call::Bots { table, n, reply }).await?;
        answer.await.unwrap_or(Err(Failed::Busy))
    }

    /// # Errors
    /// No such session, or busy.
    pub async fn facts(&self, id: Uuid) -> Result<Facts, Failed> {
        let (reply, answer) = oneshot::channel();
        self.call(id, Call::Facts { reply }).await?;
        answer.await.map_err(|_| Failed::Busy)
    }

    /// # Errors
    /// The name is taken or not showable, or nobody sits there.
    pub async fn rename(&self, id: Uuid, seat: SeatId, nick: String) -> Result<(), Failed> {
        let (reply, answer) = oneshot::channel();
        self.call(id, Call::Rename { seat, nick, reply }).await?;
        answer.await.unwrap_or(Err(Failed::Busy))
    }

    /// # Errors
    /// Nobody sits there, or the disk refuses.
    pub async fn erase(&self, id: Uuid, seat: SeatId) -> Result<(), Failed> {
        let (reply, answer) = oneshot::channel();
        self.call(id, Call::Erase { seat, reply }).await?;
        answer.await.unwrap_or(Err(Failed::Busy))
    }

    /// Names whose time is over go from the disk, and from the memory of rooms that are awake.
    ///
    /// # Errors
    /// The disk refuses; they go at the next try.
    pub async fn expire(&self) -> Result<usize, Failed> {
        let gone = self.house.people.expire(self.house.clock.wall()).await?;
        for id in &gone {
            let room = self.rooms.get(id).and_then(|cell| cell.get().cloned());
            if let Some(room) = room {
                let _ = room.send(Call::Expired).await;
            }
        }
        Ok(gone.len())
    }

    /// Says goodbye everywhere; returns when every room has.
    pub async fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        let rooms: Vec<Handle> = self.rooms.iter().filter_map(|r| r.value().get().cloned()).collect();
        let mut answers = Vec::with_capacity(rooms.len());
        for room in rooms {
            let (reply, answer) = oneshot::channel();
            if room.send(Call::Stop { reply }).await.is_ok() {
                answers.push(answer);
            }
        }
        for answer in answers {
            let _ = answer.await;
        }
    }
}

fn start(room: Room) -> Handle {
    let (tx, rx) = mpsc::channel(limits::SESSION_QUEUE);
    tokio::spawn(room.run(rx));
    tx
}
