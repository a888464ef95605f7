//! One live session: a task that owns the state and serves one call after the other.

use super::engine_api as engine;
use super::fold::{self, Folded, command_key};
use super::frames::Moment;
use super::outbox::{self, Outbox};
use super::viewers::{Viewers, names_frame};
use super::{Failed, House};
use crate::journal::{Actor, Answer, Commit, Head, Opening, Sealed, record};
use crate::limits;
use crate::people::{Crowd, Papers, SessionCard, nick};
use crate::wire::frames::{Bye, ClientFrame, No, ServerFrame, ServerNo};
use sofia_engine::view::Stage;
use sofia_engine::{Code, Command, DeskAct, Event, Scenario, SeatAct, SeatId, State, TableId, Viewer};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// What a newcomer is given.
pub struct Welcome {
    pub seat: SeatId,
    pub papers: Papers,
    pub nick: String,
}

/// What the catalogue and the invitation show.
#[derive(Clone, Debug)]
pub struct Facts {
    pub stage: Stage,
    pub people: usize,
    pub full: bool,
    pub locked: bool,
    pub damaged: bool,
    pub names: BTreeMap<u32, String>,
}

/// What may be asked of a room from outside.
pub enum Call {
    Connect {
        conn: u64,
        viewer: Viewer,
        outbox: Outbox,
    },
    Frame {
        conn: u64,
        frame: ClientFrame,
    },
    Gone {
        conn: u64,
    },
    Join {
        nick: String,
        reply: oneshot::Sender<Result<Welcome, Failed>>,
    },
    /// Bots at the free places of a table; tells how many came.
    Bots {
        table: u32,
        n: u32,
        reply: oneshot::Sender<Result<u32, Failed>>,
    },
    /// The seat is now somebody's other device.
    Moved {
        seat: SeatId,
    },
    Rename {
        seat: SeatId,
        nick: String,
        reply: oneshot::Sender<Result<(), Failed>>,
    },
    Erase {
        seat: SeatId,
        reply: oneshot::Sender<Result<(), Failed>>,
    },
    Facts {
        reply: oneshot::Sender<Facts>,
    },
    /// The names of this session are over and gone from the disk.
    Expired,
    /// The server is stopping.
    Stop {
        reply: oneshot::Sender<()>,
    },
}

/// A commit the disk refused; it is tried again until there is room.
struct Pending {
    commit: Commit,
    sealed: Sealed,
    state: State,
}

type Refused = (No, String);
type Sleep = (i64, Pin<Box<dyn Future<Output = ()> + Send>>);

pub struct Room {
    house: House,
    card: SessionCard,
    scenario: Arc<Scenario>,
    /// Only until the first commit is made.
    opening: Option<Opening>,
    state: State,
    head: Head,
    /// Session clock and machine clock at one same moment; from there the session clock runs along.
    t_base: i64,
    mono_base: i64,
    bytes: u64,
    crowd: Crowd,
    done: HashMap<String, u64>,
    refused: VecDeque<(String, Refused)>,
    viewers: Viewers,
    pending: Option<Pending>,
    saved: bool,
    retry_at: i64,
    damaged: bool,
    ended: bool,
    /// Seats whose last connection went: when that counts as absence.
    leaving: BTreeMap<SeatId, i64>,
    bots_at: Option<i64>,
    rng: u64,
    /// A due time the engine did nothing about is not tried again before this.
    tick_after: i64,
    /// Last time anybody asked for anything.
    used_at: i64,
}

impl Room {
    /// A session that has no commit yet.
    pub fn fresh(house: House, card: SessionCard, scenario: Arc<Scenario>, opening: Opening) -> Self {
        let folded = Folded { scenario, state: State::default(), head: Head::NONE, t: 0, bytes: 0, done: HashMap::new(), broken_at: None };
        let mut room = Self::woken(house, card, Crowd::default(), folded);
        room.opening = Some(opening);
        room
    }

