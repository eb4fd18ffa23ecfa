//! A long conversation, told over the wire by both sides at once, as quickly as the relay takes it. The visitor's
//! messages begin with their numbers.
use merhaba_shared::protocol::ids::ConversationId;
use merhaba_tests::{
    http,
    player::{flood::Flood, line::Door},
    relay::{Relay, Site},
    wire::{Wire, client_id, sign_in},
};
use serde_json::{Value, json};

/// Under way at once on the visitor's side.
const UNDER_WAY: usize = 8;
/// Letters in a message, for one after the other: some fill a line, some a paragraph.
const LENGTHS: [usize; 5] = [4, 40, 12, 160, 24];

/// Where the conversation is and who may see it.
pub struct Long {
    /// The site.
    pub site: Site,
    /// The visitor's token.
    pub token: String,
    /// The conversation.
    pub conversation: ConversationId,
    /// What the agent has signed in with.
    pub bearer: String,
}

async fn send(wire: &mut Wire, number: usize) {
    let body = format!("{number} {}", "çay ".repeat(LENGTHS[number % LENGTHS.len()] / 4));
    wire.say(json!({ "Send": { "client_id": client_id(), "body": body } })).await;
}

/// All but the first.
async fn write(wire: &mut Wire, messages: usize) {
    let mut under_way = 0;
    for number in 1..messages {
        send(wire, number).await;
        under_way += 1;
        while under_way >= UNDER_WAY {
            wire.hear("Accepted").await;
            under_way -= 1;
        }
    }
    for _ in 0..under_way {
        wire.hear("Accepted").await;
    }
}

impl Long {
    /// Writes it, half by a visitor and half by an agent.
    pub async fn write(relay: &Relay, messages: usize) -> Self {
        let site = relay.add_site("Çay Evi", &[]).await;
        let agent = relay.add_agent(&site, "defne@example.com", "agent").await;
        let bearer = sign_in(relay, &agent).await;
        let (mut visitor, welcome) = Wire::greeted(relay, &site, None, json!([])).await;
        let token = welcome["token"].as_str().expect("a visitor is given a token").to_owned();
        send(&mut visitor, 0).await;
        let accepted = visitor.hear("Accepted").await;
        let conversation = match &accepted["conversation"] {
            Value::String(id) => ConversationId(id.clone()),
            other => panic!("no conversation: {other}"),
        };
        let long = Self { site, token, conversation, bearer };
        tokio::join!(write(&mut visitor, messages / 2), long.answer(relay, messages / 2));
        long
    }

    /// So many messages of the agent's.
    pub async fn answer(&self, relay: &Relay, messages: usize) {
        let mut flood = Flood::new(Door::of(relay), &self.bearer, 9).await;
        flood.pour(std::slice::from_ref(&self.conversation), messages).await;
    }

    /// A message with something to press or to fill in, as a program sends it.
    pub async fn extra(&self, relay: &Relay, body: &str, extra: Value) {
        let path = format!("/api/v1/conversations/{}/messages", self.conversation.0);
        let authorization = format!("Bearer {}", self.bearer);
        let headers = [("content-type", "application/json"), ("authorization", authorization.as_str())];
        let message = json!({ "client_id": client_id(), "body": body, "extra": extra }).to_string();
        let answer = http::send(relay.authority(), "POST", &path, &headers, message.as_bytes()).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
}
