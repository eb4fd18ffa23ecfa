//! What changed lately in a site's list: the newest row of each conversation, once for all pages, and each page takes
//! from it at its own pace. A page that is busy, far away or slow has nothing wait for it here but a place in the order;
//! what it has not taken yet is replaced by what is newer. Never holds back a timeline's entries.
use super::{
    Published, Weight,
    outbox::{Outbox, Packet},
};
use merhaba_shared::protocol::{agent::InboxRow, codec::Codec, ids::ConversationId};
use serde::{Serialize, Serializer};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Rows that are kept for pages that have not taken them, some hundred bytes each. Who is behind even these asks anew.
const KEPT: usize = 16_384;
/// Rows that are shown in one moment at least, and the part of those that wait: how fast a list may move.
const AT_ONCE: usize = 32;

/// A row, encoded once for all pages of one codec.
struct Posted {
    row: Arc<InboxRow>,
    text: Option<Arc<Packet>>,
    binary: Option<Arc<Packet>>,
}

/// `Event::InboxChanged` of a row that others hold too.
struct Changed<'a>(&'a InboxRow);

impl Serialize for Changed<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_newtype_variant("Event", 2, "InboxChanged", self.0)
    }
}
impl Published for Changed<'_> {}

impl Posted {
    fn new(row: &Arc<InboxRow>) -> Self {
        Self { row: row.clone(), text: None, binary: None }
    }

    fn packet(&mut self, codec: Codec) -> Arc<Packet> {
        let slot = match codec {
            Codec::Json => &mut self.text,
            Codec::Bin => &mut self.binary,
        };
        let encoded = || Packet { frame: Changed(&self.row).encode(codec), weight: Weight::Row };
        slot.get_or_insert_with(|| Arc::new(encoded())).clone()
    }
}

#[derive(Default)]
struct Inside {
    /// By a number that grows: the order in which they are taken.
    rows: BTreeMap<u64, Posted>,
    numbers: HashMap<ConversationId, u64>,
    last: u64,
    /// Up to here pages may take.
    shown: u64,
    /// Up to here rows were let go although somebody had not taken them.
    gone: u64,
    seats: Vec<Arc<Seat>>,
}

/// The list of one site.
#[derive(Default)]
pub struct Board(Mutex<Inside>);

/// How far a page is.
#[derive(Debug)]
pub(super) struct Seat {
    board: Arc<Board>,
    outbox: Arc<Outbox>,
    at: AtomicU64,
}

/// What a page finds.
pub(super) enum Found {
    /// The next row.
    Row(Arc<Packet>),
    /// It is so far behind that rows are gone.
    Behind,
}

impl Seat {
    /// The next row that this page has not taken.
    pub(super) fn next(&self, codec: Codec) -> Option<Found> {
        let at = self.at.load(Ordering::Relaxed);
        let mut inside = self.board.lock();
        if at < inside.gone {
            return Some(Found::Behind);
        }
        let shown = inside.shown;
        let (number, posted) = inside.rows.range_mut(at + 1..).next()?;
        if *number > shown {
            return None;
        }
        self.at.store(*number, Ordering::Relaxed);
        Some(Found::Row(posted.packet(codec)))
    }
}

impl Board {
    /// A place for a page, which begins with what is posted from here on.
    pub(super) fn sit(self: &Arc<Self>, outbox: &Arc<Outbox>) -> Arc<Seat> {
        let mut inside = self.lock();
        let at = AtomicU64::new(inside.last);
        let seat = Arc::new(Seat { board: self.clone(), outbox: outbox.clone(), at });
        inside.seats.push(seat.clone());
        seat
    }

    /// Gives a place up; true when nobody is left.
    pub(super) fn leave(&self, seat: &Arc<Seat>) -> bool {
        let mut inside = self.lock();
        inside.seats.retain(|other| !Arc::ptr_eq(other, seat));
        inside.seats.is_empty()
    }

    /// Posts a row; it is seen from the next [`Self::show`] on. True when the board was empty before.
    pub(super) fn post(&self, row: &Arc<InboxRow>) -> bool {
        let mut inside = self.lock();
        if inside.seats.is_empty() {
            return false;
        }
        let first = inside.rows.is_empty();
        let posted = Posted::new(row);
        if let Some(number) = inside.numbers.get(&row.conversation).copied() {
            if number > inside.shown {
                inside.rows.insert(number, posted);
                return first;
            }
            inside.rows.remove(&number);
        }
        inside.last += 1;
        let number = inside.last;
        inside.rows.insert(number, posted);
        inside.numbers.insert(row.conversation.clone(), number);
        if inside.rows.len() > KEPT
            && let Some((number, posted)) = inside.rows.pop_first()
        {
            inside.numbers.remove(&posted.row.conversation);
            inside.gone = number;
        }
        first
    }

