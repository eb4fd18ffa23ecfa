//! This node's map from topic to the outboxes that listen. Publishing is synchronous and never waits; an event is
//! encoded at most once per codec, and only if somebody listens in it. Knows neither store nor chat, and never
//! decides who may listen.

mod board;
pub mod outbox;

use board::{Board, Seat};
use merhaba_shared::protocol::{
    agent::{self, InboxRow},
    close::Close,
    codec::{self, Codec},
    ids::{AgentId, ConversationId, Seq, SiteKey, VisitorId},
    visitor,
};
use outbox::{Encoded, Outbox, Packet, Pushed};
use serde::Serialize;
use std::{
    cell::RefCell,
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// What sessions listen to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// All sockets of a visitor: their conversations' events.
    Visitor(VisitorId),
    /// The agents who have opened a conversation.
    Conversation(ConversationId),
    /// The agents who look at a conversation of a visitor: where that visitor is.
    Person(VisitorId),
    /// The visitors of a site: whether anybody is there.
    Presence(SiteKey),
    /// The agents of a site: how many conversations its lists hold.
    Lists(SiteKey),
    /// All pages of an agent.
    Agent(AgentId),
    /// All sockets of one sign-in, by its secret's hash.
    SignIn([u8; 32]),
}

/// An event that may be published: each type goes to topics of one audience only, entries of a timeline apart, which
/// are the same to both.
pub trait Published: Serialize + Sized {
    /// Encodes it.
    fn encode(&self, codec: Codec) -> Encoded {
        match codec {
            Codec::Json => Encoded::Text(to_json(self)),
            Codec::Bin => Encoded::Binary(fitted(codec::to_bin(self))),
        }
    }
}

thread_local! {
    /// Where JSON is written before its length is known.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A scratch that had to grow beyond this is not kept, in bytes.
const SCRATCH_BYTES: usize = 16 * 1024;

fn to_json<T: Serialize>(event: &T) -> bytes::Bytes {
    SCRATCH.with_borrow_mut(|scratch| {
        scratch.clear();
        // Into memory, and of our own types: it cannot fail.
        let written = serde_json::to_writer(&mut *scratch, event);
        debug_assert!(written.is_ok());
        let bytes = bytes::Bytes::copy_from_slice(scratch);
        if scratch.capacity() > SCRATCH_BYTES {
            *scratch = Vec::new();
        }
        bytes
    })
}

/// What waits is counted by its length, so it may not take twice that: an encoder's buffer grows by doubling.
fn fitted(mut bytes: Vec<u8>) -> bytes::Bytes {
    bytes.shrink_to_fit();
    bytes.into()
}
impl Published for visitor::Event {}
impl Published for agent::Event {}

/// How much an event matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weight {
    /// An entry of a timeline at its place.
    Entry(ConversationId, Seq),
    /// Must arrive, or the session ends.
    Durable,
    /// A row of a list: the session counts them.
    Row,
    /// May be dropped.
    Ephemeral,
}

/// Locks that publishing to different topics does not share.
const SHARDS: usize = 16;

/// Most topics have one listener or a few.
type Shard = HashMap<Topic, Vec<(u64, Arc<Outbox>)>>;

/// The map.
#[derive(Debug, Default)]
pub struct Hub {
    shards: [Mutex<Shard>; SHARDS],
    /// The lists of sites that some page shows.
    boards: Mutex<HashMap<SiteKey, Arc<Board>>>,
    /// Boards that are not empty.
    busy: Mutex<Vec<Arc<Board>>>,
    hasher: RandomState,
    next: AtomicU64,
    dropped: AtomicU64,
}

impl Hub {
    /// Listens to a topic until the subscription is dropped.
    pub fn subscribe(self: &Arc<Self>, topic: Topic, outbox: &Arc<Outbox>) -> Subscription {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let mut shard = self.shard(&topic);
        let listeners = shard.entry(topic.clone()).or_default();
        if listeners.is_empty() {
            listeners.reserve_exact(1);
        }
        listeners.push((id, outbox.clone()));
        drop(shard);
        Subscription { hub: self.clone(), topic, id }
    }

    /// Puts an event into the outboxes of all who listen.
    pub fn publish<E: Published>(&self, topic: &Topic, weight: &Weight, event: &E) {
        self.publish_all(std::slice::from_ref(topic), weight, event);
    }

