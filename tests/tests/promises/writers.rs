//! Visitors who write as fast as the relay answers, and remember what they were promised: the load under which the
//! disk fails. What they know is only what came over their sockets.
use merhaba_tests::{
    relay::{Relay, Site},
    wire::{Wire, client_id},
};
use serde_json::{Value, json};
use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

/// Messages of one visitor under way at once.
const AT_ONCE: usize = 4;

/// A message that was acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promised {
    /// The conversation.
    pub conversation: String,
    /// Its place.
    pub seq: u64,
    /// Its text.
    pub body: String,
}

/// A visitor with a journal.
pub struct Writer {
    wire: Wire,
    /// Their token.
    pub token: String,
    under_way: VecDeque<(String, String, Instant)>,
    /// Every text that was sent, by its id.
    pub sent: HashMap<String, String>,
    /// What was acknowledged, by id.
    pub promised: HashMap<String, Promised>,
    /// Refusals, by code.
    pub refused: HashMap<String, usize>,
    /// The longest that an answer took.
    pub longest: Duration,
}

impl Writer {
    /// A new visitor.
    pub async fn new(relay: &Relay, site: &Site) -> Self {
        let (wire, welcome) = Wire::greeted(relay, site, None, json!([])).await;
        let token = welcome["token"].as_str().expect("a token").to_owned();
        Self {
            wire,
            token,
            under_way: VecDeque::new(),
            sent: HashMap::new(),
            promised: HashMap::new(),
            refused: HashMap::new(),
            longest: Duration::ZERO,
        }
    }

    /// The same visitor on a new socket; what had no answer will have none.
    pub async fn come_back(&mut self, relay: &Relay, site: &Site) {
        let (wire, _) = Wire::greeted(relay, site, Some(&self.token), json!([])).await;
        self.under_way.clear();
        self.wire = wire;
    }

    /// Sends every text, and waits until each is answered or the line is gone; whether all were answered.
    pub async fn write(&mut self, bodies: impl IntoIterator<Item = String>) -> bool {
        let mut bodies = bodies.into_iter().peekable();
        while bodies.peek().is_some() || !self.under_way.is_empty() {
            while self.under_way.len() < AT_ONCE
                && let Some(body) = bodies.next()
            {
                if !self.say(body).await {
                    return false;
                }
            }
            if !self.hear().await {
                return false;
            }
        }
        true
    }

    async fn say(&mut self, body: String) -> bool {
        let id = client_id();
        let send =
            json!({ "client_id": id, "conversation": null, "new": false, "body": body, "attachments": [] });
        self.sent.insert(id.clone(), body.clone());
        self.under_way.push_back((id, body, Instant::now()));
        self.wire.try_say(json!({ "Send": send })).await
    }

    /// One event; whether there was one.
    async fn hear(&mut self) -> bool {
        let Some(event) = self.wire.next().await else { return false };
        if let Some(accepted) = event.get("Accepted")
            && let Some((id, body)) = self.answered(&accepted["client_id"])
        {
            let conversation = accepted["conversation"].as_str().expect("a conversation").to_owned();
            let seq = accepted["seq"].as_u64().expect("a place");
            self.promised.insert(id, Promised { conversation, seq, body });
        }
        if let Some(refused) = event.get("Refused") {
            self.answered(&refused["client_id"]);
            let code = refused["code"].as_str().expect("a code").to_owned();
            *self.refused.entry(code).or_default() += 1;
        }
        true
    }

    fn answered(&mut self, id: &Value) -> Option<(String, String)> {
        let at = self.under_way.iter().position(|(sent, ..)| id == sent)?;
        let (id, body, began) = self.under_way.remove(at)?;
        self.longest = self.longest.max(began.elapsed());
        Some((id, body))
    }
}
