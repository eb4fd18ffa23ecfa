//! A visitor's conversations: as a list (where each stands, its last words, when, how many messages are unread), one's
//! entries for a transcript, ending one, rating a closing. Never notes, and never anybody else's.
use super::visitor;
use crate::{
    domain::rating,
    http::{
        Web,
        body::Json,
        front::Caller,
        problem::{Problem, json},
    },
    store::{Principal, Rated},
};
use axum::{
    extract::{Extension, Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use merhaba_shared::protocol::{
    agent::InboxRow,
    ids::{ConversationId, Millis, Seq},
    limits::{HISTORY_PAGE, PAGE_BYTES, WELCOME_CONVERSATIONS},
    model::{Rating, Side},
    visitor::ConversationCard,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize)]
struct List {
    conversations: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    id: String,
    status: &'static str,
    at: Millis,
    preview: String,
    mine: bool,
    agent: Option<String>,
    unread: u32,
}

impl Row {
    fn new(card: ConversationCard, row: &InboxRow) -> Self {
        Self {
            id: card.conversation.0,
            status: card.status.as_str(),
            at: row.at,
            preview: row.preview.clone(),
            mine: row.preview_side == Side::Visitor,
            agent: card.assignee.map(|agent| agent.name),
            unread: card.unread,
        }
    }
}

/// The list, the latest active first.
pub async fn list(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let visitor = visitor(&web, &caller, &headers).await?;
    let store = &web.app.store;
    let mut conversations = Vec::new();
    for card in store.cards(visitor.clone(), WELCOME_CONVERSATIONS).await? {
        let row = store.row(Principal::Visitor(visitor.clone()), card.conversation.clone()).await?;
        conversations.extend(row.map(|row| Row::new(card, &row)));
    }
    Ok(json(StatusCode::OK, &List { conversations }))
}

/// Where a page of entries ends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Before {
    #[serde(default)]
    before: Option<Seq>,
}

/// Entries of one conversation, ascending; `more` says whether there are older ones.
pub async fn entries(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    before: Result<Query<Before>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let visitor = visitor(&web, &caller, &headers).await?;
    let Query(Before { before }) = before.map_err(|_| Problem::bad("ask with ?before=SEQ, or without"))?;
    let who = Principal::Visitor(visitor);
    let history = web.app.store.history(who, ConversationId(id), before, HISTORY_PAGE, PAGE_BYTES).await?;
    history.map(|history| json(StatusCode::OK, &history)).ok_or_else(Problem::not_found)
}

/// Ends it. The visitor's next message opens it again.
pub async fn end(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let visitor = visitor(&web, &caller, &headers).await?;
    let ended = web.app.chat.end(visitor, ConversationId(id)).await?;
    ended.map(|_| StatusCode::NO_CONTENT.into_response()).ok_or_else(Problem::not_found)
}

/// What the visitor thinks of a closing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opinion {
    closing: Seq,
    #[serde(default)]
    csat: Option<u8>,
    #[serde(default)]
    ces: Option<u8>,
    #[serde(default)]
    comment: Option<String>,
}

/// Rates a closing: 201 when it is stored, 200 when that closing was rated before.
pub async fn rate(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(Opinion { closing, csat, ces, comment }): Json<Opinion>,
) -> Result<Response, Problem> {
    let visitor = visitor(&web, &caller, &headers).await?;
    let rating = rating::check(Rating { closing, csat, ces, comment });
    let rating = rating.map_err(|error| Problem::bad(error.to_string()))?;
    match web.app.chat.rate(visitor, ConversationId(id), rating).await? {
        Some(Rated::Stored(_)) => Ok(StatusCode::CREATED.into_response()),
        Some(Rated::Repeated) => Ok(StatusCode::OK.into_response()),
        Some(Rated::NotClosed) => {
            let detail = "closing is the seq of the entry that closed the conversation";
            Err(Problem::new(StatusCode::CONFLICT, "NotClosed", detail))
        }
        None => Err(Problem::not_found()),
    }
}
