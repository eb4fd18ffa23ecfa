//! What the store keeps of messages that wait for approval, beside [`super::Store`]. The same promises hold; none of it is
//! ever given to a visitor before somebody has let it go.
use super::{AgentMessage, Bounded, Changed, Pending, Then};
use merhaba_shared::protocol::{
    agent::{Activity, InboxRow},
    approval::{Decide, Decided, Proposal},
    ids::{AgentId, Millis},
    model::{Accepted, Item},
};
use std::sync::Arc;

/// What came of writing a message for approval. `None` in its place: no such conversation for this agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proposed {
    /// Stored now.
    Stored {
        /// It.
        proposal: Box<Proposal>,
        /// The conversation as it now is.
        row: Arc<InboxRow>,
    },
    /// Stored before: what was answered then (`seq` is the proposal's number).
    Repeated(Accepted),
}

/// What came of deciding. `None` in its place: no such proposal for this agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The answer.
    pub decided: Decided,
    /// Whose message it is.
    pub proposer: AgentId,
    /// The new entries in order, if it went.
    pub items: Vec<Item>,
    /// The new lines of the backstage; none: it was decided before.
    pub activities: Vec<Activity>,
    /// The conversation as it now is.
    pub row: Arc<InboxRow>,
}

/// Durable approval.
pub trait ApprovalStore {
    /// Stores a message that waits for approval, or for its time (`due`); it has no files.
    fn propose(
        &self,
        message: AgentMessage,
        due: Option<Millis>,
        then: Then<Option<Bounded<Proposed>>>,
    ) -> Pending<Option<Bounded<Proposed>>>;
    /// Decides on one, if nobody has. What is let go is its author's message from now on; what is given back is what they
    /// have begun, unless they have begun something else.
    fn decide(
        &self,
        agent: AgentId,
        decide: Decide,
        at: Millis,
        then: Then<Option<Settled>>,
    ) -> Pending<Option<Settled>>;
    /// Notes of what has waited half of its site's time, or all of it, that more are told; of some, if it is much.
    fn pass(&self, now: Millis, then: Then<Vec<Changed>>) -> Pending<Vec<Changed>>;
    /// When the next is due.
    fn next_pass(&self) -> Pending<Option<Millis>>;
    /// Lets go of what had its time until now, oldest first; of some, if it is much. What its author may not send any more
    /// is not `won`: it waits for approval from now on.
    fn send_due(&self, now: Millis, then: Then<Vec<Settled>>) -> Pending<Vec<Settled>>;
    /// When the next message has its time.
    fn next_due(&self) -> Pending<Option<Millis>>;
}
