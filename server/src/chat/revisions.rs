//! Messages that are changed or taken away: stored, told to both sides, and taken out of wherever their words still were.
//! Never decides who may: the session and the API ask the rules, the store knows whose a message is.
use super::{Chat, bad_request, forbidden, refusal};
use crate::store::{Pending, Revise, Revised};
use merhaba_shared::protocol::{
    error::Refused,
    ids::{AgentId, ClientId, ConversationId, Seq},
    limits::{BodyError, check_body},
    model::Accepted,
};
use std::sync::Arc;

/// What an agent wants of a message.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Makes it idempotent.
    pub client_id: ClientId,
    /// Where.
    pub conversation: ConversationId,
    /// The message's Seq.
    pub of: Seq,
    /// Other words, checked; `None`: it is to go.
    pub words: Option<String>,
    /// Their role lets them take away any message.
    pub any: bool,
}

/// Checks other words before anything is done for them. Whether they may be blank, the message's files say.
///
/// # Errors
/// What to answer instead.
pub fn check_words(client_id: ClientId, words: &str) -> Result<(), Refused> {
    match check_body(words) {
        Err(BodyError::TooLong(over)) => Err(refusal::too_long(Some(client_id), over)),
        Ok(()) | Err(BodyError::Blank) => Ok(()),
    }
}

/// The answer to a wish.
///
/// # Errors
/// Why it was not done.
pub fn revised(revised: Revised, client_id: ClientId) -> Result<Accepted, Refused> {
    let client_id = Some(client_id);
    match revised {
        Revised::Stored { accepted, .. } | Revised::Repeated(accepted) => Ok(accepted),
        Revised::NotFound => Err(refusal::no_message(client_id)),
        Revised::NotYours => Err(forbidden(client_id, "somebody else wrote this message")),
        Revised::TooLate => {
            Err(refusal::closed(client_id, "a message can be changed or taken away for 15 minutes"))
        }
        Revised::Blank => Err(bad_request(client_id, "the text is blank")),
    }
}

impl Chat {
    /// Changes a message, or takes it away; queued when this is called.
    pub fn revise(self: &Arc<Self>, agent: &AgentId, wish: Wish) -> Pending<Revised> {
        let Wish { client_id, conversation, of, words, any } = wish;
        let (agent, at) = (agent.clone(), self.clock.now());
        let chat = Arc::clone(self);
        let then = move |revised: &Revised| {
            if let Revised::Stored { changed, unindex, files, .. } = revised {
                chat.publisher.grown(&changed.items, &changed.row);
                if !unindex.is_empty() {
                    // Queued by the call. Should it get lost, the index meets the entry and does the same.
                    drop(chat.store.unindex(unindex.clone()));
                }
                // Without a row nobody gets them; what a crash leaves here, the next start takes away.
                for (site, id) in files {
                    chat.files.remove(site, id);
                }
            }
        };
        let revise = Revise { agent, client_id, conversation, of, words, any, at };
        self.store.revise(revise, Box::new(then))
    }
}
