//! What waits to be written to one session: bounded in bytes and in number. Pushing never waits. What is ephemeral
//! is dropped first; when anything else does not fit, the outbox ends as slow and the session resumes from the log.
//! Never loses a durable event silently. What lists show does not wait here: a session takes it from the boards of its
//! sites when nothing else waits.
use super::{
    Weight,
    board::{Found, Seat},
};
use crate::mutants::{self, Mutant};
use merhaba_shared::protocol::{
    close::{Close, SLOW},
    codec::Codec,
    limits::OUTBOX_BYTES,
};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// How many packets may wait, however small: bounds what the packets' own bookkeeping costs.
pub const OUTBOX_PACKETS: usize = 1024;

/// An encoded frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Encoded {
    /// JSON.
    Text(bytes::Bytes),
    /// Postcard.
    Binary(bytes::Bytes),
}

impl Encoded {
    /// Its length.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(bytes) | Self::Binary(bytes) => bytes.len(),
        }
    }

    /// Whether it has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// An event, encoded once for all sessions of one codec.
#[derive(Debug, PartialEq, Eq)]
pub struct Packet {
    /// The frame.
    pub frame: Encoded,
    /// How much it matters.
    pub weight: Weight,
}

/// What came of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// It waits.
    Queued,
    /// It was ephemeral and there is little room, or the outbox has ended.
    Dropped,
    /// There was no room, and that ended the outbox.
    Ended,
}

/// What a session gets from its outbox.
#[derive(Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The next packet.
    Packet(Arc<Packet>),
    /// The session must close.
    End(Close),
}

#[derive(Debug, Default)]
struct Inside {
    packets: VecDeque<Arc<Packet>>,
    bytes: usize,
    end: Option<Close>,
    /// Where lists are taken from: with agents only.
    seats: Option<Box<[Arc<Seat>]>>,
}

/// The outbox of one session.
#[derive(Debug)]
pub struct Outbox {
    codec: Codec,
    inside: Mutex<Inside>,
    pushed: Notify,
    ended: Notify,
}

impl Outbox {
    /// An empty one for a session that speaks this codec.
    #[must_use]
    pub fn new(codec: Codec) -> Self {
        Self { codec, inside: Mutex::default(), pushed: Notify::new(), ended: Notify::new() }
    }

    /// The codec of its session.
    #[must_use]
    pub const fn codec(&self) -> Codec {
        self.codec
    }