    /// A session as its record tells it. People have some time to find the way back.
    pub fn woken(house: House, card: SessionCard, crowd: Crowd, folded: Folded) -> Self {
        let now = house.clock.mono();
        let back_by = now + limits::GRACE_AFTER_START.as_millis() as i64;
        let seats = (0..engine::seats(&folded.state) as u32).map(SeatId);
        let leaving = seats.filter(|s| engine::is_here(&folded.state, *s)).map(|s| (s, back_by)).collect();
        let ended = card.ended;
        Self {
            scenario: folded.scenario,
            opening: None,
            state: folded.state,
            head: folded.head,
            t_base: folded.t,
            mono_base: now,
            bytes: folded.bytes,
            done: folded.done,
            damaged: folded.broken_at.is_some(),
            refused: VecDeque::new(),
            viewers: Viewers::default(),
            pending: None,
            saved: true,
            retry_at: 0,
            ended,
            leaving,
            bots_at: Some(now + house.think.as_millis() as i64),
            rng: engine::fresh_seed(),
            tick_after: 0,
            used_at: now,
            house,
            card,
            crowd,
        }
    }

    /// Over, unwatched, and unused for a while: it can be woken from its journal.
    fn is_idle(&self) -> bool {
        self.ended && self.viewers.is_empty() && self.house.clock.mono() >= self.idle_at()
    }

    fn idle_at(&self) -> i64 {
        self.used_at + limits::IDLE.as_millis() as i64
    }

    /// Serves until the server stops, or until nobody needs it.
    pub async fn run(mut self, mut calls: mpsc::Receiver<Call>) {
        let mut sleep: Option<Sleep> = None;
        loop {
            let due = self.next_wake();
            if sleep.as_ref().map(|s| s.0) != due {
                sleep = due.map(|at| (at, self.house.clock.until(at)));
            }
            tokio::select! {
                call = calls.recv() => match call {
                    None => return,
                    Some(Call::Stop { reply }) => {
                        self.viewers.bye_all(Bye::Restart);
                        let _ = reply.send(());
                        return;
                    }
                    Some(call) => {
                        self.used_at = self.house.clock.mono();
                        self.serve(call).await;
                    }
                },
                () = wake(&mut sleep) => {
                    sleep = None;
                    if self.is_idle() && calls.is_empty() {
                        return;
                    }
                    self.timers().await;
                }
            }
        }
    }

    async fn serve(&mut self, call: Call) {
        match call {
            Call::Connect { conn, viewer, outbox } => self.connect(conn, viewer, outbox).await,
            Call::Frame { conn, frame } => self.frame(conn, frame).await,
            Call::Gone { conn } => self.gone(conn),
            Call::Join { nick, reply } => {
                let _ = reply.send(self.join(&nick).await);
            }
            Call::Bots { table, n, reply } => {
                let _ = reply.send(self.add_bots(table, n).await);
            }
            Call::Moved { seat } => self.viewers.bye(Viewer::Seat(seat), Bye::OtherDevice),
            Call::Rename { seat, nick, reply } => {
                let _ = reply.send(self.rename(seat, &nick).await);
            }
            Call::Erase { seat, reply } => {
                let _ = reply.send(self.erase(seat).await);
            }
            Call::Facts { reply } => {
                let _ = reply.send(self.facts());
            }
            Call::Expired => self.forget_everybody().await,
            Call::Stop { .. } => {}
        }
    }

    /// The session clock now: stands still while the server is down, never goes back.
    fn now(&self) -> i64 {
        self.t_base + (self.house.clock.mono() - self.mono_base).max(0)
    }

    fn moment<'a>(scenario: &'a Scenario, state: &'a State, n: u64, at: i64) -> Moment<'a> {
        Moment { scenario, state, n, at }
    }

    fn facts(&self) -> Facts {
        Facts {
            stage: engine::stage(&self.state),
            people: self.crowd.names.len(),
            full: engine::is_full(&self.scenario, &self.state, self.now()),
            locked: engine::locked(&self.state),
            damaged: self.damaged,
            names: self.crowd.names.clone(),
        }
    }

