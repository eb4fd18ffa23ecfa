//! What happens when a message is sent: checked, stored, and published from the commit. Never asks for the rate:
//! that is between a session and the gate, since a repeat of what is stored must always be answered.
use super::{Chat, Identity, bad_request, refusal, visitors};
use crate::{
    domain::{extra::Extra, reception::About},
    store::{AgentMessage, Noted, Pending, Sender, Sent, Sequence, VisitorMessage},
};
use merhaba_shared::protocol::{
    agent::{Note, Reply, WriteNote},
    codec::to_json,
    error::Refused,
    ids::{AgentId, AttachmentId, ClientId, ConversationId, SiteKey},
    limits::{ATTACHMENTS, BodyError, check_said},
    model::Accepted,
    visitor::{Page, Send},
};
use std::sync::Arc;

/// A visitor as a sender, with what their page said of itself cut to what is kept.
#[must_use]
pub fn sender(site: SiteKey, identity: &Identity, locale: &str, page: Option<&Page>) -> Arc<Sender> {
    Arc::new(Sender {
        site,
        visitor: identity.visitor.clone(),
        token: identity.hash,
        locale: visitors::locale(locale),
        page: page.map(visitors::page),
    })
}

/// The same sender on another page of the website.
#[must_use]
pub fn moved(sender: &Sender, page: &Page) -> Arc<Sender> {
    Arc::new(Sender { page: Some(visitors::page(page)), ..sender.clone() })
}

/// Checks a message before anything is done for it.
///
/// # Errors
/// What to answer instead.
pub fn check(client_id: ClientId, body: &str, attachments: &[AttachmentId]) -> Result<(), Refused> {
    let client_id = Some(client_id);
    if attachments.len() > ATTACHMENTS {
        return Err(bad_request(client_id, "a message takes at most 10 files"));
    }
    if (1..attachments.len()).any(|at| attachments[..at].contains(&attachments[at])) {
        return Err(bad_request(client_id, "a file is named twice"));
    }
    check_said(body, attachments.len()).map_err(|error| match error {
        BodyError::Blank => bad_request(client_id, "the text is blank"),
        BodyError::TooLong(over) => refusal::too_long(client_id, over),
    })
}

/// What a visitor said of themself with a message.
///
/// # Errors
/// What to answer instead.
pub fn about(send: &Send) -> Result<Option<Box<About>>, Refused> {
    let about = send.about.as_ref().map(|about| About::read(&about.0)).transpose();
    about
        .map(|about| about.map(Box::new))
        .map_err(|error| bad_request(Some(send.client_id), error.to_string()))
}

/// The answer to the writer of a note; `seq` is the note's number.
#[must_use]
pub fn accepted_note(note: &Note) -> Accepted {
    Accepted {
        client_id: note.client_id,
        conversation: note.conversation.clone(),
        seq: note.number,
        at: note.at,
    }
}

impl Chat {
    /// Stores a visitor's message, already checked; queued when this is called.
    pub fn send(
        self: &Arc<Self>,
        from: &Arc<Sender>,
        send: Send,
        about: Option<Box<About>>,
        sequence: Sequence,
    ) -> Pending<Sent> {
        self.send_with(from, send, about, None, sequence)
    }

    /// As [`Self::send`], with what the visitor filled in.
    pub fn send_with(
        self: &Arc<Self>,
        from: &Arc<Sender>,
        send: Send,
        about: Option<Box<About>>,
        extra: Option<&Extra>,
        sequence: Sequence,
    ) -> Pending<Sent> {
        // An id costs a system call, and most messages name where they go.
        let new = send.conversation.is_none();
        let new_conversation = ConversationId(if new { self.clock.id() } else { String::new() });
        let message = VisitorMessage {
            from: from.clone(),
            client_id: send.client_id,
            conversation: send.conversation,
            new: send.new,
            new_conversation,
            body: send.body,
            attachments: send.attachments,
            extra: extra.map(to_json),
            about,
            at: self.clock.now(),
            sequence,
        };
        let (chat, from) = (Arc::clone(self), from.clone());
        self.store.visitor_message(
            message,
            Box::new(move |sent| {
                if matches!(sent, Sent::Repeated(_)) {
                    chat.gate.unsend(&from.visitor);
                }
                chat.sent(sent);
            }),
        )
    }

    /// Stores an agent's message, already checked; queued when this is called.
    pub fn reply(self: &Arc<Self>, agent: &AgentId, reply: Reply, sequence: Sequence) -> Pending<Sent> {
        self.reply_with(agent, reply, None, sequence)
    }

    /// As [`Self::reply`], with what there is to press or to fill in.
    pub fn reply_with(
        self: &Arc<Self>,
        agent: &AgentId,
        reply: Reply,
        extra: Option<&Extra>,
        sequence: Sequence,
    ) -> Pending<Sent> {
        let message = AgentMessage {
            agent: agent.clone(),
            client_id: reply.client_id,
            conversation: reply.conversation,
            body: reply.body,
            attachments: reply.attachments,
            extra: extra.map(to_json),
            quote: reply.quote,
            at: self.clock.now(),
            sequence,
        };
        let chat = Arc::clone(self);
        self.store.agent_message(message, Box::new(move |sent| chat.sent(sent)))
    }

    /// Stores a note, already checked; queued when this is called.
    pub fn note(&self, agent: &AgentId, note: WriteNote) -> Pending<Noted> {
        let message = AgentMessage {
            agent: agent.clone(),
            client_id: note.client_id,
            conversation: note.conversation,
            body: note.body,
            attachments: Vec::new(),
            extra: None,
            quote: None,
            at: self.clock.now(),
            sequence: Sequence::default(),
        };
        let publisher = self.publisher.clone();
        let then = move |noted: &Noted| {
            if let Noted::Stored { note, row, mentioned } = noted {
                publisher.noted(note, row, mentioned);
            }
        };
        self.store.note(message, Box::new(then))
    }

    fn sent(&self, sent: &Sent) {
        if let Sent::Stored(stored) = sent {
            self.counters.count_accepted();
            self.publisher.done(stored.activity.as_ref(), &stored.row);
            self.publisher.grown(&stored.items, &stored.row);
        }
    }
}
