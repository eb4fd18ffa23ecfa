//! What tests do to a store behind its back: a disk without room, a backup that is put back. Only in tests.
use super::{FILE, Sqlite, fault::Outcome};
use rusqlite::Connection;
use std::path::Path;

/// More pages than any test fills.
const PLENTY: i64 = 1_000_000_000;

/// The disk has no more room, or has room again. What fits into pages that are there already is still taken.
pub fn full(store: &Sqlite, full: bool) {
    let pages = if full { 1 } else { PLENTY };
    let limit = move |db: &Connection| -> Outcome<i64> {
        Ok(db.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |row| row.get(0))?)
    };
    drop(store.writing(None, limit));
}

/// Copies a store that nobody has open.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for file in [FILE.to_owned(), format!("{FILE}-wal"), format!("{FILE}-shm")] {
        let _ = std::fs::remove_file(to.join(&file));
        if from.join(&file).exists() {
            std::fs::copy(from.join(&file), to.join(&file)).expect("copied");
        }
    }
}

/// Gives a store that nobody has open another life, as putting back a backup does.
pub fn renew(dir: &Path, epoch: &str) {
    let db = Connection::open(dir.join(FILE)).expect("a store");
    db.execute("UPDATE meta SET value = ?1 WHERE key = 'epoch'", [epoch]).expect("written");
}
