//! What must hold in the simulated world: at any time, that nobody's screen says what the log does not; and in the
//! end, that everybody's screen says all that it says.
use super::{
    page::{Machine, Page, Whose},
    world::{AGENTS, World, Written},
};
use crate::store::{Principal, Store};
use merhaba_shared::{
    client::{
        Line,
        agent::AgentClient,
        outbox::{Outgoing, Progress},
        thread::Marks,
        thread::Thread,
        visitor::VisitorClient,
    },
    protocol::{
        agent::{Filter, InboxRow, List},
        error::Code,
        ids::{AgentId, ClientId, ConversationId, Epoch, Seq},
        model::{Author, Item, Kind, Message, Side, Status},
    },
};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What the relay has stored.
pub(in crate::session::tests) struct Log {
    epoch: Epoch,
    pub(in crate::session::tests) rows: BTreeMap<ConversationId, (InboxRow, Vec<Item>)>,
    lists: HashMap<(usize, u8), Vec<InboxRow>>,
}

impl Log {
    /// Reads everything.
    pub(in crate::session::tests) async fn read(store: &dyn Store) -> Self {
        let mut log = Self { epoch: store.epoch(), rows: BTreeMap::new(), lists: HashMap::new() };
        let me = AgentId::from(AGENTS[0]);
        let mut cursor = None;
        loop {
            let page = store.inbox(me.clone(), List::whole(Filter::All, cursor, 100)).await.expect("read");
            for row in page.conversations {
                let who = Principal::Agent(me.clone());
                let missed = store.missed(who, row.conversation.clone(), 0, usize::MAX).await.expect("read");
                log.rows.insert(row.conversation.clone(), (row, missed.expect("theirs").items));
            }
            cursor = page.cursor;
            if cursor.is_none() {
                break;
            }
        }
        for (number, name) in AGENTS.into_iter().enumerate() {
            for filter in Filter::ALL {
                let page = store.inbox(name.into(), List::whole(*filter, None, 50)).await.expect("read");
                log.lists.insert((number, filter.number()), page.conversations);
            }
        }
        log
    }

    fn messages(&self) -> impl Iterator<Item = &Message> {
        self.rows.values().flat_map(|(_, items)| items).filter_map(|item| match item {
            Item::Message(message) => Some(message),
            Item::Entry(_) => None,
        })
    }

    /// Seq is 1, 2, 3 …, no message stands twice, and what lists say is what counting says.
    pub(in crate::session::tests) fn is_consistent(&self) {
        numbers_and_once(self);
        for (row, items) in self.rows.values() {
            let theirs = |item: &&Item| matches!(item, Item::Message(message) if message.author.side() == Side::Visitor);
            let unread = items.iter().filter(theirs).filter(|item| item.seq() > row.agent_read).count();
            assert_eq!(row.unread as usize, unread, "unread in {}", row.conversation);
            let marks = [row.agent_received, row.agent_read, row.visitor_received, row.visitor_read];
            assert!(marks.iter().all(|mark| *mark <= row.head), "marks beyond the head: {row:?}");
            assert!(row.agent_read <= row.agent_received && row.visitor_read <= row.visitor_received);
            let closed = items.iter().rev().find_map(|item| match item {
                Item::Entry(entry) if matches!(entry.kind, Kind::Resolved | Kind::Reopened) => {
                    Some(entry.kind == Kind::Resolved)
                }
                Item::Entry(_) | Item::Message(_) => None,
            });
            assert_eq!(row.status == Status::Resolved, closed == Some(true), "{row:?}");
        }
    }

    /// Where a message stands.
    pub(super) fn place_of(&self, client_id: ClientId) -> Option<(ConversationId, Seq)> {
        let message = self.messages().find(|message| message.client_id == client_id)?;
        Some((message.conversation.clone(), message.seq))
    }

    fn at(&self, conversation: &ConversationId, seq: u64) -> Option<&Item> {
        let place = usize::try_from(seq).ok()?.checked_sub(1)?;
        self.rows.get(conversation)?.1.get(place)
    }
}

/// The ids of all messages that are stored.
pub(super) async fn stored(world: &World) -> HashSet<ClientId> {
    let store = &world.relay.as_ref().expect("it runs").store;
    Log::read(&**store).await.messages().map(|message| message.client_id).collect()
}

/// What must hold at any time. Gives the log that it holds against.
pub(super) async fn holds(world: &World) -> Option<Log> {
    let store = &world.relay.as_ref()?.store;
    let log = Log::read(&**store).await;
    log.is_consistent();
    in_order_and_unchanged(world, &log);
    for (at, page) in
        world.pages.iter().enumerate().filter(|(_, page)| page.epoch.as_ref() == Some(&log.epoch))
    {
        screen_is_true(at, page, &log);
    }
    Some(log)
}

