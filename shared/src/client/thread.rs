//! One conversation on a page: its timeline, how far both sides are, how many messages are unread, who is writing.
use super::{Ms, connection::ANSWER_WITHIN, timeline::Timeline};
use crate::protocol::{
    ids::{ConversationId, Seq},
    limits::{TYPING_ENDS_MS, TYPING_EVERY_MS},
    model::{Author, GetHistory, History, Item, Kind, Read, ReadMarker, Side, Status, TypingNow},
};

/// Marks are told to the relay this long after they moved, so that a replay of a hundred entries tells once.
const TELL_AFTER: Ms = 150;

/// How far one side is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// The highest Seq that has arrived there.
    pub received: Seq,
    /// The highest Seq that has been read there.
    pub read: Seq,
}

impl Marks {
    fn grow(&mut self, received: Seq, read: Seq) -> bool {
        let before = *self;
        self.received = self.received.max(received).max(read);
        self.read = self.read.max(read);
        before != *self
    }
}

/// How far a stored message of this side is, as the other side confirmed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// In the store.
    Sent,
    /// It has arrived on the other side.
    Delivered,
    /// It has been read there.
    Read,
}

/// One conversation on a page.
#[derive(Clone, Debug)]
pub struct Thread {
    side: Side,
    timeline: Timeline,
    status: Status,
    mine: Marks,
    theirs: Marks,
    unread: u32,
    counted: Seq,
    typing: Option<(Author, Ms)>,
    typed: Option<Ms>,
    tell: Option<Ms>,
    /// Since when a page of entries has been asked for, as far as time was noticed.
    asked: Option<Ms>,
}

impl Thread {
    /// A conversation that this side (`side`) knows to reach `head`, with its marks and unread count.
    #[must_use]
    pub const fn new(side: Side, conversation: ConversationId, head: Seq) -> Self {
        Self {
            side,
            timeline: Timeline::new(conversation, head),
            status: Status::Open,
            mine: Marks { received: 0, read: 0 },
            theirs: Marks { received: 0, read: 0 },
            unread: 0,
            counted: head,
            typing: None,
            typed: None,
            tell: None,
            asked: None,
        }
    }

    /// The conversation.
    #[must_use]
    pub const fn conversation(&self) -> &ConversationId {
        self.timeline.conversation()
    }

    /// Its entries.
    #[must_use]
    pub const fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Where it stands.
    #[must_use]
    pub const fn status(&self) -> Status {
        self.status
    }

    /// Messages of the other side that this side has not read.
    #[must_use]
    pub const fn unread(&self) -> u32 {
        self.unread
    }

    /// How far this side is.
    #[must_use]
    pub const fn mine(&self) -> Marks {
        self.mine
    }

    /// How far the other side is.
    #[must_use]
    pub const fn theirs(&self) -> Marks {
        self.theirs
    }

    /// How far this side's message at `seq` is.
    #[must_use]
    pub const fn delivery(&self, seq: Seq) -> Delivery {
        if self.theirs.read >= seq {
            Delivery::Read
        } else if self.theirs.received >= seq {
            Delivery::Delivered
        } else {
            Delivery::Sent
        }
    }

    /// Who of the other side is writing at `now`.
    #[must_use]
    pub fn typing(&self, now: Ms) -> Option<&Author> {
        self.typing.as_ref().filter(|(_, until)| now < *until).map(|(author, _)| author)
    }

    /// The relay's own summary of the conversation, as `Welcome` and inbox rows carry it.
    pub fn summary(&mut self, head: Seq, status: Status, mine: Marks, theirs: Marks, unread: u32) {
        // A copy that has entries is resumed: what it misses follows by itself, and asking too would fetch it twice.
        if !self.timeline.is_loaded() || self.timeline.last() == 0 {
            self.timeline.heard_of(head);
        }
        self.mine.grow(mine.received, mine.read);
        self.theirs.grow(theirs.received, theirs.read);
        if head >= self.counted {
            (self.counted, self.status) = (head, status);
            self.unread = if self.mine.read >= head { 0 } else { unread };
        }
    }

