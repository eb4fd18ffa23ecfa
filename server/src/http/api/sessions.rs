//! `/api/v1/sessions`: an agent signs in, asks who they are, signs out. A browser gets a cookie and no token, a
//! program a token and no cookie; only the secret's hash is kept. Unknown and known accounts cost the same.
use crate::{
    access::password::{self, NOBODY, Verdict},
    chat::secret_hash,
    http::{
        Web,
        body::Json,
        cookies, csrf,
        front::Caller,
        identity::{Credential, SignedIn},
        problem::{Problem, json},
    },
    store::Agent,
};
use axum::{
    extract::{Extension, State},
    http::{HeaderMap, StatusCode, header::SET_COOKIE},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use std::{net::IpAddr, sync::Arc};

/// What signing in takes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    email: String,
    password: String,
}

/// Who is signed in.
#[derive(Serialize)]
struct Me<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    agent: Card<'a>,
    sites: Vec<Place<'a>>,
}

#[derive(Serialize)]
struct Card<'a> {
    id: &'a str,
    name: &'a str,
    email: &'a str,
}

/// A site and the role there.
#[derive(Serialize)]
pub struct Place<'a> {
    site: &'a str,
    name: &'a str,
    role: &'static str,
}

/// An agent's sites.
pub fn places(agent: &Agent) -> Vec<Place<'_>> {
    let members = agent.memberships.iter();
    members
        .map(|member| Place {
            site: member.site.as_str(),
            name: &member.site_name,
            role: member.role.as_str(),
        })
        .collect()
}

fn me<'a>(agent: &'a Agent, token: Option<&'a str>) -> Me<'a> {
    let card = Card { id: agent.id.as_str(), name: &agent.name, email: &agent.email };
    Me { token, agent: card, sites: places(agent) }
}

/// Signs in.
pub async fn sign_in(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Json(credentials): Json<Credentials>,
) -> Result<Response, Problem> {
    let agent = verify(&web, credentials, caller.address).await?;
    if let Some(old) = cookies::get(&headers, &caller.own, cookies::SIGN_IN) {
        web.app.chat.sign_out(secret_hash(&old)).await?;
    }
    let secret = web.app.clock.secret();
    web.app.chat.sign_in(agent.id.clone(), secret_hash(&secret)).await?;
    tracing::info!(agent = %agent.id, "signed in");
    if !csrf::from_browser(&headers) {
        return Ok(json(StatusCode::CREATED, &me(&agent, Some(&secret))));
    }
    let mut response = json(StatusCode::CREATED, &me(&agent, None));
    response.headers_mut().insert(SET_COOKIE, cookies::set(&caller.own, cookies::SIGN_IN, &secret, None));
    Ok(response)
}

/// The agent with this e-mail and password; the same work and the same answer where there is none.
async fn verify(web: &Web, credentials: Credentials, address: IpAddr) -> Result<Agent, Problem> {
    let Credentials { email, password } = credentials;
    let this = web.tries.begin(&email, address).map_err(Problem::too_fast)?;
    let found = web
        .app
        .store
        .agent_by_email(email.trim().to_owned())
        .await
        .inspect_err(|_| web.tries.forgive(&this, false))?;
    let hash = found.as_ref().map_or_else(|| NOBODY.to_owned(), |agent| agent.password_hash.clone());
    let clock = web.app.clock;
    let work = move || {
        let fits = password.len() <= password::LONGEST;
        let verdict = password::compare(if fits { &password } else { "" }, &hash, clock);
        if fits { verdict } else { Verdict::Wrong }
    };
    let Ok(verdict) = web.turns.run(work).await else {
        web.tries.forgive(&this, false);
        return Err(Problem::unavailable());
    };
    let (Some(agent), false) = (found, verdict == Verdict::Wrong) else {
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "WrongPassword", "e-mail or password is wrong"));
    };
    web.tries.forgive(&this, true);
    if let Verdict::Renew(hash) = verdict {
        web.app.chat.renew_password(agent.id.clone(), hash).await?;
    }
    Ok(agent)
}

/// Says who is signed in.
pub async fn show(Extension(signed_in): Extension<SignedIn>) -> Response {
    json(StatusCode::OK, &me(&signed_in.sign_in.agent, None))
}

/// Signs out: the secret is worth nothing from now on, and its sockets close.
pub async fn sign_out(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    Extension(signed_in): Extension<SignedIn>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    web.app.chat.sign_out(signed_in.secret).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(Credential::Cookie(_)) = Credential::of(&headers, &caller) {
        response.headers_mut().insert(SET_COOKIE, cookies::set(&caller.own, cookies::SIGN_IN, "", Some(0)));
    }
    Ok(response)
}
