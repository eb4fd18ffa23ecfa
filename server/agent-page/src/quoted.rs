//! A message that another one quotes, as far as a log shows it. Draws nothing.
use merhaba_shared::{
    layout::quote,
    protocol::{
        ids::Seq,
        model::{Author, Item, Message},
    },
};

/// A message that is quoted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Quoted {
    /// Its Seq.
    pub seq: Seq,
    /// Whether it is loaded.
    pub here: bool,
    /// The agent who wrote it.
    pub who: Option<String>,
    /// What it says; nothing, if it was taken away.
    pub words: Option<String>,
}

impl Quoted {
    /// The one at a place, if it is here.
    pub fn of(seq: Seq, message: Option<&Message>) -> Self {
        let who = message.and_then(|message| match &message.author {
            Author::Agent(agent) => Some(agent.name.clone()),
            Author::Visitor(_) | Author::System(_) => None,
        });
        let words = message.and_then(quote::words).map(str::to_owned);
        Self { seq, here: message.is_some(), who, words }
    }

    /// The one at a place of a log.
    pub fn among(items: &[Item], seq: Seq) -> Self {
        Self::of(seq, quote::find(items, seq))
    }
}
