//! The form of one commit: canonical JSON bytes, chained by SHA-256 over the stored bytes.
//!
//! Anybody can check a journal with `sha256sum`: a commit's `prev` is the hash of the bytes of the one before.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sofia_engine::{Event, TextBody};
use uuid::Uuid;

use crate::secret::{self, Key};

/// Version of the form. A larger one is refused with a sentence; smaller ones go through `upgrade`.
pub const FORMAT: u32 = 1;

pub type Hash = [u8; 32];

/// Who caused a commit. Seats are numbers: the journal knows no names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Actor {
    Seat(u32),
    Desk,
    /// The clock, presence, arrivals.
    House,
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Seat(n) => write!(f, "s{n}"),
            Self::Desk => f.write_str("desk"),
            Self::House => f.write_str("house"),
        }
    }
}

impl std::str::FromStr for Actor {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "desk" => Ok(Self::Desk),
            "house" => Ok(Self::House),
            _ => text.strip_prefix('s').and_then(|n| n.parse().ok()).map(Self::Seat).ok_or(()),
        }
    }
}

impl Serialize for Actor {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Actor {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        text.parse().map_err(|()| serde::de::Error::custom("unknown actor"))
    }
}

/// In the first commit: which scenario, so that the session replays for ever.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Opening {
    /// Content hash of the scenario's files, which are kept beside the journal.
    pub scenario: String,
    pub slug: String,
    pub lang: String,
}

/// One commit, as the session makes it and reads it back.
#[derive(Clone, PartialEq, Debug)]
pub struct Commit {
    pub session: Uuid,
    pub seq: u64,
    /// Made by the client; empty for the house's own.
    pub command_id: String,
    pub actor: Actor,
    /// Wall clock, milliseconds since 1970. Shown, never used for order.
    pub at: i64,
    /// Session clock, milliseconds.
    pub t: i64,
    pub opening: Option<Opening>,
    pub events: Vec<Event>,
}

/// The stored form. Fields stand in this order for ever.
#[derive(Serialize, Deserialize)]
struct Form<E> {
    v: u32,
    session: Uuid,
    seq: u64,
    id: String,
    actor: Actor,
    at: i64,
    t: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    open: Option<Opening>,
    events: E,
    prev: String,
}

/// Bytes ready to be stored, with their hash.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sealed {
    pub bytes: Vec<u8>,
    pub hash: Hash,
    /// Kept beside the bytes so that an `Unknown` append can be looked for.
    pub command_id: String,
}