    /// Puts an event that several topics are told in the same words into the outboxes of all who listen.
    pub fn publish_all<E: Published>(&self, topics: &[Topic], weight: &Weight, event: &E) {
        let (mut json, mut bin) = (None, None);
        for topic in topics {
            let shard = self.shard(topic);
            for (_, outbox) in shard.get(topic).into_iter().flatten() {
                let slot = match outbox.codec() {
                    Codec::Json => &mut json,
                    Codec::Bin => &mut bin,
                };
                let packet = slot.get_or_insert_with(|| packet(weight, event.encode(outbox.codec())));
                if outbox.push(packet) == Pushed::Dropped {
                    self.dropped.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }

    /// Whether anybody listens.
    #[must_use]
    pub fn is_heard(&self, topic: &Topic) -> bool {
        self.shard(topic).contains_key(topic)
    }

    /// Ends the sessions of all who listen.
    pub fn close(&self, topic: &Topic, close: Close) {
        if let Some(listeners) = self.shard(topic).get(topic) {
            for (_, outbox) in listeners {
                outbox.end(close);
            }
        }
    }

    /// Takes what changes in these sites' lists, until the guard is dropped. Once for an outbox.
    pub fn watch(self: &Arc<Self>, sites: &[SiteKey], outbox: &Arc<Outbox>) -> Watching {
        let mut boards = locked(&self.boards);
        let sit = |site: &SiteKey| (site.clone(), boards.entry(site.clone()).or_default().sit(outbox));
        let seats: Vec<_> = sites.iter().map(sit).collect();
        drop(boards);
        outbox.set_seats(Some(seats.iter().map(|(_, seat)| seat.clone()).collect()));
        Watching { hub: self.clone(), outbox: outbox.clone(), seats }
    }

    /// Posts a list's row: pages take it after the next [`Self::show`]. True when nothing was posted before.
    pub fn post(&self, row: &Arc<InboxRow>) -> bool {
        let Some(board) = locked(&self.boards).get(&row.site).cloned() else { return false };
        if !board.post(row) {
            return false;
        }
        let mut busy = locked(&self.busy);
        busy.push(board);
        busy.len() == 1
    }

    /// Shows some more of what was posted; false when there is nothing any more.
    pub fn show(&self) -> bool {
        let mut boards = std::mem::take(&mut *locked(&self.busy));
        boards.retain(|board| board.show());
        let mut busy = locked(&self.busy);
        busy.append(&mut boards);
        !busy.is_empty()
    }

    /// How many events were dropped: ephemeral ones, or to sessions that were ending.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    fn shard(&self, topic: &Topic) -> MutexGuard<'_, Shard> {
        let hash = self.hasher.hash_one(topic);
        #[expect(clippy::cast_possible_truncation, reason = "the lowest bits choose the shard")]
        let index = hash as usize % SHARDS;
        locked(&self.shards[index])
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn packet(weight: &Weight, frame: Encoded) -> Arc<Packet> {
    Arc::new(Packet { frame, weight: weight.clone() })
}

/// A place among a topic's listeners, as long as it lives.
#[derive(Debug)]
#[must_use]
pub struct Subscription {
    hub: Arc<Hub>,
    topic: Topic,
    id: u64,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut shard = self.hub.shard(&self.topic);
        if let Some(listeners) = shard.get_mut(&self.topic) {
            // In no order: each listener has its own.
            if let Some(at) = listeners.iter().position(|(id, _)| *id == self.id) {
                listeners.swap_remove(at);
            }
            if listeners.is_empty() {
                shard.remove(&self.topic);
            }
        }
    }
}

/// A place at the boards of some sites, as long as it lives.
#[derive(Debug)]
#[must_use]
pub struct Watching {
    hub: Arc<Hub>,
    outbox: Arc<Outbox>,
    seats: Vec<(SiteKey, Arc<Seat>)>,
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.outbox.set_seats(None);
        let mut boards = locked(&self.hub.boards);
        for (site, seat) in &self.seats {
            if boards.get(site).is_some_and(|board| board.leave(seat)) {
                boards.remove(site);
            }
        }
    }
}

#[cfg(test)]
mod tests;
