//! T2: the order of system calls. Under load, every `Accepted` leaves the relay after a sync of the write-ahead log
//! that began when the last byte of that message's transaction had been written, and had ended. So does whatever carries
//! the message's text: nobody is shown what a crash could take back.
use super::writers::Writer;
use futures_util::future::join_all;
use merhaba_tests::{
    faults::trace::{Call, Did, Trace, Tracer},
    proof::{Proof, amount},
    relay::Launch,
};
use std::collections::HashMap;

/// A frame's header in SQLite's log; the frame's page follows it.
const HEADER: usize = 24;
/// What stands around a message's number, so that it is found in a page.
const MARK: &[u8] = b"@@";
/// The digits of a message's number.
const DIGITS: usize = 6;

/// The number in a text, or every number in a page.
fn numbers(page: &[u8]) -> impl Iterator<Item = usize> {
    page.windows(MARK.len() + DIGITS).filter(|bytes| bytes.starts_with(MARK)).filter_map(|bytes| {
        std::str::from_utf8(&bytes[MARK.len()..]).ok().and_then(|digits| digits.parse().ok())
    })
}

/// For every message, the call that wrote the last page of the transaction which brought it into the log.
fn committed<'a>(log: &[&'a Call]) -> HashMap<usize, &'a Call> {
    let (mut ends, mut waiting) = (HashMap::new(), Vec::new());
    let mut closes = false;
    for call in log {
        let Did::Wrote { bytes, .. } = &call.did else { continue };
        if bytes.len() == HEADER {
            // The database's size stands here in the last frame of a transaction, and nothing in the others.
            closes = bytes[4..8] != [0; 4];
            continue;
        }
        waiting.extend(numbers(bytes).filter(|number| !ends.contains_key(number)));
        if closes {
            ends.extend(waiting.drain(..).map(|number| (number, *call)));
        }
    }
    ends
}

/// How many acknowledgements there are, how many deliveries, and which of both left too early.
fn violations(trace: &Trace, sent: &HashMap<String, String>) -> (usize, usize, Vec<String>) {
    // The search index has such a log of its own, which nobody is promised anything of.
    let log: Vec<_> = trace.calls.iter().filter(|call| call.path.ends_with("/merhaba.db-wal")).collect();
    let committed = committed(&log);
    let syncs: Vec<_> = log.iter().filter(|call| call.did == Did::Synced).collect();
    let acknowledged = trace.acknowledged();
    let in_time = |number: usize, left: usize| {
        let last = committed.get(&number);
        last.is_some_and(|last| syncs.iter().any(|sync| sync.begun > last.ended && sync.ended < left))
    };
    let mut found = Vec::new();
    for (left, id) in &acknowledged {
        let number = numbers(sent[id].as_bytes()).next().expect("a number");
        if !in_time(number, *left) {
            found.push(format!("message {number}, acknowledged at line {left}"));
        }
    }
    let mut deliveries = 0;
    for call in &trace.calls {
        let Did::Sent(bytes) = &call.did else { continue };
        for number in numbers(bytes) {
            deliveries += 1;
            if !in_time(number, call.begun) {
                found.push(format!("message {number}, delivered at line {}", call.begun));
            }
        }
    }
    (acknowledged.len(), deliveries, found)
}

#[tokio::test]
async fn an_acknowledgement_leaves_after_the_sync() {
    let mut proof = Proof::begin("T2.order", &["P2", "P5"]);
    let folder = tempfile::tempdir().expect("a folder");
    let launch = Launch::serve(&folder.path().join("data"), "127.0.0.1:0", &["--no-rate-limits"]);
    let (mut relay, tracer) = Tracer::start(launch, &folder.path().join("calls")).await;
    let site = relay.add_site("Çay", &["https://shop.example"]).await;
    let mut writers = Vec::new();
    for _ in 0..4 {
        writers.push(Writer::new(&relay, &site).await);
    }
    let each = amount(150, 5_000);
    join_all(writers.iter_mut().zip(0..).map(|(writer, number)| {
        writer.write((0..each).map(move |count| format!("@@{:06}", number * each + count)))
    }))
    .await;
    relay.kill().await;
    let trace = Trace::read(&tracer.log().await);
    let promised: usize = writers.iter().map(|writer| writer.promised.len()).sum();
    let sent = writers.into_iter().flat_map(|writer| writer.sent).collect();
    let (checked, deliveries, violations) = violations(&trace, &sent);
    assert_eq!(promised, 4 * each);
    // A call that the end of the relay interrupts may stand in the log twice.
    assert!(checked >= promised, "the log has every acknowledgement that came: {checked} of {promised}");
    assert!(deliveries >= checked, "who wrote it is shown it too: {deliveries} of {checked}");
    assert!(violations.is_empty(), "{} of {checked}: {violations:#?}", violations.len());
    proof.figure("acknowledgements", checked);
    proof.figure("deliveries", deliveries);
    proof.figure("calls", trace.calls.len());
    proof.figure("violations", violations.len());
    proof.holds();
}
