//! `/api/v1/sites/{key}/agents`: the team of a site, who of them is there, who can be given a conversation, and the
//! departments it has; and
//! `/tags`: what its conversations are tagged with.
use super::sites::role;
use crate::{
    domain::{
        conversation::{Action, may},
        department::Department,
    },
    http::{
        Web,
        identity::SignedIn,
        problem::{Problem, json},
    },
};
use axum::{
    extract::{Extension, Path, State},
    http::StatusCode,
    response::Response,
};
use merhaba_shared::protocol::{agent::Role, model::AgentAuthor};
use serde::Serialize;
use std::sync::Arc;

#[derive(Serialize)]
struct Colleagues {
    agents: Vec<Colleague>,
    departments: Vec<Department>,
}

#[derive(Serialize)]
struct Colleague {
    id: String,
    name: String,
    /// Connected, and not marked away.
    online: bool,
    /// Whether they can be given a conversation.
    answers: bool,
}

#[derive(Serialize)]
struct Tags {
    tags: Vec<String>,
}

/// The tags that a site knows, in the order of their letters. For whoever is of the site.
pub async fn tags(
    State(web): State<Arc<Web>>,
    Extension(signed_in): Extension<SignedIn>,
    Path(key): Path<String>,
) -> Result<Response, Problem> {
    role(&signed_in, &key)?;
    let tags = web.app.store.tags(key.as_str().into()).await?;
    Ok(json(StatusCode::OK, &Tags { tags }))
}

/// The team of a site, by name, and its departments in the owner's order. For whoever is of the site; a foreign site and none are the same.
pub async fn list(
    State(web): State<Arc<Web>>,
    Extension(signed_in): Extension<SignedIn>,
    Path(key): Path<String>,
) -> Result<Response, Problem> {
    role(&signed_in, &key)?;
    let site = key.as_str().into();
    let colleague = |(agent, role): (AgentAuthor, Role)| Colleague {
        online: web.app.chat.is_there(&agent.id, &site),
        answers: may(role, Action::Reply),
        id: agent.id.0,
        name: agent.name,
    };
    let agents = web.app.store.agents(site.clone()).await?.into_iter().map(colleague).collect();
    let found = web.app.store.site(site.clone()).await?.ok_or_else(Problem::not_found)?;
    Ok(json(StatusCode::OK, &Colleagues { agents, departments: found.settings.departments }))
}
