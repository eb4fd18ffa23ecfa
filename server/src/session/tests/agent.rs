//! What an agent's session promises, frame by frame.
use super::*;

/// A visitor who has written once: their socket and the conversation.
async fn asked(rig: &Rig) -> (Client, Value) {
    let (mut visitor, _) = rig.visitor(json!({})).await;
    visitor.say(send(1, "question")).await;
    let conversation = visitor.expect("Accepted").await["conversation"].clone();
    (visitor, conversation)
}

fn reply(number: u32, conversation: &Value, body: &str) -> Value {
    json!({"Reply": {"client_id": cid(number), "conversation": conversation, "body": body, "attachments": []}})
}

#[tokio::test(start_paused = true)]
async fn a_conversation_from_question_to_answer() {
    let rig = Rig::new().await;
    let ada = rig.sign_in("ada", "shop", Role::Agent).await;
    let (mut agent, welcome) = rig.agent(ada, json!({"epoch": null, "resume": []})).await;
    assert_eq!(welcome["agent"], json!({"id": "ada", "name": "ada"}));
    assert_eq!(welcome["sites"], json!([{"site": "shop", "name": "shop", "role": "Agent"}]));
    let (mut visitor, conversation) = asked(&rig).await;
    let [row] = agent.exactly(["InboxChanged"]).await;
    assert_eq!(
        (&row["conversation"], &row["unread"], &row["preview"]),
        (&conversation, &json!(1), &json!("question"))
    );
    agent.say(json!({"Open": {"conversation": conversation, "after": null}})).await;
    let [history] = agent.exactly(["History"]).await;
    assert_eq!(history["entries"][0]["Message"]["body"], "question");
    agent.say(reply(1, &conversation, "answer")).await;
    assert_eq!(agent.expect("Message").await["seq"], 2);
    while visitor.expect("Message").await["author"]["Agent"]["name"] != "ada" {}
    agent.say(json!({"Resolve": {"conversation": conversation}})).await;
    assert_eq!(visitor.expect("Entry").await["kind"], "Resolved");
    agent.say(json!({"Reopen": {"conversation": conversation}})).await;
    assert_eq!(visitor.expect("Entry").await["kind"], "Reopened");
}

#[tokio::test(start_paused = true)]
async fn an_open_conversation_is_resumed_without_a_hole() {
    let rig = Rig::new().await;
    let ada = rig.sign_in("ada", "shop", Role::Agent).await;
    let (mut visitor, conversation) = asked(&rig).await;
    visitor.say(send(2, "still there?")).await;
    visitor.expect("Accepted").await;
    let (mut agent, _) =
        rig.agent(ada, json!({"resume": [{"conversation": conversation, "after": 1}]})).await;
    // Then where the conversation stands: marks may have moved meanwhile, and its row may be on no list of theirs.
    let [message, row] = agent.exactly(["Message", "InboxChanged"]).await;
    assert_eq!((seqs(&[message]), &row["head"], &row["visitor_read"]), (vec![2], &json!(2), &json!(2)));
    visitor.say(send(3, "hello?")).await;
    assert_eq!(agent.expect("Message").await["seq"], 3);
    agent.say(json!({"Close": {"conversation": conversation}})).await;
    agent.say(json!({"Ping": {"nonce": 1}})).await;
    agent.expect("Pong").await;
    // Two rows were told: that of the conversation, and its change. A page that has fewer asks anew.
    assert_eq!(agent.expect("Rows").await["told"], 2);
    visitor.say(send(4, "hello??")).await;
    assert_eq!(agent.event().await.0, "InboxChanged");
    agent.silence().await;
}

/// Who looks, and who of them writes.
async fn company(agent: &mut Client) -> Vec<(String, bool)> {
    let company = agent.expect("Company").await;
    let present = company["present"].as_array().expect("agents").iter();
    let name = |one: &Value| one["agent"]["id"].as_str().expect("an id").to_owned();
    present.map(|one| (name(one), one["writing"] == true)).collect()
}

