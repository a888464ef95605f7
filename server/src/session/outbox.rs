//! What waits for one connection. Bounded: a reader that does not keep up is cut, never waited for.

use crate::limits;
use crate::wire::frames::{Bye, ServerFrame};
use tokio::sync::mpsc;

/// The bytes of a text frame; a clone is a reference count.
pub use tokio_tungstenite::tungstenite::Utf8Bytes as Text;

#[derive(Clone, Debug)]
pub enum Out {
    Frame(Text),
    /// The last frame; the connection closes after it.
    Bye(Bye),
}

impl Out {
    /// Bytes it takes on the wire, at most.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::Frame(text) => limits::FRAME_HEAD_BYTES + text.len(),
            Self::Bye(_) => 0,
        }
    }
}

/// The session's end.
#[derive(Clone, Debug)]
pub struct Outbox(mpsc::Sender<Out>);

#[must_use]
pub fn outbox() -> (Outbox, mpsc::Receiver<Out>) {
    let (tx, rx) = mpsc::channel(limits::OUTBOX_FRAMES);
    (Outbox(tx), rx)
}

impl Outbox {
    /// `false`: full or gone; drop the outbox, which ends the connection.
    #[must_use]
    pub fn push(&self, frame: Text) -> bool {
        self.0.try_send(Out::Frame(frame)).is_ok()
    }
    pub fn bye(&self, why: Bye) {
        let _ = self.0.try_send(Out::Bye(why));
    }
    /// Nothing more fits, or nobody reads.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.0.capacity() == 0 || self.0.is_closed()
    }
}

/// A small frame as text.
#[must_use]
pub fn text(frame: &ServerFrame) -> Text {
    // The types of the wire have string keys only, so this cannot fail.
    serde_json::to_string(frame).unwrap_or_default().into()
}