    // ------------------------------------------------------------ connections

    async fn connect(&mut self, conn: u64, viewer: Viewer, outbox: Outbox) {
        if matches!(viewer, Viewer::Seat(seat) if seat.ix() >= engine::seats(&self.state)) {
            // A seat from the damaged part of a record.
            return outbox.bye(Bye::Over);
        }
        let desk_before = self.viewers.has(Viewer::Desk);
        self.viewers.add(conn, viewer, outbox);
        match viewer {
            Viewer::Seat(seat) => {
                self.leaving.remove(&seat);
                if !engine::is_here(&self.state, seat) {
                    let _ = self.carry_out(Actor::House, "", &Command::Presence { seat, here: true }, true).await;
                }
            }
            Viewer::Desk if !desk_before => self.tell_health(),
            _ => {}
        }
    }

    fn gone(&mut self, conn: u64) {
        let Some(viewer) = self.viewers.remove(conn) else { return };
        if self.viewers.has(viewer) {
            return;
        }
        match viewer {
            // A drop is not a leave.
            Viewer::Seat(seat) => {
                self.leaving.insert(seat, self.house.clock.mono() + limits::GRACE.as_millis() as i64);
            }
            Viewer::Desk => self.tell_health(),
            Viewer::Projector => {}
        }
    }

    fn health(&self) -> outbox::Text {
        let saved = self.saved && !self.damaged;
        outbox::text(&ServerFrame::Health { saved, desk: self.viewers.has(Viewer::Desk) })
    }

    fn tell_health(&mut self) {
        let health = self.health();
        self.viewers.send_all(&health);
    }

    async fn frame(&mut self, conn: u64, frame: ClientFrame) {
        let Some(viewer) = self.viewers.viewer(conn) else { return };
        match (frame, viewer) {
            (ClientFrame::Hello { since, lang }, _) => {
                let lang = engine::lang(&self.scenario, lang.as_deref().unwrap_or(&self.card.lang));
                let moment = Self::moment(&self.scenario, &self.state, self.head.seq, self.now());
                self.viewers.hello(conn, since, lang, moment, &self.crowd.names);
                let health = self.health();
                self.viewers.send(conn, health);
            }
            (ClientFrame::Seat { id, act }, Viewer::Seat(seat)) => {
                let command = Command::Seat { seat, act };
                self.answer(conn, Actor::Seat(seat.0), id, &command).await;
            }
            (ClientFrame::Desk { id, act }, Viewer::Desk) => {
                let command = Command::Desk { act };
                self.answer(conn, Actor::Desk, id, &command).await;
            }
            (ClientFrame::Seat { id, .. } | ClientFrame::Desk { id, .. }, _) => {
                self.reply(conn, id, Err((No::Server(ServerNo::Rights), String::new())));
            }
            (ClientFrame::Ping, _) => self.viewers.send(conn, outbox::text(&ServerFrame::Pong)),
        }
    }

    /// Carries a client's command out once, however often it is sent, and answers each time.
    async fn answer(&mut self, conn: u64, actor: Actor, id: String, command: &Command) {
        if id.is_empty() || id.chars().count() > limits::COMMAND_ID_CHARS {
            return self.reply(conn, id, Err((No::Server(ServerNo::Malformed), String::new())));
        }
        let key = command_key(actor, &id);
        let result = if let Some(n) = self.done.get(&key) {
            Ok(*n)
        } else if let Some((_, refused)) = self.refused.iter().find(|(k, _)| *k == key) {
            Err(refused.clone())
        } else if too_wordy(command) {
            Err((No::Rule(Code::Limit), String::new()))
        } else {
            let result = self.carry_out(actor, &id, command, true).await;
            self.remember_refusal(key, &result);
            result
        };
        if result.is_ok() {
            self.after_effects(command).await;
        }
        self.reply(conn, id, result);
    }

