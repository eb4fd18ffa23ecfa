//! A file on its way down, by a signed link: a picture that the relay has drawn itself is shown, anything else is only
//! ever saved. The holder must still be who they were, and still may.
use super::signed::Bearer;
use crate::{
    files::Form,
    http::{Web, headers, problem::Problem},
    store::{Holder, StoredFile},
};
use axum::{
    body::Body,
    extract::{Path, RawQuery, State},
    http::{HeaderValue, header::CONTENT_LENGTH},
    response::{IntoResponse, Response},
};
use std::sync::Arc;
use tokio_util::io::ReaderStream;

/// Bytes read at a time.
const CHUNK: usize = 64 * 1024;

/// The file that a link names.
pub async fn file(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let link = web.signer.read(&id, query.as_deref().unwrap_or_default()).ok_or_else(Problem::not_found)?;
    if link.until <= web.app.clock.now() {
        return Err(Problem::not_found());
    }
    let holder = match link.by {
        Bearer::Visitor(site, token) => Holder::Visitor { site, token },
        Bearer::SignIn(secret) => {
            let sign_in = web.app.chat.signed_in(secret).await?.ok_or_else(Problem::not_found)?;
            Holder::Agent(sign_in.agent.id)
        }
    };
    let found = web.app.store.files(holder, vec![link.id]).await?;
    let file = found.into_iter().next().ok_or_else(Problem::not_found)?;
    send(&web, file, link.preview).await
}

async fn send(web: &Web, file: StoredFile, preview: bool) -> Result<Response, Problem> {
    let StoredFile { site, attachment, whole, preview: small } = file;
    let (form, media_type, size) = match small.filter(|_| preview) {
        Some(small) => (Form::Preview, small.media_type, small.bytes.size),
        None if preview && attachment.picture.is_none() => return Err(Problem::not_found()),
        None => (Form::Whole, attachment.media_type, whole.size),
    };
    let opened = match web.app.files.path(&site, &attachment.id, form) {
        Ok(path) => tokio::fs::File::open(path).await,
        Err(error) => Err(error),
    };
    let opened = opened.map_err(|error| {
        tracing::error!(file = %attachment.id, %error, "a file that the store knows cannot be read");
        Problem::not_found()
    })?;
    let mut response = Body::from_stream(ReaderStream::with_capacity(opened, CHUNK)).into_response();
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(size));
    let picture = attachment.picture.map(|_| media_type.as_str());
    headers::attachment(response.headers_mut(), picture, &attachment.name);
    Ok(response)
}
