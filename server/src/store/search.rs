//! The store's half of search. The index is of what was stored, made after it and apart from it: whatever becomes of it,
//! nothing of the store is lost, and it is made anew.
use super::Pending;
use merhaba_shared::protocol::{
    agent::InboxRow,
    ids::{AgentId, Millis, Seq},
    model::Side,
};
use serde::Serialize;

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Search {
    /// Who asks: only their sites are searched.
    pub agent: AgentId,
    /// An expression of `domain::search`.
    pub expression: String,
    /// What the page before ended with.
    pub cursor: Option<String>,
    /// So many hits at most.
    pub limit: usize,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A message.
    Message,
    /// A note.
    Note,
    /// A visitor, by name, address or number.
    Person,
}

/// A piece of a text that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The text.
    pub text: String,
    /// Whether it is what was looked for.
    pub hit: bool,
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// What.
    pub kind: Kind,
    /// The conversation it is in; of a visitor, their latest.
    pub row: InboxRow,
    /// Where in it: the message, or the last one before a note; of a visitor, the latest.
    pub seq: Seq,
    /// A note's own number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// When it was written.
    pub at: Millis,
    /// Who wrote it.
    pub side: Side,
    /// The agent's name, if it was an agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// The text around the first place, one line.
    pub snippet: Vec<Part>,
}

/// A tag that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FoundTag {
    /// The tag, as its site spells it.
    pub tag: String,
    /// The same in pieces.
    pub snippet: Vec<Part>,
}

/// A page of what was found, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Tags of the agent's sites, on the first page only, in the order of their letters.
    pub tags: Vec<FoundTag>,
    /// The hits.
    pub hits: Vec<Hit>,
    /// Where the next page begins, if there may be one.
    pub cursor: Option<String>,
}

/// What was taken out of the store and must leave the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forgotten {
    /// What.
    pub kind: Kind,
    /// Its row: an entry's, a note's, a visitor's.
    pub row: i64,
}

/// The store's half of search.
pub trait SearchStore {
    /// Puts the next of what was stored into the index, this much at most; tells how much is not in it yet.
    fn index(&self, most: usize) -> Pending<u64>;
    /// Takes things out of the index for good: whoever erases or changes a text calls this after the commit.
    fn unindex(&self, what: Vec<Forgotten>) -> Pending<()>;
    /// A page of what is found on the agent's sites.
    fn search(&self, search: Search) -> Pending<Found>;
}