    /// A repeat gets the first answer; except what is no answer yet.
    fn remember_refusal(&mut self, key: String, result: &Result<u64, Refused>) {
        if let Err((no, what)) = result
            && matches!(no, No::Rule(_))
        {
            if self.refused.len() >= limits::REMEMBERED_REFUSALS {
                self.refused.pop_front();
            }
            self.refused.push_back((key, (*no, what.clone())));
        }
    }

    fn reply(&mut self, conn: u64, id: String, result: Result<u64, Refused>) {
        let frame = match result {
            Ok(n) => ServerFrame::Ok { id, n },
            Err((code, what)) => ServerFrame::No { id, code, what },
        };
        self.viewers.send(conn, outbox::text(&frame));
    }

    /// What a command does beside the play.
    async fn after_effects(&mut self, command: &Command) {
        if let Command::Desk { act: DeskAct::ShowOut { seat } } = command {
            self.viewers.bye(Viewer::Seat(*seat), Bye::ShownOut);
            if self.house.people.revoke(self.card.id, seat.0).await.is_err() {
                tracing::warn!(session = %self.card.id, "a seat's tokens could not be revoked");
            }
        }
    }

    // ------------------------------------------------------------ the one way in

    /// Decides, stores, adopts, tells. `may_wait`: when the disk is full the commit is kept and tried again.
    async fn carry_out(&mut self, actor: Actor, id: &str, command: &Command, may_wait: bool) -> Result<u64, Refused> {
        let server = |no| Err((No::Server(no), String::new()));
        if self.damaged {
            // It can be read, not continued; the desk's facts say why.
            return Err((No::Rule(Code::Closed), String::new()));
        }
        if self.pending.is_some() {
            return server(ServerNo::NotSaved);
        }
        if self.head.seq >= limits::COMMITS || self.bytes >= limits::SESSION_BYTES {
            return Err((No::Rule(Code::Size), String::new()));
        }
        for _ in 0..3 {
            let t = self.now();
            let decision = engine::decide(&self.scenario, &self.state, command, t).map_err(|r| (No::Rule(r.code), r.what))?;
            if decision.events.is_empty() {
                return Ok(self.head.seq);
            }
            let (commit, sealed) = self.write_down(actor, id, t, decision.events).map_err(|_| (No::Rule(Code::Runaway), String::new()))?;
            let hash = sealed.hash;
            let stored = self.house.journal.append(self.card.id, self.head.seq, sealed.clone()).await;
            match stored.unwrap_or_else(|_| Answer::Unknown("no answer".into())) {
                Answer::Committed => {
                    self.adopt(&commit, &sealed, decision.state);
                    return Ok(self.head.seq);
                }
                Answer::Refused(why) => {
                    tracing::error!(session = %self.card.id, %why, "the journal refuses");
                    self.refused_by_disk(may_wait.then_some(Pending { commit, sealed, state: decision.state }));
                    return server(ServerNo::NotSaved);
                }
                Answer::Conflict { .. } | Answer::Unknown(_) => {
                    if self.reread().await.is_err() {
                        return server(ServerNo::NotSaved);
                    }
                    // Stored after all?
                    if self.head.hash == hash {
                        return Ok(self.head.seq);
                    }
                    if let Some(n) = self.done.get(&command_key(actor, id)).filter(|_| !id.is_empty()) {
                        return Ok(*n);
                    }
                }
            }
        }
        server(ServerNo::NotSaved)
    }

    /// The commit as the session knows it, and its bytes with the free texts sealed.
    fn write_down(&mut self, actor: Actor, id: &str, t: i64, events: Vec<Event>) -> Result<(Commit, Sealed), String> {
        let mut commit = Commit {
            session: self.card.id,
            seq: self.head.seq + 1,
            command_id: id.to_owned(),
            actor,
            at: self.house.clock.wall(),
            t,
            opening: if self.head.seq == 0 { self.opening.clone() } else { None },
            events,
        };
        let wordy = commit.events.iter().any(|e| matches!(e, Event::Wrote { .. }));
        if !wordy {
            let sealed = record::encode(&commit, &self.head.hash)?;
            return Ok((commit, sealed));
        }
        let plain = commit.events.clone();
        record::seal(self.card.id, &mut commit.events, |author| fold::key_of(&self.crowd, &self.card.key, author));
        let sealed = record::encode(&commit, &self.head.hash)?;
        commit.events = plain;
        Ok((commit, sealed))
    }

