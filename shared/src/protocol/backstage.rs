//! The lines of a conversation's backstage: what the team writes and what it does. Only agents can be told them.
use super::agent::{Deed, Event};
use super::approval::Proposal;
use super::ids::{ClientId, ConversationId, Millis, Seq};
use super::model::AgentAuthor;
use super::triage::Detail;
use alloc::string::String;
use serde::{Deserialize, Serialize};

/// A line only the team sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Where.
    pub conversation: ConversationId,
    /// Its place in the backstage, numbered apart from the timeline.
    pub number: u64,
    /// The writer's own id for it.
    pub client_id: ClientId,
    /// Who wrote it.
    pub author: AgentAuthor,
    /// When the relay stored it.
    pub at: Millis,
    /// The timeline's head when it was written: where a page shows it.
    pub after: Seq,
    /// The text.
    pub body: String,
}

/// An agent was mentioned in a note, or has looked there since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mentioned {
    /// Where.
    pub conversation: ConversationId,
    /// Who wrote the note; nobody: they have looked.
    #[serde(default)]
    pub by: Option<AgentAuthor>,
}

/// A line of the backstage that is not a note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// Where.
    pub conversation: ConversationId,
    /// Its place in the backstage, in one row with the notes.
    pub number: u64,
    /// Who did it.
    pub author: AgentAuthor,
    /// When the relay stored it.
    pub at: Millis,
    /// The timeline's head when it was done: where a page shows it.
    pub after: Seq,
    /// What.
    pub deed: Deed,
    /// To whom, of what is done to somebody.
    #[serde(default)]
    pub to: Option<AgentAuthor>,
    /// Which tag, how urgent, until when, which proposal.
    #[serde(default)]
    pub detail: Option<Detail>,
}

impl Activity {
    /// To whom somebody else, or the relay, gave the conversation with this.
    #[must_use]
    pub fn given_to(&self) -> Option<&AgentAuthor> {
        if self.deed == Deed::Routed { Some(&self.author) } else { self.to.as_ref() }
    }
}

/// A line of the backstage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackstageLine {
    /// What somebody wrote.
    Note(Note),
    /// What somebody did.
    Activity(Activity),
    /// What somebody wrote for the visitor, to be approved.
    Proposal(Proposal),
}

impl BackstageLine {
    /// Where it is.
    #[must_use]
    pub const fn conversation(&self) -> &ConversationId {
        match self {
            Self::Note(note) => &note.conversation,
            Self::Activity(activity) => &activity.conversation,
            Self::Proposal(proposal) => &proposal.conversation,
        }
    }

    /// Its place in the backstage.
    #[must_use]
    pub const fn number(&self) -> u64 {
        match self {
            Self::Note(note) => note.number,
            Self::Activity(activity) => activity.number,
            Self::Proposal(proposal) => proposal.number,
        }
    }

    /// The timeline's head when it was stored.
    #[must_use]
    pub const fn after(&self) -> Seq {
        match self {
            Self::Note(note) => note.after,
            Self::Activity(activity) => activity.after,
            Self::Proposal(proposal) => proposal.after,
        }
    }

    /// The event that tells it.
    #[must_use]
    pub fn event(self) -> Event {
        match self {
            Self::Note(note) => Event::Note(note),
            Self::Activity(activity) => Event::Activity(activity),
            Self::Proposal(proposal) => Event::Proposal(proposal),
        }
    }
}
