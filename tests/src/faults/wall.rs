//! The wall clock of the relay's machine, put wrong while the relay runs: libfaketime between it and the kernel. The
//! clock that only goes forward stays right, as it does on a machine whose time is set.
use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

/// A wall clock that can be set.
pub struct Wall {
    file: PathBuf,
    library: PathBuf,
}

impl Wall {
    /// A right one, kept beside the data.
    ///
    /// # Panics
    /// Where libfaketime is not installed.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        let at = |arch: &str| PathBuf::from(format!("/usr/lib/{arch}/faketime/libfaketimeMT.so.1"));
        let library =
            ["x86_64-linux-gnu", "aarch64-linux-gnu"].map(at).into_iter().find(|path| path.exists());
        let library = library.expect("this proof needs libfaketime (Debian: faketime)");
        let wall = Self { file: folder.join("wall"), library };
        wall.jump("+0");
        wall
    }

    /// Sets it to so much before or after the right time: `+10y`, `-10y`, `+0`.
    pub fn jump(&self, shift: &str) {
        // In one step, or the relay would read half of it.
        let new = self.file.with_extension("new");
        fs::write(&new, format!("{shift}\n")).expect("it can be written");
        fs::rename(&new, &self.file).expect("it can be put in place");
    }

    /// What the relay must find in its environment.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        vec![
            ("LD_PRELOAD", self.library.clone().into_os_string()),
            ("FAKETIME_TIMESTAMP_FILE", self.file.clone().into_os_string()),
            ("FAKETIME_NO_CACHE", "1".into()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
            ("DONT_FAKE_MONOTONIC", "1".into()),
        ]
    }
}
