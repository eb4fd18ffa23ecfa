//! What the store keeps of how a team sorts its conversations, beside [`super::Store`]: tags, how urgent, put off until,
//! bookmarks, and the counts of lists. The same promises hold.
use super::{Bounded, Changed, Pending, Then};
use crate::domain::routing::Routing;
use merhaba_shared::protocol::{
    ids::{AgentId, ConversationId, Millis, SiteKey},
    triage::{Counts, Only, Priority},
};

/// Durable sorting.
pub trait TriageStore {
    /// Puts a tag, cleaned, on a conversation, or takes it off.
    fn tag(
        &self,
        agent: AgentId,
        conversation: ConversationId,
        tag: (String, bool),
        at: Millis,
        then: Then<Option<Bounded<Changed>>>,
    ) -> Pending<Option<Bounded<Changed>>>;
    /// The tags that a site knows, in the order of their letters.
    fn tags(&self, site: SiteKey) -> Pending<Vec<String>>;
    /// Says how urgent a conversation is.
    fn prioritise(
        &self,
        agent: AgentId,
        conversation: ConversationId,
        priority: Priority,
        at: Millis,
        then: Then<Option<Changed>>,
    ) -> Pending<Option<Changed>>;
    /// Sends a conversation to a department of its site, or to the whole team; whoever has it keeps it only if they answer
    /// there. `None` too when the site has no such department.
    fn transfer(
        &self,
        agent: AgentId,
        conversation: ConversationId,
        department: Option<String>,
        at: Millis,
        then: Then<Option<Changed>>,
    ) -> Pending<Option<Changed>>;
    /// Puts a conversation off that is not resolved; `None`: it is open again.
    fn snooze(
        &self,
        agent: AgentId,
        conversation: ConversationId,
        until: Option<Millis>,
        at: Millis,
        then: Then<Option<Changed>>,
    ) -> Pending<Option<Changed>>;
    /// Opens what was put off until now or before; some of it, if it is much.
    fn wake(&self, now: Millis, then: Then<Vec<Changed>>) -> Pending<Vec<Changed>>;
    /// When the next conversation is to be opened that was put off.
    fn next_wake(&self) -> Pending<Option<Millis>>;
    /// Calls owners and admins to an open conversation, with a reason; one that is not open stays as it is.
    fn escalate(
        &self,
        agent: AgentId,
        conversation: ConversationId,
        reason: String,
        at: Millis,
        then: Then<Option<Changed>>,
    ) -> Pending<Option<Changed>>;
    /// Puts a site's conversations whose time it is one rung higher, or notes that it is told again; of some, if it is
    /// much. On a site that has no agents nobody is told.
    fn climb(
        &self,
        site: SiteKey,
        routing: Routing,
        now: Millis,
        then: Then<Vec<Changed>>,
    ) -> Pending<Vec<Changed>>;
    /// When the next of a site's conversations is due to climb.
    fn next_climb(&self, site: SiteKey, routing: Routing) -> Pending<Option<Millis>>;
    /// Sets an agent's own mark on a conversation, or takes it away.
    fn bookmark(
        &self,
        agent: AgentId,
        conversation: ConversationId,
        on: bool,
        at: Millis,
        then: Then<Option<Bounded<()>>>,
    ) -> Pending<Option<Bounded<()>>>;
    /// What an agent has bookmarked, the latest mark first.
    fn bookmarks(&self, agent: AgentId) -> Pending<Vec<ConversationId>>;
    /// Where an agent was mentioned and has not looked since, the latest first.
    fn mentions(&self, agent: AgentId) -> Pending<Vec<ConversationId>>;
    /// An agent has looked at a conversation; whether they had been mentioned there.
    fn mention_seen(&self, agent: AgentId, conversation: ConversationId, then: Then<bool>) -> Pending<bool>;
    /// How many conversations each list of a site holds, narrowed to all of this but its site; nothing when there is no such
    /// site.
    fn counts(&self, site: SiteKey, only: Only) -> Pending<Option<Counts>>;
}
