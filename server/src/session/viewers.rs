//! Everybody who looks at one session now, and what each was last sent.

use super::frames::{Moment, NOTHING_SENT, Renderer, Sent};
use super::outbox::{self, Outbox, Text};
use crate::wire::frames::{Bye, ServerFrame};
use sofia_engine::Viewer;
use sofia_engine::view::PartSet;
use std::collections::{BTreeMap, HashMap};

struct Connected {
    id: u64,
    viewer: Viewer,
    lang: usize,
    outbox: Outbox,
    /// Said hello; before that nothing is sent.
    ready: bool,
    sent: Sent,
    n: u64,
}

#[derive(Default)]
pub struct Viewers {
    list: Vec<Connected>,
    renderer: Renderer,
    /// What a viewer had when the last connection went, so that coming back costs only the gap.
    parked: HashMap<(Viewer, usize), (Sent, u64)>,
}

impl Viewers {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
    #[must_use]
    pub fn viewer(&self, id: u64) -> Option<Viewer> {
        self.list.iter().find(|c| c.id == id).map(|c| c.viewer)
    }
    #[must_use]
    pub fn has(&self, viewer: Viewer) -> bool {
        self.list.iter().any(|c| c.viewer == viewer)
    }

    pub fn add(&mut self, id: u64, viewer: Viewer, outbox: Outbox) {
        let mut own = self.list.iter().enumerate().filter(|(_, c)| c.viewer == viewer);
        let oldest = own.next().map(|(at, _)| at);
        if matches!(viewer, Viewer::Seat(_))
            && own.count() + 1 >= crate::limits::SOCKETS_PER_SEAT
            && let Some(oldest) = oldest
        {
            self.list.remove(oldest).outbox.bye(Bye::OtherDevice);
        }
        self.list.push(Connected { id, viewer, lang: 0, outbox, ready: false, sent: NOTHING_SENT, n: 0 });
    }

    /// Takes a connection out; tells whose it was.
    pub fn remove(&mut self, id: u64) -> Option<Viewer> {
        let at = self.list.iter().position(|c| c.id == id)?;
        let gone = self.list.remove(at);
        if gone.ready {
            self.parked.insert((gone.viewer, gone.lang), (gone.sent, gone.n));
        }
        Some(gone.viewer)
    }

    /// Ends every connection of a viewer.
    pub fn bye(&mut self, viewer: Viewer, why: Bye) {
        self.list.retain(|c| {
            if c.viewer == viewer {
                c.outbox.bye(why);
            }
            c.viewer != viewer
        });
    }

    pub fn bye_all(&mut self, why: Bye) {
        for c in self.list.drain(..) {
            c.outbox.bye(why);
        }
    }

    /// Answers a hello: nothing new, the gap, or a fresh view.
    pub fn hello(&mut self, id: u64, since: Option<u64>, lang: usize, moment: Moment<'_>, names: &BTreeMap<u32, String>) {
        let Some(c) = self.list.iter_mut().find(|c| c.id == id) else { return };
        c.lang = lang;
        let parked = self.parked.get(&(c.viewer, lang)).filter(|(_, n)| Some(*n) == since);
        let frame = if let Some((sent, n)) = parked {
            (c.sent, c.n) = (*sent, *n);
            self.renderer.begin();
            match self.renderer.diff(moment, c.viewer, lang, PartSet::ALL, &mut c.sent, c.n) {
                Some(gap) => {
                    c.n = moment.n;
                    gap
                }
                None => outbox::text(&ServerFrame::Now { n: c.n, at: moment.at }),
            }
        } else {
            c.n = moment.n;
            self.renderer.view(moment, c.viewer, lang, names, &mut c.sent)
        };
        c.ready = true;
        let named = (parked.is_some() && !names.is_empty()).then(|| names_frame(names));
        let kept = c.outbox.push(frame) && named.is_none_or(|f| c.outbox.push(f));
        if !kept {
            self.sweep();
        }
    }

    /// Sends everybody what changed for them. `tables`: whoever sits elsewhere sees nothing new.
    pub fn tell(&mut self, moment: Moment<'_>, touched: PartSet, tables: Option<&[u32]>) {
        self.renderer.begin();
        let mut slow = false;
        let concerned = |c: &&mut Connected| c.ready && tables.is_none_or(|t| super::engine_api::looks_at(moment.state, c.viewer, t));
        for c in self.list.iter_mut().filter(concerned) {
            if let Some(frame) = self.renderer.diff(moment, c.viewer, c.lang, touched, &mut c.sent, c.n) {
                c.n = moment.n;
                slow |= !c.outbox.push(frame);
            }
        }
        if slow {
            self.sweep();
        }
    }

    /// A fresh view for everybody: what was sent before may no longer be true.
    pub fn refresh(&mut self, moment: Moment<'_>, names: &BTreeMap<u32, String>) {
        self.parked.clear();
        for c in self.list.iter_mut().filter(|c| c.ready) {
            let view = self.renderer.view(moment, c.viewer, c.lang, names, &mut c.sent);
            c.n = moment.n;
            let _ = c.outbox.push(view);
        }
        self.sweep();
    }

    /// One frame for one connection.
    pub fn send(&mut self, id: u64, frame: Text) {
        let kept = self.list.iter().find(|c| c.id == id).is_none_or(|c| c.outbox.push(frame));
        if !kept {
            self.sweep_one(id);
        }
    }

    /// One frame for all who said hello.
    pub fn send_all(&mut self, frame: &Text) {
        let mut slow = Vec::new();
        for c in self.list.iter().filter(|c| c.ready) {
            if !c.outbox.push(frame.clone()) {
                slow.push(c.id);
            }
        }
        for id in slow {
            self.sweep_one(id);
        }
    }

    pub fn send_to(&mut self, viewer: Viewer, frame: &Text) {
        for c in self.list.iter().filter(|c| c.ready && c.viewer == viewer) {
            let _ = c.outbox.push(frame.clone());
        }
    }

    /// A cut connection must begin afresh: what it was "sent" may never have left.
    fn sweep_one(&mut self, id: u64) {
        if let Some(c) = self.list.iter_mut().find(|c| c.id == id) {
            tracing::info!("a slow reader is cut");
            c.ready = false;
            let (closed, _) = outbox::outbox();
            c.outbox = closed;
        }
    }

    fn sweep(&mut self) {
        let full: Vec<u64> = self.list.iter().filter(|c| c.ready && c.outbox.is_full()).map(|c| c.id).collect();
        for id in full {
            self.sweep_one(id);
        }
    }
}

#[must_use]
pub fn names_frame(names: &BTreeMap<u32, String>) -> Text {
    let names = names.iter().map(|(seat, name)| (seat.to_string(), Some(name.clone()))).collect();
    outbox::text(&ServerFrame::Names { names })
}
