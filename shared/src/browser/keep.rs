//! What was sent and is not confirmed, kept in the browser's storage, so that it survives a reload, a closed tab and a
//! crash, and other tabs know of it. One key per message: tabs never overwrite one another, and a message that two tabs
//! send is stored once all the same, by its id. Nothing is written before the person sends something.
use super::{language, storage};
use crate::{
    client::outbox::{Outbox, Outgoing, Progress},
    protocol::ids::{AttachmentId, ClientId, ConversationId, Millis},
};
use alloc::{
    string::{String, ToString},
    vec::Vec,
};

/// The digits of a time: with the id, what follows the prefix.
const TIME: usize = 13;
/// Stands where the conversation's id would, for a message that begins one.
const BEGINS: &str = "+";

/// One page's hand on what is kept.
pub struct Keeper {
    prefix: String,
    kept: Vec<(ClientId, String)>,
    /// No two messages of a page have the same time: their order hangs on it.
    last: Millis,
    /// The browser has refused to keep something.
    pub refused: bool,
}

/// What another tab did.
pub enum Heard {
    /// It keeps a message, or more than one.
    Kept(Vec<Outgoing>),
    /// It keeps this one no longer.
    Gone(ClientId),
}

impl Keeper {
    /// Keeps under keys with this prefix.
    #[must_use]
    pub const fn new(prefix: String) -> Self {
        Self { prefix, kept: Vec::new(), last: 0, refused: false }
    }

    /// All that is kept, by any tab, in the order in which it was written.
    pub fn all(&mut self) -> Vec<Outgoing> {
        let mut all = Vec::new();
        for key in storage::keys(&self.prefix) {
            if let (Some(id), Some(value)) = (self.id(&key), storage::kept(&key)) {
                all.push(read(id, &value));
                if !self.keeps(id) {
                    self.kept.push((id, key));
                }
            }
        }
        all
    }

    /// Keeps what is new on its way, and forgets what has arrived or was taken back.
    pub fn settle(&mut self, outbox: &Outbox) {
        let waits = |id: ClientId| waiting(outbox).any(|out| out.client_id == id);
        self.kept.retain(|(id, key)| {
            let stays = waits(*id);
            if !stays {
                storage::forget(key);
            }
            stays
        });
        for out in waiting(outbox) {
            if self.keeps(out.client_id) {
                continue;
            }
            self.last = language::wall_clock().max(self.last + 1);
            let mut key = self.prefix.clone();
            key.push_str(&self.last.to_string());
            key.push_str(&out.client_id.to_hex());
            self.refused |= !storage::keep(&key, &write(out));
            self.kept.push((out.client_id, key));
        }
    }

    /// Something was kept, or forgotten (`value` is nothing), by another tab.
    pub fn hear(&mut self, key: &str, value: Option<&str>) -> Option<Heard> {
        let id = self.id(key)?;
        if value.is_some() {
            return Some(Heard::Kept(self.all()));
        }
        self.kept.retain(|(kept, _)| *kept != id);
        Some(Heard::Gone(id))
    }

    /// Forgets all of it: the person has signed out.
    pub fn forget(&mut self) {
        self.kept.clear();
        for key in storage::keys(&self.prefix) {
            storage::forget(&key);
        }
    }

    fn id(&self, key: &str) -> Option<ClientId> {
        key.strip_prefix(self.prefix.as_str())?.get(TIME..).and_then(ClientId::from_hex)
    }

    fn keeps(&self, id: ClientId) -> bool {
        self.kept.iter().any(|(kept, _)| *kept == id)
    }
}

fn waiting(outbox: &Outbox) -> impl Iterator<Item = &Outgoing> {
    outbox.all().iter().filter(|out| !matches!(out.progress, Progress::Stored(_)))
}

/// Where to, behind it the files, and in the next lines the text.
fn write(out: &Outgoing) -> String {
    let mut value = match &out.conversation {
        Some(conversation) => conversation.0.clone(),
        None if out.new => String::from(BEGINS),
        None => String::new(),
    };
    for attachment in &out.attachments {
        value.push(' ');
        value.push_str(attachment.as_str());
    }
    value.push('\n');
    value.push_str(&out.body);
    value
}

fn read(client_id: ClientId, value: &str) -> Outgoing {
    let (head, body) = value.split_once('\n').unwrap_or(("", value));
    let (place, files) = head.split_once(' ').unwrap_or((head, ""));
    let attachments = files.split(' ').filter(|id| !id.is_empty()).map(AttachmentId::from).collect();
    let new = place == BEGINS;
    let conversation = (!new && !place.is_empty()).then(|| ConversationId(String::from(place)));
    let (body, progress) = (String::from(body), Progress::Waiting);
    Outgoing { client_id, conversation, new, body, attachments, progress }
}

#[cfg(test)]
mod tests {
    use super::{ClientId, Outgoing, Progress, read, write};

    #[test]
    fn a_message_is_read_as_it_was_written() {
        for (conversation, new) in [(None, false), (None, true), (Some("c1".into()), false)] {
            for files in 0..3 {
                let client_id = ClientId([7; 16]);
                let body = "one two\ntwo\n".into();
                let attachments = ["f1".into(), "f-2_".into()].into_iter().take(files).collect();
                let conversation = conversation.clone();
                let progress = Progress::Waiting;
                let out = Outgoing { client_id, conversation, new, body, attachments, progress };
                assert_eq!(read(client_id, &write(&out)), out);
            }
        }
    }
}
