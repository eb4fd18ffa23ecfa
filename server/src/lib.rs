//! The relay, in reading order: a connection becomes a request or a session, a session's commands become use-cases
//! of `chat`, those write the store, and what the store has committed goes out through the hub.

pub mod cli;
pub mod config;

pub mod http;

pub mod access;

pub mod app;
pub mod session;

pub mod chat;

pub mod domain;
pub mod files;
pub mod keys;
pub mod store;

pub mod bus;
pub mod hub;
pub mod push;

pub mod backups;
pub mod control;
pub mod demo;
pub mod folder;
pub mod lock;
pub mod orders;

pub mod clock;
pub mod counters;
pub mod gate;
pub mod mutants;
pub mod shutdown;
pub mod telemetry;

// What proofs have in common lies with the tests from outside, which never call into this crate.
#[cfg(test)]
#[path = "../../tests/src/dice.rs"]
mod dice;
#[cfg(test)]
#[path = "../../tests/src/proof.rs"]
mod proof;
#[cfg(test)]
#[path = "../../shared/tests/wild/commands.rs"]
mod wild;

use crate::{
    access::password::Turns,
    app::App,
    clock::Clock,
    config::Config,
    http::{Push, Shop, Web},
    keys::Root,
    lock::{Lock, LockError},
    orders::Desk,
    shutdown::Shutdown,
    store::{
        Store, StoreError,
        sqlite::{OpenError, Sqlite},
    },
};
use merhaba_shared::protocol::ids::Epoch;
use serde::Serialize;
use std::{io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};
use tokio::net::{TcpListener, TcpSocket};

/// How long the relay waits for its sessions when it stops.
const DRAIN: Duration = Duration::from_secs(10);
/// What the program exits with after a sync that failed: what the disk then holds is unknown.
const EXIT_UNSYNCED: i32 = 70;
/// How many may look at the metrics at once.
const METRICS_CONNECTIONS: usize = 16;

/// The line that says the relay is ready.
#[derive(Clone, Debug, Serialize)]
pub struct Ready {
    /// Always true.
    pub ready: bool,
    /// Where it listens.
    pub url: String,
    /// Where it shows metrics, when it was told to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics: Option<String>,
    /// In the demo: the other addresses and the sign-in.
    #[serde(flatten)]
    pub demo: Option<DemoReady>,
}

/// What the demo adds to the line.
#[derive(Clone, Debug, Serialize)]
pub struct DemoReady {
    /// The shop.
    pub shop: String,
    /// The agent page.
    pub agent: String,
    /// The owner's page.
    pub owner: String,
    /// How to sign in.
    #[serde(flatten)]
    pub sign_in: demo::SignIn,
}

/// Why a relay could not start: a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be had.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The root key cannot be had.
    #[error("the root key {0} cannot be used: {1}")]
    Key(PathBuf, io::Error),
    /// The sites' settings cannot be read.
    #[error("the sites cannot be read: {0}")]
    Read(StoreError),
    /// The key for push services cannot be had.
    #[error("the key for push services cannot be used: {0}")]
    Push(String),
    /// The demo's site or agent cannot be made.
    #[error("the demo cannot be set up: {0}")]
    Demo(String),
    /// A listener or the control socket failed.
    #[error("{0}: {1}")]
    Listen(String, io::Error),
}

