//! An agent at a desk of their own, over the wire: answers, writes, resolves when told to, and stays connected meanwhile.
use crate::{
    relay::{Agent, Relay},
    wire::{Wire, client_id},
};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::{interval, timeout},
};

/// How often it shows that it is there.
const PING_EVERY: Duration = Duration::from_secs(5);
/// How long what it waits for may take.
const WITHIN: Duration = Duration::from_secs(15);

/// The agent.
pub struct Desk {
    deeds: mpsc::Sender<Value>,
    /// The newest row of the list.
    row: watch::Receiver<Value>,
    task: JoinHandle<()>,
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Desk {
    /// Signs in and sits down.
    pub async fn at(relay: &Relay, agent: &Agent) -> Self {
        let mut wire = Wire::answering(relay, agent).await;
        let (deeds, mut told) = mpsc::channel::<Value>(8);
        let (seen, row) = watch::channel(Value::Null);
        let task = tokio::spawn(async move {
            let mut pings = interval(PING_EVERY);
            loop {
                tokio::select! {
                    deed = told.recv() => match deed {
                        Some(deed) => wire.say(deed).await,
                        None => break,
                    },
                    event = wire.next() => match event {
                        Some(event) if event.get("InboxChanged").is_some() => {
                            seen.send_replace(event["InboxChanged"].clone());
                        }
                        Some(_) => {}
                        None => break,
                    },
                    _ = pings.tick() => wire.say(json!({ "Ping": { "nonce": 1 } })).await,
                }
            }
        });
        Self { deeds, row, task }
    }

    /// Opens the conversation whose newest message begins like this, reads it, and takes it.
    pub async fn open(&mut self, preview: &str) {
        let fits = |row: &Value| row["preview"].as_str().is_some_and(|text| text.starts_with(preview));
        let row = timeout(WITHIN, self.row.wait_for(fits)).await.expect("it comes in time");
        let row = row.expect("the desk is manned").clone();
        let conversation = &row["conversation"];
        self.say(json!({ "Open": { "conversation": conversation, "after": null } })).await;
        let read = json!({ "conversation": conversation, "received": row["head"], "read": row["head"] });
        self.say(json!({ "Read": read })).await;
    }

    /// Answers in the newest conversation.
    pub async fn reply(&self, body: &str) {
        let conversation = self.conversation();
        let reply = json!({ "client_id": client_id(), "conversation": conversation, "body": body, "attachments": [] });
        self.say(json!({ "Reply": reply })).await;
    }

    /// Writes, and does not send yet.
    pub async fn types(&self) {
        let conversation = self.conversation();
        self.say(json!({ "Typing": { "conversation": conversation, "on": true } })).await;
    }

    /// Says that it is done.
    pub async fn resolve(&self) {
        let conversation = self.conversation();
        self.say(json!({ "Resolve": { "conversation": conversation } })).await;
    }

    fn conversation(&self) -> Value {
        self.row.borrow()["conversation"].clone()
    }

    async fn say(&self, deed: Value) {
        self.deeds.send(deed).await.expect("the desk is manned");
    }
}
