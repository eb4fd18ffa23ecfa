//! A network between a browser and the relay that can be taken away, outside of the browser: its own offline mode leaves
//! websockets alive. Besides, it can be one of those that let no websocket through. It changes no byte of what it lets
//! through, except the one number that makes a page too old.
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering::Relaxed},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{broadcast, watch},
    task::JoinHandle,
};

/// A request's head is not longer than this.
const HEAD: usize = 16 * 1024;
/// What a proxy says that knows no websockets.
const FORBIDDEN: &[u8] = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// What gets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Everything.
    Open,
    /// Nothing, and nobody is told.
    Silent,
    /// Nothing: what is connected is reset, and what connects is too.
    Down,
}

/// What becomes of a websocket's upgrade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upgrades {
    /// It goes through.
    Pass,
    /// It is answered 403.
    Refuse,
    /// It is never answered.
    Swallow,
    /// It goes through under the name of a page that is too old.
    Old,
}

struct Shared {
    relay: String,
    mode: watch::Sender<Mode>,
    upgrades: Mutex<Upgrades>,
    /// Bytes that every websocket's client is to get.
    words: broadcast::Sender<Vec<u8>>,
    sockets: AtomicUsize,
}

/// The network. It ends when it is dropped.
pub struct Network {
    address: String,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

impl Drop for Network {
    fn drop(&mut self) {
        self.accepting.abort();
        self.set(Mode::Down);
    }
}

impl Network {
    /// A network in front of `host:port` that lets everything through.
    pub async fn before(relay: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let shared = Arc::new(Shared {
            relay: relay.to_owned(),
            mode: watch::Sender::new(Mode::Open),
            upgrades: Mutex::new(Upgrades::Pass),
            words: broadcast::Sender::new(4),
            sockets: AtomicUsize::new(0),
        });
        let accepting = tokio::spawn(accept(listener, shared.clone()));
        Self { address, shared, accepting }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// From now on.
    pub fn set(&self, mode: Mode) {
        self.shared.mode.send_replace(mode);
    }

    /// From now on.
    pub fn upgrades(&self, upgrades: Upgrades) {
        *self.shared.upgrades.lock().unwrap_or_else(PoisonError::into_inner) = upgrades;
    }

    /// Closes every websocket with this code, as if the relay had.
    pub fn close(&self, code: u16) {
        let [high, low] = code.to_be_bytes();
        // Nobody may be connected just now.
        self.shared.words.send(vec![0x88, 2, high, low]).ok();
    }

    /// Websockets that went through, ever.
    #[must_use]
    pub fn sockets(&self) -> usize {
        self.shared.sockets.load(Relaxed)
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        tokio::spawn(connection(client, shared.clone()));
    }
}

async fn connection(mut client: TcpStream, shared: Arc<Shared>) {
    let mut mode = shared.mode.subscribe();
    let serving = async {
        let Some(mut head) = head(&mut client).await else { return };
        let upgrade = contains(&head, b"upgrade: websocket");
        let upgrades = *shared.upgrades.lock().unwrap_or_else(PoisonError::into_inner);
        match (upgrade, upgrades) {
            (true, Upgrades::Refuse) => return drop(client.write_all(FORBIDDEN).await),
            (true, Upgrades::Swallow) => return std::future::pending().await,
            (true, Upgrades::Old) => replace(&mut head, b".bin.1", b".bin.0"),
            _ => {}
        }
        if upgrade {
            shared.sockets.fetch_add(1, Relaxed);
        }
        let Ok(mut relay) = TcpStream::connect(&shared.relay).await else { return };
        if relay.write_all(&head).await.is_ok() {
            pump(client, relay, upgrade, &shared).await;
        }
    };
    // A mode that changes while the connection lives: a reset drops it, silence only holds it back (`pump`).
    tokio::select! {
        () = serving => {}
        () = until(&mut mode, |mode| mode == Mode::Down) => {}
    }
}

/// The first request's head, and what came with it.
async fn head(client: &mut TcpStream) -> Option<Vec<u8>> {
    let mut head = Vec::new();
    while !contains(&head, b"\r\n\r\n") {
        if client.read_buf(&mut head).await.ok()? == 0 || head.len() > HEAD {
            return None;
        }
    }
    Some(head)
}

async fn pump(client: TcpStream, relay: TcpStream, socket: bool, shared: &Shared) {
    let (mut words, mut mode, mut silence) =
        (shared.words.subscribe(), shared.mode.subscribe(), shared.mode.subscribe());
    let ((mut from_client, mut to_client), (mut from_relay, mut to_relay)) =
        (client.into_split(), relay.into_split());
    let (mut up, mut down) = (vec![0; HEAD], vec![0; HEAD]);
    loop {
        until(&mut mode, |mode| mode != Mode::Silent).await;
        tokio::select! {
            // Nothing more is read as soon as there is silence.
            () = until(&mut silence, |mode| mode == Mode::Silent) => {}
            read = from_client.read(&mut up) => match read {
                Ok(count @ 1..) if to_relay.write_all(&up[..count]).await.is_ok() => {}
                _ => return,
            },
            read = from_relay.read(&mut down) => match read {
                Ok(count @ 1..) => {
                    if socket && contains(&down[..count], b"http/1.1 101") {
                        replace(&mut down[..count], b".bin.0", b".bin.1");
                    }
                    if to_client.write_all(&down[..count]).await.is_err() {
                        return;
                    }
                }
                _ => return,
            },
            word = words.recv(), if socket => match word {
                Ok(word) if to_client.write_all(&word).await.is_ok() => {}
                _ => return,
            },
        }
    }
}

/// Waits until the mode is one of these, or the network is over.
async fn until(mode: &mut watch::Receiver<Mode>, wanted: impl Fn(Mode) -> bool) {
    drop(mode.wait_for(|mode| wanted(*mode)).await);
}

fn contains(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window.eq_ignore_ascii_case(what))
}

fn replace(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    if let Some(at) = bytes.windows(from.len()).position(|window| window == from) {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
}
