//! Several agents in a real browser: what only the team sees, and a conversation that goes from one to another.
use merhaba_tests::{
    browser::{Browser, Driver},
    relay::{Relay, Site},
    screen::{FIELD, write},
    wire::{Wire, client_id},
};
use serde_json::json;
use tempfile::TempDir;

/// The conversation that is open.
const LOG: &str = "document.querySelector('[role=log]')";
/// Whoever is given something is told here.
const TOAST: &str = "(document.querySelector('.toast') || {}).textContent || ''";

struct Stage {
    relay: Relay,
    driver: Driver,
    visitor: Wire,
    _folder: TempDir,
}

/// A demo with a visitor who has written.
async fn stage(text: &str) -> Stage {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::demo(&folder.path().join("data")).await;
    let (mut visitor, _) = Wire::greeted(&relay, &demo(), None, json!([])).await;
    let send = json!({ "client_id": client_id(), "conversation": null, "new": false, "body": text, "attachments": [] });
    visitor.say(json!({ "Send": send })).await;
    visitor.hear("Accepted").await;
    Stage { relay, driver: Driver::start().await, visitor, _folder: folder }
}

fn demo() -> Site {
    Site { key: "demo".into() }
}

impl Stage {
    /// An agent at a page of their own.
    async fn agent(&self, email: &str, password: &str) -> Browser {
        let browser = self.driver.browser().await;
        browser.open(self.relay.told("agent")).await;
        browser.type_into("document.querySelector('input[type=email]')", email).await;
        let password = format!("{password}\u{e007}");
        browser.type_into("document.querySelector('input[type=password]')", &password).await;
        browser.until("document.querySelector('#list[aria-busy=false] .item')").await;
        browser
    }

    async fn first(&self) -> Browser {
        self.agent(self.relay.told("email"), self.relay.told("password")).await
    }

    async fn second(&self, name: &str, role: &str) -> Browser {
        let email = format!("{name}@example.com").to_lowercase();
        let agent = self.relay.add_agent_named(&demo(), &email, name, role).await;
        self.agent(&agent.email, &agent.password).await
    }
}

async fn open(agent: &Browser) {
    agent.click("document.querySelector('#list .item')").await;
    agent.until(FIELD).await;
}

/// Turns the field to answers, or to notes.
async fn turn(agent: &Browser, to: usize) {
    agent.click(&format!("document.querySelectorAll('.compose .switch button')[{to}]")).await;
}

async fn says(agent: &Browser, text: &str) {
    agent.until(&format!("{LOG}.textContent.includes({text:?})")).await;
}

#[tokio::test]
async fn a_conversation_is_handed_over_with_a_note() {
    let mut stage = stage("visitor-1;").await;
    let (one, two) = (stage.first().await, stage.second("Mert", "agent").await);
    open(&one).await;
    turn(&one, 1).await;
    write(&one, "kargo gecikti").await;
    one.until("document.querySelector('.note span').textContent === 'kargo gecikti'").await;
    one.click("document.querySelector('.deeds [aria-haspopup=dialog]')").await;
    let mert =
        "[...document.querySelectorAll('#give li button')].find(it => it.textContent.includes('Mert'))";
    one.until(&format!("{mert}.querySelector('.here')")).await;
    one.type_into("document.querySelector('#give textarea')", "bakar mısın").await;
    one.click(mert).await;
    one.until("!document.querySelector('#give').open").await;
    says(&one, "handed the conversation over to Mert").await;

    two.until(&format!("({TOAST}).includes('handed a conversation over to you')")).await;
    open(&two).await;
    for text in ["kargo gecikti", "bakar mısın", "handed the conversation over to Mert"] {
        says(&two, text).await;
    }
    // An answer, and nothing of all that, reaches the visitor.
    write(&two, "agent-1;").await;
    let told = stage.visitor.hear_where("Message", |message| message["author"]["Agent"].is_object()).await;
    assert_eq!((&told["body"], &told["author"]["Agent"]["name"]), (&json!("agent-1;"), &json!("Mert")));
    says(&one, "agent-1;").await;
    two.click("document.querySelector('.deeds [aria-haspopup=dialog]')").await;
    two.click("document.querySelector('#give .nobody')").await;
    says(&one, "Mert gave the conversation back to the queue").await;
    one.close().await;
    two.close().await;
}

#[tokio::test]
async fn an_answer_and_a_note_never_take_each_others_text() {
    let stage = stage("visitor-1;").await;
    let agent = stage.first().await;
    open(&agent).await;
    agent.type_into(FIELD, "for the visitor").await;
    turn(&agent, 1).await;
    agent.until(&format!("{FIELD}.value === '' && document.querySelector('.compose.noting')")).await;
    agent.type_into(FIELD, "for the team").await;
    turn(&agent, 0).await;
    agent
        .until(&format!("{FIELD}.value === 'for the visitor' && !document.querySelector('.compose.noting')"))
        .await;
    turn(&agent, 1).await;
    agent.until(&format!("{FIELD}.value === 'for the team'")).await;
    // Whoever comes back to it begins with answers.
    agent.run("history.back()").await;
    agent.until(&format!("!{FIELD}")).await;
    open(&agent).await;
    agent.until(&format!("{FIELD}.value === 'for the visitor'")).await;
    agent.close().await;
}

#[tokio::test]
async fn a_trainee_writes_notes_and_nothing_else() {
    let stage = stage("visitor-1;").await;
    let trainee = stage.second("Can", "trainee").await;
    open(&trainee).await;
    trainee
        .until(
            "document.querySelector('.compose.noting') && document.querySelector('.compose .switch').hidden",
        )
        .await;
    write(&trainee, "fiyatı bilmiyorum").await;
    trainee.until("document.querySelector('.note span').textContent === 'fiyatı bilmiyorum'").await;
    let deeds = trainee.run("return document.querySelectorAll('.deeds button').length").await;
    assert_eq!(deeds, 0, "nothing that a trainee may not do");
    trainee.close().await;
}
