//! The authorisation table against the router itself, in process: each audience asks each route and must get the
//! answer that `authz.toml` names. Websockets need a connection and are asked by the system tests.
mod live;
mod mutations;

use super::{Push, Shop, Web, document, front::Peer, pages, routes};
use crate::{
    access::password::Turns,
    app::App,
    chat::{Identity, secret_hash, sender},
    clock::Clock,
    config::Config,
    keys::Root,
    orders::{Desk, Order, Outcome},
    store::{Sequence, sqlite::Sqlite},
};
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use http_body_util::BodyExt;
use merhaba_shared::protocol::{
    ids::{ClientId, Epoch, VisitorId},
    visitor::Send,
};
use serde_json::Value;
use std::{net::SocketAddr, sync::Arc};
use tower::ServiceExt;

const HOST: &str = "127.0.0.1:8787";
const VISITOR: &str = "a-visitors-token";
const PASSWORD: &str = "uzun bir parola";

struct Relay {
    router: Router,
    app: Arc<App>,
    site: String,
    other: String,
    _dir: tempfile::TempDir,
}

async fn relay() -> Relay {
    let dir = tempfile::tempdir().expect("a folder");
    let fatal = Box::new(|error: &str| panic!("{error}"));
    let store = Sqlite::open(dir.path(), &Epoch("e".into()), fatal).expect("a store");
    let app = Arc::new(App::new(Arc::new(store), Clock, false, dir.path()));
    let config = Config { rate_limits: false, ..Config::local(dir.path().to_owned()) };
    let shop = Shop { relay: format!("http://{HOST}"), site: "demo".into() };
    let listener: SocketAddr = HOST.parse().expect("an address");
    let push = Push::open(&app, &config).await.expect("a key");
    let root = Root::passing(Clock);
    let web = Web::new(app.clone(), &config, listener, Turns::default(), Some(shop), &root, push);
    let router = routes::router(Arc::new(web));
    let (site, other) = (add_site(&app).await, add_site(&app).await);
    for (role, place) in [("agent", &site), ("admin", &site), ("owner", &site), ("stranger", &other)] {
        add_agent(&app, role, place).await;
    }
    add_visitor(&app, &site).await;
    Relay { router, app, site, other, _dir: dir }
}

/// A visitor who has written once.
async fn add_visitor(app: &Arc<App>, site: &str) {
    let identity = Identity {
        visitor: VisitorId(app.clock.id()),
        hash: secret_hash(VISITOR),
        token: None,
        replaced: false,
    };
    let send = Send {
        client_id: ClientId(app.clock.random()),
        conversation: None,
        new: false,
        body: "Merhaba".into(),
        attachments: Vec::new(),
        about: None,
    };
    let from = sender(site.into(), &identity, "tr", None);
    app.chat.send(&from, send, None, Sequence::default()).await.expect("stored");
}

async fn order(app: &App, order: Order) -> Outcome {
    let desk = Desk { store: app.store.as_ref(), clock: Clock, turns: &Turns::default(), relay: "http://x" };
    desk.carry_out(order).await.expect("carried out")
}

async fn add_site(app: &App) -> String {
    match order(app, Order::SiteAdd { name: "Site".into(), origins: Vec::new() }).await {
        Outcome::Site { site, .. } => site,
        other => panic!("{other:?}"),
    }
}

async fn add_agent(app: &App, name: &str, site: &str) {
    let role = if name == "stranger" { "owner" } else { name };
    let email = format!("{name}@example.com");
    let (site, name, role, password) = (site.into(), name.into(), role.into(), PASSWORD.into());
    order(app, Order::AgentAdd { site, email, name, role, password }).await;
}

impl Relay {
    async fn ask(&self, request: axum::http::request::Builder, body: &str) -> (StatusCode, Vec<u8>) {
        let mut request =
            request.header(header::HOST, HOST).body(Body::from(body.to_owned())).expect("a request");
        request.extensions_mut().insert(Peer(HOST.parse().expect("an address")));
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let status = response.status();
        (status, response.into_body().collect().await.expect("a body").to_bytes().to_vec())
    }

    async fn token(&self, audience: &str) -> Option<String> {
        match audience {
            "anyone" => None,
            "visitor" => Some(VISITOR.into()),
            agent => {
                let body = format!("{{\"email\":\"{agent}@example.com\",\"password\":\"{PASSWORD}\"}}");
                let request =
                    Request::post("/api/v1/sessions").header(header::CONTENT_TYPE, "application/json");
                let (status, body) = self.ask(request, &body).await;
                assert_eq!(status, StatusCode::CREATED, "{agent}");
                let answer: Value = serde_json::from_slice(&body).expect("JSON");
                answer["token"].as_str().map(str::to_owned)
            }
        }
    }

