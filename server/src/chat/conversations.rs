//! What agents and visitors do to a conversation besides writing into it. Never decides what an agent may: the session
//! asks the rules first.
use super::Chat;
use crate::store::{Changed, ClaimOutcome, Pending, Rated, Then};
use merhaba_shared::protocol::{
    ids::{AgentId, ConversationId, VisitorId},
    model::Rating,
};

impl Chat {
    /// Takes a conversation if nobody has.
    pub fn claim(&self, agent: &AgentId, conversation: ConversationId) -> Pending<Option<ClaimOutcome>> {
        let publisher = self.publisher.clone();
        let then = move |outcome: &Option<ClaimOutcome>| {
            if let Some(outcome) = outcome {
                publisher.claimed(outcome);
            }
        };
        self.store.claim(agent.clone(), conversation, self.clock.now(), Box::new(then))
    }

    /// Gives a conversation to somebody, or to nobody.
    pub fn assign(
        &self,
        agent: &AgentId,
        conversation: ConversationId,
        to: Option<AgentId>,
    ) -> Pending<Option<Changed>> {
        self.store.assign(agent.clone(), conversation, to, self.clock.now(), self.changed())
    }

    /// Resolves a conversation.
    pub fn resolve(&self, agent: &AgentId, conversation: ConversationId) -> Pending<Option<Changed>> {
        self.store.resolve(agent.clone(), conversation, self.clock.now(), self.changed())
    }

    /// Opens a resolved conversation again.
    pub fn reopen(&self, agent: &AgentId, conversation: ConversationId) -> Pending<Option<Changed>> {
        self.store.reopen(agent.clone(), conversation, self.clock.now(), self.changed())
    }

    /// Ends a visitor's conversation; their next message opens it again.
    pub fn end(&self, visitor: VisitorId, conversation: ConversationId) -> Pending<Option<Changed>> {
        self.store.end(visitor, conversation, self.clock.now(), self.changed())
    }

    /// Rates a closing, already checked.
    pub fn rate(
        &self,
        visitor: VisitorId,
        conversation: ConversationId,
        rating: Rating,
    ) -> Pending<Option<Rated>> {
        let publisher = self.publisher.clone();
        let then = move |rated: &Option<Rated>| {
            if let Some(Rated::Stored(changed)) = rated {
                publisher.grown(&changed.items, &changed.row);
            }
        };
        self.store.rate(visitor, conversation, rating, self.clock.now(), Box::new(then))
    }

    fn changed(&self) -> Then<Option<Changed>> {
        let publisher = self.publisher.clone();
        Box::new(move |changed| {
            if let Some(Changed { items, activity, row }) = changed {
                publisher.done(activity.as_ref(), row);
                publisher.grown(items, row);
            }
        })
    }
}
