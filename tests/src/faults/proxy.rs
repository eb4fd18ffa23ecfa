//! A bad line on loopback: it stands between clients and the relay and does to each connection what a plan says, in each
//! direction of its own. It invents no bytes; it holds back, cuts, drops and repeats those that come.
use super::frames::{Frames, Part};
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinHandle,
    time::sleep,
};

/// Read at once.
const CHUNK: usize = 16 * 1024;

/// How a direction ends when its bytes are used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Both sides see a reset.
    Reset,
    /// Both sides see an end.
    Close,
    /// Only the receiving side sees an end; the other direction goes on.
    HalfClose,
    /// Nothing more comes through, either way, and nobody is told.
    Silence,
}

/// What a direction does to a data frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deed {
    /// Passes it on.
    #[default]
    Pass,
    /// Loses it.
    Drop,
    /// Passes it on twice.
    Double,
    /// Passes it on as the next version would write it: JSON with more to it than this version knows.
    Newer,
}

/// Decides on each data frame of a direction. A client's payload is masked.
pub type Judgement = Arc<dyn Fn(&Part) -> Deed + Send + Sync>;

/// One direction of a connection.
#[derive(Clone, Default)]
pub struct Way {
    /// Each piece comes so much later.
    pub delay: Duration,
    /// And up to so much later than that.
    pub jitter: Duration,
    /// Bytes in a second.
    pub rate: Option<u32>,
    /// Written at once, in bytes; 0: as it comes.
    pub piece: usize,
    /// So many bytes come through, and then this happens.
    pub cut: Option<(u64, End)>,
    /// What is done to frames.
    pub frames: Option<Judgement>,
}

/// Both directions of a connection.
#[derive(Clone, Default)]
pub struct Plan {
    /// From the client to the relay.
    pub up: Way,
    /// From the relay to the client.
    pub down: Way,
}

/// What is to happen to the nth connection, counted from 0.
type Plans = Arc<dyn Fn(usize) -> Plan + Send + Sync>;

/// What all connections of a proxy know.
struct Shared {
    plans: Mutex<Plans>,
    /// Grows each time that all connections are to be cut.
    cuts: watch::Sender<(u64, End)>,
    connections: AtomicUsize,
    up: AtomicU64,
    down: AtomicU64,
}

/// A proxy in front of a relay. It ends when it is dropped, and all its connections with it.
pub struct Proxy {
    address: String,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut(End::Reset);
    }
}

impl Proxy {
    /// A proxy in front of `host:port` that does nothing yet.
    pub async fn before(relay: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let shared = Arc::new(Shared {
            plans: Mutex::new(Arc::new(|_| Plan::default())),
            cuts: watch::Sender::new((0, End::Reset)),
            connections: AtomicUsize::new(0),
            up: AtomicU64::new(0),
            down: AtomicU64::new(0),
        });
        let accepting = tokio::spawn(accept(listener, relay.to_owned(), shared.clone()));
        Self { address, shared, accepting }
    }

    /// Where clients connect to.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.address
    }

    /// Connections from now on go by these plans; the next one is number 0.
    pub fn plan(&self, plans: impl Fn(usize) -> Plan + Send + Sync + 'static) {
        self.shared.connections.store(0, Relaxed);
        *self.shared.plans.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(plans);
    }

    /// Ends every connection that is there now.
    pub fn cut(&self, end: End) {
        self.shared.cuts.send_modify(|(number, how)| (*number, *how) = (*number + 1, end));
    }

    /// Connections since the last plan.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Relaxed)
    }

    /// Bytes that have come from clients and from the relay.
    #[must_use]
    pub fn bytes(&self) -> (u64, u64) {
        (self.shared.up.load(Relaxed), self.shared.down.load(Relaxed))
    }
}

async fn accept(listener: TcpListener, relay: String, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        let number = shared.connections.fetch_add(1, Relaxed);
        let plans = shared.plans.lock().unwrap_or_else(PoisonError::into_inner).clone();
        tokio::spawn(connection(client, relay.clone(), plans(number), shared.clone()));
    }
}

/// How a direction came to its end.
enum Done {
    /// Its sender has closed, or the receiver has gone.
    Over,
    /// The plan says so.
    Cut(End),
}

