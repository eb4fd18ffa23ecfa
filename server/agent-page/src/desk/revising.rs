//! Messages that an agent says in other words or takes away. A deletion is held back for as long as the toast stays that offers
//! to take it back; whatever ends the toast, leaving the page too, sends it.
use super::{Desk, Undo, link};
use leptos::prelude::*;
use merhaba_shared::{
    client::outbox::{Outgoing, Progress, What},
    protocol::{
        agent::Role,
        error::Code,
        ids::{ClientId, ConversationId, Seq},
        limits::EDIT_MS,
        model::{Author, Item, Message},
    },
};

/// A message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Which {
    /// Where.
    pub conversation: ConversationId,
    /// Its Seq.
    pub seq: Seq,
}

/// What the agent may do with a message now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct May {
    /// Say it in other words.
    pub edit: bool,
    /// Take it away.
    pub delete: bool,
    /// Quote it in an answer.
    pub quote: bool,
}

impl Desk {
    /// What may be done now with a message of the conversation that is shown.
    pub fn may_revise(self, seq: Seq) -> May {
        let Some(row) = self.current_row().get_untracked() else { return May::default() };
        let role = self.role(&row);
        if role == Role::Trainee {
            return May::default();
        }
        let Some(message) = self.message(seq).filter(|message| message.deleted.is_none()) else {
            return May::default();
        };
        let own = self.is_mine(&message) && self.now_once() - message.at <= EDIT_MS;
        May { edit: own, delete: own || matches!(role, Role::Owner | Role::Admin), quote: true }
    }

    /// A message of the conversation that is shown, if it is here.
    pub fn message(self, seq: Seq) -> Option<Message> {
        self.peek(|client| {
            client.current()?.thread.timeline().items().iter().find_map(|item| match item {
                Item::Message(message) if message.seq == seq => Some(message.clone()),
                _ => None,
            })
        })
    }

    fn is_mine(self, message: &Message) -> bool {
        self.peek(|client| {
            matches!(&message.author, Author::Agent(by) if client.me().is_some_and(|me| me.id == by.id))
        })
    }

    /// The last message of the agent's in the conversation that is shown, if it can still be said in other words.
    pub fn last_own(self) -> Option<Seq> {
        let own = self.peek(|client| {
            let items = client.current()?.thread.timeline().items();
            let me = &client.me()?.id;
            items.iter().rev().find_map(|item| match item {
                Item::Message(message) if message.deleted.is_none() => match &message.author {
                    Author::Agent(by) if by.id == *me => Some(message.seq),
                    _ => None,
                },
                _ => None,
            })
        })?;
        self.may_revise(own).edit.then_some(own)
    }

    /// Begins to say a message in other words; whether that can be done.
    pub fn begin_edit(self, seq: Seq) -> bool {
        let Some(conversation) = self.current().get_untracked() else { return false };
        if !self.may_revise(seq).edit {
            self.say(self.texts().change_too_late.into());
            return false;
        }
        self.noting.set(false);
        self.editing.set(Some(Which { conversation, seq }));
        true
    }

    /// Where a message of the conversation that is shown stands, once it is stored.
    pub fn seq_of(self, id: ClientId) -> Option<Seq> {
        self.peek(|client| {
            client.current()?.thread.timeline().items().iter().find_map(|item| match item {
                Item::Message(message) if message.client_id == id => Some(message.seq),
                _ => None,
            })
        })
    }

    /// Whether a message is the one that is being said in other words.
    pub fn is_edited(self, id: ClientId) -> Memo<bool> {
        Memo::new(move |_| {
            let which = self.editing.with(|which| which.as_ref().map(|which| which.seq));
            which.is_some() && self.seq_of(id) == which
        })
    }

    /// Says a message in other words; the same words are no edit.
    pub fn edit(self, which: &Which, words: String) {
        if self.message(which.seq).is_none_or(|message| message.body != words) {
            let id = link::client_id();
            self.act(|client, now| client.edit(now, id, &which.conversation, which.seq, words));
        }
    }

    /// Takes a message away, with a way back for as long as the toast stays.
    pub fn delete(self, which: Which) {
        if self.editing.with_untracked(|editing| editing.as_ref() == Some(&which)) {
            self.editing.set(None);
        }
        self.offer(self.texts().done_deleted.into(), Undo::Deleted);
        self.deleting.set(Some(which));
    }

    /// What was to go, goes now: nobody can take it back any more.
    pub(super) fn delete_now(self) {
        if let Some(Some(which)) = self.deleting.try_update(Option::take) {
            let id = link::client_id();
            self.act(|client, now| client.delete(now, id, &which.conversation, which.seq));
        }
    }

    /// What is held back, as if it were on its way: it is not shown any more.
    pub(super) fn held_back(self) -> Option<Outgoing> {
        self.deleting.with(|which| {
            which.as_ref().map(|which| Outgoing {
                client_id: ClientId([0; 16]),
                conversation: Some(which.conversation.clone()),
                begins: None,
                body: String::new(),
                attachments: Vec::new(),
                what: What::Deletion(which.seq),
                progress: Progress::Waiting,
            })
        })
    }

    /// The relay did not change a message: why, and the words of an edit stand in the field again.
    pub(super) fn unchanged(self, wanted: &Outgoing, code: Code) {
        let texts = self.texts();
        let why = match code {
            Code::Closed => texts.change_too_late,
            Code::Forbidden => texts.change_not_yours,
            _ => texts.change_refused,
        };
        self.say(why.into());
        if let Some(conversation) = wanted.conversation.as_ref().filter(|_| !wanted.body.is_empty()) {
            let draft = self.draft(conversation, false);
            let joined =
                if draft.is_empty() { wanted.body.clone() } else { [&wanted.body, "\n", &draft].concat() };
            self.keep_draft(conversation, false, joined);
            self.begun.update(|times| *times += 1);
        }
    }
}
