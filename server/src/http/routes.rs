//! The table of routes: every address, once, with who may use it. The router is built from it, the authorisation
//! table (`authz.toml`) is compared with it, and a route that needs a sign-in gets its guard from it.
use super::{
    Web, agent_page, api,
    attachments::{download, links, upload},
    files, front, health, icon, identity, link, plain_page, preview,
    problem::Problem,
    report, revised, shop, websocket, widget_page, worker,
};
use axum::{
    Router,
    middleware::{from_fn_with_state, map_response},
    response::{IntoResponse, Response},
    routing::{MethodRouter, delete, get, patch, post, put},
};
use std::sync::Arc;

/// Who may use a route. What a role allows on a site is the route's own question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Anybody.
    Anyone,
    /// Whoever is signed in as an agent.
    Agent,
    /// A visitor, by their token, from the page that the relay served.
    Visitor,
    /// Settled by the route before there is a session.
    Socket,
    /// Anybody, in the demo only.
    Demo,
}

/// One address and method.
pub struct Route {
    /// Method.
    pub method: &'static str,
    /// Path, as the router spells it.
    pub path: &'static str,
    /// Who may use it.
    pub who: Who,
    handler: MethodRouter<Arc<Web>>,
}

const fn route(method: &'static str, path: &'static str, who: Who, handler: MethodRouter<Arc<Web>>) -> Route {
    Route { method, path, who, handler }
}

const VISITORS_FILES: &str = "/api/v1/visitor/files";
const AGENTS_FILES: &str = "/api/v1/files";

/// Whether a route takes its body as it comes: it bounds size and time itself.
pub fn streams(path: &str) -> bool {
    [VISITORS_FILES, AGENTS_FILES].contains(&path)
}

/// Every route.
pub fn table() -> Vec<Route> {
    use Who::{Agent, Anyone, Demo, Socket, Visitor};
    use api::visitor::conversations as talks;
    vec![
        route("GET", "/", Anyone, get(agent_page::home)),
        route("GET", "/favicon.ico", Anyone, get(icon::show)),
        route("GET", "/embed.js", Anyone, get(files::file)),
        route("GET", "/embed/{version}", Anyone, get(files::pinned)),
        route("GET", "/assets/{name}", Anyone, get(files::file)),
        route("GET", "/revised/{name}", Anyone, get(revised::show)),
        route("GET", "/w/{key}", Anyone, get(widget_page::frame)),
        route("GET", "/c/{key}", Anyone, get(plain_page::show)),
        route("POST", "/c/{key}", Anyone, post(plain_page::post)),
        route("GET", "/agent", Anyone, get(agent_page::home)),
        route("GET", "/agent/", Anyone, get(agent_page::show)),
        route("GET", "/agent/worker.js", Anyone, get(worker::script)),
        route("GET", "/agent/manifest.webmanifest", Anyone, get(worker::manifest)),
        route("GET", "/agent/icons/{name}", Anyone, get(worker::icon)),
        route("GET", "/agent/{*rest}", Anyone, get(agent_page::show)),
        route("POST", "/preview/{key}", Agent, post(preview::show)),
        route("GET", "/ws/visitor", Socket, get(websocket::visitor)),
        route("GET", "/ws/agent", Socket, get(websocket::agent)),
        route("POST", "/link/visitor", Socket, post(link::open_visitor)),
        route("POST", "/link/visitor/send", Socket, post(link::send_visitor)),
        route("POST", "/link/visitor/receive", Socket, post(link::receive_visitor)),
        route("POST", "/link/agent", Socket, post(link::open_agent)),
        route("POST", "/link/agent/send", Socket, post(link::send_agent)),
        route("POST", "/link/agent/receive", Socket, post(link::receive_agent)),
        route("POST", "/api/v1/sessions", Anyone, post(api::sessions::sign_in)),
        route("GET", "/api/v1/sessions", Agent, get(api::sessions::show)),
        route("DELETE", "/api/v1/sessions", Agent, delete(api::sessions::sign_out)),
        route("GET", "/api/v1/sites", Agent, get(api::sites::list)),
        route("GET", "/api/v1/sites/{key}", Agent, get(api::sites::show)),
        route("PATCH", "/api/v1/sites/{key}", Agent, patch(api::sites::change)),
        route("GET", "/api/v1/sites/{key}/agents", Agent, get(api::agents::list)),
        route("GET", "/api/v1/sites/{key}/replies", Agent, get(api::replies::list)),
        route("POST", "/api/v1/sites/{key}/replies", Agent, post(api::replies::add)),
        route("PUT", "/api/v1/sites/{key}/replies/{id}", Agent, put(api::replies::put)),
        route("DELETE", "/api/v1/sites/{key}/replies/{id}", Agent, delete(api::replies::remove)),
        route("GET", "/api/v1/sites/{key}/tags", Agent, get(api::agents::tags)),
        route("GET", "/api/v1/visitor/conversations", Visitor, get(talks::list)),
        route("GET", "/api/v1/visitor/conversations/{id}/entries", Visitor, get(talks::entries)),
        route("POST", "/api/v1/visitor/conversations/{id}/end", Visitor, post(talks::end)),
        route("POST", "/api/v1/visitor/conversations/{id}/rating", Visitor, post(talks::rate)),
        route(
            "POST",
            "/api/v1/visitor/conversations/{id}/answers",
            Visitor,
            post(api::visitor::answers::send),
        ),
        route("POST", "/api/v1/conversations/{id}/messages", Agent, post(api::messages::send)),
        route("PATCH", "/api/v1/conversations/{id}/messages/{seq}", Agent, patch(api::revisions::edit)),
        route("DELETE", "/api/v1/conversations/{id}/messages/{seq}", Agent, delete(api::revisions::remove)),
        route("GET", "/api/v1/visitor/unread", Visitor, get(api::visitor::unread::show)),
        route("POST", VISITORS_FILES, Visitor, post(upload::by_visitor)),
        route("POST", "/api/v1/visitor/files/links", Visitor, post(links::for_visitor)),
        route("POST", AGENTS_FILES, Agent, post(upload::by_agent)),
        route("POST", "/api/v1/files/links", Agent, post(links::for_agent)),
        route("GET", "/api/v1/drafts", Agent, get(api::drafts::list)),
        route("GET", "/api/v1/conversations/{id}/drafts", Agent, get(api::drafts::show)),
        route("PUT", "/api/v1/conversations/{id}/drafts", Agent, put(api::drafts::save)),
        route("GET", "/api/v1/counts", Agent, get(api::counts::count)),
        route("GET", "/api/v1/search", Agent, get(api::search::find)),
        route("GET", "/api/v1/push", Agent, get(api::push::show)),
        route("PUT", "/api/v1/push", Agent, put(api::push::subscribe)),
        route("DELETE", "/api/v1/push", Agent, delete(api::push::unsubscribe)),
        route("GET", "/f/{id}", Anyone, get(download::file)),
        route("GET", "/api/v1/ws-check", Anyone, get(api::check::check)),
        route("GET", "/api/v1/openapi.json", Anyone, get(api::openapi::show)),
        route("POST", "/csp-report", Anyone, post(report::take)),
        route("GET", "/healthz", Anyone, get(health::alive)),
        route("GET", "/readyz", Anyone, get(health::ready)),
        route("GET", "/demo", Demo, get(shop::page)),
        route("GET", "/demo/style.css", Demo, get(shop::style)),
    ]
}

