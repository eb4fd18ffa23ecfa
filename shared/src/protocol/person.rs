//! Who somebody is who writes, as agents see it beside the thread: how far that is known, where they went in this visit,
//! what the site says of them, and what they wrote about before. Nothing here can be sent to a visitor.
use super::ids::{ConversationId, Millis, VisitorId};
use super::model::{AgentAuthor, Rating, Side, Status};
use super::words::words;
use alloc::{string::String, vec::Vec};
use serde::{Deserialize, Serialize};

words! {
    /// How far it is known who somebody is. Never blurred: what is shown is one of these words.
    Identity {
        /// They have said nothing of themself.
        Anonymous = 1,
        /// They say who they are, and nobody has looked.
        Claimed = 2,
        /// Their site has signed who they are.
        Verified = 3,
    }
}

words! {
    /// What somebody holds in their hand.
    Form {
        /// A computer.
        Desktop = 1,
        /// A phone.
        Phone = 2,
        /// A tablet.
        Tablet = 3,
    }
}

/// Tell me who writes in a conversation, and what changes of it until I ask of another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetPerson {
    /// Whose conversation.
    pub conversation: ConversationId,
    /// Past conversations that began before this one of theirs; `None`: the newest.
    #[serde(default)]
    pub before: Option<ConversationId>,
}

/// Who writes in a conversation; the answer to [`GetPerson`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The conversation that was asked of.
    pub conversation: ConversationId,
    /// As it was asked.
    #[serde(default)]
    pub before: Option<ConversationId>,
    /// Who.
    pub visitor: VisitorId,
    /// How far it is known who that is.
    pub identity: Identity,
    /// Since when the site knows them.
    pub since: Millis,
    /// Whether a page of theirs is connected now.
    pub here: bool,
    /// Where they are and were; `None`: nothing is known of it.
    pub visit: Option<Visit>,
    /// Their other conversations, the newest first; at most [`super::limits::PAST_PAGE`].
    pub past: Vec<Past>,
    /// Whether there are older ones.
    pub more: bool,
    /// How many conversations they have had, this one among them.
    pub conversations: u32,
    /// How many of their ratings say how satisfied they were.
    pub rated: u32,
    /// The mean of those, from 0 to 100.
    pub csat: Option<u8>,
}

/// Where somebody is and was on the website in this visit: all of it each time it changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// Who.
    pub visitor: VisitorId,
    /// When the visit began.
    pub began_at: Millis,
    /// When they were last heard to go to a page.
    pub at: Millis,
    /// Where they came from to its first page; empty: that is not known.
    pub referrer: String,
    /// What they use; `None`: that is not known.
    pub device: Option<Device>,
    /// The pages, in the order they went there: the last one is where they are. At most [`super::limits::TRAIL`].
    pub trail: Vec<Step>,
    /// What the site says of them, unverified; at most [`super::limits::ATTRIBUTES`].
    pub attributes: Vec<Attribute>,
}

/// A page they went to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its address without query and fragment, at most [`super::limits::TRAIL_URL_BYTES`].
    pub url: String,
    /// Its title, at most [`super::limits::TRAIL_TITLE_BYTES`].
    pub title: String,
    /// When.
    pub at: Millis,
}

/// What somebody uses, by the names their makers give it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The browser; empty: another one.
    pub browser: String,
    /// The system; empty: another one.
    pub system: String,
    /// What they hold in their hand.
    pub form: Form,
}

/// One thing that the site says of a visitor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// What it is called.
    pub name: String,
    /// What it says.
    pub value: String,
}

/// Another conversation of theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    /// Which.
    pub conversation: ConversationId,
    /// Where it stands.
    pub status: Status,
    /// When it began.
    pub created_at: Millis,
    /// When its latest entry was stored.
    pub at: Millis,
    /// The beginning of its latest message, one line.
    pub preview: String,
    /// Who wrote that.
    pub preview_side: Side,
    /// Who owns it.
    pub assignee: Option<AgentAuthor>,
    /// What they thought of its latest closing, if they said.
    pub rating: Option<Rating>,
    /// How many notes the team has written there.
    pub notes: u32,
}

/// A page of theirs is connected, or none is any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Here {
    /// Who.
    pub visitor: VisitorId,
    /// Whether one is.
    pub here: bool,
    /// Since when.
    pub at: Millis,
}