    /// It is on disk: now it is true, and everybody is told.
    fn adopt(&mut self, commit: &Commit, sealed: &Sealed, state: State) {
        self.state = state;
        self.head = Head { seq: commit.seq, hash: sealed.hash };
        self.bytes += sealed.bytes.len() as u64;
        if !commit.command_id.is_empty() {
            self.done.insert(command_key(commit.actor, &commit.command_id), commit.seq);
        }
        if !self.saved {
            self.saved = true;
            self.tell_health();
        }
        let touched = engine::touched(&self.scenario, &self.state, &commit.events);
        let tables = engine::tables_touched(&self.scenario, &self.state, &commit.events);
        let moment = Self::moment(&self.scenario, &self.state, commit.seq, commit.t);
        self.viewers.tell(moment, touched, tables.as_deref());
        self.tell_nudges(&commit.events);
        if self.bots_at.is_none() && self.bots().next().is_some() {
            self.bots_at = Some(self.house.clock.mono() + self.house.think.as_millis() as i64);
        }
        self.note_end();
    }

    fn tell_nudges(&mut self, events: &[Event]) {
        let seats = engine::nudged(&self.state, events);
        if !seats.is_empty() {
            let nudge = outbox::text(&ServerFrame::Nudge);
            for seat in seats {
                self.viewers.send_to(Viewer::Seat(seat), &nudge);
            }
        }
    }

    /// The play is over: the join code dies with it.
    fn note_end(&mut self) {
        if !self.ended && engine::stage(&self.state) == Stage::Ended {
            self.ended = true;
            let (people, id) = (self.house.people.clone(), self.card.id);
            tokio::spawn(async move {
                if people.end_session(id).await.is_err() {
                    tracing::warn!(session = %id, "the end of a session could not be noted");
                }
            });
        }
    }

    fn refused_by_disk(&mut self, pending: Option<Pending>) {
        self.pending = pending;
        self.retry_at = self.house.clock.mono() + limits::RETRY_STORE.as_millis() as i64;
        if self.saved {
            self.saved = false;
            self.tell_health();
        }
    }

    /// There may be room again.
    async fn retry(&mut self) {
        let Some(pending) = self.pending.take() else { return };
        let stored = self.house.journal.append(self.card.id, self.head.seq, pending.sealed.clone()).await;
        match stored.unwrap_or_else(|_| Answer::Unknown("no answer".into())) {
            Answer::Committed => self.adopt(&pending.commit, &pending.sealed, pending.state),
            Answer::Refused(_) => self.refused_by_disk(Some(pending)),
            Answer::Conflict { .. } | Answer::Unknown(_) => {
                if self.reread().await.is_err() {
                    self.refused_by_disk(Some(pending));
                }
            }
        }
    }

    /// Somebody else wrote, or an answer was lost: the journal is the truth.
    async fn reread(&mut self) -> Result<(), Failed> {
        let folded = fold::fold(&self.house, self.card.id, self.crowd.clone(), self.card.key.clone()).await?;
        self.state = folded.state;
        self.head = folded.head;
        self.bytes = folded.bytes;
        self.done = folded.done;
        self.damaged |= folded.broken_at.is_some();
        let now = self.now().max(folded.t);
        (self.t_base, self.mono_base) = (now, self.house.clock.mono());
        let moment = Self::moment(&self.scenario, &self.state, self.head.seq, now);
        self.viewers.refresh(moment, &self.crowd.names);
        Ok(())
    }

    // ------------------------------------------------------------ people

    /// The first commit.
    pub async fn open(&mut self, command: &Command) -> Result<(), Failed> {
        match self.carry_out(Actor::Desk, "", command, false).await {
            Ok(_) => Ok(()),
            Err((No::Server(_), _)) => Err(Failed::NotSaved),
            Err((No::Rule(_), _)) => Err(Failed::Refused),
        }
    }

