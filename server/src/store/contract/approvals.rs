//! What waits for approval: kept over a restart, in the list and its count, no message before somebody lets it go, and told
//! to more in the site's own time.
use super::world::{Open, World, get, quiet};
use crate::{
    domain::routing::Routing,
    store::{Bounded, Principal, Proposed, Settled},
};
use merhaba_shared::protocol::{
    agent::{BackstageLine, Filter, List},
    approval::{Decide, Proposal, Verdict},
    ids::{AgentId, ConversationId, Millis},
    triage::Only,
};

fn propose(world: &World, name: &ConversationId) -> Proposal {
    match get(world.store.propose(world.agent_says("can", name), None, quiet())) {
        Some(Bounded::Done(Proposed::Stored { proposal, .. })) => *proposal,
        other => panic!("{other:?}"),
    }
}

fn decide(world: &World, who: &str, of: &Proposal, verdict: Verdict, text: &str) -> Option<Settled> {
    let (conversation, number) = (of.conversation.clone(), of.number);
    let decide = Decide { conversation, number, verdict, text: text.into() };
    get(world.store.decide(AgentId::from(who), decide, world.tick(), quiet()))
}

/// Whoever waits the longest first, of all sites of the agent.
fn listed(world: &World, who: &str) -> Vec<ConversationId> {
    let page = get(world.store.inbox(AgentId::from(who), List::whole(Filter::Approval, None, 9)));
    page.conversations.into_iter().map(|row| row.conversation).collect()
}

fn counted(world: &World) -> u32 {
    get(world.store.counts("shop".into(), Only::default())).expect("a site").approval
}

/// The log of the visitor, who is told nothing before.
fn visitor_reads(world: &World, who: &str, name: &ConversationId) -> Vec<String> {
    let visitor = world.row(name).visitor.id;
    let missed = get(world.store.missed(Principal::Visitor(visitor), name.clone(), 0, usize::MAX));
    let items = missed.unwrap_or_else(|| panic!("{who} has none")).items;
    items.iter().map(|item| format!("{item:?}")).collect()
}

/// Whoever wrote first is let go first in the list; the log of the visitor is without it until then.
pub fn what_waits_for_approval_outlives_a_restart_and_is_said_once(open: &Open) {
    let world = World::new(open);
    let (first, second) = (world.begins("ali"), world.begins("veli"));
    let (later, sooner) = (propose(&world, &second), propose(&world, &first));
    let other = propose(&world, &first);
    assert_eq!((listed(&world, "mert"), counted(&world)), (vec![second.clone(), first.clone()], 2));
    assert!(listed(&world, "eva").is_empty());
    let world = world.restarted(open);
    assert_eq!((listed(&world, "mert"), counted(&world)), (vec![second.clone(), first.clone()], 2));
    assert_eq!(world.row(&first).triage.proposed_at, Some(sooner.at));
    let lines = get(world.store.backstage("mert".into(), first.clone(), None, 9)).expect("a conversation");
    assert_eq!(lines, [BackstageLine::Proposal(sooner.clone()), BackstageLine::Proposal(other.clone())]);
    assert!(visitor_reads(&world, "ali", &first).iter().all(|line| !line.contains(&sooner.body)));
    assert_eq!(decide(&world, "eva", &sooner, Verdict::Approved, ""), None, "of another site");
    let settled = decide(&world, "mert", &sooner, Verdict::Approved, "").expect("theirs");
    assert!(settled.decided.won && settled.items.len() == 1 && settled.activities.len() == 2);
    let again = decide(&world, "ayse", &sooner, Verdict::Returned, "why").expect("theirs");
    assert_eq!((again.decided.won, again.decided.verdict), (false, Verdict::Approved));
    assert_eq!(again.decided.by.id, "mert".into());
    assert!(visitor_reads(&world, "ali", &first).iter().any(|line| line.contains(&sooner.body)));
    assert_eq!(world.row(&first).triage.proposed_at, Some(other.at), "the next one waits");
    decide(&world, "mert", &later, Verdict::Returned, "why");
    decide(&world, "mert", &other, Verdict::Changed, "in other words");
    assert!(visitor_reads(&world, "ali", &first).iter().all(|line| !line.contains(&other.body)));
    assert_eq!((listed(&world, "mert"), counted(&world)), (Vec::new(), 0));
    let world = world.restarted(open);
    assert_eq!((listed(&world, "mert"), world.row(&first).triage.proposed_at), (Vec::new(), None));
}

