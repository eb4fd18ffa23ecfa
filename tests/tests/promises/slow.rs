//! T14: clients that stop reading. Each costs the relay a bounded piece of memory and is closed as slow; the others'
//! messages are as quick as before; and who comes back has lost nothing.
use merhaba_shared::protocol::{ids::ConversationId, limits::BODY_CHARS};
use merhaba_tests::{
    faults::deaf::{self, Deaf},
    http,
    player::{
        Clock, Player, Storage, VisitorMachine,
        couple::Couple,
        flood::Flood,
        judge::{Findings, judge},
        line::Door,
        log,
        pair::Desk,
    },
    process,
    proof::{Proof, amount},
    relay::Relay,
};
use std::{
    net::TcpListener,
    time::{Duration, Instant},
};
use tokio::{task::JoinSet, time::timeout};

/// What everybody gets to see, and how soon.
const WITHIN: Duration = Duration::from_secs(30);
/// A client that does not read is closed as slow within this time, by the contract.
const CLOSED_WITHIN: Duration = Duration::from_secs(30);
/// One for whom more waits than may is closed at once: well before a write to it has taken too long (ten seconds).
const AT_ONCE: Duration = Duration::from_secs(8);
/// What one of them may cost, by promise.
const MOST_KIB: u64 = 256;
/// How much later the others' messages may come, by promise.
const SHIFT: Duration = Duration::from_millis(20);
/// Couples who talk meanwhile: eight others.
const COUPLES: usize = 4;
/// Those of the deaf who come back and are played by the real machine.
const RETURNING: usize = 4;
/// Exchanges of each couple that the delay is taken from.
const EXCHANGES: usize = 20;
/// Measured so many times.
const ROUNDS: usize = 3;
/// Long messages (16 KiB) that the system does not take for a client, so that the relay's writes wait.
const BLOCKING: usize = 9;
/// Those that fill what a client may have waiting without closing it, with what the system takes.
const FILLING: usize = 12;
/// Then so many more are far more than any client may have waiting.
const OVERFLOWING: usize = 24;
/// A first crowd of this size shows what the relay takes for such a load however many there are.
const FEW: usize = 20;

/// An address that is free now.
fn free() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").to_string()
}

async fn closed_as_slow(metrics: &str) -> usize {
    let text = http::get(metrics, "/metrics").await.text();
    let line = "merhaba_sessions_closed_total{reason=\"Slow\"}";
    let found = text.lines().find_map(|found| found.strip_prefix(line));
    found.and_then(|rest| rest.trim().parse().ok()).unwrap_or(0)
}

/// Everybody talks for a while; the p99 of how long an exchange takes.
async fn delay(couples: Vec<Couple>) -> (Vec<Couple>, Duration) {
    let mut talking = JoinSet::new();
    for mut couple in couples {
        talking.spawn(async move {
            let mut times = Vec::new();
            for _ in 0..EXCHANGES {
                times.push(couple.exchange(WITHIN).await);
                couple.play_while(merhaba_tests::faults::last(Duration::from_millis(10))).await;
            }
            (couple, times)
        });
    }
    let ended = talking.join_all().await;
    let mut times: Vec<_> = ended.iter().flat_map(|(_, times)| times.clone()).collect();
    times.sort();
    let p99 = times.get(times.len() * 99 / 100).copied().unwrap_or_default();
    (ended.into_iter().map(|(couple, _)| couple).collect(), p99)
}

/// The least p99 of some rounds, as long as something is so: what this machine does besides only ever adds. Meanwhile
/// somebody goes on writing into these conversations.
async fn least_delay(
    mut couples: Vec<Couple>,
    (trickle, names): (&mut Flood, &[ConversationId]),
    so: impl AsyncFn() -> bool,
) -> (Vec<Couple>, Duration) {
    let mut least = Duration::MAX;
    for _ in 0..ROUNDS {
        let measuring = delay(couples);
        tokio::pin!(measuring);
        let (back, p99) = loop {
            tokio::select! {
                biased;
                measured = &mut measuring => break measured,
                () = trickle.pour(names, 1) => {}
            }
        };
        couples = back;
        if so().await {
            least = least.min(p99);
        }
    }
    assert!(least < Duration::MAX, "nothing was measured while it was so");
    (couples, least)
}

/// The most memory that the relay has in use while something else goes on, in KiB.
async fn most_memory<T>(relay: &Relay, during: impl Future<Output = T>) -> (T, u64) {
    let mut most = process::resident_kib(relay.pid());
    tokio::pin!(during);
    loop {
        match timeout(Duration::from_millis(5), &mut during).await {
            Ok(done) => return (done, most.max(process::resident_kib(relay.pid()))),
            Err(_) => most = most.max(process::resident_kib(relay.pid())),
        }
    }
}

/// Fills what each of these may have waiting, then pours far more; the most memory meanwhile, until all are closed.
async fn overflow(place: &Place, flood: &mut Flood, names: &[ConversationId]) -> u64 {
    let before = closed_as_slow(&place.metrics).await;
    let pouring = async {
        flood.pour(names, FILLING).await;
        flood.pour(names, OVERFLOWING).await;
        let began = Instant::now();
        while closed_as_slow(&place.metrics).await < before + names.len() {
            assert!(began.elapsed() < CLOSED_WITHIN, "not everybody who does not read is closed as slow");
        }
    };
    most_memory(&place.relay, pouring).await.1
}

