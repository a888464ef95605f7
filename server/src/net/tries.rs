//! Wrong codes and passwords: so many a minute of one address, so many of all together.
//!
//! Successes cost nothing, since a classroom shares one address. When the budget of all together is spent,
//! only addresses that have themselves failed lately must wait: a guesser elsewhere shuts nobody out.

use crate::clock;
use crate::limits::{FAILED_TRIES, FAILED_TRIES_PER_ADDRESS};
use crate::session::bucket::Bucket;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

struct Inner<K> {
    each: HashMap<K, Bucket>,
    all: Bucket,
}

pub struct Tries<K> {
    clock: clock::Shared,
    each_per_minute: f64,
    all_per_minute: f64,
    inner: Mutex<Inner<K>>,
}

impl<K: Hash + Eq + Clone> Tries<K> {
    #[must_use]
    pub fn new(clock: clock::Shared, each_per_minute: f64, all_per_minute: f64) -> Self {
        let all = Bucket::full(all_per_minute, clock.mono());
        Self { clock, each_per_minute, all_per_minute, inner: Mutex::new(Inner { each: HashMap::new(), all }) }
    }

    /// Whether `who` may try.
    #[must_use]
    pub fn may(&self, who: &K) -> bool {
        let now = self.clock.mono();
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let any_left = inner.all.has_one(self.all_per_minute / 60.0, self.all_per_minute, now);
        match inner.each.get_mut(who) {
            None => true,
            Some(own) => any_left && own.has_one(self.each_per_minute / 60.0, self.each_per_minute, now),
        }
    }

    /// A try went wrong.
    pub fn failed(&self, who: &K) {
        let now = self.clock.mono();
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let (rate, burst) = (self.each_per_minute / 60.0, self.each_per_minute);
        if inner.each.len() >= crate::limits::REMEMBERED_TRIES {
            inner.each.retain(|_, b| !b.is_full(rate, burst, now));
        }
        inner.each.entry(who.clone()).or_insert_with(|| Bucket::full(burst, now)).take(rate, burst, now);
        inner.all.take(self.all_per_minute / 60.0, self.all_per_minute, now);
    }
}

/// The limits of wrong codes and passwords, by address.
#[must_use]
pub fn by_address(clock: clock::Shared) -> Tries<std::net::IpAddr> {
    Tries::new(clock, FAILED_TRIES_PER_ADDRESS, FAILED_TRIES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Manual;
    use std::time::Duration;

    #[test]
    fn ten_a_minute_of_one_and_a_hundred_of_all() {
        let clock = Manual::new(0);
        let tries: Tries<u32> = Tries::new(clock.clone(), 10.0, 100.0);
        let attempts = (0..10_000).filter(|_| tries.may(&1).then(|| tries.failed(&1)).is_some()).count();
        assert_eq!(attempts, 10);
        clock.advance(Duration::from_secs(6));
        assert!(tries.may(&1));
        for guesser in 2..200 {
            tries.failed(&guesser);
        }
        assert!(!tries.may(&2), "all together have spent theirs");
        assert!(tries.may(&999), "who never failed is let in");
    }
}
