//! One WebSocket: one task that waits for its outbox, its peer, and the clock.

use super::access::{self, Act, Role};
use super::guard::{Caller, origin_is_ours};
use super::listen::{Held, Stream, take_apart};
use super::metrics::Counted;
use super::tickets::Grant;
use super::{App, SharedApp};
use crate::limits;
use crate::session::Call;
use crate::session::bucket::Bucket;
use crate::session::outbox::{self, Out};
use crate::wire::frames::{Bye, ClientFrame, No, ServerFrame, ServerNo};
use crate::wire::http::Wrong;
use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::http;
use axum::response::{IntoResponse, Response};
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use sofia_engine::Viewer;
use std::sync::atomic::Ordering;
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role as Side, WebSocketConfig};
use tokio_tungstenite::tungstenite::{self, Message, Utf8Bytes};

/// The library's defaults are unsafe here: 128 KiB read buffer, 64 MiB messages, no bound on writes.
fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(limits::READ_BUFFER_BYTES)
        .write_buffer_size(limits::WRITE_CHUNK_BYTES)
        .max_write_buffer_size(limits::WRITE_BUFFER_BYTES)
        .max_message_size(Some(limits::FRAME_BYTES))
        .max_frame_size(Some(limits::FRAME_BYTES))
        .accept_unmasked_frames(false)
}

#[derive(Deserialize)]
pub struct TicketIn {
    #[serde(default)]
    ticket: String,
}

/// Origin first, then the ticket, then the handshake: a stranger learns nothing from the order.
pub async fn upgrade(State(app): State<SharedApp>, Query(query): Query<TicketIn>, mut request: Request) -> Response {
    if !origin_is_ours(&app, request.headers(), true) {
        app.gauges.failed_tries_total.fetch_add(1, Ordering::Relaxed);
        return Wrong::Origin.into_response();
    }
    let Some(answer) = handshake(&request) else { return Wrong::Malformed.into_response() };
    let Some(grant) = app.tickets.redeem(&query.ticket) else {
        if let Some(caller) = request.extensions().get::<Caller>() {
            app.tries.failed(&caller.address);
        }
        app.gauges.failed_tries_total.fetch_add(1, Ordering::Relaxed);
        return Wrong::Rights.into_response();
    };
    let Ok(line) = app.registry.line(grant.session).await else { return Wrong::Busy.into_response() };
    let held = request.extensions().get::<Held>().cloned();
    let upgraded = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        let _held = held;
        let Ok(Ok(upgraded)) = timeout(limits::HANDSHAKE, upgraded).await else { return };
        let Some((stream, begun)) = take_apart(upgraded) else { return };
        let ws = WebSocketStream::from_partially_read(stream, begun, Side::Server, Some(config())).await;
        converse(&app, ws, line, grant).await;
    });
    answer
}

/// The library checks version, key and headers.
fn handshake(request: &Request) -> Option<Response> {
    let mut bare = http::Request::new(());
    *bare.method_mut() = request.method().clone();
    *bare.uri_mut() = request.uri().clone();
    *bare.version_mut() = request.version();
    bare.headers_mut().clone_from(request.headers());
    let answer = tungstenite::handshake::server::create_response(&bare).ok()?;
    Some(answer.map(|()| Body::empty()))
}

/// What one connection remembers.
struct Talk<'a> {
    app: &'a App,
    ws: WebSocketStream<Stream>,
    line: mpsc::Sender<Call>,
    conn: u64,
    viewer: Viewer,
    bucket: Bucket,
    bad: u32,
    heard: Instant,
}

async fn converse(app: &App, ws: WebSocketStream<Stream>, line: mpsc::Sender<Call>, grant: Grant) {
    let _counted = Counted::new(&app.gauges.sockets);
    let (outbox, mut out) = outbox::outbox();
    let conn = app.registry.connection_id();
    let viewer = grant.viewer;
    if line.send(Call::Connect { conn, viewer, outbox }).await.is_err() {
        return;
    }
    let now = app.registry.house().clock.mono();
    let burst = rate(app, viewer).1;
    let mut talk = Talk { app, ws, line, conn, viewer, bucket: Bucket::full(burst, now), bad: 0, heard: Instant::now() };
    let why = talk.run(&mut out).await;
    let _ = talk.line.send(Call::Gone { conn }).await;
    drop(out);
    let _ = timeout(limits::GOODBYE, talk.part(why)).await;
}

fn rate(app: &App, viewer: Viewer) -> (f64, f64) {
    match viewer {
        Viewer::Seat(_) | Viewer::Projector => {
            let usual = (limits::SEAT_COMMANDS_PER_SECOND, limits::SEAT_BURST);
            app.site.seat_commands.map_or(usual, |lifted| (lifted, lifted))
        }
        Viewer::Desk => (limits::DESK_COMMANDS_PER_SECOND, limits::DESK_BURST),
    }
}

