//! What an agent does to sort conversations, and what of it can be taken back: done at once, with a way back for as long as
//! the toast stays, instead of a question before.
use super::Desk;
use crate::{address, i18n::fill, prefs::Step, time, views::sorting::may_sort};
use leptos::prelude::*;
use merhaba_shared::protocol::{
    agent::Filter,
    ids::{ConversationId, Millis},
    triage::Only,
};

/// What can be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undo {
    /// A conversation was resolved.
    Resolved(ConversationId),
    /// A conversation was put off.
    Snoozed(ConversationId),
    /// A message is to go, and has not gone yet.
    Deleted,
}

impl Desk {
    /// Narrows the list that is shown.
    pub fn narrow(self, only: Only) {
        self.act(|client, _| {
            let filter = client.filter();
            client.narrow(filter, only);
        });
        self.keep_address();
    }

    /// Shows every conversation that has a tag.
    pub fn show_tagged(self, tag: String) {
        self.act(|client, _| client.narrow(Filter::All, Only { tag: Some(tag), ..Only::default() }));
        self.keep_address();
    }

    /// Puts the list that is shown into the address.
    pub(super) fn keep_address(self) {
        self.peek(|client| address::keep(client.filter(), client.only()));
    }

    /// Whether the agent may sort the conversation that is shown.
    pub fn may_sort(self) -> Memo<bool> {
        let row = self.current_row();
        Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| may_sort(self.role(row)))))
    }

    /// Marks a conversation for oneself, or no longer.
    pub fn bookmark(self, conversation: &ConversationId) {
        self.act(|client, _| {
            let on = !client.is_bookmarked(conversation);
            client.bookmark(conversation, on);
        });
    }

    /// Resolves a conversation, with a way back.
    pub fn resolve(self, conversation: &ConversationId) {
        self.act(|client, _| client.resolve(conversation));
        self.prefs.did(Step::Resolve);
        self.offer(self.texts().done_resolved.into(), Undo::Resolved(conversation.clone()));
    }

    /// Calls owners and admins. There is no way back: they have been told.
    pub fn escalate(self, conversation: &ConversationId, reason: String) {
        self.escalating.set(false);
        self.act(|client, _| client.escalate(conversation, reason));
        self.say(self.texts().done_escalated.into());
    }

    /// Puts a conversation off, with a way back.
    pub fn snooze(self, conversation: &ConversationId, until: Millis) {
        self.snoozing.set(false);
        self.act(|client, _| client.snooze(conversation, Some(until)));
        let words = time::day_and_clock(until, self.prefs.lang.get_untracked());
        self.offer(fill(self.texts().done_snoozed, &[("time", &words)]), Undo::Snoozed(conversation.clone()));
    }

    pub(super) fn offer(self, sentence: String, undo: Undo) {
        self.say(sentence);
        self.undo.set(Some(undo));
    }

    /// Takes back what was done last, as long as that is offered; whether it was.
    pub fn take_back_last(self) -> bool {
        let can = |undo: &Undo| *undo == Undo::Deleted || self.is_live_now();
        let Some(undo) = self.undo.get_untracked().filter(can) else { return false };
        self.undo.set(None);
        self.toast.set(None);
        match &undo {
            Undo::Resolved(conversation) => self.act(|client, _| client.reopen(conversation)),
            Undo::Snoozed(conversation) => self.act(|client, _| client.snooze(conversation, None)),
            Undo::Deleted => self.deleting.set(None),
        }
        true
    }
}
