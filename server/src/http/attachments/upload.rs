//! A file on its way up: taken as a stream, bounded in size, speed, number and room, and answered when it is durable.
//! Whoever sends too much is answered without the rest being read. Never looks at what it takes.
use crate::{
    chat::{self, Taken, is_full, secret_hash, visitor_of},
    domain::conversation::{Action, may},
    gate,
    http::{
        Web,
        api::visitor::shown,
        front::Caller,
        identity::SignedIn,
        plain_page::media_type,
        problem::{Problem, json},
        websocket::no_secret,
    },
    store::{Holder, Principal, Site},
};
use axum::{
    body::{Body, HttpBody},
    extract::{Extension, Query, RawQuery, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CONNECTION, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use http_body_util::BodyExt;
use merhaba_shared::protocol::{ids::ConversationId, limits::FILE_BYTES};
use serde::Deserialize;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// The slowest that a file may come, in bytes a second.
const SLOWEST: u64 = 8 * 1024;
/// How long it may be slower than that, at the start and after what came faster.
const GRACE: Duration = Duration::from_secs(10);
/// Nothing at all may come for this long.
const IDLE: Duration = Duration::from_secs(15);
/// Bytes written at a time.
const CHUNK: usize = 256 * 1024;
/// What all files of a site may weigh together, if its owner does not say less.
const QUOTA: u64 = 20 * 1024 * 1024 * 1024;
/// When to try again while too many upload at once, in seconds.
const AGAIN: u64 = 2;

/// What stands in the address.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// The file's name.
    #[serde(default)]
    name: String,
    /// For an agent: the conversation that it is for.
    #[serde(default)]
    conversation: Option<String>,
}

/// What is known when the first byte is still to come.
struct Coming {
    holder: Holder,
    site: Site,
    name: String,
    upload: Option<gate::Upload>,
}

/// Why a file is not taken.
struct Refused {
    problem: Problem,
    came: u64,
}

/// A visitor uploads.
pub async fn by_visitor(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    RawQuery(query): RawQuery,
    named: Result<Query<Named>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let coming = async {
        no_secret(query.as_deref())?;
        let (key, token) = shown(&headers, &caller)?;
        let Query(named) = named.map_err(|_| Problem::bad("the address takes ?name="))?;
        octets(&headers)?;
        let site = web.app.store.site(key.clone()).await?.ok_or_else(Problem::not_found)?;
        let token = secret_hash(&token.0);
        let known = web.app.store.visitor(key.clone(), token).await?;
        let stranger = known.is_none().then_some(caller.address);
        let visitor = known.map_or_else(|| visitor_of(&token), |visitor| visitor.id);
        let upload = web.app.gate.upload(&visitor, stranger).map_err(|wait| too_many(wait.seconds()))?;
        let holder = Holder::Visitor { site: key, token };
        Ok(Coming { holder, site, name: named.name, upload: Some(upload) })
    };
    answer(&web, coming.await, body).await
}

/// An agent uploads, for a conversation that they may answer.
pub async fn by_agent(
    State(web): State<Arc<Web>>,
    Extension(signed_in): Extension<SignedIn>,
    RawQuery(query): RawQuery,
    named: Result<Query<Named>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let coming = async {
        no_secret(query.as_deref())?;
        let Query(named) = named.map_err(|_| Problem::bad("the address takes ?conversation= and ?name="))?;
        octets(&headers)?;
        let agent = &signed_in.sign_in.agent;
        let id = ConversationId(named.conversation.unwrap_or_default());
        let row = web.app.store.row(Principal::Agent(agent.id.clone()), id).await?;
        let key = row.ok_or_else(Problem::not_found)?.site;
        let place = agent.memberships.iter().find(|place| place.site == key);
        if !place.is_some_and(|place| may(place.role, Action::Reply)) {
            return Err(Problem::forbidden("your role may not do this"));
        }
        let site = web.app.store.site(key).await?.ok_or_else(Problem::not_found)?;
        Ok(Coming { holder: Holder::Agent(agent.id.clone()), site, name: named.name, upload: None })
    };
    answer(&web, coming.await, body).await
}

/// A form of another site can send text without being asked; this it cannot.
fn octets(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).map(media_type);
    if kind.as_deref() == Some("application/octet-stream") {
        return Ok(());
    }
    let detail = "a file is sent as it is (application/octet-stream)";
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BadMediaType", detail))
}

async fn answer(web: &Arc<Web>, coming: Result<Coming, Problem>, body: Body) -> Response {
    let taken = match coming {
        Ok(coming) => take(web, coming, body).await,
        Err(problem) => Err(problem),
    };
    taken.unwrap_or_else(|problem| {
        // What was not read is in the way of whatever else might come on this connection.
        let mut response = problem.into_response();
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        response
    })
}

