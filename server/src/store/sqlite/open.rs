//! Opening the store's file: the checks that refuse to start, the settings that make a commit durable, the
//! migrations. It never opens what a newer version wrote.
use super::desk::place_after_crash;
use crate::{
    folder,
    mutants::{self, Mutant},
};
use merhaba_shared::protocol::ids::Epoch;
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior};
use std::{
    fs::OpenOptions,
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

/// The store's file within the data folder.
pub const FILE: &str = "merhaba.db";
/// Older versions can corrupt a write-ahead log that is reset while it is read.
const OLDEST_SQLITE: i32 = 3_051_003;
/// "Mrhb": says whose file it is.
pub(super) const APPLICATION: i64 = 0x4d72_6862;
/// The shortest file that SQLite writes, in bytes: one page of the smallest size.
const SHORTEST: u64 = 512;
/// How long a connection waits for another's lock.
pub(super) const BUSY: Duration = Duration::from_secs(5);
/// Statements that stay prepared on a connection: all there are.
const STATEMENTS: usize = 128;
/// Every migration, in order; their number is the version.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("../../../migrations/sqlite/0001_foundation.sql"),
    include_str!("../../../migrations/sqlite/0002_heads.sql"),
    include_str!("../../../migrations/sqlite/0003_reception.sql"),
    include_str!("../../../migrations/sqlite/0004_files.sql"),
    include_str!("../../../migrations/sqlite/0005_data.sql"),
    include_str!("../../../migrations/sqlite/0006_activities.sql"),
    include_str!("../../../migrations/sqlite/0007_look.sql"),
    include_str!("../../../migrations/sqlite/0008_routing.sql"),
    include_str!("../../../migrations/sqlite/0009_loaders.sql"),
    include_str!("../../../migrations/sqlite/0010_canned.sql"),
    include_str!("../../../migrations/sqlite/0011_triage.sql"),
    include_str!("../../../migrations/sqlite/0012_drafts.sql"),
    include_str!("../../../migrations/sqlite/0013_proposals.sql"),
    include_str!("../../../migrations/sqlite/0014_revisions.sql"),
    include_str!("../../../migrations/sqlite/0015_ladder.sql"),
    include_str!("../../../migrations/sqlite/0016_visits.sql"),
    include_str!("../../../migrations/sqlite/0017_quotes.sql"),
    include_str!("../../../migrations/sqlite/0018_mentions.sql"),
    include_str!("../../../migrations/sqlite/0019_push.sql"),
    include_str!("../../../migrations/sqlite/0020_departments.sql"),
    include_str!("../../../migrations/sqlite/0021_later.sql"),
];

/// Why the store cannot be opened. Each is a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The program was built with a SQLite that can lose data.
    #[error("this program was built with SQLite {0}, which can corrupt its log; 3.51.3 or newer is needed")]
    OldSqlite(String),
    /// No folder, and none can be made.
    #[error("the data folder {0} cannot be made: {1}")]
    Folder(PathBuf, io::Error),
    /// The folder or the file in it takes no writes.
    #[error("the data folder {0} cannot be written: {1}")]
    Unwritable(PathBuf, String),
    /// A file of another program, or none of SQLite's.
    #[error("{0} is not a store of Merhaba")]
    NotOurs(PathBuf),
    /// A newer program wrote it.
    #[error(
        "{path} was written by a newer Merhaba (schema {found}; this one knows {known}): install that version again"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// What this program knows.
        known: i64,
    },
    /// The file system cannot do what a durable log needs.
    #[error(
        "the data folder {0} is on a file system without shared memory for SQLite’s log (journal mode {1}): use a local disk"
    )]
    NoLog(PathBuf, String),
    /// Anything else.
    #[error("{0} cannot be opened: {1}")]
    Sqlite(PathBuf, rusqlite::Error),
    /// The operating system gives no thread.
    #[error("no thread for the store: {0}")]
    Thread(io::Error),
}

/// A store's file, ready.
pub(super) struct Opened {
    /// The connection that writes.
    pub(super) db: Connection,
    /// The file.
    pub(super) path: PathBuf,
    /// The store's life.
    pub(super) epoch: Epoch,
}

/// Opens or makes the store in a folder.
pub(super) fn open(dir: &Path, epoch_for_new: &Epoch) -> Result<Opened, OpenError> {
    check_sqlite(rusqlite::version_number(), rusqlite::version())?;
    let path = dir.join(FILE);
    folder::make(dir).map_err(|error| OpenError::Folder(dir.to_owned(), error))?;
    make_file(dir, &path)?;
    let failed = |error| explain(dir, &path, error);
    let mut db = connect(&path).map_err(failed)?;
    check_owner(&db, &path).map_err(|error| error.unwrap_or_else(failed))?;
    let mode: String = db.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(failed)?;
    if mode != "wal" {
        return Err(OpenError::NoLog(dir.to_owned(), mode));
    }
    // While tables are made anew under their old names, nothing may follow their references.
    db.pragma_update(None, "foreign_keys", false).map_err(failed)?;
    let fresh = version(&db).map_err(failed)? == 0;
    let epoch =
        migrate(&mut db, &path, MIGRATIONS, epoch_for_new).map_err(|error| error.unwrap_or_else(failed))?;
    if fresh {
        // What one migration made and the next made anew has left holes.
        db.execute_batch("VACUUM").map_err(failed)?;
    }
    db.pragma_update(None, "foreign_keys", true).map_err(failed)?;
    if mutants::on(Mutant::RepeatStored) {
        let sql = "DROP INDEX IF EXISTS entries_once_by_visitor; DROP INDEX IF EXISTS entries_once_by_agent";
        db.execute_batch(sql).map_err(failed)?;
    }
    // What the writer keeps of the file in its own memory, in KiB: the ends of indexes, into which messages fall anywhere.
    db.pragma_update(None, "cache_size", -16_384).map_err(failed)?;
    // SQLite, too, syncs the folder when it begins a log, but goes on when that fails.
    folder::sync(dir).map_err(|error| OpenError::Unwritable(dir.to_owned(), error.to_string()))?;
    Ok(Opened { db, path, epoch })
}