/// After half of the site's minutes, after all of them, and no more.
pub fn what_nobody_decides_on_is_passed_on_in_the_sites_time(open: &Open) {
    let world = World::new(open);
    let name = world.begins("ali");
    assert_eq!(get(world.store.next_pass()), None);
    let at = propose(&world, &name).at;
    let minutes = |of: Millis| at + of * 60_000;
    assert_eq!(get(world.store.next_pass()), Some(minutes(5)));
    let mut settings = world.site("shop").settings;
    settings.routing = Routing { target_minutes: 4, ..Routing::default() };
    get(world.store.update_site("shop".into(), settings.clone()));
    assert_eq!(get(world.store.next_pass()), Some(minutes(2)));
    assert!(get(world.store.pass(minutes(2) - 1, quiet())).is_empty());
    assert_eq!(get(world.store.pass(minutes(2), quiet())).len(), 1);
    let world = world.restarted(open);
    assert_eq!((world.row(&name).triage.passed, get(world.store.next_pass())), (1, Some(minutes(4))));
    assert_eq!(get(world.store.pass(minutes(60), quiet())).len(), 1);
    assert_eq!((world.row(&name).triage.passed, get(world.store.next_pass())), (2, None));
    // A site whose owner wants none of it.
    settings.routing = Routing { target_minutes: 0, ..Routing::default() };
    get(world.store.update_site("shop".into(), settings));
    propose(&world, &world.begins("veli"));
    assert_eq!(get(world.store.next_pass()), None);
}

/// Each once and in the name of its author, whoever looks how often and after a restart; decided before, it does not go. What
/// its author may not send waits for approval.
pub fn what_is_written_for_later_goes_at_its_time(open: &Open) {
    let world = World::new(open);
    let name = world.begins("ali");
    let at = |due| match get(world.store.propose(world.agent_says("mert", &name), Some(due), quiet())) {
        Some(Bounded::Done(Proposed::Stored { proposal, .. })) => *proposal,
        other => panic!("{other:?}"),
    };
    let (second, first, third) = (at(9_000), at(8_000), at(9_500));
    assert_eq!((listed(&world, "mert"), counted(&world)), (Vec::new(), 0), "nobody is asked to approve it");
    assert_eq!((get(world.store.next_due()), get(world.store.next_pass())), (Some(8_000), None));
    assert_eq!(decide(&world, "ayse", &third, Verdict::Withdrawn, ""), None, "not theirs");
    assert!(decide(&world, "mert", &third, Verdict::Withdrawn, "").expect("theirs").items.is_empty());
    assert!(get(world.store.send_due(7_999, quiet())).is_empty());
    let world = world.restarted(open);
    assert!(visitor_reads(&world, "ali", &name).iter().all(|line| !line.contains(&first.body)));
    let sent = get(world.store.send_due(9_000, quiet()));
    let numbers: Vec<_> = sent.iter().map(|settled| (settled.decided.number, settled.decided.won)).collect();
    assert_eq!(numbers, [(first.number, true), (second.number, true)], "the oldest first");
    assert!(sent.iter().all(|settled| settled.items.len() == 1 && settled.decided.by.id == "mert".into()));
    assert!(get(world.store.send_due(99_000, quiet())).is_empty(), "once");
    assert_eq!(get(world.store.next_due()), None);
    let log = visitor_reads(&world, "ali", &name);
    let said = |body: &str| log.iter().filter(|line| line.contains(&format!("{body:?}"))).count();
    assert_eq!([&first, &second, &third].map(|of| said(&of.body)), [1, 1, 0]);
    assert!(!log.concat().contains("Sent") && !log.concat().contains("due"), "{log:?}");

    let trainees = get(world.store.propose(world.agent_says("can", &name), Some(99_100), quiet()));
    assert!(matches!(trainees, Some(Bounded::Done(Proposed::Stored { .. }))));
    let sent = get(world.store.send_due(99_200, quiet()));
    assert!(sent.len() == 1 && !sent[0].decided.won && sent[0].items.is_empty());
    assert_eq!((listed(&world, "mert"), counted(&world)), (vec![name.clone()], 1), "it waits for approval");
    assert!(get(world.store.send_due(99_300, quiet())).is_empty());
}