    /// Name and key first, then the commit: a stored text always has a key.
    async fn join(&mut self, typed: &str) -> Result<Welcome, Failed> {
        if self.damaged {
            return Err(Failed::Damaged);
        }
        if self.ended {
            return Err(Failed::Ended);
        }
        if engine::locked(&self.state) {
            return Err(Failed::Locked);
        }
        if engine::seats(&self.state) >= limits::PEOPLE {
            return Err(Failed::Full);
        }
        let nick = nick::clean(typed).ok_or(Failed::Nick)?;
        let seat = SeatId(engine::seats(&self.state) as u32);
        let (papers, key) = self.house.people.seat(self.card.id, seat.0, nick.clone()).await?;
        self.crowd.keys.insert(seat.0, key);
        self.crowd.names.insert(seat.0, nick.clone());
        let result = self.carry_out(Actor::House, "", &Command::Join { bot: false, table: None }, false).await;
        let came = engine::seats(&self.state) as u32 > seat.0;
        match result {
            Ok(_) if came => {
                let name = BTreeMap::from([(seat.0, nick.clone())]);
                self.viewers.send_all(&names_frame(&name));
                self.leaving.insert(seat, self.house.clock.mono() + limits::GRACE_AFTER_START.as_millis() as i64);
                Ok(Welcome { seat, papers, nick })
            }
            outcome => {
                self.crowd.keys.remove(&seat.0);
                self.crowd.names.remove(&seat.0);
                let _ = self.house.people.unseat(self.card.id, seat.0).await;
                Err(match outcome {
                    Err((No::Server(_), _)) => Failed::NotSaved,
                    Err((No::Rule(Code::Full | Code::Size), _)) => Failed::Full,
                    Err((No::Rule(Code::Locked), _)) => Failed::Locked,
                    Err((No::Rule(Code::Closed), _)) => Failed::Ended,
                    _ => Failed::Refused,
                })
            }
        }
    }

    async fn add_bots(&mut self, table: u32, n: u32) -> Result<u32, Failed> {
        for added in 0..n {
            if engine::seats(&self.state) >= limits::PEOPLE {
                return Ok(added);
            }
            let command = Command::Join { bot: true, table: Some(TableId(table)) };
            match self.carry_out(Actor::Desk, "", &command, false).await {
                Ok(_) => {}
                Err((No::Server(_), _)) => return Err(Failed::NotSaved),
                Err(_) if added > 0 => return Ok(added),
                Err(_) => return Err(Failed::Full),
            }
        }
        Ok(n)
    }

    async fn rename(&mut self, seat: SeatId, typed: &str) -> Result<(), Failed> {
        let nick = nick::clean(typed).ok_or(Failed::Nick)?;
        if !self.house.people.rename(self.card.id, seat.0, nick.clone()).await? {
            return Err(Failed::Absent);
        }
        self.crowd.names.insert(seat.0, nick.clone());
        self.viewers.send_all(&names_frame(&BTreeMap::from([(seat.0, nick)])));
        Ok(())
    }

    /// Name and key go from the disk, then the words from the state: it is folded again without the key.
    async fn erase(&mut self, seat: SeatId) -> Result<(), Failed> {
        if !self.house.people.erase(self.card.id, seat.0).await? {
            return Err(Failed::Absent);
        }
        self.crowd.names.remove(&seat.0);
        self.crowd.keys.remove(&seat.0);
        self.viewers.bye(Viewer::Seat(seat), Bye::ShownOut);
        let names = BTreeMap::from([(seat.0.to_string(), None)]);
        self.viewers.send_all(&outbox::text(&ServerFrame::Names { names }));
        self.reread().await
    }