/// Visitors who are about to stop reading, and come back later: played by the real machine.
async fn returning(desk: &Desk, door: &Door) -> Vec<(Player<VisitorMachine>, Storage)> {
    let mut returning = Vec::new();
    for number in 0..RETURNING {
        let storage = Storage::default();
        let machine = VisitorMachine::new(&desk.site.key, &storage);
        let name = format!("returning {number}");
        let mut player = Player::new(&name, machine, door.clone().small(), None, Clock::real_time());
        player.write("before");
        player.play_until(WITHIN, "it is stored", Player::is_settled).await;
        returning.push((player, storage));
    }
    returning
}

/// A relay with a site whose visitors stop reading.
struct Place {
    relay: Relay,
    crowd: Desk,
    door: Door,
    metrics: String,
    _folder: tempfile::TempDir,
}

impl Place {
    async fn new() -> Self {
        let (folder, metrics) = (tempfile::tempdir().expect("a folder"), free());
        let extra = ["--no-rate-limits", "--log", "warn", "--metrics-listen", &metrics];
        let relay = Relay::serve(&folder.path().join("data"), &extra).await;
        let (crowd, door) = (Desk::new(&relay, "crowd").await, Door::of(&relay));
        Self { relay, crowd, door, metrics, _folder: folder }
    }

    async fn flood(&self, characters: usize) -> Flood {
        Flood::new(self.door.clone(), &self.crowd.bearer, characters).await
    }

    async fn deaf(&self, count: usize) -> (Vec<Deaf>, Vec<ConversationId>) {
        let deaf = deaf::visitors(&self.door, &self.crowd.site.key, count).await;
        let names = deaf.iter().map(|deaf| deaf.conversation.clone()).collect();
        (deaf, names)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_stops_reading_costs_little_and_loses_nothing() {
    let mut proof = Proof::begin("T14.slow", &["P12"]);
    let place = Place::new().await;
    let mut flood = place.flood(BODY_CHARS).await;
    let (one, name) = place.deaf(1).await;
    let began = Instant::now();
    overflow(&place, &mut flood, &name).await;
    let closed_after = began.elapsed();
    assert!(closed_after < AT_ONCE, "closed only after {closed_after:?}: more waited than may");
    // What such a load takes with few who do not read is what it takes anyway: the caches, the allocator.
    let (few, names) = place.deaf(FEW).await;
    let anyway = overflow(&place, &mut flood, &names).await;

    let (many, mut names) = place.deaf(FEW + amount(60, 1_000)).await;
    let mut returning = returning(&place.crowd, &place.door).await;
    names.extend(returning.iter().filter_map(|(player, _)| player.journal.conversation.clone()));
    let most = overflow(&place, &mut flood, &names).await;
    let each = most.saturating_sub(anyway) / (names.len() - FEW) as u64;
    assert!(each <= MOST_KIB, "{each} KiB for each that does not read");

    let (mut found, all) = (Findings::default(), 1 + FILLING + OVERFLOWING);
    for (player, storage) in &mut returning {
        player.play_until(WITHIN, "nothing is lost", |player| player.journal.messages() == all).await;
        let (token, conversation) = (storage.token(), player.journal.conversation.clone());
        let (token, conversation) = token.zip(conversation).expect("it has a conversation");
        let log = log::read(place.door.clone(), &place.crowd.site.key, &token, &conversation).await;
        found.add(judge(&log, &[&player.journal]));
    }
    found.hold();
    drop((one, few, many));
    proof.figure("deaf", names.len());
    proof.figure("closed_after_ms", u64::try_from(closed_after.as_millis()).unwrap_or(u64::MAX));
    proof.figure("kib_each", each);
    proof.figure("kib_poured_each", (FILLING + OVERFLOWING) * 16);
    proof.figure("returned", RETURNING);
    proof.figure("lost_on_return", found.lost);
    proof.holds();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_stops_reading_slows_nobody() {
    let mut proof = Proof::begin("T14.others", &["P13"]);
    let place = Place::new().await;
    let desk = Desk::new(&place.relay, "desk").await;
    let mut couples = Vec::new();
    for number in 0..COUPLES {
        let door = &place.door;
        let mut couple = Couple::new(&desk, &format!("c{number}"), door.clone(), door.clone());
        couple.meet(WITHIN).await;
        couples.push(couple);
    }
    let (deaf, names) = place.deaf(amount(100, 400)).await;
    let mut trickle = place.flood(10).await;
    let (couples, calm) = least_delay(couples, (&mut trickle, &names), async || true).await;
    // As much as blocks the relay's writes to each of them; it waits ten seconds before it closes them.
    place.flood(BODY_CHARS).await.pour(&names, BLOCKING).await;
    let most_there = async || closed_as_slow(&place.metrics).await < names.len() / 2;
    let (couples, stuck) = least_delay(couples, (&mut trickle, &names), most_there).await;
    drop(deaf);
    // The machine may have got busier or idler meanwhile.
    let (couples, after) = least_delay(couples, (&mut trickle, &names), async || true).await;
    let calm = calm.max(after);
    assert!(stuck <= calm + SHIFT, "the others' p99 went from {calm:?} to {stuck:?}");
    let mut found = Findings::default();
    for couple in &couples {
        found.add(couple.judge(place.door.clone()).await);
    }
    found.hold();
    let millis = |time: Duration| (time.as_secs_f64() * 10_000.0).round() / 10.0;
    proof.figure("deaf", names.len());
    proof.figure("p99_before_ms", millis(calm));
    proof.figure("p99_meanwhile_ms", millis(stuck));
    proof.figure("acknowledged", found.acknowledged);
    proof.holds();
}
