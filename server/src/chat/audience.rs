//! The two kinds of events, so far as they say the same things: lets one piece of code answer both. What only
//! agents may be told has no place here.
use crate::hub::Published;
use merhaba_shared::protocol::{
    agent,
    error::Refused,
    model::{Accepted, Head, History, Item, Pong, ReadMarker, TypingNow},
    visitor,
};

/// An event type that both audiences share the common part of.
pub trait Audience: Published + Send + Sync + Sized + 'static {
    /// An entry of a timeline.
    fn item(item: Item) -> Self;
    /// A send is durable.
    fn accepted(accepted: Accepted) -> Self;
    /// A command was not carried out.
    fn refused(refused: Refused) -> Self;
    /// A page of a timeline.
    fn history(history: History) -> Self;
    /// The newest Seq.
    fn head(head: Head) -> Self;
    /// The answer to a ping.
    fn pong(pong: Pong) -> Self;
    /// Somebody is writing.
    fn typing(typing: TypingNow) -> Self;
    /// How far a side is.
    fn read(marker: ReadMarker) -> Self;
    /// How many rows of lists were told, to whom has lists.
    fn rows(_told: u64) -> Option<Self> {
        None
    }
}

macro_rules! audience {
    ($event:ty $(, $rows:item)?) => {
        impl Audience for $event {
            fn item(item: Item) -> Self {
                match item {
                    Item::Message(message) => Self::Message(message),
                    Item::Entry(entry) => Self::Entry(entry),
                }
            }
            fn accepted(accepted: Accepted) -> Self {
                Self::Accepted(accepted)
            }
            fn refused(refused: Refused) -> Self {
                Self::Refused(refused)
            }
            fn history(history: History) -> Self {
                Self::History(history)
            }
            fn head(head: Head) -> Self {
                Self::Head(head)
            }
            fn pong(pong: Pong) -> Self {
                Self::Pong(pong)
            }
            fn typing(typing: TypingNow) -> Self {
                Self::Typing(typing)
            }
            fn read(marker: ReadMarker) -> Self {
                Self::Read(marker)
            }
            $($rows)?
        }
    };
}
audience!(visitor::Event);
audience!(
    agent::Event,
    fn rows(told: u64) -> Option<Self> {
        Some(Self::Rows(agent::Rows { told }))
    }
);
