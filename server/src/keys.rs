//! The relay's root key: 32 random bytes in a file that only this account may read, made at the first start. What needs
//! a key gets one of its own, derived under a label; the root itself signs and seals nothing, and is never told.
use crate::{clock::Clock, folder};
use hkdf::Hkdf;
use sha2::Sha256;
use std::{
    fs::OpenOptions,
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

/// The root key's file within the data folder.
pub const FILE: &str = "root.key";

/// A key that was derived.
pub type Key = [u8; 32];

/// The root key.
#[derive(Clone)]
pub struct Root([u8; 32]);

impl Root {
    /// A root that is kept nowhere: what it signs dies with it.
    #[must_use]
    pub fn passing(clock: Clock) -> Self {
        Self(clock.random())
    }

    /// The data folder's root key, made if there is none.
    ///
    /// # Errors
    /// When the file cannot be read or written, or holds something else: then it is not written over.
    pub fn open(dir: &Path, clock: Clock) -> io::Result<Self> {
        let path = dir.join(FILE);
        folder::make(dir)?;
        let mut options = OpenOptions::new();
        let mut file = options.read(true).write(true).create(true).truncate(false).mode(0o600).open(&path)?;
        let mut found = Vec::new();
        (&mut file).take(64).read_to_end(&mut found)?;
        match <[u8; 32]>::try_from(found.as_slice()) {
            Ok(key) if key != [0; 32] => return Ok(Self(key)),
            // Made just before the power went, and never used: it was not synced.
            Ok(_) => {}
            Err(_) if found.is_empty() => {}
            Err(_) => return Err(io::Error::new(io::ErrorKind::InvalidData, "it does not hold a root key")),
        }
        let root = Self::passing(clock);
        io::Seek::rewind(&mut file)?;
        file.write_all(&root.0)?;
        file.sync_all()?;
        folder::sync(dir)?;
        Ok(root)
    }

    /// The key for one purpose.
    #[must_use]
    pub fn derive(&self, label: &str) -> Key {
        let mut key = [0; 32];
        // 32 bytes are one block: HKDF gives up to 255 of them, so this cannot fail.
        let _ = Hkdf::<Sha256>::new(None, &self.0).expand(label.as_bytes(), &mut key);
        key
    }
}

#[cfg(test)]
mod tests {
    use super::{FILE, Root};
    use crate::clock::Clock;
    use std::{fs, os::unix::fs::PermissionsExt};

    #[test]
    fn it_is_made_once_and_for_this_account_only() {
        let dir = tempfile::tempdir().expect("a folder");
        let first = Root::open(dir.path(), Clock).expect("made").derive("a");
        let again = Root::open(dir.path(), Clock).expect("there");
        assert_eq!(again.derive("a"), first);
        assert_ne!(again.derive("b"), first);
        let file = dir.path().join(FILE);
        assert_eq!(fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o600);
        fs::write(&file, "not a key").expect("written");
        assert!(Root::open(dir.path(), Clock).is_err(), "what somebody put there stays");
        assert_eq!(fs::read(&file).expect("there"), b"not a key");
    }

    #[test]
    fn what_a_power_cut_left_unfinished_is_made_anew() {
        for left in [0, 32] {
            let dir = tempfile::tempdir().expect("a folder");
            fs::write(dir.path().join(FILE), vec![0; left]).expect("written");
            let made = Root::open(dir.path(), Clock).expect("made").derive("a");
            assert_ne!(made, Root([0; 32]).derive("a"));
        }
    }
}
