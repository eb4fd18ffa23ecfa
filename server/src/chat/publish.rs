//! From what the store committed to the events that tell of it: who hears what. Never publishes what was not stored,
//! typing and presence apart, and never waits.
use super::{Audience, soon::Soon};
use crate::{
    bus::{Bus, Hint},
    hub::{Hub, Topic, Weight},
    store::{ClaimOutcome, Marked},
};
use merhaba_shared::protocol::{
    agent::{self, InboxRow, Note},
    ids::VisitorId,
    model::{Item, Side, TypingNow},
    visitor,
};
use std::sync::Arc;

/// Publishes to this node's sessions, and hints to other nodes. A clone is the same one.
#[derive(Clone)]
pub(super) struct Publisher {
    hub: Arc<Hub>,
    bus: Arc<dyn Bus>,
    soon: Arc<Soon>,
}

impl Publisher {
    pub(super) fn new(hub: Arc<Hub>, bus: Arc<dyn Bus>) -> Self {
        let soon = Arc::new(Soon::new(hub.clone()));
        Self { hub, bus, soon }
    }

    pub(super) fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    pub(super) fn bus(&self) -> &dyn Bus {
        &*self.bus
    }

    /// New entries, for the visitor and for the agents who look; then the row, for all agents of the site.
    pub(super) fn grown(&self, items: &[Item], row: &InboxRow) {
        for item in items {
            let weight = Weight::Entry(row.conversation.clone(), item.seq());
            let to_visitor = visitor::Event::item(item.clone());
            self.hub.publish(&Topic::Visitor(row.visitor.id.clone()), &weight, &to_visitor);
            let to_agents = agent::Event::item(item.clone());
            self.hub.publish(&Topic::Conversation(row.conversation.clone()), &weight, &to_agents);
        }
        if !items.is_empty() {
            let (site, visitor) = (&row.site, &row.visitor.id);
            self.bus.tell(Hint::Moved { site, visitor, conversation: &row.conversation, head: row.head });
        }
        self.row(row);
    }

    /// A row of a list, for all agents of the site: soon.
    pub(super) fn row(&self, row: &InboxRow) {
        self.soon.row(row);
    }

    /// Tells what may be told soon; without it all is told at once.
    pub(super) fn run(&self) -> impl Future<Output = ()> + Send + use<> {
        self.soon.clone().run()
    }

    /// How far a side is, for both sides.
    pub(super) fn marked(&self, marked: &Marked) {
        if !marked.moved {
            return;
        }
        let row = &marked.row;
        let to_visitor = visitor::Event::Read(marked.marker.clone());
        self.hub.publish(&Topic::Visitor(row.visitor.id.clone()), &Weight::Durable, &to_visitor);
        let to_agents = agent::Event::Read(marked.marker.clone());
        self.hub.publish(&Topic::Conversation(row.conversation.clone()), &Weight::Durable, &to_agents);
        self.row(row);
    }

    /// Who took a conversation.
    pub(super) fn claimed(&self, outcome: &ClaimOutcome) {
        if outcome.claimed.won {
            self.row(&outcome.row);
        }
    }

    /// A note, for the agents who look.
    pub(super) fn noted(&self, note: &Note) {
        let topic = Topic::Conversation(note.conversation.clone());
        self.hub.publish(&topic, &Weight::Durable, &agent::Event::Note(note.clone()));
    }

    /// Somebody is writing: told to the other side only.
    pub(super) fn typing(&self, visitor: &VisitorId, typing: TypingNow) {
        self.bus.tell(Hint::Typing(&typing));
        match typing.author.side() {
            Side::Visitor => {
                let topic = Topic::Conversation(typing.conversation.clone());
                self.hub.publish(&topic, &Weight::Ephemeral, &agent::Event::Typing(typing));
            }
            Side::Agent => {
                let topic = Topic::Visitor(visitor.clone());
                self.hub.publish(&topic, &Weight::Ephemeral, &visitor::Event::Typing(typing));
            }
        }
    }
}