/// Seq is 1, 2, 3 …; no message stands twice.
fn numbers_and_once(log: &Log) {
    for (row, items) in log.rows.values() {
        assert!((1..).zip(items).all(|(seq, item)| item.seq() == seq), "a hole in {}", row.conversation);
        assert_eq!(row.head, items.len() as u64);
    }
    let mut once = HashSet::new();
    for message in log.messages() {
        let by = match &message.author {
            Author::Visitor(_) => log.rows[&message.conversation].0.visitor.id.0.clone(),
            Author::Agent(agent) => agent.id.0.clone(),
            Author::System(_) => String::new(),
        };
        assert!(once.insert((by, message.client_id)), "stored twice: {message:?}");
    }
}

/// What one page sent stands in the order in which it was sent, byte for byte.
fn in_order_and_unchanged(world: &World, log: &Log) {
    let place: HashMap<_, _> = log.messages().map(|message| (message.client_id, message)).collect();
    assert!(place.len() <= world.written.len(), "nobody wrote some of these");
    let mut last: HashMap<_, u64> = HashMap::new();
    for written in &world.written {
        let Some(message) = place.get(&written.client_id) else { continue };
        assert_eq!(message.body, written.body);
        let before = last.entry((written.page, written.life, &message.conversation)).or_default();
        assert!(message.seq > *before, "page {} wrote {message:?} after {before}", written.page);
        *before = message.seq;
    }
}

/// What a screen shows is in the log, at that place, and *sent* is stored.
fn screen_is_true(at: usize, page: &Page, log: &Log) {
    let threads: Vec<&Thread> = match &page.machine {
        Machine::Visitor(client) => client.threads().iter().collect(),
        Machine::Agent(client) => client.all_opened().iter().map(|opened| &opened.thread).collect(),
    };
    for thread in threads {
        let (id, items) = (thread.conversation(), thread.timeline().items());
        assert!(items.windows(2).all(|pair| pair[1].seq() == pair[0].seq() + 1), "page {at}: a hole in {id}");
        for item in items {
            assert_eq!(Some(item), log.at(id, item.seq()), "page {at} shows what is not so");
        }
    }
    for out in page.machine.outbox().all() {
        if let (Progress::Stored(seq), Some(conversation)) = (out.progress, &out.conversation) {
            let stored = log.at(conversation, seq);
            let is_it = matches!(stored, Some(Item::Message(message)) if message.client_id == out.client_id);
            assert!(is_it, "page {at} says sent, and it is not: {out:?}");
        }
    }
}

/// What is still missing before everybody's screen says all that the log says; `None`: nothing is.
pub(super) async fn missing(world: &World, log: &Log) -> Option<String> {
    let place: HashSet<_> = log.messages().map(|message| message.client_id).collect();
    let lost = |written: &&Written| {
        written.must && !place.contains(&written.client_id) && !has_nowhere_to_go(world, written)
    };
    if let Some(lost) = world.written.iter().find(lost) {
        let outbox = world.pages[lost.page].machine.outbox();
        return Some(format!("not stored yet: {lost:?}: {outbox:?}"));
    }
    for (at, page) in world.pages.iter().enumerate().filter(|(_, page)| !page.closed) {
        let why = match &page.machine {
            _ if !matches!(page.machine.line(), Line::Live | Line::Back) => Some("no line".into()),
            _ if page.epoch.as_ref() != Some(&log.epoch) => Some("another epoch".into()),
            Machine::Visitor(client) => visitor_misses(world, client, log).await,
            Machine::Agent(client) => agent_misses(world, page, client, log),
        };
        let why = why.or_else(|| outbox_waits(world, page));
        if let Some(why) = why {
            return Some(format!("page {at} ({:?}): {why}", page.whose));
        }
    }
    None
}

/// An agent's answer in a conversation that a backup took back: it failed, and the page says so.
fn has_nowhere_to_go(world: &World, written: &Written) -> bool {
    let page = &world.pages[written.page];
    let mut out = page.machine.outbox().all().iter().filter(|out| out.client_id == written.client_id);
    world.restored && matches!(page.whose, Whose::Agent(_)) && out.any(is_nowhere)
}

fn is_nowhere(out: &Outgoing) -> bool {
    out.progress == Progress::Failed(Code::NotFound)
}

fn outbox_waits(world: &World, page: &Page) -> Option<String> {
    let fine = |out: &&Outgoing| world.restored && matches!(page.whose, Whose::Agent(_)) && is_nowhere(out);
    let waits = page.machine.outbox().all().iter().find(|out| !fine(out))?;
    Some(format!("its outbox has {waits:?}"))
}