async fn connection(client: TcpStream, relay: String, plan: Plan, shared: Arc<Shared>) {
    let mut cuts = shared.cuts.subscribe();
    cuts.mark_unchanged();
    let Ok(server) = TcpStream::connect(relay).await else {
        let _ = client.set_zero_linger();
        return;
    };
    for stream in [&client, &server] {
        let _ = stream.set_nodelay(true);
    }
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let end = {
        let up = carry(&mut from_client, &mut to_server, plan.up, &shared.up);
        let down = carry(&mut from_server, &mut to_client, plan.down, &shared.down);
        tokio::select! {
            end = both(up, down) => end,
            _ = cuts.changed() => cuts.borrow().1,
        }
    };
    match end {
        End::Reset => {
            let _ = to_client.as_ref().set_zero_linger();
            let _ = to_server.as_ref().set_zero_linger();
        }
        End::Close | End::HalfClose => {}
        End::Silence => {
            // Both ends stay open and hear nothing, until everything is cut.
            let silent = async { tokio::join!(swallow(from_client), swallow(from_server)) };
            tokio::select! {
                _ = silent => {}
                _ = cuts.changed() => {}
            }
        }
    }
}

/// Carries both directions until both are over or one is cut.
async fn both(up: impl Future<Output = Done>, down: impl Future<Output = Done>) -> End {
    tokio::pin!(up, down);
    let (mut up_over, mut down_over) = (false, false);
    while !(up_over && down_over) {
        let (done, over) = tokio::select! {
            done = &mut up, if !up_over => (done, &mut up_over),
            done = &mut down, if !down_over => (done, &mut down_over),
        };
        match done {
            Done::Over | Done::Cut(End::HalfClose) => *over = true,
            Done::Cut(end) => return end,
        }
    }
    End::Close
}

/// Reads and forgets, and does not notice an end: a line that is silent does not tell of one.
async fn swallow(mut from: OwnedReadHalf) {
    let mut bytes = [0; 1024];
    while from.read(&mut bytes).await.is_ok_and(|count| count > 0) {}
    std::future::pending::<()>().await;
}

async fn carry(from: &mut OwnedReadHalf, to: &mut OwnedWriteHalf, way: Way, count: &AtomicU64) -> Done {
    let mut frames = way.frames.as_ref().map(|_| Frames::default());
    let mut left = way.cut.map(|(bytes, _)| bytes);
    let mut buffer = vec![0; CHUNK];
    loop {
        if let (Some(0), Some((_, end))) = (left, way.cut) {
            return cut(to, end).await;
        }
        let Ok(read @ 1..) = from.read(&mut buffer).await else {
            let _ = to.shutdown().await;
            return Done::Over;
        };
        count.fetch_add(read as u64, Relaxed);
        let judged = judged(&buffer[..read], frames.as_mut(), way.frames.as_ref());
        let most =
            left.map_or(judged.len(), |left| judged.len().min(usize::try_from(left).unwrap_or(usize::MAX)));
        if write(to, &judged[..most], &way).await.is_err() {
            return Done::Over;
        }
        left = left.map(|left| left - most as u64);
    }
}

async fn cut(to: &mut OwnedWriteHalf, end: End) -> Done {
    if end == End::HalfClose {
        let _ = to.shutdown().await;
    }
    Done::Cut(end)
}

/// The bytes to pass on of those that came.
fn judged(bytes: &[u8], frames: Option<&mut Frames>, judgement: Option<&Judgement>) -> Vec<u8> {
    let (Some(frames), Some(judgement)) = (frames, judgement) else { return bytes.to_vec() };
    frames.push(bytes);
    let mut passed = Vec::new();
    while let Some(part) = frames.next_part() {
        let deed = if part.is_data() { judgement(&part) } else { Deed::Pass };
        match deed {
            Deed::Pass => passed.extend_from_slice(&part.bytes),
            Deed::Drop => {}
            Deed::Double => passed.extend(part.bytes.repeat(2)),
            Deed::Newer => passed.extend(part.newer()),
        }
    }
    passed
}

async fn write(to: &mut OwnedWriteHalf, bytes: &[u8], way: &Way) -> std::io::Result<()> {
    let piece = if way.piece == 0 { CHUNK } else { way.piece };
    for piece in bytes.chunks(piece) {
        let [random] = crate::player::random();
        let mut wait = way.delay + way.jitter * u32::from(random) / 255;
        if let Some(rate) = way.rate {
            wait += Duration::from_secs(1) * u32::try_from(piece.len()).unwrap_or(u32::MAX) / rate;
        }
        if !wait.is_zero() {
            sleep(wait).await;
        }
        to.write_all(piece).await?;
    }
    Ok(())
}
