//! Frames to bytes and back, in both codecs. Decoding never panics and never allocates more than a frame's size.
#[cfg(feature = "json")]
use super::ids::ClientId;
use super::{SUBPROTOCOL_BIN, error::DecodeError};
#[cfg(feature = "json")]
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Serialize, de::DeserializeOwned};

/// How a session writes its frames; settled by the subprotocol of the upgrade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Codec {
    /// Text frames, externally tagged JSON.
    #[cfg(feature = "json")]
    Json,
    /// Binary frames, postcard, of this revision.
    Bin,
}

impl Codec {
    /// The subprotocol's name.
    #[must_use]
    pub const fn subprotocol(self) -> &'static str {
        match self {
            #[cfg(feature = "json")]
            Self::Json => super::SUBPROTOCOL_JSON,
            Self::Bin => SUBPROTOCOL_BIN,
        }
    }

    /// The codec for a subprotocol's name, if this build speaks it.
    #[must_use]
    pub fn for_subprotocol(name: &str) -> Option<Self> {
        match name {
            #[cfg(feature = "json")]
            super::SUBPROTOCOL_JSON => Some(Self::Json),
            SUBPROTOCOL_BIN => Some(Self::Bin),
            _ => None,
        }
    }
}

/// Encodes a frame for a text frame.
#[cfg(feature = "json")]
#[must_use]
pub fn to_json<T: Serialize>(frame: &T) -> String {
    serde_json::to_string(frame).unwrap_or_default()
}

/// Encodes a frame for a binary frame.
#[must_use]
pub fn to_bin<T: Serialize>(frame: &T) -> Vec<u8> {
    postcard::to_allocvec(frame).unwrap_or_default()
}

/// Decodes a binary frame; bytes left over make it malformed.
///
/// # Errors
/// [`DecodeError::Malformed`]; an unknown kind cannot be told apart here, the revision keeps it from happening.
pub fn from_bin<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    match postcard::take_from_bytes(bytes) {
        Ok((frame, [])) => Ok(frame),
        Ok(_) => Err(malformed("bytes left over")),
        Err(_) => Err(malformed("not a frame of this revision")),
    }
}

fn malformed(detail: &str) -> DecodeError {
    DecodeError::Malformed { detail: detail.into(), client_id: None }
}

/// Decodes a text frame. Unknown fields are ignored; nesting beyond [`super::limits::JSON_DEPTH`] is malformed.
///
/// # Errors
/// [`DecodeError::UnknownKind`] for an object with one key that is no kind of `T`; [`DecodeError::Malformed`] else,
/// with the `client_id` if one can still be read, so that the sender learns which message it was.
#[cfg(feature = "json")]
pub fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, DecodeError> {
    if depth(text) > super::limits::JSON_DEPTH {
        return Err(malformed("nested too deeply"));
    }
    serde_json::from_str(text).map_err(|error| explain(text, &error))
}

#[cfg(feature = "json")]
fn explain(text: &str, error: &serde_json::Error) -> DecodeError {
    let detail = super::limits::cut(&ToString::to_string(error), 200).into();
    let Ok(serde_json::Value::Object(frame)) = serde_json::from_str(text) else {
        return DecodeError::Malformed { detail, client_id: None };
    };
    let inner = frame.values().next();
    let unknown = frame.len() == 1 && inner.is_some_and(serde_json::Value::is_object);
    if unknown && ToString::to_string(error).starts_with("unknown variant") {
        return DecodeError::UnknownKind;
    }
    let client_id = inner.and_then(|body| body.get("client_id")?.as_str()).and_then(ClientId::from_hex);
    DecodeError::Malformed { detail, client_id }
}

/// How deep brackets nest outside strings; says nothing on whether the text is JSON.
#[cfg(feature = "json")]
fn depth(text: &str) -> usize {
    let (mut open, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                open += 1;
                deepest = deepest.max(open);
            }
            b'}' | b']' if !in_string => open = open.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
