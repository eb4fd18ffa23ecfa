//! Links to files, for who may read the messages that they belong to, and for who uploaded them. What is foreign, what is
//! gone and what never was is left out alike.
use super::signed::{Bearer, GOOD_MS, Link, Signer};
use crate::{
    chat::secret_hash,
    http::{
        Web,
        api::visitor::shown,
        body::Json,
        front::Caller,
        identity::SignedIn,
        problem::{Problem, json},
    },
    store::{Holder, StoredFile},
};
use axum::{
    extract::{Extension, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use merhaba_shared::protocol::{
    ids::{AttachmentId, Millis},
    limits::LINKS,
    model::Attachment,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Which files.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    ids: Vec<AttachmentId>,
}

#[derive(Serialize)]
struct Links {
    /// Until when they are good.
    until: Millis,
    links: Vec<Linked>,
}

/// A file, and where it can be had for the next minutes.
#[derive(Serialize)]
struct Linked {
    #[serde(flatten)]
    file: Attachment,
    url: String,
    preview: Option<String>,
}

/// For a visitor.
pub async fn for_visitor(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Json(asked): Json<Asked>,
) -> Result<Response, Problem> {
    let (site, token) = shown(&headers, &caller)?;
    let token = secret_hash(&token.0);
    links(&web, Holder::Visitor { site: site.clone(), token }, Bearer::Visitor(site, token), asked).await
}

/// For an agent.
pub async fn for_agent(
    State(web): State<Arc<Web>>,
    Extension(signed_in): Extension<SignedIn>,
    Json(asked): Json<Asked>,
) -> Result<Response, Problem> {
    let agent = signed_in.sign_in.agent.id;
    links(&web, Holder::Agent(agent), Bearer::SignIn(signed_in.secret), asked).await
}

async fn links(web: &Web, who: Holder, by: Bearer, Asked { ids }: Asked) -> Result<Response, Problem> {
    if ids.len() > LINKS {
        return Err(Problem::bad(format!("at most {LINKS} files at once")));
    }
    let until = web.app.clock.now() + GOOD_MS;
    let found = web.app.store.files(who, ids).await?;
    let links = found.into_iter().map(|file| linked(&web.signer, file, &by, until)).collect();
    Ok(json(StatusCode::OK, &Links { until, links }))
}

fn linked(signer: &Signer, file: StoredFile, by: &Bearer, until: Millis) -> Linked {
    let path =
        |preview| signer.path(&Link { id: file.attachment.id.clone(), preview, until, by: by.clone() });
    // A small picture is its own preview.
    let preview = file.attachment.picture.map(|_| path(file.preview.is_some()));
    let url = path(false);
    Linked { file: file.attachment, url, preview }
}
