//! A small world for the properties: a store with sites, agents and visitors, and short words for what they do.
use crate::store::{
    Added, AgentMessage, NewAgent, Pending, Principal, Sender, Sent, Sequence, Site, SiteSettings, Store,
    StoreError, Stored, Then, VisitorMessage,
};
use merhaba_shared::protocol::{
    agent::{InboxRow, Role},
    ids::{AgentId, ClientId, ConversationId, Millis, SiteKey, VisitorId},
    model::{Accepted, Item},
};
use std::{cell::Cell, sync::Arc};

/// Opens the store of one place; again after a close, the same one.
pub type Open = Box<dyn Fn() -> Arc<dyn Store>>;

/// Two sites. `mert` (agent), `ayse` (owner) and `can` (trainee) are of `shop`; `eva` (owner) is of `other`.
pub struct World {
    /// The store.
    pub store: Arc<dyn Store>,
    now: Cell<Millis>,
    ids: Cell<u64>,
}

/// Waits for a result.
pub fn wait<T>(pending: Pending<T>) -> Result<T, StoreError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(pending)
}

/// Waits for a result that must come.
pub fn get<T>(pending: Pending<T>) -> T {
    wait(pending).expect("the store works")
}

/// Nothing to tell.
pub fn quiet<T: 'static>() -> Then<T> {
    Box::new(|_| {})
}

/// An agent as reader and writer.
pub fn agent(name: &str) -> Principal {
    Principal::Agent(AgentId::from(name))
}

/// A visitor as reader and writer.
pub fn visitor(name: &str) -> Principal {
    Principal::Visitor(VisitorId::from(name))
}

/// The hash that stands for a person's secret.
pub fn secret(name: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    for (to, from) in hash.iter_mut().zip(name.bytes()) {
        *to = from;
    }
    hash
}

/// A visitor of a site, with a Turkish page.
pub fn sender(site: &str, name: &str) -> Arc<Sender> {
    let (site, visitor) = (SiteKey::from(site), VisitorId::from(name));
    Arc::new(Sender { site, visitor, token: secret(name), locale: "tr".into(), page: None })
}

/// A send's own id.
pub fn client_id(number: u64) -> ClientId {
    let mut bytes = [0; 16];
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    ClientId(bytes)
}

/// A send that must have been stored.
pub fn stored(sent: Sent) -> Stored {
    match sent {
        Sent::Stored(stored) => *stored,
        other => panic!("not stored: {other:?}"),
    }
}

/// A send that must have been known.
pub fn repeated(sent: Sent) -> Accepted {
    match sent {
        Sent::Repeated(accepted) => accepted,
        other => panic!("not a repeat: {other:?}"),
    }
}

impl World {
    /// The world at its beginning.
    pub fn new(open: &Open) -> Self {
        let world = Self { store: open(), now: Cell::new(1_000), ids: Cell::new(0) };
        for site in ["shop", "other"] {
            get(world.store.add_site(world.site(site)));
        }
        for (name, site, role) in [
            ("mert", "shop", Role::Agent),
            ("ayse", "shop", Role::Owner),
            ("can", "shop", Role::Trainee),
            ("eva", "other", Role::Owner),
        ] {
            world.hire(name, site, role);
        }
        world
    }

    /// The same world after a restart of its store.
    pub fn restarted(self, open: &Open) -> Self {
        get(self.store.close());
        Self { store: open(), ..self }
    }

    /// The next instant.
    pub fn tick(&self) -> Millis {
        self.now.set(self.now.get() + 10);
        self.now.get()
    }

    /// The instant so many milliseconds later.
    pub fn later(&self, by: Millis) -> Millis {
        self.now.set(self.now.get() + by);
        self.now.get()
    }

    /// A number that was not given before.
    pub fn fresh(&self) -> u64 {
        self.ids.set(self.ids.get() + 1);
        self.ids.get()
    }

    /// A site of that key.
    pub fn site(&self, key: &str) -> Site {
        let settings = SiteSettings { name: key.to_uppercase(), ..SiteSettings::default() };
        Site { key: SiteKey::from(key), at: self.tick(), settings }
    }

    /// An agent joins a site.
    pub fn hire(&self, name: &str, site: &str, role: Role) -> Added {
        get(self.store.add_agent(self.new_agent(name, site, role)))
    }

    /// An agent who would join a site.
    pub fn new_agent(&self, name: &str, site: &str, role: Role) -> NewAgent {
        NewAgent {
            id: AgentId::from(name),
            site: SiteKey::from(site),
            email: format!("{name}@example.com"),
            name: name.to_uppercase(),
            role,
            password_hash: format!("$argon2id${name}"),
            at: self.tick(),
        }
    }

    /// A visitor's message on `shop`, to wherever it belongs.
    pub fn visitor_says(&self, name: &str) -> VisitorMessage {
        let number = self.fresh();
        VisitorMessage {
            from: sender("shop", name),
            client_id: client_id(number),
            conversation: None,
            new: false,
            new_conversation: ConversationId(format!("c{number}")),
            body: format!("message {number}"),
            attachments: Vec::new(),
            extra: None,
            about: None,
            at: self.tick(),
            sequence: Sequence::default(),
        }
    }

    /// An agent's message.
    pub fn agent_says(&self, name: &str, conversation: &ConversationId) -> AgentMessage {
        let number = self.fresh();
        AgentMessage {
            agent: AgentId::from(name),
            client_id: client_id(number),
            conversation: conversation.clone(),
            body: format!("message {number}"),
            attachments: Vec::new(),
            extra: None,
            quote: None,
            at: self.tick(),
            sequence: Sequence::default(),
        }
    }

    /// Sends a visitor's message.
    pub fn send(&self, message: VisitorMessage) -> Sent {
        get(self.store.visitor_message(message, quiet()))
    }

    /// Sends an agent's message.
    pub fn reply(&self, message: AgentMessage) -> Sent {
        get(self.store.agent_message(message, quiet()))
    }

    /// A visitor writes to wherever it belongs.
    pub fn says(&self, name: &str) -> Stored {
        stored(self.send(self.visitor_says(name)))
    }

    /// An agent writes.
    pub fn answers(&self, name: &str, conversation: &ConversationId) -> Stored {
        stored(self.reply(self.agent_says(name, conversation)))
    }

    /// A new conversation of a visitor.
    pub fn begins(&self, name: &str) -> ConversationId {
        let message = VisitorMessage { new: true, ..self.visitor_says(name) };
        stored(self.send(message)).accepted.conversation
    }

    /// An agent resolves.
    pub fn resolves(&self, name: &str, conversation: &ConversationId) -> InboxRow {
        let changed = self.store.resolve(AgentId::from(name), conversation.clone(), self.tick(), quiet());
        InboxRow::clone(&get(changed).expect("a conversation").row)
    }

    /// Somebody marks what they have.
    pub fn marks(&self, who: Principal, conversation: &ConversationId, received: u64, read: u64) -> InboxRow {
        let marked = get(self.store.read(who, conversation.clone(), received, read, quiet()));
        InboxRow::clone(&marked.expect("a conversation").row)
    }

    /// A conversation as lists show it.
    pub fn row(&self, conversation: &ConversationId) -> InboxRow {
        get(self.store.row(agent("ayse"), conversation.clone())).expect("a conversation")
    }

    /// All of a timeline.
    pub fn log(&self, conversation: &ConversationId) -> Vec<Item> {
        let missed = self.store.missed(agent("ayse"), conversation.clone(), 0, usize::MAX);
        let missed = get(missed).expect("a conversation");
        assert!(!missed.more);
        missed.items
    }
}
