//! Storage in one SQLite file, for one relay. One connection writes, a few read; a write is answered when it is
//! synced. Callers never wait here: what cannot be queued is refused at once.
//!
//! This file hands work to the thread that does it; `use_cases.rs` lists the use-cases, and what each does stands in
//! the file it names.

mod agents;
mod approvals;
mod backstage;
mod backup;
mod backup_files;
mod canned;
mod changes;
mod departments;
mod desk;
mod drafts;
mod fault;
mod files;
mod health;
mod inbox;
mod ladder;
mod lists;
mod loaders;
mod mentions;
mod messages;
mod open;
mod push;
mod queue;
mod readers;
mod restore;
mod revisions;
mod routing;
mod search;
mod sites;
mod sql;
mod survey;
mod tally;
mod threads;
mod timeline;
mod triage;
mod use_cases;
mod visitors;
mod visits;
mod writer;

#[cfg(test)]
mod tests;
#[cfg(test)]
pub mod trouble;

pub use backup::{BackupError, back_up};
pub use open::{FILE, OpenError};
pub use restore::{Restore, RestoreError, Restored};
pub use writer::Fatal;

use super::{BackedUp, Pending, Sequence, StoreError, Then};
use desk::Desk;
use fault::Outcome;
use health::Health;
use merhaba_shared::protocol::ids::Epoch;
use queue::{Queue, Refusal};
use readers::Reads;
use rusqlite::Connection;
use search::Index;
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};
use tokio::sync::{mpsc, oneshot};
use writer::{Item, Settled, Telling, Work, Writer};

