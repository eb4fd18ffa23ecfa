//! A visitor's conversations as a list: where each stands, its last words, when, and how many messages are unread. Never
//! notes, and never anybody else's.
use super::visitor;
use crate::{
    http::{
        Web,
        front::Caller,
        problem::{Problem, json},
    },
    store::Principal,
};
use axum::{
    extract::{Extension, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use merhaba_shared::protocol::{
    agent::InboxRow, ids::Millis, limits::WELCOME_CONVERSATIONS, model::Side, visitor::ConversationCard,
};
use serde::Serialize;
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