async fn visitor_misses(world: &World, client: &VisitorClient, log: &Log) -> Option<String> {
    let Some(me) = client.visitor() else { return Some("nobody yet".into()) };
    let store = &world.relay.as_ref()?.store;
    for card in store.cards(me.clone(), 50).await.expect("read") {
        let Some(thread) = client.threads().iter().find(|thread| *thread.conversation() == card.conversation)
        else {
            return Some(format!("does not know {}", card.conversation));
        };
        let mine = Marks { received: card.received, read: card.read };
        let theirs = Marks { received: card.agent_received, read: card.agent_read };
        let says = (thread.status(), thread.timeline().head(), thread.unread());
        let is = (card.status, card.head, card.unread);
        if says != is || !told(thread.mine(), mine) || !same_bubbles(Side::Visitor, thread, theirs, log) {
            return Some(format!("{card:?} is shown as {}", brief(thread)));
        }
    }
    client.thread().and_then(|thread| thread_misses(thread, log))
}

/// A thread without its entries.
fn brief(thread: &Thread) -> String {
    let (timeline, mine, theirs) = (thread.timeline(), thread.mine(), thread.theirs());
    let (last, head, loaded) = (timeline.last(), timeline.head(), timeline.is_loaded());
    format!(
        "{:?} unread {} {mine:?} {theirs:?} last {last} head {head} {loaded}",
        thread.status(),
        thread.unread()
    )
}

/// Whether the relay knows all that was read here. It may know more: who writes has read what they wrote.
const fn told(here: Marks, there: Marks) -> bool {
    here.received <= there.received && here.read <= there.read
}

/// Whether each message of this page's side says sent, delivered or read as the relay does. The marks themselves may
/// differ: who writes has read what they wrote, and nobody is told of that.
fn same_bubbles(side: Side, thread: &Thread, theirs: Marks, log: &Log) -> bool {
    let items = log.rows.get(thread.conversation()).map(|(_, items)| items.as_slice()).unwrap_or_default();
    let own = items.iter().filter(|item| item.author().side() == side).map(Item::seq);
    let passed = |mark: u64| own.clone().filter(|seq| *seq <= mark).count();
    let shown = thread.theirs();
    (passed(shown.received), passed(shown.read)) == (passed(theirs.received), passed(theirs.read))
}

fn thread_misses(thread: &Thread, log: &Log) -> Option<String> {
    let (last, head) =
        (thread.timeline().last(), log.rows.get(thread.conversation()).map(|(row, _)| row.head));
    (Some(last) != head).then(|| format!("shows {} up to {last} of {head:?}", thread.conversation()))
}

fn list_differs(expected: &[&InboxRow], shown: &[&InboxRow]) -> Option<String> {
    let ids = |rows: &[&InboxRow]| rows.iter().map(|row| row.conversation.0.clone()).collect::<Vec<_>>();
    if ids(expected) != ids(shown) {
        return Some(format!("is {:?} and shown as {:?}", ids(expected), ids(shown)));
    }
    let (is, says) = expected.iter().zip(shown).find(|(is, says)| is != says)?;
    Some(format!("has {is:?}, shown as {says:?}"))
}

fn agent_misses(world: &World, page: &Page, client: &AgentClient, log: &Log) -> Option<String> {
    let Whose::Agent(number) = page.whose else { return None };
    let mut expected: Vec<_> = log.lists[&(number, client.filter().number())].iter().collect();
    let mut shown = client.rows();
    if world.clock_jumped {
        // The page puts rows in the order of wall time.
        shown.sort_by_key(|row| &row.conversation);
        expected.sort_by_key(|row| &row.conversation);
    }
    if let Some(other) = list_differs(&expected, &shown) {
        return Some(format!("the list {:?} {other}", client.filter()));
    }
    let opened = client.current()?;
    let Some((row, _)) = log.rows.get(opened.thread.conversation()) else {
        // A backup took it back: the relay refused to open it, and said so.
        let empty = world.restored && opened.thread.timeline().items().is_empty();
        return (!empty).then(|| "shows a conversation that there is not".into());
    };
    let mine = Marks { received: row.agent_received, read: row.agent_read };
    let theirs = Marks { received: row.visitor_received, read: row.visitor_read };
    let thread = &opened.thread;
    let right = (thread.status(), thread.unread()) == (row.status, row.unread);
    if !right || !told(thread.mine(), mine) || !same_bubbles(Side::Agent, thread, theirs, log) {
        return Some(format!("{row:?} is shown as {}", brief(thread)));
    }
    thread_misses(thread, log)
}
