//! Who hears what, in memory: one place per conversation, found by its number. A frame is read at fixed places and
//! written once for all who hear it. It never waits: who does not read loses their place.
use super::Outbox;
use axum::extract::ws::Utf8Bytes;
use std::{
    fmt::Write,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Conversations that there can be.
const CONVERSATIONS: usize = 16 * 1024;
/// Digits of a conversation's name: as long as the relay's.
pub const NAME: usize = 22;
/// Where the parts of a `Send` stand, after `{"Send":{"client_id":"` and so on.
const CLIENT_ID: usize = 22;
const CONVERSATION: usize = CLIENT_ID + 32 + 18;
const BODY: usize = CONVERSATION + NAME + 10;

/// What was sent, as it came.
pub(super) struct Sent {
    text: Utf8Bytes,
    pub(super) conversation: usize,
}

impl Sent {
    /// Reads a frame; `None` when it is none.
    pub(super) fn read(text: Utf8Bytes) -> Option<Self> {
        let known = text.starts_with(r#"{"Send":{"client_id":""#) && text.ends_with("\"}}");
        let conversation = text.get(CONVERSATION..CONVERSATION + NAME)?.parse().ok()?;
        let fits =
            known && conversation < CONVERSATIONS && text.len() >= BODY + 3 && text.is_char_boundary(BODY);
        fits.then_some(Self { text, conversation })
    }

    pub(super) fn client_id(&self) -> &str {
        &self.text[CLIENT_ID..CLIENT_ID + 32]
    }

    fn name(&self) -> &str {
        &self.text[CONVERSATION..CONVERSATION + NAME]
    }

    pub(super) fn body(&self) -> &str {
        &self.text[BODY..self.text.len() - 3]
    }
}

#[derive(Default)]
struct Topic {
    head: u64,
    listeners: Vec<Outbox>,
}

/// The conversations.
pub(super) struct Topics(Vec<Mutex<Topic>>);

/// A session's places, as long as it lives.
pub(super) struct Places {
    topics: Arc<Topics>,
    numbers: Vec<usize>,
    outbox: Outbox,
}

impl Topics {
    pub(super) fn new() -> Self {
        Self((0..CONVERSATIONS).map(|_| Mutex::default()).collect())
    }

    /// Listens to the conversations that a first frame names.
    pub(super) fn join(self: &Arc<Self>, frame: &str, outbox: &Outbox) -> Places {
        let names = frame.split('"').filter(|part| part.len() == NAME);
        let numbers: Vec<usize> =
            names.filter_map(|name| name.parse().ok()).filter(|number| *number < CONVERSATIONS).collect();
        for number in &numbers {
            self.lock(*number).listeners.push(outbox.clone());
        }
        Places { topics: self.clone(), numbers, outbox: outbox.clone() }
    }

    /// Gives a message its number, hands it to all who listen, and says what its sender is answered.
    pub(super) fn deliver(&self, sent: &Sent, at: u128) -> Utf8Bytes {
        let (name, id, body) = (sent.name(), sent.client_id(), sent.body());
        let mut topic = self.lock(sent.conversation);
        topic.head += 1;
        let seq = topic.head;
        let mut frame = String::with_capacity(200 + body.len());
        // Writing into a string does not fail.
        let _ = write!(
            frame,
            r#"{{"Message":{{"conversation":"{name}","seq":{seq},"client_id":"{id}","at":{at},"body":"{body}"}}}}"#
        );
        let frame = Utf8Bytes::from(frame);
        topic.listeners.retain(|listener| listener.try_send(frame.clone()).is_ok());
        drop(topic);
        let mut accepted = String::with_capacity(160);
        let _ = write!(
            accepted,
            r#"{{"Accepted":{{"client_id":"{id}","conversation":"{name}","seq":{seq},"at":{at}}}}}"#
        );
        accepted.into()
    }

    fn lock(&self, number: usize) -> MutexGuard<'_, Topic> {
        self.0[number].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Places {
    fn drop(&mut self) {
        for number in &self.numbers {
            self.topics.lock(*number).listeners.retain(|listener| !listener.same_channel(&self.outbox));
        }
    }
}
