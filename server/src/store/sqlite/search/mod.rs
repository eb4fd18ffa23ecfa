//! Search: an index in a file of its own, written and read by two threads of its own. It never touches the connection
//! that writes the store: a message costs the same with it and without it.

mod fill;
mod find;
mod snippet;

#[cfg(test)]
mod tests;

use super::{
    fault::{Fault, Outcome},
    open,
    queue::Queue,
    refused,
};
use crate::store::{Forgotten, Found, Pending, Search, SearchStore, StoreError};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::{
    fs,
    os::unix::fs::OpenOptionsExt,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::oneshot;

/// The index's file within the data folder.
pub const INDEX: &str = "search.db";
/// Its shape: another one is made anew.
const SHAPE: &str = "1";
const SCHEMA: &str = include_str!("../../../../migrations/search.sql");
/// Searches, and rounds of indexing, that may wait; more are refused.
const WAITING: usize = 64;

type Task = Box<dyn FnOnce() + Send>;

/// The index. A clone is the same one.
#[derive(Clone)]
pub(super) struct Index {
    store: PathBuf,
    file: PathBuf,
    fills: Arc<Queue<Task>>,
    finds: Arc<Queue<Task>>,
    /// The caller carries out everything.
    inline: bool,
    filling: Arc<Mutex<Option<Connection>>>,
    finding: Arc<Mutex<Option<(u64, find::Finder)>>>,
    /// How often the file was made anew while the program runs.
    made: Arc<AtomicU64>,
}

impl Index {
    /// The index beside a store. Its file is made when it is first needed.
    pub(super) fn beside(store: &Path, inline: bool) -> Self {
        Self {
            store: store.into(),
            file: store.with_file_name(INDEX),
            fills: Arc::new(Queue::new(WAITING)),
            finds: Arc::new(Queue::new(WAITING)),
            inline,
            filling: Arc::default(),
            finding: Arc::default(),
            made: Arc::default(),
        }
    }

    /// What its two threads do, each under its name. They end when it is closed.
    pub(super) fn threads(&self) -> [(&'static str, Task); 2] {
        let run = |queue: &Arc<Queue<Task>>| -> Task {
            let queue = Arc::clone(queue);
            Box::new(move || work_off(&queue))
        };
        [("store-index", run(&self.fills)), ("store-search", run(&self.finds))]
    }

    /// Takes nothing more.
    pub(super) fn close(&self) {
        self.fills.close(None);
        self.finds.close(None);
    }

    fn ask<T: Send + 'static>(
        &self,
        queue: &Queue<Task>,
        work: impl FnOnce() -> Outcome<T> + Send + 'static,
    ) -> Pending<T> {
        let (answer, pending) = oneshot::channel();
        let task: Task = Box::new(move || {
            if !answer.is_closed() {
                // Nobody may be waiting any more by then.
                let _ = answer.send(work().map_err(StoreError::from));
            }
        });
        if let Err(refusal) = queue.push(task, 1) {
            return refused(refusal);
        }
        if self.inline {
            queue.work_off(1, |tasks| tasks.into_iter().for_each(|task| task()));
        }
        Pending::asked(pending)
    }

    /// Does something with the connection that fills. A file that is damaged is made anew: nothing is lost with it.
    fn fill<T>(&self, work: impl FnOnce(&Connection) -> Outcome<T>) -> Outcome<T> {
        let mut filling = self.filling.lock().unwrap_or_else(PoisonError::into_inner);
        let db = match filling.take() {
            Some(db) => db,
            None => match self.connect() {
                Err(fault) if is_damaged(&fault) => {
                    self.remove()?;
                    self.connect()?
                }
                connected => connected?,
            },
        };
        let done = fill::at_once(&db, work);
        match &done {
            Err(fault) if is_damaged(fault) => {
                drop(db);
                self.remove()?;
            }
            _ => *filling = Some(db),
        }
        done
    }

    fn connect(&self) -> Outcome<Connection> {
        make_file(&self.file).map_err(|error| unwritable(&error))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(&self.file, flags)?;
        db.busy_timeout(open::BUSY)?;
        db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        db.query_row("PRAGMA secure_delete = ON", [], |_| Ok(()))?;
        // A power cut may take the last of it, and it is read again from the store.
        for (name, value) in [("synchronous", "NORMAL"), ("temp_store", "MEMORY"), ("trusted_schema", "OFF")]
        {
            db.pragma_update(None, name, value)?;
        }
        db.pragma_update(None, "cache_size", -4_096)?;
        db.execute("ATTACH ?1 AS store", [self.store.to_string_lossy()])?;
        fill::prepare(&db)?;
        Ok(db)
    }

    /// Takes the file away, and has readers open the next one.
    fn remove(&self) -> Outcome<()> {
        self.made.fetch_add(1, Ordering::AcqRel);
        for ending in ["", "-wal", "-shm"] {
            let mut name = self.file.clone().into_os_string();
            name.push(ending);
            match fs::remove_file(name) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(unwritable(&error)),
                _ => {}
            }
        }
        tracing::warn!("the index for searching was damaged: it is made anew");
        Ok(())
    }

    fn find(&self, search: &Search) -> Outcome<Found> {
        let made = self.made.load(Ordering::Acquire);
        let mut finding = self.finding.lock().unwrap_or_else(PoisonError::into_inner);
        let finder = if let Some((_, finder)) = finding.take().filter(|(of, _)| *of == made) {
            finder
        } else {
            self.fill(|_| Ok(()))?;
            find::Finder::open(&self.store, &self.file)?
        };
        let found = finder.find(search);
        *finding = Some((made, finder));
        found
    }
}

impl SearchStore for super::Sqlite {
    fn index(&self, most: usize) -> Pending<u64> {
        let index = self.index.clone();
        self.index.ask(&self.index.fills, move || index.fill(|db| fill::next(db, most)))
    }

    fn unindex(&self, what: Vec<Forgotten>) -> Pending<()> {
        let index = self.index.clone();
        self.index.ask(&self.index.fills, move || index.fill(|db| fill::forget(db, &what)))
    }

    fn search(&self, search: Search) -> Pending<Found> {
        let index = self.index.clone();
        self.index.ask(&self.index.finds, move || index.find(&search))
    }
}

/// Works a queue off until it is closed. A task that panics answers nobody and harms no other.
fn work_off(queue: &Queue<Task>) {
    while let Some(tasks) = queue.take(1) {
        for task in tasks {
            let _ = catch_unwind(AssertUnwindSafe(task));
        }
    }
}

/// A file that only this account may read.
fn make_file(file: &Path) -> std::io::Result<()> {
    fs::OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(file).map(drop)
}

fn unwritable(error: &std::io::Error) -> Fault {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CANTOPEN);
    Fault::Sqlite(rusqlite::Error::SqliteFailure(code, Some(error.to_string())))
}

fn is_damaged(fault: &Fault) -> bool {
    let (Fault::Sqlite(error) | Fault::TakenBack(error)) = fault else { return false };
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}
