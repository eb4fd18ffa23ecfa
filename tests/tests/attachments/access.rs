//! Who gets at a file: who uploaded it, and who may read its conversation, by a link that dies with them. Everybody else,
//! and whoever guesses, is told that there is nothing.
use crate::{send, serve, visitor};
use merhaba_tests::{
    files::{agent_links, agent_upload, links, upload, uploaded},
    http,
    wire::{Wire, client_id, sign_in},
};
use serde_json::{Value, json};

fn url(link: &Value) -> &str {
    link["url"].as_str().expect("a path")
}

#[tokio::test]
async fn a_file_is_seen_by_the_two_parties_and_nobody_else() {
    let (_folder, relay, site) = serve(&["--no-rate-limits"]).await;
    let other = relay.add_site("Başka", &[]).await;
    let agent = relay.add_agent(&site, "agent@example.com", "agent").await;
    let stranger = relay.add_agent(&other, "stranger@example.com", "owner").await;
    let (agent, stranger) = (sign_in(&relay, &agent).await, sign_in(&relay, &stranger).await);
    let ((mut wire, token), (mut their_wire, theirs)) =
        (visitor(&relay, &site).await, visitor(&relay, &site).await);
    let unsent = uploaded(&relay, &site, &token, "a.txt", b"mine").await;
    let id = unsent.as_str();
    assert_eq!(links(&relay, &site, &token, &[id]).await.len(), 1, "one's own, before it is sent");
    assert_eq!(agent_links(&relay, &agent, &[id]).await, [Value::Null; 0], "nobody else's before that");
    wire.say(send(&client_id(), "", &[id])).await;
    let accepted = wire.hear("Accepted").await;
    their_wire.say(send(&client_id(), "ben de", &[])).await;
    let their_conversation = their_wire.hear("Accepted").await["conversation"].clone();
    let conversation = accepted["conversation"].as_str().expect("an id");
    let mine = links(&relay, &site, &token, &[id, "AAAAAAAAAAAAAAAAAAAAAA"]).await;
    assert_eq!(mine.len(), 1);
    assert_eq!(agent_links(&relay, &agent, &[id]).await.len(), 1);
    // Another visitor, another site, a stranger, nobody: as if it had never been.
    assert_eq!(links(&relay, &site, &theirs, &[id]).await, [Value::Null; 0]);
    assert_eq!(links(&relay, &other, &token, &[id]).await, [Value::Null; 0]);
    assert_eq!(agent_links(&relay, &stranger, &[id]).await, [Value::Null; 0]);
    let answer = agent_upload(&relay, &stranger, conversation, b"x").await;
    let none = agent_upload(&relay, &stranger, "AAAAAAAAAAAAAAAAAAAAAA", b"x").await;
    assert_eq!((answer.status, answer.text()), (404, none.text()));
    // An agent's file is the visitor's as soon as it is sent, and the other visitor's never.
    let answer = agent_upload(&relay, &agent, conversation, b"answer").await;
    let file = answer.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(links(&relay, &site, &token, &[&file]).await, [Value::Null; 0]);
    let mut desk = Wire::agent(&relay, &agent).await;
    desk.say(json!({ "Hello": { "epoch": null, "resume": [] } })).await;
    let reply = |to: &Value| json!({ "Reply": { "client_id": client_id(), "conversation": to, "body": "", "attachments": [file] } });
    desk.say(reply(&json!(conversation))).await;
    desk.hear("Accepted").await;
    assert_eq!(links(&relay, &site, &token, &[&file]).await.len(), 1);
    assert_eq!(links(&relay, &site, &theirs, &[&file]).await, [Value::Null; 0]);
    desk.say(reply(&their_conversation)).await;
    assert_eq!(desk.hear("Refused").await["code"], "NotFound", "it cannot be sent on");
}

