//! A disk that is full: a small file system in memory, and a file on it that takes all the room there is. It needs
//! root, for mounting.
use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    process::Command,
};

/// The file that takes the room.
const BALLAST: &str = "ballast";
/// Written at a time.
const BLOCK: usize = 4096;

/// A small disk; gone with its end.
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts one of so many bytes on a folder.
    ///
    /// # Errors
    /// What the system said.
    pub fn mount(folder: &Path, bytes: usize) -> Result<Self, String> {
        fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={bytes},mode=0700"), "tmpfs"])
            .arg(folder)
            .output();
        match mount {
            Ok(output) if output.status.success() => Ok(Self(folder.to_owned())),
            Ok(output) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Fills it up to so many free blocks of 4 KiB.
    pub fn fill(&self, leave: usize) {
        let path = self.0.join(BALLAST);
        let mut file = OpenOptions::new().append(true).create(true).open(&path).expect("a file");
        loop {
            match file.write_all(&[1; BLOCK]) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => break,
                Err(error) => panic!("{error}"),
            }
        }
        let length = file.metadata().expect("its length").len();
        file.set_len(length.saturating_sub((leave * BLOCK) as u64)).expect("cut");
    }

    /// There is room again.
    pub fn free(&self) {
        fs::remove_file(self.0.join(BALLAST)).expect("it was full");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a relay that is still ending may have a file open.
        Command::new("umount").arg("--lazy").arg(&self.0).status().ok();
    }
}
