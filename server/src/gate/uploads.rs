//! How many files somebody may upload in an hour, and how many bytes in a day: as far back as that, and not a moment
//! longer. In memory and bounded; asks no clock.
use super::RetryAfter;
use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    time::{Duration, Instant},
};

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
/// Uploaders that are remembered; when a flood of them fills the table it forgets.
const KEPT: usize = 16_384;

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// Files in an hour.
    pub an_hour: usize,
    /// Bytes in a day.
    pub a_day: u64,
}

/// When files were uploaded, and how many bytes each.
#[derive(Debug)]
pub struct Uploads<K>(HashMap<K, VecDeque<(Instant, u64)>>);

impl<K> Default for Uploads<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Clone + Eq + Hash> Uploads<K> {
    /// Counts a file that begins, and gives the bytes that may still come today.
    ///
    /// # Errors
    /// How long to wait.
    pub fn begin(&mut self, key: &K, allowed: Allowed, now: Instant) -> Result<u64, RetryAfter> {
        if self.0.len() >= KEPT && !self.0.contains_key(key) {
            self.0.retain(|_, files| files.back().is_some_and(|(at, _)| now.duration_since(*at) < HOUR));
            if self.0.len() >= KEPT {
                self.0.clear();
            }
        }
        let files = self.0.entry(key.clone()).or_default();
        while files.front().is_some_and(|(at, _)| now.duration_since(*at) >= DAY) {
            files.pop_front();
        }
        let this_hour = files.iter().filter(|(at, _)| now.duration_since(*at) < HOUR).count();
        if let Some(over) = (this_hour + 1).checked_sub(allowed.an_hour).filter(|over| *over > 0) {
            let (at, _) = files[files.len() - this_hour + over - 1];
            return Err(RetryAfter(HOUR.saturating_sub(now.duration_since(at))));
        }
        let today: u64 = files.iter().map(|(_, bytes)| bytes).sum();
        let left = allowed.a_day.saturating_sub(today);
        if left == 0 {
            let at = files.front().map_or(now, |(at, _)| *at);
            return Err(RetryAfter(DAY.saturating_sub(now.duration_since(at))));
        }
        files.push_back((now, 0));
        Ok(left)
    }

    /// Counts the bytes of the file that began then.
    pub fn end(&mut self, key: &K, begun: Instant, bytes: u64) {
        let files = self.0.get_mut(key).into_iter().flatten();
        if let Some((_, counted)) = files.rev().find(|(at, counted)| *at == begun && *counted == 0) {
            *counted = bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Allowed, DAY, Duration, HOUR, RetryAfter, Uploads};
    use crate::clock::Clock;

    const ALLOWED: Allowed = Allowed { an_hour: 3, a_day: 100 };

    #[test]
    fn a_few_in_any_hour() {
        let (mut uploads, start) = (Uploads::default(), Clock.monotonic());
        let at = |minutes| start + Duration::from_mins(minutes);
        for minute in [0, 10, 20] {
            assert!(uploads.begin(&'a', ALLOWED, at(minute)).is_ok());
        }
        assert_eq!(uploads.begin(&'a', ALLOWED, at(30)), Err(RetryAfter(Duration::from_mins(30))));
        assert!(uploads.begin(&'b', ALLOWED, at(30)).is_ok(), "somebody else");
        assert!(uploads.begin(&'a', ALLOWED, at(60)).is_ok());
        assert_eq!(uploads.begin(&'a', ALLOWED, at(61)), Err(RetryAfter(Duration::from_mins(9))));
    }

    #[test]
    fn so_many_bytes_in_any_day() {
        let (mut uploads, start) = (Uploads::default(), Clock.monotonic());
        assert_eq!(uploads.begin(&'a', ALLOWED, start), Ok(100));
        uploads.end(&'a', start, 60);
        let later = start + 2 * HOUR;
        assert_eq!(uploads.begin(&'a', ALLOWED, later), Ok(40));
        uploads.end(&'a', later, 40);
        assert_eq!(uploads.begin(&'a', ALLOWED, later + HOUR), Err(RetryAfter(21 * HOUR)));
        assert_eq!(uploads.begin(&'a', ALLOWED, start + DAY), Ok(60));
    }
}
