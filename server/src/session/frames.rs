//! View and diff frames: each part rendered once per class of viewers, each distinct frame built once.

use super::engine_api::{self as engine, PART_COUNT};
use super::outbox::Text;
use foldhash::quality::RandomState;
use sofia_engine::view::{Part, PartSet};
use sofia_engine::{Scenario, State, Viewer};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::hash::BuildHasher;
use std::ops::Range;

/// Hash of each part as last sent; 0: the viewer has no such part.
pub type Sent = [u64; PART_COUNT];
pub const NOTHING_SENT: Sent = [0; PART_COUNT];

/// Memory that is used again for every commit of a room.
#[derive(Default)]
pub struct Renderer {
    /// Keyed at random per room, and never shown: nobody can try words that collide.
    hasher: RandomState,
    text: String,
    parts: HashMap<(Part, u64), (u64, Range<usize>), RandomState>,
    frames: HashMap<u64, Text, RandomState>,
}

/// What a frame is about.
#[derive(Clone, Copy)]
pub struct Moment<'a> {
    pub scenario: &'a Scenario,
    pub state: &'a State,
    pub n: u64,
    pub at: i64,
}

impl Renderer {
    /// Forgets what was rendered for the state before.
    pub fn begin(&mut self) {
        self.text.clear();
        self.parts.clear();
        self.frames.clear();
    }

    /// The bytes of one part for one viewer, and their hash; 0 when there is no such part.
    fn part(&mut self, moment: Moment<'_>, viewer: Viewer, lang: usize, part: Part) -> (u64, Range<usize>) {
        let class = engine::class(moment.scenario, moment.state, viewer, lang, part);
        if let Some(known) = self.parts.get(&(part, class)) {
            return known.clone();
        }
        let start = self.text.len();
        engine::render(moment.scenario, moment.state, viewer, lang, part, &mut self.text);
        let range = start..self.text.len();
        let hash = if range.is_empty() { 0 } else { self.hasher.hash_one(&self.text[range.clone()]).max(1) };
        self.parts.insert((part, class), (hash, range.clone()));
        (hash, range)
    }

    /// What changed for this viewer since `sent`, or nothing. `after`: the number last sent.
    pub fn diff(&mut self, moment: Moment<'_>, viewer: Viewer, lang: usize, touched: PartSet, sent: &mut Sent, after: u64) -> Option<Text> {
        let touched = touched.and(engine::parts_of(viewer));
        let mut changed: [(Part, Range<usize>); PART_COUNT] = std::array::from_fn(|_| (Part::Session, 0..0));
        let mut count = 0;
        let mut key = Vec::with_capacity(2 * PART_COUNT);
        for part in touched.iter() {
            let (hash, range) = self.part(moment, viewer, lang, part);
            if hash != sent[part as usize] {
                sent[part as usize] = hash;
                changed[count] = (part, range);
                count += 1;
                key.push((part as usize, hash));
            }
        }
        if count == 0 {
            return None;
        }
        let key = self.hasher.hash_one((after, key));
        if let Some(built) = self.frames.get(&key) {
            return Some(built.clone());
        }
        let mut frame = String::with_capacity(64 + changed[..count].iter().map(|(_, r)| r.len() + 12).sum::<usize>());
        let _ = write!(frame, "{{\"t\":\"diff\",\"n\":{},\"after\":{after},\"at\":{},\"parts\":", moment.n, moment.at);
        write_parts(&mut frame, &self.text, &changed[..count]);
        frame.push('}');
        let built = Text::from(frame);
        self.frames.insert(key, built.clone());
        Some(built)
    }

    /// Everything, for a connection that says hello.
    pub fn view(&mut self, moment: Moment<'_>, viewer: Viewer, lang: usize, names: &BTreeMap<u32, String>, sent: &mut Sent) -> Text {
        self.begin();
        let mut parts = Vec::with_capacity(PART_COUNT);
        *sent = NOTHING_SENT;
        for part in engine::parts_of(viewer).iter() {
            let (hash, range) = self.part(moment, viewer, lang, part);
            sent[part as usize] = hash;
            if hash != 0 {
                parts.push((part, range));
            }
        }
        let mut frame = String::with_capacity(self.text.len() + 256);
        let _ = write!(frame, "{{\"t\":\"view\",\"n\":{},\"at\":{},\"parts\":", moment.n, moment.at);
        write_parts(&mut frame, &self.text, &parts);
        let _ = write!(frame, ",\"names\":{}}}", serde_json::to_string(names).unwrap_or_else(|_| "{}".into()));
        frame.into()
    }
}

fn write_parts(frame: &mut String, text: &str, parts: &[(Part, Range<usize>)]) {
    frame.push('{');
    for (i, (part, range)) in parts.iter().enumerate() {
        if i > 0 {
            frame.push(',');
        }
        let _ = write!(frame, "\"{}\":", part.name());
        frame.push_str(if range.is_empty() { "null" } else { &text[range.clone()] });
    }
    frame.push('}');
}
