//! Who a visitor is: by the token that the relay gave. Writes nothing: the row is made with the first message.
use super::Chat;
use crate::{
    gate::RetryAfter,
    store::{SecretHash, StoreError},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use merhaba_shared::protocol::{
    ids::{SiteKey, Token, VisitorId},
    limits::{LOCALE_BYTES, TITLE_BYTES, URL_BYTES, cut},
    visitor::Page,
};
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// A visitor, old or new.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The visitor.
    pub visitor: VisitorId,
    /// Hash of their token.
    pub hash: SecretHash,
    /// The token, if it is a new one.
    pub token: Option<Token>,
    /// A token was shown, and is unknown.
    pub replaced: bool,
}

impl Identity {
    /// Whether the store has a row of them.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        self.token.is_none()
    }
}

/// The hash of a secret: all that is kept of it.
#[must_use]
pub fn secret_hash(secret: &str) -> SecretHash {
    Sha256::digest(secret.as_bytes()).into()
}

/// The visitor that a token makes: 128 bits of a hash, so that a token without a row is one visitor on every socket, and
/// nobody who knows the visitor knows anything of the token.
#[must_use]
pub fn visitor_of(token: &SecretHash) -> VisitorId {
    let hash = Sha256::new().chain_update(b"visitor").chain_update(token).finalize();
    VisitorId(URL_SAFE_NO_PAD.encode(&hash[..16]))
}

impl Chat {
    /// Whether this visitor may ask for something besides their socket now.
    ///
    /// # Errors
    /// When they have asked too fast.
    pub fn ask(&self, visitor: &VisitorId) -> Result<(), RetryAfter> {
        self.gate.ask(visitor)
    }

    /// Whether somebody at this address may show a token that is unknown now.
    ///
    /// # Errors
    /// When they have tried too often.
    pub fn guess(&self, address: IpAddr) -> Result<(), RetryAfter> {
        self.gate.arrive(address)
    }

    /// Who shows this token on this site; somebody new when it is unknown or none.
    pub async fn identify(&self, site: &SiteKey, shown: Option<&Token>) -> Result<Identity, StoreError> {
        if let Some(shown) = shown {
            let hash = secret_hash(&shown.0);
            if let Some(visitor) = self.store.visitor(site.clone(), hash).await? {
                return Ok(Identity { visitor: visitor.id, hash, token: None, replaced: false });
            }
            // Somebody who has uploaded and not written yet: the same token makes the same visitor.
            if self.store.has_uploads(site.clone(), hash).await? {
                return Ok(Identity { visitor: visitor_of(&hash), hash, token: None, replaced: false });
            }
        }
        let token = Token(self.clock.secret());
        let hash = secret_hash(&token.0);
        Ok(Identity { visitor: visitor_of(&hash), hash, token: Some(token), replaced: shown.is_some() })
    }
}

/// A language tag, cut to what is kept.
pub(super) fn locale(tag: &str) -> String {
    cut(tag, LOCALE_BYTES).into()
}

/// A page, cut to what is kept: an address that is not of the web is none, and query and fragment are nobody's
/// business.
pub(super) fn page(page: &Page) -> Page {
    Page {
        url: address(&page.url),
        title: cut(&page.title, TITLE_BYTES).into(),
        referrer: address(&page.referrer),
    }
}

fn address(url: &str) -> String {
    let web = ["https://", "http://"]
        .iter()
        .any(|scheme| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
    let end = url.find(['?', '#']).unwrap_or(url.len());
    if web { cut(&url[..end], URL_BYTES).into() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_loses_query_and_fragment() {
        assert_eq!(address("https://shop.example/cart?token=1#x"), "https://shop.example/cart");
        assert_eq!(address("HTTP://localhost:1/demo#a?b"), "HTTP://localhost:1/demo");
        assert_eq!(address("javascript:alert(1)"), "");
        assert_eq!(address("ş"), "");
        assert_eq!(address(&format!("https://a/{}", "b".repeat(9999))).len(), URL_BYTES);
    }
}
