//! The programs in `examples/` do what they say, against a real relay.
use merhaba_tests::{
    relay::Relay,
    sources,
    wire::{Wire, client_id},
};
use serde_json::json;
use std::process::Stdio;
use tokio::process::Command;

fn cargo() -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(sources::root()).stdin(Stdio::null()).kill_on_drop(true);
    command
}

#[tokio::test]
async fn the_echo_agent_answers_with_the_visitors_own_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let relay = Relay::serve(&folder.path().join("data"), &[]).await;
    let site = relay.add_site("Çay", &["https://shop.example"]).await;
    let agent = relay.add_agent(&site, "echo@example.com", "agent").await;
    let built = cargo().args(["build", "--quiet", "--locked", "-p", "merhaba-echo-agent"]).status().await;
    assert!(built.is_ok_and(|status| status.success()), "the example builds");
    let _echo = cargo()
        .args(["run", "--quiet", "--locked", "-p", "merhaba-echo-agent", "--", relay.url()])
        .env("MERHABA_EMAIL", &agent.email)
        .env("MERHABA_PASSWORD", &agent.password)
        .spawn()
        .expect("cargo runs");
    let (mut visitor, welcome) = Wire::greeted(&relay, &site, None, json!([])).await;
    let id = client_id();
    visitor.say(json!({ "Send": { "client_id": id, "body": "Merhaba!\n🙏" } })).await;
    let answer = visitor.hear_where("Message", |message| !message["author"]["Agent"].is_null()).await;
    assert_eq!((&answer["seq"], &answer["body"]), (&json!(2), &json!("Merhaba!\n🙏")));

    // A relay that was killed: the agent comes back by itself, and goes on.
    let relay = relay.again().await;
    let resume = json!([{ "conversation": answer["conversation"], "after": 2 }]);
    let (mut visitor, _) = Wire::greeted(&relay, &site, welcome["token"].as_str(), resume).await;
    visitor.say(json!({ "Send": { "client_id": client_id(), "body": "Hâlâ orada mısınız?" } })).await;
    let answer = visitor.hear_where("Message", |message| message["seq"] == 4).await;
    assert_eq!(answer["body"], "Hâlâ orada mısınız?");
}
