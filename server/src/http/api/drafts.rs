//! `/api/v1/drafts` and `/api/v1/conversations/{id}/drafts`: what the agent who asks has begun to write, the same on all their
//! devices. Another's is never told, not even that there is one.
use crate::{
    http::{
        Web,
        body::Json,
        identity::SignedIn,
        problem::{Problem, json},
    },
    store::{Draft, SavedDraft},
};
use axum::{
    extract::{Extension, Path, State},
    http::StatusCode,
    response::Response,
};
use merhaba_shared::protocol::ids::ConversationId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A draft's length in Unicode scalar values.
const DRAFT_CHARS: usize = 10_000;

#[derive(Serialize)]
struct Drafts {
    drafts: Vec<Draft>,
}

#[derive(Serialize)]
struct Kept {
    version: u64,
}

/// A text begun.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Begun {
    note: bool,
    version: u64,
    body: String,
}

/// Where something is begun.
pub async fn list(
    State(web): State<Arc<Web>>,
    Extension(signed_in): Extension<SignedIn>,
) -> Result<Response, Problem> {
    let drafts = web.app.store.drafts(signed_in.sign_in.agent.id, web.app.clock.now()).await?;
    Ok(json(StatusCode::OK, &Drafts { drafts }))
}

/// What is begun in one conversation.
pub async fn show(
    State(web): State<Arc<Web>>,
    Extension(signed_in): Extension<SignedIn>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let asked = web.app.store.drafts_in(signed_in.sign_in.agent.id, ConversationId(id), web.app.clock.now());
    let drafts = asked.await?.ok_or_else(Problem::not_found)?;
    Ok(json(StatusCode::OK, &Drafts { drafts }))
}

/// Keeps it in the place of the version that is named; an empty one is gone.
pub async fn save(
    State(web): State<Arc<Web>>,
    Extension(signed_in): Extension<SignedIn>,
    Path(id): Path<String>,
    Json(Begun { note, version, body }): Json<Begun>,
) -> Result<Response, Problem> {
    if body.chars().count() > DRAFT_CHARS {
        return Err(Problem::bad("a draft has at most 10,000 characters").limit(DRAFT_CHARS as u64));
    }
    let draft = Draft { conversation: ConversationId(id), note, version, body: Some(body) };
    match web.app.store.save_draft(signed_in.sign_in.agent.id, draft, web.app.clock.now()).await? {
        SavedDraft::Saved(version) => Ok(json(StatusCode::OK, &Kept { version })),
        SavedDraft::Behind => Err(Problem::new(
            StatusCode::CONFLICT,
            "Behind",
            "another page has written since; look at it first",
        )),
        SavedDraft::Full => {
            Err(Problem::new(StatusCode::CONFLICT, "Full", "you have as many drafts as you may"))
        }
        SavedDraft::NotFound => Err(Problem::not_found()),
    }
}
