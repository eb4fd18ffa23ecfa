//! Files on the disk: `DATA/files/EPOCH/SITE/ID`, each written once and never changed. Whoever begins one gets it
//! durable or not at all; a name that no row of the store knows is swept away at the next start. A folder per life of
//! the store: a restored backup brings its own. Blocking: called from threads that may wait. Never asks who may.
pub mod picture;

use crate::{
    folder,
    mutants::{self, Mutant},
};
use merhaba_shared::protocol::ids::{AttachmentId, Epoch, SiteKey};
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read},
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// The folder of all files within the data folder.
pub const FOLDER: &str = "files";
/// What a preview's name ends in.
const PREVIEW: &str = ".preview";
/// What the name of an upload ends in whose content is still looked at.
const RAW: &str = ".raw";
/// Bytes read at a time.
const CHUNK: usize = 256 * 1024;

/// A file's content as SHA-256.
pub type ContentHash = [u8; 32];

/// Which of an attachment's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The file itself.
    Whole,
    /// A picture's preview.
    Preview,
    /// What came, until it is known what it is.
    Raw,
}

impl Form {
    const fn ending(self) -> &'static str {
        match self {
            Self::Whole => "",
            Self::Preview => PREVIEW,
            Self::Raw => RAW,
        }
    }
}

/// What is known of a file that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Bytes.
    pub size: u64,
    /// Their hash.
    pub hash: ContentHash,
}

/// The files of one life of a store.
#[derive(Clone, Debug)]
pub struct Files {
    root: PathBuf,
}

impl Files {
    /// The files of a store with this epoch in a data folder.
    #[must_use]
    pub fn of(data: &Path, epoch: &Epoch) -> Self {
        Self { root: data.join(FOLDER).join(epoch.as_str()) }
    }

    /// The files in a folder that is not the data folder's own: a backup's.
    #[must_use]
    pub const fn at(root: PathBuf) -> Self {
        Self { root }
    }

    /// The folder they lie in.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where a file lies.
    ///
    /// # Errors
    /// When a name is not one that the relay makes.
    pub fn path(&self, site: &SiteKey, id: &AttachmentId, form: Form) -> io::Result<PathBuf> {
        let folder = self.root.join(plain(site.as_str())?);
        Ok(folder.join(format!("{}{}", plain(id.as_str())?, form.ending())))
    }

    /// Begins a file.
    pub fn begin(&self, site: &SiteKey, id: &AttachmentId, form: Form) -> io::Result<Incoming> {
        let path = self.path(site, id, form)?;
        let above = path.parent().unwrap_or(&self.root);
        folder::make(above)?;
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
        Ok(Incoming { file, path, size: 0, hash: Sha256::new(), stays: false })
    }

    /// Whether a file is there, of this size and with this hash.
    #[must_use]
    pub fn holds(&self, site: &SiteKey, id: &AttachmentId, form: Form, as_written: Written) -> bool {
        let found = self.path(site, id, form).and_then(|path| read(&path, as_written.size));
        found.is_ok_and(|found| found == as_written)
    }

    /// Takes away all that belongs to an attachment.
    pub fn remove(&self, site: &SiteKey, id: &AttachmentId) {
        for form in [Form::Whole, Form::Preview, Form::Raw] {
            if let Ok(path) = self.path(site, id, form) {
                // What is not there need not go; what cannot go now is swept at the next start.
                let _ = fs::remove_file(path);
            }
        }
    }

    /// The names of all attachments that have a file here, by site.
    pub fn all(&self) -> io::Result<Vec<(SiteKey, AttachmentId)>> {
        let mut found = Vec::new();
        for site in names(&self.root)? {
            let mut ids: Vec<_> = names(&self.root.join(&site))?
                .into_iter()
                .map(|name| name.split('.').next().unwrap_or_default().to_owned())
                .collect();
            ids.sort_unstable();
            ids.dedup();
            found.extend(ids.into_iter().map(|id| (SiteKey(site.clone()), AttachmentId(id))));
        }
        Ok(found)
    }
}

/// A file that is being written: gone unless it was ended.
pub struct Incoming {
    file: File,
    path: PathBuf,
    size: u64,
    hash: Sha256,
    stays: bool,
}

impl Incoming {
    /// Writes on.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all_at(bytes, self.size)?;
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    /// Bytes so far.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Its place, for reading what was written.
    #[must_use]
    pub fn place(&self) -> &Path {
        &self.path
    }

    /// Makes it durable, its name too.
    pub fn end(mut self) -> io::Result<Written> {
        if !mutants::on(Mutant::FileUnsynced) {
            self.file.sync_all()?;
        }
        folder::sync(self.path.parent().unwrap_or(Path::new(".")))?;
        self.stays = true;
        Ok(Written { size: self.size, hash: self.hash.clone().finalize().into() })
    }
}

impl io::Write for Incoming {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Self::write(self, bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.stays {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Reads a file through; one that is longer than expected is not read to its end.
pub fn read(path: &Path, size: u64) -> io::Result<Written> {
    let mut file = File::open(path)?;
    let found = file.metadata()?.len();
    let mut hash = Sha256::new();
    if found == size {
        let mut chunk = vec![0; CHUNK];
        loop {
            let count = file.read(&mut chunk)?;
            if count == 0 {
                break;
            }
            hash.update(&chunk[..count]);
        }
    }
    Ok(Written { size: found, hash: hash.finalize().into() })
}

/// A name that the relay makes: nothing that could lead out of a folder.
fn plain(name: &str) -> io::Result<&str> {
    let good = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if good { Ok(name) } else { Err(io::ErrorKind::InvalidInput.into()) }
}

/// The names in a folder; none where there is no folder.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    match fs::read_dir(folder) {
        Ok(entries) => {
            entries.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned())).collect()
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::{Files, Form, Written};

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let dir = tempfile::tempdir().expect("a folder");
        let files = Files::of(dir.path(), &"e1".into());
        let (site, id) = ("k".into(), "f1".into());
        let mut incoming = files.begin(&site, &id, Form::Whole).expect("begun");
        incoming.write(b"half").expect("written");
        drop(incoming);
        assert_eq!(files.all().expect("read"), []);
        let mut incoming = files.begin(&site, &id, Form::Whole).expect("begun");
        incoming.write(b"whole").expect("written");
        assert!(files.begin(&site, &id, Form::Whole).is_err(), "nothing is written over");
        let written = incoming.end().expect("ended");
        assert_eq!(written.size, 5);
        assert!(files.holds(&site, &id, Form::Whole, written));
        assert!(!files.holds(&site, &id, Form::Whole, Written { size: 5, hash: [0; 32] }));
        assert!(!files.holds(&site, &id, Form::Whole, Written { size: 4, ..written }));
        assert!(!files.holds(&site, &id, Form::Preview, written));
        assert_eq!(files.all().expect("read"), [("k".into(), "f1".into())]);
        files.remove(&site, &id);
        assert_eq!(files.all().expect("read"), []);
    }

    #[test]
    fn no_name_leads_out_of_the_folder() {
        let files = Files::of(std::path::Path::new("/d"), &"e1".into());
        for bad in ["", ".", "..", "../x", "a/b", "a\\b", "a\0", "%2e%2e", "ş"] {
            assert!(files.path(&"k".into(), &bad.into(), Form::Whole).is_err(), "{bad:?}");
            assert!(files.path(&bad.into(), &"f1".into(), Form::Whole).is_err(), "{bad:?}");
        }
    }
}