async fn take(web: &Arc<Web>, coming: Coming, body: Body) -> Result<Response, Problem> {
    let Coming { holder, site, name, upload: counted } = coming;
    let limit = site.settings.file_bytes.unwrap_or(FILE_BYTES).min(FILE_BYTES);
    let quota = site.settings.file_quota.unwrap_or(QUOTA);
    if limit == 0 {
        return Err(Problem::forbidden("this site takes no files").code("NoFiles"));
    }
    let said = body.size_hint().lower();
    if said > limit {
        return Err(too_large(limit));
    }
    if counted.as_ref().is_some_and(|counted| said > counted.left()) {
        return Err(too_much());
    }
    if web.app.store.files_weigh(site.key.clone()).await?.saturating_add(said) > quota {
        return Err(full());
    }
    let Ok(_place) = web.uploading.try_acquire() else {
        return Err(Problem::unavailable().after(AGAIN));
    };
    let upload = web.app.chat.upload(holder, site.key, &name, quota);
    let left = counted.as_ref().map_or(u64::MAX, gate::Upload::left);
    let received = receive(web, body, upload, limit, left).await;
    let came = received.as_ref().map_or_else(|refused| refused.came, |(_, came)| *came);
    if let Some(counted) = counted {
        counted.came(came);
    }
    let (upload, _) = received.map_err(|refused| refused.problem)?;
    // Whoever asked may go now: what has come is looked at and made durable all the same, or taken away.
    let (chat, app) = (web.app.chat.clone(), &web.app);
    let taken = app.shutdown.spawn(async move { chat.take(upload).await }).await;
    match taken.map_err(|_| Problem::unavailable())?? {
        Taken::Durable(attachment) => Ok(json(StatusCode::CREATED, &attachment)),
        Taken::Empty => Err(Problem::bad("the file is empty").code("Empty")),
        Taken::BadPicture => Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "BadPicture",
            "a picture has at most 40 megapixels and 8,192 pixels a side",
        )),
        Taken::Full => Err(full()),
        Taken::NoRoom => Err(no_room()),
        Taken::NoSite => Err(Problem::not_found()),
    }
}

/// Takes a body in, as long as it is small and fast enough.
async fn receive(
    web: &Web,
    mut body: Body,
    mut upload: chat::Upload,
    limit: u64,
    left: u64,
) -> Result<(chat::Upload, u64), Refused> {
    let begun = web.app.clock.monotonic();
    let (mut came, mut chunk) = (0, Vec::with_capacity(CHUNK));
    loop {
        let patience = patience(begun, web.app.clock.monotonic(), came);
        let refused = |problem| Refused { problem, came };
        let frame = tokio::time::timeout(patience, body.frame()).await.map_err(|_| refused(too_slow()))?;
        let Some(frame) = frame else { break };
        let frame = frame.map_err(|_| refused(Problem::bad("the file broke off")))?;
        let Ok(bytes) = frame.into_data() else { continue };
        came += bytes.len() as u64;
        if came > limit {
            return Err(Refused { problem: too_large(limit), came });
        }
        if came > left {
            return Err(Refused { problem: too_much(), came });
        }
        chunk.extend_from_slice(&bytes);
        if chunk.len() >= CHUNK {
            (upload, chunk) = write(upload, chunk).await.map_err(|problem| Refused { problem, came })?;
        }
    }
    if !chunk.is_empty() {
        (upload, _) = write(upload, chunk).await.map_err(|problem| Refused { problem, came })?;
    }
    Ok((upload, came))
}

/// How long the next bytes may take.
fn patience(begun: Instant, now: Instant, came: u64) -> Duration {
    let due = begun + GRACE + Duration::from_millis(came.saturating_mul(1_000) / SLOWEST);
    due.saturating_duration_since(now).min(IDLE)
}

async fn write(mut upload: chat::Upload, mut chunk: Vec<u8>) -> Result<(chat::Upload, Vec<u8>), Problem> {
    let writing = tokio::task::spawn_blocking(move || {
        let written = upload.write(&chunk);
        chunk.clear();
        (upload, chunk, written)
    });
    let (upload, chunk, written) = writing.await.map_err(|_| Problem::unavailable())?;
    match written {
        Ok(()) => Ok((upload, chunk)),
        Err(error) if is_full(&error) => Err(no_room()),
        Err(error) => {
            tracing::error!(%error, "a file cannot be written");
            Err(Problem::unavailable())
        }
    }
}

fn too_large(limit: u64) -> Problem {
    let detail = format!("a file has at most {limit} bytes here");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "TooLarge", detail).limit(limit)
}

fn too_much() -> Problem {
    let detail = "100 MiB a day are enough; try again tomorrow";
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "RateLimited", detail).after(24 * 60 * 60)
}

fn too_many(seconds: u64) -> Problem {
    let detail = format!("too many files in a short time; try again in {seconds} s");
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "RateLimited", detail).after(seconds)
}

fn too_slow() -> Problem {
    let detail = "a file comes with at least 8 KiB a second";
    Problem::new(StatusCode::REQUEST_TIMEOUT, "TooSlow", detail)
}

fn full() -> Problem {
    let detail = "the files of this site have no more room: its owner can give it more";
    Problem::new(StatusCode::INSUFFICIENT_STORAGE, "Full", detail)
}

fn no_room() -> Problem {
    Problem::new(StatusCode::INSUFFICIENT_STORAGE, "NoRoom", "the relay's disk is full")
}

#[cfg(test)]
mod tests {
    use super::{GRACE, IDLE, SLOWEST, patience};
    use crate::clock::Clock;
    use std::time::Duration;

    #[test]
    fn slow_is_what_is_slow_over_all_of_it() {
        let begun = Clock.monotonic();
        assert_eq!(patience(begun, begun, 0), GRACE);
        let later = begun + Duration::from_secs(30);
        assert_eq!(patience(begun, later, 30), Duration::ZERO, "a byte a second");
        assert_eq!(patience(begun, later, 30 * SLOWEST), GRACE);
        assert_eq!(patience(begun, later, 3_000 * SLOWEST), IDLE, "who was fast may pause, but not for long");
    }
}
