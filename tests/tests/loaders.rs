//! A loader that a website has pinned goes on being served after updates: the relay keeps every one that it has served.
use merhaba_tests::{
    cli,
    http::{self, Answer},
    older::{Older, integrity},
    relay::{Relay, Site},
    wire::sign_in,
};
use rusqlite::Connection;
use std::path::Path;

/// Header fields that are the same for a loader of any version.
const SAME: [&str; 7] = [
    "content-type",
    "cache-control",
    "access-control-allow-origin",
    "cross-origin-resource-policy",
    "x-content-type-options",
    "referrer-policy",
    "vary",
];

async fn get(relay: &Relay, path: &str) -> Answer {
    http::get(relay.authority(), path).await
}

/// The address of the loader in the line that the owner's page shows, with its hash.
async fn pinned(relay: &Relay, site: &Site) -> (String, String) {
    let agent = relay.add_agent(site, "defne@example.com", "owner").await;
    let bearer = format!("Bearer {}", sign_in(relay, &agent).await);
    let path = format!("/api/v1/sites/{}", site.key);
    let told = http::send(relay.authority(), "GET", &path, &[("Authorization", &bearer)], b"").await.json();
    let line = told["snippet_pinned"].as_str().expect("a line").to_owned();
    let value = |name: &str| {
        let (_, rest) = line.split_once(&format!("{name}=\"")).expect("an attribute");
        rest.split('"').next().expect("a value").to_owned()
    };
    (value("src").replace(relay.url(), ""), value("integrity"))
}

/// Makes a store look as if another version had served what this one has.
fn was_served_by_another(data: &Path) -> String {
    let db = Connection::open(data.join("merhaba.db")).expect("the store");
    let sql = "UPDATE loaders SET build = '0.0.8-' || substr(build, -8), version = '0.0.8',
               half_name = 'embed-api-older.js', half = half || '//older', script = script || '//older' RETURNING build";
    db.query_row(sql, [], |row| row.get(0)).expect("one loader")
}

fn same_headers(one: &Answer, other: &Answer) {
    for name in SAME {
        assert_eq!(one.header(name), other.header(name), "{name}");
        assert!(one.header(name).is_some(), "{name}");
    }
    assert_eq!((one.header("set-cookie"), other.header("set-cookie")), (None, None));
    assert_ne!(one.header("etag"), other.header("etag"));
}

#[tokio::test]
async fn a_relay_keeps_what_it_has_served_for_the_versions_after_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let relay = Relay::serve(&data, &[]).await;
    let site = relay.add_site("Çay", &["https://shop.example"]).await;
    let (path, hash) = pinned(&relay, &site).await;
    let present = get(&relay, &path).await;
    assert_eq!(integrity(&present.text()), hash);
    assert_eq!(get(&relay, &format!("/embed/{}.js", env!("CARGO_PKG_VERSION"))).await.body, present.body);

    let older = was_served_by_another(&data);
    let relay = relay.again().await;
    for name in [older.as_str(), "0.0.8"] {
        let answer = get(&relay, &format!("/embed/{name}.js")).await;
        assert_eq!(answer.text(), format!("{}//older", present.text()), "{name}");
        same_headers(&answer, &present);
    }
    let half = get(&relay, "/embed-api-older.js").await;
    assert!(half.text().ends_with("//older"));
    same_headers(&half, &present);
    // This version is beside it again.
    assert_eq!(get(&relay, &path).await.body, present.body);
    let rows = Connection::open(data.join("merhaba.db")).expect("the store");
    assert_eq!(rows.query_row("SELECT count(*) FROM loaders", [], |row| row.get::<_, i64>(0)), Ok(2));
}

#[tokio::test]
async fn an_older_loader_comes_back_with_a_backup_and_an_unknown_one_is_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let [data, other, backup] = ["data", "other", "backup"].map(|name| folder.path().join(name));
    let (relay, older) = (Relay::serve(&data, &[]).await, Older::read());
    older.keep(&data);
    let [from, to, place] = [&data, &backup, &other].map(|path| path.display().to_string());
    let done = cli::run(["backup", "--data", &from, "--to", &to, "--json"]).await.json();
    assert!(done["backup"].is_string(), "{done}");
    relay.stop().await;
    let done = cli::run(["restore", "--data", &place, "--from", &to, "--json"]).await.json();
    assert!(done["restored"].is_string(), "{done}");

    let relay = Relay::serve(&other, &[]).await;
    let compressed = [("Accept-Encoding", "br")];
    for (path, text) in [(&older.path, &older.script), (&older.half_path, &older.half)] {
        assert_eq!(&get(&relay, path).await.text(), text);
        let small = http::send(relay.authority(), "GET", path, &compressed, b"").await;
        assert_eq!(small.header("content-encoding"), Some("br"));
        assert!(small.body.len() * 2 < text.len());
        let tag = small.header("etag").expect("a tag").to_owned();
        let again = [("Accept-Encoding", "br"), ("If-None-Match", &*tag)];
        assert_eq!(http::send(relay.authority(), "GET", path, &again, b"").await.status, 304);
    }
    let long = format!("/embed/{}.js", "1".repeat(65));
    for path in [
        "/embed/9.9.9.js",
        "/embed/0.0.9",
        "/embed/.js",
        "/embed/0.0.9-00000000.js",
        "/embed-api-none.js",
        &long,
    ] {
        let answer = get(&relay, path).await;
        assert_eq!((answer.status, answer.header("cache-control")), (404, Some("no-store")), "{path}");
    }
}
