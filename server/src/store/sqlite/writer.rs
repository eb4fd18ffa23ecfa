//! The one connection that writes. It takes what is queued as a group, commits and syncs once, and only then tells
//! anybody. It never answers before the sync and never publishes what was lost.
use super::{
    desk::{Desk, step},
    fault::Fault,
    health::Health,
    queue::Queue,
};
use crate::{
    mutants::{self, Mutant},
    store::{Sequence, StoreError, Then},
};
use rusqlite::{ErrorCode, ffi};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{mpsc, oneshot};

/// What jobs that wait may weigh together, in bytes; more are refused. That is ten thousand visitors' first messages at
/// once and five times as many more, or the longest messages of some seconds at the disk's speed.
pub(super) const WAITING: usize = 64 * 1024 * 1024;
/// What a job weighs without its texts, in bytes: itself, its answer, and who is told.
pub(super) const JOB: usize = 1024;
/// Jobs in one commit. A job takes some 10 µs and a sync about a millisecond, so a group of this size takes a few times
/// as long to carry out as to sync; a larger one gains little and makes its first wait for its last.
pub(super) const GROUP: usize = 1_024;

/// Jobs whose outcome is told before others run.
const TOLD_AT_ONCE: usize = 32;
/// Groups that may wait to be told: then the writer waits too.
pub(super) const UNTOLD: usize = 4;

/// Called when going on could lose what was promised: the program ends and starts anew.
pub type Fatal = Box<dyn Fn(&str) + Send>;

/// What is queued for the writer.
pub(super) enum Item {
    /// A use-case that writes.
    Job(Box<dyn Job>),
    /// Puts conversations into their places in lists, if they are not; told when that is done or has failed.
    Place(oneshot::Sender<()>),
    /// The end; the answer comes when all is in the main file.
    Close(oneshot::Sender<Result<(), StoreError>>),
}

/// One use-case, without its type.
pub(super) trait Job: Send {
    /// Does it, within the group's transaction.
    fn run(&mut self, desk: &mut Desk) -> Result<(), Fault>;
    /// Tells what became of it, after the commit.
    fn settle(self: Box<Self>, outcome: Result<(), StoreError>);
}

/// One use-case with its type.
pub(super) struct Work<T, F> {
    /// What to do.
    pub(super) run: Option<F>,
    /// What came of it, once done.
    pub(super) value: Option<T>,
    /// What it must not overtake.
    pub(super) sequence: Option<Sequence>,
    /// Whom to tell first.
    pub(super) then: Option<Then<T>>,
    /// Who waits.
    pub(super) answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<T: Send, F: FnOnce(&mut Desk) -> Result<T, Fault> + Send> Job for Work<T, F> {
    fn run(&mut self, desk: &mut Desk) -> Result<(), Fault> {
        let Some(run) = self.run.take() else { return Ok(()) };
        if self.sequence.as_ref().is_some_and(Sequence::is_broken) {
            return Err(Fault::Behind);
        }
        // The next of its sequence may be the very next job: it must see that this one failed.
        self.value = Some(run(desk).inspect_err(|_| self.sequence.iter().for_each(Sequence::break_off))?);
        if mutants::on(Mutant::PublishEarly)
            && let Some((then, value)) = self.then.take().zip(self.value.as_ref())
        {
            then(value);
        }
        Ok(())
    }

    fn settle(self: Box<Self>, outcome: Result<(), StoreError>) {
        let ended = || StoreError::Unavailable("the job was not carried out".into());
        let Self { value, sequence, then, answer, .. } = *self;
        let outcome = outcome.and_then(|()| value.ok_or_else(ended));
        match (&outcome, then) {
            (Ok(value), Some(then)) => then(value),
            (Ok(_), None) => {}
            (Err(_), _) => sequence.iter().for_each(Sequence::break_off),
        }
        // Nobody may be waiting any more; what was to be told was told.
        let _ = answer.send(outcome);
    }
}

/// The connection that writes.
pub(super) struct Writer {
    desk: Desk,
    fatal: Fatal,
    telling: Telling,
    health: Arc<Health>,
}

/// Where what became of groups is told, if not here: see [`super::Sqlite::telling`].
pub(super) type Telling = Arc<Mutex<Option<mpsc::Sender<Settled>>>>;

/// A group whose outcome is certain: each job, and what became of it.
pub(super) struct Settled(Vec<(Box<dyn Job>, Result<(), StoreError>)>);

impl Settled {
    /// Tells everybody, and lets others run now and then.
    pub(super) async fn tell(self) {
        for (number, (job, outcome)) in self.0.into_iter().enumerate() {
            job.settle(outcome);
            if number % TOLD_AT_ONCE == TOLD_AT_ONCE - 1 {
                tokio::task::yield_now().await;
            }
        }
    }

    /// Tells everybody, here and now.
    fn tell_here(self) {
        for (job, outcome) in self.0 {
            job.settle(outcome);
        }
    }
}

impl Writer {
    /// A writer on an opened store.
    pub(super) fn new(desk: Desk, fatal: Fatal, telling: Telling, health: Arc<Health>) -> Self {
        Self { desk, fatal, telling, health }
    }

    /// Works a queue off until it is closed. If a job panics, what it meant for the store is unknown: the program ends.
    pub(super) fn run(mut self, queue: &Queue<Item>) {
        let worked = catch_unwind(AssertUnwindSafe(|| {
            while let Some(items) = queue.take_or(GROUP, || self.desk.rest()) {
                self.take(items);
            }
        }));
        // Who tells ends with what was sent there.
        *self.telling.lock().unwrap_or_else(PoisonError::into_inner) = None;
        if worked.is_err() {
            queue.abandon();
            (self.fatal)("the store's writer stopped unexpectedly");
        }
    }

