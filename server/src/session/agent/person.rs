//! Who writes in a conversation, for whoever looks at it: told once, and then what changes of where they are, until the page
//! asks of somebody else.
use super::{
    super::{Ending, line::Socket},
    Agent,
};
use crate::{chat, hub::Topic};
use merhaba_shared::protocol::{agent::Event, person::GetPerson};

impl<S: Socket> Agent<S> {
    /// Listens first, then reads: what happens in between is told, if need be twice.
    pub(super) async fn person(&mut self, get: GetPerson) -> Result<(), Ending> {
        let reading = self.live.app.store.row(self.live.who.clone(), get.conversation.clone());
        let visitor = match reading.await {
            Ok(Some(row)) => row.visitor.id,
            Ok(None) => return self.live.refuse(chat::not_found(None)).await,
            Err(_) => return self.live.refuse(chat::unavailable(None)).await,
        };
        if self.person.as_ref().is_none_or(|(heard, _)| *heard != visitor) {
            let topic = Topic::Person(visitor.clone());
            let listening = self.live.app.chat.hub().subscribe(topic, self.live.outbox());
            self.person = Some((visitor, listening));
        }
        match self.live.app.chat.person(self.me.id.clone(), get).await {
            Ok(Some(person)) => self.live.tell(&Event::Person(person)).await,
            Ok(None) => self.live.refuse(chat::not_found(None)).await,
            Err(_) => self.live.refuse(chat::unavailable(None)).await,
        }
    }
}