    /// Names and keys are gone from the disk: the room forgets them too, and the words sealed under them.
    async fn forget_everybody(&mut self) {
        // Whoever sat down after the deletion is still there.
        let Ok(left) = self.house.people.crowd(self.card.id).await else { return };
        let gone = self.crowd.names.keys().filter(|seat| !left.names.contains_key(seat)).map(|seat| (seat.to_string(), None)).collect();
        self.crowd = left;
        self.viewers.send_all(&outbox::text(&ServerFrame::Names { names: gone }));
        if self.reread().await.is_err() {
            tracing::error!(session = %self.card.id, "a session could not be read again after its names were deleted");
        }
    }

    // ------------------------------------------------------------ time

    /// When something is to be done though nobody asks.
    fn next_wake(&self) -> Option<i64> {
        let idle = (self.ended && self.viewers.is_empty()).then(|| self.idle_at());
        if self.damaged {
            return idle;
        }
        if self.pending.is_some() {
            return Some(self.retry_at);
        }
        let tick = engine::next_due(&self.state).map(|due| (self.mono_base + due - self.t_base).max(self.tick_after));
        let leaving = self.leaving.values().copied().min();
        [tick, leaving, self.bots_at, idle].into_iter().flatten().min()
    }

    async fn timers(&mut self) {
        let now = self.house.clock.mono();
        if self.pending.is_some() {
            if now >= self.retry_at {
                self.retry().await;
            }
            return;
        }
        self.tick(now).await;
        self.say_who_left(now).await;
        if self.bots_at.is_some_and(|at| at <= now) {
            self.bots_at = None;
            self.let_bots_act().await;
        }
    }

    async fn tick(&mut self, now: i64) {
        let due = engine::next_due(&self.state);
        if due.is_none_or(|due| due > self.now()) || now < self.tick_after {
            return;
        }
        let result = self.carry_out(Actor::House, "", &Command::Tick, true).await;
        // An engine that leaves a due time standing must not keep us spinning.
        if result.is_err() || engine::next_due(&self.state) == due {
            self.tick_after = now + 1_000;
        }
    }

    async fn say_who_left(&mut self, now: i64) {
        let gone: Vec<SeatId> = self.leaving.iter().filter(|(_, at)| **at <= now).map(|(s, _)| *s).collect();
        for seat in gone {
            self.leaving.remove(&seat);
            if engine::is_here(&self.state, seat) && !self.viewers.has(Viewer::Seat(seat)) {
                let _ = self.carry_out(Actor::House, "", &Command::Presence { seat, here: false }, true).await;
            }
        }
    }

    fn bots(&self) -> impl Iterator<Item = SeatId> + '_ {
        (0..engine::seats(&self.state) as u32).map(SeatId).filter(|s| engine::is_bot(&self.state, *s))
    }

    /// Each bot that has something to do does one thing; what follows is done after another think.
    async fn let_bots_act(&mut self) {
        let bots: Vec<SeatId> = self.bots().collect();
        for seat in bots {
            if let Some(act) = engine::bot_act(&self.scenario, &self.state, seat, &mut self.rng) {
                let _ = self.carry_out(Actor::Seat(seat.0), "", &Command::Seat { seat, act }, true).await;
            }
        }
    }
}

async fn wake(sleep: &mut Option<Sleep>) {
    match sleep {
        Some((_, sleep)) => sleep.await,
        None => std::future::pending().await,
    }
}

/// A free text longer than any field of ours.
fn too_wordy(command: &Command) -> bool {
    let long = |text: &str| text.chars().count() > limits::TEXT_CHARS;
    let wordy = |inputs: &sofia_engine::Answers| inputs.values().any(|a| matches!(a, sofia_engine::Answer::Text(t) if long(t)));
    match command {
        Command::Seat { act: SeatAct::Move { inputs, .. }, .. } | Command::Desk { act: DeskAct::Move { inputs, .. } } => wordy(inputs),
        Command::Seat { act: SeatAct::Judge { inputs, reason, .. }, .. } | Command::Desk { act: DeskAct::Judge { inputs, reason, .. } } => {
            wordy(inputs) || long(reason)
        }
        Command::Desk { act: DeskAct::Say { text, .. } | DeskAct::Bookmark { text } } => long(text),
        _ => false,
    }
}
