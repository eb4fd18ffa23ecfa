//! The lock on a data folder: one relay at a time. The file says who holds it; it is never deleted, since only the
//! kernel's lock on it counts and that goes with the process.
use crate::folder;
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use std::{
    fs::{File, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// Who holds a data folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Process id.
    pub pid: u32,
    /// Where it listens, or what it does.
    pub address: String,
}

/// Why a data folder cannot be had: sentences for the operator.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// The folder cannot be made or written.
    #[error("the data folder {} cannot be written: {error}; give a folder that this account may write with --data", dir.display())]
    Unwritable {
        /// The folder.
        dir: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// Another process holds it.
    #[error("the data folder {} is in use: {holder} holds {}", dir.display(), dir.join("lock").display())]
    Held {
        /// The folder.
        dir: PathBuf,
        /// Who, as far as the file tells.
        holder: String,
    },
}

/// The held lock; dropping it gives the folder free.
#[derive(Debug)]
pub struct Lock {
    file: File,
    dir: PathBuf,
}

impl Lock {
    /// Makes the folder if there is none and takes its lock.
    pub fn take(dir: &Path) -> Result<Self, LockError> {
        let unwritable = |error| LockError::Unwritable { dir: dir.to_owned(), error };
        folder::make(dir).map_err(unwritable)?;
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(dir.join("lock"))
            .map_err(unwritable)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => {
                return Err(LockError::Held { dir: dir.to_owned(), holder: holder(&mut file) });
            }
            Err(error) => return Err(unwritable(error.into())),
        }
        let mut lock = Self { file, dir: dir.to_owned() };
        lock.write("starting")?;
        Ok(lock)
    }

    /// Writes down where the holder listens, or what it does.
    pub fn write(&mut self, address: &str) -> Result<(), LockError> {
        let holder = Holder { pid: std::process::id(), address: address.to_owned() };
        let text = serde_json::to_string(&holder).unwrap_or_default();
        self.file
            .set_len(0)
            .and_then(|()| self.file.seek(SeekFrom::Start(0)))
            .and_then(|_| self.file.write_all(text.as_bytes()))
            .map_err(|error| LockError::Unwritable { dir: self.dir.clone(), error })
    }
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = Read::by_ref(file).take(4096).read_to_string(&mut text);
    match read.ok().and_then(|_| serde_json::from_str::<Holder>(&text).ok()) {
        Some(Holder { pid, address }) => format!("process {pid} ({address})"),
        None => "another process".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Lock, LockError};

    #[test]
    fn the_second_one_is_told_who_holds_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut first = Lock::take(dir.path()).expect("free");
        first.write("http://127.0.0.1:8787").expect("written");
        let error = Lock::take(dir.path()).expect_err("held");
        assert!(matches!(error, LockError::Held { .. }));
        let text = error.to_string();
        assert!(text.contains(&std::process::id().to_string()) && text.contains("8787"), "{text}");
        drop(first);
        Lock::take(dir.path()).expect("free again");
    }

    #[test]
    fn a_folder_that_cannot_be_is_a_sentence() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let text = Lock::take(&file.path().join("data")).expect_err("not a folder").to_string();
        assert!(text.contains("cannot be written"), "{text}");
    }
}
