//! Tags, how urgent, put off until, bookmarks; the lists and counts that come of them.
use super::world::{Open, World, get, quiet, sender, stored};
use crate::store::{AgentMessage, Bounded, Changed, Noted, VisitorMessage};
use merhaba_shared::protocol::{
    agent::{BackstageLine, Deed, Filter, InboxRow, List, Role},
    ids::{AgentId, ConversationId, Millis},
    limits::TAGS,
    model::{Item, Kind, Status},
    triage::{Counts, Detail, Only, Priority},
};

fn tag(world: &World, who: &str, name: &ConversationId, tag: &str, on: bool) -> Option<Bounded<Changed>> {
    get(world.store.tag(AgentId::from(who), name.clone(), (tag.into(), on), world.tick(), quiet()))
}

fn snooze(world: &World, name: &ConversationId, until: Option<Millis>) -> Option<Changed> {
    get(world.store.snooze("mert".into(), name.clone(), until, world.tick(), quiet()))
}

fn tags(row: &InboxRow) -> Vec<&str> {
    row.triage.tags.iter().map(String::as_str).collect()
}

/// What the backstage says was done.
fn deeds(world: &World, name: &ConversationId) -> Vec<(Deed, Option<Detail>)> {
    let lines = get(world.store.backstage("mert".into(), name.clone(), None, 50)).expect("a conversation");
    let deed = |line| match line {
        BackstageLine::Activity(activity) => Some((activity.deed, activity.detail)),
        BackstageLine::Note(_) | BackstageLine::Proposal(_) => None,
    };
    lines.into_iter().filter_map(deed).collect()
}

/// The names in a list, page by page.
fn walk(world: &World, who: &str, filter: Filter, only: &Only, limit: u16) -> Vec<ConversationId> {
    let (mut names, mut cursor) = (Vec::new(), None);
    loop {
        let list = List { filter, cursor, limit, only: only.clone() };
        let page = get(world.store.inbox(AgentId::from(who), list));
        assert!(page.conversations.len() <= usize::from(limit) && page.only == *only);
        names.extend(page.conversations.into_iter().map(|row| row.conversation));
        assert!(names.len() < 100, "it does not end");
        cursor = page.cursor;
        if cursor.is_none() {
            return names;
        }
    }
}

/// However its capitals are, in Turkish too; the first spelling stays, on other conversations of the site as well.
pub fn a_tag_has_one_spelling_and_a_bound(open: &Open) {
    let world = World::new(open);
    let (name, other) = (world.begins("ali"), world.begins("veli"));
    for spelling in ["İade", "IADE", "ıade"] {
        let Some(Bounded::Done(changed)) = tag(&world, "mert", &name, spelling, true) else {
            panic!("tagged")
        };
        assert_eq!(tags(&changed.row), ["İade"], "{spelling}");
    }
    tag(&world, "mert", &other, "iade", true);
    tag(&world, "mert", &other, "Acil", true);
    assert_eq!(tags(&world.row(&other)), ["Acil", "İade"], "in the order of letters");
    assert_eq!(get(world.store.tags("shop".into())), ["Acil", "İade"]);
    assert!(get(world.store.tags("other".into())).is_empty());
    tag(&world, "mert", &name, "IADE", false);
    tag(&world, "mert", &name, "IADE", false);
    assert!(tags(&world.row(&name)).is_empty());
    let said = |deed| (deed, Some(Detail::Tag("İade".into())));
    assert_eq!(deeds(&world, &name), [said(Deed::Tagged), said(Deed::Untagged)], "each once");
    for number in 0..TAGS {
        let done = tag(&world, "mert", &name, &format!("t{number}"), true);
        assert!(matches!(done, Some(Bounded::Done(_))));
    }
    assert_eq!(tag(&world, "mert", &name, "one more", true), Some(Bounded::TooMany));
    assert_eq!(world.row(&name).triage.tags.len(), TAGS);
    assert_eq!(tag(&world, "eva", &name, "foreign", true), None);
    let world = world.restarted(open);
    assert_eq!(world.row(&name).triage.tags.len(), TAGS);
}

