//! How often somebody may try to sign in: by account and address, and by address. Over the limit each try must wait
//! longer, up to a minute; nobody is locked out. In memory and bounded; it never keeps an e-mail address.
use crate::{clock::Clock, gate::address::prefix};
use sha2::{Digest, Sha256};
use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Failures of one account from one address, and the time they count.
const ACCOUNT: (usize, Duration) = (5, Duration::from_mins(15));
/// Failures from one address, and the time they count.
const ADDRESS: (usize, Duration) = (20, Duration::from_hours(1));
/// The longest wait between two tries.
const LONGEST: Duration = Duration::from_mins(1);
/// Failures beyond the limit that are remembered: the wait has long been the longest.
const BEYOND: usize = 8;
/// Entries kept; a flood that fills the table makes it forget the oldest half.
const ENTRIES: usize = 65_536;

type Key = [u8; 32];

/// What is remembered of failed tries.
#[derive(Debug)]
pub struct Tries {
    clock: Clock,
    limited: bool,
    failures: Mutex<HashMap<Key, VecDeque<Instant>>>,
}

/// A try that counts as failed until it is forgiven.
#[derive(Debug)]
pub struct Try {
    account: Key,
    address: Key,
}

impl Tries {
    /// An empty memory; without `limited` everybody may try.
    pub fn new(clock: Clock, limited: bool) -> Self {
        Self { clock, limited, failures: Mutex::default() }
    }

    /// Begins a try, or says how many seconds to wait. It is counted at once, so that many at a time count as many.
    pub fn begin(&self, email: &str, address: IpAddr) -> Result<Try, u64> {
        let prefix = prefix(address).to_string();
        let name = email.trim().to_lowercase();
        let this = Try { account: key(&[&prefix, &name]), address: key(&[&prefix]) };
        if !self.limited {
            return Ok(this);
        }
        let now = self.clock.monotonic();
        let mut failures = self.lock();
        let wait = wait(&mut failures, this.account, ACCOUNT, now).max(wait(
            &mut failures,
            this.address,
            ADDRESS,
            now,
        ));
        if let Some(wait) = wait {
            return Err(wait.as_secs() + 1);
        }
        for key in [this.account, this.address] {
            failures.entry(key).or_default().push_back(now);
        }
        Ok(this)
    }

    /// The password was right, or was never looked at: the try does not count. A right one clears the account.
    pub fn forgive(&self, this: &Try, right: bool) {
        let mut failures = self.lock();
        if let Some(list) = failures.get_mut(&this.address) {
            list.pop_back();
        }
        if right {
            failures.remove(&this.account);
        } else if let Some(list) = failures.get_mut(&this.account) {
            list.pop_back();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, VecDeque<Instant>>> {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= ENTRIES {
            let now = self.clock.monotonic();
            failures.retain(|_, list| list.back().is_some_and(|at| now.duration_since(*at) < ADDRESS.1));
            let mut ends: Vec<Instant> = failures.values().filter_map(|list| list.back().copied()).collect();
            if ends.len() >= ENTRIES / 2 {
                ends.sort_unstable();
                let middle = ends[ends.len() / 2];
                failures.retain(|_, list| list.back().is_some_and(|at| *at > middle));
            }
        }
        failures
    }
}

/// How long this key must still wait.
fn wait(
    failures: &mut HashMap<Key, VecDeque<Instant>>,
    key: Key,
    (most, window): (usize, Duration),
    now: Instant,
) -> Option<Duration> {
    let list = failures.get_mut(&key)?;
    while list.front().is_some_and(|at| now.duration_since(*at) >= window) || list.len() > most + BEYOND {
        list.pop_front();
    }
    let over = list.len().checked_sub(most)?;
    let delay = Duration::from_secs(2 << over.min(BEYOND)).min(LONGEST);
    let since = now.duration_since(*list.back()?);
    delay.checked_sub(since).filter(|wait| !wait.is_zero())
}

fn key(parts: &[&str]) -> Key {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::Tries;
    use crate::clock::Clock;
    use std::net::IpAddr;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn after_five_failures_the_account_waits_but_only_from_there() {
        let tries = Tries::new(Clock, true);
        for _ in 0..5 {
            tries.begin("a@b.example", ip("192.0.2.1")).expect("a try");
        }
        let wait = tries.begin("A@B.example ", ip("192.0.2.1")).expect_err("too many");
        assert!((1..=60).contains(&wait), "{wait}");
        tries.begin("a@b.example", ip("192.0.2.2")).expect("from another address");
        tries.begin("c@b.example", ip("192.0.2.1")).expect("another account");
    }

    #[test]
    fn twenty_failures_slow_an_address() {
        let tries = Tries::new(Clock, true);
        for number in 0..20 {
            tries.begin(&format!("{number}@b.example"), ip("2001:db8::1")).expect("a try");
        }
        assert!(tries.begin("x@b.example", ip("2001:db8::2")).is_err(), "the same network");
        tries.begin("x@b.example", ip("2001:db8:0:1::2")).expect("another network");
    }

    #[test]
    fn a_right_password_counts_for_nothing_and_clears_the_account() {
        let tries = Tries::new(Clock, true);
        for _ in 0..4 {
            tries.begin("a@b.example", ip("192.0.2.1")).expect("a try");
        }
        for _ in 0..50 {
            let this = tries.begin("a@b.example", ip("192.0.2.1")).expect("a try");
            tries.forgive(&this, true);
        }
    }

    #[test]
    fn without_limits_there_are_none() {
        let tries = Tries::new(Clock, false);
        for _ in 0..100 {
            tries.begin("a@b.example", ip("192.0.2.1")).expect("a try");
        }
    }
}
