//! A page's copy of one conversation's log: entries by Seq without a hole, what came too early kept aside, and the
//! question that fills a gap. Shows nothing that has a hole before it.
use super::mutants::{self, Mutant};
use crate::protocol::{
    ids::{ClientId, ConversationId, Seq},
    model::{Content, GetHistory, History, Item},
};
use alloc::{string::String, vec::Vec};

/// Entries asked for at a time.
pub const PAGE: u16 = 50;
/// What came too early is kept up to this many entries; more is asked for again anyway.
const AHEAD: usize = 200;

/// What applying an entry did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It (and perhaps some that had come early) stands at the end now.
    Appended,
    /// It was there already.
    Repeated,
    /// Something before it is missing.
    Gap,
}

/// One conversation's entries.
#[derive(Clone, Debug)]
pub struct Timeline {
    conversation: ConversationId,
    items: Vec<Item>,
    ahead: Vec<Item>,
    head: Seq,
    more: bool,
    loaded: bool,
    asked: bool,
}

impl Timeline {
    /// An empty copy of a conversation whose highest Seq is `head`.
    #[must_use]
    pub const fn new(conversation: ConversationId, head: Seq) -> Self {
        Self {
            conversation,
            items: Vec::new(),
            ahead: Vec::new(),
            head,
            more: false,
            loaded: head == 0,
            asked: false,
        }
    }

    /// Whose copy this is.
    #[must_use]
    pub const fn conversation(&self) -> &ConversationId {
        &self.conversation
    }

    /// The entries, ascending, without a hole.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Whether a message that was sent with this id is here.
    #[must_use]
    pub fn has(&self, client_id: ClientId) -> bool {
        let same = |item: &Item| matches!(item, Item::Message(message) if message.client_id == client_id);
        self.items.iter().any(same)
    }

    /// Whether there are older entries than the first here.
    #[must_use]
    pub const fn has_older(&self) -> bool {
        self.more
    }

    /// Whether the newest entries have been here: before that, nothing can be said of the conversation.
    #[must_use]
    pub const fn is_loaded(&self) -> bool {
        self.loaded
    }

    /// The highest Seq here with nothing missing before it (in this copy); 0: nothing.
    #[must_use]
    pub fn last(&self) -> Seq {
        self.items.last().map_or(0, Item::seq)
    }

    /// The relay's highest Seq, as far as known.
    #[must_use]
    pub const fn head(&self) -> Seq {
        self.head
    }

    /// The relay says what the highest Seq is.
    pub fn heard_of(&mut self, head: Seq) {
        self.head = self.head.max(head);
    }

    /// An entry has come.
    pub fn apply(&mut self, item: Item) -> Applied {
        let seq = item.seq();
        self.heard_of(seq);
        let unchecked = mutants::on(Mutant::GapUnchecked) && !self.items.is_empty() && seq > self.last();
        if self.loaded && (seq == self.last() + 1 || unchecked) {
            let before = self.items.len();
            self.items.push(item);
            self.join();
            if self.items.iter().skip(before).any(|item| revision(item).is_some()) {
                self.settle();
            }
            return Applied::Appended;
        }
        if self.loaded && seq <= self.last() {
            return Applied::Repeated;
        }
        self.keep_aside(item);
        Applied::Gap
    }

    /// A page has come. Returns whether anything changed.
    pub fn page(&mut self, page: History) -> bool {
        self.asked = false;
        let Some((from, to)) = page.entries.first().map(Item::seq).zip(page.entries.last().map(Item::seq))
        else {
            self.more = self.more && page.more;
            let first = !self.loaded;
            self.loaded = true;
            return first;
        };
        self.heard_of(to);
        if self.items.is_empty() {
            self.items = page.entries;
            self.more = page.more;
            self.loaded = true;
        } else {
            let (oldest, last) = (self.items.first().map_or(0, Item::seq), self.last());
            let (older, newer): (Vec<_>, Vec<_>) = page
                .entries
                .into_iter()
                .filter(|item| item.seq() < oldest || item.seq() > last)
                .partition(|item| item.seq() < oldest);
            if from < oldest && to + 1 >= oldest {
                self.items.splice(0..0, older);
                self.more = page.more;
            }
            for item in newer {
                self.apply(item);
            }
        }
        self.join();
        self.settle();
        true
    }

    /// The page to ask for to fill a gap (or to begin with), if one is missing and none is on its way.
    pub fn wants(&mut self) -> Option<GetHistory> {
        let whole = self.loaded && self.ahead.is_empty() && self.last() >= self.head;
        if whole || self.asked {
            return None;
        }
        self.asked = true;
        let before = if self.loaded { self.ahead.first().map(Item::seq) } else { None };
        Some(GetHistory { conversation: self.conversation.clone(), before, limit: PAGE })
    }