/// Runs a relay on a listener until it is told to stop. `ready` is called once, when it takes requests.
pub async fn run(
    config: Config,
    mut lock: Lock,
    listener: TcpListener,
    shutdown: Shutdown,
    ready: impl FnOnce(&Ready),
) -> Result<(), StartError> {
    let clock = Clock;
    let address = address(&listener)?;
    lock.write(&format!("http://{address}"))?;
    let metrics = config.metrics_listen.map(bind).transpose()?;
    let store = Sqlite::open(&config.data, &Epoch(clock.id()), Box::new(unsynced))?;
    let telling = tokio::spawn(tell(store.telling()));
    let store: Arc<dyn Store> = Arc::new(store);
    let shown = metrics.as_ref().map(self::address).transpose()?;
    let line = line(&config, address, shown, store.as_ref(), clock).await?;
    let shop = line.demo.as_ref().map(|_| Shop { relay: line.url.clone(), site: demo::SITE.into() });
    let app = App::new(store.clone(), clock, config.rate_limits, &config.data);
    let app = Arc::new(App { shutdown: shutdown.clone(), ..app });
    app.chat.learn_hours().await.map_err(StartError::Read)?;
    app.chat.learn_routing().await.map_err(StartError::Read)?;
    let background = [
        tokio::spawn(app.chat.telling()),
        tokio::spawn(app.chat.watching_hours()),
        tokio::spawn(app.chat.routing()),
        tokio::spawn(app.chat.counting()),
        tokio::spawn(app.chat.waking()),
        tokio::spawn(app.chat.passing()),
        tokio::spawn(app.chat.sending()),
        tokio::spawn(app.chat.climbing()),
    ];
    let turns = Turns::default();
    let root = Root::open(&config.data, clock)
        .map_err(|error| StartError::Key(config.data.join(keys::FILE), error))?;
    let push = Push::open(&app, &config).await.map_err(StartError::Push)?;
    let web = Arc::new(Web::new(app.clone(), &config, address, turns.clone(), shop, &root, push.clone()));
    let courier = tokio::spawn(push.courier(&app, web.own().origin()).run());
    http::keep_loader(&app).await;
    tidy(&app).await;
    index(&app);
    control(&config, &app, turns, web.own().origin())?;
    if let Some(listener) = metrics {
        let router = http::metrics::router(&app);
        app.shutdown.spawn(http::listen::serve(listener, router, shutdown.clone(), METRICS_CONNECTIONS));
    }
    if !config.rate_limits {
        tracing::warn!("no-rate-limits: nobody is held back; for load tests only");
    }
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "listening");
    ready(&line);
    http::listen::serve(listener, http::routes::router(web), shutdown.clone(), http::listen::connections())
        .await;
    stop(&shutdown, store.as_ref()).await;
    background.iter().chain([&courier]).for_each(tokio::task::JoinHandle::abort);
    // What was committed last may still be on its way to whoever asked.
    let _ = tokio::time::timeout(DRAIN, telling).await;
    drop(lock);
    Ok(())
}

/// How often files are looked for that were never sent.
const TIDY_EVERY: Duration = Duration::from_mins(5);

/// Takes away what crashes left of files, and from then on what was never sent.
async fn tidy(app: &Arc<App>) {
    match app.chat.forget_strays().await {
        Ok(0) => {}
        Ok(strays) => tracing::info!(strays, "files that nobody knows were taken away"),
        Err(error) => tracing::warn!(%error, "files that nobody knows stay until the next start"),
    }
    let (chat, stopping) = (app.chat.clone(), app.shutdown.stopping());
    app.shutdown.spawn(async move {
        while tokio::time::timeout(TIDY_EVERY, stopping.cancelled()).await.is_err() {
            if let Err(error) = chat.forget_unsent().await {
                tracing::warn!(%error, "files that were never sent stay for now");
            }
        }
    });
}

/// Entries and notes that are put into the search's index at once: some milliseconds of work.
const INDEXED_AT_ONCE: usize = 256;
/// The same when it is far behind, as after an upgrade: the larger, the less it costs altogether.
const INDEXED_FAR: usize = 4_096;
/// How long it waits when everything is in it, and between two rounds when not: others have more of the processor.
const INDEX_EVERY: Duration = Duration::from_secs(1);
const INDEX_ON: Duration = Duration::from_millis(10);
/// How long it waits when the disk does not take it: the store has the say about that, not the index.
const INDEX_AGAIN: Duration = Duration::from_secs(30);

