//! `/healthz` and `/readyz`: alive, and able to write. Cheap, for any `Host`, and silent about everything else.
use super::{Web, problem::Problem};
use crate::store::StoreError;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// An answer holds for this long, unless a write fails meanwhile: probing writes.
const HOLDS: Duration = Duration::from_secs(1);

/// What a probe said.
type Probed = Result<(), StoreError>;

/// What the last probe said, and when.
#[derive(Debug, Default)]
pub struct Ready(Mutex<Option<(Instant, Probed)>>);

impl Ready {
    /// What the last probe said, if it still holds.
    fn last(&self, now: Instant, failing: bool) -> Option<Probed> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let holds =
            |(at, said): &(Instant, Probed)| now.duration_since(*at) < HOLDS && !(said.is_ok() && failing);
        last.filter(holds).map(|(_, said)| said)
    }

    /// Keeps what a probe said; tells the operator when that is news.
    fn keep(&self, now: Instant, said: &Probed) {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner).replace((now, said.clone()));
        let was_ready = last.is_none_or(|(_, said)| said.is_ok());
        match said {
            Err(error) if was_ready => tracing::error!(%error, "not ready"),
            Ok(()) if !was_ready => tracing::info!("ready again"),
            _ => {}
        }
    }
}

/// Alive.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// Ready: the next write will work, as far as can be known.
pub async fn ready(State(web): State<Arc<Web>>) -> Response {
    let (now, store) = (web.app.clock.monotonic(), &web.app.store);
    let said = if let Some(said) = web.ready.last(now, store.is_failing()) {
        said
    } else {
        let said = store.probe().await;
        web.ready.keep(now, &said);
        said
    };
    match said {
        Ok(()) => "ready\n".into_response(),
        Err(StoreError::NoRoom(_)) => {
            let (status, detail) = (StatusCode::SERVICE_UNAVAILABLE, "there is too little room on the disk");
            Problem::new(status, "Unavailable", detail).after(1).into_response()
        }
        Err(_) => Problem::unavailable().into_response(),
    }
}
