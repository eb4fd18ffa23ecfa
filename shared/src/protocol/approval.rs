//! What a trainee has written for a visitor, or somebody for later, and what becomes of it: it waits in the backstage until
//! somebody who answers lets it go, changes it, or gives it back, or until its time has come. Nothing here can be sent to a visitor.
use super::agent::Deed;
use super::ids::{ClientId, ConversationId, Millis, Seq};
use super::model::AgentAuthor;
use super::words::words;
use alloc::string::String;
use serde::{Deserialize, Serialize};

words! {
    /// What becomes of a proposal.
    Verdict {
        /// It goes as it is.
        Approved = 1,
        /// It goes in other words.
        Changed = 2,
        /// It is its author's again, with a reason.
        Returned = 3,
        /// Its author has taken it back.
        Withdrawn = 4,
        /// Its time had come: the relay says so, and nobody else.
        Sent = 5,
    }
}

impl Verdict {
    /// What the backstage says of it.
    #[must_use]
    pub const fn deed(self) -> Deed {
        match self {
            Self::Approved => Deed::Approved,
            Self::Changed => Deed::Changed,
            Self::Returned => Deed::Returned,
            Self::Withdrawn => Deed::Withdrawn,
            Self::Sent => Deed::Sent,
        }
    }

    /// The verdict that a line of the backstage tells.
    #[must_use]
    pub const fn of(deed: Deed) -> Option<Self> {
        match deed {
            Deed::Approved => Some(Self::Approved),
            Deed::Changed => Some(Self::Changed),
            Deed::Returned => Some(Self::Returned),
            Deed::Withdrawn => Some(Self::Withdrawn),
            Deed::Sent => Some(Self::Sent),
            _ => None,
        }
    }
}

/// A message to the visitor that somebody is to approve first, or that goes later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Propose {
    /// Made before the first try, the same at each; the message that comes of it has it too.
    pub client_id: ClientId,
    /// Where.
    pub conversation: ConversationId,
    /// The text.
    pub body: String,
    /// When it goes by itself, at most [`super::limits::SNOOZE_MS`] from now: only who may reply may say that; `None`:
    /// when somebody approves.
    #[serde(default)]
    pub due: Option<Millis>,
}

/// A message that waits in the backstage, or has waited there: a line that is never changed. What became of it is a later
/// line with a [`Decision`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Where.
    pub conversation: ConversationId,
    /// Its place in the backstage, in one row with the notes.
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
    /// When it goes by itself, unless somebody decides before; `None`: it waits for approval. What its author may not send
    /// any more when its time comes waits for approval from then on, which a page sees when it opens the conversation again.
    #[serde(default)]
    pub due: Option<Millis>,
}

/// Decides on a proposal, if nobody has: compare-and-set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decide {
    /// Where.
    pub conversation: ConversationId,
    /// The proposal's place in the backstage.
    pub number: u64,
    /// What becomes of it.
    pub verdict: Verdict,
    /// The other words of [`Verdict::Changed`], the reason of [`Verdict::Returned`] (at most
    /// [`super::limits::REASON_CHARS`]); else nothing.
    #[serde(default)]
    pub text: String,
}

/// The answer to [`Decide`]: a lost race is a value, not an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Where.
    pub conversation: ConversationId,
    /// The proposal's place in the backstage.
    pub number: u64,
    /// What became of it.
    pub verdict: Verdict,
    /// Who decided.
    pub by: AgentAuthor,
    /// Whether that is the asker.
    pub won: bool,
}

/// Which proposal a line of the backstage is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Its place in the backstage.
    pub number: u64,
    /// Whose it is.
    pub of: AgentAuthor,
    /// The other words it went in, or why it was returned.
    #[serde(default)]
    pub text: String,
}