/// A connection that only reads.
pub(super) fn reader(path: &Path) -> Result<Connection, OpenError> {
    let failed = |error| OpenError::Sqlite(path.to_owned(), error);
    let db = connect(path).map_err(failed)?;
    db.pragma_update(None, "query_only", true).map_err(failed)?;
    // What a reader keeps of the file in its own memory, in KiB: the operating system keeps the rest.
    db.pragma_update(None, "cache_size", -256).map_err(failed)?;
    Ok(db)
}

/// What is either said already or still SQLite's own words.
enum Failed {
    Said(OpenError),
    Sqlite(rusqlite::Error),
}

impl Failed {
    fn unwrap_or_else(self, explain: impl FnOnce(rusqlite::Error) -> OpenError) -> OpenError {
        match self {
            Self::Said(error) => error,
            Self::Sqlite(error) => explain(error),
        }
    }
}

impl From<rusqlite::Error> for Failed {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

fn check_sqlite(number: i32, name: &str) -> Result<(), OpenError> {
    if number < OLDEST_SQLITE { Err(OpenError::OldSqlite(name.to_owned())) } else { Ok(()) }
}

/// Makes the file before SQLite does: only its owner may read it (the log beside it takes the same rights), and its
/// name in the folder is synced too.
fn make_file(dir: &Path, path: &Path) -> Result<(), OpenError> {
    let failed = |error: io::Error| OpenError::Unwritable(dir.to_owned(), error.to_string());
    let new = !path.exists();
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path);
    let length = file.and_then(|file| file.metadata()).map_err(failed)?.len();
    // SQLite takes a file that is shorter than any page for an empty one, and would write over it.
    if (1..SHORTEST).contains(&length) {
        return Err(OpenError::NotOurs(path.to_owned()));
    }
    if new { folder::sync(dir).map_err(failed) } else { Ok(()) }
}

/// A connection with the settings that make a commit durable.
pub(super) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(BUSY)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    let sync = if mutants::on(Mutant::SynchronousNormal) { "NORMAL" } else { "FULL" };
    for (name, value) in [("synchronous", sync), ("foreign_keys", "ON"), ("trusted_schema", "OFF")] {
        db.pragma_update(None, name, value)?;
    }
    // Erased means overwritten; a log that once grew is cut again.
    db.query_row("PRAGMA secure_delete = ON", [], |_| Ok(()))?;
    db.query_row("PRAGMA journal_size_limit = 67108864", [], |_| Ok(()))?;
    Ok(db)
}

/// A fresh file has no owner and no tables; anything else must be ours.
fn check_owner(db: &Connection, path: &Path) -> Result<(), Failed> {
    let owner: i64 = db.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if owner == APPLICATION || (owner == 0 && tables == 0) {
        return Ok(());
    }
    Err(Failed::Said(OpenError::NotOurs(path.to_owned())))
}

/// Brings the file to this version, all in one transaction, and gives its epoch.
fn migrate(
    db: &mut Connection,
    path: &Path,
    migrations: &[&str],
    epoch_for_new: &Epoch,
) -> Result<Epoch, Failed> {
    let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    if found > known {
        return Err(Failed::Said(OpenError::Newer { path: path.to_owned(), found, known }));
    }
    for migration in migrations.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.execute_batch(migration)?;
    }
    if found == 0 {
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        let sql = "INSERT INTO meta (key, value) VALUES ('epoch', ?1), ('probe', '0'), ('schema', '0')";
        transaction.execute(sql, [epoch_for_new.as_str()])?;
    }
    if found > 0 && found < known {
        no_dangling(&transaction)?;
    }
    place_after_crash(&transaction)?;
    if found < known {
        transaction.execute("UPDATE meta SET value = ?1 WHERE key = 'schema'", [known.to_string()])?;
    }
    let sql = "SELECT value FROM meta WHERE key = 'epoch'";
    let epoch = transaction.query_row(sql, [], |row| row.get(0).map(Epoch))?;
    transaction.commit()?;
    Ok(epoch)
}

/// Every reference has its row.
fn no_dangling(db: &Connection) -> rusqlite::Result<()> {
    let broken = db.prepare("PRAGMA foreign_key_check")?.exists([])?;
    if broken { Err(rusqlite::Error::InvalidQuery) } else { Ok(()) }
}

/// The file's version; 0 for a fresh one.
pub(super) fn version(db: &Connection) -> rusqlite::Result<i64> {
    let fresh = "SELECT count(*) = 0 FROM sqlite_schema WHERE type = 'table' AND name = 'meta'";
    if db.query_row(fresh, [], |row| row.get(0))? {
        return Ok(0);
    }
    let sql = "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'schema'";
    Ok(db.query_row(sql, [], |row| row.get(0)).optional()?.unwrap_or(0))
}

fn explain(dir: &Path, path: &Path, error: rusqlite::Error) -> OpenError {
    use rusqlite::ErrorCode::{CannotOpen, DiskFull, NotADatabase, PermissionDenied, ReadOnly};
    match error.sqlite_error_code() {
        Some(NotADatabase) => OpenError::NotOurs(path.to_owned()),
        Some(CannotOpen | DiskFull | PermissionDenied | ReadOnly) => {
            OpenError::Unwritable(dir.to_owned(), error.to_string())
        }
        _ => OpenError::Sqlite(path.to_owned(), error),
    }
}
