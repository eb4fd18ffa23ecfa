//! `/api/v1/push`: where the browser of a sign-in is reached while its page is closed. The key is public; an endpoint is told to
//! nobody, not even to whom it belongs.
use crate::{
    app::App,
    config::Config,
    http::{
        Web,
        body::Json,
        identity::SignedIn,
        problem::{Problem, json},
    },
    push::{
        courier::Courier,
        endpoint::{Endpoint, LENGTH},
        post::Post,
        vapid::Vapid,
    },
    store::Subscription,
};
use axum::{
    extract::{Extension, State},
    http::StatusCode,
    response::Response,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What alerts to closed pages need.
#[derive(Clone)]
pub struct Push {
    vapid: Arc<Vapid>,
    post: Arc<Post>,
}

impl Push {
    /// With the store's key, which is made if there is none.
    ///
    /// # Errors
    /// A sentence for the operator.
    pub async fn open(app: &App, config: &Config) -> Result<Self, String> {
        let vapid = Vapid::open(app.store.as_ref(), app.clock).await.map_err(|error| error.to_string())?;
        let vapid = Arc::new(vapid.ok_or("the store holds something else")?);
        Ok(Self { vapid, post: Arc::new(Post::new(config.push_test_ca.clone())) })
    }

    /// The task that sends, for a relay with this origin.
    #[must_use]
    pub fn courier(&self, app: &App, relay: String) -> Courier {
        Courier {
            store: app.store.clone(),
            alerts: app.chat.alerts().clone(),
            vapid: self.vapid.clone(),
            post: self.post.clone(),
            relay,
            clock: app.clock,
        }
    }
}

#[derive(Serialize)]
struct Key {
    key: String,
}

/// A browser's subscription, as its own `toJSON` says it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    endpoint: String,
    keys: Keys,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    p256dh: String,
    auth: String,
}

/// The key that browsers subscribe with.
pub async fn show(State(web): State<Arc<Web>>) -> Response {
    json(StatusCode::OK, &Key { key: web.push.vapid.public() })
}

/// Keeps where this sign-in's browser is reached.
pub async fn subscribe(
    State(web): State<Arc<Web>>,
    Extension(signed_in): Extension<SignedIn>,
    Json(Asked { endpoint, keys }): Json<Asked>,
) -> Result<StatusCode, Problem> {
    let bad = || Problem::bad("this is no subscription of a push service on the public internet");
    if endpoint.len() > LENGTH {
        return Err(bad().limit(LENGTH as u64));
    }
    Endpoint::read(&endpoint, web.push.post.is_local()).ok_or_else(bad)?;
    let p256dh = bytes(&keys.p256dh).filter(|key: &[u8; 65]| key[0] == 4).ok_or_else(bad)?;
    let auth = bytes(&keys.auth).ok_or_else(bad)?;
    let subscription = Subscription { endpoint, p256dh, auth };
    let kept = web.app.store.subscribe(signed_in.secret, subscription, web.app.clock.now()).await?;
    if kept { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::signed_out()) }
}

/// Forgets it.
pub async fn unsubscribe(
    State(web): State<Arc<Web>>,
    Extension(signed_in): Extension<SignedIn>,
) -> Result<StatusCode, Problem> {
    web.app.store.unsubscribe(signed_in.secret).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?.try_into().ok()
}
