//! T11: the disk fails, or takes its time. After a failed sync the relay ends with 70, since nobody knows what the disk
//! then holds, and its next start has all that was acknowledged. A failed write costs a refusal and nothing else. A slow
//! disk makes answers late and nothing grow: what does not fit the queue, in bytes, is refused.
use super::writers::Writer;
use futures_util::future::join_all;
use merhaba_tests::{
    faults::strike::{Holder, SYNCS, WRITES, above, before, own},
    proof::{Proof, amount},
    relay::{Launch, Relay, Site},
};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// What the relay exits with after a sync that failed.
const UNSYNCED: i32 = 70;
/// So soon after such a sync it has ended, on a busy machine too.
const ENDS: Duration = Duration::from_secs(10);
/// How long the disk stands still, in one sync.
const STILL: Duration = Duration::from_secs(6);
/// … With the longest messages, so that more than may wait is sent meanwhile; an event is waited for longer than this.
const STILL_LONGER: Duration = Duration::from_secs(10);
/// Sockets, and what each has under way: of short messages all may wait for the disk together, of the longest not.
const SOCKETS: usize = 100;
/// As many as the relay reads before it has answered one.
const UNDER_WAY: usize = 64;
/// What the relay may grow by meanwhile: the 64 MiB that may wait, the group that is being written, once as it came and
/// once as it will be told, and the writer's cache.
const GROWS_KIB: u64 = 128 * 1024;
/// What waited is stored within moments after that, also on a machine that is busy with other things.
const LATE: Duration = Duration::from_secs(24);

fn launch(data: &Path) -> Launch {
    Launch::serve(data, "127.0.0.1:0", &["--no-rate-limits"])
}

/// The store's own files. SQLite syncs the folder too, and ignores it when that fails.
fn store(data: &Path) -> Vec<PathBuf> {
    let data = fs::canonicalize(data).expect("a folder");
    [data.join("merhaba.db"), data.join("merhaba.db-wal")].into()
}

/// A store that has a site, made by a relay that was not struck.
async fn prepared(data: &Path) -> Site {
    let relay = Relay::start(launch(data)).await;
    let site = relay.add_site("Çay", &["https://shop.example"]).await;
    assert!(relay.stop().await.success());
    site
}

fn text(number: usize) -> String {
    format!("{number} {}", "bozuk bir disk ".repeat(number % 40))
}

/// The relay's memory, in KiB; `which` as `/proc` has it: `VmRSS`, or `VmHWM` for the most it has been.
fn memory(holder: &Holder, which: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", holder.0.as_raw_nonzero())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix(which)).expect("a line");
    line.trim_matches([':', ' ', '\t', 'k', 'B']).parse().expect("a number")
}

#[tokio::test]
async fn a_failed_sync_ends_the_relay_and_loses_nothing() {
    let mut proof = Proof::begin("T11.syncs", &["P3", "P1"]);
    let folder = tempfile::tempdir().expect("a folder");
    let (mut ended, mut promised, mut refused_start) = (0, 0, 0);
    for nth in 1..=amount(8, 200) {
        let data = folder.path().join(format!("data{nth}"));
        let site = prepared(&data).await;
        let strike = before(SYNCS, &store(&data), &format!("error=EIO:when={nth}"));
        let Ok(mut relay) = launch(&data).under(strike).start().await else {
            // The very first syncs belong to opening the store, which then fails and says so.
            refused_start += 1;
            continue;
        };
        let mut writer = Writer::new(&relay, &site).await;
        assert!(!writer.write((0..250).map(text)).await, "sync {nth} failed, and the relay goes on");
        assert!(relay.ended_within(ENDS).await, "sync {nth} failed, and the relay goes on");
        assert_eq!(relay.ends().await.code(), Some(UNSYNCED), "sync {nth}");
        ended += 1;
        let relay = Relay::start(launch(&data)).await;
        let (lost, _) = writer.differences(&writer.log(&relay, &site).await);
        assert_eq!(lost, 0, "sync {nth}: acknowledged and lost");
        promised += writer.promised.len();
    }
    assert!(ended > refused_start, "most syncs are a commit's");
    // Names in the folder are made durable at the start, which must not go well when that does not.
    let data = folder.path().join("data1");
    let strike = before(SYNCS, &[fs::canonicalize(&data).expect("a folder")], "error=EIO:when=1");
    let told = launch(&data).under(strike).start().await.err().expect("it does not start");
    assert!(told.contains("cannot be written"), "{told}");
    proof.figure("syncs_failed", ended + refused_start);
    proof.figure("exits_with_70", ended);
    proof.figure("acknowledged", promised);
    proof.figure("lost", 0);
    proof.holds();
}

