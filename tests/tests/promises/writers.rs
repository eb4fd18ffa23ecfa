//! Visitors who write as fast as the relay answers, and remember what they were promised: the load under which the
//! disk fails. What they know is only what came over their sockets.
use merhaba_tests::{
    relay::{Relay, Site},
    wire::{Wire, client_id},
};
use serde_json::{Value, json};
use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::{Duration, Instant},
};

/// Messages of one visitor under way at once, if nothing else is said.
const AT_ONCE: usize = 4;
/// Entries asked for at a time.
const PAGE: usize = 100;

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
    /// Messages under way at once.
    pub at_once: usize,
    under_way: VecDeque<(String, String, Instant)>,
    /// Every text, in the order in which it was written.
    written: Vec<String>,
    /// Every text that was sent, by its id.
    pub sent: HashMap<String, String>,
    /// What was acknowledged, by id.
    pub promised: HashMap<String, Promised>,
    waiting: VecDeque<(String, String)>,
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
            at_once: AT_ONCE,
            waiting: VecDeque::new(),
            under_way: VecDeque::new(),
            written: Vec::new(),
            sent: HashMap::new(),
            promised: HashMap::new(),
            refused: HashMap::new(),
            longest: Duration::ZERO,
        }
    }

    /// The same visitor on a new socket; what had no answer waits to be sent again. Of whoever has been promised nothing
    /// nothing need be stored: they are somebody new, and keep the token that they are given.
    pub async fn come_back(&mut self, relay: &Relay, site: &Site) {
        let (wire, welcome) = Wire::greeted(relay, site, Some(&self.token), json!([])).await;
        self.wire = wire;
        if let Some(token) = welcome["token"].as_str() {
            assert!(self.promised.is_empty(), "somebody who was promised something is forgotten");
            token.clone_into(&mut self.token);
        }
    }

    /// Sends these texts, behind those that still wait, until one is refused; whether the line stays. What was refused
    /// or not answered, and all behind it, waits: the first of it is the first to be sent again, as the wire wants it.
    pub async fn write(&mut self, bodies: impl IntoIterator<Item = String>) -> bool {
        for body in bodies {
            self.written.push(body.clone());
            self.waiting.push_back((client_id(), body));
        }
        let mut refused = Vec::new();
        let stays = self.send_until_refused(&mut refused).await;
        let unanswered = self.under_way.drain(..).map(|(id, body, _)| (id, body));
        let all = refused.into_iter().chain(unanswered).chain(self.waiting.drain(..));
        self.waiting = all.collect();
        stays
    }

    async fn send_until_refused(&mut self, refused: &mut Vec<(String, String)>) -> bool {
        loop {
            while refused.is_empty()
                && self.under_way.len() < self.at_once
                && let Some((id, body)) = self.waiting.pop_front()
            {
                if !self.say(id, body).await {
                    return false;
                }
            }
            if self.under_way.is_empty() {
                return true;
            }
            let Some(answer) = self.hear().await else { return false };
            refused.extend(answer);
        }
    }

    /// Sends what waits, on a new socket if the relay has given this one up.
    pub async fn insist(&mut self, relay: &Relay, site: &Site) {
        if !self.try_again().await {
            self.come_back(relay, site).await;
        }
    }

    /// Sends what waits.
    pub async fn try_again(&mut self) -> bool {
        self.write([]).await
    }

    /// How many messages wait.
    pub fn waits(&self) -> usize {
        self.waiting.len()
    }

    async fn say(&mut self, id: String, body: String) -> bool {
        let send =
            json!({ "client_id": id, "conversation": null, "new": false, "body": body, "attachments": [] });
        self.sent.insert(id.clone(), body.clone());
        self.under_way.push_back((id, body, Instant::now()));
        self.wire.try_say(json!({ "Send": send })).await
    }

    /// One event, if there was one; with the message that it refuses, if it does.
    async fn hear(&mut self) -> Option<Option<(String, String)>> {
        let event = self.wire.next().await?;
        if let Some(accepted) = event.get("Accepted")
            && let Some((id, body)) = self.answered(&accepted["client_id"])
        {
            let conversation = accepted["conversation"].as_str().expect("a conversation").to_owned();
            let seq = accepted["seq"].as_u64().expect("a place");
            self.promised.insert(id, Promised { conversation, seq, body });
        }
        let Some(refused) = event.get("Refused") else { return Some(None) };
        let code = refused["code"].as_str().expect("a code").to_owned();
        *self.refused.entry(code).or_default() += 1;
        Some(self.answered(&refused["client_id"]))
    }

    /// The whole log of this visitor's conversation, read by somebody who has never seen it; none if nothing of it
    /// was promised.
    pub async fn log(&self, relay: &Relay, site: &Site) -> Vec<(u64, String)> {
        let Some(one) = self.promised.values().next() else { return Vec::new() };
        let (mut wire, _) = Wire::greeted(relay, site, Some(&self.token), json!([])).await;
        let mut log: Vec<(u64, String)> = Vec::new();
        loop {
            let before = log.first().map(|(seq, _)| *seq);
            let ask = json!({ "conversation": one.conversation, "before": before, "limit": PAGE });
            wire.say(json!({ "History": ask })).await;
            let page = wire.hear("History").await;
            let entries = page["entries"].as_array().expect("entries").iter().map(|entry| {
                let message = &entry["Message"];
                let body = message["body"].as_str().expect("a message").to_owned();
                (message["seq"].as_u64().expect("a place"), body)
            });
            log.splice(0..0, entries.collect::<Vec<_>>());
            if page["more"] != true {
                return log;
            }
        }
    }

    /// What is promised and not in the log, and what is in the log and was not promised. With every message answered,
    /// both are to be empty.
    pub fn differences(&self, log: &[(u64, String)]) -> (usize, usize) {
        let log: HashSet<_> = log.iter().map(|(seq, body)| (*seq, body.as_str())).collect();
        let promised: HashSet<_> =
            self.promised.values().map(|promised| (promised.seq, promised.body.as_str())).collect();
        (promised.difference(&log).count(), log.difference(&promised).count())
    }

    /// Texts that stand in the log before one that was written before them; all texts are to be different.
    pub fn out_of_order(&self, log: &[(u64, String)]) -> usize {
        let place: HashMap<_, _> = self.written.iter().zip(0..).collect();
        let places: Vec<usize> = log.iter().filter_map(|(_, body)| place.get(body).copied()).collect();
        places.windows(2).filter(|two| two[1] < two[0]).count()
    }

    fn answered(&mut self, id: &Value) -> Option<(String, String)> {
        let at = self.under_way.iter().position(|(sent, ..)| id == sent)?;
        let (id, body, began) = self.under_way.remove(at)?;
        self.longest = self.longest.max(began.elapsed());
        Some((id, body))
    }
}
