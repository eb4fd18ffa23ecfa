//! The command line: what it takes, and what it prints. Ready lines and results go to standard output, everything
//! else to standard error; a mistake of the operator's exits 2.
use crate::{
    access::password::Turns,
    backups, bind,
    clock::Clock,
    config::{BadSetting, Config, SETTINGS, Values},
    control,
    lock::{Lock, LockError},
    orders::{Desk, Order, Outcome},
    run,
    shutdown::Shutdown,
    store::{Store, sqlite::Sqlite},
};
use clap::{Arg, ArgAction, ArgMatches, Command};
use merhaba_shared::protocol::ids::Epoch;
use std::io::{Read, Write};
use tokio::signal::unix::{SignalKind, signal};

/// The longest password line read from standard input.
const STDIN_BYTES: u64 = 4_096;

/// Why a command did not do what it should: a sentence, and the status to exit with.
#[derive(Debug)]
pub struct Failure {
    /// The sentence.
    pub text: String,
    /// The exit status.
    pub status: u8,
}

impl Failure {
    /// The operator can put it right.
    pub fn usage(text: &impl std::fmt::Display) -> Self {
        Self { text: format!("{text}"), status: 2 }
    }

    /// Something else went wrong.
    pub fn other(text: &impl std::fmt::Display) -> Self {
        Self { text: format!("{text}"), status: 1 }
    }
}

impl From<BadSetting> for Failure {
    fn from(bad: BadSetting) -> Self {
        Self::usage(&bad)
    }
}

impl From<LockError> for Failure {
    fn from(error: LockError) -> Self {
        Self::usage(&error)
    }
}

/// The command line as a whole.
pub fn command() -> Command {
    let serving = |name: &'static str, about: &'static str| {
        Command::new(name).about(about).args(SETTINGS.iter().map(|setting| flag(setting.name))).arg(config())
    };
    let adding = |about: &'static str| {
        Command::new("add")
            .about(about)
            .args(["data", "public-url", "listen"].map(flag))
            .args([config(), json()])
    };
    let text = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).required(true).allow_hyphen_values(true).help(help)
    };
    let origin = text("origin", "An origin that may embed the chat; repeats")
        .required(false)
        .action(ArgAction::Append);
    let password =
        Arg::new("password-stdin").long("password-stdin").action(ArgAction::SetTrue).required(true);
    let site = adding("Adds a site and prints its key and snippet").arg(text("name", "Its name")).arg(origin);
    let agent = adding("Adds an agent to a site")
        .arg(text("site", "The site’s key"))
        .arg(text("email", "The e-mail to sign in with"))
        .arg(text("name", "The name that visitors see"))
        .arg(text("role", "owner, admin, agent or trainee"))
        .arg(password.help("Reads the password from standard input"));
    let kept = |name: &'static str, about: &'static str| {
        Command::new(name).about(about).args([flag("data"), config(), json()])
    };
    let backup = kept("backup", "Makes a whole, checked copy of the store, also while the relay runs")
        .arg(text("to", "The file to make, or a folder to put one into"));
    let restore = kept("restore", "Puts a backup into the place of the store; the relay must not run")
        .arg(text("from", "The backup"))
        .arg(set("replace", "Keeps a store that is there aside, instead of refusing"));
    Command::new("merhaba")
        .about("Live chat for any website: one small program that never loses a message")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .after_help(
            "Every setting is a flag, an environment variable (MERHABA_LISTEN) and a key of the config file.",
        )
        .subcommand(serving("serve", "Runs the relay"))
        .subcommand(serving("demo", "Runs the relay with a small shop, a site and an agent, on loopback"))
        .subcommand(Command::new("site").about("Sites").subcommand_required(true).subcommand(site))
        .subcommand(Command::new("agent").about("Agents").subcommand_required(true).subcommand(agent))
        .subcommand(backup)
        .subcommand(restore)
}

fn flag(name: &'static str) -> Arg {
    let setting = SETTINGS.iter().find(|setting| setting.name == name);
    let (takes, help) = setting.map_or(("VALUE", ""), |setting| (setting.takes, setting.help));
    let arg = Arg::new(name).long(name).help(help);
    if takes.is_empty() {
        return arg.num_args(0..=1).require_equals(true).default_missing_value("true").value_name("BOOL");
    }
    arg.value_name(takes).allow_hyphen_values(true)
}

fn json() -> Arg {
    set("json", "Prints the result as one line of JSON")
}

