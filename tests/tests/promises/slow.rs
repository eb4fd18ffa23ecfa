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
use std::time::{Duration, Instant};
use tokio::{sync::Mutex, task::JoinSet, time::timeout};

/// What everybody gets to see, and how soon.
const WITHIN: Duration = Duration::from_secs(30);
/// A client that does not read is closed as slow within this time, by the contract.
const CLOSED_WITHIN: Duration = Duration::from_secs(30);
/// One for whom more waits than may is closed at once: well before a write to it has taken too long (ten seconds).
const AT_ONCE: Duration = Duration::from_secs(8);
/// What one of them may cost, by promise.
const MOST_KIB: u64 = 256;
/// What caches and allocator take differs by this from one load to the next, however many clients there are.
const ASIDE_KIB: u64 = 2 * 1024;
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
/// Long messages (16 KiB) that wait at the relay itself, once the system takes no more: some in the websocket, some before.
const WAITING: usize = 7;
/// The system takes no more of them than this for such a client.
const TAKEN: usize = 100;
/// So long after that most of them are surely there: they are closed ten seconds after the first write that had to wait.
const THERE: Duration = Duration::from_secs(7);
/// What the system holds stands still when it has been the same for so long.
const STILL: Duration = Duration::from_millis(30);
/// These nearly fill what a client may have waiting there.
const FILLING: usize = 20;
/// And so many more are far more than that.
const OVERFLOWING: usize = 16;
/// A first crowd of this size shows what the relay takes for such a load however many there are.
const FEW: usize = 20;

/// How often the delays are compared at most, until they are as promised.
const ATTEMPTS: usize = 4;

/// The two proofs of this file take the machine in turn.
static ALONE: Mutex<()> = Mutex::const_new(());

/// Sessions that were closed because they do not read.
const SLOW: &str = "merhaba_sessions_closed_total{reason=\"Slow\"}";
/// Visitors who are connected.
const VISITORS: &str = "merhaba_sessions{side=\"visitor\"}";

/// What the relay counts.
async fn number(metrics: &str, line: &str) -> usize {
    let text = http::get(metrics, "/metrics").await.text();
    let found = text.lines().find_map(|found| found.strip_prefix(line));
    found.and_then(|rest| rest.trim().parse().ok()).unwrap_or(0)
}

/// How long an exchange takes.
#[derive(Clone, Copy, Debug)]
struct Delay {
    median: Duration,
    p99: Duration,
}

impl Delay {
    fn least(self, other: Option<Self>) -> Self {
        other.map_or(self, |other| Self {
            median: self.median.min(other.median),
            p99: self.p99.min(other.p99),
        })
    }

    /// Whether this is no more than promised beyond another: the median, which is the steadier one, by less.
    fn is_hardly_more_than(self, other: Self) -> bool {
        self.p99 <= other.p99 + SHIFT && self.median <= other.median + SHIFT / 2
    }
}

/// Everybody talks for a while; how long an exchange takes.
async fn delay(couples: Vec<Couple>) -> (Vec<Couple>, Delay) {
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
    let at = |hundredth: usize| times.get(times.len() * hundredth / 100).copied().unwrap_or_default();
    let delay = Delay { median: at(50), p99: at(99) };
    (ended.into_iter().map(|(couple, _)| couple).collect(), delay)
}

/// The least delay of some rounds, as long as something is so: what this machine does besides only ever adds. Meanwhile
/// somebody goes on writing into these conversations.
async fn least_delay(
    place: &Place,
    mut couples: Vec<Couple>,
    names: &[ConversationId],
    so: impl AsyncFn() -> bool,
) -> (Vec<Couple>, Option<Delay>) {
    let (mut least, mut trickle) = (None, place.flood(10).await);
    for _ in 0..ROUNDS {
        let measuring = delay(couples);
        tokio::pin!(measuring);
        let (back, delay) = loop {
            tokio::select! {
                biased;
                measured = &mut measuring => break measured,
                () = trickle.pour(names, 1) => {}
            }
        };
        couples = back;
        if so().await {
            least = Some(delay.least(least));
        }
    }
    (couples, least)
}

