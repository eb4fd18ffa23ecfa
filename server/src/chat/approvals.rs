//! Messages that wait for approval: written, decided, and passed on when nobody decides; and those that go later. Never publishes to a visitor what
//! nobody has let go, and never decides who may: the session asks the rules first.
use super::{Chat, alarm, alerts};
use crate::{
    hub::{Topic, Weight},
    store::{AgentMessage, Bounded, Pending, Proposed, Sequence, Settled, StoreError, Then},
};
use merhaba_shared::protocol::{
    agent::{Activity, Event},
    approval::{Decide, Proposal, Propose},
    ids::AgentId,
    model::Accepted,
};
use std::{sync::Arc, time::Duration};

/// The answer to the writer of a proposal; `seq` is the proposal's number.
#[must_use]
pub fn accepted_proposal(proposal: &Proposal) -> Accepted {
    Accepted {
        client_id: proposal.client_id,
        conversation: proposal.conversation.clone(),
        seq: proposal.number,
        at: proposal.at,
    }
}

impl Chat {
    /// Stores a message that waits for approval, or for its time, already checked; queued when this is called.
    pub fn propose(&self, agent: &AgentId, propose: Propose) -> Pending<Option<Bounded<Proposed>>> {
        let message = AgentMessage {
            agent: agent.clone(),
            client_id: propose.client_id,
            conversation: propose.conversation,
            body: propose.body,
            attachments: Vec::new(),
            extra: None,
            quote: None,
            at: self.clock.now(),
            sequence: Sequence::default(),
        };
        let due = propose.due;
        let (publisher, proposed) = (self.publisher.clone(), self.proposed.clone());
        let planned = self.planned.clone();
        let then: Then<Option<Bounded<Proposed>>> = Box::new(move |done| {
            if let Some(Bounded::Done(Proposed::Stored { proposal, row })) = done {
                let topic = Topic::Conversation(proposal.conversation.clone());
                let event = Event::Proposal(Proposal::clone(proposal));
                publisher.hub().publish(&topic, &Weight::Durable, &event);
                publisher.row(row);
                if due.is_some() {
                    planned.notify_one();
                } else {
                    publisher.alert(Some(alerts::approval(row)));
                    proposed.notify_one();
                }
            }
        });
        self.store.propose(message, due, then)
    }

    /// Decides on one, if nobody has. Whoever wrote it is told wherever they look.
    pub fn decide(self: &Arc<Self>, agent: &AgentId, decide: Decide) -> Pending<Option<Settled>> {
        let chat = Arc::clone(self);
        let then: Then<Option<Settled>> = Box::new(move |settled| {
            if let Some(settled) = settled {
                chat.settled(settled);
            }
        });
        self.store.decide(agent.clone(), decide, self.clock.now(), then)
    }

    fn settled(&self, settled: &Settled) {
        for activity in &settled.activities {
            self.tell_team(activity, &settled.proposer);
        }
        if !settled.items.is_empty() {
            self.counters.count_accepted();
            self.publisher.grown(&settled.items, &settled.row);
        } else if !settled.activities.is_empty() {
            self.publisher.row(&settled.row);
        }
    }

    /// What was done, for the agents who look and for whoever wrote what it is about.
    fn tell_team(&self, activity: &Activity, proposer: &AgentId) {
        let topics = [Topic::Conversation(activity.conversation.clone()), Topic::Agent(proposer.clone())];
        self.publisher.hub().publish_all(&topics, &Weight::Durable, &Event::Activity(activity.clone()));
    }

    /// Sends, for ever, what was written for later, each at its time; what came due while nobody ran, at once.
    pub fn sending(self: &Arc<Self>) -> impl Future<Output = ()> + Send + use<> {
        let chat = self.clone();
        let what = "what was written for later does not go for now";
        async move { alarm::watch(&chat.planned, what, || chat.send_due()).await }
    }

    /// Sends what is due; how long to wait for the next, if anything is planned.
    pub async fn send_due(self: &Arc<Self>) -> Result<Option<Duration>, StoreError> {
        let Some(next) = self.store.next_due().await? else { return Ok(None) };
        let now = self.clock.now();
        if next <= now {
            let chat = Arc::clone(self);
            let then: Then<Vec<Settled>> = Box::new(move |sent| {
                for settled in sent {
                    if settled.decided.won {
                        chat.settled(settled);
                    } else {
                        chat.publisher.alert(Some(alerts::approval(&settled.row)));
                        chat.publisher.row(&settled.row);
                    }
                }
            });
            self.store.send_due(now, then).await?;
            self.proposed.notify_one();
        }
        Ok(Some(alarm::until(next, now)))
    }

    /// Passes on, for ever, what waits for approval, each at its time; what came due while nobody ran, at once.
    pub fn passing(self: &Arc<Self>) -> impl Future<Output = ()> + Send + use<> {
        let chat = self.clone();
        let what = "what waits for approval is not passed on for now";
        async move { alarm::watch(&chat.proposed, what, || chat.pass()).await }
    }

    /// Passes on what is due; how long to wait for the next, if anything is.
    pub async fn pass(&self) -> Result<Option<Duration>, StoreError> {
        let Some(next) = self.store.next_pass().await? else { return Ok(None) };
        let now = self.clock.now();
        if next <= now {
            self.store.pass(now, self.publisher.all_sorted()).await?;
        }
        Ok(Some(alarm::until(next, now)))
    }
}
