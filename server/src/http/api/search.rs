//! `/api/v1/search`: messages, notes, visitors and tags of the agent's sites, by their words, the newest first. For every role: who
//! is of a site may read all of it. What is typed is never logged.
use crate::{
    domain::search::expression,
    http::{
        Web,
        identity::SignedIn,
        problem::{Problem, json},
    },
    store::{Found, Search},
};
use axum::{
    extract::{Extension, Query, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;
use std::{sync::Arc, time::Duration};

/// Hits on a page, if nothing is said, and at most.
const PAGE: usize = 20;
const LONGEST_PAGE: usize = 50;
/// How long a search may take.
const WITHIN: Duration = Duration::from_secs(5);

/// What is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    #[serde(default)]
    q: String,
    cursor: Option<String>,
    limit: Option<usize>,
}

/// A page of hits; nothing to look for is nothing found.
pub async fn find(
    State(web): State<Arc<Web>>,
    Extension(signed_in): Extension<SignedIn>,
    Query(Asked { q, cursor, limit }): Query<Asked>,
) -> Result<Response, Problem> {
    let Some(expression) = expression(&q) else { return Ok(json(StatusCode::OK, &Found::default())) };
    let limit = limit.unwrap_or(PAGE).clamp(1, LONGEST_PAGE);
    let agent = signed_in.sign_in.agent.id;
    let searching = web.app.store.search(Search { agent, expression, cursor, limit });
    let found = tokio::time::timeout(WITHIN, searching).await.map_err(|_| Problem::unavailable())??;
    Ok(json(StatusCode::OK, &found))
}
