//! A token bucket as one instant: the time at which it will be full again. Pure; asks no clock.
use std::time::{Duration, Instant};

/// How fast something may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// So many at once.
    pub burst: u32,
    /// After them, one in this time.
    pub every: Duration,
}

/// The state of one bucket; a new one is full.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    full_at: Instant,
}

impl Bucket {
    /// A full one.
    #[must_use]
    pub const fn full(now: Instant) -> Self {
        Self { full_at: now }
    }

    /// Takes a token.
    ///
    /// # Errors
    /// How long until there is one.
    pub fn take(&mut self, rate: Rate, now: Instant) -> Result<(), Duration> {
        let full_at = self.full_at.max(now);
        let room = rate.every * rate.burst.saturating_sub(1);
        let wait = full_at.saturating_duration_since(now).saturating_sub(room);
        if !wait.is_zero() {
            return Err(wait);
        }
        self.full_at = full_at + rate.every;
        Ok(())
    }

    /// Puts a token back.
    pub fn refund(&mut self, rate: Rate) {
        self.full_at = self.full_at.checked_sub(rate.every).unwrap_or(self.full_at);
    }

    /// Whether forgetting it would change nothing.
    #[must_use]
    pub fn is_full(&self, now: Instant) -> bool {
        self.full_at <= now
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    const RATE: Rate = Rate { burst: 5, every: Duration::from_secs(2) };

    #[test]
    fn a_burst_then_one_at_a_time() {
        let now = Clock.monotonic();
        let mut bucket = Bucket::full(now);
        for _ in 0..5 {
            assert_eq!(bucket.take(RATE, now), Ok(()));
        }
        assert_eq!(bucket.take(RATE, now), Err(Duration::from_secs(2)));
        let later = now + Duration::from_secs(2);
        assert_eq!(bucket.take(RATE, later), Ok(()));
        assert_eq!(bucket.take(RATE, later), Err(Duration::from_secs(2)));
        assert!(bucket.is_full(now + Duration::from_secs(12)));
        assert!(!bucket.is_full(now + Duration::from_secs(11)));
    }

    #[test]
    fn a_refund_makes_room_for_one() {
        let now = Clock.monotonic();
        let mut bucket = Bucket::full(now);
        while bucket.take(RATE, now).is_ok() {}
        bucket.refund(RATE);
        assert_eq!(bucket.take(RATE, now), Ok(()));
        assert!(bucket.take(RATE, now).is_err());
    }
}