    /// An entry has come; whether it changed anything.
    pub fn item(&mut self, now: Ms, item: Item) -> bool {
        let (seq, from) = (item.seq(), item.author().side());
        if let Item::Entry(entry) = &item {
            self.entry(entry.kind, seq);
        }
        if seq > self.counted {
            self.counted = seq;
            let theirs = from != self.side && matches!(item, Item::Message(_));
            self.unread += u32::from(theirs && seq > self.mine.read);
        }
        if from != self.side {
            self.typing = None;
        }
        let applied = self.timeline.apply(item);
        self.arrived(now);
        applied != super::timeline::Applied::Repeated
    }

    /// Only what is newer than all that was heard of says where the conversation stands: an older entry may still come,
    /// to fill a gap.
    fn entry(&mut self, kind: Kind, seq: Seq) {
        if seq <= self.counted {
            return;
        }
        match kind {
            Kind::Resolved => self.status = Status::Resolved,
            Kind::Reopened => self.status = Status::Open,
            Kind::Rated | Kind::Edited | Kind::Deleted | Kind::Unknown => {}
        }
    }

    /// A page of entries has come.
    pub fn page(&mut self, now: Ms, page: History) -> bool {
        let changed = self.timeline.page(page);
        self.asked = None;
        self.arrived(now);
        changed
    }

    /// The relay says what the highest Seq is.
    pub fn head(&mut self, seq: Seq) {
        self.timeline.heard_of(seq);
    }

    /// The relay says how far a side is.
    pub fn marker(&mut self, marker: &ReadMarker) -> bool {
        if marker.side == self.side {
            let moved = self.mine.grow(marker.received, marker.read);
            if moved {
                self.recount();
            }
            moved
        } else {
            self.theirs.grow(marker.received, marker.read)
        }
    }

    /// Read elsewhere: what is left is counted here, where all of it is here. Where not, it stays until the relay counts.
    fn recount(&mut self) {
        let (items, read) = (self.timeline.items(), self.mine.read);
        if read >= self.counted {
            self.unread = 0;
        } else if self.timeline.last() >= self.counted
            && items.first().is_some_and(|item| item.seq() <= read + 1)
        {
            let theirs = |item: &&Item| {
                matches!(item, Item::Message(_)) && item.seq() > read && item.author().side() != self.side
            };
            self.unread = u32::try_from(items.iter().filter(theirs).count()).unwrap_or(u32::MAX);
        }
    }

    /// Somebody of the other side is writing, or has stopped.
    pub fn typing_now(&mut self, now: Ms, typing: TypingNow) {
        if typing.author.side() != self.side {
            self.typing = typing.on.then_some((typing.author, now + TYPING_ENDS_MS));
        }
    }

    /// The person looks at the end of the conversation: all of it is read.
    pub fn seen(&mut self, now: Ms) -> bool {
        let last = self.timeline.last();
        let moved = last > 0 && self.mine.grow(last, last);
        if moved {
            self.tell.get_or_insert(now);
        }
        let had = self.unread > 0 && last >= self.counted;
        if had {
            self.unread = 0;
        }
        moved || had
    }

    /// The person is writing (or has stopped): whether the relay should be told now.
    pub fn i_type(&mut self, now: Ms, on: bool) -> bool {
        let due = self.typed.is_none_or(|at| now.saturating_sub(at) >= TYPING_EVERY_MS);
        let told = self.typed.is_some();
        self.typed = if !on {
            None
        } else if due {
            Some(now)
        } else {
            self.typed
        };
        if on { due } else { told }
    }

