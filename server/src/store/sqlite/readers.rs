//! The connections that read: a few threads, each with its own, on one bounded queue. They cannot write.
use super::queue::Queue;
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Reads that may wait; more are refused.
pub(super) const WAITING: usize = 4_096;
/// Connections that read: a read is short and mostly in memory, so more would only wait for one another's processor.
pub(super) const READERS: usize = 4;

/// One read, without its type; it answers by itself.
pub(super) type Read = Box<dyn FnOnce(&Connection) + Send>;

/// Works a queue off until it is closed. A read that panics answers nobody (its asker hears that) and harms no other.
pub(super) fn run(db: &Connection, queue: &Queue<Read>) {
    while let Some(reads) = queue.take(1) {
        for read in reads {
            let _ = catch_unwind(AssertUnwindSafe(|| read(db)));
        }
    }
}
