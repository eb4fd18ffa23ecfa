//! T15: the herd. Thousands of pages lose the relay at once and come back by their own rule; what they missed follows.
//! And a restart as an operator does it: everybody is told, comes back spread over seconds, and sees no error.
use merhaba_shared::client::Line;
use merhaba_tests::{
    player::{
        Player, VisitorMachine,
        couple::Couple,
        crowd::{Crowd, Visitor},
        flood::Flood,
        journal::Journal,
        line::Door,
        pair::Desk,
    },
    process,
    proof::{Proof, amount},
    relay::Relay,
};
use std::time::{Duration, Instant};
use tokio::{sync::watch, task::JoinSet};

/// Everybody is back so soon, on a busy machine too; the pages' own waits begin below a second.
const BACK_WITHIN: Duration = Duration::from_mins(1);
/// What was missed comes with the welcome, and not with the answer to the next ping, which takes eight seconds.
const REPLAYED: Duration = Duration::from_secs(7);
/// All who are told to come back do so spread over this time.
const SPREAD: Duration = Duration::from_secs(3);
/// Conversations that go on meanwhile.
const COUPLES: usize = 4;

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

async fn relay(folder: &tempfile::TempDir) -> Relay {
    Relay::serve(&folder.path().join("data"), &["--no-rate-limits", "--log", "warn"]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_herd_comes_back_and_misses_nothing() {
    let mut proof = Proof::begin("T15.herd", &["P5", "P9", "P14", "P15"]);
    let folder = tempfile::tempdir().expect("a folder");
    let mut relay = relay(&folder).await;
    let desk = Desk::new(&relay, "herd").await;
    let door = Door::of(&relay);
    let count = amount(1_000, 5_000);
    let crowd = Crowd::gather(&desk, &door, count, BACK_WITHIN).await;
    let names: Vec<_> = crowd.0.iter().map(Visitor::conversation).collect();

    // The relay dies and is back before anybody has seen it; an agent answers everybody before they look.
    relay = relay.again().await;
    Flood::new(door.clone(), &desk.bearer, 40).await.pour(&names, 1).await;
    let before = process::processor_time(relay.pid());
    let began = Instant::now();
    let missed = |player: &Player<VisitorMachine>| player.journal.messages() == 2;
    let crowd = crowd.play(BACK_WITHIN, missed).all("the missed message").await;
    let processor = process::processor_time(relay.pid()).saturating_sub(before);

    let last = |at: fn(&Journal) -> Option<Instant>| {
        crowd.0.iter().filter_map(|visitor| at(&visitor.player.journal)).max().expect("a time")
    };
    let back = last(|journal| journal.opens.last().copied());
    let told = last(|journal| journal.shown.last().map(|shown| shown.at));
    for journal in crowd.0.iter().map(|visitor| &visitor.player.journal) {
        let replayed = journal.shown.last().zip(journal.opens.last()).map(|(shown, open)| shown.at - *open);
        assert!(replayed.is_some_and(|after| after < REPLAYED), "{replayed:?}: {}", journal.told());
    }
    let failed: usize = crowd.0.iter().map(|visitor| visitor.player.journal.attempts).sum();
    let found = crowd.judge(&door, &desk, amount(1, 10)).await;
    found.hold();
    proof.figure("sockets", count);
    proof.figure("all_back_after_ms", millis(back.saturating_duration_since(began)));
    proof.figure("all_up_to_date_after_ms", millis(told.saturating_duration_since(began)));
    proof.figure("attempts_that_failed", failed);
    proof.figure("processor_ms_per_1000", millis(processor) * 1_000 / count as u64);
    proof.figure("acknowledged", found.acknowledged);
    proof.figure("violations", found.violations.len());
    proof.holds();
}

/// A couple that talks until it is told to stop.
async fn talk(mut couple: Couple, over: watch::Receiver<bool>) -> Couple {
    while !*over.borrow() {
        couple.exchange(BACK_WITHIN).await;
    }
    couple
}

/// The largest share of these waits that falls into any half second.
fn crowded(mut waits: Vec<Duration>) -> f64 {
    waits.sort();
    let within =
        |from: &Duration| waits.iter().filter(|wait| *wait >= from && **wait < *from + SPREAD / 6).count();
    let most = waits.iter().map(within).max().unwrap_or(0);
    f64::from(u32::try_from(most).unwrap_or(u32::MAX))
        / f64::from(u32::try_from(waits.len()).unwrap_or(1).max(1))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_loses_nothing_and_shows_no_error() {
    let mut proof = Proof::begin("T15.restart", &["P4", "P5", "P15"]);
    let folder = tempfile::tempdir().expect("a folder");
    let mut relay = relay(&folder).await;
    let (desk, crowd_desk) = (Desk::new(&relay, "talks").await, Desk::new(&relay, "crowd").await);
    let door = Door::of(&relay);
    let mut crowd = Crowd::gather(&crowd_desk, &door, amount(200, 2_000), BACK_WITHIN).await;
    let (stop, over) = watch::channel(false);
    let mut talking = JoinSet::new();
    for number in 0..COUPLES {
        let mut couple = Couple::new(&desk, &format!("t{number}"), door.clone(), door.clone());
        couple.meet(BACK_WITHIN).await;
        talking.spawn(talk(couple, over.clone()));
    }
    let (mut slowest, mut spread) = (Duration::ZERO, Vec::new());
    let restarts = amount(1, 10);
    for restart in 1..=restarts {
        let playing = crowd.play(BACK_WITHIN, move |player| {
            player.journal.opens.len() > restart && player.journal.closes.len() >= restart
        });
        let (launch, began) = (relay.same_again(), Instant::now());
        assert!(relay.stop().await.success(), "it ends well");
        slowest = slowest.max(began.elapsed());
        relay = Relay::start(launch).await;
        crowd = playing.all("back after a restart").await;
        for visitor in &crowd.0 {
            let closes = &visitor.player.journal.closes;
            let (code, reason, _) = closes.last().expect("it was closed");
            assert_eq!((closes.len(), *code), (restart, 4001), "{}", visitor.player.told());
            spread.push(Duration::from_millis(reason.parse().expect("milliseconds")));
        }
    }
    stop.send(true).expect("it is heard");
    let couples = talking.join_all().await;
    let mut found = crowd.judge(&door, &crowd_desk, amount(1, 10)).await;
    for couple in &couples {
        found.add(couple.judge(door.clone()).await);
        for journal in [&couple.visitor.journal, &couple.agent.journal] {
            let stopped = journal.lines.iter().any(|(line, _)| matches!(line, Line::Stopped(_)));
            assert!(!stopped, "nobody is told that it is over: {:?}", journal.lines);
        }
    }
    found.hold();
    assert!(spread.iter().all(|wait| *wait < SPREAD), "within the spread");
    let crowded = crowded(spread);
    assert!(crowded < 0.4, "{crowded} of all come back within the same half second");
    proof.figure("restarts", restarts);
    proof.figure("sockets", crowd.0.len());
    proof.figure("slowest_stop_ms", millis(slowest));
    proof.figure("largest_share_in_half_a_second", (crowded * 100.0).round() / 100.0);
    proof.figure("acknowledged", found.acknowledged);
    proof.figure("violations", found.violations.len());
    proof.holds();
}
