//! The agent's lists: what is asked of the relay and what of it has come, and what has arrived on this page without having
//! been opened. The rows themselves are kept in [`super::rows`].
use super::{
    Ms,
    connection::ANSWER_WITHIN,
    mutants::{self, Mutant},
    rows::Rows,
};
use crate::protocol::{
    agent::{Filter, Inbox, InboxRow, List},
    ids::{AgentId, ConversationId, Millis, SiteKey},
    limits::INBOX_PAGE,
    model::{Read, Side},
    triage::{Counts, Only},
};
use alloc::{collections::BTreeMap, string::String, vec::Vec};

/// Rows asked for at first, so that they are there at once, and then at a time.
const FIRST_ROWS: u16 = 50;
/// A narrowed list with fewer rows than this is asked on by itself: nobody can scroll in it.
const FEW: usize = 30;
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

/// What is asked for and what has come.
#[derive(Debug)]
pub(super) struct Lists {
    rows: Rows,
    counts: BTreeMap<SiteKey, Counts>,
    counts_told: u64,
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
            rows: Rows::new(),
            counts: BTreeMap::new(),
            counts_told: 0,
            cursor: None,
            listed: false,
            asked: None,
            came: 0,
            doubted: false,
            tell: None,
        }
    }

    /// The rows, as they are now.
    pub(super) const fn rows(&self) -> &Rows {
        &self.rows
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
    pub(super) fn begin(&mut self, filter: Filter, only: Only) {
        self.rows.show(filter, only);
        self.cursor = None;
        self.listed = false;
        self.asked = Some(Asked { cursor: None, since: None });
        self.doubted = false;
    }

    /// A new connection, which tells its rows from none on.
    pub(super) fn connected(
        &mut self,
        me: AgentId,
        bookmarks: Vec<ConversationId>,
        mentions: Vec<ConversationId>,
    ) {
        self.came = 0;
        self.counts.clear();
        self.rows.belong(me, bookmarks, mentions);
    }

    /// A bookmark was set or taken away.
    pub(super) fn bookmark(&mut self, conversation: &ConversationId, on: bool) {
        self.rows.bookmark(conversation, on);
    }

    /// The agent was mentioned there, or has looked since.
    pub(super) fn mention(&mut self, conversation: &ConversationId, on: bool) {
        self.rows.mention(conversation, on);
    }

    /// How many each list of a site holds.
    pub(super) fn count(&mut self, counts: Counts) {
        self.counts_told += 1;
        self.counts.insert(counts.site.clone(), counts);
    }

    /// How often counts were told.
    pub(super) const fn counts_told(&self) -> u64 {
        self.counts_told
    }

    /// How many a list holds as it is narrowed to, if that is known: of all sites, or of one.
    pub(super) fn counted(&self, filter: Filter, me: Option<&AgentId>) -> Option<u32> {
        let only = self.rows.only();
        if only.narrows_within_a_site() || self.counts.is_empty() {
            return None;
        }
        let marked = match filter {
            Filter::Bookmarked => Some(self.rows.bookmarks()),
            Filter::Mentioned => Some(self.rows.mentions()),
            _ => None,
        };
        if let Some(marked) = marked {
            return only.is_none().then(|| u32::try_from(marked).unwrap_or(u32::MAX));
        }
        let sites =
            self.counts.values().filter(|counts| only.site.as_ref().is_none_or(|of| counts.site == *of));
        sites.map(|counts| counts.held(filter, me)).sum()
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
    pub(super) fn ask(&self, cursor: Option<String>) -> List {
        let limit = if cursor.is_some() { INBOX_PAGE } else { FIRST_ROWS };
        List { filter: self.rows.filter(), cursor, limit, only: self.rows.only().clone() }
    }

    /// Another log: nothing of this is true any more.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.counts.clear();
    }

    /// Known open ones whose visitor has waited since before this.
    pub(super) fn late(&self, before: Millis) -> usize {
        self.rows.late(before)
    }

    /// A page has come; whether the next one is to be asked for without anybody scrolling.
    pub(super) fn page(&mut self, inbox: Inbox) -> bool {
        if inbox.filter != self.rows.filter() || inbox.only != *self.rows.only() {
            return false;
        }
        if self.asked.take().is_some_and(|asked| asked.cursor.is_none()) {
            // Rows that left the list while the line was down, or without a word, go.
            self.rows.empty_list();
        }
        self.listed = true;
        self.cursor = inbox.cursor;
        self.rows.reached(inbox.conversations.last(), self.cursor.is_some());
        for row in inbox.conversations {
            self.rows.keep(row);
        }
        self.cursor.is_some() && self.rows.len() < FEW
    }

    /// A row is new or has changed.
    pub(super) fn changed(&mut self, now: Ms, row: &InboxRow) -> News {
        self.came += 1;
        let known = self.rows.row(&row.conversation).map_or(0, |known| known.head);
        if row.head <= known || row.preview_side != Side::Visitor || row.unread == 0 {
            return News::Nothing;
        }
        self.tell.get_or_insert(now + TELL_AFTER);
        if self.rows.concerns(row) { News::Wrote { began: row.head == 1 } } else { News::Nothing }
    }

    /// Whether a message waits for approval in a row that did not, or of which more are told than before: how often that
    /// was.
    pub(super) fn proposed(&self, row: &InboxRow) -> Option<u8> {
        row.triage.proposed_at?;
        let known = self.rows.row(&row.conversation).map(|known| &known.triage);
        let news = known.is_none_or(|known| known.proposed_at.is_none() || known.passed < row.triage.passed);
        news.then_some(row.triage.passed)
    }

    /// Whether more are told of a row than before, or again, that nobody answers there: its rung.
    pub(super) fn climbed(&self, row: &InboxRow) -> Option<u8> {
        let known = self.rows.row(&row.conversation).map_or(0, |known| known.triage.told);
        (row.triage.rung > 0 && row.triage.told > known).then_some(row.triage.rung)
    }

    pub(super) fn keep(&mut self, row: InboxRow) {
        self.rows.keep(row);
    }

    /// All of it was read here; the relay's row will say the same.
    pub(super) fn read(&mut self, conversation: &ConversationId) {
        self.rows.change(conversation, |row| row.unread = 0);
    }

    /// What has arrived on this page in rows that are not open, once it is time to say so.
    pub(super) fn arrivals(&mut self, now: Ms, is_open: impl Fn(&ConversationId) -> bool) -> Vec<Read> {
        if self.tell.is_none_or(|at| now < at) {
            return Vec::new();
        }
        self.tell = None;
        self.rows.arrivals(is_open)
    }

    pub(super) fn wake_at(&self, now: Ms) -> Option<Ms> {
        let answer = self.asked.as_ref().map(|asked| asked.since.map_or(now, |since| since + ANSWER_WITHIN));
        [self.tell, answer].into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::model::Status;

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
            triage: crate::protocol::triage::Triage::default(),
        }
    }

    /// The relay's answer: these rows, and where the page ends.
    fn answer(lists: &mut Lists, names: &[&str], cursor: Option<&str>) {
        let conversations = names.iter().map(|name| row(name, 5)).collect();
        let inbox = Inbox {
            filter: Filter::Open,
            conversations,
            cursor: cursor.map(Into::into),
            only: Only::default(),
        };
        lists.page(inbox);
    }

    fn shown(lists: &Lists) -> Vec<&str> {
        lists.rows().part(0, 99).map(|row| row.conversation.as_str()).collect()
    }

    #[test]
    fn a_list_that_does_not_come_is_asked_for_again() {
        let mut lists = Lists::new();
        let wants = |lists: &mut Lists, now| lists.wants(now).map(|list| list.cursor);
        assert_eq!((wants(&mut lists, 0), lists.wake_at(0)), (None, None), "nothing was asked for");
        lists.begin(Filter::Open, Only::default());
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
    fn what_waits_for_approval_is_news_once_and_again_when_more_are_told() {
        let mut lists = Lists::new();
        lists.begin(Filter::Open, Only::default());
        answer(&mut lists, &["a"], None);
        let waits = |passed| {
            let mut row = row("a", 5);
            (row.triage.proposed_at, row.triage.passed) = (Some(7), passed);
            row
        };
        assert_eq!(lists.proposed(&row("a", 5)), None);
        for passed in 0..3 {
            assert_eq!(lists.proposed(&waits(passed)), Some(passed));
            lists.keep(waits(passed));
            assert_eq!(lists.proposed(&waits(passed)), None, "each once");
        }
        lists.keep(row("a", 5));
        assert_eq!(lists.proposed(&waits(0)), Some(0), "another one");
    }

    #[test]
    fn a_row_that_got_lost_has_the_list_asked_for_anew() {
        let mut lists = Lists::new();
        let wants = |lists: &mut Lists, now| lists.wants(now).map(|list| list.cursor);
        lists.begin(Filter::Open, Only::default());
        answer(&mut lists, &["a"], None);
        lists.connected("ada".into(), Vec::new(), Vec::new());
        lists.changed(0, &row("b", 6));
        lists.keep(row("b", 6));
        assert!(!lists.missed(1) && wants(&mut lists, 1).is_none());
        assert!(lists.missed(3), "two got lost");
        assert!(lists.is_listed(), "what is there stays until the answer comes");
        assert_eq!((wants(&mut lists, 2), wants(&mut lists, 3)), (Some(None), None), "asked for once");
        answer(&mut lists, &["c", "b"], None);
        assert_eq!(shown(&lists), ["c", "b"], "a has left the list without a word");
        assert!(!lists.missed(3), "the count goes on from what was told");
        lists.connected("ada".into(), Vec::new(), Vec::new());
        assert!(!lists.missed(0));
    }
}
