//! Who may come in, and how fast: sockets by address, by visitor and by agent, and messages by visitor. In memory,
//! bounded, swept as it grows. Never looks at what is sent, and never closes anything itself.

pub mod address;
mod bucket;
mod uploads;

use crate::clock::Clock;
use address::prefix;
pub use bucket::{Bucket, Rate};
use merhaba_shared::protocol::{
    ids::{AgentId, VisitorId},
    limits::{SEND_BURST, SEND_EVERY_MS, SOCKETS_PER_ADDRESS, SOCKETS_PER_AGENT, SOCKETS_PER_VISITOR},
};
use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use uploads::{Allowed, Uploads};

/// New sockets, and new visitors of the plain page, from one address.
const ARRIVALS: Rate = Rate { burst: 20, every: Duration::from_secs(6) };
/// Messages of one visitor.
const SENDS: Rate = Rate { burst: SEND_BURST, every: Duration::from_millis(SEND_EVERY_MS) };
/// What one visitor may ask for besides the socket.
const ASKS: Rate = Rate { burst: 30, every: Duration::from_millis(500) };
/// Files of one visitor.
const UPLOADS: Allowed = Allowed { an_hour: 10, a_day: 100 * 1024 * 1024 };
/// Files from one address by visitors who have not written yet: nobody knows how many they are.
const STRANGERS_UPLOADS: Allowed = Allowed { an_hour: 30, a_day: 300 * 1024 * 1024 };
/// The wait that is named when an address has too many sockets: nobody knows when one will close.
const CROWDED: Duration = Duration::from_secs(10);
/// Entries without a living socket that one table keeps; when a flood of addresses fills it, it forgets them.
const IDLE: usize = 65_536;

/// How long to wait before trying again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryAfter(pub Duration);

impl RetryAfter {
    /// In milliseconds, for a refusal.
    #[must_use]
    pub fn millis(self) -> u32 {
        u32::try_from(self.0.as_nanos().div_ceil(1_000_000)).unwrap_or(u32::MAX)
    }

    /// In whole seconds and at least one, for the header.
    #[must_use]
    pub fn seconds(self) -> u64 {
        u64::from(self.millis().div_ceil(1000)).max(1)
    }
}

/// Who counts together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Address(IpAddr),
    Visitor(VisitorId),
    Asking(VisitorId),
    Agent(AgentId),
}

#[derive(Debug)]
struct Count {
    sockets: usize,
    bucket: Bucket,
}

/// The gate. A clone is the same one.
#[derive(Clone, Debug)]
pub struct Gate {
    clock: Clock,
    limited: bool,
    table: Arc<Mutex<HashMap<Key, Count>>>,
    uploads: Arc<Mutex<Uploads<Key>>>,
}

impl Gate {
    /// A gate; without `limited` everybody comes in (`--no-rate-limits`).
    #[must_use]
    pub fn new(clock: Clock, limited: bool) -> Self {
        Self { clock, limited, table: Arc::default(), uploads: Arc::default() }
    }

    /// A new socket of nobody known yet.
    ///
    /// # Errors
    /// When the address has too many of those, or they come too fast.
    pub fn admit(&self, address: IpAddr) -> Result<Permit, RetryAfter> {
        let key = Key::Address(prefix(address));
        let now = self.clock.monotonic();
        let mut table = self.lock(now);
        let count = table.entry(key.clone()).or_insert_with(|| Count::new(now));
        if self.limited {
            if count.sockets >= SOCKETS_PER_ADDRESS {
                return Err(RetryAfter(CROWDED));
            }
            count.bucket.take(ARRIVALS, now).map_err(RetryAfter)?;
        }
        count.sockets += 1;
        drop(table);
        Ok(Permit { gate: self.clone(), key })
    }

    /// A new visitor who comes without a socket.
    ///
    /// # Errors
    /// When they come too fast from this address.
    pub fn arrive(&self, address: IpAddr) -> Result<(), RetryAfter> {
        self.take(Key::Address(prefix(address)), ARRIVALS)
    }

    /// A socket of this visitor; `None` when they have too many.
    #[must_use]
    pub fn visitor(&self, visitor: &VisitorId) -> Option<Permit> {
        self.count(Key::Visitor(visitor.clone()), SOCKETS_PER_VISITOR)
    }

    /// A socket of this agent; `None` when they have too many.
    #[must_use]
    pub fn agent(&self, agent: &AgentId) -> Option<Permit> {
        self.count(Key::Agent(agent.clone()), SOCKETS_PER_AGENT)
    }