#[tokio::test]
async fn a_failed_write_is_refused_and_no_more() {
    let mut proof = Proof::begin("T11.writes", &["P3", "P1", "P7"]);
    let folder = tempfile::tempdir().expect("a folder");
    let (mut refused, mut promised) = (0, 0);
    let runs = amount(3, 60);
    for run in 0..runs {
        for error in ["EIO", "ENOSPC"] {
            let data = folder.path().join(format!("{error}{run}"));
            let site = prepared(&data).await;
            // A stretch of writes fails: some within a transaction, some that begin one.
            let (from, length) = (30 + 7 * run, 1 + 5 * run);
            let strike =
                before(WRITES, &store(&data), &format!("error={error}:when={from}..{}", from + length));
            let mut relay = Relay::start(launch(&data).under(strike)).await;
            let mut writer = Writer::new(&relay, &site).await;
            if !writer.write((0..120).map(text)).await {
                writer.come_back(&relay, &site).await;
            }
            // Each try costs the disk at least one of the writes that fail.
            for _ in 0..=2 * length {
                writer.insist(&relay, &site).await;
            }
            assert_eq!(writer.waits(), 0, "{error} {run}: the disk is well again");
            assert!(writer.refused.keys().all(|code| code == "Unavailable"), "{:?}", writer.refused);
            refused += writer.refused.values().sum::<usize>();
            assert_eq!(writer.promised.len(), writer.sent.len());
            relay.kill().await;
            let relay = Relay::start(launch(&data)).await;
            let log = writer.log(&relay, &site).await;
            assert_eq!(writer.differences(&log), (0, 0), "{error} {run}: lost, and stored without a word");
            assert_eq!(writer.out_of_order(&log), 0, "{error} {run}: stored in another order than written");
            promised += writer.promised.len();
        }
    }
    assert!(refused > 0, "something failed");
    proof.figure("runs", 2 * runs);
    proof.figure("refused", refused);
    proof.figure("acknowledged", promised);
    proof.figure("false_acknowledgements", 0);
    proof.holds();
}

/// What came of writing while the disk stood still.
struct Stood {
    promised: usize,
    refused: usize,
    longest: Duration,
    grown_kib: u64,
}

/// Many sockets send so much each, as much at once as each may, while the disk stands still.
async fn write_while_it_stands_still(still: Duration, each: usize, text: impl Fn(usize) -> String) -> Stood {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let site = prepared(&data).await;
    let strike = above(SYNCS, &format!("delay_enter={}:when=3", still.as_micros()));
    let relay = Relay::start(launch(&data).under(strike)).await;
    let holder = own(&data);
    let mut writers = Vec::new();
    for _ in 0..SOCKETS {
        let mut writer = Writer::new(&relay, &site).await;
        writer.at_once = UNDER_WAY;
        writers.push(writer);
    }
    let idle = memory(&holder, "VmRSS");
    join_all(writers.iter_mut().map(|writer| writer.write((0..each).map(&text)))).await;
    let grown_kib = memory(&holder, "VmHWM").saturating_sub(idle);
    assert!(writers.iter().flat_map(|writer| writer.refused.keys()).all(|code| code == "Unavailable"));
    for writer in &writers {
        assert_eq!(writer.differences(&writer.log(&relay, &site).await).0, 0, "acknowledged and lost");
    }
    Stood {
        promised: writers.iter().map(|writer| writer.promised.len()).sum(),
        refused: writers.iter().map(|writer| writer.refused.values().sum::<usize>()).sum(),
        longest: writers.iter().map(|writer| writer.longest).max().unwrap_or_default(),
        grown_kib,
    }
}

#[tokio::test]
async fn a_disk_that_stands_still_makes_answers_late_and_nothing_grow() {
    let mut proof = Proof::begin("T11.still", &["P3", "P13"]);
    let each = amount(UNDER_WAY, 40 * UNDER_WAY);
    let short = write_while_it_stands_still(STILL, each, text).await;
    assert_eq!(short.refused, 0, "it all fits the queue");
    assert_eq!(short.promised, SOCKETS * each);
    // So long that all of it is sent meanwhile, on a busy machine too.
    let long = write_while_it_stands_still(STILL_LONGER, UNDER_WAY, |_| "\u{1f422}".repeat(4_000)).await;
    assert!(long.refused > 0, "more was sent than may wait");
    for (stood, still) in [(&short, STILL), (&long, STILL_LONGER)] {
        assert!(stood.longest < still + LATE, "an answer took {:?}", stood.longest);
        assert!(stood.grown_kib < GROWS_KIB, "the relay has grown by {} KiB", stood.grown_kib);
    }
    proof.figure("disk_stood_still_ms", u64::try_from(STILL.as_millis()).unwrap_or(u64::MAX));
    proof.figure("acknowledged", short.promised + long.promised);
    proof.figure("long_ones_refused_since_the_queue_was_full", long.refused);
    let longest = short.longest.max(long.longest).as_millis();
    proof.figure("longest_answer_ms", u64::try_from(longest).unwrap_or(u64::MAX));
    proof.figure("memory_grown_kib", short.grown_kib.max(long.grown_kib));
    proof.holds();
}
