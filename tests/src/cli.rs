//! The program `merhaba` as its operator meets it: arguments in, two streams and an exit status out.
use crate::sources;
use serde_json::Value;
use std::{env, ffi::OsStr, path::PathBuf, process::Stdio, time::Duration};
use tokio::{io::AsyncWriteExt, process::Command, time::timeout};

/// How long a command may take before it counts as hung.
const ENDS_WITHIN: Duration = Duration::from_secs(30);

/// The program under test: `MERHABA_BIN`, or what `make build` made.
#[must_use]
pub fn program() -> PathBuf {
    let program = env::var_os("MERHABA_BIN")
        .map_or_else(|| sources::root().join("target/release/merhaba"), PathBuf::from);
    assert!(program.exists(), "{} is missing: run make build first", program.display());
    program
}

/// A command of the program, with nothing of this process's settings in its environment.
#[must_use]
pub fn command() -> Command {
    command_under::<&str>(&[])
}

/// The same, started by another program that becomes it in the end.
#[must_use]
pub fn command_under<S: AsRef<OsStr>>(before: &[S]) -> Command {
    let mut line = before.iter().map(|part| part.as_ref().to_owned()).chain([program().into_os_string()]);
    let mut command = Command::new(line.next().expect("at least the program itself"));
    command.args(line);
    // A relay that is broken on purpose must be told how; any other takes no notice.
    let ours = |name: &OsStr| name.to_string_lossy().starts_with("MERHABA_") && name != "MERHABA_MUTANT";
    for (name, _) in env::vars_os().filter(|(name, _)| ours(name)) {
        command.env_remove(name);
    }
    command.kill_on_drop(true).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What a command that ended has said.
#[derive(Debug)]
pub struct Ended {
    /// Its exit status; `None` when a signal ended it.
    pub status: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ended {
    /// Its standard output as JSON, after it went well.
    #[must_use]
    pub fn json(&self) -> Value {
        assert_eq!(self.status, Some(0), "{self:?}");
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Asserts that it refused with exit status 2 and that its sentence names all of these.
    pub fn refused_naming(&self, words: &[&str]) {
        assert_eq!(self.status, Some(2), "{self:?}");
        assert!(!self.err.contains("panicked"), "{self:?}");
        for word in words {
            assert!(self.err.contains(word), "{word:?} is not said: {self:?}");
        }
    }
}

/// Runs a command to its end.
pub async fn run<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(arguments: I) -> Ended {
    finish(command().args(arguments), None).await
}

/// Runs a command to its end and gives it this text to read.
pub async fn run_reading<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(arguments: I, text: &str) -> Ended {
    finish(command().args(arguments), Some(text)).await
}

/// Runs a prepared command to its end.
pub async fn finish(command: &mut Command, text: Option<&str>) -> Ended {
    if text.is_some() {
        command.stdin(Stdio::piped());
    }
    let mut child = command.spawn().expect("the program starts");
    if let (Some(text), Some(mut stdin)) = (text, child.stdin.take()) {
        // A program that refuses before it reads closes its end; its words say why.
        stdin.write_all(text.as_bytes()).await.ok();
    }
    let output = timeout(ENDS_WITHIN, child.wait_with_output())
        .await
        .expect("the command ends")
        .expect("it is waited for");
    Ended {
        status: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
