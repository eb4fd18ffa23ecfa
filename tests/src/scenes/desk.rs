//! An agent at a desk of their own, over the wire: answers, writes, resolves when told to, and stays connected meanwhile.
use crate::{
    files, http,
    relay::{Agent, Relay},
    wire::{self, Wire, client_id},
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
    /// Where files are uploaded, and as whom.
    authority: String,
    bearer: String,
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
        let bearer = wire::sign_in(relay, agent).await;
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
        Self { deeds, row, authority: relay.authority().to_owned(), bearer, task }
    }

    /// Opens the conversation whose newest message begins like this, reads it, and gives its id.
    pub async fn open(&mut self, preview: &str) -> Value {
        let fits = |row: &Value| row["preview"].as_str().is_some_and(|text| text.starts_with(preview));
        let row = timeout(WITHIN, self.row.wait_for(fits)).await.expect("it comes in time");
        let row = row.expect("the desk is manned").clone();
        let conversation = &row["conversation"];
        self.say(json!({ "Open": { "conversation": conversation, "after": null } })).await;
        let read = json!({ "conversation": conversation, "received": row["head"], "read": row["head"] });
        self.say(json!({ "Read": read })).await;
        conversation.clone()
    }

    /// Answers in the newest conversation.
    pub async fn reply(&self, body: &str) {
        self.reply_with(body, &[]).await;
    }

    /// The same with files: their names and bytes.
    pub async fn reply_with(&self, body: &str, files: &[(&str, &[u8])]) {
        self.reply_in(&self.conversation(), body, files).await;
    }

    /// Answers in this conversation.
    pub async fn reply_in(&self, conversation: &Value, body: &str, files: &[(&str, &[u8])]) {
        let id = conversation.as_str().expect("an id");
        let mut ids = Vec::new();
        for (name, bytes) in files {
            let path = format!("/api/v1/files?name={}&conversation={id}", files::escaped(name));
            let headers = [
                ("Authorization", &*format!("Bearer {}", self.bearer)),
                ("Content-Type", "application/octet-stream"),
            ];
            let answer = http::send(&self.authority, "POST", &path, &headers, bytes).await;
            assert_eq!(answer.status, 201, "{}", answer.text());
            ids.push(answer.json()["id"].clone());
        }
        let reply = json!({ "client_id": client_id(), "conversation": id, "body": body, "attachments": ids });
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
