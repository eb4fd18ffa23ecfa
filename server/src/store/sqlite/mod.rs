//! Storage in one SQLite file, for one relay. One connection writes, a few read; a write is answered when it is
//! synced. Callers never wait here: what cannot be queued is refused at once.
//!
//! This file hands work to the thread that does it; `use_cases.rs` lists the use-cases, and what each does stands in
//! the file it names.

mod agents;
mod changes;
mod fault;
mod inbox;
mod messages;
mod notes;
mod open;
mod queue;
mod readers;
mod sites;
mod sql;
mod threads;
mod timeline;
mod use_cases;
mod visitors;
mod writer;

#[cfg(test)]
mod tests;
#[cfg(test)]
pub mod trouble;

pub use open::{FILE, OpenError};
pub use writer::Fatal;

use super::{Pending, Sequence, StoreError, Then};
use fault::Outcome;
use merhaba_shared::protocol::ids::Epoch;
use queue::{Queue, Refusal};
use readers::Read;
use rusqlite::Connection;
use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    thread,
};
use tokio::sync::oneshot;
use writer::{Item, Work, Writer};

/// Who carries out what is queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Executor {
    /// Threads of the store's own: for the relay.
    Threads,
    /// The caller, before the call returns: for a simulation, whose time must not run ahead of a thread.
    Inline,
}

/// Storage in one SQLite file.
pub struct Sqlite {
    epoch: Epoch,
    writes: Arc<Queue<Item>>,
    reads: Arc<Queue<Read>>,
    inline: Option<Inline>,
}

/// The connections where no threads have them.
struct Inline {
    writer: Mutex<Writer>,
    reader: Mutex<Connection>,
}

impl Sqlite {
    /// Opens the store in a folder, or makes it with the given epoch. `fatal` is called when the disk has not kept
    /// what was written: the program must end.
    ///
    /// # Errors
    /// [`OpenError`] is a sentence for the operator.
    pub fn open(dir: &Path, epoch_for_new: &Epoch, fatal: Fatal) -> Result<Self, OpenError> {
        Self::open_with(dir, epoch_for_new, fatal, Executor::Threads)
    }

    /// As [`Self::open`], with the executor to use.
    ///
    /// # Errors
    /// [`OpenError`] is a sentence for the operator.
    pub fn open_with(
        dir: &Path,
        epoch_for_new: &Epoch,
        fatal: Fatal,
        executor: Executor,
    ) -> Result<Self, OpenError> {
        let opened = open::open(dir, epoch_for_new)?;
        let writer = Writer::new(opened.db, fatal);
        let mut store = Self {
            epoch: opened.epoch,
            writes: Arc::new(Queue::new(writer::WAITING)),
            reads: Arc::new(Queue::new(readers::WAITING)),
            inline: None,
        };
        match executor {
            Executor::Threads => store.start(writer, &opened.path)?,
            Executor::Inline => {
                let reader = Mutex::new(open::reader(&opened.path)?);
                store.inline = Some(Inline { writer: Mutex::new(writer), reader });
            }
        }
        Ok(store)
    }

    /// Starts the threads. They end when the queues are closed; should one not start, those before it end at once,
    /// since the store is dropped.
    fn start(&self, writer: Writer, path: &Path) -> Result<(), OpenError> {
        let spawn = |name: &str, run: Box<dyn FnOnce() + Send>| {
            thread::Builder::new().name(name.into()).spawn(run).map(drop).map_err(OpenError::Thread)
        };
        for _ in 0..readers::READERS {
            let (db, reads) = (open::reader(path)?, Arc::clone(&self.reads));
            spawn("store-read", Box::new(move || readers::run(&db, &reads)))?;
        }
        let queue = Arc::clone(&self.writes);
        spawn("store-write", Box::new(move || writer.run(&queue)))
    }

    /// Takes nothing more; answers when all that was queued is done and the log is empty.
    fn end(&self) -> Pending<()> {
        let (answer, pending) = oneshot::channel();
        self.reads.close(None);
        if !self.writes.close(Some(Item::Close(answer))) {
            return refused(Refusal::Closed);
        }
        self.write_inline();
        wait(pending)
    }

    /// Queues a use-case that writes. It runs whether or not anybody waits.
    fn writing<T: Send + 'static>(
        &self,
        then: Option<Then<T>>,
        work: impl FnOnce(&Connection) -> Outcome<T> + Send + 'static,
    ) -> Pending<T> {
        self.queue(None, then, work)
    }

    /// Queues a use-case that writes, and that is not carried out when one before it in its sequence failed.
    fn in_sequence<T: Send + 'static>(
        &self,
        sequence: &Sequence,
        then: Then<T>,
        work: impl FnOnce(&Connection) -> Outcome<T> + Send + 'static,
    ) -> Pending<T> {
        self.queue(Some(sequence), Some(then), work)
    }

    fn queue<T: Send + 'static>(
        &self,
        sequence: Option<&Sequence>,
        then: Option<Then<T>>,
        work: impl FnOnce(&Connection) -> Outcome<T> + Send + 'static,
    ) -> Pending<T> {
        let (answer, pending) = oneshot::channel();
        let job = Work { run: Some(work), value: None, sequence: sequence.cloned(), then, answer };
        if let Err(refusal) = self.writes.push(Item::Job(Box::new(job))) {
            sequence.into_iter().for_each(Sequence::break_off);
            return refused(refusal);
        }
        self.write_inline();
        wait(pending)
    }

    /// Queues a use-case that reads, all of it at one instant of the store. Skipped when nobody waits any more.
    fn reading<T: Send + 'static>(
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
        if let Err(refusal) = self.reads.push(Box::new(read)) {
            return refused(refusal);
        }
        if let Some(inline) = &self.inline {
            self.reads.work_off(1, |reads| {
                let db = inline.reader.lock().unwrap_or_else(PoisonError::into_inner);
                for read in reads {
                    read(&db);
                }
            });
        }
        wait(pending)
    }

    fn write_inline(&self) {
        let Some(inline) = &self.inline else { return };
        self.writes.work_off(writer::GROUP, |items| {
            inline.writer.lock().unwrap_or_else(PoisonError::into_inner).take(items);
        });
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        // What is queued is still carried out; then the threads end.
        self.writes.close(None);
        self.reads.close(None);
    }
}

fn at_one_instant<T>(db: &Connection, work: impl FnOnce(&Connection) -> Outcome<T>) -> Outcome<T> {
    let transaction = db.unchecked_transaction()?;
    work(&transaction)
}

fn wait<T: Send + 'static>(pending: oneshot::Receiver<Result<T, StoreError>>) -> Pending<T> {
    Box::pin(async move {
        pending.await.unwrap_or_else(|_| Err(StoreError::Unavailable("the store has ended".into())))
    })
}

fn refused<T: Send + 'static>(refusal: Refusal) -> Pending<T> {
    let why = match refusal {
        Refusal::Full => "too much is waiting for the disk",
        Refusal::Closed => "the store is closed",
    };
    Box::pin(std::future::ready(Err(StoreError::Unavailable(why.into()))))
}
