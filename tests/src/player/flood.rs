//! An agent who answers many conversations at once, and reads all that comes back: a
//! load that is honest in everything but its amount.
use super::line::{Door, Socket};
use crate::wire::client_id;
use futures_util::{SinkExt, StreamExt};
use merhaba_shared::protocol::ids::ConversationId;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

/// An answer comes within this time.
const WITHIN: Duration = Duration::from_secs(30);
/// Answers under way at once: what comes back of them is less than a client may have waiting.
const UNDER_WAY: usize = 8;

/// The agent.
pub struct Flood {
    socket: Socket,
    under_way: usize,
    body: String,
}

impl Flood {
    /// Signed in; its messages have so many characters.
    pub async fn new(door: Door, bearer: &str, characters: usize) -> Self {
        let mut socket = door.open("/ws/agent", Some(bearer.to_owned())).await.expect("an agent may connect");
        let hello = json!({ "Hello": { "epoch": null, "resume": [] } });
        socket.send(Message::text(hello.to_string())).await.expect("it is heard");
        Self { socket, under_way: 0, body: "🙏".repeat(characters) }
    }

    /// So many messages into each of these conversations; all are stored then. May be given up between two frames.
    pub async fn pour(&mut self, conversations: &[ConversationId], each: usize) {
        for conversation in conversations {
            for _ in 0..each {
                let reply = json!({ "client_id": client_id(), "conversation": conversation.0, "body": self.body, "attachments": [] });
                self.say(json!({ "Reply": reply })).await;
                self.under_way += 1;
                self.hear_until(UNDER_WAY).await;
            }
            // Only so many may be open on one page.
            self.say(json!({ "Close": { "conversation": conversation.0 } })).await;
        }
        self.hear_until(0).await;
    }

    async fn say(&mut self, frame: Value) {
        self.socket.send(Message::text(frame.to_string())).await.expect("it is heard");
    }

    async fn hear_until(&mut self, most: usize) {
        while self.under_way > most {
            let next = timeout(WITHIN, self.socket.next()).await.expect("an answer in time");
            let message = next.expect("it stays open").expect("a frame");
            let text = message.to_text().unwrap_or_default();
            assert!(!text.starts_with(r#"{"Refused""#), "{text}");
            self.under_way -= usize::from(text.starts_with(r#"{"Accepted""#));
        }
    }
}