    /// The marks to tell the relay, if they moved a moment ago.
    pub fn tell(&mut self, now: Ms) -> Option<Read> {
        let due = self.tell.filter(|at| now >= *at)?;
        debug_assert!(due <= now);
        self.tell = None;
        Some(Read {
            conversation: self.conversation().clone(),
            received: self.mine.received,
            read: self.mine.read,
        })
    }

    /// When [`Self::tell`], the typing dots or a question without an answer want a tick.
    #[must_use]
    pub fn wake_at(&self, now: Ms) -> Option<Ms> {
        let typing = self.typing.as_ref().map(|(_, until)| *until);
        let asked = self.timeline.is_asked().then(|| self.asked.map_or(now, |since| since + ANSWER_WITHIN));
        [self.tell, typing, asked].into_iter().flatten().min()
    }

    /// Gives up questions that were refused or lost, and lets typing dots end; whether they did.
    pub fn tick(&mut self, now: Ms) -> bool {
        self.asked = self.timeline.is_asked().then(|| self.asked.unwrap_or(now));
        if self.asked.is_some_and(|since| now.saturating_sub(since) >= ANSWER_WITHIN) {
            self.timeline.lost();
            self.asked = None;
        }
        let over = self.typing.as_ref().is_some_and(|(_, until)| now >= *until);
        if over {
            self.typing = None;
        }
        over
    }

    /// The newest page comes without being asked for: the conversation was opened.
    pub const fn expect_page(&mut self) {
        self.timeline.expect_page();
    }

    /// The page to ask for, if something is missing.
    pub fn wants(&mut self) -> Option<GetHistory> {
        self.timeline.wants()
    }

    /// The page to ask for when the person wants older entries.
    pub fn older(&mut self) -> Option<GetHistory> {
        self.timeline.older()
    }

    /// The line was lost.
    pub fn lost(&mut self) {
        self.timeline.lost();
        self.asked = None;
        self.typing = None;
        self.typed = None;
    }

    /// The line is back: marks that may not have reached the relay are told again.
    pub fn tell_again(&mut self, now: Ms) {
        if self.mine.received > 0 {
            self.tell = Some(now);
        }
    }

    fn arrived(&mut self, now: Ms) {
        let last = self.timeline.last();
        if self.mine.grow(last, 0) {
            self.tell.get_or_insert(now + TELL_AFTER);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ANSWER_WITHIN, Kind, Marks, Side, Status, Thread};
    use crate::protocol::model::{Author, Data, Entry, Item, SystemAuthor};

    fn entry(seq: u64, kind: Kind) -> Item {
        let author = Author::System(SystemAuthor {});
        Item::Entry(Entry { conversation: "c".into(), seq, at: 0, author, kind, data: Data::default() })
    }

    #[test]
    fn the_newest_entry_says_where_it_stands_in_whatever_order_they_come() {
        let mut thread = Thread::new(Side::Visitor, "c".into(), 0);
        for (seq, kind) in [
            (1, Kind::Resolved),
            (4, Kind::Resolved),
            (2, Kind::Reopened),
            (3, Kind::Reopened),
            (4, Kind::Resolved),
        ] {
            thread.item(0, entry(seq, kind));
        }
        assert_eq!((thread.status(), thread.timeline().last()), (Status::Resolved, 4));
        thread.summary(3, Status::Open, Marks::default(), Marks::default(), 0);
        assert_eq!(thread.status(), Status::Resolved, "a summary from before");
    }

    #[test]
    fn a_question_without_an_answer_is_asked_again() {
        let mut thread = Thread::new(Side::Visitor, "c".into(), 3);
        let ask = thread.wants().expect("three entries are missing");
        assert_eq!(thread.wake_at(100), Some(100), "a tick, to begin to count");
        thread.tick(100);
        assert_eq!((thread.wants(), thread.wake_at(100)), (None, Some(100 + ANSWER_WITHIN)));
        thread.tick(100 + ANSWER_WITHIN);
        assert_eq!(thread.wants(), Some(ask));
    }
}
