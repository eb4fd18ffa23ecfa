//! The store's half of visits: where a visitor who has written is and was, and who they are as agents see it beside the
//! thread. Of somebody without a row nothing is kept.
use super::{Pending, Then};
use merhaba_shared::protocol::{
    ids::{AgentId, ConversationId, Millis, VisitorId},
    person::{Attribute, Device, Person, Step, Visit},
};

/// What a page of a visitor has to tell of their visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    /// Who.
    pub visitor: VisitorId,
    /// Where they went, in order, cut to what is kept. Those that are kept already change nothing.
    pub steps: Vec<Step>,
    /// Where they came from to the first of them.
    pub referrer: String,
    /// What they use.
    pub device: Option<Device>,
    /// What the site says of them; `None`: it has said nothing on this page.
    pub attributes: Option<Vec<Attribute>>,
    /// Now.
    pub at: Millis,
}

/// Durable visits.
pub trait VisitStore {
    /// Keeps where a visitor went; `None`: they have no row, and nothing was kept.
    fn walk(&self, walk: Walk, then: Then<Option<Visit>>) -> Pending<Option<Visit>>;
    /// Who writes in a conversation, with those of their other ones that began before `before`, or the newest; not whether
    /// they are there.
    fn person(
        &self,
        agent: AgentId,
        conversation: ConversationId,
        before: Option<ConversationId>,
    ) -> Pending<Option<Person>>;
}
