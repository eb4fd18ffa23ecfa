//! What agents do to a conversation besides writing into it. Never decides who may: the session asks the rules first.
use super::Chat;
use crate::store::{Changed, ClaimOutcome, Pending, Then};
use merhaba_shared::protocol::ids::{AgentId, ConversationId};

impl Chat {
    /// Takes a conversation if nobody has.
    pub fn claim(&self, agent: &AgentId, conversation: ConversationId) -> Pending<Option<ClaimOutcome>> {
        let publisher = self.publisher.clone();
        let then = move |outcome: &Option<ClaimOutcome>| {
            if let Some(outcome) = outcome {
                publisher.claimed(outcome);
            }
        };
        self.store.claim(agent.clone(), conversation, Box::new(then))
    }

    /// Gives a conversation to somebody, or to nobody.
    pub fn assign(
        &self,
        agent: &AgentId,
        conversation: ConversationId,
        to: Option<AgentId>,
    ) -> Pending<Option<Changed>> {
        self.store.assign(agent.clone(), conversation, to, self.changed())
    }

    /// Resolves a conversation.
    pub fn resolve(&self, agent: &AgentId, conversation: ConversationId) -> Pending<Option<Changed>> {
        self.store.resolve(agent.clone(), conversation, self.clock.now(), self.changed())
    }

    /// Opens a resolved conversation again.
    pub fn reopen(&self, agent: &AgentId, conversation: ConversationId) -> Pending<Option<Changed>> {
        self.store.reopen(agent.clone(), conversation, self.clock.now(), self.changed())
    }

    fn changed(&self) -> Then<Option<Changed>> {
        let publisher = self.publisher.clone();
        Box::new(move |changed| {
            if let Some(changed) = changed {
                publisher.grown(&changed.items, &changed.row);
            }
        })
    }
}
