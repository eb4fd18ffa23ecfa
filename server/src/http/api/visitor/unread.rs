//! How many messages a visitor has not read, in a number and in words, for a page that has not loaded the chat.
use super::visitor;
use crate::http::{
    Web,
    front::Caller,
    problem::{Problem, json},
    texts,
    widget_page::Asked,
};
use axum::{
    extract::{Extension, Query, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use merhaba_shared::protocol::{limits::WELCOME_CONVERSATIONS, model::Status};
use serde::Serialize;
use std::sync::Arc;

#[derive(Serialize)]
struct Unread {
    count: u32,
    text: String,
    /// Whether there is anything to wait for: something unread, or a conversation that has not ended.
    on: bool,
}

/// What is unread.
pub async fn show(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let visitor = visitor(&web, &caller, &headers).await?;
    let cards = web.app.store.cards(visitor, WELCOME_CONVERSATIONS).await?;
    let count = cards.iter().map(|card| card.unread).sum();
    let on = count > 0 || cards.iter().any(|card| card.status != Status::Resolved);
    let language = texts::widget().choose(asked.lang.as_deref(), &headers);
    let said =
        |texts| texts::counted(texts, language, "new_messages", usize::try_from(count).unwrap_or(usize::MAX));
    let text = texts::widget().of(language).map(said).unwrap_or_default();
    Ok(json(StatusCode::OK, &Unread { count, text, on }))
}
