//! A copy of the store as it is at one instant, made while it is written. SQLite's own page copy within one read
//! transaction: the writer never waits for a reader, and the copy has the pages as they are, without a second build
//! of every index (which `VACUUM INTO` is, and during which the log could only grow). The copy gets its name after it
//! was compared and synced, so that whatever bears the name is whole. Never touches the store itself.
use super::{
    backup_files,
    fault::Fault,
    open::{self, BUSY},
    survey::{self, Survey},
};
use crate::{
    files::Files,
    folder,
    mutants::{self, Mutant},
    store::{BackedUp, StoreError},
};
use rusqlite::{
    Connection,
    backup::{Backup, StepResult},
};
use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// Pages copied at a time (4 MiB), and synced: so the disk is never busy with us for long when a commit wants it.
const PAGES: i32 = 1_024;

/// Why there is no copy: each the rest of a sentence that says so.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Nothing to copy.
    #[error("there is no store in {0}")]
    NoStore(PathBuf),
    /// The name is taken.
    #[error("{0} is there already, and a backup overwrites nothing")]
    Exists(PathBuf),
    /// The copy cannot be written.
    #[error("{0} cannot be written: {1}")]
    Unwritable(PathBuf, io::Error),
    /// Reading the store or writing the copy failed.
    #[error("copying failed: {0}")]
    Copying(String),
    /// The copy is not what it was made from.
    #[error("the copy {0}")]
    Wrong(String),
    /// Nobody waits for it any more.
    #[error("it was broken off")]
    BrokenOff,
}

impl From<Fault> for BackupError {
    fn from(fault: Fault) -> Self {
        Self::Copying(StoreError::from(fault).to_string())
    }
}

impl From<rusqlite::Error> for BackupError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Copying(error.to_string())
    }
}

/// Copies the store of a data folder that nobody has open. Migrates nothing: the copy is of the store's own version.
///
/// # Errors
/// [`BackupError`] says why there is none.
pub fn back_up(dir: &Path, to: &Path) -> Result<BackedUp, BackupError> {
    copy(&dir.join(open::FILE), to, &|| true)
}

/// Copies a store's file, as long as somebody wants it.
pub(super) fn copy(from: &Path, to: &Path, wanted: &dyn Fn() -> bool) -> Result<BackedUp, BackupError> {
    if !from.exists() {
        return Err(BackupError::NoStore(from.parent().unwrap_or(from).to_owned()));
    }
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let partial = Partial::begin(to)?;
    let source = open::connect(from)?;
    let snapshot = source.unchecked_transaction()?;
    let survey = survey::survey(&snapshot)?;
    let contents = survey::contents(&snapshot, wanted)?.ok_or(BackupError::BrokenOff)?;
    pages(&snapshot, &partial, wanted)?;
    drop(snapshot);
    compare(&partial.path, &survey, &contents, wanted)?;
    let dir = from.parent().unwrap_or(Path::new("."));
    let files_missing = files(&partial.path, &Files::of(dir, &survey.epoch), to, wanted)?;
    let bytes = partial.end(to)?;
    let Survey { epoch, holdings, .. } = survey;
    Ok(BackedUp { file: to.to_owned(), bytes, epoch, holdings, files_missing })
}

/// Copies the files that the copy of the store knows; all of them or, when that fails, none. Gives how many are missing.
fn files(copy: &Path, from: &Files, to: &Path, wanted: &dyn Fn() -> bool) -> Result<u64, BackupError> {
    let beside = backup_files::beside(to);
    if beside.exists() {
        return Err(BackupError::Exists(beside));
    }
    let db = Connection::open(copy)?;
    backup_files::copy(&db, from, &Files::at(beside.clone()), wanted).map_err(|error| {
        let _ = fs::remove_dir_all(&beside);
        if wanted() { BackupError::Unwritable(beside, error) } else { BackupError::BrokenOff }
    })
}

