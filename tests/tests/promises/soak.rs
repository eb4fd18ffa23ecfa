//! T22: a fault a minute, for as long as is asked for (`MERHABA_SOAK_MINUTES`, an hour if not). People talk all the time,
//! others come, write once and go; lines are cut, fall silent and are half closed, the relay stands still, strangers come
//! who say nothing and visitors who never read. After each fault everybody is back, every descriptor of a line that is
//! gone is given back, and at the end the relay takes no more memory than before.
use merhaba_tests::{
    faults::{
        self, deaf,
        proxy::{End, Proxy},
    },
    player::{couple::Couple, crowd::Crowd, judge::Findings, line::Door, pair::Desk},
    process,
    proof::{Proof, amount, soaking},
    relay::Relay,
    wire::upgrade,
};
use rustix::process::Signal;
use std::{
    env, fs,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// Conversations that go on all the time.
const COUPLES: usize = 4;
/// Strangers, visitors who never read and visitors who write once and go: so many each time.
const OTHERS: usize = 20;
/// The pause between two exchanges of a couple.
const PAUSE: Duration = Duration::from_secs(1);
/// A dead line is found in 35 s, and the longest wait between two attempts is half a minute.
const BACK_WITHIN: Duration = Duration::from_secs(90);
/// Descriptors that may come and go by themselves: of readers of the store, of what is just being accepted.
const SPARE: usize = 4;
/// What the relay may have grown by, from the second quarter to the last: what an allocator keeps moves by so much.
const GROWS_KIB: u64 = 4 * 1024;
/// The store's log is emptied at 4 MiB, unless something reads just then.
const LOG_BYTES: u64 = 32 * 1024 * 1024;

/// What goes wrong.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Lines(End),
    Still(Duration),
    Strangers,
    Deaf,
}

const FAULTS: [Fault; 7] = [
    Fault::Lines(End::Reset),
    Fault::Strangers,
    Fault::Still(Duration::from_secs(3)),
    Fault::Deaf,
    Fault::Lines(End::Silence),
    Fault::Lines(End::Close),
    Fault::Lines(End::HalfClose),
];

/// How many faults, and how often.
fn length() -> (usize, Duration) {
    if !soaking() {
        return (4, Duration::ZERO);
    }
    let minutes = env::var("MERHABA_SOAK_MINUTES").ok().and_then(|minutes| minutes.parse().ok());
    (minutes.unwrap_or(60), Duration::from_mins(1))
}

/// What the relay takes at one moment.
#[derive(Clone, Copy, Debug)]
struct Taken {
    kib: u64,
    descriptors: usize,
    log: u64,
}

fn taken(relay: &Relay) -> Taken {
    let descriptors = format!("/proc/{}/fd", relay.pid().as_raw_nonzero());
    let log = fs::metadata(relay.data().join("merhaba.db-wal"));
    Taken {
        kib: process::resident_kib(relay.pid()),
        descriptors: fs::read_dir(descriptors).expect("it runs").count(),
        log: log.map_or(0, |file| file.len()),
    }
}

/// Everything that plays.
struct Stage {
    relay: Relay,
    desk: Desk,
    others: Desk,
    door: Door,
    lines: Vec<Proxy>,
    exchanges: Vec<Arc<AtomicU64>>,
    over: Arc<AtomicBool>,
    talking: JoinSet<Couple>,
}

impl Stage {
    async fn open(folder: &tempfile::TempDir) -> Self {
        let relay = Relay::serve(&folder.path().join("data"), &["--no-rate-limits", "--log", "warn"]).await;
        let (desk, others) = (Desk::new(&relay, "talks").await, Desk::new(&relay, "others").await);
        let door = Door::of(&relay);
        let over = Arc::new(AtomicBool::new(false));
        let (lines, exchanges, talking) = (Vec::new(), Vec::new(), JoinSet::new());
        let mut stage = Self { relay, desk, others, door, lines, exchanges, over, talking };
        for number in 0..COUPLES {
            stage.couple(&format!("s{number}")).await;
        }
        stage
    }

