//! The way around for networks that let no websocket through: the same frames over single requests. The doors are those
//! of the websockets (`websocket.rs`), settled at each request; what a link does is `session::link`'s business. The
//! link's secret is a header, never a part of an address.
use super::{
    Web,
    front::Caller,
    identity::{SignedIn, signed_in},
    problem::Problem,
    websocket::{Spoken, agent_may, device, no_secret, spoken, visitor_may},
};
use crate::{
    gate::RetryAfter,
    session::{
        link::{Broken, Link},
        links::Owner,
    },
};
use axum::{
    extract::{Extension, RawQuery, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use std::sync::Arc;

/// What a websocket's subprotocol would be: a page may not set that header itself.
const PROTOCOL: HeaderName = HeaderName::from_static("merhaba-protocol");
/// The link's secret.
const LINK: HeaderName = HeaderName::from_static("merhaba-link");
/// The number of the first frame in a body.
const FROM: HeaderName = HeaderName::from_static("merhaba-from");
/// Frames below this number have arrived.
const HAVE: HeaderName = HeaderName::from_static("merhaba-have");

type Answer = Result<Response, Problem>;

/// `POST /link/visitor`
pub async fn open_visitor(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    no_secret(query.as_deref())?;
    visitor_may(&headers, &caller.own)?;
    opened(match spoken(&headers, &PROTOCOL)? {
        Spoken::Outdated(_) => web.links.refresh(&web.app, Owner::Visitor),
        Spoken::Codec(codec) => web.links.visitor(&web.app, codec, caller.address, device(&headers)),
    })
}

/// `POST /link/agent`
pub async fn open_agent(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    no_secret(query.as_deref())?;
    let credential = agent_may(&headers, &caller)?;
    let SignedIn { sign_in, secret } = signed_in(&web, &credential).await?;
    opened(match spoken(&headers, &PROTOCOL)? {
        Spoken::Outdated(_) => web.links.refresh(&web.app, Owner::Agent(secret)),
        Spoken::Codec(codec) => web.links.agent(&web.app, codec, sign_in, secret),
    })
}

fn opened(link: Result<String, RetryAfter>) -> Answer {
    let link = link.map_err(|wait| Problem::too_fast(wait.seconds()))?;
    let header = HeaderValue::try_from(link).map_err(|_| Problem::unavailable())?;
    Ok([(LINK, header)].into_response())
}

/// `POST /link/visitor/send`
pub async fn send_visitor(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    send(visitors(&web, &caller, &headers)?, &headers, &body).await
}

/// `POST /link/agent/send`
pub async fn send_agent(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    send(agents(&web, &caller, &headers)?, &headers, &body).await
}

/// `POST /link/visitor/receive`
pub async fn receive_visitor(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
) -> Answer {
    receive(visitors(&web, &caller, &headers)?, &headers).await
}

/// `POST /link/agent/receive`
pub async fn receive_agent(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
) -> Answer {
    receive(agents(&web, &caller, &headers)?, &headers).await
}

fn visitors(web: &Web, caller: &Caller, headers: &HeaderMap) -> Result<Arc<Link>, Problem> {
    visitor_may(headers, &caller.own)?;
    find(web, headers, Owner::Visitor)
}

/// The session itself looks whether the sign-in still counts; here it must be the one that opened the link.
fn agents(web: &Web, caller: &Caller, headers: &HeaderMap) -> Result<Arc<Link>, Problem> {
    find(web, headers, Owner::Agent(agent_may(headers, caller)?.hash()))
}

fn find(web: &Web, headers: &HeaderMap, owner: Owner) -> Result<Arc<Link>, Problem> {
    let secret = headers.get(LINK).and_then(|secret| secret.to_str().ok());
    secret.and_then(|secret| web.links.get(secret, owner)).ok_or_else(Problem::not_found)
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64, Problem> {
    let digits = headers.get(name).and_then(|digits| digits.to_str().ok());
    digits
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| Problem::bad(format!("the header {name} is a number")))
}

async fn send(link: Arc<Link>, headers: &HeaderMap, body: &Bytes) -> Answer {
    link.send(number(headers, &FROM)?, body).await.map_err(problem)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn receive(link: Arc<Link>, headers: &HeaderMap) -> Answer {
    let batch = link.receive(number(headers, &HAVE)?).await.map_err(problem)?;
    let kind = (CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    Ok(([kind, (FROM, HeaderValue::from(batch.first))], batch.bytes).into_response())
}

fn problem(broken: Broken) -> Problem {
    match broken {
        Broken::Ended => Problem::not_found(),
        Broken::Busy => Problem::unavailable(),
    }
}
