//! Names of things on the wire. All are opaque: nobody parses them, and only the relay makes them, except
//! [`ClientId`], which the sender makes.
use alloc::string::String;
use serde::{Deserialize, Serialize};

macro_rules! opaque {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => { $(
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str { &self.0 }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self { Self(text.into()) }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, to: &mut core::fmt::Formatter<'_>) -> core::fmt::Result { to.write_str(&self.0) }
        }
    )+ };
}

opaque! {
    /// One website. Public; it selects a site and authenticates nobody.
    SiteKey,
    /// A person on a website, as the relay numbers them.
    VisitorId,
    /// A person who answers.
    AgentId,
    /// One thread between a visitor and a site.
    ConversationId,
    /// One life of a store: it changes when a backup is restored.
    Epoch,
    /// An attachment.
    AttachmentId,
}

/// The visitor's secret: 256 random bits as text. The relay keeps only its hash. Never in a URL or a log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(pub String);

impl core::fmt::Debug for Token {
    fn fmt(&self, to: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        to.write_str("Token(…)")
    }
}

/// An entry's place in its conversation's timeline: 1, 2, 3 … without a hole. 0 stands for "before the first".
pub type Seq = u64;

/// Milliseconds since 1970 in UTC. For showing to people; no order hangs on it.
pub type Millis = i64;

/// 128 random bits made by the sender before the first try; they make a send idempotent for ever.
/// 32 lower-case hex digits in JSON, 16 bytes in the binary codec.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(pub [u8; 16]);

impl ClientId {
    /// The 32 hex digits.
    #[must_use]
    pub fn to_hex(self) -> String {
        let digit = |nibble: u8| char::from(if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 });
        self.0.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    }

    /// Reads 32 hex digits of either case; anything else is `None`.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        let mut bytes = [0; 16];
        if digits.len() != 32 {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = hex_digit(pair[0])? << 4 | hex_digit(pair[1])?;
        }
        Some(Self(bytes))
    }
}

const fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

impl core::fmt::Debug for ClientId {
    fn fmt(&self, to: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        to.write_str(&self.to_hex())
    }
}

impl Serialize for ClientId {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[cfg(feature = "json")]
        if to.is_human_readable() {
            return to.serialize_str(&self.to_hex());
        }
        self.0.serialize(to)
    }
}

impl<'de> Deserialize<'de> for ClientId {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[cfg(feature = "json")]
        if from.is_human_readable() {
            let text = String::deserialize(from)?;
            return Self::from_hex(&text)
                .ok_or_else(|| serde::de::Error::custom("client_id must be 32 hex digits"));
        }
        <[u8; 16]>::deserialize(from).map(Self)
    }
}
