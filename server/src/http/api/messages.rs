//! `/api/v1/conversations/{id}/messages`: a message of an agent, or of a bot that has signed in as one, with what a socket's
//! frame cannot carry: quick replies, cards, a form. Durable when it is answered; a repeat is answered as it was.
use super::sites::role;
use crate::{
    chat,
    domain::{
        conversation::{Action, may},
        extra::Extra,
    },
    http::{
        Web,
        body::Json,
        identity::SignedIn,
        problem::{Problem, json},
    },
    store::{Holder, Principal, Sent, Sequence},
};
use axum::{
    extract::{Extension, Path, State},
    http::StatusCode,
    response::Response,
};
use merhaba_shared::protocol::{
    agent::Reply,
    error::Refused,
    ids::{AgentId, AttachmentId, ClientId, ConversationId, Seq},
};
use serde::Deserialize;
use std::sync::Arc;

/// The message.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    client_id: ClientId,
    body: String,
    #[serde(default)]
    attachments: Vec<AttachmentId>,
    #[serde(default)]
    extra: Option<Extra>,
    #[serde(default)]
    quote: Option<Seq>,
}

/// Sends it: 201 when it is stored, 200 when it was before.
pub async fn send(
    State(web): State<Arc<Web>>,
    Extension(signed_in): Extension<SignedIn>,
    Path(id): Path<String>,
    Json(Said { client_id, body, attachments, extra, quote }): Json<Said>,
) -> Result<Response, Problem> {
    let (agent, conversation) = (&signed_in.sign_in.agent, ConversationId(id));
    let who = Principal::Agent(agent.id.clone());
    let row = web.app.store.row(who, conversation.clone()).await?.ok_or_else(Problem::not_found)?;
    if !may(role(&signed_in, row.site.as_str())?, Action::Reply) {
        return Err(Problem::forbidden("your role may not do this"));
    }
    chat::check(client_id, &body, &attachments).map_err(refused)?;
    if let Some(extra) = &extra {
        extra.check(&attachments).map_err(|error| Problem::bad(error.to_string()))?;
        pictures(&web, &agent.id, extra).await?;
    }
    let chat = &web.app.chat;
    if !chat.durable(Holder::Agent(agent.id.clone()), &attachments).await {
        return Err(refused(chat::no_file(Some(client_id))));
    }
    let reply = Reply { client_id, conversation, body, attachments, quote };
    answer(chat.reply_with(&agent.id, reply, extra.as_ref(), Sequence::default()).await?)
}

/// Whether what cards show are pictures that the relay has drawn itself.
async fn pictures(web: &Web, agent: &AgentId, extra: &Extra) -> Result<(), Problem> {
    let ids: Vec<_> = extra.pictures().cloned().collect();
    if ids.is_empty() {
        return Ok(());
    }
    let found = web.app.store.files(Holder::Agent(agent.clone()), ids.clone()).await?;
    let shown = |id: &AttachmentId| {
        found.iter().any(|file| file.attachment.id == *id && file.attachment.picture.is_some())
    };
    if ids.iter().all(shown) { Ok(()) } else { Err(Problem::bad("a card's picture is a picture")) }
}

/// What came of a send.
pub fn answer(sent: Sent) -> Result<Response, Problem> {
    match sent {
        Sent::Stored(stored) => Ok(json(StatusCode::CREATED, &stored.accepted)),
        Sent::Repeated(accepted) => Ok(json(StatusCode::OK, &accepted)),
        Sent::NotFound => Err(Problem::not_found()),
        Sent::NoFile => Err(refused(chat::no_file(None))),
        Sent::NoQuote => Err(refused(chat::no_quote(None))),
    }
}

/// A frame's refusal in the words of HTTP.
pub fn refused(refused: Refused) -> Problem {
    Problem::bad(refused.detail)
}
