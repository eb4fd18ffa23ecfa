//! What every request passes before its route and every answer after it: whose host, from where, how big, how long,
//! by which right; then the common headers and the compression. Never what a request means.
use super::{Web, csrf, encoding, headers, origin::Own, problem::Problem, proxy, routes};
use axum::{
    body::{Body, HttpBody},
    extract::{Request, State},
    http::{
        HeaderValue, Method, StatusCode,
        header::{ALLOW, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, HOST, LOCATION},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

/// The longest address, in bytes.
const URL_BYTES: usize = 4 * 1024;
/// The longest body, in bytes.
pub const BODY_BYTES: usize = 64 * 1024;
/// A body is here within this time, or the connection ends.
const BODY_WITHIN: Duration = Duration::from_secs(15);

/// The peer of the connection that a request came by.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Where a request came from and what it called the relay.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The relay's own origin, as this request named it.
    pub own: Own,
    /// The sender's address.
    pub address: IpAddr,
}

/// The one door.
pub async fn front(State(web): State<Arc<Web>>, request: Request, next: Next) -> Response {
    let accepts = request.headers().clone();
    let mut secure = web.secure();
    let response = match enter(&web, request, &mut secure).await {
        Ok(request) => next.run(request).await,
        Err(response) => *response,
    };
    leave(&accepts, response, secure).await
}

/// Checks and prepares a request; what is refused is answered here.
async fn enter(web: &Web, mut request: Request, secure: &mut bool) -> Result<Request, Box<Response>> {
    let refuse = |problem: Problem| Box::new(problem.into_response());
    let peer = request.extensions().get::<Peer>().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.0.ip());
    let client = proxy::client(peer, request.headers(), &web.trust);
    if client.ignored {
        web.warn_of_proxy(peer);
    }
    if client.secure == Some(false) {
        *secure = false;
    }
    method(request.method())?;
    if request.uri().path_and_query().map_or(0, |path| path.as_str().len()) > URL_BYTES {
        return Err(refuse(Problem::new(
            StatusCode::URI_TOO_LONG,
            "TooLong",
            "the address is longer than 4 KiB",
        )));
    }
    let health = matches!(request.uri().path(), "/healthz" | "/readyz");
    let host = request.uri().authority().map(ToString::to_string).or_else(|| {
        let mut hosts = request.headers().get_all(HOST).into_iter();
        let host = hosts.next()?.to_str().ok()?.to_owned();
        hosts.next().is_none().then_some(host)
    });
    let own = match host.and_then(|host| web.hosts.own(&host)) {
        Some(own) => own,
        None if health => web.hosts.usual(web.listener),
        None => {
            let detail = "this relay does not answer for that host; its own is the setting public-url";
            return Err(refuse(Problem::new(StatusCode::MISDIRECTED_REQUEST, "WrongHost", detail)));
        }
    };
    if client.secure == Some(false) && own.secure && !health {
        return Err(Box::new(insecure(&own, &request)));
    }
    if !request.method().is_safe() && request.uri().path() != "/csp-report" {
        csrf::check(request.headers(), &own).map_err(refuse)?;
    }
    request.extensions_mut().insert(Caller { own, address: client.address });
    if request.method().is_safe() {
        return Ok(request);
    }
    unpacked(&request)?;
    if routes::streams(request.uri().path()) { Ok(request) } else { collect(request).await }
}

fn method(method: &Method) -> Result<(), Box<Response>> {
    let used = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    if used.contains(method) {
        return Ok(());
    }
    let detail = "this relay has no such method";
    let mut response = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "BadMethod", detail).into_response();
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE"));
    Err(Box::new(response))
}

/// Plain http through the proxy, where https is the only way: a page is shown the way, a program is refused.
fn insecure(own: &Own, request: &Request) -> Response {
    let path = request.uri().path();
    let page = request.method().is_safe() && !path.starts_with("/api/") && !path.starts_with("/ws/");
    if !page {
        return Problem::forbidden("only over https").into_response();
    }
    let rest = request.uri().path_and_query().map_or("/", |path| path.as_str());
    match HeaderValue::try_from(format!("{}{rest}", own.origin())) {
        Ok(to) => (StatusCode::PERMANENT_REDIRECT, [(LOCATION, to)]).into_response(),
        Err(_) => Problem::bad("the address cannot be used").into_response(),
    }
}

/// A refusal of a body that may not have been read.
fn refuse(status: StatusCode, code: &'static str, detail: &'static str) -> Response {
    let mut response = Problem::new(status, code, detail).into_response();
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// No body is ever unpacked.
fn unpacked(request: &Request) -> Result<(), Box<Response>> {
    if request.headers().get(CONTENT_ENCODING).is_none_or(|coding| coding == "identity") {
        return Ok(());
    }
    let detail = "a body is sent as it is, not compressed";
    Err(Box::new(refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BadMediaType", detail)))
}

/// Reads the whole body: bounded in size and in time.
async fn collect(request: Request) -> Result<Request, Box<Response>> {
    let refuse = |status, code, detail| Box::new(refuse(status, code, detail));
    let too_big = || refuse(StatusCode::PAYLOAD_TOO_LARGE, "TooLong", "the body is longer than 64 KiB");
    if request.body().size_hint().lower() > BODY_BYTES as u64 {
        return Err(too_big());
    }
    let (parts, body) = request.into_parts();
    match tokio::time::timeout(BODY_WITHIN, Limited::new(body, BODY_BYTES).collect()).await {
        Ok(Ok(body)) => Ok(Request::from_parts(parts, Body::from(body.to_bytes()))),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_big()),
        Ok(Err(_)) => Err(refuse(StatusCode::BAD_REQUEST, "BadRequest", "the body broke off")),
        Err(_) => Err(refuse(StatusCode::REQUEST_TIMEOUT, "TooSlow", "the body took longer than 15 s")),
    }
}

/// The headers that every answer has, and the compression of those that were made for one request.
async fn leave(request: &axum::http::HeaderMap, mut response: Response, secure: bool) -> Response {
    headers::common(response.headers_mut(), secure);
    let size = response.body().size_hint().exact().unwrap_or(0);
    let text = response.headers().get(CONTENT_TYPE).is_some_and(|kind| {
        let kind = kind.as_bytes();
        kind.starts_with(b"text/") || kind.starts_with(b"application/json")
    });
    let untouched = !response.headers().contains_key(CONTENT_ENCODING);
    if size <= encoding::COMPRESS_FROM as u64 || !text || !untouched {
        return response;
    }
    let (parts, body) = response.into_parts();
    // The body is in memory already; taking it out cannot fail.
    let bytes = body.collect().await.map_or(Bytes::new(), http_body_util::Collected::to_bytes);
    encoding::on_the_fly(request, Response::from_parts(parts, Body::empty()), &bytes)
}
