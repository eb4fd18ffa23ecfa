//! A visitor whom nobody answers is told to ever more of the team, in the site's time and while it is open; whoever calls
//! for owners has them at once. The visitor hears nothing of it.
use super::*;
use crate::{
    clock::simulated::Simulation,
    domain::{reception::Reception, routing::Routing},
    store::SiteSettings,
};
use std::time::Duration;

const REASON: &str = "words for the owner";

/// A visitor who waits, a trainee and an owner who look at it, and what climbs.
struct Desk {
    rig: Rig,
    visitor: Client,
    can: Client,
    ayse: Client,
    conversation: Value,
    /// What the trainee was told and no test has looked at.
    heard: Vec<(String, Value)>,
}

async fn desk() -> Desk {
    let rig = Rig::with(false).await;
    let (can, ayse) =
        (rig.sign_in("can", "shop", Role::Trainee).await, rig.sign_in("ayse", "shop", Role::Owner).await);
    let (mut visitor, _) = rig.visitor(json!({})).await;
    visitor.say(send(1, "question")).await;
    let conversation = visitor.expect("Accepted").await["conversation"].clone();
    let ((mut can, _), (mut ayse, _)) = (rig.agent(can, json!({})).await, rig.agent(ayse, json!({})).await);
    for agent in [&mut can, &mut ayse] {
        agent.say(json!({"Open": {"conversation": conversation}})).await;
        agent.expect("InboxChanged").await;
    }
    rig.app.shutdown.spawn(rig.app.chat.climbing());
    Desk { rig, visitor, can, ayse, conversation, heard: Vec::new() }
}

impl Desk {
    /// Time passes, in pieces in which every page still answers the relay's pings; what comes meanwhile is kept.
    async fn pass(&mut self, minutes: u64) {
        for _ in 0..minutes * 3 {
            tokio::time::advance(Duration::from_secs(20)).await;
            self.heard.extend(self.can.told().await);
            self.ayse.told().await;
            self.visitor_knows_nothing().await;
        }
    }

    /// The rungs that the trainee has heard of since this was asked last, and the latest row's rung and tellings.
    async fn steps(&mut self) -> (Vec<u64>, Option<(u64, u64)>) {
        self.heard.extend(self.can.told().await);
        let told = std::mem::take(&mut self.heard);
        let steps = told.iter().filter(|(_, content)| content["deed"] == "Climbed");
        let steps = steps.filter_map(|(_, content)| content["detail"]["Rung"].as_u64()).collect();
        let rows = told.iter().filter(|(kind, _)| kind == "InboxChanged").map(|(_, row)| &row["triage"]);
        let last =
            rows.filter_map(|triage| Some((triage["rung"].as_u64()?, triage["told"].as_u64()?))).next_back();
        (steps, last)
    }

    /// Until now the visitor was told nothing of it.
    async fn visitor_knows_nothing(&mut self) {
        for (kind, content) in self.visitor.told().await {
            let text = content.to_string();
            assert!(!matches!(kind.as_str(), "Activity" | "InboxChanged" | "Counts"), "{kind}");
            assert!(
                !["rung", "Climbed", "Escalated", REASON].iter().any(|word| text.contains(word)),
                "{text}"
            );
        }
    }

