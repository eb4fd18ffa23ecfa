//! `/api/v1/ws-check`: says in words why a websocket would be refused, since a page sees only 1006. The same rules
//! as at the door itself; it opens nothing.
use crate::http::{
    Web, csrf,
    front::Caller,
    identity::{Credential, signed_in},
    problem::{Problem, json},
    websocket::{agent_may, no_secret, spoken, visitor_may},
};
use axum::{
    extract::{Extension, Query, RawQuery, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ORIGIN, SEC_WEBSOCKET_PROTOCOL},
    },
    response::Response,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// `visitor` or `agent`.
    #[serde(default, rename = "for")]
    who: Option<String>,
    /// The site, for a visitor.
    #[serde(default)]
    site: Option<String>,
}

#[derive(Serialize)]
struct Answer {
    ok: bool,
    reason: String,
}

/// Answers 200 either way; `ok` says which.
pub async fn check(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    no_secret(query.as_deref())?;
    let Query(asked) = asked.map_err(|_| Problem::bad("ask with ?for=visitor&site=KEY or ?for=agent"))?;
    let answer = match refusal(&web, &caller, &asked, as_upgrade(headers, &caller)).await {
        None => Answer { ok: true, reason: "the websocket would be accepted".into() },
        Some(problem) => Answer { ok: false, reason: problem.detail().to_owned() },
    };
    Ok(json(StatusCode::OK, &answer))
}

/// A browser leaves `Origin` out of a plain request to its own origin, but not out of an upgrade.
fn as_upgrade(mut headers: HeaderMap, caller: &Caller) -> HeaderMap {
    if csrf::same_site_word(&headers)
        && !headers.contains_key(ORIGIN)
        && let Ok(own) = HeaderValue::try_from(caller.own.origin())
    {
        headers.insert(ORIGIN, own);
    }
    headers
}

async fn refusal(web: &Web, caller: &Caller, asked: &Asked, headers: HeaderMap) -> Option<Problem> {
    if let Err(problem) = spoken(&headers, &SEC_WEBSOCKET_PROTOCOL) {
        return Some(problem);
    }
    match asked.who.as_deref().unwrap_or("visitor") {
        "visitor" => {
            let site = asked.site.as_deref();
            let known = match site {
                Some(key) => web.app.store.site(key.into()).await.map(|site| site.is_some()),
                None => Ok(true),
            };
            match (visitor_may(&headers, &caller.own), known) {
                (Err(problem), _) => Some(problem),
                (_, Err(error)) => Some(error.into()),
                (_, Ok(false)) => {
                    Some(Problem::bad("there is no such site: the socket would close with 4502"))
                }
                (Ok(()), Ok(true)) => None,
            }
        }
        "agent" => match agent_may(&headers, caller) {
            Err(problem) => Some(problem),
            Ok(credential) => agent(web, &credential).await,
        },
        _ => Some(Problem::bad("ask with ?for=visitor or ?for=agent")),
    }
}

async fn agent(web: &Web, credential: &Credential) -> Option<Problem> {
    signed_in(web, credential).await.err()
}
