//! `/api/v1/sites/{key}/replies`: a site's canned replies. Everybody of the site reads them; whoever may answer visitors
//! writes them. A repeat of a change comes to the same.
use super::sites::role;
use crate::{
    domain::{
        canned::Canned,
        conversation::{Action, may},
    },
    http::{
        Web,
        body::Json,
        identity::SignedIn,
        problem::{Problem, json},
    },
    store::{KeptCanned, SavedCanned},
};
use axum::{
    extract::{Extension, Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use std::sync::Arc;

/// The longest id that is taken, in bytes.
const ID_BYTES: usize = 32;

/// What the page has already.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    version: Option<u64>,
}

/// All of them, or that they are as they were.
pub async fn list(
    State(web): State<Arc<Web>>,
    Extension(signed_in): Extension<SignedIn>,
    Path(key): Path<String>,
    Query(Known { version }): Query<Known>,
) -> Result<Response, Problem> {
    role(&signed_in, &key)?;
    let all = web.app.store.canned(key.as_str().into(), version).await?.ok_or_else(Problem::not_found)?;
    Ok(json(StatusCode::OK, &all))
}

/// Adds one.
pub async fn add(
    State(web): State<Arc<Web>>,
    Extension(signed_in): Extension<SignedIn>,
    Path(key): Path<String>,
    Json(canned): Json<Canned>,
) -> Result<Response, Problem> {
    writes(&signed_in, &key)?;
    let id = web.app.clock.id();
    save(&web, &key, id, canned, StatusCode::CREATED).await
}

/// Changes one; one that was deleted is there again.
pub async fn put(
    State(web): State<Arc<Web>>,
    Extension(signed_in): Extension<SignedIn>,
    Path((key, id)): Path<(String, String)>,
    Json(canned): Json<Canned>,
) -> Result<Response, Problem> {
    writes(&signed_in, &key)?;
    let opaque = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if id.len() > ID_BYTES || !id.bytes().all(opaque) {
        return Err(Problem::not_found());
    }
    save(&web, &key, id, canned, StatusCode::OK).await
}

/// Takes one away; one that is not there is away already.
pub async fn remove(
    State(web): State<Arc<Web>>,
    Extension(signed_in): Extension<SignedIn>,
    Path((key, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    writes(&signed_in, &key)?;
    web.app.store.forget_canned(key.as_str().into(), id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn writes(signed_in: &SignedIn, key: &str) -> Result<(), Problem> {
    if may(role(signed_in, key)?, Action::Reply) {
        return Ok(());
    }
    Err(Problem::forbidden("your role may not do this"))
}

async fn save(
    web: &Web,
    key: &str,
    id: String,
    canned: Canned,
    done: StatusCode,
) -> Result<Response, Problem> {
    let canned = canned.checked().map_err(|error| Problem::bad(error.to_string()))?;
    let reply = KeptCanned { id, canned };
    match web.app.store.save_canned(key.into(), reply.clone(), web.app.clock.now()).await? {
        SavedCanned::Saved(_) => Ok(json(done, &reply)),
        SavedCanned::Taken => Err(Problem::new(
            StatusCode::CONFLICT,
            "Taken",
            "another canned reply has this name and language",
        )),
        SavedCanned::Full => {
            Err(Problem::new(StatusCode::CONFLICT, "Full", "the site has as many as it may"))
        }
        SavedCanned::NotFound => Err(Problem::not_found()),
    }
}
