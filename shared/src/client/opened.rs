//! The conversations that are open on an agent's page: the one that is shown, and a few behind it, so that going back
//! is instant.
use super::{
    Ms,
    backstage::Backstage,
    thread::{Marks, Thread},
};
use crate::protocol::{
    agent::{BackstageLine, GetBackstage, InboxRow, Present},
    ids::{ConversationId, Millis},
    model::{Item, Side},
    person::Person,
};
use alloc::vec::Vec;

/// Conversations that stay open behind the one that is shown.
const KEPT_OPEN: usize = 8;

/// A conversation that is open on the page.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Its timeline and marks.
    pub thread: Thread,
    /// What the team wrote and did beside it.
    pub backstage: Backstage,
    /// Who of the team looks at it now, this agent too.
    pub present: Vec<Present>,
    /// Who writes there, as the relay said last.
    pub person: Option<Person>,
    /// Since when no page of theirs is connected, as far as that was told.
    pub gone: Option<Millis>,
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
        let thread = Thread::new(Side::Agent, conversation.clone(), head.max(1));
        let mut opened =
            Opened { thread, backstage: Backstage::default(), present: Vec::new(), person: None, gone: None };
        opened.expect();
        if let Some(row) = row {
            opened.summary(row);
        }
        self.all.push(opened);
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
            opened.summary(row);
        }
    }

    /// A line has come; the highest number that was heard of before it, of a conversation that is open here.
    pub(super) fn line(&mut self, line: BackstageLine) -> Option<u64> {
        let backstage = &mut self.get_mut(line.conversation())?.backstage;
        let head = backstage.head();
        backstage.line(line);
        Some(head)
    }
}

impl Opened {
    /// Its newest page and the end of its backstage come without being asked for.
    pub(super) const fn expect(&mut self) {
        self.thread.expect_page();
        self.backstage.expect();
    }

    /// The lines of the backstage to ask for, if some are missing beside what is here of the timeline.
    pub(super) fn wants_backstage(&mut self) -> Option<GetBackstage> {
        let timeline = self.thread.timeline();
        let first = timeline.items().first().map(Item::seq)?;
        self.backstage.wants(timeline.conversation(), first)
    }

    /// Whether time changed something.
    pub(super) fn tick(&mut self, now: Ms) -> bool {
        self.backstage.tick(now);
        self.thread.tick(now)
    }

    /// When [`Self::tick`] is needed.
    pub(super) fn wake_at(&self, now: Ms) -> Option<Ms> {
        self.thread.wake_at(now).into_iter().chain(self.backstage.wake_at(now)).min()
    }

    /// The line was lost.
    pub(super) fn lost(&mut self) {
        self.thread.lost();
        self.backstage.lost();
        // Nobody is said to be there whom nobody tells of any more.
        self.present.clear();
    }

    fn summary(&mut self, row: &InboxRow) {
        let mine = Marks { received: row.agent_received, read: row.agent_read };
        let theirs = Marks { received: row.visitor_received, read: row.visitor_read };
        self.thread.summary(row.head, row.status, mine, theirs, row.unread);
        self.backstage.heard_of(row.backstage);
    }
}
