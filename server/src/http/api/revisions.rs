//! `/api/v1/conversations/{id}/messages/{seq}`: other words for a message of one's own, or its end. The same rules as over the
//! socket; durable when it is answered.
use super::{messages::refused, sites::role};
use crate::{
    chat::{self, Wish},
    domain::conversation::{Action, may},
    http::{
        Web,
        body::Json,
        identity::SignedIn,
        problem::{Problem, json},
    },
    store::{Principal, Revised},
};
use axum::{
    extract::{Extension, Path, State},
    http::StatusCode,
    response::Response,
};
use merhaba_shared::protocol::{
    error::Code,
    ids::{ClientId, ConversationId, Seq},
};
use serde::Deserialize;
use std::sync::Arc;

/// The words.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edited {
    client_id: ClientId,
    body: String,
}

/// Other words: 201 when they are stored, 200 when they were before.
pub async fn edit(
    State(web): State<Arc<Web>>,
    Extension(signed_in): Extension<SignedIn>,
    Path((id, of)): Path<(String, String)>,
    Json(Edited { client_id, body }): Json<Edited>,
) -> Result<Response, Problem> {
    chat::check_words(client_id, &body).map_err(refused)?;
    revise(&web, &signed_in, (id, of), client_id, Some(body)).await
}

/// Its end: 201 when that is stored, 200 when it was gone before.
pub async fn remove(
    State(web): State<Arc<Web>>,
    Extension(signed_in): Extension<SignedIn>,
    Path((id, of)): Path<(String, String)>,
) -> Result<Response, Problem> {
    // A message goes once, whoever asks and however often: a new id each time does no harm.
    let client_id = ClientId(web.app.clock.random());
    revise(&web, &signed_in, (id, of), client_id, None).await
}

async fn revise(
    web: &Arc<Web>,
    signed_in: &SignedIn,
    (id, of): (String, String),
    client_id: ClientId,
    words: Option<String>,
) -> Result<Response, Problem> {
    let of: Seq = of.parse().map_err(|_| Problem::not_found())?;
    let (agent, conversation) = (&signed_in.sign_in.agent.id, ConversationId(id));
    let who = Principal::Agent(agent.clone());
    let row = web.app.store.row(who, conversation.clone()).await?.ok_or_else(Problem::not_found)?;
    let role = role(signed_in, row.site.as_str())?;
    if !may(role, Action::Reply) {
        return Err(Problem::forbidden("your role may not do this"));
    }
    let any = may(role, Action::Moderate);
    let revised = web.app.chat.revise(agent, Wish { client_id, conversation, of, words, any }).await?;
    let status = if matches!(revised, Revised::Stored { .. }) { StatusCode::CREATED } else { StatusCode::OK };
    match chat::revised(revised, client_id) {
        Ok(accepted) => Ok(json(status, &accepted)),
        Err(no) if no.code == Code::NotFound => Err(Problem::not_found()),
        Err(no) if no.code == Code::Forbidden => Err(Problem::forbidden(no.detail)),
        Err(no) if no.code == Code::Closed => Err(Problem::new(StatusCode::CONFLICT, "Closed", no.detail)),
        Err(no) => Err(refused(no)),
    }
}