    async fn opens(&self, hours: &str) {
        let reception =
            Reception { hours: serde_json::from_str(hours).expect("hours"), ..Reception::default() };
        let settings = SiteSettings { name: "shop".into(), reception, ..SiteSettings::default() };
        self.rig.app.chat.change_site("shop".into(), settings).await.expect("a store");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unanswered_visitor_climbs_to_the_team_then_to_the_owners_and_stays_loud() {
    let _simulation = Simulation::begin(7);
    let mut desk = desk().await;
    desk.pass(1).await;
    assert_eq!(desk.steps().await.0, [0; 0]);
    desk.pass(2).await;
    assert_eq!(desk.steps().await, (vec![1], Some((1, 1))));
    desk.pass(3).await;
    assert_eq!(desk.steps().await, (vec![2], Some((2, 2))));
    desk.pass(6).await;
    assert_eq!(desk.steps().await, (vec![], Some((2, 3))), "told again, without another line");
    desk.visitor_knows_nothing().await;
    let reply = json!({"Reply": {"client_id": cid(9), "conversation": desk.conversation, "body": "here"}});
    desk.ayse.say(reply).await;
    desk.visitor.expect("Message").await;
    desk.pass(20).await;
    assert_eq!(desk.steps().await, (vec![], Some((0, 0))), "answered");
    // The next question's clock is its own.
    desk.visitor.say(send(2, "and this")).await;
    desk.pass(1).await;
    assert_eq!(desk.steps().await, (vec![], Some((0, 0))));
}

#[tokio::test(start_paused = true)]
async fn whoever_takes_it_has_their_time_and_what_is_given_back_climbs_at_once() {
    let _simulation = Simulation::begin(7);
    let mut desk = desk().await;
    desk.pass(3).await;
    assert_eq!(desk.steps().await.0, [1]);
    desk.ayse.say(json!({"Claim": {"conversation": desk.conversation}})).await;
    desk.pass(1).await;
    assert_eq!(desk.steps().await, (vec![], Some((0, 0))));
    desk.ayse.say(json!({"Assign": {"conversation": desk.conversation, "agent": null}})).await;
    desk.pass(1).await;
    assert_eq!(desk.steps().await, (vec![1], Some((1, 1))));
}

#[tokio::test(start_paused = true)]
async fn where_a_site_is_closed_nobody_is_called_until_it_opens() {
    let _simulation = Simulation::begin(7);
    let mut desk = desk().await;
    desk.opens(r#"{"zone":"UTC"}"#).await;
    desk.pass(30).await;
    assert_eq!(desk.steps().await.0, [0; 0]);
    desk.opens("null").await;
    desk.pass(1).await;
    assert_eq!(desk.steps().await.0, [1], "one rung, and not all that were missed");
}

#[tokio::test(start_paused = true)]
async fn two_who_look_climb_once_and_an_owner_who_wants_none_of_it_has_none() {
    let _simulation = Simulation::begin(7);
    let mut desk = desk().await;
    desk.rig.app.shutdown.spawn(desk.rig.app.chat.climbing());
    desk.pass(3).await;
    assert_eq!(desk.steps().await, (vec![1], Some((1, 1))));
    let routing = Routing { team_minutes: 0, admins_minutes: 0, ..Routing::default() };
    let settings = SiteSettings { name: "shop".into(), routing, ..SiteSettings::default() };
    desk.rig.app.chat.change_site("shop".into(), settings).await.expect("a store");
    desk.pass(30).await;
    assert_eq!(desk.steps().await.0, [0; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_trainee_calls_the_owner_with_a_reason() {
    let _simulation = Simulation::begin(7);
    let mut desk = desk().await;
    let call = |reason: &str| json!({"Escalate": {"conversation": desk.conversation, "reason": reason}});
    for (reason, code) in [("  ", "BadRequest"), (&"x".repeat(1001), "BadRequest")] {
        desk.can.say(call(reason)).await;
        assert_eq!(desk.can.expect("Refused").await["code"], code);
    }
    desk.can.say(json!({"Escalate": {"conversation": "nobody's", "reason": "x"}})).await;
    assert_eq!(desk.can.expect("Refused").await["code"], "NotFound");
    desk.can.say(call(REASON)).await;
    let line = desk.ayse.expect("Activity").await;
    assert_eq!((&line["deed"], &line["detail"]["Reason"]), (&json!("Escalated"), &json!(REASON)));
    let row = desk.ayse.expect("InboxChanged").await;
    assert_eq!((&row["triage"]["rung"], &row["triage"]["told"]), (&json!(2), &json!(1)));
    desk.visitor_knows_nothing().await;
}