/// What the system holds for who is connected to a port, once that stands still.
async fn standing(port: u16) -> u64 {
    let mut held = process::unsent_bytes(port);
    loop {
        merhaba_tests::faults::last(STILL).await;
        match process::unsent_bytes(port) {
            now if now == held => return now,
            now => held = now,
        }
    }
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
    let before = number(&place.metrics, SLOW).await;
    let pouring = async {
        flood.pour(names, FILLING).await;
        flood.pour(names, OVERFLOWING).await;
        let began = Instant::now();
        while number(&place.metrics, SLOW).await < before + names.len() {
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
        let folder = tempfile::tempdir().expect("a folder");
        let extra = ["--no-rate-limits", "--log", "warn", "--metrics-listen", "127.0.0.1:0"];
        let relay = Relay::serve(&folder.path().join("data"), &extra).await;
        let metrics = relay.metrics().to_owned();
        let (crowd, door) = (Desk::new(&relay, "crowd").await, Door::of(&relay));
        Self { relay, crowd, door, metrics, _folder: folder }
    }

    async fn flood(&self, characters: usize) -> Flood {
        Flood::new(self.door.clone(), &self.crowd.bearer, characters).await
    }

    /// Writes to each of these as much as blocks the relay's writes, and a little more, which waits at the relay: as much as
    /// that may for the ten seconds until they are closed. One message after the other: what is poured faster than sessions
    /// write waits too, and they would be closed for that.
    async fn block(&self, names: &[ConversationId]) {
        let port =
            self.relay.authority().rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
        let (mut flood, mut held) = (self.flood(BODY_CHARS).await, 0);
        for _ in 0..TAKEN {
            flood.pour(names, 1).await;
            let now = standing(port).await;
            if now < held + names.len() as u64 * 1_024 {
                for _ in 1..WAITING {
                    flood.pour(names, 1).await;
                }
                return;
            }
            held = now;
        }
        panic!("the system takes everything: {held} bytes");
    }

    async fn deaf(&self, count: usize) -> (Vec<Deaf>, Vec<ConversationId>) {
        let deaf = deaf::visitors(&self.door, &self.crowd.site.key, count).await;
        let names = deaf.iter().map(|deaf| deaf.conversation.clone()).collect();
        (deaf, names)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_stops_reading_costs_little_and_loses_nothing() {
    let _alone = ALONE.lock().await;
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
    let each = most.saturating_sub(anyway + ASIDE_KIB) / (names.len() - FEW) as u64;
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

/// The couples' delay without and with clients who do not read. It is measured before and after, too: the machine may have
/// got busier or idler meanwhile.
async fn compare(place: &Place, couples: Vec<Couple>) -> (Vec<Couple>, Option<Delay>, Option<Delay>) {
    let (deaf, names) = place.deaf(amount(100, 400)).await;
    let here = number(&place.metrics, VISITORS).await;
    let (couples, calm) = least_delay(place, couples, &names, async || true).await;
    place.block(&names).await;
    let blocked = Instant::now();
    let most_there =
        async || blocked.elapsed() < THERE && number(&place.metrics, VISITORS).await > here - names.len() / 2;
    let (couples, stuck) = least_delay(place, couples, &names, most_there).await;
    drop(deaf);
    let (couples, after) = least_delay(place, couples, &names, async || true).await;
    let calm = calm.zip(after).map(|(before, after)| Delay {
        median: before.median.max(after.median),
        p99: before.p99.max(after.p99),
    });
    (couples, calm, stuck)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_stops_reading_slows_nobody() {
    let _alone = ALONE.lock().await;
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
    // Only the delay that is there each time is the relay's own: this machine runs other tests besides.
    let (mut measured, mut shifts) = (None, Vec::new());
    while measured.is_none() && shifts.len() < ATTEMPTS {
        let (back, calm, stuck) = compare(&place, couples).await;
        couples = back;
        measured = calm.zip(stuck).filter(|(calm, stuck)| stuck.is_hardly_more_than(*calm));
        shifts.push((calm, stuck));
    }
    let (calm, stuck) = measured.unwrap_or_else(|| panic!("the others' delay moved each time: {shifts:?}"));
    let mut found = Findings::default();
    for couple in &couples {
        found.add(couple.judge(place.door.clone()).await);
    }
    found.hold();
    let millis = |time: Duration| (time.as_secs_f64() * 10_000.0).round() / 10.0;
    proof.figure("deaf", amount(100, 400));
    proof.figure("median_before_ms", millis(calm.median));
    proof.figure("median_meanwhile_ms", millis(stuck.median));
    proof.figure("p99_before_ms", millis(calm.p99));
    proof.figure("p99_meanwhile_ms", millis(stuck.p99));
    proof.figure("acknowledged", found.acknowledged);
    proof.holds();
}
