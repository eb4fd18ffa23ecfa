//! What an agent's page tells of the agent themself: which conversation they look at, and that they write there. Never
//! stores anything.
use super::{
    super::{Ending, line::Socket},
    Agent,
};
use crate::{chat, domain::conversation::Action};
use merhaba_shared::protocol::{
    agent::Look,
    ids::ConversationId,
    model::{Author, Typing, TypingNow},
};

impl<S: Socket> Agent<S> {
    /// The page shows another conversation, or none. What it does not hear all of it cannot show.
    pub(super) async fn look(&mut self, Look { conversation }: Look) -> Result<(), Ending> {
        let Some(conversation) = conversation else {
            self.watch = None;
            return Ok(());
        };
        if self.opened.get(&conversation).is_none() {
            return self.live.refuse(chat::not_found(None)).await;
        }
        if self.watch.as_ref().is_none_or(|watch| *watch.conversation() != conversation) {
            self.watch = Some(self.live.app.chat.watch(&self.me, &conversation));
        }
        // A store that cannot be read now is asked at the next look.
        let _ = self.live.app.chat.looked(&self.me.id, &conversation).await;
        Ok(())
    }

    /// Colleagues who look at the same conversation are told.
    fn writes(&mut self, conversation: &ConversationId, on: bool) {
        if let Some(watch) = self.watch.as_mut().filter(|watch| watch.conversation() == conversation) {
            watch.writes(on);
        }
    }

    pub(super) async fn typing(&mut self, Typing { conversation, on }: Typing) -> Result<(), Ending> {
        // A visitor sees the dots end by themselves if this comes too soon after the last; a colleague would not.
        if !on {
            self.writes(&conversation, false);
        }
        if !self.live.may_type() {
            return Ok(());
        }
        if let Err(refused) = self.role(&conversation, Action::Reply).await {
            return self.live.refuse(refused).await;
        }
        let visitor = match self.opened.get(&conversation) {
            Some(opened) => opened.visitor.clone(),
            None => match self.live.app.store.row(self.live.who.clone(), conversation.clone()).await? {
                Some(row) => row.visitor.id,
                None => return self.live.refuse(chat::not_found(None)).await,
            },
        };
        if on {
            self.writes(&conversation, true);
        }
        let author = Author::Agent(self.me.clone());
        self.live.app.chat.typing(&visitor, TypingNow { conversation, on, author });
        Ok(())
    }
}
