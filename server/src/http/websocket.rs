//! The door to the websockets: origin, credential and subprotocol are settled before the upgrade. The session itself
//! is none of this file's business.
use super::{
    Web, csrf,
    front::Caller,
    identity::{Credential, SignedIn, signed_in},
    origin::Own,
    problem::Problem,
};
use crate::{
    domain,
    mutants::{self, Mutant},
    session::socket,
};
use axum::{
    extract::{Extension, RawQuery, State, ws::WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{ORIGIN, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE, USER_AGENT},
    },
    response::{IntoResponse, Response},
};
use merhaba_shared::protocol::{SUBPROTOCOL_BIN_PREFIX, SUBPROTOCOL_JSON, codec::Codec, person::Device};
use std::sync::Arc;

/// How a session will write its frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spoken {
    /// In this codec.
    Codec(Codec),
    /// The page is too old or too new: it is told so and loads itself again.
    Outdated(String),
}

/// Settles the subprotocol: ours by preference of the client, JSON when none is offered.
pub fn spoken(headers: &HeaderMap, name: &HeaderName) -> Result<Spoken, Problem> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    let offered: Vec<&str> =
        lines.flat_map(|line| line.split(',')).map(str::trim).filter(|name| !name.is_empty()).collect();
    if offered.is_empty() {
        return Ok(Spoken::Codec(Codec::Json));
    }
    if let Some(codec) = offered.iter().find_map(|name| Codec::for_subprotocol(name)) {
        return Ok(Spoken::Codec(codec));
    }
    let outdated = offered.iter().find(|name| {
        let revision = name.strip_prefix(SUBPROTOCOL_BIN_PREFIX);
        revision.is_some_and(|digits| {
            !digits.is_empty() && digits.len() < 10 && digits.bytes().all(|digit| digit.is_ascii_digit())
        })
    });
    if mutants::on(Mutant::AnyRevision) && outdated.is_some() {
        return Ok(Spoken::Codec(Codec::Json));
    }
    outdated.map(|name| Spoken::Outdated((*name).to_owned())).ok_or_else(|| {
        Problem::bad(format!("none of the offered subprotocols is spoken here; offer {SUBPROTOCOL_JSON}"))
    })
}

/// Nothing secret in an address: addresses are logged by everybody on the way.
pub fn no_secret(query: Option<&str>) -> Result<(), Problem> {
    let pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let mut names = pairs.map(|(name, _)| name.to_ascii_lowercase());
    if names.any(|name| name.contains("token") || name == "authorization" || name == "password") {
        return Err(Problem::bad(
            "a token never stands in an address; send it in the first frame or as a header",
        ));
    }
    Ok(())
}

/// A visitor's socket comes from the frame that this relay served.
pub fn visitor_may(headers: &HeaderMap, own: &Own) -> Result<(), Problem> {
    if csrf::own_origin(headers, own) {
        return Ok(());
    }
    Err(Problem::forbidden(format!(
        "the Origin of a visitor's websocket is {}, and nothing else",
        own.origin()
    )))
}

/// An agent's socket shows a cookie and comes from the agent page, or shows a token.
pub fn agent_may(headers: &HeaderMap, caller: &Caller) -> Result<Credential, Problem> {
    let own = caller.own.origin();
    match Credential::of(headers, caller) {
        Some(Credential::Cookie(_)) if !csrf::own_origin(headers, &caller.own) => {
            Err(Problem::forbidden(format!("with a cookie the Origin is {own}, and nothing else")))
        }
        Some(Credential::Bearer(_))
            if headers.contains_key(ORIGIN) && !csrf::own_origin(headers, &caller.own) =>
        {
            Err(Problem::forbidden(format!("with a token the Origin is absent or {own}")))
        }
        Some(credential) => Ok(credential),
        None => Err(Problem::forbidden("an agent's websocket shows its cookie or Authorization: Bearer")),
    }
}

