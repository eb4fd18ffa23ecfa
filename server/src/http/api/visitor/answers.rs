//! `/api/v1/visitor/conversations/{id}/answers`: what a visitor filled in. It becomes a message that everybody can read,
//! with the answers by name beside it. Durable when it is answered; a repeat is answered as it was.
use super::{shown, visitor};
use crate::{
    chat::{self, sender},
    domain::extra::Extra,
    http::{Web, api::messages::answer, body::Json, front::Caller, problem::Problem},
    store::{Principal, Sequence},
};
use axum::{
    extract::{Extension, Path, State},
    http::HeaderMap,
    response::Response,
};
use merhaba_shared::protocol::{
    ids::{ClientId, ConversationId, Seq},
    model::Item,
    visitor::Send,
};
use serde::Deserialize;
use std::{collections::BTreeMap, sync::Arc};

/// The answers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filled {
    client_id: ClientId,
    of: Seq,
    values: BTreeMap<String, String>,
    locale: String,
}

/// Sends them: 201 when they are stored, 200 when they were before.
pub async fn send(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(Filled { client_id, of, values, locale }): Json<Filled>,
) -> Result<Response, Problem> {
    let visitor = visitor(&web, &caller, &headers).await?;
    let (site, token) = shown(&headers, &caller)?;
    let (chat, conversation) = (&web.app.chat, ConversationId(id));
    let who = Principal::Visitor(visitor);
    // One byte: the entry itself, and no other.
    let found = web.app.store.missed(who, conversation.clone(), of.saturating_sub(1), 1).await?;
    let found = found.ok_or_else(Problem::not_found)?.items.into_iter().next();
    let form = found.filter(|item| item.seq() == of).and_then(|item| match item {
        Item::Message(message) => serde_json::from_str::<Extra>(&message.extra?.0).ok()?.form,
        Item::Entry(_) => None,
    });
    let form = form.ok_or_else(|| Problem::bad("of is the seq of a message with a form"))?;
    let (body, extra) = form.answered(of, &values).map_err(|error| Problem::bad(error.to_string()))?;
    chat::check(client_id, &body, &[]).map_err(crate::http::api::messages::refused)?;
    let identity = chat.identify(&site, Some(&token)).await?;
    let from = sender(site, &identity, &locale, None);
    let send = Send {
        client_id,
        conversation: Some(conversation),
        new: false,
        body,
        attachments: Vec::new(),
        about: None,
    };
    answer(chat.send_with(&from, send, None, Some(&extra), Sequence::default()).await?)
}
