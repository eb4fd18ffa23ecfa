//! How long to wait before connecting again: doubling, with jitter, so that ten thousand pages do not come back
//! in the same second. "Equal jitter" as in AWS's "Exponential backoff and jitter" (2015).
use super::Ms;

/// The first wait is around half of this, in milliseconds.
const FIRST: Ms = 800;
/// No wait is longer, in milliseconds.
const LONGEST: Ms = 30_000;

/// Waits between attempts.
#[derive(Clone, Debug)]
pub struct Backoff {
    attempt: u32,
    random: u32,
}

impl Backoff {
    /// `seed` spreads the pages; any number will do.
    #[must_use]
    pub const fn new(seed: u32) -> Self {
        Self { attempt: 0, random: seed | 1 }
    }

    /// The next wait in milliseconds; each is up to twice the one before, up to half a minute.
    pub fn wait(&mut self) -> Ms {
        let ceiling = (FIRST << self.attempt.min(6)).min(LONGEST);
        self.attempt += 1;
        ceiling / 2 + self.below(ceiling / 2)
    }

    /// After a connection that lasted.
    pub const fn reset(&mut self) {
        self.attempt = 0;
    }

    /// A number below `bound` (xorshift32; it spreads load, nothing secret hangs on it).
    fn below(&mut self, bound: Ms) -> Ms {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        u64::from(self.random) % bound.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::{Backoff, FIRST, LONGEST};

    #[test]
    fn waits_double_up_to_the_longest_and_stay_in_their_half() {
        let mut backoff = Backoff::new(7);
        for attempt in 0..12_u32 {
            let ceiling = (FIRST << attempt.min(6)).min(LONGEST);
            let wait = backoff.wait();
            assert!((ceiling / 2..ceiling).contains(&wait), "attempt {attempt}: {wait}");
        }
        backoff.reset();
        assert!(backoff.wait() < FIRST);
    }

    #[test]
    fn two_pages_do_not_come_back_together() {
        let waits = |seed| {
            (0..8)
                .map({
                    let mut backoff = Backoff::new(seed);
                    move |_| backoff.wait()
                })
                .collect::<Vec<_>>()
        };
        assert_ne!(waits(1), waits(2));
    }
}
