//! An agent at a desk of their own, over the wire: answers, writes, resolves when told to, and stays connected meanwhile.
use crate::{
    files,
    http::{self, Answer},
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
        let ids = self.upload(id, files).await;
        let reply = json!({ "client_id": client_id(), "conversation": id, "body": body, "attachments": ids });
        self.say(json!({ "Reply": reply })).await;
    }

    /// Answers in the newest conversation with something to press or to fill in; the pictures of cards are numbers of files.
    pub async fn offer(&self, body: &str, extra: &Value, files: &[(&str, &[u8])]) {
        let (conversation, mut extra) = (self.conversation(), extra.clone());
        let id = conversation.as_str().expect("an id");
        let ids = self.upload(id, files).await;
        for card in extra.get_mut("cards").and_then(Value::as_array_mut).into_iter().flatten() {
            let number = card["picture"].as_u64().and_then(|number| usize::try_from(number).ok());
            if let Some(number) = number {
                card["picture"] = ids[number].clone();
            }
        }
        let message = json!({ "client_id": client_id(), "body": body, "attachments": ids, "extra": extra });
        let path = format!("/api/v1/conversations/{id}/messages");
        let kind = "application/json";
        let answer = self.post(&path, kind, message.to_string().as_bytes()).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
    }

    async fn upload(&self, id: &str, files: &[(&str, &[u8])]) -> Vec<Value> {
        let mut ids = Vec::new();
        for (name, bytes) in files {
            let path = format!("/api/v1/files?name={}&conversation={id}", files::escaped(name));
            let answer = self.post(&path, "application/octet-stream", bytes).await;
            assert_eq!(answer.status, 201, "{}", answer.text());
            ids.push(answer.json()["id"].clone());
        }
        ids
    }

    async fn post(&self, path: &str, kind: &str, body: &[u8]) -> Answer {
        let bearer = format!("Bearer {}", self.bearer);
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", kind)];
        http::send(&self.authority, "POST", path, &headers, body).await
    }

    /// Its right to speak for the agent.
    pub fn bearer(&self) -> &str {
        &self.bearer
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

    /// Says that this one is.
    pub async fn resolve_in(&self, conversation: &Value) {
        self.say(json!({ "Resolve": { "conversation": conversation } })).await;
    }

    fn conversation(&self) -> Value {
        self.row.borrow()["conversation"].clone()
    }

    async fn say(&self, deed: Value) {
        self.deeds.send(deed).await.expect("the desk is manned");
    }
}
