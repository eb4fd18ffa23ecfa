//! Canned replies in a real browser: written down once, found by a slash, put in with what is known of the visitor; and who
//! may change them.
use merhaba_tests::{
    browser::Browser,
    http,
    relay::{Relay, Site},
    screen::{FIELD, sign_in_as},
    stage::Stage,
    wire::sign_in as signed_in,
};
use serde_json::{Value, json};

const OFFER: &str = "[...document.querySelectorAll('#canned [role=option]')]";

/// Adds a reply on the page of canned replies.
async fn write_down(agent: &Browser, name: &str, body: &str) {
    agent.click("document.querySelector('#canned-add')").await;
    agent.type_into("document.querySelector('#canned-name')", name).await;
    agent.type_into("document.querySelector('#canned-form textarea')", body).await;
    agent.click("document.querySelector('#canned-form [type=submit]')").await;
    agent.until(&format!("{} && !document.querySelector('#canned-form')", reply(name))).await;
}

fn reply(name: &str) -> String {
    format!(
        "[...document.querySelectorAll('.reply')].find(it => it.querySelector('h2').textContent === '/{name}')"
    )
}

async fn to_replies(agent: &Browser) {
    agent.click("document.querySelector('.rail a[href=\"/agent/replies\"]')").await;
    agent.until("document.querySelector('#canned-add')").await;
}

async fn to_conversation(agent: &Browser) {
    agent.click("document.querySelector('.rail a[href=\"/agent/\"]')").await;
    agent.click("document.querySelector('#list .item')").await;
    agent.until(FIELD).await;
}

#[tokio::test]
async fn a_slash_finds_it_and_it_is_sent_with_what_is_known() {
    let (stage, mut visitor) = Stage::asked("visitor-1;").await;
    let agent = stage.first().await;
    to_replies(&agent).await;
    agent.until("document.querySelector('.replies .empty')").await;
    write_down(
        &agent,
        "İade süreci",
        "Sayın {visitor.name|ziyaretçimiz}, {page.title} 14 gün içinde iade edilir.",
    )
    .await;
    write_down(&agent, "kargo", "Merhaba {visitor.name}, kargonuz yolda.").await;
    to_conversation(&agent).await;
    agent.type_into(FIELD, "Bir saniye /").await;
    agent.until(&format!("{OFFER}.length === 2")).await;
    agent.type_into(FIELD, "iade").await;
    agent
        .until(&format!(
            "{OFFER}.length === 1 && {FIELD}.getAttribute('aria-activedescendant') === {OFFER}[0].id"
        ))
        .await;
    agent.type_into(FIELD, "\u{e007}").await;
    let text = "Bir saniye Sayın ziyaretçimiz, Çay 14 gün içinde iade edilir.";
    agent.until(&format!("{FIELD}.value === {text:?} && !document.querySelector('#canned')")).await;
    agent.type_into(FIELD, "\u{e007}").await;
    let told = visitor.hear_where("Message", |message| message["author"]["Agent"].is_object()).await;
    assert_eq!(told["body"], text);
    // What there is nothing to put in for is selected, and never sent as it is.
    agent.type_into(FIELD, "/k").await;
    agent.until(&format!("{OFFER}.length >= 1")).await;
    agent.type_into(FIELD, "\u{e004}").await;
    agent.until("document.querySelector('#send').disabled && document.querySelector('#advice').textContent.includes('{visitor.name}')").await;
    agent.type_into(FIELD, "Ada").await;
    agent
        .until(&format!(
            "{FIELD}.value === 'Merhaba Ada, kargonuz yolda.' && !document.querySelector('#send').disabled"
        ))
        .await;
    // Esc leaves the offer and nothing else; a slash within a word offers nothing.
    agent.type_into(FIELD, " /").await;
    agent.until(&format!("{OFFER}.length === 2")).await;
    agent.type_into(FIELD, "\u{e00c}").await;
    agent.until(&format!("!document.querySelector('#canned') && document.activeElement === {FIELD}")).await;
    agent.type_into(FIELD, "\u{e003}7/24").await;
    agent.until(&format!("{FIELD}.value.includes('7/24') && !document.querySelector('#canned')")).await;
    // Whoever comes back from the page of replies finds the conversation as it was, once.
    to_replies(&agent).await;
    to_conversation(&agent).await;
    agent.until("document.querySelectorAll('#log .bubble').length > 0").await;
    assert_eq!(agent.run("return document.querySelectorAll('#log .bubble').length").await, 2);
    agent.close().await;
}