/// What is so already makes no line; a restart keeps all of it.
pub fn how_urgent_and_put_off_stand_in_the_row_and_the_backstage(open: &Open) {
    let world = World::new(open);
    let name = world.begins("ali");
    let set = |who: &str, priority| {
        get(world.store.prioritise(AgentId::from(who), name.clone(), priority, world.tick(), quiet()))
    };
    assert!(set("mert", Priority::Normal).expect("theirs").activity.is_none());
    assert!(set("mert", Priority::Urgent).expect("theirs").activity.is_some());
    assert_eq!(set("eva", Priority::Low), None);
    let snoozed = snooze(&world, &name, Some(99_000)).expect("theirs");
    assert_eq!((snoozed.row.status, snoozed.row.triage.snoozed_until), (Status::Snoozed, Some(99_000)));
    assert!(snooze(&world, &name, Some(99_000)).expect("theirs").activity.is_none());
    assert!(snoozed.items.is_empty(), "the visitor sees nothing of it");
    let world = world.restarted(open);
    let row = world.row(&name);
    assert_eq!((row.triage.priority, row.triage.snoozed_until), (Priority::Urgent, Some(99_000)));
    assert_eq!(snooze(&world, &name, None).expect("theirs").row.status, Status::Open);
    let done = [
        (Deed::Prioritised, Some(Detail::Priority(Priority::Urgent))),
        (Deed::Snoozed, Some(Detail::Until(99_000))),
        (Deed::Woken, None),
    ];
    assert_eq!(deeds(&world, &name), done);
    get(world.store.resolve("mert".into(), name.clone(), world.tick(), quiet()));
    assert!(
        snooze(&world, &name, Some(99_000)).expect("theirs").activity.is_none(),
        "what is done stays done"
    );
    assert_eq!(world.row(&name).status, Status::Resolved);
}

/// Not before, and each once.
pub fn what_was_put_off_opens_at_its_time_also_after_a_restart(open: &Open) {
    let world = World::new(open);
    let (early, late) = (world.begins("ali"), world.begins("veli"));
    assert_eq!(get(world.store.next_wake()), None);
    snooze(&world, &late, Some(90_000));
    snooze(&world, &early, Some(50_000));
    assert_eq!(get(world.store.next_wake()), Some(50_000));
    assert!(get(world.store.wake(49_999, quiet())).is_empty());
    let world = world.restarted(open);
    let woken = get(world.store.wake(50_000, quiet()));
    let names: Vec<_> = woken.iter().map(|changed| &changed.row.conversation).collect();
    assert_eq!(names, [&early]);
    let activity = woken[0].activity.as_ref().expect("a line of the backstage");
    assert_eq!((activity.deed, activity.author.id.as_str()), (Deed::Woken, "mert"));
    assert_eq!((world.row(&early).status, world.row(&early).triage.snoozed_until), (Status::Open, None));
    assert_eq!(get(world.store.next_wake()), Some(90_000));
    assert!(get(world.store.wake(50_001, quiet())).is_empty());
    assert_eq!(get(world.store.wake(i64::MAX, quiet())).len(), 1);
    assert_eq!(get(world.store.next_wake()), None);
}

/// Their message goes there and not into a new conversation.
pub fn a_visitor_opens_what_was_put_off(open: &Open) {
    let world = World::new(open);
    let name = world.begins("ali");
    snooze(&world, &name, Some(50_000));
    let said = stored(world.send(VisitorMessage { conversation: None, ..world.visitor_says("ali") }));
    assert_eq!((&said.accepted.conversation, said.began), (&name, false));
    assert!(matches!(&said.items[0], Item::Entry(entry) if entry.kind == Kind::Reopened));
    assert_eq!((said.row.status, said.row.triage.snoozed_until), (Status::Open, None));
    assert_eq!(get(world.store.next_wake()), None);
    let world = world.restarted(open);
    assert_eq!((world.row(&name).status, world.row(&name).triage.snoozed_until), (Status::Open, None));
}

