//! What one session may do how often, besides what the gate counts per visitor. Pure; asks no clock.
use merhaba_shared::protocol::limits::{REFUSALS_IN_A_ROW, TYPING_EVERY_MS};
use std::time::{Duration, Instant};

/// Lets through one in a time, and drops the others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Throttle {
    every: Duration,
    last: Option<Instant>,
}

impl Throttle {
    /// For typing.
    pub(super) const fn typing() -> Self {
        Self { every: Duration::from_millis(TYPING_EVERY_MS), last: None }
    }

    /// For looking into the log after a ping.
    pub(super) const fn every(every: Duration) -> Self {
        Self { every, last: None }
    }

    /// Whether this one goes through.
    pub(super) fn lets_through(&mut self, now: Instant) -> bool {
        let free = self.last.is_none_or(|last| now.saturating_duration_since(last) >= self.every);
        if free {
            self.last = Some(now);
        }
        free
    }
}

/// Refusals for speed in a row.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Patience(u32);

impl Patience {
    /// One was refused; whether that was the last one that is only refused.
    pub(super) const fn refused(&mut self) -> bool {
        self.0 += 1;
        self.0 >= REFUSALS_IN_A_ROW
    }

    /// One was taken.
    pub(super) const fn taken(&mut self) {
        self.0 = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn one_in_three_seconds() {
        let start = Clock.monotonic();
        let mut typing = Throttle::typing();
        let at = |millis| start + Duration::from_millis(millis);
        let through: Vec<_> = [0, 1, 2_999, 3_000, 5_999, 6_000]
            .into_iter()
            .filter(|ms| typing.lets_through(at(*ms)))
            .collect();
        assert_eq!(through, [0, 3_000, 6_000]);
    }

    #[test]
    fn the_third_in_a_row_is_the_last() {
        let mut patience = Patience::default();
        assert_eq!([patience.refused(), patience.refused()], [false, false]);
        patience.taken();
        assert_eq!([patience.refused(), patience.refused(), patience.refused()], [false, false, true]);
    }
}
