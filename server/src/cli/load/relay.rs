//! The floor: a server that only passes moves on. Turn and card are checked, a small state is kept, one frame is
//! made for the whole table; nothing is stored, nobody has secrets, there is no way back after a drop.
//!
//! Built as a careful programmer would: small read buffer, one queue and one task a connection, one flush a batch.

use super::Fault;
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async_with_config};

#[derive(clap::Args)]
pub struct RelayArgs {
    #[arg(long)]
    pub listen: SocketAddr,
    /// People of a table
    #[arg(long, default_value_t = 6)]
    pub people: usize,
}

#[derive(Default)]
struct Table {
    seats: Vec<Option<UnboundedSender<Utf8Bytes>>>,
    turn: usize,
    moves: u64,
    total: u64,
}

type Tables = Mutex<HashMap<usize, Arc<Mutex<Table>>>>;

#[derive(Deserialize)]
struct Move<'a> {
    #[serde(borrow)]
    id: &'a str,
    card: u64,
}

pub fn run(args: &RelayArgs) -> Result<(), Fault> {
    let failed = |e: std::io::Error| Fault::new(format!("il ripetitore non parte: {e}"), format!("the relay does not start: {e}"));
    // It has one core: with a thread of its own for the work, queues that overflow would only make it unfair.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    runtime.block_on(serve(args)).map_err(failed)
}

async fn serve(args: &RelayArgs) -> std::io::Result<()> {
    let listener = TcpListener::bind(args.listen).await?;
    let tables: Arc<Tables> = Arc::default();
    loop {
        let (stream, _) = listener.accept().await?;
        let (tables, people) = (tables.clone(), args.people);
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            if let Some((ws, table, seat)) = welcome(stream, &tables, people).await {
                converse(ws, &table, seat).await;
            }
        });
    }
}

/// The handshake; the path is `/table/seat`.
#[allow(clippy::result_large_err, reason = "the library's type")]
async fn welcome(stream: TcpStream, tables: &Tables, people: usize) -> Option<(WebSocketStream<TcpStream>, Arc<Mutex<Table>>, usize)> {
    let mut path = String::new();
    let look = |request: &Request, answer: Response| {
        request.uri().path().clone_into(&mut path);
        Ok(answer)
    };
    let config = WebSocketConfig::default().read_buffer_size(crate::limits::READ_BUFFER_BYTES).write_buffer_size(crate::limits::WRITE_CHUNK_BYTES);
    let ws = accept_hdr_async_with_config(stream, look, Some(config)).await.ok()?;
    let (table, seat) = path.trim_start_matches('/').split_once('/')?;
    let (table, seat) = (table.parse().ok()?, seat.parse().ok().filter(|s| *s < people)?);
    let mut all = tables.lock().unwrap_or_else(PoisonError::into_inner);
    let table = all.entry(table).or_insert_with(|| Arc::new(Mutex::new(Table { seats: vec![None; people], ..Table::default() })));
    Some((ws, table.clone(), seat))
}

async fn converse(mut ws: WebSocketStream<TcpStream>, table: &Mutex<Table>, seat: usize) {
    let (queue, mut out) = unbounded_channel();
    {
        let mut table = table.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = queue.send(table.frame(0));
        table.seats[seat] = Some(queue);
    }
    let mut batch = Vec::new();
    loop {
        let goes_on = tokio::select! {
            n = out.recv_many(&mut batch, crate::limits::BATCH_FRAMES) => n > 0 && write(&mut ws, &mut batch).await,
            message = ws.next() => match message {
                Some(Ok(Message::Text(text))) => hear(&mut ws, table, seat, &text).await,
                Some(Ok(Message::Ping(_))) => ws.flush().await.is_ok(),
                Some(Ok(Message::Close(_)) | Err(_)) | None => false,
                Some(Ok(_)) => true,
            },
        };
        if !goes_on {
            break;
        }
    }
    table.lock().unwrap_or_else(PoisonError::into_inner).seats[seat] = None;
}

async fn write(ws: &mut WebSocketStream<TcpStream>, batch: &mut Vec<Utf8Bytes>) -> bool {
    for frame in batch.drain(..) {
        if ws.feed(Message::Text(frame)).await.is_err() {
            return false;
        }
    }
    ws.flush().await.is_ok()
}

async fn hear(ws: &mut WebSocketStream<TcpStream>, table: &Mutex<Table>, seat: usize, text: &str) -> bool {
    let Ok(asked) = serde_json::from_str::<Move<'_>>(text) else { return false };
    let done = table.lock().unwrap_or_else(PoisonError::into_inner).play(seat, asked.card);
    done || ws.send(Message::text(format!(r#"{{"t":"no","id":"{}"}}"#, asked.id))).await.is_ok()
}

impl Table {
    fn play(&mut self, seat: usize, card: u64) -> bool {
        if seat != self.turn || !(1..=6).contains(&card) {
            return false;
        }
        self.turn = (seat + 1) % self.seats.len();
        self.moves += 1;
        self.total += card;
        let frame = self.frame(card);
        for queue in self.seats.iter().flatten() {
            let _ = queue.send(frame.clone());
        }
        true
    }

    fn frame(&self, card: u64) -> Utf8Bytes {
        let Self { turn, moves, total, .. } = self;
        format!(r#"{{"t":"update","n":{moves},"turn":{turn},"card":{card},"total":{total}}}"#).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_has_the_turn_plays() {
        let mut table = Table { seats: vec![None; 6], ..Table::default() };
        assert!(!table.play(1, 3) && !table.play(0, 7) && table.play(0, 3) && table.play(1, 6));
        assert_eq!((table.turn, table.moves, table.total), (2, 2, 9));
    }
}
