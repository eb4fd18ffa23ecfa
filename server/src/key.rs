//! The root key of a data folder: 256 random bits in a file that only its owner can read, not in the store, so that
//! a copy of the store alone proves nothing. Never printed, never logged.
use crate::clock::Clock;
use std::{
    fs::OpenOptions,
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

/// The root key.
#[derive(Clone)]
pub struct RootKey([u8; 32]);

impl RootKey {
    /// A key that is kept nowhere.
    #[must_use]
    pub fn fresh(clock: Clock) -> Self {
        Self(clock.random())
    }

    /// The folder's key; made on first use.
    ///
    /// # Errors
    /// When the file cannot be read or written, or does not hold a key.
    pub fn of(dir: &Path, clock: Clock) -> io::Result<Self> {
        let path = dir.join("key");
        let mut key = Self::fresh(clock);
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(mut file) => {
                file.write_all(&key.0)?;
                file.sync_all()?;
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let mut file = OpenOptions::new().read(true).open(&path)?;
                file.read_exact(&mut key.0)?;
            }
            Err(error) => return Err(error),
        }
        Ok(key)
    }

    /// The bytes, for deriving from them.
    pub(crate) const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::RootKey;
    use crate::clock::Clock;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_folder_keeps_its_key_to_itself() {
        let dir = tempfile::tempdir().expect("a folder");
        let first = RootKey::of(dir.path(), Clock).expect("made");
        let again = RootKey::of(dir.path(), Clock).expect("read");
        assert_eq!(first.bytes(), again.bytes());
        let mode = std::fs::metadata(dir.path().join("key")).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::write(dir.path().join("key"), b"short").expect("written");
        assert!(RootKey::of(dir.path(), Clock).is_err());
    }
}
