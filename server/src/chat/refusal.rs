//! How the relay says no, in words for the developer's console. Never says whether what was not found exists for
//! somebody else.
use crate::gate::RetryAfter;
use merhaba_shared::protocol::{
    error::{Code, Refused},
    ids::ClientId,
};

/// When to try again after the store could not store.
const STORE_AGAIN_MS: u32 = 2_000;

fn refused(code: Code, client_id: Option<ClientId>, detail: impl Into<String>) -> Refused {
    Refused { client_id, code, detail: detail.into(), retry_after_ms: None }
}

/// The frame is not a command, or breaks its rules.
#[must_use]
pub fn bad_request(client_id: Option<ClientId>, detail: impl Into<String>) -> Refused {
    refused(Code::BadRequest, client_id, detail)
}

/// No such conversation, or not theirs: the same words for both.
#[must_use]
pub fn not_found(client_id: Option<ClientId>) -> Refused {
    refused(Code::NotFound, client_id, "there is no such conversation")
}

/// A file is not theirs, is in another message, or is not there any more: the same words for all.
#[must_use]
pub fn no_file(client_id: Option<ClientId>) -> Refused {
    refused(Code::NotFound, client_id, "there is no such file to be sent")
}

/// What is quoted is not there.
#[must_use]
pub fn no_quote(client_id: Option<ClientId>) -> Refused {
    refused(Code::NotFound, client_id, "there is no such message to be quoted")
}

/// No such message there, or it is gone: the same words for both.
#[must_use]
pub(super) fn no_message(client_id: Option<ClientId>) -> Refused {
    refused(Code::NotFound, client_id, "there is no such message")
}

/// What it names takes no more.
#[must_use]
pub(super) fn closed(client_id: Option<ClientId>, detail: impl Into<String>) -> Refused {
    refused(Code::Closed, client_id, detail)
}

/// The text is too long.
#[must_use]
pub(super) fn too_long(client_id: Option<ClientId>, over: usize) -> Refused {
    refused(Code::TooLong, client_id, format!("the text is too long by {over} characters"))
}

/// Too fast.
#[must_use]
pub fn rate_limited(client_id: Option<ClientId>, wait: RetryAfter) -> Refused {
    let retry_after_ms = Some(wait.millis());
    Refused { retry_after_ms, ..refused(Code::RateLimited, client_id, "too many messages in a short time") }
}

/// The role may not do this.
#[must_use]
pub fn forbidden(client_id: Option<ClientId>, detail: impl Into<String>) -> Refused {
    refused(Code::Forbidden, client_id, detail)
}

/// The store cannot store just now.
#[must_use]
pub fn unavailable(client_id: Option<ClientId>) -> Refused {
    let retry_after_ms = Some(STORE_AGAIN_MS);
    Refused { retry_after_ms, ..refused(Code::Unavailable, client_id, "the relay cannot store just now") }
}
