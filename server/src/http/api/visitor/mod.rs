//! `/api/v1/visitor/…`: what a visitor's page asks for besides its socket. Who asks shows the visitor's token as a
//! bearer and names the site; it comes from the page that this relay served, like the socket. A token that is unknown
//! and a foreign conversation say nothing of what there is.
pub mod answers;
pub mod conversations;
pub mod unread;

use crate::http::{Web, csrf, front::Caller, identity::Credential, origin::Own, problem::Problem};
use axum::http::{HeaderMap, HeaderName, StatusCode, header::ORIGIN};
use merhaba_shared::protocol::ids::{SiteKey, Token, VisitorId};

/// The site that a visitor's request is about.
const SITE: HeaderName = HeaderName::from_static("merhaba-site");

/// Whether a visitor's request comes from a page of this relay: as at the socket, and a browser leaves `Origin` out of
/// what its own origin only reads.
pub fn from_own_page(headers: &HeaderMap, own: &Own) -> Result<(), Problem> {
    let read = !headers.contains_key(ORIGIN) && csrf::same_site_word(headers);
    if read || csrf::own_origin(headers, own) {
        return Ok(());
    }
    Err(Problem::forbidden(format!("a visitor's request comes from {}, and says so", own.origin())))
}

/// The site and the token that a request shows. Neither is looked up.
pub fn shown(headers: &HeaderMap, caller: &Caller) -> Result<(SiteKey, Token), Problem> {
    from_own_page(headers, &caller.own)?;
    let site = headers.get(SITE).and_then(|site| site.to_str().ok());
    let site = site.ok_or_else(|| Problem::bad(format!("the header {SITE} names the site")))?;
    match Credential::of(headers, caller) {
        Some(Credential::Bearer(token)) => Ok((site.into(), Token(token))),
        _ => Err(stranger()),
    }
}

/// The visitor who asks, within the limit of what one may ask.
pub async fn visitor(web: &Web, caller: &Caller, headers: &HeaderMap) -> Result<VisitorId, Problem> {
    let (site, token) = shown(headers, caller)?;
    let chat = &web.app.chat;
    let identity = chat.identify(&site, Some(&token)).await?;
    let allowed = if identity.is_known() { chat.ask(&identity.visitor) } else { chat.guess(caller.address) };
    allowed.map_err(|wait| Problem::too_fast(wait.seconds()))?;
    if identity.is_known() { Ok(identity.visitor) } else { Err(stranger()) }
}

/// The answer to a token that is unknown.
pub fn stranger() -> Problem {
    let detail = "show the visitor's token: Authorization: Bearer TOKEN; it counts from the first message on";
    Problem::new(StatusCode::UNAUTHORIZED, "UnknownVisitor", detail)
}
