//! Whether the next write will work: there is room on the disk, and a write has worked since one failed. It refuses no
//! message itself; what can be stored is stored.
use super::{
    fault::{Fault, Outcome},
    sql,
};
use rusqlite::{Connection, ErrorCode};
use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

/// What must be left on the disk, in bytes: what the log takes until it is worked into the main file (a thousand pages
/// of 4 KiB), and as much for the main file then.
pub(super) const ROOM: u64 = 8 * 1024 * 1024;
/// What a probe writes after a failure, in bytes: more than the longest message with its rows. A short one may find
/// room in pages that are there, where a message does not.
const LONG: usize = 64 * 1024;

/// How the store is.
pub(super) struct Health {
    dir: PathBuf,
    /// Writes that have failed.
    failures: AtomicU64,
    /// How many of them there were when a probe last worked.
    proved: AtomicU64,
}

/// A probe that was written: how many failures there were before it.
pub(super) struct Probe(u64);

impl Health {
    /// Of a store in this folder, which has just been opened.
    pub(super) fn of(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), failures: AtomicU64::new(0), proved: AtomicU64::new(0) }
    }

    /// A write failed. What an index refused was no failure of the disk.
    pub(super) fn failed(&self, error: &rusqlite::Error) {
        if error.sqlite_error_code() != Some(ErrorCode::ConstraintViolation) {
            self.failures.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// A write has failed, and no probe has worked since.
    pub(super) fn is_failing(&self) -> bool {
        self.failures.load(Ordering::Acquire) > self.proved.load(Ordering::Acquire)
    }

    /// Writes something of no worth, if there is room.
    pub(super) fn probe(&self, db: &Connection) -> Outcome<Probe> {
        if let Some(left) = left(&self.dir).filter(|left| *left < ROOM) {
            return Err(Fault::NoRoom(left));
        }
        let probe = Probe(self.failures.load(Ordering::Acquire));
        let filler = " ".repeat(if self.is_failing() { LONG } else { 0 });
        let sql = "UPDATE meta SET value = (CAST(value AS INTEGER) + 1) || ?1 WHERE key = 'probe'";
        sql::change(db, sql, [filler])?;
        Ok(probe)
    }

    /// A probe is durable: failures from before it are over.
    pub(super) fn proved(&self, probe: &Probe) {
        self.proved.fetch_max(probe.0, Ordering::AcqRel);
    }
}

/// The bytes that are left for the store's files, where the file system says so: some keep no count.
fn left(dir: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(dir).ok()?;
    (disk.f_blocks > 0).then(|| disk.f_bavail.saturating_mul(disk.f_frsize))
}
