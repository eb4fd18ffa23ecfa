//! Departments, from the owner's page over the visitor's choice to the agents' lists: in real browsers, and without script.
use merhaba_tests::{
    browser::{Browser, Driver},
    http,
    relay::{Agent, Relay, Site},
    screen::{FIELD, at_the_list},
    wire::{self, Wire},
};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The conversation that is open.
const LOG: &str = "document.querySelector('[role=log]').textContent";
/// What may be chosen before the first message.
const TOPICS: &str = "[...document.querySelectorAll('#ask .topics span')].map(it => it.textContent).join()";
/// The first row of the list.
const ROW: &str = "((document.querySelector('#list .item') || {}).textContent || '')";

struct Shop {
    relay: Relay,
    site: Site,
    owner: Agent,
    _folder: TempDir,
}

impl Shop {
    async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let relay = Relay::serve(&folder.path().join("data"), &["--no-rate-limits"]).await;
        let site = relay.add_site("Çay Evi", &["http://localhost:*"]).await;
        let owner = relay.add_agent_named(&site, "ada@example.com", "Ada", "owner").await;
        Self { relay, site, owner, _folder: folder }
    }

    async fn set(&self, departments: Value) -> http::Answer {
        let bearer = format!("Bearer {}", wire::sign_in(&self.relay, &self.owner).await);
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        let body = json!({ "departments": departments }).to_string();
        let path = format!("/api/v1/sites/{}", self.site.key);
        http::send(self.relay.authority(), "PATCH", &path, &headers, body.as_bytes()).await
    }

    /// The newest conversation, as agents see it.
    async fn newest(&self) -> Value {
        let mut agent = Wire::answering(&self.relay, &self.owner).await;
        agent.say(json!({"List": {"filter": "Open", "cursor": null, "limit": 10}})).await;
        agent.hear("Inbox").await["conversations"][0].clone()
    }

    fn page(&self, lang: &str) -> String {
        format!("/c/{}?lang={lang}", self.site.key)
    }
}

async fn key(agent: &Browser, key: &str) {
    let at =
        |kind: &str| json!({ "type": kind, "key": key, "text": if kind == "keyDown" { key } else { "" } });
    agent.command("Input.dispatchKeyEvent", at("keyDown")).await;
    agent.command("Input.dispatchKeyEvent", at("keyUp")).await;
}

fn tick(place: usize, words: &str) -> String {
    format!(
        "[...document.querySelectorAll('#department-{place}')].flatMap(it => [...it.closest('.question').querySelectorAll('label.tick')]).find(it => it.textContent.includes('{words}')).querySelector('input')"
    )
}

fn topic(words: &str) -> String {
    format!(
        "[...document.querySelectorAll('#ask .topics label')].find(it => it.textContent === '{words}').querySelector('input')"
    )
}

