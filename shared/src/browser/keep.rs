//! What was sent and is not confirmed, kept in the browser's storage, so that it survives a reload, a closed tab and a
//! crash, and other tabs know of it. One key per message: tabs never overwrite one another, and a message that two tabs
//! send is stored once all the same, by its id. Nothing is written before the person sends something.
use super::{language, storage};
use crate::{
    client::outbox::{Outbox, Outgoing, Progress, What},
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
/// Stands before the id of the conversation that a message goes into when it is approved.
const PROPOSAL: char = '?';
/// Stands before the time at which a message goes by itself, which [`OF`] parts from its conversation.
const LATER: char = '*';
/// Stands before the Seq of a message that is to say something else.
const EDIT: char = '~';
/// Stands before the Seq of a message that is to go.
const DELETION: char = '-';
/// Stands before the Seq of a message that is quoted.
const QUOTE: char = '>';
/// Stands between such a Seq and the id of its conversation.
const OF: char = ':';

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
        let of = match out.what {
            What::Message => None,
            What::Quote(of) => Some((QUOTE, Some(of))),
            What::Note => Some((NOTE, None)),
            What::Proposal => Some((PROPOSAL, None)),
            What::Later(due) => Some((LATER, Some(due.unsigned_abs()))),
            What::Edit(of) => Some((EDIT, Some(of))),
            What::Deletion(of) => Some((DELETION, Some(of))),
        };
        if let Some((mark, of)) = of {
            value.push(mark);
            if let Some(of) = of {
                value.push_str(&of.to_string());
                value.push(OF);
            }
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
    let (what, place) = whither(place);
    let conversation = (begins.is_none() && !place.is_empty()).then(|| ConversationId(String::from(place)));
    let begins = begins.and_then(ClientId::from_hex);
    let (body, progress) = (String::from(body), Progress::Waiting);
    Outgoing { client_id, conversation, begins, body, attachments, what, progress }
}

/// What it is, and the id of its conversation. An id may begin like a deletion: then no Seq follows.
fn whither(place: &str) -> (What, &str) {
    let of = |mark| {
        let (of, rest) = place.strip_prefix(mark)?.split_once(OF)?;
        Some((of.parse().ok()?, rest))
    };
    if let Some(rest) = place.strip_prefix(NOTE) {
        (What::Note, rest)
    } else if let Some(rest) = place.strip_prefix(PROPOSAL) {
        (What::Proposal, rest)
    } else if let Some((of, rest)) = of(EDIT) {
        (What::Edit(of), rest)
    } else if let Some((of, rest)) = of(DELETION) {
        (What::Deletion(of), rest)
    } else if let Some((of, rest)) = of(QUOTE) {
        (What::Quote(of), rest)
    } else if let Some((due, rest)) = of(LATER) {
        (What::Later(due.cast_signed()), rest)
    } else {
        (What::Message, place)
    }
}

#[cfg(test)]
mod tests {
    use super::{ClientId, Outgoing, Progress, What, read, write};
    use alloc::string::String;

    #[test]
    fn a_message_is_read_as_it_was_written() {
        let first = Some(ClientId([8; 16]));
        for (conversation, begins) in
            [(None, None), (None, first), (Some("c1".into()), None), (Some("-c2".into()), None)]
        {
            let of = [What::Quote, What::Edit, What::Deletion].map(|of| of(12));
            let kinds = [What::Message, What::Note, What::Proposal, What::Later(1_700_000_000_000)];
            let kinds = kinds.into_iter().chain(of);
            let kinds = kinds.filter(|what| *what == What::Message || conversation.is_some());
            for (what, files) in kinds.flat_map(|what| (0..3).map(move |files| (what, files))) {
                let client_id = ClientId([7; 16]);
                let out = Outgoing {
                    client_id,
                    conversation: conversation.clone(),
                    begins,
                    body: String::from("one two\ntwo\n"),
                    attachments: ["f1".into(), "f-2_".into()].into_iter().take(files).collect(),
                    what,
                    progress: Progress::Waiting,
                };
                assert_eq!(read(client_id, &write(&out)), out);
            }
        }
    }
}
