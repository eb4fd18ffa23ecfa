//! A backup takes the place of a store. It is looked through and given a new epoch first, so that clients notice that
//! the log is another one, and agents are signed out, since which of them were by now nobody knows; then one rename
//! puts it in place. What was there is kept aside under a name of its own.
//! The caller holds the folder's lock.
use super::{
    backup_files,
    fault::Fault,
    open::{self, FILE},
    survey,
};
use crate::{
    files::Files,
    folder,
    mutants::{self, Mutant},
    store::BackedUp,
};
use merhaba_shared::protocol::ids::Epoch;
use rusqlite::Connection;
use std::{
    fs::{self, OpenOptions},
    io::{self, Read},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// SQLite's log beside a store, if there is one, belongs to it.
const LOG: &str = "-wal";
/// What SQLite makes anew.
const INDEX: &str = "-shm";

/// What is to be done.
pub struct Restore<'a> {
    /// The data folder.
    pub dir: &'a Path,
    /// The backup.
    pub from: &'a Path,
    /// The epoch that the store will have.
    pub epoch: &'a Epoch,
    /// Where a store that is there goes: a name in the data folder. `None`: it must not be there.
    pub aside: Option<&'a str>,
}

/// What was done.
#[derive(Debug)]
pub struct Restored {
    /// The store as it is now.
    pub store: BackedUp,
    /// The epoch that the backup had.
    pub before: Epoch,
    /// Agents' sign-ins that the backup had, and that were ended.
    pub signed_out: usize,
    /// Where the store lies that was there.
    pub aside: Option<PathBuf>,
}

/// A backup that is ready to be put in place.
struct Prepared {
    before: Epoch,
    signed_out: usize,
    store: BackedUp,
}

/// Why nothing was restored: each is a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The backup cannot be read.
    #[error("the backup {0} cannot be read: {1}")]
    Unreadable(PathBuf, io::Error),
    /// The backup is none, or is damaged; the half sentence says which.
    #[error("{0} {1}; nothing was changed")]
    Bad(PathBuf, String),
    /// A store is there.
    #[error("{0} is there already: with --replace it is kept aside and the backup takes its place")]
    Occupied(PathBuf),
    /// The data folder cannot be written.
    #[error("{0} cannot be written: {1}")]
    Unwritable(PathBuf, io::Error),
}