#[tokio::test]
async fn a_link_cannot_be_guessed_changed_or_kept() {
    let (_folder, relay, site) = serve(&["--no-rate-limits"]).await;
    let agent = relay.add_agent(&site, "agent@example.com", "agent").await;
    let bearer = sign_in(&relay, &agent).await;
    let (mut wire, token) = visitor(&relay, &site).await;
    let id = uploaded(&relay, &site, &token, "a.txt", b"mine").await;
    wire.say(send(&client_id(), "", &[&id])).await;
    wire.hear("Accepted").await;
    let link = links(&relay, &site, &token, &[&id]).await.remove(0);
    let good = url(&link).to_owned();
    assert_eq!(http::get(relay.authority(), &good).await.body, b"mine");
    let nothing = http::get(relay.authority(), "/f/AAAAAAAAAAAAAAAAAAAAAA").await;
    assert_eq!(nothing.status, 404);
    let exp = good.split("exp=").nth(1).and_then(|rest| rest.split('&').next()).expect("an end");
    let later = exp.parse::<u64>().expect("a time") + 1;
    let (path, query) = good.split_once('?').expect("a query");
    for bad in [
        path.to_owned(),
        good.replace(exp, &later.to_string()),
        good.replace("form=file", "form=preview"),
        format!("{good}x"),
        format!("{good}&x=1"),
        good[..good.len() - 1].to_owned(),
        format!("/f/AAAAAAAAAAAAAAAAAAAAAA?{query}"),
        format!("/f/..%2f{}?{query}", &path[3..]),
        format!("/f/%2e%2e?{query}"),
        format!("/f/{}%00?{query}", &path[3..]),
        "/f/".to_owned(),
        "/f/../merhaba.db".to_owned(),
        "/files/".to_owned(),
        format!("/files/{}", &path[3..]),
    ] {
        let answer = http::get(relay.authority(), &bad).await;
        assert_eq!((answer.status, answer.text()), (404, nothing.text()), "{bad}");
    }
    // An agent's link dies with the sign-in.
    let theirs = agent_links(&relay, &bearer, &[&id]).await.remove(0);
    assert_eq!(http::get(relay.authority(), url(&theirs)).await.status, 200);
    let header = format!("Bearer {bearer}");
    http::send(relay.authority(), "DELETE", "/api/v1/sessions", &[("Authorization", &header)], b"").await;
    let answer = http::get(relay.authority(), url(&theirs)).await;
    assert_eq!((answer.status, answer.text()), (404, nothing.text()));
    assert!(!relay.log().contains(&token), "no secret is logged");
}

#[tokio::test]
async fn who_shows_nothing_or_comes_from_elsewhere_uploads_nothing() {
    let (_folder, relay, site) = serve(&["--no-rate-limits"]).await;
    let (_wire, token) = visitor(&relay, &site).await;
    let bearer = format!("Bearer {token}");
    let octets = "application/octet-stream";
    let ask = async |path: &str, headers: &[(&str, &str)]| {
        http::send(relay.authority(), "POST", path, headers, b"x").await.status
    };
    let (own, key) = (("Origin", relay.url()), ("Merhaba-Site", site.key.as_str()));
    let (secret, kind) = (("Authorization", bearer.as_str()), ("Content-Type", octets));
    let path = "/api/v1/visitor/files";
    assert_eq!(ask(path, &[own, key, kind]).await, 401);
    assert_eq!(ask(path, &[key, secret, kind]).await, 403, "a visitor's request says where it comes from");
    assert_eq!(ask(path, &[("Origin", "https://evil.example"), key, secret, kind]).await, 403);
    assert_eq!(ask(path, &[own, key, secret, ("Content-Type", "text/plain")]).await, 415);
    assert_eq!(ask(path, &[own, key, secret]).await, 415);
    assert_eq!(ask(path, &[own, ("Merhaba-Site", "none"), secret, kind]).await, 404);
    assert_eq!(ask(&format!("{path}?token={token}"), &[own, key, secret, kind]).await, 400);
    assert_eq!(ask(&format!("{path}?size=1"), &[own, key, secret, kind]).await, 400);
    assert_eq!(ask("/api/v1/files?conversation=x", &[secret, kind]).await, 401, "a visitor is no agent");
    let trainee = relay.add_agent(&site, "trainee@example.com", "trainee").await;
    let (mut wire, theirs) = visitor(&relay, &site).await;
    wire.say(send(&client_id(), "Merhaba", &[])).await;
    let conversation = wire.hear("Accepted").await["conversation"].clone();
    let bearer = sign_in(&relay, &trainee).await;
    let answer = agent_upload(&relay, &bearer, conversation.as_str().expect("an id"), b"x").await;
    assert_eq!(answer.status, 403);
    assert_eq!(upload(&relay, &site, &theirs, "a", b"").await.json()["code"], "Empty");
}
