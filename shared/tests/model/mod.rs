//! A model of the relay, as much of it as one visitor with some conversations sees. No time, no lines: those are the test's.
use card::card;
use merhaba_shared::protocol::{
    error::{Code, Refused},
    ids::{ConversationId, Token},
    model::{Accepted, Author, Head, History, Item, Message, Resume, VisitorAuthor},
    visitor::{Event, Send, Welcome},
};
use std::collections::HashSet;

mod card;
pub mod world;

/// The relay as CONTRACT describes it, for one visitor; none of the conversations is ever closed.
#[derive(Default)]
pub struct Relay {
    /// Every message of every conversation, in the order in which they were stored.
    pub log: Vec<Message>,
    /// Tokens of visitors that have a row.
    pub tokens: HashSet<String>,
    made: usize,
    /// How often a backup was restored.
    pub restored: usize,
    /// How often anything was sent.
    pub sends: usize,
}

impl Relay {
    /// A conversation's entry.
    pub fn item(&self, conversation: &ConversationId, seq: u64) -> Option<Item> {
        let same = |message: &&Message| message.conversation == *conversation && message.seq == seq;
        self.log.iter().find(same).cloned().map(Item::Message)
    }

    /// A conversation's highest Seq; 0: there is no such conversation.
    pub fn head(&self, conversation: &ConversationId) -> u64 {
        let newest = self.log.iter().rev().find(|message| message.conversation == *conversation);
        newest.map_or(0, |message| message.seq)
    }

    /// The latest active first.
    pub fn conversations(&self) -> Vec<ConversationId> {
        let mut found = Vec::new();
        for message in self.log.iter().rev() {
            if !found.contains(&message.conversation) {
                found.push(message.conversation.clone());
            }
        }
        found
    }

    pub fn heads(&self) -> impl Iterator<Item = Event> {
        let head = |conversation| Event::Head(Head { seq: self.head(&conversation), conversation });
        self.conversations().into_iter().map(head)
    }

    pub fn hello(&mut self, token: Option<&Token>, resume: &[Resume]) -> (Token, Vec<Event>) {
        let good = |token: &Token| self.tokens.contains(&token.0);
        let known = token.is_some_and(good);
        let mine = token.filter(|_| known).cloned().unwrap_or_else(|| self.new_token());
        let cards = self.conversations().into_iter().map(|name| card(&name.0, self.head(&name)));
        let welcome = Welcome {
            visitor: "v".into(),
            token: (!known).then(|| mine.clone()),
            replaced: !known && token.is_some(),
            epoch: format!("e{}", self.restored).as_str().into(),
            now: 0,
            online: true,
            back_at: None,
            conversations: if known { cards.collect() } else { Vec::new() },
        };
        let mut events = vec![Event::Welcome(welcome)];
        for Resume { conversation, after } in resume.iter().filter(|_| known) {
            let missed = after + 1..=self.head(conversation);
            events.extend(missed.filter_map(|seq| self.item(conversation, seq)).map(event));
        }
        (mine, events)
    }

    pub fn history(&self, conversation: ConversationId, before: Option<u64>, limit: u16) -> History {
        let to = before.unwrap_or(self.head(&conversation) + 1);
        let from = to.saturating_sub(u64::from(limit)).max(1);
        let entries = (from..to).filter_map(|seq| self.item(&conversation, seq)).collect();
        History { conversation, entries, more: from > 1 }
    }

    fn new_token(&mut self) -> Token {
        self.made += 1;
        Token(format!("t{}", self.made))
    }

    /// Stores a send; the message to publish if it is new.
    pub fn send(&mut self, token: &Token, send: &Send) -> (Event, Option<Message>) {
        self.tokens.insert(token.0.clone());
        let accepted = |message: &Message| {
            Event::Accepted(Accepted {
                client_id: message.client_id,
                conversation: message.conversation.clone(),
                seq: message.seq,
                at: 0,
            })
        };
        if let Some(stored) = self.log.iter().find(|stored| stored.client_id == send.client_id) {
            return (accepted(stored), None);
        }
        let open = self.conversations().into_iter().next().filter(|_| !send.new);
        let begun = || {
            self.made += 1;
            format!("c{}", self.made).as_str().into()
        };
        let conversation = send.conversation.clone().or(open).unwrap_or_else(begun);
        let seq = self.head(&conversation) + 1;
        if send.conversation.is_some() && seq == 1 {
            let (client_id, code, detail) = (Some(send.client_id), Code::NotFound, String::new());
            return (Event::Refused(Refused { client_id, code, detail, retry_after_ms: None }), None);
        }
        let message = Message {
            conversation,
            seq,
            client_id: send.client_id,
            author: Author::Visitor(VisitorAuthor::default()),
            at: 0,
            body: send.body.clone(),
            attachments: Vec::new(),
            extra: None,
            edited: None,
            deleted: None,
            quote: None,
        };
        self.log.push(message.clone());
        (accepted(&message), Some(message))
    }
}

fn event(item: Item) -> Event {
    match item {
        Item::Message(message) => Event::Message(message),
        Item::Entry(entry) => Event::Entry(entry),
    }
}