#[tokio::test(start_paused = true)]
async fn colleagues_see_who_looks_and_who_writes_and_no_visitor_does() {
    let rig = Rig::new().await;
    let (ada, can) =
        (rig.sign_in("ada", "shop", Role::Agent).await, rig.sign_in("can", "shop", Role::Trainee).await);
    let (mut visitor, conversation) = asked(&rig).await;
    visitor.expect("Message").await;
    let look = |conversation: &Value| json!({"Look": {"conversation": conversation}});
    let (mut one, _) = rig.agent(ada, json!({})).await;
    one.say(look(&conversation)).await;
    assert_eq!(one.expect("Refused").await["code"], "NotFound", "what is not open cannot be shown");
    let (mut two, _) = rig.agent(can, json!({})).await;
    for agent in [&mut one, &mut two] {
        agent.say(json!({"Open": {"conversation": conversation, "after": 1}})).await;
        agent.expect("InboxChanged").await;
    }
    let both = |writes| vec![("ada".to_owned(), writes), ("can".to_owned(), false)];
    one.say(look(&conversation)).await;
    assert_eq!(company(&mut one).await, [("ada".to_owned(), false)]);
    two.say(look(&conversation)).await;
    assert_eq!((company(&mut one).await, company(&mut two).await.len()), (both(false), 1));
    assert_eq!(company(&mut two).await, both(false));
    one.say(json!({"Typing": {"conversation": conversation, "on": true}})).await;
    assert_eq!(company(&mut two).await, both(true));
    one.say(json!({"Typing": {"conversation": conversation, "on": false}})).await;
    assert_eq!(company(&mut two).await, both(false));
    one.say(look(&Value::Null)).await;
    assert_eq!(company(&mut two).await, [("can".to_owned(), false)]);
    one.say(look(&conversation)).await;
    assert_eq!(company(&mut two).await.len(), 2);
    drop(one);
    assert_eq!(company(&mut two).await, [("can".to_owned(), false)], "gone with the line");
    // All that the visitor was told of it is that somebody wrote for a moment.
    assert_eq!(visitor.expect("Typing").await["on"], true);
    visitor.expect("Presence").await;
    visitor.silence().await;
}

#[tokio::test(start_paused = true)]
async fn opening_twice_does_not_hear_twice() {
    let rig = Rig::new().await;
    let ada = rig.sign_in("ada", "shop", Role::Agent).await;
    let (visitor, conversation) = asked(&rig).await;
    let (mut agent, _) = rig.agent(ada, json!({})).await;
    for _ in 0..2 {
        agent.say(json!({"Open": {"conversation": conversation, "after": 1}})).await;
    }
    agent.say(json!({"Ping": {"nonce": 1}})).await;
    agent.expect("Pong").await;
    visitor.say(json!({"Typing": {"conversation": conversation, "on": true}})).await;
    let typing = agent.expect("Typing").await;
    assert_eq!((&typing["on"], &typing["author"]), (&json!(true), &json!({"Visitor": {"name": null}})));
    agent.silence().await;
}