/// Copies page by page. The read transaction that is open on the source holds the instant still, whatever is written
/// meanwhile.
fn pages(source: &Connection, partial: &Partial, wanted: &dyn Fn() -> bool) -> Result<(), BackupError> {
    let mut target = Connection::open(&partial.path)?;
    target.busy_timeout(BUSY)?;
    // Until it bears its name the copy need not survive anything.
    target.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")?;
    let backup = Backup::new(source, &mut target)?;
    while wanted() {
        match backup.step(PAGES)? {
            StepResult::Done => return Ok(()),
            StepResult::More => partial.sync()?,
            other => return Err(BackupError::Copying(format!("{other:?}"))),
        }
    }
    Err(BackupError::BrokenOff)
}

/// Makes the copy one plain file and asks whether it holds what the store held, byte for byte.
fn compare(
    path: &Path,
    expected: &Survey,
    contents: &[u8; 32],
    wanted: &dyn Fn() -> bool,
) -> Result<(), BackupError> {
    if mutants::on(Mutant::BackupUncompared) {
        return Ok(());
    }
    let db = Connection::open(path)?;
    db.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get::<_, String>(0))?;
    survey::check(&db).map_err(BackupError::Wrong)?;
    let found = survey::contents(&db, wanted)?.ok_or(BackupError::BrokenOff)?;
    if survey::survey(&db)? == *expected && found == *contents {
        Ok(())
    } else {
        Err(BackupError::Wrong("differs from the store".into()))
    }
}

/// A file under a name of its own beside the one it is to have; gone unless it was ended.
struct Partial {
    path: PathBuf,
    file: File,
}

impl Partial {
    fn begin(to: &Path) -> Result<Self, BackupError> {
        let mut name = to.file_name().unwrap_or_default().to_owned();
        name.push(".partial");
        let path = to.with_file_name(name);
        let unwritable = |error| BackupError::Unwritable(path.clone(), error);
        // One that broke off without its end, as by a power cut.
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unwritable(error)),
            _ => {}
        }
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        Ok(Self { file: file.map_err(unwritable)?, path })
    }

    fn sync(&self) -> Result<(), BackupError> {
        self.file.sync_all().map_err(|error| BackupError::Unwritable(self.path.clone(), error))
    }

    /// Syncs it and gives it its name; says how long it is.
    fn end(self, to: &Path) -> Result<u64, BackupError> {
        self.sync()?;
        let named =
            fs::rename(&self.path, to).and_then(|()| folder::sync(to.parent().unwrap_or(Path::new("."))));
        named.map_err(|error| BackupError::Unwritable(to.to_owned(), error))?;
        Ok(self.file.metadata().map_or(0, |metadata| metadata.len()))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // After the rename there is nothing of this name.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    //! A copy that is whole as a file, and says something else, is no backup.
    use super::*;
    use crate::store::{Site, SiteSettings, Store, sqlite::Sqlite};
    use merhaba_shared::protocol::ids::SiteKey;

    #[tokio::test]
    async fn one_letter_in_a_text_is_noticed() {
        let folder = tempfile::tempdir().expect("a folder");
        let store =
            Sqlite::open(folder.path(), &"one".into(), Box::new(|why| panic!("{why}"))).expect("opens");
        let settings = SiteSettings { name: "Çay evi".into(), ..SiteSettings::default() };
        let site = Site { key: SiteKey("cay".into()), at: 1, settings };
        store.add_site(site).await.expect("stored");
        let to = folder.path().join("copy.db");
        copy(&folder.path().join(open::FILE), &to, &|| true).expect("a backup");
        let db = Connection::open(&to).expect("it opens");
        let survey = survey::survey(&db).expect("read");
        let contents = survey::contents(&db, &|| true).expect("read").expect("wanted");
        compare(&to, &survey, &contents, &|| true).expect("the same");
        db.execute("UPDATE sites SET name = 'Çay evj'", []).expect("changed");
        drop(db);
        let why = compare(&to, &survey, &contents, &|| true).expect_err("another name").to_string();
        assert!(why.contains("differs from the store"), "{why}");
        let why = compare(&to, &survey, &contents, &|| false).expect_err("nobody waits").to_string();
        assert!(why.contains("broken off"), "{why}");
    }
}