    /// The page to ask for when the person wants older entries.
    pub fn older(&mut self) -> Option<GetHistory> {
        let first = self.items.first()?.seq();
        if !self.more || self.asked {
            return None;
        }
        self.asked = true;
        Some(GetHistory { conversation: self.conversation.clone(), before: Some(first), limit: PAGE })
    }

    /// The newest page comes without being asked for.
    pub const fn expect_page(&mut self) {
        self.asked = true;
    }

    /// Whether a page is on its way.
    #[must_use]
    pub const fn is_asked(&self) -> bool {
        self.asked
    }

    /// The line or the question was lost: nothing is on its way any more.
    pub const fn lost(&mut self) {
        self.asked = false;
    }

    fn keep_aside(&mut self, item: Item) {
        let at = self.ahead.partition_point(|other| other.seq() < item.seq());
        let known = self.ahead.get(at).is_some_and(|other| other.seq() == item.seq());
        if !known {
            self.ahead.insert(at, item);
            // The newest are the ones that a page brings back soonest.
            self.ahead.truncate(AHEAD);
        }
    }

    /// What edits and deletions did to the messages that are here. Of several that name one message the newest counts, and
    /// no other keeps its words. An entry and its message come in any order: a page of older entries brings either.
    fn settle(&mut self) {
        let mut seen: Vec<(Seq, Seq, Option<String>)> = Vec::new();
        for item in self.items.iter_mut().rev() {
            let by = item.seq();
            if let Some(of) = revision(item) {
                let superseded = seen.iter().any(|(named, ..)| *named == of);
                let Item::Entry(entry) = item else { continue };
                match &mut entry.data.0 {
                    Some(Content::Edited(edit)) if superseded => edit.body = None,
                    Some(Content::Edited(edit)) if edit.body.is_some() => {
                        seen.push((of, by, edit.body.clone()));
                    }
                    Some(Content::Deleted(_)) => seen.push((of, by, None)),
                    _ => {}
                }
            } else if let Item::Message(message) = item {
                let seq = message.seq;
                for (_, by, words) in seen.iter().filter(|(of, ..)| *of == seq) {
                    message.revise(*by, words.as_deref());
                }
            }
        }
    }

    /// Moves what is no longer too early to the end.
    fn join(&mut self) {
        if !self.loaded {
            return;
        }
        let last = self.last();
        let mut next = last + 1;
        let mut rest = Vec::new();
        for item in core::mem::take(&mut self.ahead) {
            if item.seq() == next {
                next += 1;
                self.items.push(item);
            } else if item.seq() > next {
                rest.push(item);
            }
        }
        self.ahead = rest;
    }
}

