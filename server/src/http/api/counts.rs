//! `/api/v1/counts`: how many conversations the lists of the agent's sites hold, narrowed as lists can be. For every role:
//! who is of a site may see its lists.
use crate::http::{
    Web,
    identity::SignedIn,
    problem::{Problem, json},
};
use axum::{
    extract::{Extension, Query, State},
    http::StatusCode,
    response::Response,
};
use merhaba_shared::protocol::triage::{Counts, Only};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What lists are narrowed to, in the words of the agent page's address.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    site: Option<String>,
    tag: Option<String>,
    agent: Option<String>,
    language: Option<String>,
    department: Option<String>,
}

/// The counts of each site.
#[derive(Serialize)]
struct Answer {
    counts: Vec<Counts>,
}

/// Counts them now; a site that is not the agent's is none of them.
pub async fn count(
    State(web): State<Arc<Web>>,
    Extension(signed_in): Extension<SignedIn>,
    Query(Asked { site, tag, agent, language, department }): Query<Asked>,
) -> Result<Response, Problem> {
    let agent = agent.map(|agent| agent.as_str().into());
    let only = Only { site: None, tag, agent, locale: language, department };
    let mut counts = Vec::new();
    for place in signed_in.sign_in.agent.memberships {
        if site.as_ref().is_none_or(|site| *site == place.site.0) {
            counts.extend(web.app.store.counts(place.site, only.clone()).await?);
        }
    }
    Ok(json(StatusCode::OK, &Answer { counts }))
}
