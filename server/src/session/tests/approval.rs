//! What a trainee writes waits until somebody lets it go, once, and climbs while nobody does. No byte of it leaves before.
use super::*;
use crate::clock::simulated::Simulation;
use std::time::Duration;

const SECRET: &str = "unapproved words";

/// A visitor who has asked, an agent and a trainee who have the conversation open.
struct Desk {
    rig: Rig,
    visitor: Client,
    ada: Client,
    can: Client,
    conversation: Value,
}

async fn desk() -> Desk {
    let rig = Rig::with(false).await;
    let (ada, can) =
        (rig.sign_in("ada", "shop", Role::Agent).await, rig.sign_in("can", "shop", Role::Trainee).await);
    let (mut visitor, _) = rig.visitor(json!({})).await;
    visitor.say(send(1, "question")).await;
    let conversation = visitor.expect("Accepted").await["conversation"].clone();
    let ((mut ada, _), (mut can, _)) = (rig.agent(ada, json!({})).await, rig.agent(can, json!({})).await);
    for agent in [&mut ada, &mut can] {
        agent.say(json!({"Open": {"conversation": conversation}})).await;
        agent.expect("InboxChanged").await;
    }
    visitor.told().await;
    Desk { rig, visitor, ada, can, conversation }
}

impl Desk {
    /// The trainee writes; gives the place in the backstage.
    async fn proposes(&mut self, number: u32, body: &str) -> u64 {
        let to = &self.conversation;
        self.can.say(json!({"Propose": {"client_id": cid(number), "conversation": to, "body": body}})).await;
        self.can.expect("Accepted").await["seq"].as_u64().expect("a number")
    }

    fn verdict(&self, number: u64, verdict: &str, text: &str) -> Value {
        json!({"Decide": {"conversation": self.conversation, "number": number, "verdict": verdict, "text": text}})
    }

