//! What is measured, as a program of its own: started, watched from outside through /proc, killed. It knows where a
//! program listens and what it costs, not what it is told.
use serde_json::Value;
use std::{
    fs,
    io::{self, BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
};

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Kind {
    /// Merhaba.
    Relay,
    /// The floor that commits each group with a sync.
    Durable,
    /// The floor that keeps nothing.
    Plain,
}

impl Kind {
    /// Its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Relay => "relay",
            Self::Durable => "durable",
            Self::Plain => "plain",
        }
    }
}

/// A running program.
pub struct Target {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Target {
    /// Starts a program on a folder of its own and waits until it says that it listens.
    ///
    /// # Errors
    /// When it does not start or ends before.
    pub fn start(kind: Kind, relay: &Path, folder: &Path) -> io::Result<Self> {
        let mut command = match kind {
            Kind::Relay => Command::new(relay),
            Kind::Durable | Kind::Plain => Command::new(std::env::current_exe()?.with_file_name("floor")),
        };
        match kind {
            Kind::Relay => {
                command.args(["serve", "--listen", "127.0.0.1:0", "--no-rate-limits", "--data"]).arg(folder)
            }
            Kind::Durable => command.arg("durable").arg(folder),
            Kind::Plain => command.arg("plain"),
        };
        let log = fs::File::create(folder.with_extension("log"))?;
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn()?;
        // From here on it is ended whatever happens.
        let mut target = Self { child, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        let mut line = String::new();
        if let Some(stdout) = target.child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        target.address = address(&line).ok_or_else(|| {
            let log = fs::read_to_string(folder.with_extension("log")).unwrap_or_default();
            io::Error::other(format!("{} did not start: {line}{log}", kind.name()))
        })?;
        Ok(target)
    }

    /// Its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Seconds of processor so far, in it and in the system for it.
    ///
    /// # Errors
    /// When it has ended.
    pub fn cpu(&self) -> io::Result<f64> {
        cpu_of(&self.id().to_string())
    }

    /// Memory that is resident, in KiB.
    ///
    /// # Errors
    /// When it has ended.
    pub fn rss(&self) -> io::Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
        kib.ok_or_else(|| io::Error::other("no VmRSS"))
    }

    /// Ends it as an operator would and waits until it has ended.
    ///
    /// # Errors
    /// When it cannot be signalled.
    pub fn stop(mut self) -> io::Result<()> {
        let id = i32::try_from(self.id()).ok().and_then(rustix::process::Pid::from_raw);
        let id = id.ok_or_else(|| io::Error::other("no process"))?;
        rustix::process::kill_process(id, rustix::process::Signal::TERM)?;
        self.child.wait().map(drop)
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        // Whether it still ran or not: afterwards it does not.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Seconds of processor that a process has used; `self` is this one.
///
/// # Errors
/// When there is none.
pub fn cpu_of(process: &str) -> io::Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // Its name may hold anything; after its last bracket come numbers.
    let numbers = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u32 = numbers.skip(11).take(2).filter_map(|ticks| ticks.parse::<u32>().ok()).sum();
    let second = u32::try_from(rustix::param::clock_ticks_per_second()).map_err(io::Error::other)?;
    Ok(f64::from(ticks) / f64::from(second))
}

/// Seconds of processor that all processes together have used since the machine started.
///
/// # Errors
/// When the system does not say.
pub fn cpu_of_all() -> io::Result<f64> {
    let stat = fs::read_to_string("/proc/stat")?;
    let numbers = stat.lines().next().unwrap_or_default().split_whitespace().skip(1);
    let ticks: Vec<f64> = numbers.filter_map(|ticks| ticks.parse().ok()).collect();
    // The fourth and fifth are the time that nothing ran; what guests use is counted twice.
    let busy: f64 =
        ticks.iter().take(8).enumerate().filter(|(at, _)| !matches!(at, 3 | 4)).map(|(_, one)| one).sum();
    let second = u32::try_from(rustix::param::clock_ticks_per_second()).map_err(io::Error::other)?;
    Ok(busy / f64::from(second))
}

fn address(ready: &str) -> Option<SocketAddr> {
    let ready: Value = serde_json::from_str(ready).ok()?;
    ready["url"].as_str()?.strip_prefix("http://")?.parse().ok()
}
