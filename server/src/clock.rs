//! The only place where time and randomness enter the relay. Everything else takes them as arguments, so that the
//! tests and the simulation decide what they are.
#[cfg(test)]
pub mod simulated;

use crate::mutants::{self, Mutant};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use merhaba_shared::protocol::ids::Millis;
use std::{
    sync::OnceLock,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// What a deadline would be told if it hung on the wall's clock: so far from the first call as the wall says.
fn by_the_wall(now: Instant) -> Instant {
    static FIRST: OnceLock<(Instant, SystemTime)> = OnceLock::new();
    let (first, wall) = *FIRST.get_or_init(|| (now, SystemTime::now()));
    match SystemTime::now().duration_since(wall) {
        Ok(since) => first.checked_add(since),
        Err(before) => first.checked_sub(before.duration()),
    }
    .unwrap_or(now)
}

/// The clock and the source of randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock;

impl Clock {
    /// Wall time in milliseconds since 1970, for showing to people; no order and no deadline hangs on it.
    #[must_use]
    pub fn now(self) -> Millis {
        #[cfg(test)]
        if let Some(simulated) = simulated::now() {
            return simulated;
        }
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    /// A point on the clock that only goes forward, for deadlines and rates. It is the timers' own clock, so that
    /// a test that pauses time moves both together.
    #[must_use]
    pub fn monotonic(self) -> Instant {
        let now = tokio::time::Instant::now().into_std();
        if mutants::on(Mutant::WallClock) { by_the_wall(now) } else { now }
    }

    /// Random bytes from the operating system.
    ///
    /// # Panics
    /// When the operating system has no randomness: nothing safe can be done without.
    #[must_use]
    pub fn random<const N: usize>(self) -> [u8; N] {
        let mut bytes = [0; N];
        #[cfg(test)]
        if simulated::fill(&mut bytes) {
            return bytes;
        }
        #[expect(clippy::expect_used, reason = "a relay without randomness must not go on")]
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        bytes
    }

    /// The same source, for keys and signatures that the cryptography makes itself.
    #[must_use]
    pub fn keys(self) -> ring::rand::SystemRandom {
        ring::rand::SystemRandom::new()
    }

    /// A random number below a bound, which must not be 0.
    #[must_use]
    pub fn below(self, bound: u64) -> u64 {
        u64::from_le_bytes(self.random()) % bound
    }

    /// A new opaque id: 128 random bits, 22 characters that fit anywhere.
    #[must_use]
    pub fn id(self) -> String {
        URL_SAFE_NO_PAD.encode(self.random::<16>())
    }

    /// A new secret: 256 random bits, 43 characters.
    #[must_use]
    pub fn secret(self) -> String {
        URL_SAFE_NO_PAD.encode(self.random::<32>())
    }
}
