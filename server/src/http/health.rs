//! `/healthz` and `/readyz`: alive, and able to write. Cheap, for any `Host`, and silent about everything else.
use super::{Web, problem::Problem};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// An answer holds for this long: probing writes.
const HOLDS: Duration = Duration::from_secs(1);

/// What the last probe said, and when.
#[derive(Debug, Default)]
pub struct Ready(Mutex<Option<(Instant, bool)>>);

/// Alive.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// Ready: the store can be written.
pub async fn ready(State(web): State<Arc<Web>>) -> Response {
    let now = web.app.clock.monotonic();
    let last = *web.ready.0.lock().unwrap_or_else(PoisonError::into_inner);
    let writable = match last {
        Some((at, writable)) if now.duration_since(at) < HOLDS => writable,
        _ => {
            let writable = web.app.store.probe().await.is_ok();
            *web.ready.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, writable));
            writable
        }
    };
    if writable { "ready\n".into_response() } else { Problem::unavailable().into_response() }
}
