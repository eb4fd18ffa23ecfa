//! A disk that fails or is slow: `strace` makes chosen system calls of the relay fail, or wait, without their ever
//! reaching the kernel. The relay itself runs as it always does.
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Calls that make something durable.
pub const SYNCS: &str = "fsync,fdatasync";
/// Calls that write into the store.
pub const WRITES: &str = "pwrite64";

/// What to start a relay with so that these calls on these files are answered so; `what` as `strace` has it
/// (`error=EIO:when=7`). They are counted in each of the relay's threads.
#[must_use]
pub fn before(calls: &str, files: &[PathBuf], what: &str) -> Vec<String> {
    let files = files.iter().flat_map(|file| ["-P".to_owned(), file.display().to_string()]);
    // Beside it, so that what is done to the child is done to the relay.
    ["strace".to_owned(), "-D".to_owned()].into_iter().chain(arguments(calls, what)).chain(files).collect()
}

/// The same for a relay under heavy load: the kernel stops it at these calls only. `strace` is the parent then, and the
/// relay's own process is [`own`].
#[must_use]
pub fn above(calls: &str, what: &str) -> Vec<String> {
    let filtered = ["strace", "--seccomp-bpf"].map(ToOwned::to_owned);
    filtered.into_iter().chain(arguments(calls, what)).collect()
}

fn arguments(calls: &str, what: &str) -> Vec<String> {
    let strace = Command::new("strace").arg("--version").output();
    assert!(strace.is_ok_and(|output| output.status.success()), "this proof needs strace (Debian: strace)");
    let (trace, inject) = (format!("trace={calls}"), format!("inject={calls}:{what}"));
    ["-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject].map(ToOwned::to_owned).into()
}

/// The process that holds a data folder; it is killed when this is dropped, since its parent's end would leave it.
pub struct Holder(pub Pid);

/// Which process that is.
#[must_use]
pub fn own(data: &Path) -> Holder {
    let text = fs::read_to_string(data.join("lock")).expect("somebody holds the folder");
    let lock: Value = serde_json::from_str(&text).expect("the lock says who");
    let pid = lock["pid"].as_i64().and_then(|pid| i32::try_from(pid).ok());
    Holder(pid.and_then(Pid::from_raw).expect("a process"))
}

impl Drop for Holder {
    fn drop(&mut self) {
        kill_process(self.0, Signal::KILL).ok();
    }
}