/// The Seq of the message that an entry changes or takes away, if it does.
const fn revision(item: &Item) -> Option<Seq> {
    match item {
        Item::Entry(entry) => match &entry.data.0 {
            Some(Content::Edited(edit)) => Some(edit.of),
            Some(Content::Deleted(gone)) => Some(gone.of),
            _ => None,
        },
        Item::Message(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Applied, Timeline};
    use crate::protocol::{
        ids::{ClientId, Seq},
        model::{
            Author, Content, Data, Deletion, Edit, Entry, GetHistory, History, Item, Kind, Message,
            VisitorAuthor,
        },
    };
    use proptest::prelude::*;

    fn item(seq: Seq) -> Item {
        Item::Message(Message {
            conversation: "c".into(),
            seq,
            client_id: ClientId([0; 16]),
            author: Author::Visitor(VisitorAuthor::default()),
            at: 0,
            body: format!("{seq}"),
            attachments: Vec::new(),
            extra: None,
            edited: None,
            deleted: None,
            quote: None,
        })
    }

    /// What the relay would answer, of a log of `head` entries.
    fn answer(ask: &GetHistory, head: Seq) -> History {
        let to = ask.before.unwrap_or(head + 1);
        let from = to.saturating_sub(u64::from(ask.limit)).max(1);
        History { conversation: "c".into(), entries: (from..to).map(item).collect(), more: from > 1 }
    }

    fn seqs(timeline: &Timeline) -> Vec<Seq> {
        timeline.items().iter().map(Item::seq).collect()
    }

    #[test]
    fn a_gap_is_asked_for_and_closed() {
        let mut timeline = Timeline::new("c".into(), 0);
        assert_eq!(timeline.apply(item(1)), Applied::Appended);
        assert_eq!(timeline.apply(item(3)), Applied::Gap);
        assert_eq!(seqs(&timeline), [1]);
        let ask = timeline.wants().expect("a gap");
        assert_eq!(ask.before, Some(3));
        assert_eq!(timeline.wants(), None, "one question at a time");
        timeline.page(answer(&ask, 3));
        assert_eq!(seqs(&timeline), [1, 2, 3]);
        assert_eq!(timeline.wants(), None);
    }

    #[test]
    fn a_head_beyond_the_last_entry_is_a_gap() {
        let mut timeline = Timeline::new("c".into(), 0);
        timeline.heard_of(2);
        let ask = timeline.wants().expect("a gap");
        timeline.page(answer(&ask, 2));
        assert_eq!(seqs(&timeline), [1, 2]);
    }

    #[test]
    fn older_pages_go_in_front() {
        let mut timeline = Timeline::new("c".into(), 120);
        let ask = timeline.wants().expect("the first page");
        timeline.page(answer(&ask, 120));
        assert_eq!((timeline.items().len(), timeline.has_older()), (50, true));
        while let Some(ask) = timeline.older() {
            timeline.page(answer(&ask, 120));
        }
        assert_eq!(seqs(&timeline), (1..=120).collect::<Vec<_>>());
    }

    fn changes(seq: Seq, content: Content) -> Item {
        let author = Author::Visitor(VisitorAuthor::default());
        let kind = if matches!(content, Content::Deleted(_)) { Kind::Deleted } else { Kind::Edited };
        let data = Data(Some(content));
        Item::Entry(Entry { conversation: "c".into(), seq, at: 0, author, kind, data })
    }

    /// A log of two messages, with what became of each in turn: in the end as the relay tells it to who comes late.
    fn revised(deeds: &[(Seq, bool)]) -> (Vec<Item>, Vec<Item>) {
        let mut told = vec![item(1), item(2)];
        let mut log = told.clone();
        for (seq, (of, gone)) in (3..).zip(deeds) {
            let at = usize::try_from(of - 1).expect("small");
            if matches!(&log[at], Item::Message(message) if message.deleted.is_some()) {
                break;
            }
            let words = (!gone).then(|| format!("words of {seq}"));
            for earlier in &mut log {
                if let Item::Entry(Entry { data: Data(Some(Content::Edited(edit))), .. }) = earlier
                    && edit.of == *of
                {
                    edit.body = None;
                }
            }
            if let Item::Message(message) = &mut log[at] {
                message.revise(seq, words.as_deref());
            }
            let content = match words {
                Some(body) => Content::Edited(Edit { of: *of, body: Some(body) }),
                None => Content::Deleted(Deletion { of: *of }),
            };
            told.push(changes(seq, content.clone()));
            log.push(changes(seq, content));
        }
        (told, log)
    }

    proptest! {
        /// Whoever hears of edits and deletions as they happen, whoever comes late from any place and whoever reads the log
        /// in pages, the older ones later: all show the same, and no words that are gone.
        #[test]
        fn what_was_changed_is_shown_the_same_from_wherever_one_comes(
            deeds in prop::collection::vec((1_u64..3, prop::bool::weighted(0.2)), 0..8),
            heard in 0_usize..12,
            page in 1_usize..12,
        ) {
            let (told, log) = revised(&deeds);
            let mut live = Timeline::new("c".into(), 0);
            for item in &told[..heard.min(told.len())] {
                live.apply(item.clone());
            }
            for item in &log[heard.min(log.len())..] {
                live.apply(item.clone());
            }
            prop_assert_eq!(live.items(), &log[..]);
            let from = log.len() - page.min(log.len());
            let mut late = Timeline::new("c".into(), log.len() as u64);
            late.page(History { conversation: "c".into(), entries: log[from..].to_vec(), more: from > 0 });
            late.page(History { conversation: "c".into(), entries: told[..from].to_vec(), more: false });
            prop_assert_eq!(late.items(), &log[..]);
        }

        /// Whatever is lost, doubled or reordered on the way: the copy never shows a hole or a repeat, and asking
        /// until nothing is missing ends with the whole log.
        #[test]
        fn it_converges_to_the_log(head in 1_u64..300, known in 0_u64..300, arrivals in prop::collection::vec(1_u64..300, 0..60)) {
            let known = known.min(head);
            let mut timeline = Timeline::new("c".into(), known);
            for seq in arrivals.into_iter().filter(|seq| *seq <= head) {
                timeline.apply(item(seq));
                let shown = seqs(&timeline);
                prop_assert!(shown.windows(2).all(|pair| pair[1] == pair[0] + 1));
            }
            timeline.heard_of(head);
            let mut questions = 0;
            while let Some(ask) = timeline.wants() {
                timeline.page(answer(&ask, head));
                questions += 1;
                prop_assert!(questions < 100);
            }
            while let Some(ask) = timeline.older() {
                timeline.page(answer(&ask, head));
            }
            prop_assert_eq!(seqs(&timeline), (1..=head).collect::<Vec<_>>());
        }
    }
}
