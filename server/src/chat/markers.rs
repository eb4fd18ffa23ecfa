//! How far each side has read, and who is writing. Read markers are stored; typing never is.
use super::Chat;
use crate::store::{Marked, Pending, Principal};
use merhaba_shared::protocol::{
    ids::VisitorId,
    model::{Read, TypingNow},
};

impl Chat {
    /// Moves a side's marks forward.
    pub fn read(&self, who: &Principal, read: Read) -> Pending<Option<Marked>> {
        let publisher = self.publisher.clone();
        let then = move |marked: &Option<Marked>| {
            if let Some(marked) = marked {
                publisher.marked(marked);
            }
        };
        self.store.read(who.clone(), read.conversation, read.received, read.read, Box::new(then))
    }

    /// Tells the other side that somebody is writing; `visitor` is the conversation's.
    pub fn typing(&self, visitor: &VisitorId, typing: TypingNow) {
        self.publisher.typing(visitor, typing);
    }
}
