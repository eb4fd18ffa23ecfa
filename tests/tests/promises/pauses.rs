//! T8: pauses. The relay stands still, as on a machine that swaps or is moved, and pages sleep, as laptops do. What was
//! written meanwhile arrives when it is over, everybody is back, and nobody is dropped for good.
use merhaba_tests::{
    faults::{
        self,
        proxy::{End, Proxy},
    },
    player::{Player, couple::Couple, judge::Findings, line::Door, pair::Desk},
    proof::{Proof, amount},
    relay::Relay,
};
use rustix::process::Signal;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Conversations at once.
const COUPLES: usize = 4;
/// The longest wait between two attempts of a page is half a minute; then everything is there within seconds.
const BACK_WITHIN: Duration = Duration::from_secs(45);

/// Stops the relay for so long while everybody writes; how long each was not up to date after it went on.
async fn pause(relay: &Relay, couples: Vec<Couple>, time: Duration) -> (Vec<Couple>, Vec<Duration>) {
    relay.signal(Signal::STOP);
    let mut waiting = JoinSet::new();
    for mut couple in couples {
        waiting.spawn(async move {
            couple.exchange(time + BACK_WITHIN).await;
            (couple, Instant::now())
        });
    }
    faults::last(time).await;
    let resumed = Instant::now();
    relay.signal(Signal::CONT);
    let ended = waiting.join_all().await;
    let times = ended.iter().map(|(_, at)| at.saturating_duration_since(resumed)).collect();
    (ended.into_iter().map(|(couple, _)| couple).collect(), times)
}

#[tokio::test]
async fn a_relay_that_stood_still_goes_on_with_everybody() {
    let mut proof = Proof::begin("T8.pauses", &["P5", "P7", "P15", "P16"]);
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::serve(&folder.path().join("data"), &["--no-rate-limits", "--log", "warn"]).await;
    let desk = Desk::new(&relay, "pauses").await;
    let door = Door::of(&relay);
    let mut couples = Vec::new();
    for number in 0..COUPLES {
        let mut couple = Couple::new(&desk, &format!("p{number}"), door.clone(), door.clone());
        couple.meet(BACK_WITHIN).await;
        couples.push(couple);
    }
    let mut recoveries = Vec::new();
    let seconds = amount(&[1, 3, 11][..], &[1, 2, 5, 8, 11, 15, 20, 34, 36, 60, 120, 600][..]);
    for second in seconds {
        let (back, times) = pause(&relay, couples, Duration::from_secs(*second)).await;
        couples = back;
        recoveries.extend(times);
    }
    let mut found = Findings::default();
    for couple in &couples {
        found.add(couple.judge(door.clone()).await);
    }
    found.hold();
    recoveries.sort();
    let p99 = recoveries.get(recoveries.len() * 99 / 100).copied().unwrap_or_default();
    proof.figure("pauses", seconds.len());
    proof.figure("longest_s", seconds.iter().max().copied());
    proof.figure("acknowledged", found.acknowledged);
    proof.figure("recovery_p99_ms", u64::try_from(p99.as_millis()).unwrap_or(u64::MAX));
    proof.holds();
}

#[tokio::test]
async fn a_page_that_slept_is_up_to_date_soon_after_it_wakes() {
    let mut proof = Proof::begin("T8.sleep", &["P5", "P9", "P16"]);
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::serve(&folder.path().join("data"), &["--no-rate-limits", "--log", "warn"]).await;
    let desk = Desk::new(&relay, "sleep").await;
    let door = Door::of(&relay);
    let line = Proxy::before(relay.authority()).await;
    let mut couple = Couple::new(&desk, "s", door.clone().through(line.authority()), door.clone());
    couple.meet(BACK_WITHIN).await;
    let mut slowest = Duration::ZERO;
    let sleeps = [(1, None), (10, Some(End::Silence)), (24 * 60, Some(End::Reset)), (365 * 24 * 60, None)];
    // While a page sleeps, nothing of it runs: its line may die, and the other one writes to it meanwhile.
    for (minutes, end) in sleeps {
        if let Some(end) = end {
            line.cut(end);
        }
        couple.agent_writes();
        let agent = &mut couple.agent;
        agent.play_until(BACK_WITHIN, "the agent's own message", Player::is_settled).await;
        couple.visitor.slept(Duration::from_mins(minutes));
        let woke = Instant::now();
        couple.visitor.wake();
        couple.settle(Duration::from_secs(10)).await;
        slowest = slowest.max(woke.elapsed());
        couple.exchange(BACK_WITHIN).await;
    }
    let found = couple.judge(door).await;
    found.hold();
    proof.figure("sleeps", sleeps.len());
    proof.figure("slowest_ms", u64::try_from(slowest.as_millis()).unwrap_or(u64::MAX));
    proof.holds();
}