/// What a visitor uses, by what their browser calls itself.
pub fn device(headers: &HeaderMap) -> Option<Device> {
    domain::device::of(headers.get(USER_AGENT)?.to_str().ok()?)
}

type Upgrade = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

fn upgrade(upgrade: Upgrade) -> Result<WebSocketUpgrade, Box<Response>> {
    upgrade.map_err(|_| {
        let detail = "this address is a websocket";
        let mut response =
            Problem::new(StatusCode::UPGRADE_REQUIRED, "UpgradeRequired", detail).into_response();
        response.headers_mut().insert(UPGRADE, HeaderValue::from_static("websocket"));
        response.headers_mut().insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        Box::new(response)
    })
}

/// `/ws/visitor`
pub async fn visitor(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    ws: Upgrade,
) -> Response {
    let spoken = no_secret(query.as_deref())
        .and_then(|()| visitor_may(&headers, &caller.own))
        .and_then(|()| spoken(&headers, &SEC_WEBSOCKET_PROTOCOL));
    match (spoken, upgrade(ws)) {
        (Err(problem), _) => problem.into_response(),
        (_, Err(response)) => *response,
        (Ok(Spoken::Outdated(name)), Ok(ws)) => socket::refresh(ws, web.app.clone(), name),
        (Ok(Spoken::Codec(codec)), Ok(ws)) => {
            socket::visitor(ws, web.app.clone(), codec, caller.address, device(&headers))
        }
    }
}

/// `/ws/agent`
pub async fn agent(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    ws: Upgrade,
) -> Response {
    let settled = async {
        no_secret(query.as_deref())?;
        let credential = agent_may(&headers, &caller)?;
        let SignedIn { sign_in, secret } = signed_in(&web, &credential).await?;
        Ok::<_, Problem>((sign_in, secret, spoken(&headers, &SEC_WEBSOCKET_PROTOCOL)?))
    };
    match (settled.await, upgrade(ws)) {
        (Err(problem), _) => problem.into_response(),
        (_, Err(response)) => *response,
        (Ok((_, _, Spoken::Outdated(name))), Ok(ws)) => socket::refresh(ws, web.app.clone(), name),
        (Ok((sign_in, secret, Spoken::Codec(codec))), Ok(ws)) => {
            socket::agent(ws, web.app.clone(), codec, sign_in, secret)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Spoken, no_secret, spoken};
    use axum::http::{HeaderMap, HeaderValue, header::SEC_WEBSOCKET_PROTOCOL};
    use merhaba_shared::protocol::codec::Codec;

    fn offer(text: &'static str) -> Option<Spoken> {
        let mut headers = HeaderMap::new();
        headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(text));
        spoken(&headers, &SEC_WEBSOCKET_PROTOCOL).ok()
    }

    #[test]
    fn subprotocols() {
        assert_eq!(spoken(&HeaderMap::new(), &SEC_WEBSOCKET_PROTOCOL).ok(), Some(Spoken::Codec(Codec::Json)));
        assert_eq!(offer("merhaba.v1.json"), Some(Spoken::Codec(Codec::Json)));
        assert_eq!(offer("merhaba.v1.bin.1, merhaba.v1.json"), Some(Spoken::Codec(Codec::Bin)));
        assert_eq!(offer("x, merhaba.v1.bin.99999"), Some(Spoken::Outdated("merhaba.v1.bin.99999".into())));
        assert_eq!(offer("graphql-ws"), None);
        assert_eq!(offer("merhaba.v1.bin.x"), None);
    }

    #[test]
    fn a_token_in_an_address_is_refused() {
        assert!(no_secret(None).is_ok() && no_secret(Some("lang=tr")).is_ok());
        assert!(no_secret(Some("a=1&Token=x")).is_err() && no_secret(Some("access_token=x")).is_err());
        assert!(no_secret(Some("tok%65n=x")).is_err());
    }
}
