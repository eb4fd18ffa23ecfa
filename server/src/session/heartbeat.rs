//! Whether the other side still answers: when to ping, and when to give up. Pure; asks no clock and sends nothing.
use crate::mutants::{self, Mutant};
use merhaba_shared::protocol::limits::{PING_EVERY_MS, PONG_WITHIN_MS};
use std::time::{Duration, Instant};

const EVERY: Duration = Duration::from_millis(PING_EVERY_MS);
const WITHIN: Duration = Duration::from_millis(PONG_WITHIN_MS);
/// A deadline noticed so late means that this process stood still, not that the other side did.
const FROZEN: Duration = Duration::from_secs(2);

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beat {
    /// Nothing yet.
    Wait,
    /// Send a ping.
    Ping,
    /// Nobody answers.
    Lost,
}

/// The state.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heartbeat {
    due: Instant,
    waiting: bool,
}

impl Heartbeat {
    /// Begins with the session.
    pub(super) fn new(now: Instant) -> Self {
        Self { due: now + EVERY, waiting: false }
    }

    /// When to ask again what to do.
    pub(super) const fn due(&self) -> Instant {
        self.due
    }

    /// Something arrived: the other side lives.
    pub(super) fn heard(&mut self) {
        if self.waiting {
            self.waiting = false;
            self.due += EVERY.saturating_sub(WITHIN);
        }
    }

    /// What to do now. `deaf`: the session does not read just now, so that nothing can have been heard.
    pub(super) fn beat(&mut self, now: Instant, deaf: bool) -> Beat {
        if now < self.due {
            return Beat::Wait;
        }
        let late = now.saturating_duration_since(self.due) > FROZEN;
        if self.waiting && !late && !deaf && !mutants::on(Mutant::SilenceIgnored) {
            return Beat::Lost;
        }
        self.waiting = true;
        self.due = now + WITHIN;
        Beat::Ping
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn pings_each_25_s_and_gives_up_10_s_later() {
        let start = Clock.monotonic();
        let mut heart = Heartbeat::new(start);
        assert_eq!(heart.beat(start + Duration::from_secs(24), false), Beat::Wait);
        assert_eq!(heart.beat(start + EVERY, false), Beat::Ping);
        heart.heard();
        assert_eq!(heart.due(), start + EVERY + EVERY);
        assert_eq!(heart.beat(start + EVERY + EVERY, false), Beat::Ping);
        assert_eq!(heart.beat(start + EVERY + EVERY + WITHIN, false), Beat::Lost);
    }

    #[test]
    fn a_process_that_stood_still_asks_again() {
        let start = Clock.monotonic();
        let mut heart = Heartbeat::new(start);
        assert_eq!(heart.beat(start + EVERY, false), Beat::Ping);
        let thawed = start + Duration::from_mins(10);
        assert_eq!(heart.beat(thawed, false), Beat::Ping);
        assert_eq!(heart.beat(thawed + WITHIN, false), Beat::Lost);
    }

    #[test]
    fn who_does_not_listen_cannot_say_that_nobody_answers() {
        let start = Clock.monotonic();
        let mut heart = Heartbeat::new(start);
        assert_eq!(heart.beat(start + EVERY, true), Beat::Ping);
        assert_eq!(heart.beat(start + EVERY + WITHIN, true), Beat::Ping);
    }
}