/// The longest wait first, what opens next first, somebody else's without mine; over two sites, one at a time.
pub fn lists_are_walked_in_their_order(open: &Open) {
    let world = World::new(open);
    world.hire("mert", "other", Role::Agent);
    let mut names = Vec::new();
    for number in 0..6 {
        let site = if number % 2 == 0 { "other" } else { "shop" };
        let message = VisitorMessage { from: sender(site, &format!("v{number}")), ..world.visitor_says("") };
        names.push(stored(world.send(message)).accepted.conversation);
    }
    // The first writes again: the latest active, and still the one that waits longest.
    world.send(VisitorMessage { from: sender("other", "v0"), ..world.visitor_says("") });
    world.answers("ayse", &names[3]);
    world.answers("mert", &names[4]);
    for (at, until) in [(1, 70_000), (5, 60_000)] {
        snooze(&world, &names[at], Some(until));
    }
    let is = |filter, at: &[usize]| {
        let expected: Vec<_> = at.iter().map(|at| names[*at].clone()).collect();
        for limit in [1, 2, 50] {
            let seen = walk(&world, "mert", filter, &Only::default(), limit);
            assert_eq!(seen, expected, "{filter:?} by {limit}");
        }
    };
    is(Filter::Waiting, &[0, 2]);
    is(Filter::Snoozed, &[5, 1]);
    is(Filter::Team, &[3]);
    is(Filter::Mine, &[4]);
    is(Filter::Open, &[4, 3, 0, 2]);
}

/// By site, tag, somebody and language, one alone and together; a page may be short, and the cursor goes on.
pub fn a_narrowed_list_is_walked_to_its_end(open: &Open) {
    let world = World::new(open);
    world.hire("mert", "other", Role::Agent);
    let (one, two) = (world.begins("ali"), world.begins("veli"));
    let there = VisitorMessage { from: sender("other", "can"), ..world.visitor_says("") };
    let there = stored(world.send(there)).accepted.conversation;
    tag(&world, "mert", &one, "İade", true);
    tag(&world, "mert", &there, "iade", true);
    world.answers("ayse", &two);
    let is = |only: Only, expected: &[&ConversationId]| {
        for limit in [1, 50] {
            let seen = walk(&world, "mert", Filter::Open, &only, limit);
            assert_eq!(seen.iter().collect::<Vec<_>>(), expected, "{only:?} by {limit}");
        }
    };
    let tag = || Some("IADE".to_owned());
    is(Only { tag: tag(), ..Only::default() }, &[&there, &one]);
    is(Only { tag: tag(), site: Some("shop".into()), ..Only::default() }, &[&one]);
    is(Only { site: Some("shop".into()), ..Only::default() }, &[&two, &one]);
    is(Only { agent: Some("ayse".into()), ..Only::default() }, &[&two]);
    is(Only { agent: Some("nobody".into()), ..Only::default() }, &[]);
    is(Only { tag: Some("none".into()), ..Only::default() }, &[]);
    is(Only { locale: Some("tr".into()), ..Only::default() }, &[&two, &there, &one]);
    is(Only { locale: Some("en".into()), ..Only::default() }, &[]);
    is(Only { site: Some("foreign".into()), ..Only::default() }, &[]);
}

/// Whatever was done, each list holds as many as are counted.
pub fn counts_are_what_lists_hold(open: &Open) {
    let world = World::new(open);
    let names: Vec<_> = (0..7).map(|number| world.begins(&format!("v{number}"))).collect();
    world.answers("mert", &names[0]);
    world.answers("ayse", &names[1]);
    world.says("v1");
    snooze(&world, &names[2], Some(50_000));
    get(world.store.resolve("mert".into(), names[3].clone(), world.tick(), quiet()));
    get(world.store.claim("ayse".into(), names[4].clone(), world.tick(), quiet()));
    let counts = |site: &str| get(world.store.counts(site.into(), Only::default()));
    let Counts { open, unassigned, waiting, snoozed, owned, .. } = counts("shop").expect("a site");
    let mut owned: Vec<_> = owned.into_iter().map(|owned| (owned.agent.0, owned.open)).collect();
    owned.sort_unstable();
    assert_eq!(owned, [("ayse".into(), 2), ("mert".into(), 1)]);
    let held = |filter| u32::try_from(walk(&world, "mert", filter, &Only::default(), 50).len()).expect("few");
    let lists = [Filter::Open, Filter::Unassigned, Filter::Waiting, Filter::Snoozed].map(held);
    assert_eq!([open, unassigned, waiting, snoozed], lists);
    assert_eq!((open, held(Filter::Team), held(Filter::Mine)), (5, 2, 1));
    assert_eq!(counts("other").expect("a site").open, 0);
    assert_eq!(counts("none"), None);
    tag(&world, "mert", &names[0], "İade", true);
    tag(&world, "mert", &names[2], "iade", true);
    let narrowed = [
        Only { tag: Some("IADE".into()), ..Only::default() },
        Only { tag: Some("none".into()), ..Only::default() },
        Only { agent: Some("ayse".into()), ..Only::default() },
        Only { agent: Some("nobody".into()), ..Only::default() },
        Only { locale: Some("TR".into()), ..Only::default() },
        Only { locale: Some("t".into()), ..Only::default() },
        Only { tag: Some("iade".into()), agent: Some("mert".into()), ..Only::default() },
    ];
    let mut all = Vec::new();
    for only in narrowed {
        let held = |filter| u32::try_from(walk(&world, "mert", filter, &only, 50).len()).expect("few");
        let lists = [Filter::Open, Filter::Unassigned, Filter::Waiting, Filter::Snoozed].map(held);
        let counts = get(world.store.counts("shop".into(), only.clone())).expect("a site");
        assert_eq!([counts.open, counts.unassigned, counts.waiting, counts.snoozed], lists, "{only:?}");
        all.push(lists.iter().sum::<u32>());
    }
    assert!(all[0] > 0 && all[2] > 0 && all[4] > 0 && all[6] > 0, "{all:?}");
    assert_eq!((all[1], all[3], all[5]), (0, 0, 0));
}

