//! A relay as a program of its own: started on a free port, killed, started again on the same folder and port. It is
//! never left running, and its log is shown when a test fails.
use crate::cli;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::{
    env,
    ffi::OsString,
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
    /// Not there for one that was given from outside.
    child: Option<Child>,
    launch: Launch,
    /// What it printed when it was ready.
    pub ready: Value,
}

/// How a relay is started: the same each time it is started again.
#[derive(Clone, Debug)]
pub struct Launch {
    mode: &'static str,
    data: PathBuf,
    listen: String,
    extra: Vec<String>,
    before: Vec<String>,
    environment: Vec<(&'static str, OsString)>,
}

impl Launch {
    /// `merhaba serve` on a folder and an address.
    #[must_use]
    pub fn serve(data: &Path, listen: &str, extra: &[&str]) -> Self {
        let extra = extra.iter().map(ToString::to_string).collect();
        Self {
            mode: "serve",
            data: data.to_path_buf(),
            listen: listen.to_owned(),
            extra,
            before: Vec::new(),
            environment: Vec::new(),
        }
    }

    /// The same, started by a program (with its arguments) that puts it under other conditions and then becomes it.
    #[must_use]
    pub fn under(self, before: Vec<String>) -> Self {
        Self { before, ..self }
    }

    /// The same with this in its environment.
    #[must_use]
    pub fn with(self, environment: Vec<(&'static str, OsString)>) -> Self {
        Self { environment, ..self }
    }

    /// Starts it.
    ///
    /// # Errors
    /// When it ends before it is ready: what it has logged over every start.
    pub async fn start(self) -> Result<Relay, String> {
        let log = fs::File::options().create(true).append(true).open(log_of(&self.data));
        let mut child = cli::command_under(&self.before)
            .args([self.mode, "--listen", &self.listen, "--data"])
            .arg(&self.data)
            .args(&self.extra)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stderr(Stdio::from(log.expect("the log can be written")))
            .spawn()
            .expect("the relay starts");
        let stdout = child.stdout.take().expect("its output is piped");
        let mut lines = BufReader::new(stdout).lines();
        let line = timeout(WITHIN, lines.next_line())
            .await
            .expect("it is ready in time")
            .expect("its output is text");
        let Some(line) = line else {
            child.wait().await.expect("it ends");
            return Err(fs::read_to_string(log_of(&self.data)).unwrap_or_default());
        };
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in {line:?}"));
        assert_eq!(ready["ready"], true, "{line}");
        Ok(Relay { child: Some(child), launch: self, ready })
    }
}

/// A site that a test added.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its key.
    pub key: String,
}

impl Site {
    /// The demo's.
    #[must_use]
    pub fn demo() -> Self {
        Self { key: "demo".into() }
    }
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
        Self::start(Launch::serve(data, "127.0.0.1:0", extra)).await
    }

    /// The relay that the black-box suite looks at: `merhaba serve` on a free port; or, where `MERHABA_URL` names one, a
    /// relay that runs already, with its data folder in `MERHABA_DATA` so that sites and agents can be added.
    pub async fn under_test(data: &Path) -> Self {
        let Ok(url) = env::var("MERHABA_URL") else { return Self::serve(data, &[]).await };
        let data =
            env::var_os("MERHABA_DATA").expect("MERHABA_DATA: the data folder of the relay at MERHABA_URL");
        let launch = Launch::serve(Path::new(&data), "", &[]);
        Self { child: None, launch, ready: json!({ "url": url.trim_end_matches('/') }) }
    }

    fn child(&mut self) -> &mut Child {
        self.child.as_mut().expect("a relay that this test has started")
    }

    /// `merhaba serve` on this host and port.
    pub async fn serve_at(data: &Path, listen: &str) -> Self {
        Self::start(Launch::serve(data, listen, &[])).await
    }

    /// `merhaba demo` on a free port of loopback.
    pub async fn demo(data: &Path) -> Self {
        Self::start(Launch { mode: "demo", ..Launch::serve(data, "127.0.0.1:0", &[]) }).await
    }

    /// `merhaba demo` on this host and port, after one that was stopped.
    pub async fn demo_at(data: &Path, listen: &str) -> Self {
        Self::start(Launch { mode: "demo", ..Launch::serve(data, listen, &[]) }).await
    }

    /// A relay that is started in this way; it must come to be ready.
    pub async fn start(launch: Launch) -> Self {
        launch.start().await.unwrap_or_else(|log| panic!("the relay ended before it was ready:\n{log}"))
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

    /// Host and port of the metrics, of a relay that was told to show them.
    #[must_use]
    pub fn metrics(&self) -> &str {
        self.told("metrics").strip_prefix("http://").expect("it is plain http")
    }

    /// A text of the ready line.
    #[must_use]
    pub fn told(&self, name: &str) -> &str {
        self.ready[name].as_str().unwrap_or_else(|| panic!("the ready line has no {name}: {}", self.ready))
    }

    /// Its data folder.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.launch.data
    }

    /// All it has logged so far, over every start.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(log_of(&self.launch.data)).unwrap_or_default()
    }

    /// SIGKILL, and waits until it is gone.
    pub async fn kill(&mut self) {
        self.child().start_kill().expect("it runs");
        self.child().wait().await.expect("it ends");
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> Pid {
        let id = self.child.as_ref().and_then(Child::id);
        id.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw).expect("it runs")
    }

    /// Signals it and does not wait for what comes of it.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("it can be signalled");
    }

    /// Waits until it has ended, by whatever it ends by; whether it has within this time.
    pub async fn ended_within(&mut self, time: Duration) -> bool {
        timeout(time, self.child().wait()).await.is_ok()
    }

    /// Waits until it has ended by itself, and says how.
    pub async fn ends(&mut self) -> ExitStatus {
        timeout(WITHIN, self.child().wait()).await.expect("it ends in time").expect("it is waited for")
    }

    /// SIGTERM, and waits until it has ended by itself.
    pub async fn stop(mut self) -> ExitStatus {
        self.signal(Signal::TERM);
        timeout(WITHIN, self.child().wait()).await.expect("it stops in time").expect("it is waited for")
    }

    /// How to start it again on the same folder and port.
    #[must_use]
    pub fn same_again(&self) -> Launch {
        Launch { listen: self.authority().to_owned(), ..self.launch.clone() }
    }

    /// Kills it and starts it again on the same folder and port.
    pub async fn again(mut self) -> Self {
        self.kill().await;
        Self::start(self.same_again()).await
    }

    /// Adds a site as its operator would, while the relay runs.
    pub async fn add_site(&self, name: &str, origins: &[&str]) -> Site {
        let mut arguments =
            vec!["site".into(), "add".into(), "--data".into(), self.launch.data.display().to_string()];
        arguments.extend(["--name".into(), name.into(), "--json".into()]);
        for origin in origins {
            arguments.extend(["--origin".into(), (*origin).to_owned()]);
        }
        let added = cli::run(arguments).await.json();
        Site { key: added["site"].as_str().expect("it tells the key").to_owned() }
    }

    /// Adds an agent as its operator would, while the relay runs.
    pub async fn add_agent(&self, site: &Site, email: &str, role: &str) -> Agent {
        self.add_agent_named(site, email, "Defne", role).await
    }

    /// The same, with a name of their own.
    pub async fn add_agent_named(&self, site: &Site, email: &str, name: &str, role: &str) -> Agent {
        let password = "correct horse battery";
        let data = self.launch.data.display().to_string();
        let arguments = ["agent", "add", "--data", &data, "--site", &site.key, "--email", email];
        let rest = ["--name", name, "--role", role, "--password-stdin", "--json"];
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