impl Restore<'_> {
    /// Does it.
    ///
    /// # Errors
    /// [`RestoreError`]; the store that was there is then still in its place.
    pub fn carry_out(&self) -> Result<Restored, RestoreError> {
        let place = self.dir.join(FILE);
        let same = fs::canonicalize(self.from).ok().zip(fs::canonicalize(&place).ok());
        if same.is_some_and(|(from, place)| from == place) {
            return Err(RestoreError::Bad(self.from.into(), "is the store itself and not a backup".into()));
        }
        if place.exists() && self.aside.is_none() {
            return Err(RestoreError::Occupied(place));
        }
        let new = self.dir.join(format!("{FILE}.restoring"));
        let made = self.prepare(&new).and_then(|Prepared { before, signed_out, store }| {
            let aside = self.put_aside(&place)?;
            let unwritable = |error| RestoreError::Unwritable(place.clone(), error);
            fs::rename(&new, &place).and_then(|()| folder::sync(self.dir)).map_err(unwritable)?;
            Ok(Restored { store: BackedUp { file: place.clone(), ..store }, before, signed_out, aside })
        });
        for left in ["", LOG, INDEX] {
            let _ = fs::remove_file(beside(&new, left));
        }
        made
    }

    /// Copies the backup to a name of its own, looks it through, gives it the epoch and signs agents out; synced.
    fn prepare(&self, new: &Path) -> Result<Prepared, RestoreError> {
        for part in ["", LOG] {
            let from = beside(self.from, part);
            if part.is_empty() || from.exists() {
                copy(&from, &beside(new, part))?;
            }
        }
        let bad = |why: String| RestoreError::Bad(self.from.into(), why);
        let renew = |db: &Connection| -> Result<Prepared, Fault> {
            let before = survey::survey(db)?.epoch;
            db.execute("UPDATE meta SET value = ?1 WHERE key = 'epoch'", [self.epoch.as_str()])?;
            // Some of them were ended since, perhaps because a secret was stolen: all agents sign in again.
            let signed_out = db.execute("DELETE FROM sign_ins", [])?;
            backup_files::forget_unsent(db)?;
            let found = survey::survey(db)?;
            // One plain file again, so that one rename moves all of it.
            db.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get::<_, String>(0))?;
            let (epoch, holdings) = (found.epoch, found.holdings);
            let store = BackedUp { file: new.into(), bytes: 0, epoch, holdings, files_missing: 0 };
            Ok(Prepared { before, signed_out, store })
        };
        let db = open::connect(new).map_err(|error| bad(survey::damaged(&error)))?;
        if !mutants::on(Mutant::RestoreUnchecked) {
            survey::check(&db).map_err(bad)?;
        }
        let mut made = renew(&db).map_err(|fault| bad(format!("is damaged: {fault:?}")))?;
        made.store.files_missing = self.files(&db)?;
        db.close().map_err(|(_, error)| bad(format!("is damaged: {error}")))?;
        let unwritable = |error| RestoreError::Unwritable(new.into(), error);
        let file = fs::File::open(new).and_then(|file| file.sync_all().map(|()| file)).map_err(unwritable)?;
        let bytes = file.metadata().map_err(unwritable)?.len();
        Ok(Prepared { store: BackedUp { bytes, ..made.store }, ..made })
    }

    /// Copies the backup's files into a folder of the new epoch's own: whatever else lies there is nobody's business.
    fn files(&self, db: &Connection) -> Result<u64, RestoreError> {
        let from = Files::at(backup_files::beside(self.from));
        let to = Files::of(self.dir, self.epoch);
        backup_files::copy(db, &from, &to, &|| true).map_err(|error| {
            let _ = fs::remove_dir_all(to.root());
            RestoreError::Unwritable(to.root().into(), error)
        })
    }

    /// Gives the store that is there a second name, so that there is no instant without a store; the rename that
    /// follows takes the first name from it. Its log is worked into it before, since a log that stayed in the place
    /// would be taken for the new store's.
    fn put_aside(&self, place: &Path) -> Result<Option<PathBuf>, RestoreError> {
        let (Some(name), true) = (self.aside, place.exists()) else { return Ok(None) };
        let aside = self.dir.join(name);
        // A store too broken for that keeps its log, which goes with it; SQLite would delete the log of such a one.
        if is_database(place)
            && let Ok(db) = open::connect(place)
        {
            let _ = db.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get::<_, String>(0));
        }
        let unwritable = |error| RestoreError::Unwritable(aside.clone(), error);
        for part in ["", LOG] {
            let from = beside(place, part);
            if from.exists() {
                fs::hard_link(&from, beside(&aside, part)).map_err(unwritable)?;
            }
        }
        folder::sync(self.dir).map_err(unwritable)?;
        for part in [LOG, INDEX] {
            match fs::remove_file(beside(place, part)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unwritable(error)),
                _ => {}
            }
        }
        folder::sync(self.dir).map_err(unwritable)?;
        Ok(Some(aside))
    }
}

/// Copies a file to one that only this account may read.
fn copy(from: &Path, to: &Path) -> Result<(), RestoreError> {
    let unreadable = |error| RestoreError::Unreadable(from.into(), error);
    let unwritable = |error| RestoreError::Unwritable(to.into(), error);
    let mut source = fs::File::open(from).map_err(unreadable)?;
    if !source.metadata().map_err(unreadable)?.is_file() {
        return Err(unreadable(io::ErrorKind::IsADirectory.into()));
    }
    let target = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(to);
    io::copy(&mut source, &mut target.map_err(unwritable)?).map(drop).map_err(unwritable)
}

/// Whether a file begins as SQLite's do.
fn is_database(path: &Path) -> bool {
    let mut first = [0; 16];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut first));
    read.is_ok() && first == *b"SQLite format 3\0"
}

