//! How many rows of lists a session has told, and when to say so: a page that has fewer asks for its list anew. Pure;
//! sends nothing and asks no clock.
use merhaba_shared::protocol::limits::HEAD_WITHIN_MS;
use std::time::{Duration, Instant};

/// How many it were is said this long after a row, for all that came meanwhile: a second before it must.
const SAID_AFTER: Duration = Duration::from_millis(HEAD_WITHIN_MS - 1_000);

/// The count.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rows {
    told: u64,
    due: Option<Instant>,
}

impl Rows {
    /// A row is told.
    pub(super) fn told(&mut self, now: Instant) {
        self.told += 1;
        self.due.get_or_insert(now + SAID_AFTER);
    }

    /// When the count must be said, if it has changed since.
    pub(super) const fn due(&self) -> Option<Instant> {
        self.due
    }

    /// The count, if there were any; it counts as said now.
    pub(super) fn take(&mut self) -> Option<u64> {
        self.due = None;
        (self.told > 0).then_some(self.told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn the_count_is_said_in_time_for_all_that_came_meanwhile() {
        let (mut rows, now) = (Rows::default(), Clock.monotonic());
        assert_eq!((rows.due(), rows.take()), (None, None));
        rows.told(now);
        rows.told(now + SAID_AFTER / 2);
        assert_eq!(rows.due(), Some(now + SAID_AFTER));
        assert_eq!((rows.take(), rows.due()), (Some(2), None));
        assert_eq!(rows.take(), Some(2), "also to who asks again");
    }
}