#[tokio::test(start_paused = true)]
async fn a_page_opens_so_many_and_is_heard_in_any_other() {
    let rig = Rig::with(false).await;
    let ada = rig.sign_in("ada", "shop", Role::Agent).await;
    let (mut visitor, _) = rig.visitor(json!({})).await;
    let mut conversations = Vec::new();
    for number in 1..=120 {
        let send = json!({"client_id": cid(number), "conversation": null, "new": true, "body": "question"});
        visitor.say(json!({"Send": send})).await;
        conversations.push(visitor.expect("Accepted").await["conversation"].clone());
    }
    let (mut agent, _) = rig.agent(ada, json!({})).await;
    for conversation in &conversations[..50] {
        agent.say(json!({"Open": {"conversation": conversation, "after": 1}})).await;
        agent.expect("InboxChanged").await;
    }
    agent.say(json!({"Open": {"conversation": conversations[50], "after": 1}})).await;
    assert_eq!(agent.expect("Refused").await["code"], "BadRequest");
    // More than can be under way, so that the first are heard no more.
    for (number, conversation) in (1..).zip(&conversations[50..]) {
        agent.say(reply(number, conversation, "answer")).await;
        let (mut accepted, mut told) = (false, false);
        while !(accepted && told) {
            match agent.event().await {
                (kind, content) if kind == "Accepted" => {
                    accepted = content["client_id"] == json!(cid(number));
                }
                (kind, content) if kind == "Message" => told = content["client_id"] == json!(cid(number)),
                (kind, content) => assert_ne!(kind, "Refused", "{content}"),
            }
        }
        while visitor.expect("Message").await["body"] != "answer" {}
    }
    let mut heard = Vec::new();
    for at in [0, 49, 50, 55, 56, 119] {
        tokio::time::advance(std::time::Duration::from_secs(3)).await;
        visitor.say(json!({"Typing": {"conversation": conversations[at], "on": true}})).await;
        visitor.say(json!({"Ping": {"nonce": at}})).await;
        visitor.expect("Pong").await;
        // What comes in and what goes out take turns: after the second answer everything from before has gone out.
        for _ in 0..2 {
            agent.say(json!({"Ping": {"nonce": at}})).await;
            loop {
                match agent.event().await {
                    (kind, content) if kind == "Typing" => heard.push(content["conversation"].clone()),
                    (kind, _) if kind == "Pong" => break,
                    _ => {}
                }
            }
        }
    }
    assert_eq!(heard, [0, 49, 56, 119].map(|at: usize| conversations[at].clone()));
    // One that was written into takes none of the places of those that are opened, and none of its own once it is.
    agent.say(json!({"Close": {"conversation": conversations[0]}})).await;
    for (at, answer) in [(119, "InboxChanged"), (50, "Refused")] {
        agent.say(json!({"Open": {"conversation": conversations[at], "after": 2}})).await;
        loop {
            let (kind, _) = agent.event().await;
            if ["InboxChanged", "Refused"].contains(&kind.as_str()) {
                assert_eq!(kind, answer, "{at}");
                break;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_foreign_conversation_and_a_random_one_are_the_same() {
    let rig = Rig::new().await;
    rig.site("other").await;
    let eve = rig.sign_in("eve", "other", Role::Owner).await;
    let (_visitor, foreign) = asked(&rig).await;
    let (mut agent, _) = rig.agent(eve, json!({})).await;
    for kind in ["Open", "Claim", "Assign", "Resolve", "Reopen", "Read", "Typing", "History", "Reply", "Note"]
    {
        let mut answers = Vec::new();
        for conversation in [&foreign, &json!("random")] {
            let frame = json!({kind: {"conversation": conversation, "client_id": cid(1), "body": "a", "on": true,
                "received": 1, "read": 1, "limit": 5, "before": null, "agent": null}});
            tokio::time::advance(std::time::Duration::from_secs(3)).await;
            agent.say(frame).await;
            answers.push(agent.expect("Refused").await);
        }
        assert_eq!(answers[0]["code"], "NotFound", "{kind}");
        assert_eq!(answers[0], answers[1], "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_trainee_writes_notes_and_nothing_to_the_visitor() {
    let rig = Rig::new().await;
    let tim = rig.sign_in("tim", "shop", Role::Trainee).await;
    let (mut visitor, conversation) = asked(&rig).await;
    visitor.expect("Head").await;
    let (mut agent, _) = rig.agent(tim, json!({})).await;
    for frame in [
        reply(1, &conversation, "no"),
        json!({"Claim": {"conversation": conversation}}),
        json!({"Assign": {"conversation": conversation, "agent": "tim"}}),
        json!({"Resolve": {"conversation": conversation}}),
        json!({"Reopen": {"conversation": conversation}}),
        json!({"Typing": {"conversation": conversation, "on": true}}),
    ] {
        agent.say(frame.clone()).await;
        assert_eq!(agent.expect("Refused").await["code"], "Forbidden", "{frame}");
    }
    agent.say(json!({"Note": {"client_id": cid(2), "conversation": conversation, "body": "a line"}})).await;
    let (one, two) = (agent.event().await, agent.event().await);
    let kinds = [one.0.as_str(), two.0.as_str()];
    assert!(kinds.contains(&"Note") && kinds.contains(&"Accepted"), "{kinds:?}");
    visitor.silence().await;
}

#[tokio::test(start_paused = true)]
async fn notes_follow_the_history() {
    let rig = Rig::new().await;
    let ada = rig.sign_in("ada", "shop", Role::Agent).await;
    let (_visitor, conversation) = asked(&rig).await;
    let (mut agent, _) = rig.agent(ada, json!({})).await;
    for number in 1..=2 {
        let note = json!({"client_id": cid(number), "conversation": conversation, "body": "a line"});
        agent.say(json!({ "Note": note })).await;
        agent.expect("Accepted").await;
    }
    let (mut other, _) = rig.agent(ada, json!({})).await;
    other.say(json!({"Open": {"conversation": conversation}})).await;
    let [_, _, one, two] = other.exactly(["History", "InboxChanged", "Note", "Note"]).await;
    assert_eq!((&one["number"], &two["number"]), (&json!(1), &json!(2)));
}

#[tokio::test(start_paused = true)]
async fn one_of_two_claims_wins() {
    let rig = Rig::new().await;
    let (ada, bob) =
        (rig.sign_in("ada", "shop", Role::Agent).await, rig.sign_in("bob", "shop", Role::Agent).await);
    let (_visitor, conversation) = asked(&rig).await;
    let ((mut one, _), (mut two, _)) = (rig.agent(ada, json!({})).await, rig.agent(bob, json!({})).await);
    one.say(json!({"Claim": {"conversation": conversation}})).await;
    assert_eq!(one.expect("Claimed").await["won"], true);
    two.say(json!({"Claim": {"conversation": conversation}})).await;
    let claimed = two.expect("Claimed").await;
    assert_eq!((&claimed["won"], &claimed["assignee"]["id"]), (&json!(false), &json!("ada")));
    two.say(json!({"Assign": {"conversation": conversation, "agent": null}})).await;
    while one.expect("InboxChanged").await["assignee"] != Value::Null {}
}

#[tokio::test(start_paused = true)]
async fn a_repeated_reply_is_answered_whatever_it_names() {
    let rig = Rig::new().await;
    let ada = rig.sign_in("ada", "shop", Role::Agent).await;
    let (_visitor, conversation) = asked(&rig).await;
    let (mut agent, _) = rig.agent(ada, json!({})).await;
    agent.say(reply(1, &conversation, "answer")).await;
    let first = agent.expect("Accepted").await;
    agent.say(reply(1, &json!("random"), "answer")).await;
    assert_eq!(agent.expect("Accepted").await, first);
}

#[tokio::test(start_paused = true)]
async fn the_site_is_online_while_somebody_is_there_and_not_away() {
    let rig = Rig::new().await;
    let ada = rig.sign_in("ada", "shop", Role::Agent).await;
    let (mut visitor, welcome) = rig.visitor(json!({})).await;
    assert_eq!(welcome["online"], false);
    let (mut agent, _) = rig.agent(ada, json!({})).await;
    assert_eq!(visitor.exactly(["Presence"]).await[0]["online"], true);
    agent.say(json!({"Status": {"away": true}})).await;
    assert_eq!(agent.exactly(["Status"]).await[0]["away"], true);
    assert_eq!(visitor.exactly(["Presence"]).await[0]["online"], false);
    agent.say(json!({"Status": {"away": false}})).await;
    assert_eq!(visitor.exactly(["Presence"]).await[0]["online"], true);
    drop(agent);
    assert_eq!(visitor.exactly(["Presence"]).await[0]["online"], false);
}

#[tokio::test(start_paused = true)]
async fn a_list_is_answered_in_pages() {
    let rig = Rig::new().await;
    let ada = rig.sign_in("ada", "shop", Role::Agent).await;
    let (_one, _) = asked(&rig).await;
    let (_two, _) = asked(&rig).await;
    let (mut agent, _) = rig.agent(ada, json!({})).await;
    agent.say(json!({"List": {"filter": "Open", "cursor": null, "limit": 1}})).await;
    let first = agent.expect("Inbox").await;
    assert_eq!(first["filter"], "Open");
    agent.say(json!({"List": {"filter": "Open", "cursor": first["cursor"], "limit": 1000}})).await;
    let second = agent.expect("Inbox").await;
    assert_eq!(second["conversations"].as_array().map(Vec::len), Some(1));
    assert_eq!(second["cursor"], Value::Null);
    assert_ne!(first["conversations"][0]["conversation"], second["conversations"][0]["conversation"]);
}

#[tokio::test(start_paused = true)]
async fn typing_goes_to_the_other_side_once_in_three_seconds() {
    let rig = Rig::new().await;
    let ada = rig.sign_in("ada", "shop", Role::Agent).await;
    let (mut visitor, conversation) = asked(&rig).await;
    visitor.expect("Head").await;
    let (mut agent, _) = rig.agent(ada, json!({})).await;
    visitor.expect("Presence").await;
    for _ in 0..9 {
        agent.say(json!({"Typing": {"conversation": conversation, "on": true}})).await;
    }
    let typing = visitor.expect("Typing").await;
    assert_eq!(typing["author"], json!({"Agent": {"id": "ada", "name": "ada"}}));
    visitor.silence().await;
    agent.silence().await;
}

#[tokio::test(start_paused = true)]
async fn an_agent_has_ten_sockets() {
    let rig = Rig::new().await;
    let ada = rig.sign_in("ada", "shop", Role::Agent).await;
    let mut clients = Vec::new();
    for _ in 0..10 {
        clients.push(rig.agent(ada, json!({})).await);
    }
    assert_eq!(rig.agent_socket(ada).await.closed().await.0, 4010);
}
