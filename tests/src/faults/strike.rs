//! A disk that fails or is slow: `strace` makes chosen system calls of the relay fail, or wait, without their ever
//! reaching the kernel. The relay itself runs as it always does.
use std::{path::PathBuf, process::Command};

/// Calls that make something durable.
pub const SYNCS: &str = "fsync,fdatasync";
/// Calls that write into the store.
pub const WRITES: &str = "pwrite64";

/// What to start a relay with so that these calls on these files are answered so; `what` as `strace` has it
/// (`error=EIO:when=7`). They are counted in each of the relay's threads.
#[must_use]
pub fn before(calls: &str, files: &[PathBuf], what: &str) -> Vec<String> {
    let strace = Command::new("strace").arg("--version").output();
    assert!(strace.is_ok_and(|output| output.status.success()), "this proof needs strace (Debian: strace)");
    let (trace, inject) = (format!("trace={calls}"), format!("inject={calls}:{what}"));
    let arguments = ["strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject];
    let files = files.iter().flat_map(|file| ["-P".to_owned(), file.display().to_string()]);
    arguments.into_iter().map(ToOwned::to_owned).chain(files).collect()
}
