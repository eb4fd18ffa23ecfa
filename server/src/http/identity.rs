//! Who is signed in: by cookie for browsers, by bearer token for programs. A secret is hashed at once and compared
//! as a hash; it is never logged, and never taken from an address.
use super::{Web, cookies, front::Caller, problem::Problem};
use crate::{
    chat::secret_hash,
    store::{SecretHash, SignIn},
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, header::AUTHORIZATION},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// A sign-in that counts.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Whose, since when.
    pub sign_in: SignIn,
    /// Hash of its secret.
    pub secret: SecretHash,
}

/// How a request shows who sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A browser's cookie.
    Cookie(String),
    /// A program's token.
    Bearer(String),
}

impl Credential {
    /// The credential that a request shows; a token is stronger than a cookie.
    pub fn of(headers: &HeaderMap, caller: &Caller) -> Option<Self> {
        let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
        });
        let cookie = || cookies::get(headers, &caller.own, cookies::SIGN_IN).map(Self::Cookie);
        bearer.map(Self::Bearer).or_else(cookie)
    }

    /// The hash of its secret.
    pub fn hash(&self) -> SecretHash {
        let (Self::Cookie(secret) | Self::Bearer(secret)) = self;
        secret_hash(secret)
    }
}

/// The sign-in that a request belongs to.
pub async fn signed_in(web: &Web, credential: &Credential) -> Result<SignedIn, Problem> {
    let secret = credential.hash();
    let sign_in = web.app.chat.signed_in(secret).await?.ok_or_else(Problem::signed_out)?;
    Ok(SignedIn { sign_in, secret })
}

/// In front of the routes that need a sign-in: hands it to them, or answers 401.
pub async fn require(State(web): State<Arc<Web>>, mut request: Request, next: Next) -> Response {
    let caller = request.extensions().get::<Caller>().cloned();
    let credential = caller.and_then(|caller| Credential::of(request.headers(), &caller));
    let Some(credential) = credential else { return Problem::signed_out().into_response() };
    match signed_in(&web, &credential).await {
        Ok(signed_in) => {
            request.extensions_mut().insert(signed_in);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}
