//! The clock of a page: milliseconds that only go forward, as fast as the test wants. Never the wall's.
use merhaba_shared::client::Ms;
use std::time::{Duration, Instant};

/// A page's clock.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    began: Instant,
    pace: u32,
    ahead: Duration,
}

impl Clock {
    /// One that runs as the wall's does.
    #[must_use]
    pub fn real_time() -> Self {
        Self::times(1)
    }

    /// One that runs so many times as fast.
    #[must_use]
    pub fn times(pace: u32) -> Self {
        Self { began: Instant::now(), pace, ahead: Duration::ZERO }
    }

    /// What it shows. Not zero, which the machine takes for "never".
    #[must_use]
    pub fn now(&self) -> Ms {
        let passed = self.began.elapsed() * self.pace + self.ahead;
        Ms::try_from(passed.as_millis()).unwrap_or(Ms::MAX) + 1
    }

    /// How long it really takes until so much of it has passed.
    #[must_use]
    pub fn real(&self, time: Ms) -> Duration {
        Duration::from_millis(time) / self.pace
    }

    /// Puts it forward, as a page's clock is after sleep.
    pub fn skip(&mut self, time: Duration) {
        self.ahead += time;
    }
}
