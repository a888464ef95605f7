//! A token bucket: so many at once, so many in the long run. Time comes from outside.

#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    left: f64,
    at: i64,
}

impl Bucket {
    #[must_use]
    pub fn full(burst: f64, now: i64) -> Self {
        Self { left: burst, at: now }
    }

    fn refill(&mut self, per_second: f64, burst: f64, now: i64) {
        let passed = (now - self.at).max(0) as f64 / 1000.0;
        self.left = (self.left + passed * per_second).min(burst);
        self.at = now;
    }

    /// Takes one, if there is one.
    pub fn take(&mut self, per_second: f64, burst: f64, now: i64) -> bool {
        self.refill(per_second, burst, now);
        let there = self.left >= 1.0;
        if there {
            self.left -= 1.0;
        }
        there
    }

    /// Looks without taking.
    pub fn has_one(&mut self, per_second: f64, burst: f64, now: i64) -> bool {
        self.refill(per_second, burst, now);
        self.left >= 1.0
    }

    /// Nothing was taken lately: it need not be remembered.
    #[must_use]
    pub fn is_full(&mut self, per_second: f64, burst: f64, now: i64) -> bool {
        self.refill(per_second, burst, now);
        self.left >= burst
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_at_once_and_then_by_and_by() {
        let mut bucket = Bucket::full(3.0, 0);
        assert_eq!((0..5).filter(|_| bucket.take(2.0, 3.0, 0)).count(), 3);
        assert!(!bucket.has_one(2.0, 3.0, 400));
        assert!(bucket.take(2.0, 3.0, 500));
        assert!(!bucket.take(2.0, 3.0, 500));
        assert!(bucket.is_full(2.0, 3.0, 60_000));
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing() {
        let mut bucket = Bucket::full(1.0, 10_000);
        assert!(bucket.take(1.0, 1.0, 10_000));
        assert!(!bucket.take(1.0, 1.0, 0));
    }
}
