//! What an agent's session does to say a message in other words, or to take it away.
use super::{Agent, Ending, Socket, chat};
use crate::{
    chat::Wish,
    domain::conversation::{Action, may},
};
use merhaba_shared::protocol::{
    agent::Event,
    revision::{DeleteMessage, EditMessage},
};

impl<S: Socket> Agent<S> {
    pub(super) async fn edit(&mut self, edit: EditMessage) -> Result<(), Ending> {
        let EditMessage { client_id, conversation, of, body } = edit;
        if let Err(refused) = chat::check_words(client_id, &body) {
            return self.live.refuse(refused).await;
        }
        self.revise(Wish { client_id, conversation, of, words: Some(body), any: false }).await
    }

    pub(super) async fn delete(&mut self, delete: DeleteMessage) -> Result<(), Ending> {
        let DeleteMessage { client_id, conversation, of } = delete;
        self.revise(Wish { client_id, conversation, of, words: None, any: false }).await
    }

    async fn revise(&mut self, mut wish: Wish) -> Result<(), Ending> {
        let client_id = wish.client_id;
        if !self.may_write(&wish.conversation, client_id, Action::Reply).await? {
            return Ok(());
        }
        let site = self.opened.get(&wish.conversation).map(|opened| opened.site.clone());
        let role = site.and_then(|site| super::role_on(&self.sign_in, &site));
        wish.any = role.is_some_and(|role| may(role, Action::Moderate));
        let pending = self.live.app.chat.revise(&self.me.id, wish);
        self.live.answer(pending, move |revised| match revised {
            Ok(revised) => {
                chat::revised(revised, client_id).map(|accepted| Some(Box::new(Event::Accepted(accepted))))
            }
            Err(_) => Err(chat::unavailable(Some(client_id))),
        });
        Ok(())
    }
}
