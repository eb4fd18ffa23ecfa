//! Where visitors are, and what is known of them beside the thread.
use super::world::{Open, World, get, quiet};
use crate::store::Walk;
use merhaba_shared::protocol::{
    ids::{AgentId, ConversationId, Millis, VisitorId},
    limits::{PAST_PAGE, TRAIL},
    model::Rating,
    person::{Attribute, Identity, Person, Step, Visit},
};

fn walk(name: &str, at: Millis, urls: &[&str]) -> Walk {
    let steps = urls.iter().map(|url| Step { url: (*url).into(), title: url.to_uppercase(), at });
    Walk {
        visitor: VisitorId::from(name),
        steps: steps.collect(),
        referrer: "https://search.example/".into(),
        device: None,
        attributes: None,
        at,
    }
}

fn urls(visit: &Visit) -> Vec<&str> {
    visit.trail.iter().map(|step| step.url.as_str()).collect()
}

fn person(world: &World, who: &str, of: &ConversationId) -> Option<Person> {
    get(world.store.person(AgentId::from(who), of.clone(), None))
}

/// Nothing of somebody without a row; a repeat changes nothing; the latest pages stay; all of it over a restart.
pub fn a_visit_is_kept_of_those_who_have_written(open: &Open) {
    let world = World::new(open);
    assert_eq!(get(world.store.walk(walk("ali", 1, &["a"]), quiet())), None);
    let name = world.begins("ali");
    assert_eq!(person(&world, "mert", &name).expect("theirs").visit, None);
    let at = world.tick();
    let said = Some(vec![Attribute { name: "plan".into(), value: "Usta".into() }]);
    let first = Walk { attributes: said.clone(), ..walk("ali", at, &["a", "b", "b"]) };
    let visit = get(world.store.walk(first.clone(), quiet())).expect("a row");
    assert_eq!((urls(&visit), visit.began_at, visit.at), (vec!["a", "b"], at, at));
    assert_eq!(get(world.store.walk(first, quiet())), Some(visit.clone()), "a repeat");
    let world = world.restarted(open);
    assert_eq!(person(&world, "can", &name).expect("a trainee too").visit, Some(visit));
    let later = world.tick();
    let many: Vec<_> = (0..TRAIL).map(|n| format!("p{n}")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    let visit = get(world.store.walk(walk("ali", later, &many), quiet())).expect("a row");
    assert_eq!((urls(&visit), visit.began_at, visit.at), (many, at, later));
    assert_eq!(Some(visit.attributes), said, "what was said stays until something else is");
    assert_eq!(person(&world, "eva", &name), None, "of another site");
}

/// Newest first, page by page without a hole, with ratings and notes; and how often they were there.
pub fn past_conversations_are_walked_once(open: &Open) {
    let world = World::new(open);
    let all: Vec<_> = (0..PAST_PAGE + 3).map(|_| world.begins("ali")).collect();
    world.begins("veli");
    for (of, csat) in [(&all[0], Some(100)), (&all[1], Some(51)), (&all[2], None)] {
        let closing = world.resolves("mert", of).head;
        let rating = Rating { closing, csat, ces: None, comment: Some("Hızlı".into()) };
        let rated = world.store.rate("ali".into(), of.clone(), rating, world.tick(), quiet());
        assert!(get(rated).is_some());
    }
    get(world.store.note(world.agent_says("mert", &all[1]), quiet()));
    let newest = all.last().expect("some");
    let first = person(&world, "mert", newest).expect("theirs");
    assert_eq!((first.conversations, first.rated, first.csat), (13, 2, Some(76)));
    assert_eq!((first.identity, first.past.len(), first.more), (Identity::Anonymous, PAST_PAGE, true));
    let before = first.past.last().map(|past| past.conversation.clone());
    let rest = get(world.store.person("mert".into(), newest.clone(), before)).expect("theirs");
    assert!(!rest.more);
    let walked: Vec<_> = first.past.iter().chain(&rest.past).map(|past| past.conversation.clone()).collect();
    let others: Vec<_> = all.iter().rev().skip(1).cloned().collect();
    assert_eq!(walked, others);
    let rated = rest.past.iter().find(|past| past.conversation == all[1]).expect("walked");
    assert_eq!(rated.rating.as_ref().and_then(|rating| rating.csat), Some(51));
    assert_eq!(rated.rating.as_ref().and_then(|rating| rating.comment.as_deref()), Some("Hızlı"));
    assert_eq!((rated.notes, rest.past.last().map(|past| past.notes)), (1, Some(0)));
    // A conversation of somebody else is no place to begin from.
    let other = world.begins("veli");
    let none = get(world.store.person("mert".into(), newest.clone(), Some(other))).expect("theirs");
    assert!(none.past.is_empty());
}