    /// Puts a packet in, if there is room. Never waits.
    pub fn push(&self, packet: &Arc<Packet>) -> Pushed {
        let mut inside = self.lock();
        if inside.end.is_some() {
            return Pushed::Dropped;
        }
        // Ephemeral packets only have the lower half: the rest is for what must arrive.
        let ephemeral = packet.weight == Weight::Ephemeral;
        let share = if ephemeral { 2 } else { 1 };
        let bytes = inside.bytes + packet.frame.len();
        if mutants::on(Mutant::PublishWaits) && inside.bytes > 1_024 {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        let full = bytes > OUTBOX_BYTES / share || inside.packets.len() >= OUTBOX_PACKETS / share;
        if full && !mutants::on(Mutant::OutboxEndless) {
            if ephemeral {
                return Pushed::Dropped;
            }
            drop(inside);
            self.end(SLOW);
            return Pushed::Ended;
        }
        inside.bytes = bytes;
        inside.packets.push_back(packet.clone());
        drop(inside);
        self.pushed.notify_one();
        Pushed::Queued
    }

    /// Ends it: what waits is forgotten, and the session closes with this code. The first end counts.
    pub fn end(&self, close: Close) {
        let mut inside = self.lock();
        inside.end.get_or_insert(close);
        inside.packets = VecDeque::new();
        inside.bytes = 0;
        drop(inside);
        self.pushed.notify_one();
        self.ended.notify_one();
    }

    /// The next packet or the end; waits for one. Nothing is lost when the wait is given up. For one reader.
    pub async fn next(&self) -> Delivery {
        loop {
            if let Some(delivery) = self.try_next() {
                return delivery;
            }
            self.pushed.notified().await;
        }
    }

    /// The next packet or the end, if there is one now.
    pub fn try_next(&self) -> Option<Delivery> {
        let mut inside = self.lock();
        if let Some(close) = inside.end {
            return Some(Delivery::End(close));
        }
        let Some(packet) = inside.packets.pop_front() else {
            let found = inside.seats.iter().flatten().find_map(|seat| seat.next(self.codec))?;
            return Some(match found {
                Found::Row(packet) => Delivery::Packet(packet),
                Found::Behind => Delivery::End(SLOW),
            });
        };
        inside.bytes -= packet.frame.len();
        Some(Delivery::Packet(packet))
    }

    /// Where lists are taken from, from now on.
    pub(super) fn set_seats(&self, seats: Option<Box<[Arc<Seat>]>>) {
        let before = std::mem::replace(&mut self.lock().seats, seats);
        drop(before); // outside of the lock: seats hold outboxes
    }

    /// Has the reader look again: there may be something on a board.
    pub(super) fn wake(&self) {
        self.pushed.notify_one();
    }

    /// Waits for the end and for nothing else: to break off a write to somebody who does not read.
    pub async fn ended(&self) -> Close {
        loop {
            if let Some(close) = self.lock().end {
                return close;
            }
            self.ended.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use merhaba_shared::protocol::close::REVOKED;

    fn packet(bytes: usize, ephemeral: bool) -> Arc<Packet> {
        let frame = Encoded::Text(vec![b' '; bytes].into());
        let weight = if ephemeral { Weight::Ephemeral } else { Weight::Durable };
        Arc::new(Packet { frame, weight })
    }

    #[test]
    fn what_is_ephemeral_is_dropped_first() {
        let outbox = Outbox::new(Codec::Json);
        assert_eq!(outbox.push(&packet(OUTBOX_BYTES / 2, false)), Pushed::Queued);
        assert_eq!(outbox.push(&packet(10, true)), Pushed::Dropped);
        assert_eq!(outbox.push(&packet(10, false)), Pushed::Queued);
    }

    #[test]
    fn a_durable_one_that_does_not_fit_ends_it_and_frees_it() {
        let outbox = Outbox::new(Codec::Json);
        assert_eq!(outbox.push(&packet(OUTBOX_BYTES, false)), Pushed::Queued);
        assert_eq!(outbox.push(&packet(1, false)), Pushed::Ended);
        assert_eq!(outbox.try_next(), Some(Delivery::End(SLOW)));
        assert_eq!(outbox.lock().packets.capacity(), 0);
        assert_eq!(outbox.push(&packet(1, false)), Pushed::Dropped);
    }

    #[test]
    fn empty_frames_are_bounded_too() {
        let outbox = Outbox::new(Codec::Bin);
        for _ in 0..OUTBOX_PACKETS {
            assert_eq!(outbox.push(&packet(0, false)), Pushed::Queued);
        }
        assert_eq!(outbox.push(&packet(0, false)), Pushed::Ended);
    }

    #[tokio::test]
    async fn reading_makes_room_and_the_first_end_counts() {
        let outbox = Outbox::new(Codec::Json);
        for _ in 0..3 {
            assert_eq!(outbox.push(&packet(OUTBOX_BYTES, false)), Pushed::Queued);
            assert!(matches!(outbox.next().await, Delivery::Packet(_)));
        }
        outbox.end(REVOKED);
        outbox.end(SLOW);
        assert_eq!(outbox.next().await, Delivery::End(REVOKED));
        assert_eq!(outbox.ended().await, REVOKED);
    }

    #[tokio::test]
    async fn a_waiting_reader_is_woken() {
        let outbox = Outbox::new(Codec::Json);
        let mut next = Box::pin(outbox.next());
        assert!(futures_util::poll!(&mut next).is_pending());
        outbox.push(&packet(3, true));
        assert!(matches!(next.await, Delivery::Packet(_)));
    }
}