#[must_use]
pub fn hash(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// The canonical bytes of a commit after `prev`.
///
/// # Errors
/// An event that JSON cannot hold (a number that is not finite).
pub fn encode(commit: &Commit, prev: &Hash) -> Result<Sealed, String> {
    let form = Form {
        v: FORMAT,
        session: commit.session,
        seq: commit.seq,
        id: commit.command_id.clone(),
        actor: commit.actor,
        at: commit.at,
        t: commit.t,
        open: commit.opening.clone(),
        events: &commit.events,
        prev: secret::hex(prev),
    };
    let bytes = serde_json::to_vec(&form).map_err(|e| e.to_string())?;
    let hash = hash(&bytes);
    Ok(Sealed { bytes, hash, command_id: commit.command_id.clone() })
}

/// Reads a commit of this or any older format.
///
/// # Errors
/// A newer format, or bytes that are not a commit.
pub fn decode(bytes: &[u8]) -> Result<Commit, String> {
    #[derive(Deserialize)]
    struct Version {
        v: u32,
    }
    let Version { v } = serde_json::from_slice(bytes).map_err(|e| format!("not a commit: {e}"))?;
    let form: Form<Vec<Event>> = match v {
        FORMAT => serde_json::from_slice(bytes).map_err(|e| format!("not a commit of format {v}: {e}"))?,
        newer if newer > FORMAT => {
            return Err(format!("format {newer} was written by a newer sofia; this one reads up to {FORMAT}"));
        }
        older => upgrade(older, bytes)?,
    };
    Ok(Commit {
        session: form.session,
        seq: form.seq,
        command_id: form.id,
        actor: form.actor,
        at: form.at,
        t: form.t,
        opening: form.open,
        events: form.events,
    })
}

/// Turns the bytes of an older format into today's form. The stored bytes stay as they are.
fn upgrade(v: u32, _bytes: &[u8]) -> Result<Form<Vec<Event>>, String> {
    Err(format!("format {v} was never released"))
}

/// What the chain needs of a row; read without its events, so that a later format can still be verified.
pub struct Link {
    pub session: Uuid,
    pub seq: u64,
    pub prev: Hash,
}

#[must_use]
pub fn link(bytes: &[u8]) -> Option<Link> {
    #[derive(Deserialize)]
    struct Raw {
        session: Uuid,
        seq: u64,
        prev: String,
    }
    let raw: Raw = serde_json::from_slice(bytes).ok()?;
    let prev = secret::unhex(&raw.prev)?.try_into().ok()?;
    Some(Link { session: raw.session, seq: raw.seq, prev })
}

// ---------------------------------------------------------------- free text

/// Binds a sealed text to its place: it cannot be moved to another session, text or author.
fn place(session: Uuid, id: u32, author: Option<u32>) -> Vec<u8> {
    let mut place = session.as_bytes().to_vec();
    place.extend(id.to_be_bytes());
    place.extend(author.map_or(u32::MAX, |a| a).to_be_bytes());
    place
}

/// Seals every plain text under its author's key. A text whose author has no key any more is not kept.
pub fn seal(session: Uuid, events: &mut [Event], key_of: impl Fn(Option<u32>) -> Option<Key>) {
    for event in events {
        let Event::Wrote { id, author, body, .. } = event else { continue };
        let TextBody::Plain(text) = body else { continue };
        *body = key_of(*author)
            .and_then(|key| {
                let nonce: [u8; 12] = secret::random();
                let payload = Payload { msg: text.as_bytes(), aad: &place(session, *id, *author) };
                let sealed = ChaCha20Poly1305::new((&key.0).into()).encrypt(Nonce::from_slice(&nonce), payload).ok()?;
                Some(TextBody::Sealed(STANDARD_NO_PAD.encode([&nonce[..], &sealed].concat())))
            })
            .unwrap_or(TextBody::Gone);
    }
}

/// Opens every sealed text; `Gone` where the key has been erased.
pub fn unseal(session: Uuid, events: &mut [Event], key_of: impl Fn(Option<u32>) -> Option<Key>) {
    for event in events {
        let Event::Wrote { id, author, body, .. } = event else { continue };
        let TextBody::Sealed(sealed) = body else { continue };
        *body = key_of(*author)
            .and_then(|key| {
                let bytes = STANDARD_NO_PAD.decode(sealed.as_bytes()).ok()?;
                let (nonce, text) = bytes.split_at_checked(12)?;
                let payload = Payload { msg: text, aad: &place(session, *id, *author) };
                let plain = ChaCha20Poly1305::new((&key.0).into()).decrypt(Nonce::from_slice(nonce), payload).ok()?;
                String::from_utf8(plain).ok()
            })
            .map_or(TextBody::Gone, TextBody::Plain);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Commit {
        Commit {
            session: Uuid::from_u128(7),
            seq: 1,
            command_id: "c1".into(),
            actor: Actor::Seat(3),
            at: 1_700_000_000_000,
            t: 0,
            opening: Some(Opening { scenario: "ab".into(), slug: "lupi".into(), lang: "it".into() }),
            events: vec![Event::Wrote { id: 0, author: Some(3), body: TextBody::Plain("è già sera".into()), unkept: false }],
        }
    }

    /// These bytes are a promise: journals written today open for ever.
    #[test]
    fn golden() {
        let sealed = encode(&sample(), &[0; 32]).unwrap();
        assert_eq!(
            String::from_utf8(sealed.bytes.clone()).unwrap(),
            concat!(
                r#"{"v":1,"session":"00000000-0000-0000-0000-000000000007","seq":1,"id":"c1","actor":"s3","at":1700000000000,"t":0,"#,
                r#""open":{"scenario":"ab","slug":"lupi","lang":"it"},"events":["#,
                r#"{"wrote":{"id":0,"author":3,"body":{"plain":"è già sera"}}}"#,
                r#"],"prev":"0000000000000000000000000000000000000000000000000000000000000000"}"#
            )
        );
        assert_eq!(secret::hex(&sealed.hash), GOLDEN_HASH);
        assert_eq!(decode(&sealed.bytes).unwrap(), sample());
    }
    const GOLDEN_HASH: &str = "2b3a6bf84266b2591e1a2bb11efcf601a6769d67092f8d10eb134b1b6dd1d57a";

    #[test]
    fn a_newer_format_is_refused_with_a_sentence() {
        let error = decode(br#"{"v":9,"session":"x"}"#).unwrap_err();
        assert!(error.contains("newer sofia"), "{error}");
    }

    #[test]
    fn sealed_text_opens_only_with_its_key_in_its_place() {
        let key = Key::fresh();
        let session = Uuid::from_u128(1);
        let mut events = sample().events;
        seal(session, &mut events, |_| Some(key.clone()));
        assert!(!format!("{events:?}").contains("sera"));
        let mut elsewhere = events.clone();
        unseal(Uuid::from_u128(2), &mut elsewhere, |_| Some(key.clone()));
        assert!(matches!(elsewhere[0], Event::Wrote { body: TextBody::Gone, .. }));
        let mut erased = events.clone();
        unseal(session, &mut erased, |_| None);
        assert!(matches!(erased[0], Event::Wrote { body: TextBody::Gone, .. }));
        unseal(session, &mut events, |_| Some(key.clone()));
        assert_eq!(events, sample().events);
    }
}
