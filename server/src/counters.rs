//! What the relay counts about its sessions, as plain numbers for whoever prints them. Never holds an id or a text.
use merhaba_shared::protocol::{
    close::{ALL, Close},
    error::Code,
    model::Side,
};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

/// The numbers. They only grow, except sessions and what waits for the index.
#[derive(Debug)]
pub struct Counters {
    visitors: AtomicU64,
    agents: AtomicU64,
    accepted: AtomicU64,
    refused: Vec<(Code, AtomicU64)>,
    closed: Vec<(Close, AtomicU64)>,
    unindexed: AtomicU64,
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            visitors: AtomicU64::new(0),
            agents: AtomicU64::new(0),
            accepted: AtomicU64::new(0),
            refused: Code::ALL.iter().map(|code| (*code, AtomicU64::new(0))).collect(),
            closed: ALL.iter().map(|close| (*close, AtomicU64::new(0))).collect(),
            unindexed: AtomicU64::new(0),
        }
    }
}

/// A session that is counted as long as this lives.
#[derive(Debug)]
#[must_use]
pub struct Counted(Arc<Counters>, Side);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.side(self.1).fetch_sub(1, Relaxed);
    }
}

impl Counters {
    /// Counts a session.
    pub fn session(self: &Arc<Self>, side: Side) -> Counted {
        self.side(side).fetch_add(1, Relaxed);
        Counted(self.clone(), side)
    }

    /// Counts a message that was stored.
    pub fn count_accepted(&self) {
        self.accepted.fetch_add(1, Relaxed);
    }

    /// Counts a refusal.
    pub fn count_refused(&self, code: Code) {
        if let Some((_, count)) = self.refused.iter().find(|(known, _)| *known == code) {
            count.fetch_add(1, Relaxed);
        }
    }

    /// Counts a close by the relay, with one of its own codes.
    pub fn count_closed(&self, code: u16) {
        if let Some((_, count)) = self.closed.iter().find(|(known, _)| known.code == code) {
            count.fetch_add(1, Relaxed);
        }
    }

    /// Sessions that live now.
    #[must_use]
    pub fn sessions(&self, side: Side) -> u64 {
        self.side(side).load(Relaxed)
    }

    /// Messages stored.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.accepted.load(Relaxed)
    }

    /// Refusals by code.
    pub fn refused(&self) -> impl Iterator<Item = (Code, u64)> + '_ {
        self.refused.iter().map(|(code, count)| (*code, count.load(Relaxed)))
    }

    /// Closes by code.
    pub fn closed(&self) -> impl Iterator<Item = (Close, u64)> + '_ {
        self.closed.iter().map(|(close, count)| (*close, count.load(Relaxed)))
    }

    /// Notes how many entries and notes cannot be found by searching yet.
    pub fn note_unindexed(&self, count: u64) {
        self.unindexed.store(count, Relaxed);
    }

    /// Entries and notes that cannot be found by searching yet.
    #[must_use]
    pub fn unindexed(&self) -> u64 {
        self.unindexed.load(Relaxed)
    }

    fn side(&self, side: Side) -> &AtomicU64 {
        match side {
            Side::Visitor => &self.visitors,
            Side::Agent => &self.agents,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use merhaba_shared::protocol::close::SLOW;

    #[test]
    fn counts_what_it_is_told() {
        let counters = Arc::new(Counters::default());
        let session = counters.session(Side::Agent);
        counters.count_accepted();
        counters.count_refused(Code::TooLong);
        counters.count_closed(SLOW.code);
        counters.count_closed(1000);
        assert_eq!((counters.sessions(Side::Agent), counters.sessions(Side::Visitor)), (1, 0));
        assert_eq!(counters.accepted(), 1);
        assert_eq!(
            counters.refused().filter(|(_, count)| *count > 0).collect::<Vec<_>>(),
            [(Code::TooLong, 1)]
        );
        assert_eq!(counters.closed().filter(|(_, count)| *count > 0).collect::<Vec<_>>(), [(SLOW, 1)]);
        drop(session);
        assert_eq!(counters.sessions(Side::Agent), 0);
    }
}