/// The name of a file that SQLite keeps beside another.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::{FILE, LOG, Restore, RestoreError, Restored, beside};
    use crate::clock::Clock;
    use crate::store::{
        Site, SiteSettings, Store,
        contract::wait,
        sqlite::{
            BackupError, Sqlite, back_up, backup,
            open::{APPLICATION, MIGRATIONS},
        },
    };
    use rusqlite::Connection;
    use std::{fs, path::Path};
    use tempfile::TempDir;

    /// A folder whose store has this many sites, and that nobody has open.
    fn store(sites: usize) -> TempDir {
        let dir = tempfile::tempdir().expect("a folder");
        let store =
            Sqlite::open(dir.path(), &"first".into(), Box::new(|why| panic!("{why}"))).expect("opens");
        for number in 0..sites {
            let settings = SiteSettings { name: format!("site {number}"), ..SiteSettings::default() };
            let site = Site { key: format!("k{number}").as_str().into(), at: 0, settings };
            wait(store.add_site(site)).expect("stored");
        }
        wait(store.close()).expect("closes");
        drop(store);
        // The threads that read end by themselves; the last connection takes the log's files with it.
        let began = Clock.monotonic();
        while names(dir.path()) != [FILE] {
            assert!(began.elapsed().as_secs() < 60, "its threads end");
            std::thread::yield_now();
        }
        dir
    }

    fn restore(dir: &Path, from: &Path, aside: Option<&str>) -> Result<Restored, RestoreError> {
        Restore { dir, from, epoch: &"second".into(), aside }.carry_out()
    }

    fn names(dir: &Path) -> Vec<String> {
        let entries = fs::read_dir(dir).expect("a folder").flatten();
        let mut names: Vec<_> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_was_backed_up_comes_back_with_another_epoch() {
        let (dir, new) = (store(3), tempfile::tempdir().expect("a folder"));
        let file = new.path().join("backup.db");
        let made = back_up(dir.path(), &file).expect("made");
        assert_eq!((made.holdings.sites, made.epoch.as_str()), (3, "first"));
        assert_eq!(fs::metadata(&file).expect("there").len(), made.bytes);
        let restored = restore(new.path(), &file, None).expect("restored");
        assert_eq!((restored.store.holdings, restored.before), (made.holdings, "first".into()));
        assert_eq!(names(new.path()), ["backup.db", FILE], "nothing else is left");
        let store =
            Sqlite::open(new.path(), &"third".into(), Box::new(|why| panic!("{why}"))).expect("opens");
        assert_eq!(store.epoch().as_str(), "second");
        assert_eq!(wait(store.sites()).map(|sites| sites.len()), Ok(3));
        let twice = store.back_up(new.path().join("again.db"));
        assert_eq!(wait(twice).map(|made| made.epoch), Ok("second".into()));
    }

    #[test]
    fn agents_are_signed_out_and_visitors_are_not() {
        let (dir, new) = (store(1), tempfile::tempdir().expect("a folder"));
        let old = Connection::open(dir.path().join(FILE)).expect("opens");
        old.execute_batch(
            "INSERT INTO agents (public_id, email, name, password_hash, at) VALUES ('a', 'a@b.example', 'Ada', '', 1);
             INSERT INTO sign_ins VALUES (zeroblob(32), 1, 0, 0), (randomblob(32), 1, 0, 0);
             INSERT INTO visitors VALUES (1, 1, 'v', zeroblob(32), 1, 0, 'en', NULL, NULL);",
        )
        .expect("fits the schema");
        let restored = restore(new.path(), &dir.path().join(FILE), None).expect("restored");
        assert_eq!(restored.signed_out, 2);
        let store =
            Sqlite::open(new.path(), &"third".into(), Box::new(|why| panic!("{why}"))).expect("opens");
        assert_eq!(wait(store.signed_in([0; 32])), Ok(None));
        assert!(wait(store.visitor("k0".into(), [0; 32])).is_ok_and(|visitor| visitor.is_some()));
        let kept: i64 =
            old.query_row("SELECT count(*) FROM sign_ins", [], |row| row.get(0)).expect("a number");
        assert_eq!(kept, 2, "the backup itself is left as it is");
    }

    #[test]
    fn a_backup_overwrites_nothing_and_one_that_is_broken_off_leaves_nothing() {
        let dir = store(1);
        let file = dir.path().join("backup.db");
        fs::write(dir.path().join("backup.db.partial"), "from a power cut").expect("written");
        let broken = backup::copy(&dir.path().join(FILE), &file, &|| false);
        assert!(matches!(broken, Err(BackupError::BrokenOff)), "{broken:?}");
        let left: Vec<_> = names(dir.path()).into_iter().filter(|name| name.starts_with("backup")).collect();
        assert!(left.is_empty(), "{left:?}");
        back_up(dir.path(), &file).expect("made");
        let again = back_up(dir.path(), &file);
        assert!(matches!(again, Err(BackupError::Exists(_))), "{again:?}");
    }

    #[test]
    fn a_store_that_is_there_is_refused_or_kept_aside_with_its_log() {
        let (dir, backup) = (store(2), store(1));
        let from = backup.path().join(FILE);
        let occupied = restore(dir.path(), &from, None).expect_err("a store is there").to_string();
        assert!(occupied.contains("--replace"), "{occupied}");
        // A store that nothing can be worked into: not even its own log.
        fs::write(dir.path().join(FILE), "not a database at all ".repeat(100)).expect("written");
        fs::write(beside(&dir.path().join(FILE), LOG), "its log").expect("written");
        let restored = restore(dir.path(), &from, Some("old.db")).expect("restored");
        assert_eq!(restored.aside, Some(dir.path().join("old.db")));
        assert_eq!(names(dir.path()), [FILE, "old.db", "old.db-wal"]);
        assert_eq!(fs::read_to_string(dir.path().join("old.db-wal")).ok().as_deref(), Some("its log"));
    }

    #[test]
    fn what_is_in_the_log_of_the_store_that_was_there_is_kept_too() {
        let (dir, backup) = (store(2), store(1));
        // As a crash leaves it: the log is not in the main file yet.
        let live = Connection::open(dir.path().join(FILE)).expect("opens");
        live.execute("UPDATE sites SET name = 'only in the log'", []).expect("written");
        let crashed = tempfile::tempdir().expect("a folder");
        for part in ["", LOG] {
            let (from, to) = (dir.path().join(FILE), crashed.path().join(FILE));
            fs::copy(beside(&from, part), beside(&to, part)).expect("copied");
        }
        restore(crashed.path(), &backup.path().join(FILE), Some("old.db")).expect("restored");
        assert_eq!(names(crashed.path()), [FILE, "old.db"]);
        let old = Connection::open(crashed.path().join("old.db")).expect("opens");
        let kept: String = old.query_row("SELECT min(name) FROM sites", [], |row| row.get(0)).expect("a row");
        assert_eq!(kept, "only in the log");
    }

    #[test]
    fn what_is_no_whole_backup_changes_nothing() {
        let (dir, other) = (store(2), store(1));
        let before = fs::read(dir.path().join(FILE)).expect("read");
        let spoil = |sql: &str| {
            let copy = other.path().join(format!("{}.db", sql.len()));
            fs::copy(other.path().join(FILE), &copy).expect("copied");
            Connection::open(&copy).and_then(|db| db.execute_batch(sql)).expect("spoilt");
            copy
        };
        let cases = [
            (spoil("PRAGMA application_id = 7"), "not a store of Merhaba"),
            (spoil("UPDATE meta SET value = '99' WHERE key = 'schema'"), "newer Merhaba"),
            (
                spoil(
                    "PRAGMA foreign_keys = OFF; INSERT INTO visitors VALUES (1, 7, 'v', zeroblob(32), 1, 0, 'en', NULL, NULL)",
                ),
                "refer to",
            ),
            (other.path().join("none.db"), "cannot be read"),
            (other.path().to_owned(), "cannot be read"),
            (dir.path().join(FILE), "is the store itself"),
        ];
        for (from, why) in cases {
            let error = restore(dir.path(), &from, Some("old.db")).expect_err(why).to_string();
            assert!(error.contains(why), "{error} does not say {why}");
        }
        assert_eq!(names(dir.path()), [FILE]);
        assert_eq!(fs::read(dir.path().join(FILE)).expect("read"), before);
    }

    #[test]
    fn a_backup_of_an_older_version_is_looked_through_and_brought_up_to_date_by_the_next_start() {
        let (old, new) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let file = old.path().join(FILE);
        let db = Connection::open(&file).expect("opens");
        db.execute_batch(MIGRATIONS[0]).expect("the first version");
        db.pragma_update(None, "application_id", APPLICATION).expect("ours");
        let rows = "INSERT INTO meta VALUES ('epoch', 'first'), ('schema', '1'), ('probe', '0');
            INSERT INTO sites (key, at, name) VALUES ('k', 0, 'shop')";
        db.execute_batch(rows).expect("filled");
        drop(db);
        let restored = restore(new.path(), &file, None).expect("restored");
        assert_eq!(restored.store.holdings.sites, 1);
        let store =
            Sqlite::open(new.path(), &"third".into(), Box::new(|why| panic!("{why}"))).expect("opens");
        assert_eq!(store.epoch().as_str(), "second");
        assert_eq!(wait(store.sites()).map(|sites| sites.len()), Ok(1));
    }

    #[test]
    fn a_page_that_was_changed_on_the_disk_is_found() {
        let (dir, empty) = (store(200), tempfile::tempdir().expect("a folder"));
        let file = dir.path().join(FILE);
        let mut bytes = fs::read(&file).expect("read");
        let from = bytes.len() / 4096 * 3 / 4 * 4096;
        bytes[from..from + 4096].fill(0xff);
        fs::write(&file, bytes).expect("written");
        let error = restore(empty.path(), &file, None).expect_err("damaged").to_string();
        assert!(error.contains("damaged"), "{error}");
        assert_eq!(names(empty.path()), [""; 0]);
    }
}
