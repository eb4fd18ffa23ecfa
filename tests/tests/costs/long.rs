//! A long conversation, told over the wire by both sides at once, as quickly as the relay takes it. The visitor's
//! messages begin with their numbers.
use merhaba_shared::protocol::ids::ConversationId;
use merhaba_tests::{
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
        let mut flood = Flood::new(Door::of(relay), &bearer, 9).await;
        let conversations = [conversation];
        let answers = flood.pour(&conversations, messages / 2);
        tokio::join!(write(&mut visitor, messages / 2), answers);
        Self { site, token }
    }
}
