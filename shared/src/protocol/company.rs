//! Who of the team is there: what a page tells of its agent, and what agents are told of one another. Never a visitor's business.
use super::ids::ConversationId;
use super::model::AgentAuthor;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Which conversation the page shows to somebody who looks. Only one that the page has opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// Which; `None`: none, or nobody sees the page.
    #[serde(default)]
    pub conversation: Option<ConversationId>,
}

/// Whether the agent takes conversations now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetStatus {
    /// Connected, but not there: does not count as online.
    pub away: bool,
    /// There, but given nothing more by the relay.
    #[serde(default)]
    pub busy: bool,
}

/// Who of the team looks at a conversation now: all of them each time it changes, the receiver among them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Company {
    /// Which.
    pub conversation: ConversationId,
    /// In the order they came; at most [`super::limits::COMPANY`].
    pub present: Vec<Present>,
}

/// An agent who looks at a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Present {
    /// Who.
    pub agent: AgentAuthor,
    /// Whether they are writing an answer there.
    pub writing: bool,
}