/// The router: the table, and the door in front of it.
pub fn router(web: Arc<Web>) -> Router {
    let mut router = Router::new();
    for Route { path, who, handler, .. } in table() {
        let handler = match who {
            Who::Agent => handler.layer(from_fn_with_state(web.clone(), identity::require)),
            Who::Anyone | Who::Visitor | Who::Socket | Who::Demo => handler,
        };
        router = router.route(path, handler);
    }
    // The loader's second half has its hash in its name, which the router cannot spell: it is found by its whole path.
    router
        .fallback(files::file)
        .method_not_allowed_fallback(wrong_method)
        .layer(map_response(words))
        .layer(from_fn_with_state(web.clone(), front::front))
        .with_state(web)
}

async fn wrong_method() -> Problem {
    Problem::new(axum::http::StatusCode::METHOD_NOT_ALLOWED, "BadMethod", "this address has no such method")
}

/// Refusals of extractors come as plain text of the framework; they get our form.
async fn words(response: Response) -> Response {
    let status = response.status();
    let plain = response
        .headers()
        .get(axum::http::header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    let ours = response.headers().contains_key(axum::http::header::RETRY_AFTER);
    if status.is_client_error() && plain && !ours {
        Problem::new(status, "BadRequest", "the request cannot be read").into_response()
    } else {
        response
    }
}

#[cfg(test)]
mod tests {
    use super::{Who, table};
    use std::collections::BTreeSet;

    const AUTHZ: &str = include_str!("../../authz.toml");
    const AUDIENCES: [&str; 6] = ["anyone", "visitor", "agent", "admin", "owner", "stranger"];

    fn names() -> BTreeSet<(String, String)> {
        table().iter().map(|route| (route.method.to_owned(), route.path.to_owned())).collect()
    }

    #[test]
    fn every_route_has_a_row_for_every_audience_and_no_row_is_left_over() {
        let authz: toml::Table = AUTHZ.parse().expect("authz.toml is TOML");
        let rows = authz["route"].as_array().expect("rows");
        let mut seen = BTreeSet::new();
        for row in rows {
            let word = |name: &str| row[name].as_str().expect("a word").to_owned();
            assert!(seen.insert((word("method"), word("path"))), "twice: {row:?}");
            for audience in AUDIENCES {
                assert!(row.get(audience).is_some(), "{row:?} says nothing of {audience}");
            }
        }
        assert_eq!(seen, names());
    }

    #[test]
    fn what_needs_a_sign_in_answers_401_without_one() {
        let authz: toml::Table = AUTHZ.parse().expect("authz.toml is TOML");
        for row in authz["route"].as_array().expect("rows") {
            let route = table().into_iter().find(|route| {
                row["path"].as_str() == Some(route.path) && row["method"].as_str() == Some(route.method)
            });
            let guarded = route.is_some_and(|route| matches!(route.who, Who::Agent | Who::Visitor));
            assert_eq!(row["anyone"].as_integer() == Some(401), guarded, "{row:?}");
        }
    }

    #[test]
    fn the_description_names_the_rest_routes_and_no_others() {
        let description: serde_json::Value = serde_json::from_str(super::api::openapi::TEXT).expect("JSON");
        let mut described = BTreeSet::new();
        for (path, methods) in description["paths"].as_object().expect("paths") {
            for method in methods.as_object().expect("methods").keys() {
                described.insert((method.to_uppercase(), path.clone()));
            }
        }
        let rest: BTreeSet<_> = names().into_iter().filter(|(_, path)| path.starts_with("/api/")).collect();
        assert_eq!(described, rest);
    }
}
