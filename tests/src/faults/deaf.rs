//! Visitors who write one message and then never read again. The system keeps next to nothing for them, so that what
//! waits for them waits at the relay.
use crate::player::line::{Door, Socket};
use crate::wire::client_id;
use futures_util::{SinkExt, StreamExt, stream};
use merhaba_shared::protocol::{codec::from_json, ids::ConversationId, visitor::Event};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

/// So long until such a visitor has a conversation.
const WITHIN: Duration = Duration::from_secs(30);
/// So many connect at once.
const AT_ONCE: usize = 32;

/// A visitor who does not read.
pub struct Deaf {
    /// Their conversation.
    pub conversation: ConversationId,
    _socket: Socket,
}

/// So many visitors of a site who do not read.
pub async fn visitors(door: &Door, site: &str, count: usize) -> Vec<Deaf> {
    let one =
        |_| async move { timeout(WITHIN, visitor(door, site)).await.expect("it has a conversation in time") };
    stream::iter(0..count).map(one).buffer_unordered(AT_ONCE).collect().await
}

async fn visitor(door: &Door, site: &str) -> Deaf {
    let mut socket = door.clone().small().open("/ws/visitor", None).await.expect("a visitor may connect");
    let hello =
        json!({ "site": site, "token": null, "locale": "tr", "page": null, "epoch": null, "resume": [] });
    let send = json!({ "client_id": client_id(), "conversation": null, "new": false, "body": "hello", "attachments": [] });
    say(&mut socket, json!({ "Hello": hello })).await;
    say(&mut socket, json!({ "Send": send })).await;
    loop {
        let message = socket.next().await.expect("an answer").expect("a frame");
        let event = message.to_text().ok().and_then(|text| from_json::<Event>(text).ok());
        if let Some(Event::Accepted(accepted)) = event {
            return Deaf { conversation: accepted.conversation, _socket: socket };
        }
    }
}

async fn say(socket: &mut Socket, frame: Value) {
    socket.send(Message::text(frame.to_string())).await.expect("it is heard");
}
