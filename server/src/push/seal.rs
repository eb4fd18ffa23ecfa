//! Seals an alert so that only the browser can read it (RFC 8291, aes128gcm in one record). The push service in between learns
//! that there is one, and its length, which is the same for all.
use crate::{clock::Clock, store::Subscription};
use hkdf::Hkdf;
use ring::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral},
};
use sha2::Sha256;

/// What is sealed is filled up to this many bytes, so that its length tells nothing.
pub const FILLED: usize = 1_024;
/// The record's size, in bytes, as the header says it.
const RECORD: u32 = 4_096;

/// What both sides know of one message.
struct Known<'a> {
    browser: &'a [u8],
    relay: &'a [u8],
    auth: &'a [u8],
    salt: [u8; 16],
}

/// The body to post; `None`: the browser's key is no key, or the text is longer than [`FILLED`].
#[must_use]
pub fn seal(clock: Clock, to: &Subscription, text: &[u8]) -> Option<Vec<u8>> {
    let mut padded = text.to_vec();
    padded.push(2);
    if padded.len() > FILLED {
        return None;
    }
    padded.resize(FILLED, 0);
    let ours = EphemeralPrivateKey::generate(&ECDH_P256, &clock.keys()).ok()?;
    let relay = ours.compute_public_key().ok()?;
    let known = Known { browser: &to.p256dh, relay: relay.as_ref(), auth: &to.auth, salt: clock.random() };
    let theirs = UnparsedPublicKey::new(&ECDH_P256, &to.p256dh);
    agree_ephemeral(ours, &theirs, |shared| known.seal(shared, padded)).ok()?
}

impl Known<'_> {
    fn seal(&self, shared: &[u8], mut text: Vec<u8>) -> Option<Vec<u8>> {
        let (key, nonce) = self.keys(shared)?;
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).ok()?);
        let nonce = Nonce::assume_unique_for_key(nonce);
        key.seal_in_place_append_tag(nonce, Aad::empty(), &mut text).ok()?;
        let mut body = self.salt.to_vec();
        body.extend(RECORD.to_be_bytes());
        body.push(u8::try_from(self.relay.len()).ok()?);
        body.extend(self.relay);
        body.extend(text);
        Some(body)
    }

    fn keys(&self, shared: &[u8]) -> Option<([u8; 16], [u8; 12])> {
        let info = [b"WebPush: info\0", self.browser, self.relay].concat();
        let mut material = [0; 32];
        Hkdf::<Sha256>::new(Some(self.auth), shared).expand(&info, &mut material).ok()?;
        let from = Hkdf::<Sha256>::new(Some(&self.salt), &material);
        let (mut key, mut nonce) = ([0; 16], [0; 12]);
        from.expand(b"Content-Encoding: aes128gcm\0", &mut key).ok()?;
        from.expand(b"Content-Encoding: nonce\0", &mut nonce).ok()?;
        Some((key, nonce))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).expect("base64url")
    }

    /// RFC 8291, appendix A.
    #[test]
    fn the_example_of_the_standard() {
        let browser =
            bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
        let relay =
            bytes("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
        let auth = bytes("BTBZMqHH6r4Tts7J_aSIgg");
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().expect("16 bytes");
        let shared = bytes("kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs");
        let known = Known { browser: &browser, relay: &relay, auth: &auth, salt };
        let text = [b"When I grow up, I want to be a watermelon".as_slice(), &[2]].concat();
        let sealed = known.seal(&shared, text).expect("sealed");
        assert_eq!(
            URL_SAFE_NO_PAD.encode(sealed),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK\
             6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
    }

    #[test]
    fn the_length_tells_nothing_and_what_is_no_key_gets_nothing() {
        let ours = EphemeralPrivateKey::generate(&ECDH_P256, &Clock.keys()).expect("a key");
        let p256dh = ours.compute_public_key().expect("a point").as_ref().try_into().expect("65 bytes");
        let to = Subscription { endpoint: String::new(), p256dh, auth: [7; 16] };
        let length = |text: &[u8]| seal(Clock, &to, text).map(|body| body.len());
        assert_eq!(length(b"a"), Some(16 + 4 + 1 + 65 + FILLED + 16));
        assert_eq!(length(b"a longer one"), length(b"a"));
        assert_eq!(length(&[0; FILLED]), None);
        let wrong = Subscription { p256dh: [4; 65], ..to.clone() };
        assert!(seal(Clock, &wrong, b"a").is_none(), "not a point of the curve");
    }
}
