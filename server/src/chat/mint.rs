//! Visitors' tokens: 256 random bits and a proof that this relay made them for a site. With the proof, a token names
//! the same visitor in every tab and after every reconnect before anything is stored. Never decides what a token may
//! do: a row in the store does, where there is one.
use crate::{clock::Clock, key::RootKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use merhaba_shared::protocol::ids::{SiteKey, Token, VisitorId};
use sha2::{Digest, Sha256};

/// Bytes of randomness and of proof in a token.
const RANDOM: usize = 32;
const PROOF: usize = 16;

/// Makes tokens and knows its own.
#[derive(Clone)]
pub(super) struct Mint(RootKey);

impl Mint {
    pub(super) const fn new(key: RootKey) -> Self {
        Self(key)
    }

    /// A new token for a visitor of a site.
    pub(super) fn issue(&self, site: &SiteKey, clock: Clock) -> Token {
        let random = clock.random::<RANDOM>();
        let bytes = [&random[..], &self.proof(site, &random)].concat();
        Token(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Whether this relay made the token for this site.
    pub(super) fn knows(&self, site: &SiteKey, token: &Token) -> bool {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(&token.0) else { return false };
        if bytes.len() != RANDOM + PROOF {
            return false;
        }
        let (random, proof) = bytes.split_at(RANDOM);
        self.mac(site, random).verify_truncated_left(proof).is_ok()
    }

    fn proof(&self, site: &SiteKey, random: &[u8]) -> [u8; PROOF] {
        let whole = self.mac(site, random).finalize().into_bytes();
        std::array::from_fn(|at| whole[at])
    }

    /// HMAC-SHA256 (RFC 2104) under the root key; the label keeps it apart from other uses of the key.
    fn mac(&self, site: &SiteKey, random: &[u8]) -> Hmac<Sha256> {
        #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.bytes()).expect("any length");
        mac.update(b"merhaba visitor token 1\0");
        mac.update(random);
        mac.update(site.as_str().as_bytes());
        mac
    }
}

/// The visitor that a token of ours names. Nobody can get from the id back to the token.
pub(super) fn visitor_of(token: &Token) -> VisitorId {
    let digest = Sha256::new().chain_update(b"merhaba visitor id 1\0").chain_update(&token.0).finalize();
    VisitorId(URL_SAFE_NO_PAD.encode(&digest[..16]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_where_it_was_made_and_nowhere_else() {
        let (mint, other) = (Mint::new(RootKey::fresh(Clock)), Mint::new(RootKey::fresh(Clock)));
        let site = SiteKey::from("a");
        let token = mint.issue(&site, Clock);
        assert!(mint.knows(&site, &token));
        assert!(!mint.knows(&"b".into(), &token), "another site");
        assert!(!other.knows(&site, &token), "another key");
        for foreign in ["", "x", &token.0[1..], &"A".repeat(64), "ş"] {
            assert!(!mint.knows(&site, &Token(foreign.into())), "{foreign}");
        }
        assert_eq!(visitor_of(&token), visitor_of(&token));
        assert_ne!(visitor_of(&token), visitor_of(&mint.issue(&site, Clock)));
    }
}
