//! The connections that read: a few threads, each with its own, on one bounded queue. They cannot write.
use super::{fault::Outcome, queue::Queue, refused};
use crate::store::{Pending, StoreError};
use rusqlite::Connection;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::oneshot;

/// Reads that may wait; more are refused.
pub(super) const WAITING: usize = 4_096;
/// Connections that read: a read is short and mostly in memory, so more would only wait for one another's processor.
pub(super) const READERS: usize = 4;

/// One read, without its type; it answers by itself.
pub(super) type Read = Box<dyn FnOnce(&Connection) + Send>;

/// Where reads are queued. A clone is the same one.
#[derive(Clone)]
pub(super) struct Reads {
    pub(super) queue: Arc<Queue<Read>>,
    /// The connection where no threads have theirs.
    pub(super) inline: Option<Arc<Mutex<Connection>>>,
}

impl Reads {
    /// Queues a use-case that reads, all of it at one instant of the store. Skipped when nobody waits any more.
    pub(super) fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Outcome<T> + Send + 'static,
    ) -> Pending<T> {
        let (answer, pending) = oneshot::channel();
        let read = move |db: &Connection| {
            if !answer.is_closed() {
                // Nobody may be waiting any more by then.
                let _ = answer.send(at_one_instant(db, work).map_err(StoreError::from));
            }
        };
        if let Err(refusal) = self.queue.push(Box::new(read), 1) {
            return refused(refusal);
        }
        if let Some(inline) = &self.inline {
            self.queue.work_off(1, |reads| {
                let db = inline.lock().unwrap_or_else(PoisonError::into_inner);
                for read in reads {
                    read(&db);
                }
            });
        }
        Pending::asked(pending)
    }
}

fn at_one_instant<T>(db: &Connection, work: impl FnOnce(&Connection) -> Outcome<T>) -> Outcome<T> {
    let transaction = db.unchecked_transaction()?;
    work(&transaction)
}

/// Works a queue off until it is closed. A read that panics answers nobody (its asker hears that) and harms no other.
pub(super) fn run(db: &Connection, queue: &Queue<Read>) {
    while let Some(reads) = queue.take(1) {
        for read in reads {
            let _ = catch_unwind(AssertUnwindSafe(|| read(db)));
        }
    }
}
