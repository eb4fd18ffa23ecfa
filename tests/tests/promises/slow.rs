//! T14: clients that stop reading. Each costs the relay a bounded piece of memory and is closed as slow; the others'
//! messages are as quick as before; and who comes back has lost nothing.
use merhaba_shared::protocol::ids::ConversationId;
use merhaba_tests::{
    faults::deaf,
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
/// What one of them may cost, by promise.
const MOST_KIB: u64 = 256;
/// How much later the others' messages may come, by promise.
const SHIFT: Duration = Duration::from_millis(20);
/// Couples who talk meanwhile: eight others.
const COUPLES: usize = 4;
/// Those of the deaf who come back and are played by the real machine.
const RETURNING: usize = 4;
/// Exchanges of each couple that the delay is taken from.
const EXCHANGES: usize = 30;
/// Measured so many times.
const ROUNDS: usize = 3;
/// Long messages (16 KiB) that fill a client's buffers without closing it.
const FILLING: usize = 6;
/// So many times as much again is far more than any client may have waiting.
const OVERFLOWING: usize = 4;
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

/// The least p99 of some rounds: what this machine does besides only ever adds.
async fn least_delay(mut couples: Vec<Couple>) -> (Vec<Couple>, Duration) {
    let mut least = Duration::MAX;
    for _ in 0..ROUNDS {
        let (back, p99) = delay(couples).await;
        (couples, least) = (back, least.min(p99));
    }
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

/// Waits until the relay has closed so many as slow.
async fn all_closed(metrics: &str, count: usize) {
    let began = Instant::now();
    while closed_as_slow(metrics).await < count {
        assert!(began.elapsed() < CLOSED_WITHIN, "not everybody who does not read is closed as slow");
    }
}

/// Pours far more than anybody may have waiting, until so many have been closed as slow.
async fn overflow(flood: &mut Flood, names: &[ConversationId], metrics: &str, count: usize) {
    for _ in 0..OVERFLOWING {
        flood.pour(names, FILLING).await;
    }
    all_closed(metrics, count).await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_stops_reading_costs_little_and_harms_nobody() {
    let mut proof = Proof::begin("T14.slow", &["P12", "P13"]);
    let folder = tempfile::tempdir().expect("a folder");
    let metrics = free();
    let extra = ["--no-rate-limits", "--log", "warn", "--metrics-listen", &metrics];
    let relay = Relay::serve(&folder.path().join("data"), &extra).await;
    let (desk, crowd) = (Desk::new(&relay, "desk").await, Desk::new(&relay, "crowd").await);
    let door = Door::of(&relay);
    let mut couples = Vec::new();
    for number in 0..COUPLES {
        let mut couple = Couple::new(&desk, &format!("c{number}"), door.clone(), door.clone());
        couple.meet(WITHIN).await;
        couples.push(couple);
    }
    let mut flood = Flood::new(door.clone(), &crowd.bearer).await;
    // What a load of this kind takes with few who do not read is what it takes anyway: the caches, the allocator.
    let few = deaf::visitors(&door, &crowd.site.key, FEW).await;
    let names: Vec<_> = few.iter().map(|deaf| deaf.conversation.clone()).collect();
    let ((), anyway) = most_memory(&relay, flood.pour(&names, FILLING)).await;
    let ((), overflown) = most_memory(&relay, overflow(&mut flood, &names, &metrics, FEW)).await;
    let anyway = anyway.max(overflown);

    let idle = process::resident_kib(relay.pid());
    let deaf = deaf::visitors(&door, &crowd.site.key, FEW + amount(100, 1_000)).await;
    let mut returning = returning(&crowd, &door).await;
    let mut names: Vec<_> = deaf.iter().map(|deaf| deaf.conversation.clone()).collect();
    names.extend(returning.iter().filter_map(|(player, _)| player.journal.conversation.clone()));
    let connected = process::resident_kib(relay.pid());
    let (couples, calm) = least_delay(couples).await;
    // From here on nobody of the crowd reads: first what the system and the outbox hold, then far more than that.
    let ((), filled) = most_memory(&relay, flood.pour(&names, FILLING)).await;
    let (couples, stuck) = least_delay(couples).await;
    let over = overflow(&mut flood, &names, &metrics, FEW + names.len());
    let ((), overflown) = most_memory(&relay, over).await;
    let each = filled.max(overflown).saturating_sub(anyway) / (names.len() - FEW) as u64;
    assert!(each <= MOST_KIB, "{each} KiB for each that does not read");
    assert!(stuck <= calm + SHIFT, "the others' p99 went from {calm:?} to {stuck:?}");

    let mut found = Findings::default();
    for couple in &couples {
        found.add(couple.judge(door.clone()).await);
    }
    let all = 1 + FILLING * (1 + OVERFLOWING);
    for (player, storage) in &mut returning {
        player.play_until(WITHIN, "nothing is lost", |player| player.journal.messages() == all).await;
        let (token, conversation) = (storage.token(), player.journal.conversation.clone());
        let (token, conversation) = token.zip(conversation).expect("it has a conversation");
        let log = log::read(door.clone(), &crowd.site.key, &token, &conversation).await;
        found.add(judge(&log, &[&player.journal]));
    }
    found.hold();
    drop(deaf);
    let millis = |time: Duration| (time.as_secs_f64() * 10_000.0).round() / 10.0;
    proof.figure("deaf", names.len());
    proof.figure("kib_each_connected", connected.saturating_sub(idle) / names.len() as u64);
    proof.figure("kib_each_deaf", each);
    proof.figure("kib_poured_each", all * 16);
    proof.figure("p99_before_ms", millis(calm));
    proof.figure("p99_meanwhile_ms", millis(stuck));
    proof.figure("acknowledged", found.acknowledged);
    proof.figure("lost_on_return", found.lost);
    proof.holds();
}
