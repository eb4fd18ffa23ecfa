//! SIGKILL at a chosen moment of the relay: as it is about to make its nth system call of a kind. `strace` counts and
//! strikes; the relay itself runs as it always does.
use std::process::Command;

/// The system calls that are of interest in a relay that keeps something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before a sync: what was written may be there or not.
    Sync,
    /// Before a write into the database or its log.
    Write,
    /// Before a frame leaves: what was stored is not confirmed yet.
    Send,
    /// Before a file is cut or removed: the log is being emptied.
    Trim,
}

impl Moment {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Sync, Self::Write, Self::Send, Self::Trim];

    const fn calls(self) -> &'static str {
        match self {
            Self::Sync => "fsync,fdatasync",
            Self::Write => "pwrite64",
            Self::Send => "sendto,sendmsg,writev",
            Self::Trim => "ftruncate,unlink",
        }
    }
}

/// What to start the relay with so that it dies at its nth such call (counted in each of its threads).
#[must_use]
pub fn before(moment: Moment, nth: u64) -> Vec<String> {
    let strace = Command::new("strace").arg("--version").output();
    assert!(strace.is_ok_and(|output| output.status.success()), "this proof needs strace (Debian: strace)");
    let (trace, inject) =
        (format!("trace={}", moment.calls()), format!("inject={}:signal=KILL:when={nth}", moment.calls()));
    let arguments = ["-D", "-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject];
    ["strace"].into_iter().chain(arguments).map(ToOwned::to_owned).collect()
}