#[tokio::test]
async fn what_was_deleted_can_be_had_back_and_a_name_stands_once() {
    let (stage, _visitor) = Stage::asked("visitor-1;").await;
    let agent = stage.first().await;
    to_replies(&agent).await;
    write_down(&agent, "kargo", "<b>yolda</b>").await;
    assert_eq!(agent.run("return document.querySelectorAll('.reply p b').length").await, 0, "text is text");
    agent.click(&format!("{}.querySelectorAll('.deeds button')[1]", reply("kargo"))).await;
    agent.click("document.querySelector('.gone button')").await;
    agent.until(&reply("kargo")).await;
    agent.reload().await;
    agent.until(&reply("kargo")).await;
    agent.click("document.querySelector('#canned-add')").await;
    agent.type_into("document.querySelector('#canned-name')", "kargo").await;
    agent.type_into("document.querySelector('#canned-form textarea')", "another").await;
    agent.click("document.querySelector('#canned-form [type=submit]')").await;
    agent.until("document.querySelector('#canned-form .trouble').textContent").await;
    agent.type_into("document.querySelector('#canned-name')", "-2").await;
    agent.click("document.querySelector('#canned-form [type=submit]')").await;
    agent.until(&reply("kargo-2")).await;
    agent.type_into("document.querySelector('#canned-search')", "another").await;
    agent.until("document.querySelectorAll('.reply').length === 1").await;
    let trainee = stage.relay.add_agent_named(&Site::demo(), "can@example.com", "Can", "trainee").await;
    let page = stage.driver.browser().await;
    sign_in_as(&page, &stage.relay, &trainee.email, &trainee.password).await;
    page.click("document.querySelector('.rail a[href=\"/agent/replies\"]')").await;
    page.until("document.querySelectorAll('.reply').length === 2 && document.querySelector('.only')").await;
    assert_eq!(page.run("return document.querySelectorAll('.replies button').length").await, 0);
    page.close().await;
    agent.close().await;
}

/// Asks the relay for something, in JSON.
async fn ask(relay: &Relay, bearer: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
    let bearer = format!("Bearer {bearer}");
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let answer = http::send(relay.authority(), method, path, &headers, body.as_bytes()).await;
    (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
}

#[tokio::test]
async fn replies_are_a_sites_own_bounded_and_versioned() {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::demo(&folder.path().join("data")).await;
    let ada = relay.add_agent_named(&Site::demo(), "ada@example.com", "Ada", "agent").await;
    let other = relay.add_site("Other", &["https://other.example"]).await;
    let eva = relay.add_agent_named(&other, "eva@example.com", "Eva", "owner").await;
    let (ada, eva) = (signed_in(&relay, &ada).await, signed_in(&relay, &eva).await);
    let path = "/api/v1/sites/demo/replies";
    let (status, kept) =
        ask(&relay, &ada, "POST", path, json!({ "name": " iade ", "language": "TR", "body": "x" })).await;
    assert_eq!((status, &kept["name"], &kept["language"]), (201, &json!("iade"), &json!("tr")));
    let id = kept["id"].as_str().expect("an id");
    let (_, all) = ask(&relay, &ada, "GET", path, Value::Null).await;
    assert_eq!(all["replies"].as_array().map(Vec::len), Some(1));
    let known = format!("{path}?version={}", all["version"]);
    assert_eq!(ask(&relay, &ada, "GET", &known, Value::Null).await.1["replies"], Value::Null);
    let change = json!({ "name": "iade", "body": "y" });
    // A foreign site, and a foreign id at one's own site, are not there.
    assert_eq!(ask(&relay, &eva, "GET", path, Value::Null).await.0, 404);
    let foreign = format!("/api/v1/sites/{}/replies/{id}", other.key);
    assert_eq!(ask(&relay, &eva, "PUT", &foreign, change.clone()).await.0, 404);
    assert_eq!(ask(&relay, &eva, "DELETE", &foreign, Value::Null).await.0, 204);
    assert_eq!(ask(&relay, &ada, "PUT", &format!("{path}/{id}"), change).await.0, 200);
    let (_, all) = ask(&relay, &ada, "GET", &known, Value::Null).await;
    assert_eq!(all["replies"][0], json!({ "id": id, "name": "iade", "language": null, "body": "y" }));
    for wrong in [
        json!({ "name": "", "body": "x" }),
        json!({ "name": "a", "body": "x".repeat(4_001) }),
        json!({ "name": "a", "body": "x", "more": 1 }),
    ] {
        assert_eq!(ask(&relay, &ada, "POST", path, wrong).await.0, 400);
    }
    for number in 1..500 {
        let one = json!({ "name": format!("n{number}"), "body": "x" });
        assert_eq!(ask(&relay, &ada, "POST", path, one).await.0, 201, "{number}");
    }
    assert_eq!(
        ask(&relay, &ada, "POST", path, json!({ "name": "one more", "body": "x" })).await,
        (409, json!({ "code": "Full", "detail": "the site has as many as it may" }))
    );
}