    /// Lets go what all have taken, shows some more, and wakes those who wait for it. False when the board is empty.
    pub(super) fn show(&self) -> bool {
        let mut inside = self.lock();
        let taken = inside.seats.iter().map(|seat| seat.at.load(Ordering::Relaxed)).min();
        let taken = taken.unwrap_or(inside.last);
        let rest = inside.rows.split_off(&(taken + 1));
        for (_, posted) in std::mem::replace(&mut inside.rows, rest) {
            inside.numbers.remove(&posted.row.conversation);
        }
        let waiting = inside.rows.range(inside.shown + 1..);
        let more = AT_ONCE.max(inside.rows.len() / AT_ONCE);
        if let Some((number, _)) = waiting.take(more).last() {
            inside.shown = *number;
        }
        for seat in &inside.seats {
            if seat.at.load(Ordering::Relaxed) < inside.shown {
                seat.outbox.wake();
            }
        }
        !inside.rows.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Board {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Board").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::outbox::Delivery;
    use merhaba_shared::protocol::{
        agent::{Event, VisitorCard},
        close::SLOW,
        model::{Side, Status},
    };

    fn arc(name: &str, head: u64) -> Arc<InboxRow> {
        Arc::new(row(name, head))
    }

    fn row(name: &str, head: u64) -> InboxRow {
        InboxRow {
            conversation: name.into(),
            site: "shop".into(),
            status: Status::Open,
            head,
            preview: String::new(),
            preview_side: Side::Visitor,
            at: 0,
            created_at: 0,
            waiting_since: None,
            unread: 0,
            assignee: None,
            visitor: VisitorCard {
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
            triage: merhaba_shared::protocol::triage::Triage::default(),
        }
    }

    struct Page(Arc<Outbox>);

    impl Page {
        fn new(board: &Arc<Board>) -> Self {
            let outbox = Arc::new(Outbox::new(Codec::Bin));
            outbox.set_seats(Some(Box::new([board.sit(&outbox)])));
            Self(outbox)
        }

        fn takes(&self) -> Option<Delivery> {
            self.0.try_next()
        }

        fn finds(&self, name: &str, head: u64) {
            let Some(Delivery::Packet(packet)) = self.takes() else { panic!("{name} {head} is not there") };
            assert_eq!(packet.frame, Event::InboxChanged(row(name, head)).encode(Codec::Bin));
        }
    }

    #[test]
    fn a_row_is_told_in_the_words_of_the_protocol() {
        for codec in [Codec::Json, Codec::Bin] {
            assert_eq!(Changed(&row("a", 1)).encode(codec), Event::InboxChanged(row("a", 1)).encode(codec));
        }
    }

    #[test]
    fn each_page_takes_the_newest_of_each_conversation_at_its_own_pace() {
        let board = Arc::new(Board::default());
        let (quick, slow) = (Page::new(&board), Page::new(&board));
        assert!(board.post(&arc("a", 1)));
        assert_eq!(quick.takes(), None, "it is shown a moment later");
        assert!(!board.post(&arc("b", 1)));
        assert!(!board.post(&arc("a", 2)), "replaced in its place");
        assert!(board.show());
        quick.finds("a", 2);
        quick.finds("b", 1);
        assert_eq!(quick.takes(), None);
        board.post(&arc("a", 3));
        board.show();
        quick.finds("a", 3);
        slow.finds("b", 1);
        slow.finds("a", 3);
        assert_eq!((quick.takes(), slow.takes()), (None, None));
        assert!(!board.show(), "nothing is kept that all have taken");
        let late = Page::new(&board);
        assert_eq!(late.takes(), None);
    }

    #[test]
    fn a_row_that_changes_all_the_time_is_shown_all_the_same() {
        let board = Arc::new(Board::default());
        let page = Page::new(&board);
        let mut heads = Vec::new();
        for moment in 0..4_u64 {
            for number in 0..AT_ONCE * 2 {
                board.post(&arc(&format!("c{number}"), moment));
            }
            board.show();
            for _ in 0..AT_ONCE {
                let Some(Delivery::Packet(packet)) = page.takes() else { panic!("too few are shown") };
                heads.push(packet.frame.clone());
            }
            assert_eq!(page.takes(), None, "so many in one moment, and no more");
        }
        // One half and the other in turn, each time as it is by then.
        for (name, head) in [("c0", 0), ("c63", 1), ("c0", 2), ("c63", 3)] {
            assert!(
                heads.contains(&Event::InboxChanged(row(name, head)).encode(Codec::Bin)),
                "{name} {head}"
            );
        }
    }

    #[test]
    fn who_is_too_far_behind_begins_anew_and_nobody_else_does() {
        let board = Arc::new(Board::default());
        let (quick, deaf) = (Page::new(&board), Page::new(&board));
        for number in 0..=KEPT {
            board.post(&arc(&format!("c{number}"), 1));
            board.show();
            assert!(matches!(quick.takes(), Some(Delivery::Packet(_))));
        }
        assert_eq!(deaf.takes(), Some(Delivery::End(SLOW)));
        assert_eq!(quick.takes(), None);
        assert_eq!(board.lock().rows.len(), KEPT);
    }

    #[test]
    fn nothing_is_kept_for_nobody() {
        let board = Arc::new(Board::default());
        assert!(!board.post(&arc("a", 1)));
        let page = Page::new(&board);
        let seat = board.lock().seats[0].clone();
        board.post(&arc("a", 2));
        assert!(board.leave(&seat));
        assert!(!board.show());
        assert_eq!(board.lock().numbers.len(), 0);
        page.0.set_seats(None);
    }
}
