//! The law that every action is held to: what a page shows after applying the events of an action is what a page shows
//! that is loaded after it. For a visitor's page, the one beside it, an agent who has the conversation open, and one
//! who only looks at the list.
use super::{
    page::{Machine, Whose},
    verdict::Log,
    world::World,
};
use merhaba_shared::{
    client::{
        Ms, agent::AgentClient, outbox::Outgoing, thread::Delivery, thread::Thread, visitor::VisitorClient,
    },
    protocol::{
        agent::{BackstageLine, InboxRow},
        ids::ConversationId,
        model::{AgentAuthor, Item, Side, Status},
    },
};

/// All that an action causes has happened within this time, in milliseconds: no line takes longer, marks are told.
pub(super) const SETTLED: Ms = 2_000;

/// A conversation as it is shown.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    conversation: ConversationId,
    status: Status,
    unread: u32,
    /// The entries, with how far each is if it is a message of this side.
    items: Vec<(Item, Option<Delivery>)>,
}

/// All that a page shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Screen {
    threads: Vec<Shown>,
    notes: Vec<BackstageLine>,
    rows: Vec<InboxRow>,
    outbox: Vec<Outgoing>,
    assignee: Option<AgentAuthor>,
    /// Of the site for visitors, of oneself for agents.
    there: bool,
}

fn shown(thread: &Thread, side: Side, with_items: bool) -> Shown {
    let items = thread.timeline().items().iter().filter(|_| with_items);
    let far = |item: &Item| (item.author().side() == side).then(|| thread.delivery(item.seq()));
    Shown {
        conversation: thread.conversation().clone(),
        status: thread.status(),
        unread: thread.unread(),
        items: items.map(|item| (item.clone(), far(item))).collect(),
    }
}

fn of_visitor(client: &VisitorClient) -> Screen {
    let current = client.thread().map(Thread::conversation);
    // Only what is on the screen is loaded; of the others the page shows where they stand.
    let mut threads: Vec<_> = client
        .threads()
        .iter()
        .map(|thread| shown(thread, Side::Visitor, current == Some(thread.conversation())))
        .collect();
    threads.sort_by(|one, other| one.conversation.cmp(&other.conversation));
    Screen {
        threads,
        notes: Vec::new(),
        rows: Vec::new(),
        outbox: client.outbox().all().to_vec(),
        assignee: client.assignee().cloned(),
        there: client.online(),
    }
}

fn of_agent(client: &AgentClient) -> Screen {
    Screen {
        threads: client
            .current()
            .map(|opened| shown(&opened.thread, Side::Agent, true))
            .into_iter()
            .collect(),
        notes: client.current().map(|opened| opened.backstage.lines().to_vec()).unwrap_or_default(),
        rows: client.rows().into_iter().cloned().collect(),
        outbox: client.outbox().all().to_vec(),
        assignee: None,
        there: !client.status().away,
    }
}

fn screen(machine: &Machine) -> Screen {
    match machine {
        Machine::Visitor(client) => of_visitor(client),
        Machine::Agent(client) => of_agent(client),
    }
}

/// A page that is loaded now and shows the same conversation.
async fn fresh(world: &mut World, at: usize) -> Screen {
    let page = &world.pages[at];
    let (current, filter) = match &page.machine {
        Machine::Visitor(client) => (client.thread().map(|thread| thread.conversation().clone()), None),
        Machine::Agent(client) => {
            (client.current().map(|opened| opened.thread.conversation().clone()), Some(client.filter()))
        }
    };
    let new = world.load(page.whose);
    world.run_until(world.now() + SETTLED).await;
    world.on(new, |machine, _| match machine {
        Machine::Visitor(client) => current.iter().for_each(|current| client.show(current)),
        Machine::Agent(client) => {
            if let Some(filter) = filter {
                client.list(filter);
            }
            if let Some(current) = &current {
                client.open(current);
            }
        }
    });
    world.run_until(world.now() + SETTLED).await;
    let screen = screen(&world.pages[new].machine);
    world.close(new);
    world.pages.truncate(new);
    screen
}

/// Holds every page to the law, after `action`.
pub(super) async fn hold(world: &mut World, action: &str) {
    world.run_until(world.now() + SETTLED).await;
    for at in 0..world.pages.len() {
        let applied = screen(&world.pages[at].machine);
        let loaded = fresh(world, at).await;
        let (whose, seen) = (world.pages[at].whose, &world.pages[at].machine);
        assert_eq!(applied, loaded, "after {action}, page {at} of {whose:?}");
        assert_eq!(applied, screen(seen), "after {action}, loading another page changed page {at}");
    }
}

/// The relay's log.
pub(super) async fn log(world: &World) -> Log {
    Log::read(&*world.relay.as_ref().expect("it runs").store).await
}

/// The pages of the law: two of one visitor, one of an agent who opens what there is, one of an agent who does not.
pub(super) async fn pages(seed: u64) -> World {
    let mut world = World::new(seed, 2).await;
    world.close(2);
    world.pages.remove(2);
    world.load(Whose::Browser(0));
    world.run_until(SETTLED).await;
    world
}