    /// A message of this visitor.
    ///
    /// # Errors
    /// When they write too fast.
    pub fn send(&self, visitor: &VisitorId) -> Result<(), RetryAfter> {
        self.take(Key::Visitor(visitor.clone()), SENDS)
    }

    /// A request of this visitor besides the socket.
    ///
    /// # Errors
    /// When they come too fast.
    pub fn ask(&self, visitor: &VisitorId) -> Result<(), RetryAfter> {
        self.take(Key::Asking(visitor.clone()), ASKS)
    }

    /// That message was a repeat: it does not count.
    pub fn unsend(&self, visitor: &VisitorId) {
        self.refund(&Key::Visitor(visitor.clone()), SENDS);
    }

    /// A file of this visitor, who comes from this address if nobody knows them yet.
    ///
    /// # Errors
    /// When they uploaded too much lately.
    pub fn upload(&self, visitor: &VisitorId, stranger: Option<IpAddr>) -> Result<Upload, RetryAfter> {
        let begun = self.clock.monotonic();
        let mut upload = Upload { gate: self.clone(), keys: Vec::new(), begun, left: u64::MAX };
        if !self.limited {
            return Ok(upload);
        }
        let address = stranger.map(|address| (Key::Address(prefix(address)), STRANGERS_UPLOADS));
        let mut table = self.uploads.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, allowed) in address.into_iter().chain([(Key::Visitor(visitor.clone()), UPLOADS)]) {
            upload.left = upload.left.min(table.begin(&key, allowed, begun)?);
            upload.keys.push(key);
        }
        drop(table);
        Ok(upload)
    }

    fn count(&self, key: Key, most: usize) -> Option<Permit> {
        let now = self.clock.monotonic();
        let mut table = self.lock(now);
        let count = table.entry(key.clone()).or_insert_with(|| Count::new(now));
        if self.limited && count.sockets >= most {
            return None;
        }
        count.sockets += 1;
        drop(table);
        Some(Permit { gate: self.clone(), key })
    }

    fn take(&self, key: Key, rate: Rate) -> Result<(), RetryAfter> {
        if !self.limited {
            return Ok(());
        }
        let now = self.clock.monotonic();
        let mut table = self.lock(now);
        table.entry(key).or_insert_with(|| Count::new(now)).bucket.take(rate, now).map_err(RetryAfter)
    }

    fn refund(&self, key: &Key, rate: Rate) {
        if !self.limited {
            return;
        }
        let now = self.clock.monotonic();
        if let Some(count) = self.lock(now).get_mut(key) {
            count.bucket.refund(rate);
        }
    }

    /// The table, swept if it is about to grow: the cost is spread over the entries that filled it.
    fn lock(&self, now: Instant) -> MutexGuard<'_, HashMap<Key, Count>> {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        if table.len() == table.capacity() && !table.is_empty() {
            table.retain(|_, count| count.sockets > 0 || !count.bucket.is_full(now));
            if table.len() > IDLE {
                table.retain(|_, count| count.sockets > 0);
            }
        }
        table
    }

    fn release(&self, key: &Key) {
        let now = self.clock.monotonic();
        let mut table = self.lock(now);
        if let Some(count) = table.get_mut(key) {
            count.sockets = count.sockets.saturating_sub(1);
            if count.sockets == 0 && count.bucket.is_full(now) {
                table.remove(key);
            }
        }
    }
}

impl Count {
    const fn new(now: Instant) -> Self {
        Self { sockets: 0, bucket: Bucket::full(now) }
    }
}

/// A file that is being uploaded.
#[derive(Debug)]
pub struct Upload {
    gate: Gate,
    keys: Vec<Key>,
    begun: Instant,
    left: u64,
}

impl Upload {
    /// The bytes that may come.
    #[must_use]
    pub const fn left(&self) -> u64 {
        self.left
    }

    /// Counts what came of it, whether or not it was kept.
    pub fn came(&self, bytes: u64) {
        let mut table = self.gate.uploads.lock().unwrap_or_else(PoisonError::into_inner);
        for key in &self.keys {
            table.end(key, self.begun, bytes);
        }
    }
}

/// A place that is given back when this is dropped.
#[derive(Debug)]
#[must_use]
pub struct Permit {
    gate: Gate,
    key: Key,
}

impl Permit {
    /// Gives the place back as if it had never been taken: whose it is, is known now and counted elsewhere. A
    /// company or a carrier is one address, and all its people come back after a restart.
    pub fn known(self) {
        if matches!(self.key, Key::Address(_)) {
            self.gate.refund(&self.key, ARRIVALS);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.gate.release(&self.key);
    }
}

#[cfg(test)]
mod tests;
