//! A WebSocket of the generator, by hand: it must cost far less than what it measures.
//!
//! Frames are read where they lie, in one buffer that all connections share, and sent with a mask of zeros.

use super::Fault;
use super::http::Http;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;

const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// Bytes read at a time, for all connections of the generator.
pub const SCRATCH_BYTES: usize = 64 * 1024;

pub struct Wire {
    stream: TcpStream,
    /// The beginning of a frame whose end has not come yet.
    rest: Vec<u8>,
    /// The other side asked for a sign of life.
    pinged: bool,
}

impl Wire {
    pub async fn open(http: &Http, path: &str) -> Result<Self, Fault> {
        let refused = |why: String| Fault::new(format!("il WebSocket non si apre: {why}"), format!("the WebSocket does not open: {why}"));
        let mut wire = Self { stream: TcpStream::connect(http.address).await.map_err(|e| refused(e.to_string()))?, rest: Vec::new(), pinged: false };
        let _ = wire.stream.set_nodelay(true);
        let head = wire.shake_hands(http, path).await.map_err(|e| refused(e.to_string()))?;
        if head.starts_with("HTTP/1.1 101") { Ok(wire) } else { Err(refused(head.lines().next().unwrap_or_default().to_owned())) }
    }

    async fn shake_hands(&mut self, http: &Http, path: &str) -> io::Result<String> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            host = http.host,
        );
        self.stream.write_all(request.as_bytes()).await?;
        let mut got = Vec::with_capacity(1024);
        loop {
            if let Some(end) = got.windows(4).position(|w| w == b"\r\n\r\n") {
                self.rest = got.split_off(end + 4);
                return Ok(String::from_utf8_lossy(&got).into_owned());
            }
            if self.stream.read_buf(&mut got).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// Sends one text frame; nearly always by one attempt.
    pub async fn send(&mut self, text: &str) -> io::Result<()> {
        self.put(TEXT, text.as_bytes()).await
    }

    async fn put(&mut self, opcode: u8, payload: &[u8]) -> io::Result<()> {
        let mut frame = Vec::with_capacity(payload.len() + 8);
        frame.push(0x80 | opcode);
        match payload.len() {
            short @ ..126 => frame.push(0x80 | short as u8),
            long => {
                frame.push(0x80 | 126);
                frame.extend((long as u16).to_be_bytes());
            }
        }
        // A mask of zeros is a mask; it leaves the payload as it is.
        frame.extend([0; 4]);
        frame.extend(payload);
        self.stream.write_all(&frame).await
    }

    /// Answers what the reading left to be answered.
    pub async fn keep_alive(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.pinged) {
            self.put(PONG, &[]).await?;
        }
        Ok(())
    }

    /// Reads once and gives every whole text frame to `each`. An end of the stream is an error.
    pub fn poll_frames(&mut self, cx: &mut Context<'_>, scratch: &mut [u8], mut each: impl FnMut(&[u8])) -> Poll<io::Result<()>> {
        let mut buffer = ReadBuf::new(scratch);
        std::task::ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer))?;
        let fresh = buffer.filled();
        if fresh.is_empty() {
            return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
        }
        if self.rest.is_empty() {
            let used = self.take_frames(fresh, &mut each)?;
            self.rest.extend_from_slice(&fresh[used..]);
        } else {
            let mut all = std::mem::take(&mut self.rest);
            all.extend_from_slice(fresh);
            let used = self.take_frames(&all, &mut each)?;
            all.drain(..used);
            // A kept buffer would count as memory of ours only; but most rests are empty, and so is this.
            self.rest = all;
        }
        Poll::Ready(Ok(()))
    }

    fn take_frames(&mut self, bytes: &[u8], each: &mut impl FnMut(&[u8])) -> io::Result<usize> {
        let mut used = 0;
        while let Some((opcode, payload, length)) = frame_in(&bytes[used..]) {
            match opcode {
                TEXT => each(payload),
                PING => self.pinged = true,
                CLOSE => return Err(io::ErrorKind::ConnectionAborted.into()),
                _ => {}
            }
            used += length;
        }
        Ok(used)
    }

    /// The next text frame that `wanted` takes, for the opening only.
    pub async fn next(&mut self, mut wanted: impl FnMut(&[u8]) -> bool) -> io::Result<Vec<u8>> {
        let mut scratch = vec![0; SCRATCH_BYTES];
        let mut found = None;
        let early = std::mem::take(&mut self.rest);
        let mut keep = |frame: &[u8]| {
            if wanted(frame) {
                found = Some(frame.to_vec());
            }
        };
        let used = self.take_frames(&early, &mut keep)?;
        self.rest = early[used..].to_vec();
        loop {
            if let Some(frame) = found.take() {
                return Ok(frame);
            }
            let mut keep = |frame: &[u8]| {
                if wanted(frame) {
                    found = Some(frame.to_vec());
                }
            };
            poll_fn(|cx| self.poll_frames(cx, &mut scratch, &mut keep)).await?;
            self.keep_alive().await?;
        }
    }
}

/// The first whole frame: what it is, what it carries, how long it is in all. Servers do not mask.
fn frame_in(bytes: &[u8]) -> Option<(u8, &[u8], usize)> {
    let (&first, &second) = (bytes.first()?, bytes.get(1)?);
    let (head, length) = match second & 0x7f {
        126 => (4, u64::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?))),
        127 => (10, u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)),
        short => (2, u64::from(short)),
    };
    let end = head + usize::try_from(length).ok()?;
    Some((first & 0x0f, bytes.get(head..end)?, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_all_lengths_are_cut_out() {
        for length in [0usize, 1, 125, 126, 300, 70_000] {
            let mut bytes = vec![0x81];
            match length {
                0..126 => bytes.push(length as u8),
                126..65_536 => {
                    bytes.push(126);
                    bytes.extend((length as u16).to_be_bytes());
                }
                _ => {
                    bytes.push(127);
                    bytes.extend((length as u64).to_be_bytes());
                }
            }
            bytes.extend(vec![b'x'; length]);
            let whole = bytes.len();
            assert!(frame_in(&bytes[..whole - 1]).is_none());
            bytes.extend(b"more");
            let (opcode, payload, used) = frame_in(&bytes).unwrap();
            assert_eq!((opcode, payload.len(), used), (TEXT, length, whole));
        }
    }
}