/// Follows what is stored with what can be searched for.
fn index(app: &Arc<App>) {
    let (store, counters, stopping) =
        (app.store.clone(), app.chat.counters().clone(), app.shutdown.stopping());
    app.shutdown.spawn(async move {
        let (mut pause, mut most) = (INDEX_ON, INDEXED_AT_ONCE);
        while tokio::time::timeout(pause, stopping.cancelled()).await.is_err() {
            pause = match store.index(most).await {
                Ok(behind) => {
                    counters.note_unindexed(behind);
                    most = if behind > INDEXED_FAR as u64 { INDEXED_FAR } else { INDEXED_AT_ONCE };
                    if behind == 0 { INDEX_EVERY } else { INDEX_ON }
                }
                Err(error) => {
                    tracing::warn!(%error, "searching does not find what is new for now");
                    INDEX_AGAIN
                }
            };
        }
    });
}

/// Tells what was committed. Should that break off, what was stored could stay untold: then everybody comes back.
async fn tell(telling: impl Future<Output = ()> + Send + 'static) {
    if tokio::spawn(telling).await.is_err() {
        tracing::error!(
            "what was stored could not be told: ending, so that everybody comes back and reads it"
        );
        std::process::exit(EXIT_UNSYNCED);
    }
}

/// Waits for the sessions, then for the store.
async fn stop(shutdown: &Shutdown, store: &dyn Store) {
    tracing::info!(tasks = shutdown.running(), "stopping");
    if tokio::time::timeout(DRAIN, shutdown.finished()).await.is_err() {
        tracing::warn!(tasks = shutdown.running(), "did not end in time");
    }
    if let Err(error) = store.close().await {
        tracing::warn!(%error, "closing the store");
    }
}

fn unsynced(error: &str) {
    tracing::error!(error, "the disk has not kept what was written: ending, so that the store is read anew");
    std::process::exit(EXIT_UNSYNCED);
}

fn address(listener: &TcpListener) -> Result<SocketAddr, StartError> {
    listener.local_addr().map_err(|error| StartError::Listen("the listener".into(), error))
}

async fn line(
    config: &Config,
    address: SocketAddr,
    metrics: Option<SocketAddr>,
    store: &dyn Store,
    clock: Clock,
) -> Result<Ready, StartError> {
    let (url, metrics) = (format!("http://{address}"), metrics.map(|address| format!("http://{address}")));
    if !config.demo {
        return Ok(Ready { ready: true, url, metrics, demo: None });
    }
    let sign_in = demo::prepare(store, clock, &config.data).await.map_err(StartError::Demo)?;
    let demo = DemoReady {
        shop: format!("http://localhost:{}/demo", address.port()),
        agent: format!("{url}/agent/"),
        owner: format!("{url}/agent/site"),
        sign_in,
    };
    Ok(Ready { ready: true, url, metrics, demo: Some(demo) })
}

/// Takes orders from the command line.
fn control(config: &Config, app: &Arc<App>, turns: Turns, relay: String) -> Result<(), StartError> {
    let parts = Arc::new((app.clone(), turns, relay));
    let work = move |order| {
        let parts = parts.clone();
        async move {
            let (app, turns, relay) = &*parts;
            Desk { store: app.store.as_ref(), clock: app.clock, turns, relay }.carry_out(order).await
        }
    };
    control::listen(&config.data, &app.shutdown, work)
        .map_err(|error| StartError::Listen(config.data.join("control.sock").display().to_string(), error))
}

/// Everybody may come back at once: connections that may wait to be accepted. Beyond, each tries again after a second.
const BACKLOG: u32 = 4_096;

fn listening(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // As by default: a port whose last connections are still dying away may be taken.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Takes an address to listen on; a taken one is a clear sentence.
pub fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    let why = match listening(address) {
        Ok(listener) => return Ok(listener),
        Err(error) => error,
    };
    let what = if why.kind() == io::ErrorKind::AddrInUse {
        format!(
            "cannot listen on {address}, which another program has; choose another port, or 0 for a free one"
        )
    } else {
        format!("cannot listen on {address}")
    };
    Err(StartError::Listen(what, why))
}
