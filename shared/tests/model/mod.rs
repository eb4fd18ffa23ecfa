//! A model of the relay, as much of it as one visitor with one conversation sees. No time, no lines: those are the test's.
use card::card;
use merhaba_shared::protocol::{
    ids::Token,
    model::{Accepted, Author, Item, Message, VisitorAuthor},
    visitor::{Event, Send, Welcome},
};
use std::collections::HashSet;

mod card;

pub const CONVERSATION: &str = "c";

/// The relay as CONTRACT describes it, for one visitor with one conversation.
#[derive(Default)]
pub struct Relay {
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
    pub fn item(&self, seq: u64) -> Option<Item> {
        self.log.get(usize::try_from(seq).ok()?.checked_sub(1)?).cloned().map(Item::Message)
    }

    pub fn hello(&mut self, token: Option<&Token>, after: Option<u64>) -> (Token, Vec<Event>) {
        let good = |token: &Token| self.tokens.contains(&token.0);
        let known = token.is_some_and(good);
        let mine = token.filter(|_| known).cloned().unwrap_or_else(|| self.new_token());
        let head = self.log.len() as u64;
        let welcome = Welcome {
            visitor: "v".into(),
            token: (!known).then(|| mine.clone()),
            replaced: !known && token.is_some(),
            epoch: format!("e{}", self.restored).as_str().into(),
            now: 0,
            online: true,
            back_at: None,
            conversations: if known && head > 0 { vec![card(CONVERSATION, head)] } else { Vec::new() },
        };
        let missed = after.filter(|_| known).into_iter().flat_map(|after| after + 1..=head);
        let missed: Vec<_> = missed.filter_map(|seq| self.item(seq)).map(event).collect();
        (mine, std::iter::once(Event::Welcome(welcome)).chain(missed).collect())
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
                conversation: CONVERSATION.into(),
                seq: message.seq,
                at: 0,
            })
        };
        if let Some(stored) = self.log.iter().find(|stored| stored.client_id == send.client_id) {
            return (accepted(stored), None);
        }
        let message = Message {
            conversation: CONVERSATION.into(),
            seq: self.log.len() as u64 + 1,
            client_id: send.client_id,
            author: Author::Visitor(VisitorAuthor::default()),
            at: 0,
            body: send.body.clone(),
            attachments: Vec::new(),
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
