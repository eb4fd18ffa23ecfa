//! The agent's lists: every row that is known here, which of them the chosen list shows, and what has arrived on this
//! page without having been opened.
use super::Ms;
use crate::protocol::{
    agent::{Filter, Inbox, InboxRow},
    ids::{AgentId, ConversationId},
    model::{AgentAuthor, Read, Side, Status},
};
use alloc::{string::String, vec::Vec};

/// "Arrived" is told to the relay this long after a row changed.
const TELL_AFTER: Ms = 300;

/// What a changed row means to the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// Nothing to tell.
    Nothing,
    /// A visitor wrote; `began`: it is a new conversation.
    Wrote {
        /// Whether it began with this.
        began: bool,
    },
}

/// The rows, and the list that is shown.
#[derive(Debug)]
pub(super) struct Lists {
    rows: Vec<InboxRow>,
    filter: Filter,
    cursor: Option<String>,
    listed: bool,
    tell: Option<Ms>,
}

impl Lists {
    pub(super) const fn new() -> Self {
        Self { rows: Vec::new(), filter: Filter::Open, cursor: None, listed: false, tell: None }
    }

    pub(super) const fn filter(&self) -> Filter {
        self.filter
    }

    pub(super) const fn is_listed(&self) -> bool {
        self.listed
    }

    pub(super) const fn has_more(&self) -> bool {
        self.cursor.is_some()
    }

    pub(super) fn next(&mut self) -> Option<String> {
        self.cursor.take()
    }

    /// Another list, or the same one anew: its first page will be the truth about it.
    pub(super) fn begin(&mut self, filter: Filter) {
        self.filter = filter;
        self.cursor = None;
        self.listed = false;
    }

    /// Another log: nothing of this is true any more.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
    }

    pub(super) fn row(&self, conversation: &ConversationId) -> Option<&InboxRow> {
        self.rows.iter().find(|row| row.conversation == *conversation)
    }

    /// The rows of the list that is shown, the latest active first.
    pub(super) fn shown(&self, me: Option<&AgentId>) -> Vec<&InboxRow> {
        let mut rows: Vec<_> = self.rows.iter().filter(|row| self.shows(row, me)).collect();
        rows.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| b.conversation.cmp(&a.conversation)));
        rows
    }

    /// Open conversations with unread messages that are mine or nobody's.
    pub(super) fn waiting(&self, me: Option<&AgentId>) -> usize {
        let waits = |row: &&InboxRow| row.status == Status::Open && row.unread > 0 && concerns(row, me);
        self.rows.iter().filter(waits).count()
    }

    /// A page has come; whether it is of the list that is shown.
    pub(super) fn page(&mut self, inbox: Inbox, me: Option<&AgentId>) -> Vec<InboxRow> {
        if inbox.filter != self.filter {
            return Vec::new();
        }
        if !self.listed {
            // Rows that left the list while the line was down go.
            let gone: Vec<_> = self.rows.iter().map(|row| self.shows(row, me)).collect();
            let mut gone = gone.into_iter();
            self.rows.retain(|_| gone.next() != Some(true));
        }
        self.listed = true;
        self.cursor = inbox.cursor;
        inbox.conversations
    }

    /// A row is new or has changed.
    pub(super) fn changed(&mut self, now: Ms, row: &InboxRow, me: Option<&AgentId>) -> News {
        let known = self.row(&row.conversation).map_or(0, |known| known.head);
        if row.head <= known || row.preview_side != Side::Visitor || row.unread == 0 {
            return News::Nothing;
        }
        self.tell.get_or_insert(now + TELL_AFTER);
        if concerns(row, me) { News::Wrote { began: row.head == 1 } } else { News::Nothing }
    }

    pub(super) fn keep(&mut self, row: InboxRow) {
        match self.rows.iter_mut().find(|known| known.conversation == row.conversation) {
            Some(known) => *known = row,
            None => self.rows.push(row),
        }
    }

    /// All of it was read here; the relay's row will say the same.
    pub(super) fn read(&mut self, conversation: &ConversationId) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.conversation == *conversation) {
            row.unread = 0;
        }
    }

    /// What has arrived on this page in rows that are not open, once it is time to say so.
    pub(super) fn arrivals(&mut self, now: Ms, is_open: impl Fn(&ConversationId) -> bool) -> Vec<Read> {
        if self.tell.is_none_or(|at| now < at) {
            return Vec::new();
        }
        self.tell = None;
        let news = |row: &&mut InboxRow| {
            row.agent_received < row.head && row.unread > 0 && !is_open(&row.conversation)
        };
        let told = self.rows.iter_mut().filter(news).map(|row| {
            row.agent_received = row.head;
            Read { conversation: row.conversation.clone(), received: row.head, read: row.agent_read }
        });
        told.collect()
    }

    pub(super) const fn wake_at(&self) -> Option<Ms> {
        self.tell
    }

    fn shows(&self, row: &InboxRow, me: Option<&AgentId>) -> bool {
        let open = row.status == Status::Open;
        match self.filter {
            Filter::Open => open,
            Filter::Mine => open && row.assignee.is_some() && concerns(row, me),
            Filter::Unassigned => open && row.assignee.is_none(),
            Filter::Resolved => row.status == Status::Resolved,
            Filter::All => true,
        }
    }
}

/// Whether a conversation is mine or nobody's.
fn concerns(row: &InboxRow, me: Option<&AgentId>) -> bool {
    row.assignee.as_ref().is_none_or(|AgentAuthor { id, .. }| Some(id) == me)
}
