//! The rows that an agent's page knows, and the list that is shown, kept in its order: a change costs its own row and not
//! the list, so that ten thousand of them can change all the time. Never asks the relay for anything.
use crate::protocol::{
    agent::{Filter, InboxRow},
    ids::{AgentId, ConversationId, Millis},
    model::{Read, Status},
    triage::{Only, fold_tag, speaks},
};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec::Vec,
};
use core::cmp::Reverse;

/// Rows that are kept of what is not in the list that is shown.
const KEPT: usize = 16_384;

/// Where a row is in the list: lists go up.
pub(super) type Place = (i64, Reverse<ConversationId>);

/// The rows and the list.
#[derive(Debug)]
pub(super) struct Rows {
    all: BTreeMap<ConversationId, InboxRow>,
    /// Those that the list shows.
    order: BTreeSet<Place>,
    /// Open ones whose visitor waits, by since when.
    waits: BTreeSet<(Millis, ConversationId)>,
    /// Open ones with unread messages that are mine or nobody's.
    unread: BTreeSet<ConversationId>,
    /// What has arrived here and the relay was not told of.
    arrived: BTreeSet<ConversationId>,
    bookmarks: BTreeSet<ConversationId>,
    mentions: BTreeSet<ConversationId>,
    me: Option<AgentId>,
    filter: Filter,
    only: Only,
    /// Where the pages end that have come, if there are more.
    edge: Option<Place>,
}

impl Rows {
    pub(super) const fn new() -> Self {
        Self {
            all: BTreeMap::new(),
            order: BTreeSet::new(),
            waits: BTreeSet::new(),
            unread: BTreeSet::new(),
            arrived: BTreeSet::new(),
            bookmarks: BTreeSet::new(),
            mentions: BTreeSet::new(),
            me: None,
            filter: Filter::Open,
            only: Only { site: None, tag: None, agent: None, locale: None, department: None },
            edge: None,
        }
    }

    pub(super) const fn filter(&self) -> Filter {
        self.filter
    }

    pub(super) const fn only(&self) -> &Only {
        &self.only
    }

    pub(super) fn row(&self, conversation: &ConversationId) -> Option<&InboxRow> {
        self.all.get(conversation)
    }

    pub(super) fn is_bookmarked(&self, conversation: &ConversationId) -> bool {
        self.bookmarks.contains(conversation)
    }

    pub(super) fn bookmarks(&self) -> usize {
        self.bookmarks.len()
    }

    pub(super) fn is_mentioned(&self, conversation: &ConversationId) -> bool {
        self.mentions.contains(conversation)
    }

    pub(super) fn mentions(&self) -> usize {
        self.mentions.len()
    }

    /// Open conversations with unread messages that are mine or nobody's.
    pub(super) fn unread(&self) -> usize {
        self.unread.len()
    }

    /// Known open ones whose visitor has waited since before this.
    pub(super) fn late(&self, before: Millis) -> usize {
        self.waits.range(..(before, ConversationId::default())).count()
    }

    /// How many the list shows.
    pub(super) fn len(&self) -> usize {
        match &self.edge {
            Some(edge) => self.order.range(..=edge).count(),
            None => self.order.len(),
        }
    }

    /// A part of the list.
    pub(super) fn part(&self, from: usize, most: usize) -> impl Iterator<Item = &InboxRow> {
        let within = |place: &&Place| self.edge.as_ref().is_none_or(|edge| *place <= edge);
        let places = self.order.iter().take_while(within).skip(from).take(most);
        places.filter_map(|(_, Reverse(conversation))| self.all.get(conversation))
    }

    /// Where a conversation is in the list, counted from its beginning.
    pub(super) fn position(&self, conversation: &ConversationId) -> Option<usize> {
        let place = self.place(self.all.get(conversation)?);
        let shown = self.order.contains(&place) && self.edge.as_ref().is_none_or(|edge| place <= *edge);
        shown.then(|| self.order.range(..place).count())
    }

    /// Keeps a row as it is now.
    pub(super) fn keep(&mut self, row: InboxRow) {
        self.forget(&row.conversation);
        let marked = self.is_bookmarked(&row.conversation) || self.is_mentioned(&row.conversation);
        if self.all.len() < KEPT || marked || self.shows(&row) {
            self.enter(&row);
            self.all.insert(row.conversation.clone(), row);
        }
    }

    /// Changes a row in its place.
    pub(super) fn change(&mut self, conversation: &ConversationId, change: impl FnOnce(&mut InboxRow)) {
        if let Some(mut row) = self.all.get(conversation).cloned() {
            change(&mut row);
            self.keep(row);
        }
    }

    /// Who asks, what they have bookmarked, and where they were mentioned.
    pub(super) fn belong(
        &mut self,
        me: AgentId,
        bookmarks: Vec<ConversationId>,
        mentions: Vec<ConversationId>,
    ) {
        self.me = Some(me);
        self.bookmarks = bookmarks.into_iter().collect();
        self.mentions = mentions.into_iter().collect();
        self.sort();
    }

    /// Sets a mark, or takes it away.
    pub(super) fn bookmark(&mut self, conversation: &ConversationId, on: bool) {
        set(&mut self.bookmarks, conversation, on);
        self.marked(conversation);
    }

    /// The agent was mentioned there, or has looked since.
    pub(super) fn mention(&mut self, conversation: &ConversationId, on: bool) {
        set(&mut self.mentions, conversation, on);
        self.marked(conversation);
    }

    /// A mark has changed, and with it perhaps the list that goes by it.
    fn marked(&mut self, conversation: &ConversationId) {
        self.change(conversation, |_| {});
        if matches!(self.filter, Filter::Bookmarked | Filter::Mentioned) {
            self.sort();
        }
    }