    /// A body that the route would take.
    fn body(method: &str, path: &str) -> (&'static str, String) {
        match (method, path) {
            ("POST", "/api/v1/sessions") => (
                "application/json",
                format!("{{\"email\":\"agent@example.com\",\"password\":\"{PASSWORD}\"}}"),
            ),
            ("PATCH", path) if path.contains("/messages/") => {
                ("application/json", format!("{{\"client_id\":\"{}\",\"body\":\"a\"}}", "1".repeat(32)))
            }
            ("PATCH", _) => ("application/json", "{\"color\":\"#0b7a75\"}".into()),
            ("POST", path) if path.ends_with("/rating") => {
                ("application/json", "{\"closing\":1,\"csat\":100}".into())
            }
            ("POST", path) if path.ends_with("/answers") => (
                "application/json",
                format!(
                    "{{\"client_id\":\"{}\",\"of\":1,\"values\":{{}},\"locale\":\"tr\"}}",
                    "1".repeat(32)
                ),
            ),
            ("POST", path) if path.ends_with("/messages") => {
                ("application/json", format!("{{\"client_id\":\"{}\",\"body\":\"a\"}}", "1".repeat(32)))
            }
            ("PUT", path) if path.ends_with("/drafts") => {
                ("application/json", "{\"note\":false,\"version\":0,\"body\":\"a\"}".into())
            }
            // A name stands once on a site.
            ("PUT", "/api/v1/push") => (
                "application/json",
                format!(
                    "{{\"endpoint\":\"https://push.example/{}\",\"keys\":{{\"p256dh\":\"BA{}\",\"auth\":\"{}\"}}}}",
                    Clock.id(),
                    "A".repeat(85),
                    "A".repeat(22)
                ),
            ),
            ("POST" | "PUT", path) if path.contains("/replies") => {
                ("application/json", format!("{{\"name\":\"{}\",\"body\":\"a\"}}", Clock.id()))
            }
            ("POST", path) if routes::streams(path) => ("application/octet-stream", "bytes".into()),
            ("POST", path) if path.ends_with("/files/links") => ("application/json", "{\"ids\":[]}".into()),
            ("POST", "/preview/{key}") => ("application/x-www-form-urlencoded", "settings=%7B%7D".into()),
            ("POST", "/c/{key}") => ("application/x-www-form-urlencoded", "body=Merhaba".into()),
            _ => ("application/json", String::new()),
        }
    }

    async fn row(&self, row: &toml::Value, audience: &str) -> StatusCode {
        let (method, path) = (row["method"].as_str().expect("a word"), row["path"].as_str().expect("a word"));
        let asset = pages::FILES.iter().map(|file| file.url).find(|url| url.starts_with("/assets/"));
        let address = match path {
            "/assets/{name}" => asset.unwrap_or(path).to_owned(),
            "/embed/{version}" => format!("/embed/{}.js", pages::EMBED_BUILD),
            path => path
                .replace("{key}", &self.site)
                .replace("{*rest}", "site")
                .replace("{id}", "none")
                .replace("{seq}", "1"),
        };
        let (media_type, body) = Self::body(method, path);
        let mut request =
            Request::builder().method(method).uri(address).header(header::CONTENT_TYPE, media_type);
        if path.starts_with("/api/v1/visitor/") {
            request = request.header("merhaba-site", &self.site);
        }
        if path.starts_with("/link/") || path.starts_with("/api/v1/visitor/") {
            request = request.header(header::ORIGIN, format!("http://{HOST}"));
        }
        if let Some(token) = self.token(audience).await {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.ask(request, &body).await.0
    }
}

/// Without built pages these have nothing to show.
fn needs_pages(path: &str) -> bool {
    let widget = ["/w/", "/c/", "/assets/", "/preview/"].iter().any(|start| path.starts_with(start));
    (widget && !document::built()) || (path.starts_with("/agent/") && pages::AGENT_JS.is_empty())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_audience_gets_what_the_table_says() {
    let relay = relay().await;
    let authz: toml::Table = include_str!("../../authz.toml").parse().expect("TOML");
    for row in authz["route"].as_array().expect("rows") {
        let path = row["path"].as_str().expect("a word");
        if path.starts_with("/ws/") || needs_pages(path) {
            continue;
        }
        for audience in ["anyone", "visitor", "agent", "admin", "owner", "stranger"] {
            let status = i64::from(relay.row(row, audience).await.as_u16());
            assert_eq!(Some(status), row[audience].as_integer(), "{audience}: {row}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_site_and_none_give_the_same_answer() {
    let relay = relay().await;
    let token = relay.token("owner").await.expect("a token");
    let mut answers = Vec::new();
    for key in [relay.other.as_str(), "0000000000000000000000"] {
        let request = Request::get(format!("/api/v1/sites/{key}"));
        answers.push(relay.ask(request.header(header::AUTHORIZATION, format!("Bearer {token}")), "").await);
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_sign_in_ends_the_old_cookie() {
    let relay = relay().await;
    let body = format!("{{\"email\":\"owner@example.com\",\"password\":\"{PASSWORD}\"}}");
    let mut cookie = String::new();
    for _ in 0..2 {
        let mut request = Request::post("/api/v1/sessions")
            .header(header::HOST, HOST)
            .header(header::ORIGIN, format!("http://{HOST}"))
            .header(header::CONTENT_TYPE, "application/json");
        if !cookie.is_empty() {
            request = request.header(header::COOKIE, &cookie);
        }
        let request = request.body(Body::from(body.clone())).expect("a request");
        let response = relay.router.clone().oneshot(request).await.expect("an answer");
        let set = response.headers()[header::SET_COOKIE].to_str().expect("ascii").to_owned();
        let old = std::mem::replace(&mut cookie, set.split(';').next().expect("a pair").to_owned());
        let text = response.into_body().collect().await.expect("a body").to_bytes();
        assert!(!String::from_utf8_lossy(&text).contains("token"), "a browser gets no token");
        if !old.is_empty() {
            let request = Request::get("/api/v1/sessions").header(header::COOKIE, old);
            assert_eq!(relay.ask(request, "").await.0, StatusCode::UNAUTHORIZED);
        }
    }
    let request = Request::get("/api/v1/sessions").header(header::COOKIE, cookie);
    assert_eq!(relay.ask(request, "").await.0, StatusCode::OK);
    relay.app.shutdown.begin();
}