fn set(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

fn config() -> Arg {
    Arg::new("config")
        .long("config")
        .value_name("FILE")
        .help("Config file [default: merhaba.toml in the data folder]")
}

fn values(matches: &ArgMatches) -> Result<Values, BadSetting> {
    let flag = |name: &str| matches.try_get_one::<String>(name).ok().flatten().cloned();
    Values::collect(flag, |name| std::env::var(name).ok())
}

/// Does what the command line says.
pub async fn perform(matches: &ArgMatches) -> Result<(), Failure> {
    match matches.subcommand() {
        Some(("demo", matches)) => serve(matches, true).await,
        Some(("site", matches)) => add(matches, |matches| Ok(site_order(matches))).await,
        Some(("agent", matches)) => add(matches, agent_order).await,
        Some(("backup", matches)) => {
            let config = Config::new(&values(matches)?)?;
            backups::back_up(&config, &word(matches, "to")).await.map(|outcome| show(&outcome, matches))
        }
        Some(("restore", matches)) => {
            let config = Config::new(&values(matches)?)?;
            let restored = backups::restore(&config, &word(matches, "from"), matches.get_flag("replace"));
            restored.map(|outcome| show(&outcome, matches))
        }
        Some((_, matches)) => serve(matches, false).await,
        None => Err(Failure::usage(&"no command; merhaba --help lists them")),
    }
}

async fn serve(matches: &ArgMatches, demo: bool) -> Result<(), Failure> {
    let mut config = Config::new(&values(matches)?)?;
    if demo {
        config = config.into_demo()?;
    }
    crate::telemetry::start(&config);
    let lock = Lock::take(&config.data)?;
    let listener = bind(config.listen).map_err(|error| Failure::usage(&error))?;
    let shutdown = Shutdown::default();
    stop_on_signal(&shutdown)?;
    let ready = |ready: &crate::Ready| print(&serde_json::to_string(ready).unwrap_or_default());
    run(config, lock, listener, shutdown, ready).await.map_err(|error| Failure::usage(&error))
}

fn stop_on_signal(shutdown: &Shutdown) -> Result<(), Failure> {
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| Failure::other(&error))?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| Failure::other(&error))?;
    let stop = shutdown.clone();
    shutdown.spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        stop.begin();
    });
    Ok(())
}

/// Carries out an order: by the relay that runs on the folder, else here.
async fn add(
    matches: &ArgMatches,
    order: impl Fn(&ArgMatches) -> Result<Order, Failure>,
) -> Result<(), Failure> {
    let Some((_, matches)) = matches.subcommand() else {
        return Err(Failure::usage(&"add is the only thing to do"));
    };
    let config = Config::new(&values(matches)?)?;
    let order = order(matches)?;
    let outcome = match Lock::take(&config.data) {
        Ok(lock) => here(&config, lock, order).await?,
        Err(held @ LockError::Held { .. }) => match control::send(&config.data, &order).await {
            Ok(answer) => answer.map_err(|error| Failure::usage(&error))?,
            Err(error) => {
                return Err(Failure::usage(&format!("{held}, and does not answer on control.sock: {error}")));
            }
        },
        Err(error) => return Err(error.into()),
    };
    show(&outcome, matches);
    Ok(())
}

async fn here(config: &Config, mut lock: Lock, order: Order) -> Result<Outcome, Failure> {
    lock.write("a command that adds something")?;
    let clock = Clock;
    let fatal = |error: &str| tracing::error!(error, "the disk has not kept what was written");
    let store = Sqlite::open(&config.data, &Epoch(clock.id()), Box::new(fatal))
        .map_err(|error| Failure::usage(&error))?;
    let relay = config
        .public
        .as_ref()
        .map_or_else(|| format!("http://{}", config.listen), crate::http::origin::Own::origin);
    let desk = Desk { store: &store, clock, turns: &Turns::default(), relay: &relay };
    let outcome = desk.carry_out(order).await.map_err(|error| Failure::usage(&error));
    store.close().await.map_err(|error| Failure::other(&error))?;
    outcome
}

fn word(matches: &ArgMatches, name: &str) -> String {
    matches.get_one::<String>(name).cloned().unwrap_or_default()
}

fn site_order(matches: &ArgMatches) -> Order {
    let origins = matches.get_many::<String>("origin").into_iter().flatten().cloned().collect();
    Order::SiteAdd { name: word(matches, "name"), origins }
}

fn agent_order(matches: &ArgMatches) -> Result<Order, Failure> {
    let mut password = String::new();
    let read = std::io::stdin().take(STDIN_BYTES).read_to_string(&mut password);
    read.map_err(|error| {
        Failure::usage(&format!("the password cannot be read from standard input: {error}"))
    })?;
    Ok(Order::AgentAdd {
        site: word(matches, "site"),
        email: word(matches, "email"),
        name: word(matches, "name"),
        role: word(matches, "role"),
        password: password.lines().next().unwrap_or_default().to_owned(),
    })
}

fn show(outcome: &Outcome, matches: &ArgMatches) {
    if matches.get_flag("json") {
        return print(&serde_json::to_string(outcome).unwrap_or_default());
    }
    match outcome {
        Outcome::Site { site, name, snippet, .. } => {
            print(&format!("Site {name} added, key {site}. Paste this into its pages:\n{snippet}"));
        }
        Outcome::Agent { name, email, role, joined, .. } => {
            let password =
                if *joined { "; known from another site, the password stays as it was" } else { "" };
            print(&format!("{name} ({email}) added as {role}{password}."));
        }
        Outcome::Backup { backup, bytes, holdings, files_missing, .. } => {
            let missing = backups::missing(*files_missing);
            print(&format!(
                "{backup} made and checked, {bytes} bytes: {}.{missing}",
                backups::words(holdings)
            ));
        }
        Outcome::Restored { restored, kept, holdings, files_missing, .. } => {
            let missing = backups::missing(*files_missing);
            let kept = kept
                .as_ref()
                .map_or_else(String::new, |kept| format!(" The store from before lies in {kept}."));
            let words = backups::words(holdings);
            let told = "Clients will notice and load anew; agents have to sign in again.";
            print(&format!("{restored} restored: {words}.{missing} {told}{kept}"));
        }
    }
}

/// A line on standard output, sent on at once. A reader that is gone is not our mistake.
fn print(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
