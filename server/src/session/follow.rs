//! How far a session has told each conversation that it follows: what to skip, what to send, where a gap is, and
//! which heads to tell. Pure; sends nothing and asks no clock.
use crate::mutants::{self, Mutant};
use merhaba_shared::protocol::{
    ids::{ConversationId, Seq},
    limits::HEAD_WITHIN_MS,
    model::{Head, Read},
};
use std::time::{Duration, Instant};

/// Conversations one session follows at most; beyond, one is let go, which only costs its heads.
const FOLLOWED: usize = 256;
/// `Head` follows an entry after this time: a second before it must.
const HEAD_AFTER: Duration = Duration::from_millis(HEAD_WITHIN_MS - 1_000);

#[derive(Clone, Copy, Debug, Default)]
struct Place {
    /// The highest Seq that was sent.
    cursor: Seq,
    /// The highest Seq that a `Head` told, or the page knew.
    told: Seq,
    /// The highest marks that this session knows of.
    received: Seq,
    read: Seq,
    /// Those that are on their way to the store.
    marking: Option<(Seq, Seq)>,
}

/// What to do with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It was sent before.
    Skip,
    /// Send it.
    Next,
    /// Entries are missing between this Seq and it: the log has them.
    Gap(Seq),
    /// Of a conversation that is not followed.
    Unknown,
}

/// What to do with a command to move read marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Marks {
    /// Store these.
    Store(Read),
    /// They say nothing new, or are stored together with others when those under way are.
    Old,
    /// Of a conversation that is not followed.
    Unknown,
}

/// The places.
#[derive(Debug, Default)]
pub(super) struct Following {
    /// By conversation: one or two with most visitors, for whom a map would be mostly empty.
    places: Vec<(ConversationId, Place)>,
    due: Option<Instant>,
}

impl Following {
    fn at(&self, conversation: &ConversationId) -> Result<usize, usize> {
        self.places.binary_search_by(|(followed, _)| followed.cmp(conversation))
    }

    fn place(&mut self, conversation: &ConversationId) -> Option<&mut Place> {
        let at = self.at(conversation).ok()?;
        Some(&mut self.places[at].1)
    }

    /// Follows a conversation from after this Seq; the page knows the head up to `told`.
    pub(super) fn start(&mut self, conversation: ConversationId, cursor: Seq, told: Seq) {
        let place = Place { cursor, told, ..Place::default() };
        match self.at(&conversation) {
            Ok(at) => self.places[at].1 = place,
            Err(_) if self.places.len() >= FOLLOWED => {
                self.places.remove(0);
                self.start(conversation, cursor, told);
            }
            Err(at) => {
                if self.places.is_empty() {
                    self.places.reserve_exact(1);
                }
                self.places.insert(at, (conversation, place));
            }
        }
    }

    /// Follows it no more.
    pub(super) fn stop(&mut self, conversation: &ConversationId) {
        if let Ok(at) = self.at(conversation) {
            self.places.remove(at);
        }
    }

    /// Whether it is followed.
    pub(super) fn has(&self, conversation: &ConversationId) -> bool {
        self.at(conversation).is_ok()
    }

    /// The highest Seq that was sent, if it is followed.
    pub(super) fn cursor(&self, conversation: &ConversationId) -> Option<Seq> {
        self.at(conversation).ok().map(|at| self.places[at].1.cursor)
    }

    /// All that are followed.
    pub(super) fn all(&self) -> Vec<ConversationId> {
        self.places.iter().map(|(conversation, _)| conversation.clone()).collect()
    }

    /// What to do with an entry.
    pub(super) fn step(&self, conversation: &ConversationId, seq: Seq) -> Step {
        match self.cursor(conversation) {
            None => Step::Unknown,
            Some(cursor) if seq <= cursor => Step::Skip,
            Some(cursor) if seq == cursor + 1 => Step::Next,
            Some(cursor) => Step::Gap(cursor),
        }
    }

    /// An entry was sent.
    pub(super) fn sent(&mut self, conversation: &ConversationId, seq: Seq, now: Instant) {
        if let Some(place) = self.place(conversation) {
            place.cursor = place.cursor.max(seq);
            self.due.get_or_insert(now + HEAD_AFTER);
        }
    }

    /// When heads must be told, if there are any.
    pub(super) const fn due(&self) -> Option<Instant> {
        self.due
    }

    /// The heads that moved since they were told; they count as told now.
    pub(super) fn take_heads(&mut self) -> Vec<Head> {
        self.due = None;
        let mut heads = Vec::new();
        for (conversation, place) in &mut self.places {
            if place.cursor > place.told && !mutants::on(Mutant::HeadsUntold) {
                place.told = place.cursor;
                heads.push(Head { conversation: conversation.clone(), seq: place.cursor });
            }
        }
        heads
    }

