//! T10: the disk is full. Nothing is acknowledged that is not stored, what is stored can be read, the relay says that
//! it is not ready, and goes on by itself when there is room.
use super::writers::Writer;
use merhaba_tests::{
    dice::Dice,
    faults::full::SmallDisk,
    http,
    proof::{Proof, amount, seed},
    relay::{Relay, Site},
};
use std::time::{Duration, Instant};

/// The disk's size. The store's files take less than half of it, and the relay wants 8 MiB left to be ready.
const BYTES: usize = 28 * 1024 * 1024;
/// Blocks of 4 KiB that are left when it is nearly full: a message fits, but the relay is not ready any more.
const NEARLY: usize = 1_500;
/// Blocks that may be left when the disk is called full: the failure then comes at another write each time.
const LEFT: usize = 60;
/// Messages after which a full disk must have been noticed.
const NOTICED_WITHIN: usize = 400;
/// How long the relay may take to say that it is not ready, and that it is again.
const NOTICED: Duration = Duration::from_secs(20);

fn body(number: usize) -> String {
    format!("{number} {}", "dolu bir disk ".repeat(number % 200))
}

/// Writes until something is refused; gives how many messages that took.
async fn until_refused(writer: &mut Writer, from: usize) -> usize {
    for number in from..from + NOTICED_WITHIN {
        assert!(writer.write([body(number)]).await, "the line stays");
        if writer.refused.values().sum::<usize>() > 0 {
            return number + 1 - from;
        }
    }
    panic!("{NOTICED_WITHIN} messages were acknowledged on a full disk");
}

/// Room for some messages, but not for all that may come: they are stored, and whoever asks is told.
async fn not_ready_before_a_message_is_refused(relay: &Relay, writer: &mut Writer, round: usize) {
    readiness(relay, 503).await;
    let why = http::get(relay.authority(), "/readyz").await.text();
    assert!(why.contains("too little room"), "{why}");
    assert!(
        writer.write((0..5).map(|number| format!("{round}.{number} sığar"))).await
            && writer.refused.is_empty(),
        "what fits is stored"
    );
}

/// What still works on a full disk: everything that writes nothing.
async fn reads_go_on(relay: &Relay, site: &Site, writer: &Writer) {
    let (lost, invented) = writer.differences(&writer.log(relay, site).await);
    assert_eq!((lost, invented), (0, 0), "on the full disk");
    assert_eq!(http::get(relay.authority(), "/healthz").await.status, 200);
    assert_eq!(http::get(relay.authority(), &format!("/w/{}", site.key)).await.status, 200);
}

/// Asks until it is ready, or is not: an answer holds for a while.
async fn readiness(relay: &Relay, status: u16) -> Duration {
    let began = Instant::now();
    while http::get(relay.authority(), "/readyz").await.status != status {
        assert!(began.elapsed() < NOTICED, "it says {status}");
    }
    began.elapsed()
}

#[tokio::test]
async fn a_full_disk_acknowledges_nothing_and_recovers_by_itself() {
    let mut proof = Proof::begin("T10.full", &["P3", "P1", "P7"]);
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let disk = match SmallDisk::mount(&data, BYTES) {
        Ok(disk) => disk,
        Err(why) if std::env::var("MERHABA_NO_MOUNT").is_ok_and(|set| set == "1") => {
            return println!("not shown here, since nothing can be mounted: {why}");
        }
        Err(why) => {
            panic!("this proof mounts a small disk, which root may (MERHABA_NO_MOUNT=1 leaves it out): {why}")
        }
    };
    let mut dice = Dice::new(seed());
    let mut relay = Relay::serve(&data, &["--no-rate-limits"]).await;
    let site = relay.add_site("Çay", &["https://shop.example"]).await;
    let mut writer = Writer::new(&relay, &site).await;
    let rounds = amount(8, 200);
    let (mut written, mut refused, mut slowest) = (0, 0, Duration::ZERO);
    for round in 0..rounds {
        writer.write((written..written + 10).map(body)).await;
        if round % 2 == 0 {
            disk.fill(NEARLY);
            not_ready_before_a_message_is_refused(&relay, &mut writer, round).await;
        }
        disk.fill(dice.place(LEFT));
        written += 10 + until_refused(&mut writer, written + 10).await;
        assert_eq!(writer.refused.keys().collect::<Vec<_>>(), ["Unavailable"]);
        // Several at once: a group in which each fails.
        if !writer.write((0..8).map(|number| format!("{round}.{number} hepsi birden"))).await {
            // What came behind a refusal, out of its order, has cost the line; the visitor comes back as any page does.
            writer.come_back(&relay, &site).await;
        }
        refused += writer.refused.drain().map(|(_, count)| count).sum::<usize>();
        // At once, whatever it has said a moment ago.
        assert_eq!(http::get(relay.authority(), "/readyz").await.status, 503);
        reads_go_on(&relay, &site, &writer).await;
        disk.free();
        slowest = slowest.max(readiness(&relay, 200).await);
        writer.try_again().await;
        assert_eq!((writer.refused.len(), writer.waits()), (0, 0), "there is room again");
        if round % 4 == 3 {
            // What a crash on a full disk leaves is read by the next start, when there is room.
            disk.fill(0);
            relay.kill().await;
            disk.free();
            relay = relay.again().await;
            writer.come_back(&relay, &site).await;
        }
    }
    let log = writer.log(&relay, &site).await;
    let (lost, invented) = writer.differences(&log);
    assert_eq!((lost, invented), (0, 0), "acknowledged and not stored, stored and not acknowledged");
    assert_eq!(writer.out_of_order(&log), 0, "stored in another order than written");
    assert_eq!(writer.promised.len(), writer.sent.len(), "in the end everything is");
    assert!(relay.stop().await.success());
    proof.figure("times_full", rounds);
    proof.figure("acknowledged", writer.promised.len());
    proof.figure("refused", refused);
    proof.figure("false_acknowledgements", lost);
    proof.figure("ready_again_ms", u64::try_from(slowest.as_millis()).unwrap_or(u64::MAX));
    proof.holds();
}
