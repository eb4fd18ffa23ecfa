//! The agent's lists: every row that is known here, which of them the chosen list shows, and what has arrived on this
//! page without having been opened.
use super::{
    Ms,
    connection::ANSWER_WITHIN,
    mutants::{self, Mutant},
};
use crate::protocol::{
    agent::{Filter, Inbox, InboxRow, List},
    ids::{AgentId, ConversationId},
    model::{AgentAuthor, Read, Side, Status},
};
use alloc::{string::String, vec::Vec};

/// Rows asked for at a time.
const ROWS: u16 = 50;
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

/// A page of the list that was asked for and has not come.
#[derive(Debug)]
struct Asked {
    /// Where the page before ended; `None`: the first.
    cursor: Option<String>,
    /// Since when it is waited for; `None`: time has not passed since.
    since: Option<Ms>,
}

/// The rows, and the list that is shown.
#[derive(Debug)]
pub(super) struct Lists {
    rows: Vec<InboxRow>,
    filter: Filter,
    cursor: Option<String>,
    listed: bool,
    asked: Option<Asked>,
    /// Rows that came by themselves on this connection.
    came: u64,
    /// One of them got lost.
    doubted: bool,
    tell: Option<Ms>,
}

impl Lists {
    pub(super) const fn new() -> Self {
        Self {
            rows: Vec::new(),
            filter: Filter::Open,
            cursor: None,
            listed: false,
            asked: None,
            came: 0,
            doubted: false,
            tell: None,
        }
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

    /// Where the next page begins, which is now asked for.
    pub(super) fn next(&mut self) -> Option<String> {
        let cursor = self.cursor.take()?;
        self.asked = Some(Asked { cursor: Some(cursor.clone()), since: None });
        Some(cursor)
    }

    /// Another list, or the same one anew: its first page will be the truth about it.
    pub(super) fn begin(&mut self, filter: Filter) {
        self.filter = filter;
        self.cursor = None;
        self.listed = false;
        self.asked = Some(Asked { cursor: None, since: None });
        self.doubted = false;
    }

    /// A new connection, which tells its rows from none on.
    pub(super) const fn connected(&mut self) {
        self.came = 0;
    }

    /// The relay says how many rows it has told; whether that is not what came here. It counts from there on.
    pub(super) fn missed(&mut self, told: u64) -> bool {
        let missed = told != self.came && !mutants::on(Mutant::RowsUncounted);
        self.came = told;
        self.doubted |= missed;
        missed
    }

    /// The page that is to be asked for now: again, since its answer did not come, or the first anew, since a row got
    /// lost. What is shown stays until it comes.
    pub(super) fn wants(&mut self, now: Ms) -> Option<List> {
        if self.asked.is_none() && self.doubted {
            self.doubted = false;
            self.asked = Some(Asked { cursor: None, since: Some(now) });
            return Some(self.ask(None));
        }
        let asked = self.asked.as_mut()?;
        if now < *asked.since.get_or_insert(now) + ANSWER_WITHIN {
            return None;
        }
        asked.since = Some(now);
        let cursor = asked.cursor.clone();
        Some(self.ask(cursor))
    }

    /// Asks for a page of the list.
    pub(super) const fn ask(&self, cursor: Option<String>) -> List {
        List { filter: self.filter, cursor, limit: ROWS }
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
        if self.asked.take().is_some_and(|asked| asked.cursor.is_none()) {
            // Rows that left the list while the line was down, or without a word, go.
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
        self.came += 1;
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

    pub(super) fn wake_at(&self, now: Ms) -> Option<Ms> {
        let answer = self.asked.as_ref().map(|asked| asked.since.map_or(now, |since| since + ANSWER_WITHIN));
        [self.tell, answer].into_iter().flatten().min()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, at: i64) -> InboxRow {
        InboxRow {
            conversation: name.into(),
            site: "shop".into(),
            status: Status::Open,
            head: 1,
            preview: String::new(),
            preview_side: Side::Visitor,
            at,
            created_at: at,
            waiting_since: None,
            unread: 1,
            assignee: None,
            visitor: crate::protocol::agent::VisitorCard {
                id: "v".into(),
                number: 1,
                name: None,
                locale: "tr".into(),
                page: None,
                about: None,
            },
            visitor_received: 0,
            visitor_read: 0,
            agent_received: 0,
            agent_read: 0,
            backstage: 4,
        }
    }

    /// The relay's answer: these rows, and where the page ends.
    fn answer(lists: &mut Lists, names: &[&str], cursor: Option<&str>) {
        let conversations = names.iter().map(|name| row(name, 5)).collect();
        let inbox = Inbox { filter: Filter::Open, conversations, cursor: cursor.map(Into::into) };
        for row in lists.page(inbox, None) {
            lists.keep(row);
        }
    }

    fn shown(lists: &Lists) -> Vec<&str> {
        lists.shown(None).into_iter().map(|row| row.conversation.as_str()).collect()
    }

    #[test]
    fn a_list_that_does_not_come_is_asked_for_again() {
        let mut lists = Lists::new();
        let wants = |lists: &mut Lists, now| lists.wants(now).map(|list| list.cursor);
        assert_eq!((wants(&mut lists, 0), lists.wake_at(0)), (None, None), "nothing was asked for");
        lists.begin(Filter::Open);
        assert_eq!(lists.wake_at(100), Some(100), "to see since when it is waited for");
        assert_eq!((wants(&mut lists, 100), lists.wake_at(101)), (None, Some(100 + ANSWER_WITHIN)));
        assert_eq!(wants(&mut lists, 100 + ANSWER_WITHIN), Some(None));
        assert_eq!(wants(&mut lists, 101 + ANSWER_WITHIN), None, "each time as patiently");
        answer(&mut lists, &["b", "a"], Some("a"));
        assert_eq!((wants(&mut lists, 900_000), lists.wake_at(900_000)), (None, None));
        let next = lists.next();
        wants(&mut lists, 0);
        assert_eq!(wants(&mut lists, ANSWER_WITHIN), Some(next), "the next page too, as it was asked for");
        answer(&mut lists, &["0"], None);
        assert_eq!(shown(&lists), ["b", "a", "0"], "which goes on where the one before ended");
    }

    #[test]
    fn a_row_that_got_lost_has_the_list_asked_for_anew() {
        let mut lists = Lists::new();
        let wants = |lists: &mut Lists, now| lists.wants(now).map(|list| list.cursor);
        lists.begin(Filter::Open);
        answer(&mut lists, &["a"], None);
        lists.connected();
        lists.changed(0, &row("b", 6), None);
        lists.keep(row("b", 6));
        assert!(!lists.missed(1) && wants(&mut lists, 1).is_none());
        assert!(lists.missed(3), "two got lost");
        assert!(lists.is_listed(), "what is there stays until the answer comes");
        assert_eq!((wants(&mut lists, 2), wants(&mut lists, 3)), (Some(None), None), "asked for once");
        answer(&mut lists, &["c", "b"], None);
        assert_eq!(shown(&lists), ["c", "b"], "a has left the list without a word");
        assert!(!lists.missed(3), "the count goes on from what was told");
        lists.connected();
        assert!(!lists.missed(0));
    }
}