/// How a conversation ended.
enum End {
    /// The other side closed, or the network went.
    Theirs,
    /// Ours: a last frame, and the code of the close.
    Ours(Option<Bye>, CloseCode),
}

impl Talk<'_> {
    async fn run(&mut self, out: &mut mpsc::Receiver<Out>) -> End {
        let mut batch = Vec::new();
        let nap = tokio::time::sleep(limits::PING_AFTER);
        tokio::pin!(nap);
        loop {
            let end = tokio::select! {
                biased;
                n = out.recv_many(&mut batch, limits::BATCH_FRAMES) => match n {
                    // The session dropped us: too slow, or gone. The client comes back and resumes.
                    0 => Some(End::Ours(None, CloseCode::Again)),
                    _ => self.write(&mut batch).await,
                },
                message = self.ws.next() => self.read(message).await,
                () = &mut nap => {
                    nap.as_mut().reset(Instant::now() + limits::PING_AFTER);
                    self.check_life().await
                }
            };
            if let Some(end) = end {
                return end;
            }
        }
    }

    /// Everything that waits, in one write: a system call costs more than copying a frame.
    async fn write(&mut self, batch: &mut Vec<Out>) -> Option<End> {
        self.app.gauges.frames_out_total.fetch_add(batch.len() as u64, Ordering::Relaxed);
        let mut bye = None;
        let mut bytes = Vec::with_capacity(batch.iter().map(Out::size).sum());
        for out in batch.drain(..) {
            match out {
                Out::Frame(text) => put_frame(&mut bytes, &text),
                Out::Bye(why) => bye = Some(why),
            }
        }
        let written = timeout(limits::WRITE_STALL, async {
            // What the library still holds, such as a pong, goes first: a frame must not land inside another.
            self.ws.flush().await?;
            self.ws.get_mut().write_all(&bytes).await?;
            self.ws.get_mut().flush().await?;
            Ok::<(), tungstenite::Error>(())
        });
        match written.await {
            Ok(Ok(())) => bye.map(|why| End::Ours(Some(why), if why == Bye::Restart { CloseCode::Restart } else { CloseCode::Normal })),
            _ => Some(End::Theirs),
        }
    }

    async fn read(&mut self, message: Option<Result<Message, tungstenite::Error>>) -> Option<End> {
        let message = match message {
            None => return Some(End::Theirs),
            Some(Err(tungstenite::Error::Capacity(_))) => return Some(End::Ours(Some(Bye::Protocol), CloseCode::Size)),
            Some(Err(tungstenite::Error::Protocol(_) | tungstenite::Error::Utf8(_))) => {
                return Some(End::Ours(None, CloseCode::Protocol));
            }
            Some(Err(_)) => return Some(End::Theirs),
            Some(Ok(message)) => message,
        };
        self.heard = Instant::now();
        match message {
            Message::Text(text) => self.hear(&text).await,
            Message::Binary(_) => Some(End::Ours(Some(Bye::Protocol), CloseCode::Unsupported)),
            Message::Close(_) => Some(End::Theirs),
            // The library answers pings; the answer leaves with the next flush.
            Message::Ping(_) => self.ws.flush().await.is_err().then_some(End::Theirs),
            Message::Pong(_) | Message::Frame(_) => None,
        }
    }

    async fn hear(&mut self, text: &Utf8Bytes) -> Option<End> {
        self.app.gauges.frames_in_total.fetch_add(1, Ordering::Relaxed);
        let (per_second, burst) = rate(self.app, self.viewer);
        if !self.bucket.take(per_second, burst, self.app.registry.house().clock.mono()) {
            return self.refuse(id_in(text), ServerNo::Busy).await;
        }
        // Parsed and copied here: the text is a slice of the read buffer and must not be kept.
        let Ok(frame) = serde_json::from_str::<ClientFrame>(text) else {
            return self.refuse(id_in(text), ServerNo::Malformed).await;
        };
        if !access::allowed(Role::of_viewer(self.viewer), act_of(&frame)) {
            return self.refuse(id_in(text), ServerNo::Rights).await;
        }
        match self.line.try_send(Call::Frame { conn: self.conn, frame }) {
            Ok(()) => {
                self.bad = 0;
                None
            }
            Err(mpsc::error::TrySendError::Full(_)) => self.refuse(id_in(text), ServerNo::Busy).await,
            Err(mpsc::error::TrySendError::Closed(_)) => Some(End::Ours(None, CloseCode::Again)),
        }
    }

    /// Some patience, then none.
    async fn refuse(&mut self, id: String, why: ServerNo) -> Option<End> {
        self.app.gauges.frames_refused_total.fetch_add(1, Ordering::Relaxed);
        self.bad += 1;
        if self.bad > limits::BAD_FRAMES {
            return Some(End::Ours(Some(Bye::Protocol), CloseCode::Policy));
        }
        let frame = outbox::text(&ServerFrame::No { id, code: No::Server(why), what: String::new() });
        let sent = timeout(limits::WRITE_STALL, self.ws.send(Message::Text(frame))).await;
        (!matches!(sent, Ok(Ok(())))).then_some(End::Theirs)
    }

    async fn check_life(&mut self) -> Option<End> {
        if self.heard.elapsed() >= limits::DEAD_AFTER {
            return Some(End::Theirs);
        }
        let sent = timeout(limits::WRITE_STALL, self.ws.send(Message::Ping(tungstenite::Bytes::new()))).await;
        (!matches!(sent, Ok(Ok(())))).then_some(End::Theirs)
    }

    /// The last frame, the close, and a moment for the other side to take them.
    async fn part(&mut self, end: End) {
        let End::Ours(bye, code) = end else {
            let _ = self.ws.close(None).await;
            return;
        };
        if let Some(why) = bye {
            let _ = self.ws.send(Message::Text(outbox::text(&ServerFrame::Bye { why }))).await;
        }
        let _ = self.ws.close(Some(CloseFrame { code, reason: Utf8Bytes::default() })).await;
        while let Some(Ok(_)) = self.ws.next().await {}
    }
}

