//! The conversations that are open on an agent's page: the one that is shown, and a few behind it, so that going back
//! is instant.
use super::thread::{Marks, Thread};
use crate::protocol::{
    agent::{InboxRow, Note},
    ids::ConversationId,
    model::Side,
};
use alloc::vec::Vec;

/// Conversations that stay open behind the one that is shown.
const KEPT_OPEN: usize = 8;

/// A conversation that is open on the page.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Its timeline and marks.
    pub thread: Thread,
    /// Its notes, ascending.
    pub notes: Vec<Note>,
}

/// Everything that is open.
#[derive(Debug)]
pub(super) struct Opens {
    all: Vec<Opened>,
    current: Option<ConversationId>,
}

impl Opens {
    pub(super) const fn new() -> Self {
        Self { all: Vec::new(), current: None }
    }

    pub(super) fn all(&self) -> &[Opened] {
        &self.all
    }

    pub(super) fn all_mut(&mut self) -> &mut [Opened] {
        &mut self.all
    }

    pub(super) fn get(&self, conversation: &ConversationId) -> Option<&Opened> {
        self.all.iter().find(|opened| opened.thread.conversation() == conversation)
    }

    pub(super) fn get_mut(&mut self, conversation: &ConversationId) -> Option<&mut Opened> {
        self.all.iter_mut().find(|opened| opened.thread.conversation() == conversation)
    }

    /// The name of the one that is shown; it may not be open yet.
    pub(super) const fn shown(&self) -> Option<&ConversationId> {
        self.current.as_ref()
    }

    pub(super) fn current(&self) -> Option<&Opened> {
        self.get(self.current.as_ref()?)
    }

    pub(super) fn current_mut(&mut self) -> Option<&mut Opened> {
        let current = self.current.clone()?;
        self.get_mut(&current)
    }

    /// Shows one; whether it was open already.
    pub(super) fn show(&mut self, conversation: &ConversationId) -> bool {
        self.current = Some(conversation.clone());
        let Some(at) = self.all.iter().position(|opened| opened.thread.conversation() == conversation) else {
            return false;
        };
        let opened = self.all.remove(at);
        self.all.push(opened);
        true
    }

    /// Opens one whose newest page is on its way. One that has been open for long is closed for it: its name.
    pub(super) fn add(
        &mut self,
        conversation: &ConversationId,
        row: Option<&InboxRow>,
    ) -> Option<ConversationId> {
        let head = row.map_or(0, |row| row.head);
        let mut thread = Thread::new(Side::Agent, conversation.clone(), head.max(1));
        if let Some(row) = row {
            summary(&mut thread, row);
        }
        thread.expect_page();
        self.all.push(Opened { thread, notes: Vec::new() });
        (self.all.len() > KEPT_OPEN).then(|| self.all.remove(0).thread.conversation().clone())
    }

    /// Shows none; what is open stays open.
    pub(super) fn leave(&mut self) {
        self.current = None;
    }

    /// Another log: nothing of this is true any more.
    pub(super) fn clear(&mut self) {
        self.all.clear();
    }

    /// A row says where a conversation stands.
    pub(super) fn row(&mut self, row: &InboxRow) {
        if let Some(opened) = self.get_mut(&row.conversation) {
            summary(&mut opened.thread, row);
        }
    }

    pub(super) fn note(&mut self, note: Note) {
        if let Some(opened) = self.get_mut(&note.conversation)
            && opened.notes.iter().all(|known| known.number != note.number)
        {
            opened.notes.push(note);
            opened.notes.sort_by_key(|note| note.number);
        }
    }
}

fn summary(thread: &mut Thread, row: &InboxRow) {
    let mine = Marks { received: row.agent_received, read: row.agent_read };
    let theirs = Marks { received: row.visitor_received, read: row.visitor_read };
    thread.summary(row.head, row.status, mine, theirs, row.unread);
}
