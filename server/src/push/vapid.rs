//! Who sends: the relay's key and the token that push services check (RFC 8292, ES256). The key is made once, kept in the
//! store, and told to nobody.
use crate::{
    clock::Clock,
    store::{Store, StoreError},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use merhaba_shared::protocol::ids::Millis;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::json;

/// How long a token counts, in seconds; the standard allows a day.
const LASTS: i64 = 12 * 60 * 60;

/// The key, ready to sign.
pub struct Vapid {
    pair: EcdsaKeyPair,
    clock: Clock,
}

impl Vapid {
    /// The store's key, made if there is none. `None`: what is kept is no key.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn open(store: &dyn Store, clock: Clock) -> Result<Option<Self>, StoreError> {
        let Ok(new) = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &clock.keys()) else {
            return Ok(None);
        };
        let kept = store.push_key(new.as_ref().to_vec()).await?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &kept, &clock.keys());
        Ok(pair.ok().map(|pair| Self { pair, clock }))
    }

    /// The public key, for browsers that subscribe.
    #[must_use]
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.pair.public_key())
    }

    /// The `Authorization` for a push service's origin, from a relay with this origin; `None` without randomness.
    #[must_use]
    pub fn authorization(&self, audience: &str, relay: &str, now: Millis) -> Option<String> {
        let claims = json!({ "aud": audience, "exp": now / 1000 + LASTS, "sub": relay }).to_string();
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let signed = format!("{}.{}", encode(r#"{"typ":"JWT","alg":"ES256"}"#), encode(&claims));
        let signature = self.pair.sign(&self.clock.keys(), signed.as_bytes()).ok()?;
        Some(format!("vapid t={signed}.{}, k={}", URL_SAFE_NO_PAD.encode(signature), self.public()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    #[test]
    fn the_token_is_signed_by_the_key_beside_it() {
        let new =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &Clock.keys()).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, new.as_ref(), &Clock.keys());
        let vapid = Vapid { pair: pair.expect("a key"), clock: Clock };
        let said =
            vapid.authorization("https://push.example", "https://chat.example", 5_000).expect("signed");
        let (token, key) =
            said.strip_prefix("vapid t=").and_then(|rest| rest.split_once(", k=")).expect("two");
        let (signed, signature) = token.rsplit_once('.').expect("a signature");
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).expect("base64url");
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, decode(key));
        public.verify(signed.as_bytes(), &decode(signature)).expect("it is this key's");
        assert!(public.verify(b"another", &decode(signature)).is_err());
        let claims: serde_json::Value =
            serde_json::from_slice(&decode(signed.split_once('.').expect("two").1)).expect("JSON");
        let right = json!({ "aud": "https://push.example", "exp": 5 + LASTS, "sub": "https://chat.example" });
        assert_eq!(claims, right);
    }
}
