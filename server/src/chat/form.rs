//! A message from the plain page, which has no socket: the same use-case in one call. Never trusts the form with
//! more than a socket's frames.
use super::{Chat, check, not_found, rate_limited, sender, unavailable};
use crate::{
    domain::reception::About,
    store::{Sent, Sequence, StoreError},
};
use merhaba_shared::protocol::{
    error::Refused,
    ids::{ClientId, ConversationId, SiteKey, Token, VisitorId},
    model::Accepted,
    visitor::{Page, Send},
};
use std::{net::IpAddr, sync::Arc};

/// What the form brings.
#[derive(Clone, Debug)]
pub struct Form {
    /// The site of the page.
    pub site: SiteKey,
    /// The token kept by the browser.
    pub token: Option<Token>,
    /// Where it comes from.
    pub address: IpAddr,
    /// The page's language.
    pub locale: String,
    /// Where the visitor is.
    pub page: Option<Page>,
    /// The form's own id for the message; `None`: one is made, and a repeat is another message.
    pub client_id: Option<ClientId>,
    /// One of theirs; `None`: the latest open one, or a new one.
    pub conversation: Option<ConversationId>,
    /// The text.
    pub body: String,
    /// What they said of themself, checked.
    pub about: Option<Box<About>>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Posted {
    /// It is durable.
    Stored {
        /// Where it stands.
        accepted: Accepted,
        /// Who wrote it.
        visitor: VisitorId,
        /// The token to keep, if it is a new one.
        token: Option<Token>,
    },
    /// It was not stored.
    Refused(Refused),
    /// There is no such site.
    NoSite,
}

impl Chat {
    /// Stores a message that came by form.
    pub async fn post(self: &Arc<Self>, form: Form) -> Result<Posted, StoreError> {
        if self.store.site(form.site.clone()).await?.is_none() {
            return Ok(Posted::NoSite);
        }
        let client_id = form.client_id.unwrap_or_else(|| ClientId(self.clock.random()));
        if let Err(refused) = check(client_id, &form.body, &[]) {
            return Ok(self.refuse(refused));
        }
        let identity = self.identify(&form.site, form.token.as_ref()).await?;
        let known = identity.is_known();
        let visitor = identity.visitor.clone();
        if known {
            if let Err(wait) = self.gate.send(&visitor) {
                let before = self.store.accepted(visitor.clone(), client_id).await?;
                return Ok(match before {
                    Some(accepted) => Posted::Stored { accepted, visitor, token: None },
                    None => self.refuse(rate_limited(Some(client_id), wait)),
                });
            }
        } else if let Err(wait) = self.gate.arrive(form.address) {
            return Ok(self.refuse(rate_limited(Some(client_id), wait)));
        }
        let from = sender(form.site, &identity, &form.locale, form.page.as_ref());
        let send = Send {
            client_id,
            conversation: form.conversation,
            new: false,
            body: form.body,
            attachments: Vec::new(),
            about: None,
        };
        Ok(match self.send(&from, send, form.about, Sequence::default()).await {
            Ok(Sent::Repeated(accepted)) => Posted::Stored { accepted, visitor, token: identity.token },
            Ok(Sent::Stored(stored)) => {
                Posted::Stored { accepted: stored.accepted, visitor, token: identity.token }
            }
            Ok(Sent::NotFound | Sent::NoFile | Sent::NoQuote) => self.refuse(not_found(Some(client_id))),
            Err(_) => self.refuse(unavailable(Some(client_id))),
        })
    }

    fn refuse(&self, refused: Refused) -> Posted {
        self.counters.count_refused(refused.code);
        Posted::Refused(refused)
    }
}
