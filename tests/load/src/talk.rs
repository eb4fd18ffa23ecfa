//! A conversation as the generator knows it: both ends, what each has sent, what is not yet confirmed, what each has
//! seen. It notices what came twice, out of order or not at all.
use crate::dialect::{Prepared, Stamp};
use merhaba_shared::protocol::{
    ids::{ConversationId, Seq, Token},
    model::Side,
};
use std::collections::VecDeque;

/// One side of a conversation.
#[derive(Debug, Default)]
pub struct End {
    /// Its line; `None` for an agent who has it not open.
    pub line: Option<usize>,
    /// Its message, once the conversation has a name.
    pub prepared: Option<Prepared>,
    /// Sent and not yet confirmed, the oldest first.
    pub waiting: VecDeque<Stamp>,
    /// Messages sent by this end.
    pub sent: u32,
    /// Messages of the other end that have arrived here.
    pub seen: u32,
    /// The highest Seq that has arrived here.
    pub seq: Seq,
    /// A read marker is due.
    pub telling: bool,
}

/// A conversation.
#[derive(Debug, Default)]
pub struct Talk {
    /// Its visitor's site.
    pub site: usize,
    /// Its name, once it has one.
    pub name: Option<ConversationId>,
    /// Its visitor's token, once they have one.
    pub token: Option<Token>,
    /// Both ends.
    pub ends: [End; 2],
}

/// What a message that arrived is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// One's own.
    Echo,
    /// The other side's next.
    Next,
    /// Not the next: something was lost, or came twice.
    Wrong,
}

/// The place of a side's end.
#[must_use]
pub const fn place(side: Side) -> usize {
    match side {
        Side::Visitor => 0,
        Side::Agent => 1,
    }
}

impl Talk {
    /// One end.
    pub fn end(&mut self, side: Side) -> &mut End {
        &mut self.ends[place(side)]
    }

    /// A message arrives at a side.
    pub fn arrives(&mut self, at: Side, stamp: Stamp, seq: Seq) -> Arrival {
        let end = self.end(at);
        end.seq = end.seq.max(seq);
        if stamp.side == at {
            return Arrival::Echo;
        }
        let right = end.seen == stamp.count;
        end.seen = end.seen.max(stamp.count + 1);
        if right { Arrival::Next } else { Arrival::Wrong }
    }

    /// A message of one side is confirmed; false when nobody waited for it.
    pub fn confirmed(&mut self, stamp: Stamp) -> bool {
        let waiting = &mut self.end(stamp.side).waiting;
        let found = waiting.iter().position(|sent| *sent == stamp);
        found.is_some_and(|at| waiting.remove(at).is_some())
    }

    /// Messages that were sent and have not arrived on the other side, where that side listens.
    #[must_use]
    pub fn missing(&self) -> u64 {
        let [visitor, agent] = &self.ends;
        let missing =
            |from: &End, to: &End| u64::from(from.sent.abs_diff(to.seen)) * u64::from(to.line.is_some());
        missing(visitor, agent) + missing(agent, visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(side: Side, count: u32) -> Stamp {
        Stamp { due: 0, talk: 0, side, count }
    }

    #[test]
    fn what_is_lost_or_comes_twice_is_noticed() {
        let mut talk = Talk::default();
        assert_eq!(talk.arrives(Side::Agent, stamp(Side::Visitor, 0), 1), Arrival::Next);
        assert_eq!(talk.arrives(Side::Agent, stamp(Side::Agent, 0), 2), Arrival::Echo);
        assert_eq!(talk.arrives(Side::Agent, stamp(Side::Visitor, 0), 1), Arrival::Wrong);
        assert_eq!(talk.arrives(Side::Agent, stamp(Side::Visitor, 2), 4), Arrival::Wrong);
        talk.ends[0].sent = 4;
        talk.ends[1].line = Some(7);
        assert_eq!((talk.missing(), talk.ends[1].seq), (1, 4));
    }

    #[test]
    fn a_message_is_confirmed_once() {
        let mut talk = Talk::default();
        talk.ends[0].waiting.extend([stamp(Side::Visitor, 0), stamp(Side::Visitor, 1)]);
        assert!(talk.confirmed(stamp(Side::Visitor, 1)));
        assert!(!talk.confirmed(stamp(Side::Visitor, 1)));
        assert_eq!(talk.ends[0].waiting, [stamp(Side::Visitor, 0)]);
    }
}