/// Whoever is mentioned in a note finds it until they have looked; nobody of another site is, nor who wrote it.
pub fn who_is_mentioned_finds_it_until_they_have_looked(open: &Open) {
    let world = World::new(open);
    let (one, two) = (world.begins("ali"), world.begins("veli"));
    let note = |name: &ConversationId, body: &str| {
        let note = AgentMessage { body: body.into(), ..world.agent_says("mert", name) };
        match get(world.store.note(note.clone(), quiet())) {
            Noted::Stored { mentioned, .. } => (mentioned, note),
            other => panic!("not stored: {other:?}"),
        }
    };
    assert_eq!(note(&one, "@Ayse, @mert, @eva: bakın").0, ["ayse".into()] as [AgentId; 1]);
    let (mentioned, written) = note(&two, "@can ve @ayse");
    assert_eq!(mentioned.len(), 2);
    assert!(matches!(get(world.store.note(written, quiet())), Noted::Repeated(_)), "mentions nobody again");
    note(&one, "kimse");
    let mentions = |world: &World, who: &str| get(world.store.mentions(AgentId::from(who)));
    assert_eq!(mentions(&world, "ayse"), [two.clone(), one.clone()], "the latest first");
    assert_eq!(mentions(&world, "can"), std::slice::from_ref(&two));
    assert!(mentions(&world, "mert").is_empty() && mentions(&world, "eva").is_empty());
    let world = world.restarted(open);
    let listed = |world: &World, who: &str| walk(world, who, Filter::Mentioned, &Only::default(), 1);
    assert_eq!((listed(&world, "ayse").len(), listed(&world, "eva").len()), (2, 0));
    let seen = |who: &str, name: &ConversationId| {
        get(world.store.mention_seen(AgentId::from(who), name.clone(), quiet()))
    };
    assert!(seen("ayse", &one) && !seen("ayse", &one), "once");
    assert!(!seen("mert", &two) && !seen("eva", &two));
    assert_eq!((mentions(&world, "ayse"), mentions(&world, "can")), (vec![two.clone()], vec![two.clone()]));
    assert_eq!(listed(&world, "ayse"), [two]);
}

/// Nobody else's, whatever becomes of the conversation, and only where one may look.
pub fn bookmarks_are_an_agents_own(open: &Open) {
    let world = World::new(open);
    let (one, two) = (world.begins("ali"), world.begins("veli"));
    let mark = |who: &str, name: &ConversationId, on| {
        get(world.store.bookmark(AgentId::from(who), name.clone(), on, world.tick(), quiet()))
    };
    for name in [&one, &two, &one] {
        assert_eq!(mark("mert", name, true), Some(Bounded::Done(())));
    }
    assert_eq!(mark("eva", &one, true), None);
    get(world.store.resolve("mert".into(), one.clone(), world.tick(), quiet()));
    let marked = |who: &str| walk(&world, who, Filter::Bookmarked, &Only::default(), 1);
    assert_eq!((marked("mert"), marked("ayse")), (vec![one.clone(), two.clone()], vec![]));
    assert_eq!(get(world.store.bookmarks("mert".into())), [two.clone(), one.clone()]);
    mark("mert", &one, false);
    mark("mert", &one, false);
    let world = world.restarted(open);
    assert_eq!(get(world.store.bookmarks("mert".into())), [two]);
}