/// One text frame, unmasked and whole, as RFC 6455 (5.2) has it. Not through the library: it would keep, for each
/// connection, a buffer as large as the largest frame.
fn put_frame(bytes: &mut Vec<u8>, text: &Utf8Bytes) {
    const FINAL_TEXT: u8 = 0x81;
    bytes.push(FINAL_TEXT);
    match (u8::try_from(text.len()), u16::try_from(text.len())) {
        (Ok(n), _) if n < 126 => bytes.push(n),
        (_, Ok(n)) => {
            bytes.push(126);
            bytes.extend_from_slice(&n.to_be_bytes());
        }
        _ => {
            bytes.push(127);
            bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
        }
    }
    bytes.extend_from_slice(text.as_bytes());
}

fn act_of(frame: &ClientFrame) -> Act {
    match frame {
        ClientFrame::Hello { .. } | ClientFrame::Ping => Act::Watch,
        ClientFrame::Seat { .. } => Act::PlaySeat,
        ClientFrame::Desk { .. } => Act::RunDesk,
    }
}

/// The id of a frame we refuse, if it has a sensible one, so that the client knows which.
fn id_in(text: &str) -> String {
    #[derive(Deserialize)]
    struct OnlyId {
        id: String,
    }
    let id = serde_json::from_str::<OnlyId>(text).map(|o| o.id).unwrap_or_default();
    if id.chars().count() <= limits::COMMAND_ID_CHARS { id } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_sockets_are_small() {
        let config = config();
        assert_eq!(config.read_buffer_size, 1024);
        assert_eq!(config.max_message_size, Some(32 * 1024));
        assert_eq!(config.max_frame_size, Some(32 * 1024));
        assert_eq!(config.max_write_buffer_size, 256 * 1024);
        assert!(config.write_buffer_size < config.max_write_buffer_size);
        assert!(!config.accept_unmasked_frames);
    }

    #[tokio::test]
    async fn a_frame_is_read_as_it_was_written() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let theirs = tokio::net::TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let mut ours = Stream::Plain(listener.accept().await.unwrap().0);
        let mut theirs = WebSocketStream::from_raw_socket(theirs, Side::Client, None).await;
        for size in [0, 125, 126, 1024, 65_535, 65_536, 200_000] {
            let text = Utf8Bytes::from("é".repeat(size / 2) + &"x".repeat(size % 2));
            let mut bytes = Vec::new();
            put_frame(&mut bytes, &text);
            let (written, read) = tokio::join!(ours.write_all(&bytes), theirs.next());
            written.unwrap();
            assert_eq!(read.unwrap().unwrap(), Message::Text(text), "{size}");
        }
    }

    #[test]
    fn a_refused_frame_is_named_if_it_can_be() {
        assert_eq!(id_in(r#"{"t":"seat","id":"c7","act":{"do":"fly"}}"#), "c7");
        assert_eq!(id_in("[[[["), "");
        assert_eq!(id_in(&format!(r#"{{"id":"{}"}}"#, "x".repeat(41))), "");
    }
}
