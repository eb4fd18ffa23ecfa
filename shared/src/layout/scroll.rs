//! How a log scrolls: it follows its end only for who is at the end, and stands still when something is put in
//! front. Pure numbers; the page reads and sets them.

/// So near to the end still counts as at the end: a thumb is not exact.
const NEAR: i32 = 48;

/// Where a log stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// How far it is scrolled.
    pub top: i32,
    /// How much of it can be seen.
    pub seen: i32,
    /// How high it is.
    pub height: i32,
}

impl Place {
    /// Whether its end can be seen.
    #[must_use]
    pub const fn at_end(self) -> bool {
        self.height - self.seen - self.top <= NEAR
    }

    /// Whether older entries should be asked for.
    #[must_use]
    pub const fn at_start(self) -> bool {
        self.top <= NEAR && self.height > self.seen
    }

    /// Whether less than half a screen is left above: what comes before it is wanted soon.
    #[must_use]
    pub const fn near_start(self) -> bool {
        self.top < self.seen / 2 && self.height > self.seen
    }

    /// Whether less than half a screen is left below.
    #[must_use]
    pub const fn near_end(self) -> bool {
        self.height - self.seen - self.top < self.seen / 2
    }

    /// Where to scroll once the log has another height: to the end for who was there; to the same entry when
    /// something came in front; nowhere else.
    #[must_use]
    pub const fn after(self, height: i32, in_front: bool) -> Option<i32> {
        if self.at_end() {
            Some(height)
        } else if in_front {
            Some(self.top + height - self.height)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    const READING: Place = Place { top: 200, seen: 400, height: 2_000 };
    const END: Place = Place { top: 1_590, seen: 400, height: 2_000 };

    #[test]
    fn who_is_at_the_end_stays_there() {
        assert_eq!(END.after(2_100, false), Some(2_100));
    }

    #[test]
    fn who_reads_is_not_moved() {
        assert_eq!(READING.after(2_100, false), None);
    }

    #[test]
    fn older_entries_leave_the_same_line_in_sight() {
        assert_eq!(READING.after(3_000, true), Some(1_200));
    }

    #[test]
    fn a_short_log_is_at_its_end_and_asks_for_nothing() {
        let short = Place { top: 0, seen: 400, height: 400 };
        assert!(short.at_end() && !short.at_start() && !short.near_start());
    }

    #[test]
    fn what_is_beyond_is_wanted_before_the_edge() {
        let near = Place { top: 199, ..READING };
        assert!(near.near_start() && !near.at_start() && !READING.near_start());
        let near = Place { top: 1_401, ..READING };
        assert!(near.near_end() && !near.at_end() && !READING.near_end());
    }
}
