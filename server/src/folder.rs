//! Making a folder so that it is there after a power cut: a name is durable only when the folder it stands in has been
//! synced. Never changes a folder that is there.
use crate::mutants::{self, Mutant};
use std::{
    fs::{DirBuilder, File},
    io,
    os::unix::fs::DirBuilderExt,
    path::Path,
};

/// Makes a folder that only this account may enter, and those above it, unless they are there. Every name that was
/// made is synced, the highest first.
pub fn make(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let above = dir.parent().filter(|above| !above.as_os_str().is_empty());
    if let Some(above) = above {
        make(above)?;
    }
    match DirBuilder::new().mode(0o700).create(dir) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && dir.is_dir() => Ok(()),
        Err(error) => Err(error),
        Ok(()) => sync(above.unwrap_or(Path::new("."))),
    }
}

/// Makes the names in a folder durable.
pub fn sync(dir: &Path) -> io::Result<()> {
    if mutants::on(Mutant::FolderUnsynced) { Ok(()) } else { File::open(dir)?.sync_all() }
}

#[cfg(test)]
mod tests {
    use super::make;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn all_that_is_missing_is_made_for_this_account_only() {
        let dir = tempfile::tempdir().expect("a folder");
        let deep = dir.path().join("a/b");
        make(&deep).expect("made");
        make(&deep).expect("there already");
        for made in [dir.path().join("a"), deep] {
            let mode = std::fs::metadata(made).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o700);
        }
        std::fs::write(dir.path().join("file"), "").expect("written");
        assert!(make(&dir.path().join("file")).is_err());
    }
}
