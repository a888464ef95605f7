//! Single-use tickets: the only thing that opens a WebSocket. No cookie is looked at there.

use crate::clock;
use crate::limits;
use crate::secret;
use dashmap::DashMap;
use sofia_engine::Viewer;
use uuid::Uuid;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Grant {
    pub session: Uuid,
    pub viewer: Viewer,
}

pub struct Tickets {
    clock: clock::Shared,
    /// By hash, with the time when it is worthless.
    open: DashMap<[u8; 32], (Grant, i64)>,
}

impl Tickets {
    #[must_use]
    pub fn new(clock: clock::Shared) -> Self {
        Self { clock, open: DashMap::new() }
    }

    #[must_use]
    pub fn issue(&self, grant: Grant) -> String {
        let now = self.clock.mono();
        if self.open.len() > 4_096 {
            self.open.retain(|_, (_, until)| *until > now);
        }
        let ticket = secret::token();
        self.open.insert(secret::hash(&ticket), (grant, now + limits::TICKET.as_millis() as i64));
        ticket
    }

    /// Good once.
    #[must_use]
    pub fn redeem(&self, ticket: &str) -> Option<Grant> {
        let (_, (grant, until)) = self.open.remove(&secret::hash(ticket))?;
        (until > self.clock.mono()).then_some(grant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Manual;
    use std::time::Duration;

    #[test]
    fn a_ticket_is_good_once_and_not_for_long() {
        let clock = Manual::new(0);
        let tickets = Tickets::new(clock.clone());
        let grant = Grant { session: Uuid::nil(), viewer: Viewer::Desk };
        let ticket = tickets.issue(grant);
        assert_eq!(tickets.redeem(&ticket), Some(grant));
        assert_eq!(tickets.redeem(&ticket), None);
        let late = tickets.issue(grant);
        clock.advance(Duration::from_secs(31));
        assert_eq!(tickets.redeem(&late), None);
        assert_eq!(tickets.redeem("anything"), None);
    }
}