    /// Carries out what was taken from the queue.
    pub(super) fn take(&mut self, items: Vec<Item>) {
        let (mut jobs, mut listing, mut last) = (Vec::with_capacity(items.len()), Vec::new(), None);
        for item in items {
            match item {
                Item::Job(job) => jobs.push(job),
                Item::Place(told) => listing.push(told),
                Item::Close(answer) => last = Some(answer),
            }
        }
        let place = !listing.is_empty() || last.is_some();
        if place || !jobs.is_empty() {
            self.group(jobs, place);
        }
        // Who waits for a list gets it even when places could not be put right: then in the order of before.
        for told in listing {
            let _ = told.send(());
        }
        if let Some(answer) = last {
            let _ = answer.send(self.checkpoint());
        }
    }

    fn group(&mut self, jobs: Vec<Box<dyn Job>>, place: bool) {
        let mut settled = Settled(Vec::with_capacity(jobs.len()));
        let mut jobs = jobs.into_iter();
        let outcome = self.transaction(&mut jobs, &mut settled, place);
        // Not begun: the transaction had ended before their turn.
        settled.0.extend(jobs.map(|job| (job, Ok(()))));
        match outcome {
            Ok(()) => self.desk.committed(),
            Err(fault) if mutants::on(Mutant::FailedCommitAccepted) => drop(self.take_back(fault)),
            Err(fault) => {
                let failure = self.take_back(fault);
                settled.0.iter_mut().for_each(|(_, outcome)| *outcome = Err(failure.clone()));
            }
        }
        self.tell(settled);
    }

    /// Ends a transaction that failed; gives what is told of it.
    fn take_back(&mut self, fault: Fault) -> StoreError {
        if let Fault::Sqlite(error) | Fault::TakenBack(error) = &fault {
            self.failed(error);
        }
        if !self.desk.db().is_autocommit() {
            // Should even this fail, the next BEGIN fails too and everything stays unavailable: nothing is lost.
            let _ = self.desk.db().execute_batch("ROLLBACK");
        }
        self.desk.taken_back();
        fault.into()
    }

    /// Tells what became of a group, in the order of groups: elsewhere, while the next one is written, or here.
    fn tell(&self, settled: Settled) {
        let elsewhere = self.telling.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match elsewhere {
            Some(elsewhere) => match elsewhere.blocking_send(settled) {
                Ok(()) => {}
                Err(mpsc::error::SendError(settled)) => settled.tell_here(),
            },
            None => settled.tell_here(),
        }
    }

    /// All of a group. A job's own failure is noted with it; `Err` is the end of the whole transaction.
    fn transaction(
        &mut self,
        jobs: &mut impl Iterator<Item = Box<dyn Job>>,
        settled: &mut Settled,
        place: bool,
    ) -> Result<(), Fault> {
        step(self.desk.db(), "BEGIN IMMEDIATE")?;
        for mut job in jobs {
            match job.run(&mut self.desk) {
                Ok(()) => settled.0.push((job, Ok(()))),
                Err(fault @ Fault::Sqlite(_)) => {
                    settled.0.push((job, Ok(())));
                    return Err(fault);
                }
                Err(fault) => {
                    if let Fault::TakenBack(error) = &fault {
                        self.failed(error);
                    }
                    settled.0.push((job, Err(fault.into())));
                }
            }
        }
        if mutants::on(Mutant::AcknowledgeEarly) {
            self.tell(Settled(std::mem::take(&mut settled.0)));
        }
        self.desk.end_of_group(place)?;
        step(self.desk.db(), "COMMIT")
    }

    /// Notes a failure. After a failed sync the kernel may have dropped what it could not write and call the next sync
    /// a success.
    fn failed(&self, error: &rusqlite::Error) {
        self.health.failed(error);
        if is_failed_sync(error) && !mutants::on(Mutant::FailedSyncIgnored) {
            (self.fatal)(&format!("the disk did not keep what was written: {error}"));
        }
    }

    /// Moves everything into the main file, so that a copy of it alone is whole.
    fn checkpoint(&self) -> Result<(), StoreError> {
        let done =
            self.desk.db().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
        match done {
            // A reader is still there: what is in the log is durable all the same.
            Ok(_) => Ok(()),
            Err(error) => Err(Fault::from(error).into()),
        }
    }
}

fn is_failed_sync(error: &rusqlite::Error) -> bool {
    let rusqlite::Error::SqliteFailure(failure, _) = error else { return false };
    failure.code == ErrorCode::SystemIoFailure
        && [ffi::SQLITE_IOERR_FSYNC, ffi::SQLITE_IOERR_DIR_FSYNC].contains(&failure.extended_code)
}

#[cfg(test)]
mod tests {
    use super::{ffi, is_failed_sync};

    fn failure(code: i32) -> rusqlite::Error {
        rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)
    }

    #[test]
    fn only_a_failed_sync_ends_the_program() {
        assert!(is_failed_sync(&failure(ffi::SQLITE_IOERR_FSYNC)));
        assert!(is_failed_sync(&failure(ffi::SQLITE_IOERR_DIR_FSYNC)));
        for passes in
            [ffi::SQLITE_FULL, ffi::SQLITE_IOERR_WRITE, ffi::SQLITE_BUSY, ffi::SQLITE_CONSTRAINT_UNIQUE]
        {
            assert!(!is_failed_sync(&failure(passes)), "{passes}");
        }
    }
}
