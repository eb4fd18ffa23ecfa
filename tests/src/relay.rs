//! A relay as a program of its own: started on a free port, killed, started again on the same folder and port. It is
//! never left running, and its log is shown when a test fails.
use crate::cli;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Child,
    time::timeout,
};

/// How long a relay may take to be ready, and to end.
const WITHIN: Duration = Duration::from_secs(30);

/// A running relay.
pub struct Relay {
    child: Child,
    data: PathBuf,
    mode: &'static str,
    extra: Vec<String>,
    /// What it printed when it was ready.
    pub ready: Value,
}

/// A site that a test added.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its key.
    pub key: String,
}

/// An agent that a test added.
#[derive(Clone, Debug)]
pub struct Agent {
    /// What they sign in with.
    pub email: String,
    /// And their password.
    pub password: String,
}

impl Relay {
    /// `merhaba serve` on a free port of loopback.
    pub async fn serve(data: &Path, extra: &[&str]) -> Self {
        Self::start("serve", data, "127.0.0.1:0", extra).await
    }

    /// `merhaba serve` on this host and port.
    pub async fn serve_at(data: &Path, listen: &str) -> Self {
        Self::start("serve", data, listen, &[]).await
    }

    /// `merhaba demo` on a free port of loopback.
    pub async fn demo(data: &Path) -> Self {
        Self::start("demo", data, "127.0.0.1:0", &[]).await
    }

    /// `merhaba demo` on this host and port, after one that was stopped.
    pub async fn demo_at(data: &Path, listen: &str) -> Self {
        Self::start("demo", data, listen, &[]).await
    }

    async fn start(mode: &'static str, data: &Path, listen: &str, extra: &[&str]) -> Self {
        let log =
            fs::File::options().create(true).append(true).open(log_of(data)).expect("the log can be written");
        let mut child = cli::command()
            .args([mode, "--listen", listen, "--data"])
            .arg(data)
            .args(extra)
            .stderr(Stdio::from(log))
            .spawn()
            .expect("the relay starts");
        let stdout = child.stdout.take().expect("its output is piped");
        let mut lines = BufReader::new(stdout).lines();
        let line = timeout(WITHIN, lines.next_line())
            .await
            .expect("it is ready in time")
            .expect("its output is text");
        let Some(line) = line else {
            panic!(
                "the relay ended before it was ready:\n{}",
                fs::read_to_string(log_of(data)).unwrap_or_default()
            );
        };
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in {line:?}"));
        assert_eq!(ready["ready"], true, "{line}");
        let extra = extra.iter().map(ToString::to_string).collect();
        Self { child, data: data.to_path_buf(), mode, extra, ready }
    }

    /// Its own address, `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> &str {
        self.ready["url"].as_str().expect("the ready line has an url")
    }

    /// Its host and port.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.url().strip_prefix("http://").expect("it is plain http")
    }

    /// A text of the ready line.
    #[must_use]
    pub fn told(&self, name: &str) -> &str {
        self.ready[name].as_str().unwrap_or_else(|| panic!("the ready line has no {name}: {}", self.ready))
    }

    /// Its data folder.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// All it has logged so far, over every start.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(log_of(&self.data)).unwrap_or_default()
    }

    /// SIGKILL, and waits until it is gone.
    pub async fn kill(&mut self) {
        self.child.start_kill().expect("it runs");
        self.child.wait().await.expect("it ends");
    }

    /// SIGTERM, and waits until it has ended by itself.
    pub async fn stop(mut self) -> ExitStatus {
        let id =
            self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw).expect("it runs");
        kill_process(id, Signal::TERM).expect("it can be signalled");
        timeout(WITHIN, self.child.wait()).await.expect("it stops in time").expect("it is waited for")
    }

    /// Starts it again on the same folder and port.
    pub async fn again(mut self) -> Self {
        self.kill().await;
        let extra: Vec<&str> = self.extra.iter().map(String::as_str).collect();
        Self::start(self.mode, &self.data, self.authority(), &extra).await
    }

    /// Adds a site as its operator would, while the relay runs.
    pub async fn add_site(&self, name: &str, origins: &[&str]) -> Site {
        let mut arguments =
            vec!["site".into(), "add".into(), "--data".into(), self.data.display().to_string()];
        arguments.extend(["--name".into(), name.into(), "--json".into()]);
        for origin in origins {
            arguments.extend(["--origin".into(), (*origin).to_owned()]);
        }
        let added = cli::run(arguments).await.json();
        Site { key: added["site"].as_str().expect("it tells the key").to_owned() }
    }

    /// Adds an agent as its operator would, while the relay runs.
    pub async fn add_agent(&self, site: &Site, email: &str, role: &str) -> Agent {
        let password = "correct horse battery";
        let data = self.data.display().to_string();
        let arguments = ["agent", "add", "--data", &data, "--site", &site.key, "--email", email];
        let rest = ["--name", "Defne", "--role", role, "--password-stdin", "--json"];
        let added = cli::run_reading(arguments.iter().chain(&rest), &format!("{password}\n")).await.json();
        assert!(added["agent"].is_string(), "{added}");
        Agent { email: email.to_owned(), password: password.to_owned() }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let from = log.len().saturating_sub(4_000);
            let tail = log.get(from..).unwrap_or(&log);
            std::io::Write::write_fmt(
                &mut std::io::stderr(),
                format_args!("the relay's log ends:\n{tail}\n"),
            )
            .ok();
        }
    }
}

/// The log stands beside the data folder, so that the folder holds only what the relay put there.
fn log_of(data: &Path) -> PathBuf {
    data.with_extension("log")
}
