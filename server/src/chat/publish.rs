//! From what the store committed to the events that tell of it: who hears what. Never publishes what was not stored,
//! typing and presence apart, and never waits.
use super::{alerts, counts::Moved, routing::Router, soon::Soon};
use crate::{
    bus::{Bus, Hint},
    hub::{Hub, Published, Topic, Weight},
    push::alert::{Alert, Alerts},
    store::{Changed, ClaimOutcome, Marked, Store, Then},
};
use merhaba_shared::protocol::{
    agent::{self, Activity, InboxRow, Note},
    backstage::Mentioned,
    ids::{AgentId, ConversationId, VisitorId},
    model::{AgentAuthor, Item, Side, TypingNow},
    visitor,
};
use serde::{Serialize, Serializer};
use std::sync::Arc;

/// An entry as both audiences are told it: in the same words and, in the binary codec, under the same number.
struct Told<'a>(&'a Item);

impl Serialize for Told<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Item::Message(message) => to.serialize_newtype_variant("Event", 3, "Message", message),
            Item::Entry(entry) => to.serialize_newtype_variant("Event", 4, "Entry", entry),
        }
    }
}
impl Published for Told<'_> {}

/// Publishes to this node's sessions, and hints to other nodes. A clone is the same one.
#[derive(Clone)]
pub(super) struct Publisher {
    hub: Arc<Hub>,
    bus: Arc<dyn Bus>,
    soon: Arc<Soon>,
    router: Arc<Router>,
    moved: Arc<Moved>,
    alerts: Arc<Alerts>,
}

impl Publisher {
    pub(super) fn new(hub: Arc<Hub>, bus: Arc<dyn Bus>) -> Self {
        let soon = Arc::new(Soon::new(hub.clone()));
        Self { hub, bus, soon, router: Arc::default(), moved: Arc::default(), alerts: Arc::default() }
    }

    pub(super) fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    pub(super) fn bus(&self) -> &dyn Bus {
        &*self.bus
    }

    /// New entries, for the visitor and for the agents who look; then the row, for all agents of the site.
    pub(super) fn grown(&self, items: &[Item], row: &Arc<InboxRow>) {
        let topics = [Topic::Visitor(row.visitor.id.clone()), Topic::Conversation(row.conversation.clone())];
        for item in items {
            let weight = Weight::Entry(row.conversation.clone(), item.seq());
            self.hub.publish_all(&topics, &weight, &Told(item));
        }
        if !items.is_empty() {
            let (site, visitor) = (&row.site, &row.visitor.id);
            self.bus.tell(Hint::Moved { site, visitor, conversation: &row.conversation, head: row.head });
        }
        self.alert(alerts::wrote(items, row));
        self.row(row);
    }

    /// What closed pages are told.
    pub(super) fn alerts(&self) -> &Arc<Alerts> {
        &self.alerts
    }

    /// Tells closed pages too, if there is something to tell.
    pub(super) fn alert(&self, alert: Option<Alert>) {
        if let Some(alert) = alert {
            self.alerts.put(alert);
        }
    }

    pub(super) fn router(&self) -> &Arc<Router> {
        &self.router
    }

    /// A row of a list, for all agents of the site: soon. Somebody may wait, or have room, since.
    pub(super) fn row(&self, row: &Arc<InboxRow>) {
        self.router.touch(&row.site);
        self.soon.row(row);
        self.moved.note(&row.site);
    }

    /// Counts and tells how many conversations lists hold.
    pub(super) fn counting(&self, store: Arc<dyn Store>) -> impl Future<Output = ()> + Send + use<> {
        self.moved.clone().run(self.hub.clone(), store)
    }

    /// What was done besides writing, if anything was, for the agents who look; then the row.
    pub(super) fn sorted(&self, changed: &Changed) {
        if changed.activity.is_some() {
            self.done(changed.activity.as_ref(), &changed.row);
            self.row(&changed.row);
        }
    }

    /// The same for each of several, from the commit that did them.
    pub(super) fn all_sorted(&self) -> Then<Vec<Changed>> {
        let publisher = self.clone();
        Box::new(move |all| all.iter().for_each(|changed| publisher.sorted(changed)))
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
            self.done(outcome.activity.as_ref(), &outcome.row);
            self.row(&outcome.row);
        }
    }

    /// A note, for the agents who look, and that it mentions somebody, for all their pages; then the row, which says how many
    /// lines there are.
    pub(super) fn noted(&self, note: &Note, row: &Arc<InboxRow>, mentioned: &[AgentId]) {
        let topic = Topic::Conversation(note.conversation.clone());
        self.hub.publish(&topic, &Weight::Durable, &agent::Event::Note(note.clone()));
        for who in mentioned {
            self.mentioned(who, note.conversation.clone(), Some(note.author.clone()));
            self.alert(Some(alerts::mentioned(who, row)));
        }
        self.row(row);
    }

    /// That an agent was mentioned by somebody, or (`None`) has looked since, for all their pages.
    pub(super) fn mentioned(&self, who: &AgentId, conversation: ConversationId, by: Option<AgentAuthor>) {
        let event = agent::Event::Mentioned(Mentioned { conversation, by });
        self.hub.publish(&Topic::Agent(who.clone()), &Weight::Durable, &event);
    }

    /// What was done in the backstage, if anything was, for the agents who look, and for whom it was given to wherever
    /// they look. The row is told besides.
    pub(super) fn done(&self, activity: Option<&Activity>, row: &InboxRow) {
        if let Some(activity) = activity {
            let mut topics = vec![Topic::Conversation(activity.conversation.clone())];
            topics.extend(activity.given_to().map(|to| Topic::Agent(to.id.clone())));
            let event = agent::Event::Activity(activity.clone());
            self.hub.publish_all(&topics, &Weight::Durable, &event);
            self.alert(alerts::done(activity, row));
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::Audience;
    use merhaba_shared::protocol::{
        codec::Codec,
        ids::ClientId,
        model::{Author, Data, Entry, Kind, Message, VisitorAuthor},
    };

    #[test]
    fn an_entry_is_told_to_both_audiences_in_the_words_of_the_protocol() {
        let author = Author::Visitor(VisitorAuthor::default());
        let message = Message {
            conversation: "c".into(),
            seq: 7,
            client_id: ClientId([7; 16]),
            author: author.clone(),
            at: 7,
            body: "Merhaba".into(),
            attachments: Vec::new(),
            extra: None,
            edited: None,
            deleted: None,
            quote: None,
        };
        let entry = Entry {
            conversation: "c".into(),
            seq: 8,
            at: 8,
            author,
            kind: Kind::Resolved,
            data: Data::default(),
        };
        for item in [Item::Message(message), Item::Entry(entry)] {
            for codec in [Codec::Json, Codec::Bin] {
                let told = Told(&item).encode(codec);
                assert_eq!(told, visitor::Event::item(item.clone()).encode(codec));
                assert_eq!(told, agent::Event::item(item.clone()).encode(codec));
            }
        }
    }
}