    /// Until now the visitor was told nothing of the secret.
    async fn visitor_knows_nothing(&mut self) {
        for (kind, content) in self.visitor.told().await {
            assert!(!content.to_string().contains(SECRET), "{kind} {content}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_trainee_writes_is_told_to_the_team_and_goes_when_somebody_lets_it() {
    let mut desk = desk().await;
    let number = desk.proposes(9, SECRET).await;
    let told = desk.ada.expect("Proposal").await;
    assert_eq!((&told["body"], &told["author"]["name"]), (&json!(SECRET), &json!("can")));
    let row = desk.ada.expect("InboxChanged").await;
    assert!(row["triage"]["proposed_at"].is_i64() && row["waiting_since"].is_i64(), "{row}");
    desk.visitor_knows_nothing().await;
    desk.ada.say(desk.verdict(number, "Approved", "")).await;
    let message = desk.visitor.expect("Message").await;
    assert_eq!(
        (&message["body"], &message["author"]["Agent"]["name"], &message["client_id"], &message["seq"]),
        (&json!(SECRET), &json!("can"), &json!(cid(9)), &json!(2))
    );
    let decided = desk.ada.expect("Decided").await;
    assert_eq!((&decided["won"], &decided["by"]["name"]), (&json!(true), &json!("ada")));
    let row = desk.rig.store_row(&desk.conversation).await;
    assert_eq!((row.triage.proposed_at, row.waiting_since), (None, None));
    assert_eq!(row.assignee.map(|agent| agent.name).as_deref(), Some("ada"), "whoever lets it go has it");
}

#[tokio::test(start_paused = true)]
async fn two_who_decide_at_once_decide_once_and_the_other_is_told_who() {
    let mut desk = desk().await;
    let eva = desk.rig.sign_in("eva", "shop", Role::Owner).await;
    let (mut eva, _) = desk.rig.agent(eva, json!({})).await;
    let number = desk.proposes(9, SECRET).await;
    desk.ada.say(desk.verdict(number, "Changed", "better words")).await;
    eva.say(desk.verdict(number, "Approved", "")).await;
    let (one, other) = (desk.ada.expect("Decided").await, eva.expect("Decided").await);
    assert_eq!((&one["won"], &other["won"]), (&json!(true), &json!(false)));
    assert_eq!((&other["by"]["name"], &other["verdict"]), (&json!("ada"), &json!("Changed")));
    assert_eq!(desk.visitor.expect("Message").await["body"], "better words");
    desk.visitor_knows_nothing().await;
    assert_eq!(desk.rig.store_row(&desk.conversation).await.head, 2);
    // Sent again, from before a lost line: stored once, decided once.
    assert_eq!(desk.proposes(9, SECRET).await, number);
    desk.ada.say(desk.verdict(number, "Changed", "better words")).await;
    assert_eq!(desk.ada.expect("Decided").await["won"], true);
    assert_eq!(desk.rig.store_row(&desk.conversation).await.head, 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_returned_is_what_its_writer_has_begun() {
    let mut desk = desk().await;
    let number = desk.proposes(9, SECRET).await;
    desk.ada.say(desk.verdict(number, "Returned", "no price, please")).await;
    let done = desk.can.expect("Activity").await;
    assert_eq!((&done["deed"], &done["author"]["name"]), (&json!("Returned"), &json!("ada")));
    assert_eq!(done["detail"]["Proposal"]["text"], "no price, please");
    assert_eq!(desk.begun().await, [SECRET]);
    desk.visitor_knows_nothing().await;
    // Of another that comes back meanwhile, what is begun stays.
    let number = desk.proposes(10, "another").await;
    desk.can.say(desk.verdict(number, "Withdrawn", "")).await;
    desk.can.expect("Decided").await;
    assert_eq!(desk.begun().await, [SECRET]);
}

#[tokio::test(start_paused = true)]
async fn who_may_not_decide_does_not() {
    let mut desk = desk().await;
    let number = desk.proposes(9, SECRET).await;
    for verdict in ["Approved", "Returned"] {
        desk.can.say(desk.verdict(number, verdict, "")).await;
        assert_eq!(desk.can.expect("Refused").await["code"], "Forbidden");
    }
    let reply = json!({"Reply": {"client_id": cid(8), "conversation": desk.conversation, "body": SECRET}});
    desk.can.say(reply).await;
    assert_eq!(desk.can.expect("Refused").await["code"], "Forbidden");
    desk.rig.site("other").await;
    let zoe = desk.rig.sign_in("zoe", "other", Role::Owner).await;
    let (mut zoe, _) = desk.rig.agent(zoe, json!({})).await;
    zoe.say(desk.verdict(number, "Approved", "")).await;
    assert_eq!(zoe.expect("Refused").await["code"], "NotFound");
    // Nobody takes back what is not theirs, or what there is not; other words are words.
    for (number, verdict, text, code) in [
        (number, "Withdrawn", "", "NotFound"),
        (number + 1, "Approved", "", "NotFound"),
        (number, "Changed", " ", "BadRequest"),
        (number, "Approved", "words", "BadRequest"),
    ] {
        desk.ada.say(desk.verdict(number, verdict, text)).await;
        assert_eq!(desk.ada.expect("Refused").await["code"], code, "{verdict}");
    }
    desk.visitor_knows_nothing().await;
    assert_eq!(desk.rig.store_row(&desk.conversation).await.head, 1);
}

#[tokio::test(start_paused = true)]
async fn as_many_wait_as_may() {
    let mut desk = desk().await;
    let most = u32::try_from(merhaba_shared::protocol::limits::PROPOSALS).expect("few");
    for number in 0..most {
        desk.proposes(100 + number, SECRET).await;
    }
    let more = json!({"Propose": {"client_id": cid(99), "conversation": desk.conversation, "body": SECRET}});
    desk.can.say(more).await;
    assert_eq!(desk.can.expect("Refused").await["code"], "BadRequest");
}

/// The rows that tell it: how often more were told, each time that changes.
async fn passed(agent: &mut Client) -> u64 {
    loop {
        let row = agent.expect("InboxChanged").await;
        if row["triage"]["proposed_at"].is_i64() {
            return row["triage"]["passed"].as_u64().expect("a number");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_nobody_decides_on_climbs_before_the_answer_is_late() {
    let _simulation = Simulation::begin(7);
    let mut desk = desk().await;
    desk.rig.app.shutdown.spawn(desk.rig.app.chat.passing());
    let number = desk.proposes(9, SECRET).await;
    assert_eq!(passed(&mut desk.ada).await, 0);
    // A site says ten minutes unless its owner has said otherwise.
    tokio::time::advance(Duration::from_secs(299)).await;
    assert!(desk.ada.told().await.iter().all(|(kind, _)| kind != "Activity"));
    tokio::time::advance(Duration::from_secs(2)).await;
    assert_eq!(desk.ada.expect("Activity").await["deed"], "Passed");
    assert_eq!(passed(&mut desk.ada).await, 1);
    tokio::time::advance(Duration::from_mins(5)).await;
    assert_eq!(passed(&mut desk.ada).await, 2);
    tokio::time::advance(Duration::from_mins(50)).await;
    assert!(desk.ada.told().await.iter().all(|(kind, _)| kind != "Activity"), "and no further");
    desk.visitor_knows_nothing().await;
    desk.ada.say(desk.verdict(number, "Approved", "")).await;
    desk.visitor.expect("Message").await;
    // The next one's clock is its own.
    desk.proposes(10, SECRET).await;
    assert_eq!(passed(&mut desk.ada).await, 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_written_for_later_goes_by_itself_and_once() {
    let simulation = Simulation::begin(9);
    let mut desk = desk().await;
    desk.rig.app.shutdown.spawn(desk.rig.app.chat.sending());
    let now = desk.rig.app.clock.now();
    let later = |number: u32, minutes: i64| json!({"Propose": {"client_id": cid(number), "conversation": desk.conversation, "body": SECRET, "due": now + minutes * 60_000}});
    let plan = [later(9, 10), later(10, 20), later(11, 0), later(12, 600_000), later(13, 5)];
    for planned in &plan[..2] {
        desk.ada.say(planned.clone()).await;
        desk.ada.expect("Accepted").await;
    }
    for wrong in [&plan[2], &plan[3]] {
        desk.ada.say(wrong.clone()).await;
        assert_eq!(desk.ada.expect("Refused").await["code"], "BadRequest");
    }
    let told = desk.can.expect("Proposal").await;
    desk.can.say(plan[4].clone()).await;
    assert_eq!(desk.can.expect("Refused").await["code"], "Forbidden", "what goes by itself, nobody approves");
    assert_eq!((&told["due"], &told["author"]["name"]), (&json!(now + 600_000), &json!("ada")));
    let number = told["number"].as_u64().expect("a number");
    assert_eq!(desk.rig.store_row(&desk.conversation).await.triage.proposed_at, None);
    desk.ada.say(desk.verdict(number, "Sent", "")).await;
    assert_eq!(desk.ada.expect("Refused").await["code"], "BadRequest");
    tokio::time::advance(Duration::from_mins(9)).await;
    desk.visitor_knows_nothing().await;
    tokio::time::advance(Duration::from_secs(61)).await;
    let said = desk.visitor.expect("Message").await;
    assert_eq!((&said["body"], &said["author"]["Agent"]["name"]), (&json!(SECRET), &json!("ada")));
    assert_eq!(said["client_id"], cid(9));
    // The other one, now: it does not go again at its time.
    desk.ada.say(desk.verdict(number + 1, "Approved", "")).await;
    assert_eq!(desk.visitor.expect("Message").await["client_id"], cid(10));
    tokio::time::advance(Duration::from_mins(30)).await;
    assert!(desk.visitor.told().await.iter().all(|(kind, _)| kind != "Message"), "once");
    drop(simulation);
}

impl Rig {
    async fn store_row(&self, conversation: &Value) -> merhaba_shared::protocol::agent::InboxRow {
        let who = crate::store::Principal::Agent("ada".into());
        let name = conversation.as_str().expect("a name").into();
        self.app.store.row(who, name).await.expect("a store").expect("a row")
    }
}

impl Desk {
    /// What the trainee has begun here.
    async fn begun(&self) -> Vec<String> {
        let name = self.conversation.as_str().expect("a name").into();
        let drafts = self.rig.app.store.drafts_in("can".into(), name, self.rig.app.clock.now()).await;
        let drafts = drafts.expect("a store").expect("a conversation");
        drafts.into_iter().filter_map(|draft| draft.body).collect()
    }
}