    /// Marks that were sent may not have been stored: whatever comes next goes to the store again.
    pub(super) fn forget_marks(&mut self) {
        for (_, place) in &mut self.places {
            (place.received, place.read, place.marking) = (0, 0, None);
        }
    }

    /// Whether nothing is followed.
    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// What a command to move marks comes to: never beyond what was sent, and never twice.
    pub(super) fn marks(&mut self, read: &Read) -> Marks {
        let Some(place) = self.place(&read.conversation) else { return Marks::Unknown };
        let received = read.received.max(read.read).min(place.cursor);
        let seen = read.read.min(place.cursor);
        if received <= place.received && seen <= place.read {
            return Marks::Old;
        }
        place.received = place.received.max(received);
        place.read = place.read.max(seen);
        if place.marking.is_some() {
            return Marks::Old;
        }
        place.marking = Some((place.received, place.read));
        let conversation = read.conversation.clone();
        Marks::Store(Read { conversation, received: place.received, read: place.read })
    }

    /// Marks were stored; gives the next to be stored, if there are newer ones by now. So a page that confirms each
    /// message costs one write at a time, and not one for each.
    pub(super) fn marked(&mut self, conversation: &ConversationId) -> Option<Read> {
        let place = self.place(conversation)?;
        let now = (place.received, place.read);
        let stored = place.marking.take()?;
        if stored == now {
            return None;
        }
        place.marking = Some(now);
        Some(Read { conversation: conversation.clone(), received: now.0, read: now.1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    fn id(name: &str) -> ConversationId {
        name.into()
    }

    #[test]
    fn each_entry_once_and_gaps_are_seen() {
        let mut following = Following::default();
        assert_eq!(following.step(&id("a"), 1), Step::Unknown);
        following.start(id("a"), 3, 3);
        assert_eq!(following.step(&id("a"), 3), Step::Skip);
        assert_eq!(following.step(&id("a"), 4), Step::Next);
        assert_eq!(following.step(&id("a"), 6), Step::Gap(3));
        following.sent(&id("a"), 6, Clock.monotonic());
        assert_eq!(following.step(&id("a"), 7), Step::Next);
    }

    #[test]
    fn heads_are_told_once_and_in_time() {
        let mut following = Following::default();
        let now = Clock.monotonic();
        following.start(id("a"), 3, 3);
        following.start(id("b"), 0, 0);
        assert_eq!((following.due(), following.take_heads()), (None, vec![]));
        following.sent(&id("a"), 4, now);
        following.sent(&id("a"), 5, now + HEAD_AFTER);
        assert_eq!(following.due(), Some(now + HEAD_AFTER));
        assert_eq!(following.take_heads(), [Head { conversation: id("a"), seq: 5 }]);
        assert_eq!((following.due(), following.take_heads()), (None, vec![]));
    }

    #[test]
    fn marks_only_grow_and_not_beyond_what_was_sent() {
        let mut following = Following::default();
        let read = |received, read| Read { conversation: id("a"), received, read };
        assert_eq!(following.marks(&read(1, 1)), Marks::Unknown);
        following.start(id("a"), 3, 3);
        assert_eq!(following.marks(&read(2, 1)), Marks::Store(read(2, 1)));
        assert_eq!(following.marks(&read(2, 1)), Marks::Old);
        assert_eq!(following.marked(&id("a")), None);
        assert_eq!(following.marks(&read(1, 99)), Marks::Store(read(3, 3)));
        assert_eq!(following.marks(&read(u64::MAX, u64::MAX)), Marks::Old);
        following.forget_marks();
        assert_eq!(following.marks(&read(3, 3)), Marks::Store(read(3, 3)));
    }

    #[test]
    fn marks_wait_for_those_under_way_and_go_together() {
        let mut following = Following::default();
        let read = |received, read| Read { conversation: id("a"), received, read };
        following.start(id("a"), 9, 9);
        assert_eq!(following.marks(&read(1, 0)), Marks::Store(read(1, 0)));
        assert_eq!(following.marks(&read(2, 0)), Marks::Old);
        assert_eq!(following.marks(&read(4, 3)), Marks::Old);
        assert_eq!(following.marked(&id("a")), Some(read(4, 3)));
        assert_eq!(following.marked(&id("a")), None);
        assert_eq!(following.marks(&read(5, 5)), Marks::Store(read(5, 5)));
        following.forget_marks();
        assert_eq!(following.marked(&id("a")), None, "what failed is forgotten");
    }

    #[test]
    fn what_is_followed_is_bounded() {
        let mut following = Following::default();
        for number in 0..1000 {
            following.start(ConversationId(number.to_string()), 1, 1);
        }
        assert_eq!(following.all().len(), FOLLOWED);
        assert!(following.has(&id("999")));
    }
}
