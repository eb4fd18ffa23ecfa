//! The demo's shop: a customer's page with the snippet as a customer pastes it. There only in `merhaba demo`, and on
//! another name than the relay, so that the frame in it really is a stranger's.
use super::{
    Web, headers,
    problem::Problem,
    template::{Values, fill},
    texts,
    widget_page::Asked,
};
use axum::{
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use std::sync::Arc;

const PAGE: &str = include_str!("../../../examples/shop/index.html");
const STYLE: &str = include_str!("../../../examples/shop/style.css");

/// What the shop's page names.
#[derive(Clone, Debug)]
pub struct Shop {
    /// The relay's origin.
    pub relay: String,
    /// The site's key.
    pub site: String,
}

/// `/demo`
pub async fn page(State(web): State<Arc<Web>>, Query(asked): Query<Asked>, request: HeaderMap) -> Response {
    let Some(shop) = &web.shop else { return Problem::not_found().into_response() };
    let mut values = Values::default();
    let language = texts::widget().choose(asked.lang.as_deref(), &request);
    values.set("relay", shop.relay.as_str()).set("site", shop.site.as_str()).set("lang", language);
    answer("text/html; charset=utf-8", fill(PAGE, &values))
}

/// `/demo/style.css`
pub async fn style(State(web): State<Arc<Web>>) -> Response {
    if web.shop.is_none() {
        return Problem::not_found().into_response();
    }
    answer("text/css; charset=utf-8", STYLE.to_owned())
}

fn answer(media_type: &'static str, body: String) -> Response {
    let mut response = body.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers::shop(response.headers_mut());
    response
}