    /// A couple that talks until it is over, each over a line of its own.
    async fn couple(&mut self, word: &str) {
        let lines =
            [Proxy::before(self.relay.authority()).await, Proxy::before(self.relay.authority()).await];
        let [visitor, agent] = lines.each_ref().map(|line| self.door.clone().through(line.authority()));
        self.lines.extend(lines);
        let mut couple = Couple::new(&self.desk, word, visitor, agent);
        couple.meet(BACK_WITHIN).await;
        let (exchanges, over) = (Arc::new(AtomicU64::new(0)), self.over.clone());
        self.exchanges.push(exchanges.clone());
        self.talking.spawn(async move {
            while !over.load(Relaxed) {
                couple.exchange(BACK_WITHIN).await;
                exchanges.fetch_add(1, Relaxed);
                couple.play_while(faults::last(amount(PAUSE / 10, PAUSE))).await;
            }
            couple
        });
    }

    async fn suffer(&self, fault: Fault) {
        match fault {
            Fault::Lines(end) => self.lines.iter().for_each(|line| line.cut(end)),
            Fault::Still(time) => {
                self.relay.signal(Signal::STOP);
                faults::last(time).await;
                self.relay.signal(Signal::CONT);
            }
            Fault::Deaf => drop(deaf::visitors(&self.door, &self.others.site.key, OTHERS).await),
            Fault::Strangers => {
                let mut sockets = Vec::new();
                for _ in 0..OTHERS {
                    let headers = [("Origin", self.relay.url())];
                    sockets
                        .push(upgrade(self.relay.authority(), "/ws/visitor", &headers).await.expect("open"));
                }
            }
        }
    }

    /// Waits until everybody has exchanged something twice, and no line that is gone holds a descriptor.
    async fn recovered(&self, most: usize, after: Option<Fault>) -> Taken {
        let before: Vec<_> = self.exchanges.iter().map(|exchanges| exchanges.load(Relaxed)).collect();
        let began = Instant::now();
        loop {
            let talk =
                self.exchanges.iter().zip(&before).all(|(now, before)| now.load(Relaxed) >= before + 2);
            let now = taken(&self.relay);
            if talk && now.descriptors <= most {
                return now;
            }
            let waits = began.elapsed() < BACK_WITHIN;
            assert!(waits, "after {after:?}: {now:?}, at most {most} descriptors; everybody talks: {talk}");
            faults::last(Duration::from_millis(100)).await;
        }
    }

    async fn judge(mut self) -> Findings {
        self.over.store(true, Relaxed);
        let mut found = Findings::default();
        while let Some(couple) = self.talking.join_next().await {
            found.add(couple.expect("it comes to its end").judge(self.door.clone()).await);
        }
        found
    }
}

fn median(mut numbers: Vec<u64>) -> u64 {
    numbers.sort_unstable();
    numbers.get(numbers.len() / 2).copied().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_a_minute_costs_nothing_for_good() {
    let mut proof = Proof::begin("T22.soak", &["P4", "P5", "P15"]);
    let folder = tempfile::tempdir().expect("a folder");
    let stage = Stage::open(&folder).await;
    let (faults_count, every) = length();
    let most = stage.recovered(usize::MAX, None).await.descriptors + SPARE;
    let mut samples = Vec::new();
    let began = Instant::now();
    for number in 0..faults_count {
        let fault = FAULTS[number % FAULTS.len()];
        drop(Crowd::gather(&stage.others, &stage.door, OTHERS, BACK_WITHIN).await);
        stage.suffer(fault).await;
        samples.push(stage.recovered(most, Some(fault)).await);
        let next = every * u32::try_from(number + 1).unwrap_or(u32::MAX);
        faults::last(next.saturating_sub(began.elapsed())).await;
    }
    let quarter = samples.len() / 4;
    let kib = |part: &[Taken]| median(part.iter().map(|taken| taken.kib).collect());
    let (early, late) = (kib(&samples[quarter..2 * quarter]), kib(&samples[3 * quarter..]));
    assert!(late <= early + GROWS_KIB, "{early} KiB have become {late}: {samples:?}");
    let log = samples.iter().map(|taken| taken.log).max().unwrap_or_default();
    assert!(log <= LOG_BYTES, "the log has {log} bytes");
    let minutes = began.elapsed().as_secs() / 60;
    let found = stage.judge().await;
    found.hold();
    proof.figure("faults", faults_count);
    proof.figure("minutes", minutes);
    proof.figure("memory_kib_in_the_second_quarter", early);
    proof.figure("memory_kib_in_the_last", late);
    proof.figure("descriptors_at_first", most - SPARE);
    proof.figure("descriptors_at_most", samples.iter().map(|taken| taken.descriptors).max());
    proof.figure("log_bytes_at_most", log);
    proof.figure("acknowledged", found.acknowledged);
    proof.figure("violations", found.violations.len());
    proof.holds();
}
