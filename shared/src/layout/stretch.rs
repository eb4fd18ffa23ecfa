//! The stretch of a log that is drawn: however long a conversation is, its page holds only so many of its entries, and
//! nothing that happens costs more than these. It moves by a step when the log is scrolled towards one of its ends.
//! Pure numbers; an entry's number is its Seq, without a hole.
use super::scroll::Place;
use crate::protocol::ids::Seq;

/// Entries that are drawn at most, but for a step that follows the end: some screens in each direction.
const MOST: Seq = 200;
/// Entries by which it moves: as many as can be drawn within a frame or two.
const STEP: Seq = 25;

/// The stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The first entry that is drawn.
    pub from: Seq,
    /// The last one; `None`: whatever comes, and what is on its way.
    pub to: Option<Seq>,
    /// Older entries are wanted.
    pub older: bool,
    /// The first entry there was when this was fitted last.
    first: Seq,
}

impl Stretch {
    /// Everything, until it is fitted.
    pub const ALL: Self = Self { from: 0, to: None, older: false, first: 0 };

    /// Whether this entry is drawn.
    #[must_use]
    pub fn has(&self, seq: Seq) -> bool {
        seq >= self.from && self.to.is_none_or(|to| seq <= to)
    }

    /// Whether it begins with the first entry there is.
    #[must_use]
    pub const fn starts(&self) -> bool {
        self.from <= self.first
    }

    /// Whether there is no more before it than a step or two.
    #[must_use]
    pub const fn is_short(&self) -> bool {
        self.from <= self.first + 2 * STEP
    }

    /// Fits it to the entries there are and to where the log stands. Whether another stretch is drawn from now on; that it
    /// follows the end does not count.
    pub fn fit(&mut self, first: Seq, last: Seq, place: Place, to_end: bool) -> bool {
        let come = first < self.first && self.from == self.first;
        let wanted = core::mem::take(&mut self.older) && self.from > first;
        self.first = first;
        self.from = self.from.max(first);
        self.to = self.to.filter(|to| *to < last);
        let before = *self;
        if !to_end && (come || wanted) {
            self.up(last);
        } else if to_end || self.to.is_none() && place.at_end() {
            self.end(last);
            return before.to.is_some();
        } else if self.to.is_some() && place.near_end() {
            self.down(last);
        }
        *self != before
    }

    fn up(&mut self, last: Seq) {
        self.from = self.from.saturating_sub(STEP).max(self.first);
        let to = (self.from + MOST - 1).min(self.to.unwrap_or(last));
        self.to = (to < last).then_some(to);
    }

    fn down(&mut self, last: Seq) {
        let to = self.to.map_or(last, |to| (to + STEP).min(last));
        self.from = self.from.max((to + 1).saturating_sub(MOST));
        self.to = (to < last).then_some(to);
    }

    /// By steps here as well, so that not each line that comes takes another away.
    fn end(&mut self, last: Seq) {
        if self.to.take().is_some() || last >= self.from + MOST + STEP {
            self.from = (last + 1).saturating_sub(MOST).max(self.first);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, Stretch};
    use crate::layout::scroll::Place;

    const START: Place = Place { top: 0, seen: 400, height: 2_000 };
    const READING: Place = Place { top: 800, seen: 400, height: 2_000 };
    const END: Place = Place { top: 1_600, seen: 400, height: 2_000 };

    fn drawn(stretch: Stretch) -> (u64, Option<u64>) {
        (stretch.from, stretch.to)
    }

    /// Of a log that is all here, from its end to its start.
    fn at_start(last: u64) -> Stretch {
        let mut stretch = Stretch::ALL;
        stretch.fit(last - 49, last, END, true);
        for first in (1..last - 49).rev().step_by(50).map(|first| first.saturating_sub(49).max(1)) {
            assert!(stretch.fit(first, last, START, false), "a page has come");
            while !stretch.starts() {
                stretch.older = true;
                assert!(stretch.fit(first, last, START, false));
            }
        }
        stretch
    }

    #[test]
    fn it_never_grows_beyond_its_bound() {
        assert_eq!(drawn(at_start(10_000)), (1, Some(MOST)));
    }

    #[test]
    fn a_short_log_is_drawn_whole() {
        let mut stretch = at_start(150);
        assert_eq!(drawn(stretch), (1, None));
        assert!(!stretch.fit(1, 151, READING, false));
        assert_eq!(drawn(stretch), (1, None));
    }

    #[test]
    fn down_again_it_comes_to_the_end_and_follows_it() {
        let mut stretch = at_start(1_020);
        let mut steps = 0;
        while stretch.to.is_some() {
            assert!(stretch.fit(1, 1_020, END, false));
            steps += 1;
            assert!(steps < 100);
        }
        assert_eq!(drawn(stretch), (821, None));
        assert!(!stretch.fit(1, 1_021, END, false), "following the end is no other stretch");
        assert_eq!(drawn(stretch), (821, None));
        assert!(!stretch.fit(1, 1_046, END, false));
        assert_eq!(drawn(stretch), (847, None), "by steps");
    }

    #[test]
    fn who_reads_keeps_the_stretch() {
        let mut stretch = at_start(1_000);
        assert!(!stretch.fit(1, 1_000, READING, false));
        assert!(!stretch.fit(1, 1_001, READING, false));
        assert_eq!(drawn(stretch), (1, Some(MOST)));
    }

    #[test]
    fn the_end_is_one_step_away() {
        let mut stretch = at_start(1_000);
        assert!(stretch.fit(1, 1_000, READING, true));
        assert_eq!(drawn(stretch), (801, None));
    }

    #[test]
    fn older_entries_that_were_asked_for_are_drawn_wherever_the_log_stands() {
        let mut stretch = Stretch::ALL;
        stretch.fit(51, 100, END, false);
        assert!(stretch.fit(1, 100, READING, false));
        assert_eq!(drawn(stretch), (26, None));
    }
}