#[tokio::test]
async fn a_visitor_chooses_a_department_and_agents_send_it_on() {
    let shop = Shop::open().await;
    let elif = shop.relay.add_agent_named(&shop.site, "elif@example.com", "Elif", "agent").await;
    let (mut wire, _) = Wire::greeted(&shop.relay, &shop.site, None, json!([])).await;
    wire.writes("for nobody in particular", true).await;
    let driver = Driver::start().await;
    let owner = at_the_list(&driver, &shop.relay, &shop.owner.email, &shop.owner.password).await;
    owner.open(&format!("{}/agent/site", shop.relay.url())).await;
    for (place, name) in ["Sales", "Returns"].into_iter().enumerate() {
        owner.click("document.querySelector('#add-department')").await;
        owner.type_into(&format!("document.querySelector('#department-{place}')"), name).await;
        // Not by the mouse: the bar that saves may lie over it.
        owner.run(&format!("{}.click()", tick(place, "Visitors can choose it"))).await;
    }
    owner.until(&tick(0, "Elif")).await;
    owner.run(&format!("{}.click()", tick(0, "Elif"))).await;
    owner.click("document.querySelector('#save')").await;
    owner.until("document.querySelector('#saving .good')").await;
    owner.reload().await;
    owner.until(&format!("document.querySelector('#department-1') && {}.checked", tick(0, "Elif"))).await;

    let visitor = driver.browser().await;
    visitor.open(&format!("{}{}", shop.relay.url(), shop.page("en"))).await;
    visitor
        .until(&format!("{TOPICS} === 'Sales,Returns' && document.querySelector('#sub').textContent"))
        .await;
    visitor.click(&topic("Returns")).await;
    visitor.type_into("document.querySelector('textarea')", "It is broken\u{e007}").await;
    visitor.until("!document.getElementById('ask') && /Sent|Delivered/.test(document.getElementById('log').textContent)").await;
    let agent = at_the_list(&driver, &shop.relay, &elif.email, &elif.password).await;
    agent.until(&format!("{ROW}.includes('It is broken') && {ROW}.includes('Returns')")).await;
    let seen = shop.newest().await;
    assert_eq!((&seen["triage"]["department"], &seen["visitor"]["about"]), (&json!("returns"), &Value::Null));

    agent.click("document.querySelector('#list .item')").await;
    agent.until(FIELD).await;
    agent.run("document.activeElement.blur()").await;
    key(&agent, "g").await;
    let sales = "[...document.querySelectorAll('#give .part')].find(it => it.textContent.includes('Sales'))";
    agent.until(&format!("{sales} && {sales}.disabled === false")).await;
    agent.click(sales).await;
    agent.until(&format!("{LOG}.includes('Elif sent it to Sales') && {ROW}.includes('Sales')")).await;
    agent.click("document.querySelector('#filters')").await;
    let pick = "document.querySelector('.narrow select[aria-label=Department]')";
    agent.until(pick).await;
    for (value, rows) in [("sales", 1), ("returns", 0), ("", 2)] {
        agent.run(&format!("const it = {pick}; it.value = '{value}'; it.dispatchEvent(new Event('change', {{ bubbles: true }}))")).await;
        agent.until(&format!("document.querySelectorAll('#list .item').length === {rows}")).await;
    }

    // Asked anew for the next conversation, and for no other message.
    visitor.type_into("document.querySelector('textarea')", "Hello?\u{e007}").await;
    agent.until(&format!("{LOG}.includes('Hello?')")).await;
    visitor.click("document.querySelector('#m')").await;
    let new = "[...document.querySelectorAll('[role=menuitem]')].find(it => it.textContent.includes('New'))";
    visitor.click(new).await;
    visitor.until(&format!("{TOPICS} === 'Sales,Returns'")).await;
    visitor.click(&topic("Sales")).await;
    visitor.type_into("document.querySelector('textarea')", "What does it cost?\u{e007}").await;
    agent.until(&format!("{ROW}.includes('What does it cost?') && {ROW}.includes('Sales')")).await;
    for browser in [owner, visitor, agent] {
        browser.close().await;
    }
}

#[tokio::test]
async fn without_script_the_choice_comes_with_the_form() {
    let shop = Shop::open().await;
    let wrong = shop.set(json!([{"id": "Satış", "name": {"tr": "Satış"}}])).await;
    assert!(wrong.status == 400 && wrong.text().contains("department"), "{}", wrong.text());
    let set = shop
        .set(json!([
            {"id": "sales", "name": {"tr": "Satış", "en": "Sales"}, "offered": true},
            {"id": "inside", "name": {"en": "<b>Inside</b>"}}
        ]))
        .await;
    assert_eq!(set.status, 200, "{}", set.text());
    let page = http::get(shop.relay.authority(), &shop.page("tr")).await.text();
    assert!(page.contains("Konu nedir?") && page.contains(">Satış<") && !page.contains("Inside"), "{page}");
    let headers = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Origin", shop.relay.url()),
        ("Sec-Fetch-Site", "same-origin"),
    ];
    let path = shop.page("tr");
    let post =
        |form: &'static str| http::send(shop.relay.authority(), "POST", &path, &headers, form.as_bytes());
    let refused = post("body=&topic=sales").await;
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("value=\"sales\" checked"), "the choice stays: {}", refused.text());
    assert_eq!(post("body=Merhaba&topic=sales").await.status, 303);
    assert_eq!(shop.newest().await["triage"]["department"], "sales");
    assert_eq!(post("body=Merhaba&topic=inside").await.status, 303);
    assert_eq!(shop.newest().await["triage"]["department"], Value::Null, "that was not offered");
}
