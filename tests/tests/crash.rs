//! SIGKILL in the middle of a conversation, again and again: what was accepted is there, once, in order and without a
//! hole, and what was not confirmed is sent again by its sender and then stored once too.
use merhaba_tests::{
    relay::{Relay, Site},
    wire::{Wire, client_id},
};
use serde_json::{Value, json};
use std::collections::VecDeque;

/// How often the relay is killed.
const CRASHES: usize = 5;
/// How many messages are sent between two kills; the kill comes when half of them are accepted.
const BURST: usize = 20;

/// A visitor's own journal: what it sent and has no answer to yet, and what was promised to it.
#[derive(Default)]
struct Journal {
    waiting: VecDeque<(String, String)>,
    promised: Vec<(u64, String)>,
    conversation: Option<String>,
}

impl Journal {
    fn write(&mut self, body: String) {
        self.waiting.push_back((client_id(), body));
    }

    /// Sends everything that has no answer, in order.
    async fn send(&self, wire: &mut Wire) {
        for (id, body) in &self.waiting {
            let send = json!({ "client_id": id, "conversation": null, "new": false, "body": body, "attachments": [] });
            if !wire.try_say(json!({ "Send": send })).await {
                return;
            }
        }
    }

    fn accepted(&mut self, event: &Value) {
        let Some(accepted) = event.get("Accepted") else { return };
        let at = self.waiting.iter().position(|(id, _)| accepted["client_id"] == **id);
        let Some((_, body)) = at.and_then(|at| self.waiting.remove(at)) else { return };
        self.promised.push((accepted["seq"].as_u64().expect("a seq"), body));
        self.conversation = accepted["conversation"].as_str().map(str::to_owned);
    }
}

async fn whole_log(wire: &mut Wire, conversation: &str) -> Vec<(u64, String)> {
    let mut log = Vec::new();
    let mut before = Value::Null;
    loop {
        wire.say(json!({ "History": { "conversation": conversation, "before": before, "limit": 100 } }))
            .await;
        let page = wire.hear("History").await;
        let entries: Vec<_> = page["entries"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|entry| &entry["Message"])
            .map(|message| {
                (message["seq"].as_u64().unwrap_or(0), message["body"].as_str().unwrap_or("").to_owned())
            })
            .collect();
        before = json!(entries.first().map(|(seq, _)| *seq));
        log.splice(0..0, entries);
        if page["more"] != true {
            return log;
        }
    }
}

#[tokio::test]
async fn nothing_accepted_is_lost_or_doubled_by_crashes() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut relay = Relay::serve(&folder.path().join("data"), &["--no-rate-limits"]).await;
    let site: Site = relay.add_site("Çay", &["https://shop.example"]).await;
    let mut journal = Journal::default();
    let mut token: Option<String> = None;
    for crash in 0..=CRASHES {
        let mut wire = Wire::visitor(&relay).await;
        let welcome = wire.hello(&site, token.as_deref(), Value::Null, json!([])).await;
        // A token that no message was stored with is unknown after a crash, and is replaced.
        if let Some(new) = welcome["token"].as_str() {
            token = Some(new.to_owned());
        }
        for number in 0..BURST {
            journal.write(format!("{crash}.{number}"));
        }
        journal.send(&mut wire).await;
        let enough = if crash == CRASHES { 0 } else { journal.waiting.len() - BURST / 2 };
        while journal.waiting.len() > enough {
            let Some(event) = wire.next().await else { panic!("closed before the crash") };
            journal.accepted(&event);
        }
        if crash < CRASHES {
            relay = relay.again().await;
        }
    }
    let (mut reader, _) = Wire::greeted(&relay, &site, token.as_deref(), json!([])).await;
    let log = whole_log(&mut reader, journal.conversation.as_deref().expect("a conversation")).await;
    let seqs: Vec<u64> = log.iter().map(|(seq, _)| *seq).collect();
    assert_eq!(
        seqs,
        (1..=u64::try_from(log.len()).unwrap_or(0)).collect::<Vec<_>>(),
        "1, 2, 3 … without a hole"
    );
    let bodies: Vec<_> = log.iter().map(|(_, body)| body.clone()).collect();
    let expected: Vec<_> =
        (0..=CRASHES).flat_map(|crash| (0..BURST).map(move |number| format!("{crash}.{number}"))).collect();
    assert_eq!(bodies, expected, "each once, in the order they were sent");
    for (seq, body) in &journal.promised {
        assert_eq!(
            log.iter().find(|(found, _)| found == seq).map(|(_, body)| body),
            Some(body),
            "promised at {seq}"
        );
    }
}

#[tokio::test]
async fn a_restart_tells_its_sockets_to_come_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::serve(&folder.path().join("data"), &[]).await;
    let site = relay.add_site("Çay", &["https://shop.example"]).await;
    let (mut wire, _) = Wire::greeted(&relay, &site, None, json!([])).await;
    let (status, (code, reason)) = tokio::join!(relay.stop(), wire.closed());
    assert_eq!(code, 4001);
    assert!(reason.parse::<u32>().is_ok(), "a delay in milliseconds, not {reason:?}");
    assert!(status.success(), "{status}");
}
