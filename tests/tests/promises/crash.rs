//! T1: crashes. Eight clients talk through a bad line while the relay is killed again and again: at random, and as it is
//! about to write, to sync, to send, to cut a file. What was confirmed is there after all of it, once and in order.
use merhaba_tests::{
    dice::Dice,
    faults::{
        self,
        kill::{self, Moment},
        proxy::{Plan, Proxy, Way},
    },
    player::{
        judge::Findings,
        line::Door,
        pair::{Course, Desk, Talk},
    },
    proof::{Proof, amount, seed},
    relay::{Launch, Relay},
};
use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};
use tokio::task::{JoinHandle, JoinSet};

/// Conversations at once: each has a visitor and an agent.
const DESKS: usize = 4;
/// The machines' clocks run so many times as fast, so that they come back soon.
const PACE: u32 = 10;
/// A relay that has not come to its moment after this time is killed all the same.
const STRIKES_WITHIN: Duration = Duration::from_secs(2);

/// How the relay dies in one round.
#[derive(Clone, Copy, Debug)]
enum Death {
    /// After so long.
    After(Duration),
    /// Before its nth call of a kind.
    Before(Moment, u64),
}

/// Every kind of moment in turn, the count growing; every fifth death is at random.
fn death(round: u64, dice: &mut Dice) -> Death {
    let kind = usize::try_from(round % 5).unwrap_or(0);
    match Moment::ALL.get(kind) {
        Some(moment) => Death::Before(*moment, 1 + round / 5 * 2 % 120 + dice.below(2)),
        None => Death::After(Duration::from_millis(1 + dice.below(400))),
    }
}

/// What the crashes came to.
#[derive(Default)]
struct Crashes {
    chosen: u64,
    at_random: u64,
    restarts: Vec<Duration>,
}

/// Kills the relay so many times, each time looks at what it left, and starts it again.
async fn crash(mut relay: Relay, folder: &Path, rounds: u64, dice: &mut Dice) -> (Relay, Crashes) {
    let mut crashes = Crashes::default();
    let plain = relay.same_again();
    relay.kill().await;
    for round in 0..rounds {
        let chosen = match death(round, dice) {
            Death::After(time) => {
                let began = Instant::now();
                let mut relay = Relay::start(plain.clone()).await;
                crashes.restarts.push(began.elapsed());
                faults::last(time).await;
                relay.kill().await;
                false
            }
            Death::Before(moment, nth) => struck(plain.clone().under(kill::before(moment, nth))).await,
        };
        crashes.chosen += u64::from(chosen);
        crashes.at_random += u64::from(!chosen);
        whole(folder);
    }
    (Relay::start(plain).await, crashes)
}

/// Whether a relay has come to its moment, perhaps before it was ready: then it died while it recovered. It is dead now.
async fn struck(launch: Launch) -> bool {
    let Ok(mut relay) = launch.start().await else { return true };
    let struck = relay.ended_within(STRIKES_WITHIN).await;
    if !struck {
        relay.kill().await;
    }
    struck
}

/// Asserts that SQLite finds nothing wrong with what lies in the folder. It looks at a copy: looking recovers.
fn whole(folder: &Path) {
    let copy = tempfile::tempdir().expect("a folder");
    let files = fs::read_dir(folder).expect("the data folder").map(|entry| entry.expect("an entry").path());
    let is_database = |path: &&std::path::PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.contains(".db") && !name.ends_with("-shm")
    };
    let mut database = None;
    for path in files.collect::<Vec<_>>().iter().filter(is_database) {
        let to = copy.path().join(path.file_name().unwrap_or_default());
        fs::copy(path, &to).expect("a copy");
        database = database.or_else(|| to.extension().is_some_and(|end| end == "db").then_some(to));
    }
    let database = rusqlite::Connection::open(database.expect("a database")).expect("it opens");
    let says: String =
        database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("it can be checked");
    assert_eq!(says, "ok", "the database that a crash left");
}

/// A desk that talks, one conversation after another, until it is told to stop.
fn talk(relay: &Relay, desk: Desk, name: usize, over: Arc<AtomicBool>) -> JoinHandle<Vec<Talk>> {
    let (door, authority) = (Door::of(relay), relay.authority().to_owned());
    tokio::spawn(async move {
        let (visitor, agent) = (Proxy::before(&authority).await, Proxy::before(&authority).await);
        for proxy in [&visitor, &agent] {
            let way = Way { jitter: Duration::from_millis(4), ..Way::default() };
            proxy.plan(move |_| Plan { up: way.clone(), down: way.clone() });
        }
        let mut talks = Vec::new();
        while !over.load(Relaxed) {
            let word = format!("d{name}.{}", talks.len());
            let course =
                Course { messages: 20, pace: PACE, pause: Duration::from_millis(200), ..Course::new(&word) };
            let tabs = [door.clone().through(visitor.authority())];
            talks.push(Talk::play(&desk, &tabs, door.clone().through(agent.authority()), &course).await);
        }
        talks
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_crash_loses_or_doubles_what_was_confirmed() {
    let mut proof = Proof::begin("T1.crashes", &["P1", "P4", "P5", "P6", "P7", "P15"]);
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let relay = Relay::serve(&data, &["--no-rate-limits", "--log", "warn"]).await;
    let over = Arc::new(AtomicBool::new(false));
    let mut running = Vec::new();
    for name in 0..DESKS {
        let desk = Desk::new(&relay, &format!("site {name}")).await;
        running.push(talk(&relay, desk, name, over.clone()));
    }
    let (relay, mut crashes) = crash(relay, &data, amount(20, 2_000), &mut Dice::new(seed())).await;
    over.store(true, Relaxed);
    let (mut found, mut talks) = (Findings::default(), JoinSet::new());
    for desk in running {
        for talk in desk.await.expect("a desk comes to its end") {
            let door = Door::of(&relay);
            talks.spawn(async move { talk.judge(door).await });
        }
    }
    let conversations = talks.len();
    while let Some(one) = talks.join_next().await {
        found.add(one.expect("judged"));
    }
    found.hold();
    crashes.restarts.sort();
    let p99 = crashes.restarts.get(crashes.restarts.len() * 99 / 100).copied().unwrap_or_default();
    proof.figure("crashes_at_chosen_moments", crashes.chosen);
    proof.figure("crashes_at_random", crashes.at_random);
    proof.figure("conversations", conversations);
    proof.figure("acknowledged", found.acknowledged);
    proof.figure("lost", found.lost);
    proof.figure("doubled", found.doubled);
    proof.figure("restart_p99_ms", u64::try_from(p99.as_millis()).unwrap_or(u64::MAX));
    proof.holds();
}
