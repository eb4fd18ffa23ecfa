//! Files of messages, from outside: what they become, how large, how fast and how many they may be, who gets at them,
//! and that a message with a file is one like any other.
mod access;
mod backup;
mod kinds;
mod messages;
mod sizes;

use merhaba_tests::{
    relay::{Relay, Site},
    wire::Wire,
};
use serde_json::json;
use tempfile::TempDir;

/// A relay with a site. Limits for speed are on.
async fn serve(extra: &[&str]) -> (TempDir, Relay, Site) {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::serve(&folder.path().join("data"), extra).await;
    let site = relay.add_site("Çay", &["https://shop.example"]).await;
    (folder, relay, site)
}

/// A visitor who has not written yet: their socket and their token.
async fn visitor(relay: &Relay, site: &Site) -> (Wire, String) {
    let (wire, welcome) = Wire::greeted(relay, site, None, json!([])).await;
    (wire, welcome["token"].as_str().expect("a token").to_owned())
}

/// A message with files.
fn send(id: &str, body: &str, files: &[&str]) -> serde_json::Value {
    json!({ "Send": { "client_id": id, "conversation": null, "new": false, "body": body, "attachments": files } })
}
