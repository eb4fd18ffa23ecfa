//! Quoting a message in the next answer: which one it is, until that is sent or the quote is taken off. It stays with its
//! conversation while others are read; a message that another conversation's answer quotes takes its place.
use super::{Desk, Which};
use crate::{people, search::Place};
use leptos::prelude::*;
use merhaba_shared::{
    layout::quote,
    protocol::{
        agent::Role,
        ids::{ConversationId, Seq},
        model::{Item, Message, Side},
    },
};

impl Desk {
    /// The message of the conversation that is shown that the next answer quotes.
    pub fn quoted(self) -> Option<Seq> {
        let here = self.current().get();
        self.quoting.with(|which| {
            let which = which.as_ref().filter(|which| Some(&which.conversation) == here.as_ref());
            which.map(|which| which.seq)
        })
    }

    /// Whether messages of the conversation that is shown can be quoted: what a colleague is to approve is text alone.
    pub fn may_quote(self) -> bool {
        self.shown().is_some_and(|row| self.role(&row) != Role::Trainee)
    }

    /// The next answer quotes this message.
    pub fn quote(self, seq: Seq) {
        if let Some(conversation) = self.current().get_untracked().filter(|_| self.may_quote()) {
            self.noting.set(false);
            self.editing.set(None);
            self.quoting.set(Some(Which { conversation, seq }));
            crate::keys::focus("#answer");
        }
    }

    /// It quotes the visitor's last message, or, where it quotes one already, the one before that.
    pub fn quote_back(self) -> bool {
        let before = untrack(|| self.quoted()).unwrap_or(Seq::MAX);
        let of = self.peek(|client| {
            let items = client.current()?.thread.timeline().items();
            items.iter().rev().find_map(|item| match item {
                Item::Message(message) if message.seq < before && is_quotable(message) => Some(message.seq),
                _ => None,
            })
        });
        if let Some(of) = of {
            self.quote(of);
        }
        of.is_some()
    }

    /// The same, once: whether it quotes any.
    pub fn is_quoting(self) -> bool {
        untrack(|| self.quoted()).is_some()
    }

    /// It quotes nothing any more.
    pub fn unquote(self) {
        self.quoting.set(None);
    }

    /// What the answer that is sent now quotes; from here on the next one quotes nothing.
    pub(super) fn take_quote(self, conversation: &ConversationId) -> Option<Seq> {
        let seq = self.quoting.with_untracked(|which| {
            which.as_ref().filter(|which| which.conversation == *conversation).map(|w| w.seq)
        });
        if seq.is_some() {
            self.unquote();
        }
        seq
    }

    /// Goes to a message of the conversation that is shown, loaded or not.
    pub fn go_to_quoted(self, seq: Seq) {
        if let Some(conversation) = self.current().get_untracked() {
            self.go_to(Place { conversation, seq, note: None });
        }
    }

    /// The line for a message that is quoted, by whom (`None`: by the visitor) and in which words.
    pub fn quote_line(self, who: Option<&str>, words: Option<&str>) -> String {
        let texts = self.texts();
        let visitor = || self.shown().map(|row| people::visitor(&row.visitor, texts));
        let by = who.map(str::to_owned).or_else(visitor).unwrap_or_default();
        quote::line(&by, words.unwrap_or(texts.message_gone))
    }
}

fn is_quotable(message: &Message) -> bool {
    message.deleted.is_none() && message.author.side() == Side::Visitor
}
