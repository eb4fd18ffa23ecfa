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
/// Stands where the conversation's id would, before the id of the message that begins it.
const BEGINS: char = '+';
/// Stands before the id of the conversation that a note is about.
const NOTE: char = '!';

/// One page's hand on what is kept.
pub struct Keeper {
    prefix: String,
    kept: Vec<Kept>,
    /// No two messages of a page have the same time: their order hangs on it.
    last: Millis,
    /// The browser has refused to keep something.
    pub refused: bool,
}

/// A message that is kept.
struct Kept {
    id: ClientId,
    key: String,
    /// Whether it names its conversation.
    named: bool,
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
                let out = read(id, &value);
                if self.kept.iter().all(|kept| kept.id != id) {
                    self.kept.push(Kept { id, key, named: out.conversation.is_some() });
                }
                all.push(out);
            }
        }
        all
    }

    /// Keeps what is new on its way, and forgets what has arrived or was taken back. That comes last: another tab learns
    /// where a message goes before it hears that the one it follows is gone.
    pub fn settle(&mut self, outbox: &Outbox) {
        for out in waiting(outbox) {
            if let Some(kept) = self.kept.iter_mut().find(|kept| kept.id == out.client_id) {
                // The conversation that it follows another into has got its name.
                if !kept.named && out.conversation.is_some() {
                    kept.named = true;
                    storage::keep(&kept.key, &write(out));
                }
                continue;
            }
            self.last = language::wall_clock().max(self.last + 1);
            let mut key = self.prefix.clone();
            key.push_str(&self.last.to_string());
            key.push_str(&out.client_id.to_hex());
            self.refused |= !storage::keep(&key, &write(out));
            self.kept.push(Kept { id: out.client_id, key, named: out.conversation.is_some() });
        }
        self.kept.retain(|kept| {
            let stays = waiting(outbox).any(|out| out.client_id == kept.id);
            if !stays {
                storage::forget(&kept.key);
            }
            stays
        });
    }

    /// Something was kept, or forgotten (`value` is nothing), by another tab.
    pub fn hear(&mut self, key: &str, value: Option<&str>) -> Option<Heard> {
        let id = self.id(key)?;
        if value.is_some() {
            return Some(Heard::Kept(self.all()));
        }
        self.kept.retain(|kept| kept.id != id);
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
}

fn waiting(outbox: &Outbox) -> impl Iterator<Item = &Outgoing> {
    outbox.all().iter().filter(|out| !matches!(out.progress, Progress::Stored(_)))
}

/// Where to, behind it the files, and in the next lines the text.
fn write(out: &Outgoing) -> String {
    let mut value = String::new();
    if let Some(conversation) = &out.conversation {
        if out.note {
            value.push(NOTE);
        }
        value.push_str(conversation.as_str());
    } else if let Some(first) = out.begins {
        value.push(BEGINS);
        value.push_str(&first.to_hex());
    }
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
    let begins = place.strip_prefix(BEGINS);
    let (note, place) = place.strip_prefix(NOTE).map_or((false, place), |place| (true, place));
    let conversation = (begins.is_none() && !place.is_empty()).then(|| ConversationId(String::from(place)));
    let begins = begins.and_then(ClientId::from_hex);
    let (body, progress) = (String::from(body), Progress::Waiting);
    Outgoing { client_id, conversation, begins, body, attachments, note, progress }
}

#[cfg(test)]
mod tests {
    use super::{ClientId, Outgoing, Progress, read, write};

    #[test]
    fn a_message_is_read_as_it_was_written() {
        let first = Some(ClientId([8; 16]));
        for (conversation, begins) in [(None, None), (None, first), (Some("c1".into()), None)] {
            for files in 0..3 {
                let client_id = ClientId([7; 16]);
                let body = "one two\ntwo\n".into();
                let attachments = ["f1".into(), "f-2_".into()].into_iter().take(files).collect();
                let conversation = conversation.clone();
                let (note, progress) = (files == 0 && conversation.is_some(), Progress::Waiting);
                let out = Outgoing { client_id, conversation, begins, body, attachments, note, progress };
                assert_eq!(read(client_id, &write(&out)), out);
            }
        }
    }
}
