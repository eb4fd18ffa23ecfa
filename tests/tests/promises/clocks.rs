//! T9: clocks. The wall clock of the relay's machine jumps by ten years and back while people talk, and the relay is
//! started again in another decade. No order changes, and nobody is dropped for good.
use merhaba_tests::{
    faults::{self, wall::Wall},
    player::{couple::Couple, judge::Findings, line::Door, pair::Desk},
    proof::{Proof, amount},
    relay::{Launch, Relay},
};
use std::time::Duration;

/// An exchange takes no longer than this, also right after a jump.
const WITHIN: Duration = Duration::from_secs(45);
/// An entry's head is told within five seconds.
const DUE: Duration = Duration::from_secs(6);
/// A decade, nearly, in milliseconds.
const NINE_YEARS: i64 = 9 * 365 * 24 * 60 * 60 * 1000;

/// When the relay says the last message was stored.
fn stamped(couple: &Couple) -> i64 {
    couple.visitor.journal.shown.last().map_or(0, |shown| match &shown.item {
        merhaba_shared::protocol::model::Item::Message(message) => message.at,
        merhaba_shared::protocol::model::Item::Entry(entry) => entry.at,
    })
}

#[tokio::test]
async fn a_clock_that_jumps_changes_no_order_and_drops_nobody() {
    let mut proof = Proof::begin("T9.clocks", &["P5", "P6", "P7", "P16"]);
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let wall = Wall::new(folder.path());
    let launch = Launch::serve(&data, "127.0.0.1:0", &["--no-rate-limits", "--log", "warn"]);
    let mut relay = Relay::start(launch.with(wall.environment())).await;
    let desk = Desk::new(&relay, "clocks").await;
    let door = Door::of(&relay);
    let mut couple = Couple::new(&desk, "c", door.clone(), door.clone());
    couple.meet(WITHIN).await;
    let (mut before, mut jumps, mut starts) = (stamped(&couple), 0, 0);
    for _ in 0..amount(1, 10) {
        for (shift, years) in [("+10y", 10), ("+0", -10), ("-10y", -10), ("+10y", 20), ("+0", -10)] {
            wall.jump(shift);
            jumps += 1;
            for _ in 0..3 {
                couple.exchange(WITHIN).await;
            }
            let now = stamped(&couple);
            assert_eq!((now - before).signum(), i64::from(years).signum(), "the relay saw the jump {shift}");
            assert!((now - before).abs() > NINE_YEARS, "the relay saw the jump {shift}");
            before = now;
        }
        // Deadlines that hung on the wall would have come by now, or never: heads are due soon after an entry.
        wall.jump("+10y");
        couple.exchange(WITHIN).await;
        couple.play_while(faults::last(DUE)).await;
        wall.jump("+0");
        couple.exchange(WITHIN).await;
        for journal in [&couple.visitor.journal, &couple.agent.journal] {
            assert_eq!(journal.opens.len(), 1 + starts, "a jump closes nobody's line: {}", journal.told());
        }
        // A start in the past, and then the clock is set right.
        wall.jump("-10y");
        relay = relay.again().await;
        starts += 1;
        couple.exchange(WITHIN).await;
        wall.jump("+0");
        couple.exchange(WITHIN).await;
        before = stamped(&couple);
    }
    let mut found = Findings::default();
    found.add(couple.judge(door).await);
    found.hold();
    drop(relay);
    proof.figure("jumps", jumps);
    proof.figure("acknowledged", found.acknowledged);
    proof.figure("violations", found.violations.len());
    proof.holds();
}