    /// Shows another list.
    pub(super) fn show(&mut self, filter: Filter, only: Only) {
        if (self.filter, &self.only) != (filter, &only) {
            self.filter = filter;
            self.only = only;
            self.edge = None;
            self.sort();
        }
    }

    /// The first page is about to come: rows that are in the list now go, since some may have left it without a word.
    pub(super) fn empty_list(&mut self) {
        for (_, Reverse(conversation)) in core::mem::take(&mut self.order) {
            self.forget(&conversation);
        }
        self.edge = None;
    }

    /// A page has come, with this as its last row; `more`: the list goes on after it.
    pub(super) fn reached(&mut self, last: Option<&InboxRow>, more: bool) {
        self.edge = match (last, more) {
            (_, false) => None,
            (Some(last), true) => Some(self.place(last)),
            (None, true) => self.edge.take().or_else(|| Some((i64::MIN, Reverse(ConversationId::default())))),
        };
    }

    /// Another log: nothing of this is true any more.
    pub(super) fn clear(&mut self) {
        self.all.clear();
        self.bookmarks.clear();
        self.mentions.clear();
        self.edge = None;
        self.sort();
    }

    /// What has arrived since this was asked last, of what is not open elsewhere.
    pub(super) fn arrivals(&mut self, is_open: impl Fn(&ConversationId) -> bool) -> Vec<Read> {
        let mut told = Vec::new();
        for conversation in core::mem::take(&mut self.arrived) {
            if is_open(&conversation) {
                self.arrived.insert(conversation);
            } else if let Some(row) = self.all.get_mut(&conversation) {
                row.agent_received = row.head;
                told.push(Read { conversation, received: row.head, read: row.agent_read });
            }
        }
        told
    }

    fn sort(&mut self) {
        let all = core::mem::take(&mut self.all);
        self.order.clear();
        self.waits.clear();
        self.unread.clear();
        for row in all.values() {
            self.enter(row);
        }
        self.all = all;
    }

    fn enter(&mut self, row: &InboxRow) {
        if self.shows(row) {
            self.order.insert(self.place(row));
        }
        let open = row.status == Status::Open;
        if let Some(since) = row.waiting_since.filter(|_| open) {
            self.waits.insert((since, row.conversation.clone()));
        }
        if open && row.unread > 0 && self.concerns(row) {
            self.unread.insert(row.conversation.clone());
        }
        if row.agent_received < row.head && row.unread > 0 {
            self.arrived.insert(row.conversation.clone());
        }
    }

    fn forget(&mut self, conversation: &ConversationId) {
        let Some(row) = self.all.remove(conversation) else { return };
        self.order.remove(&self.place(&row));
        if let Some(since) = row.waiting_since {
            self.waits.remove(&(since, conversation.clone()));
        }
        self.unread.remove(conversation);
        self.arrived.remove(conversation);
    }

    /// The relay's lists have the same order.
    fn place(&self, row: &InboxRow) -> Place {
        let order = match self.filter {
            Filter::Waiting => row.waiting_since.unwrap_or(i64::MAX),
            Filter::Snoozed => row.triage.snoozed_until.unwrap_or(i64::MAX),
            Filter::Approval => row.triage.proposed_at.unwrap_or(i64::MAX),
            Filter::Unattended => row.triage.unattended_since.unwrap_or(i64::MAX),
            _ => row.at.saturating_neg(),
        };
        (order, Reverse(row.conversation.clone()))
    }

    fn shows(&self, row: &InboxRow) -> bool {
        let open = row.status == Status::Open;
        let listed = match self.filter {
            Filter::Open => open,
            Filter::Mine => open && row.assignee.is_some() && self.concerns(row),
            Filter::Unassigned => open && row.assignee.is_none(),
            Filter::Team => open && !self.concerns(row),
            Filter::Waiting => open && row.waiting_since.is_some(),
            Filter::Snoozed => row.status == Status::Snoozed,
            Filter::Resolved => row.status == Status::Resolved,
            Filter::Approval => row.triage.proposed_at.is_some(),
            Filter::Unattended => row.triage.unattended_since.is_some(),
            Filter::Bookmarked => self.is_bookmarked(&row.conversation),
            Filter::Mentioned => self.is_mentioned(&row.conversation),
            Filter::All => true,
        };
        listed && self.takes(row)
    }

    fn takes(&self, row: &InboxRow) -> bool {
        let Only { site, tag, agent, locale, department } = &self.only;
        let tagged = |tag: &String| {
            let folded = fold_tag(tag);
            row.triage.tags.iter().any(|tag| fold_tag(tag) == folded)
        };
        site.as_ref().is_none_or(|site| row.site == *site)
            && agent.as_ref().is_none_or(|agent| row.assignee.as_ref().is_some_and(|of| of.id == *agent))
            && locale.as_ref().is_none_or(|wanted| speaks(&row.visitor.locale, wanted))
            && (department.is_none() || row.triage.department == *department)
            && tag.as_ref().is_none_or(tagged)
    }

    /// Whether a conversation is mine or nobody's.
    pub(super) fn concerns(&self, row: &InboxRow) -> bool {
        row.assignee.as_ref().is_none_or(|agent| Some(&agent.id) == self.me.as_ref())
    }
}
/// Puts a conversation among those that have a mark, or takes it out.
fn set(marks: &mut BTreeSet<ConversationId>, conversation: &ConversationId, on: bool) {
    if on {
        marks.insert(conversation.clone());
    } else {
        marks.remove(conversation);
    }
}
