//! How a team sorts its conversations: tags, how urgent, put off until, bookmarks; and what opens again by itself. Never
//! decides what an agent may: the session asks the rules first.
use super::{Chat, alarm};
use crate::{
    hub::{Topic, Weight},
    store::{Bounded, Changed, Pending, StoreError, Then},
};
use merhaba_shared::protocol::{
    agent,
    ids::{AgentId, ConversationId, Millis},
    triage::{Bookmark, SetPriority, Transfer},
};
use std::{sync::Arc, time::Duration};

impl Chat {
    /// Puts a tag, cleaned, on a conversation, or takes it off.
    pub fn tag(
        &self,
        agent: &AgentId,
        conversation: ConversationId,
        tag: (String, bool),
    ) -> Pending<Option<Bounded<Changed>>> {
        let publisher = self.publisher.clone();
        let then: Then<Option<Bounded<Changed>>> = Box::new(move |tagged| {
            if let Some(Bounded::Done(changed)) = tagged {
                publisher.sorted(changed);
            }
        });
        self.store.tag(agent.clone(), conversation, tag, self.clock.now(), then)
    }

    /// Says how urgent a conversation is.
    pub fn prioritise(&self, agent: &AgentId, set: SetPriority) -> Pending<Option<Changed>> {
        let SetPriority { conversation, priority } = set;
        self.store.prioritise(agent.clone(), conversation, priority, self.clock.now(), self.sorted())
    }

    /// Sends a conversation to a department, or to the whole team.
    pub fn transfer(&self, agent: &AgentId, to: Transfer) -> Pending<Option<Changed>> {
        let Transfer { conversation, department } = to;
        self.store.transfer(agent.clone(), conversation, department, self.clock.now(), self.sorted())
    }

    /// Puts a conversation off, or takes that back.
    pub fn snooze(
        &self,
        agent: &AgentId,
        conversation: ConversationId,
        until: Option<Millis>,
    ) -> Pending<Option<Changed>> {
        let (publisher, put_off) = (self.publisher.clone(), self.put_off.clone());
        let then: Then<Option<Changed>> = Box::new(move |snoozed| {
            if let Some(changed) = snoozed {
                publisher.sorted(changed);
                put_off.notify_one();
            }
        });
        self.store.snooze(agent.clone(), conversation, until, self.clock.now(), then)
    }

    /// Sets an agent's own mark, or takes it away, and tells all their pages.
    pub fn bookmark(&self, agent: &AgentId, mark: Bookmark) -> Pending<Option<Bounded<()>>> {
        let (publisher, topic) = (self.publisher.clone(), Topic::Agent(agent.clone()));
        let (conversation, on) = (mark.conversation.clone(), mark.on);
        let then: Then<Option<Bounded<()>>> = Box::new(move |marked| {
            if let Some(Bounded::Done(())) = marked {
                publisher.hub().publish(&topic, &Weight::Durable, &agent::Event::Bookmarked(mark));
            }
        });
        self.store.bookmark(agent.clone(), conversation, on, self.clock.now(), then)
    }

    /// An agent looks at a conversation: if they were mentioned there, all their pages are told that they have seen it.
    ///
    /// # Errors
    /// The store cannot be read just now; the next look says it again.
    pub async fn looked(&self, agent: &AgentId, conversation: &ConversationId) -> Result<(), StoreError> {
        if !self.store.mentions(agent.clone()).await?.contains(conversation) {
            return Ok(());
        }
        let (publisher, who, place) = (self.publisher.clone(), agent.clone(), conversation.clone());
        let then: Then<bool> = Box::new(move |seen| {
            if *seen {
                publisher.mentioned(&who, place, None);
            }
        });
        self.store.mention_seen(agent.clone(), conversation.clone(), then).await.map(|_| ())
    }

    /// Opens, for ever, what was put off, each at its time; what came due while nobody ran, at once.
    pub fn waking(self: &Arc<Self>) -> impl Future<Output = ()> + Send + use<> {
        let chat = self.clone();
        let what = "what was put off stays so for now";
        async move { alarm::watch(&chat.put_off, what, || chat.wake()).await }
    }

    /// Opens what is due; how long to wait for the next, if anything is put off.
    pub async fn wake(&self) -> Result<Option<Duration>, StoreError> {
        let Some(next) = self.store.next_wake().await? else { return Ok(None) };
        let now = self.clock.now();
        if next <= now {
            self.store.wake(now, self.publisher.all_sorted()).await?;
        }
        Ok(Some(alarm::until(next, now)))
    }

    pub(super) fn sorted(&self) -> Then<Option<Changed>> {
        let publisher = self.publisher.clone();
        Box::new(move |changed| {
            if let Some(changed) = changed {
                publisher.sorted(changed);
            }
        })
    }
}