/// How a use-case that writes comes to its turn.
#[derive(Clone, Copy)]
enum Way<'a> {
    /// After what is queued already, with so many bytes of texts.
    Next(usize),
    /// With others, or after a while alone.
    Along,
    /// So too, in its sequence: not stored when one before it failed.
    Said(&'a Sequence, usize),
}

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
    path: PathBuf,
    /// A backup is being made.
    copying: Arc<AtomicBool>,
    writes: Arc<Queue<Item>>,
    reads: Reads,
    /// The writer where no thread has it.
    inline: Option<Mutex<Writer>>,
    /// Conversations have moved in lists since their places were put right.
    lists_lag: Arc<AtomicBool>,
    health: Arc<Health>,
    telling: Telling,
    /// What can be searched for, in a file of its own.
    index: Index,
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
        let lists_lag = Arc::new(AtomicBool::new(false));
        let telling = Telling::default();
        let health = Arc::new(Health::of(dir));
        let desk = Desk::new(opened.db, lists_lag.clone());
        let writer = Writer::new(desk, fatal, telling.clone(), health.clone());
        let mut store = Self {
            epoch: opened.epoch,
            path: opened.path.clone(),
            copying: Arc::default(),
            writes: Arc::new(Queue::new(writer::WAITING)),
            reads: Reads { queue: Arc::new(Queue::new(readers::WAITING)), inline: None },
            inline: None,
            lists_lag,
            health,
            telling,
            index: Index::beside(&opened.path, executor == Executor::Inline),
        };
        match executor {
            Executor::Threads => store.start(writer, &opened.path)?,
            Executor::Inline => {
                store.reads.inline = Some(Arc::new(Mutex::new(open::reader(&opened.path)?)));
                store.inline = Some(Mutex::new(writer));
            }
        }
        Ok(store)
    }

    /// Tells what became of what was written, from where this is run, until the store is closed: a runtime's own task
    /// wakes others for less than a thread outside can, and the writer goes on meanwhile. Without it the writer tells.
    pub fn telling(&self) -> impl Future<Output = ()> + Send + use<> {
        let (tell, mut told) = mpsc::channel::<Settled>(writer::UNTOLD);
        *self.telling.lock().unwrap_or_else(PoisonError::into_inner) = Some(tell);
        async move {
            while let Some(settled) = told.recv().await {
                settled.tell().await;
            }
        }
    }

    /// Starts the threads. They end when the queues are closed; should one not start, those before it end at once,
    /// since the store is dropped.
    fn start(&self, writer: Writer, path: &Path) -> Result<(), OpenError> {
        let spawn = |name: &str, run: Box<dyn FnOnce() + Send>| {
            thread::Builder::new().name(name.into()).spawn(run).map(drop).map_err(OpenError::Thread)
        };
        for _ in 0..readers::READERS {
            let (db, reads) = (open::reader(path)?, Arc::clone(&self.reads.queue));
            spawn("store-read", Box::new(move || readers::run(&db, &reads)))?;
        }
        for (name, run) in self.index.threads() {
            spawn(name, run)?;
        }
        let queue = Arc::clone(&self.writes);
        spawn("store-write", Box::new(move || writer.run(&queue)))
    }

    /// Takes nothing more; answers when all that was queued is done and the log is empty.
    fn end(&self) -> Pending<()> {
        let (answer, pending) = oneshot::channel();
        self.reads.queue.close(None);
        self.index.close();
        if !self.writes.close(Some(Item::Close(answer))) {
            return refused(Refusal::Closed);
        }
        self.write_inline();
        Pending::asked(pending)
    }

    /// Queues a use-case that changes conversations. It runs whether or not anybody waits.
    fn conversing<T: Send + 'static>(
        &self,
        then: Then<T>,
        work: impl FnOnce(&mut Desk) -> Outcome<T> + Send + 'static,
    ) -> Pending<T> {
        self.queue(Way::Next(0), Some(then), work)
    }

    /// As [`Self::conversing`], for what is in no hurry: it goes along with others.
    fn along<T: Send + 'static>(
        &self,
        then: Then<T>,
        work: impl FnOnce(&mut Desk) -> Outcome<T> + Send + 'static,
    ) -> Pending<T> {
        self.queue(Way::Along, Some(then), work)
    }

    /// Queues a message with so many bytes of texts, which is not stored when one before it in its sequence failed.
    fn saying<T: Send + 'static>(
        &self,
        (sequence, bytes): (&Sequence, usize),
        then: Then<T>,
        work: impl FnOnce(&mut Desk) -> Outcome<T> + Send + 'static,
    ) -> Pending<T> {
        self.queue(Way::Said(sequence, bytes), Some(then), work)
    }

    /// Queues a use-case that writes anything else. It runs whether or not anybody waits.
    fn writing<T: Send + 'static>(
        &self,
        then: Option<Then<T>>,
        work: impl FnOnce(&Connection) -> Outcome<T> + Send + 'static,
    ) -> Pending<T> {
        self.queue(Way::Next(0), then, |desk| desk.apart(work))
    }

    fn queue<T: Send + 'static>(
        &self,
        way: Way<'_>,
        then: Option<Then<T>>,
        work: impl FnOnce(&mut Desk) -> Outcome<T> + Send + 'static,
    ) -> Pending<T> {
        let (answer, pending) = oneshot::channel();
        let (sequence, bytes) = match way {
            Way::Said(sequence, bytes) => (Some(sequence), bytes),
            Way::Next(bytes) => (None, bytes),
            Way::Along => (None, 0),
        };
        let job = Work { run: Some(work), value: None, sequence: sequence.cloned(), then, answer };
        let push = if matches!(way, Way::Along) { Queue::push_along } else { Queue::push };
        if let Err(refusal) = push(&self.writes, Item::Job(Box::new(job)), writer::JOB + bytes) {
            sequence.into_iter().for_each(Sequence::break_off);
            return refused(refusal);
        }
        self.write_inline();
        Pending::asked(pending)
    }

    /// Queues a use-case that reads.
    fn reading<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Outcome<T> + Send + 'static,
    ) -> Pending<T> {
        self.reads.read(work)
    }

    /// Queues a use-case that reads lists, after the conversations in them were put into their places.
    fn reading_lists<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Outcome<T> + Send + 'static,
    ) -> Pending<T> {
        if !self.lists_lag.load(Ordering::Acquire) {
            return self.reads.read(work);
        }
        let (placed, in_order) = oneshot::channel();
        // A writer that takes nothing more has nothing to put right either: the list is then as it was.
        let _ = self.writes.push(Item::Place(placed), writer::JOB);
        self.write_inline();
        let reads = self.reads.clone();
        Pending::later(async move {
            let _ = in_order.await;
            reads.read(work).await
        })
    }

    /// Makes a backup on a thread of its own, since it takes long and the readers are there for others.
    fn copying(&self, to: PathBuf) -> Pending<BackedUp> {
        if self.copying.swap(true, Ordering::AcqRel) {
            return Pending::refused(StoreError::Conflict);
        }
        let (answer, pending) = oneshot::channel();
        let (from, copying) = (self.path.clone(), Arc::clone(&self.copying));
        let copy = move || {
            let copied = backup::copy(&from, &to, &|| !answer.is_closed());
            copying.store(false, Ordering::Release);
            let _ = answer.send(copied.map_err(|error| StoreError::Unavailable(error.to_string())));
        };
        if self.inline.is_some() {
            copy();
        } else if let Err(error) = thread::Builder::new().name("store-backup".into()).spawn(copy) {
            self.copying.store(false, Ordering::Release);
            tracing::warn!(%error, "no thread for a backup");
        }
        Pending::asked(pending)
    }

    fn write_inline(&self) {
        let Some(inline) = &self.inline else { return };
        self.writes.work_off(writer::GROUP, |items| {
            inline.lock().unwrap_or_else(PoisonError::into_inner).take(items);
        });
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        // What is queued is still carried out; then the threads end.
        self.writes.close(None);
        self.reads.queue.close(None);
        self.index.close();
    }
}

fn refused<T>(refusal: Refusal) -> Pending<T> {
    let why = match refusal {
        Refusal::Full => "too much is waiting for the disk",
        Refusal::Closed => "the store is closed",
    };
    Pending::refused(StoreError::Unavailable(why.into()))
}
