//! Claims, assignments, resolving, marks and notes.
use super::world::{Open, World, agent, get, quiet, visitor};
use crate::store::{AgentMessage, Noted, Rated, Sent, VisitorMessage};
use merhaba_shared::protocol::{
    agent::{BackstageLine, Deed, InboxRow},
    ids::{AgentId, ConversationId, VisitorId},
    model::{AgentAuthor, Author, Content, Data, Entry, Item, Kind, Rating, ReadMarker, Side, Status},
};

/// Two agents take it at once: one has it, both are told who.
pub fn one_claim_wins(open: &Open) {
    let world = World::new(open);
    let name = world.begins("ali");
    let claim = |who: &str| world.store.claim(AgentId::from(who), name.clone(), world.tick(), quiet());
    let pending = [claim("ayse"), claim("mert"), claim("ayse")];
    let claims = pending.map(|claim| get(claim).expect("a conversation"));
    assert_eq!(claims.each_ref().map(|claim| claim.claimed.won), [true, false, true]);
    for claim in &claims {
        assert_eq!(claim.claimed.assignee.id, AgentId::from("ayse"));
        assert_eq!(claim.row.assignee.as_ref(), Some(&claim.claimed.assignee));
    }
    assert_eq!(world.row(&name).head, 1, "a claim takes no number");
}

/// Whoever answers first owns it; a later answer of another does not change that.
pub fn the_first_reply_takes_what_nobody_has(open: &Open) {
    let world = World::new(open);
    let name = world.begins("ali");
    let assignee = |row: &InboxRow| row.assignee.as_ref().map(|agent| agent.id.0.clone());
    assert_eq!(assignee(&world.answers("mert", &name).row).as_deref(), Some("mert"));
    assert_eq!(assignee(&world.answers("ayse", &name).row).as_deref(), Some("mert"));
}

/// To a colleague who answers, or to nobody; a trainee, a stranger or a name that is none is not found.
pub fn only_those_who_answer_can_be_given_a_conversation(open: &Open) {
    let world = World::new(open);
    let name = world.begins("ali");
    let assign = |to: Option<&str>| {
        get(world.store.assign(
            AgentId::from("ayse"),
            name.clone(),
            to.map(AgentId::from),
            world.tick(),
            quiet(),
        ))
    };
    let given = assign(Some("mert")).expect("a colleague");
    assert!(given.items.is_empty());
    assert_eq!(given.row.assignee.as_ref().map(|agent| agent.name.as_str()), Some("MERT"));
    for to in ["eva", "can", "nobody"] {
        assert_eq!(assign(Some(to)), None, "{to}");
    }
    assert!(world.row(&name).assignee.is_some());
    assert_eq!(assign(None).expect("a conversation").row.assignee, None);
}

/// The relay gives what waits, once, to whom it is to go, and whoever was quicker by hand has it.
pub fn what_waits_is_given_if_it_still_is_whose_it_was(open: &Open) {
    let world = World::new(open);
    let names = ["ali", "banu", "cem"].map(|name| world.begins(name));
    let id = |name: &str| AgentId::from(name);
    let site = || "shop".into();
    let queue = |gone: &[&str], limit| {
        let gone = gone.iter().map(|name| AgentId::from(*name)).collect();
        let waiting = get(world.store.queue(site(), gone, limit)).into_iter();
        waiting.map(|one| (one.conversation, one.owner)).collect::<Vec<_>>()
    };
    let route = |at: usize, from: Option<&str>, to: &str| {
        get(world.store.route(names[at].clone(), from.map(AgentId::from), id(to), world.tick(), quiet()))
    };
    let nobodys = |at: usize| (names[at].clone(), None);
    assert_eq!(queue(&[], 9), [nobodys(0), nobodys(1), nobodys(2)], "who waits the longest comes first");
    assert_eq!(queue(&[], 2).len(), 2);
    for to in ["can", "eva", "nobody"] {
        assert_eq!(route(0, None, to), None, "{to} does not answer here");
    }
    let given = route(0, None, "mert").expect("given");
    assert_eq!(given.row.assignee.as_ref().map(|agent| &agent.id), Some(&id("mert")));
    let done = given.activity.expect("a line");
    assert_eq!((done.deed, done.author.id), (Deed::Routed, id("mert")));
    assert_eq!(route(0, None, "ayse"), None, "it is not nobody's any more");
    let claim = world.store.claim(id("ayse"), names[1].clone(), world.tick(), quiet());
    assert!(get(claim).expect("a conversation").claimed.won);
    assert_eq!(route(1, None, "mert"), None, "whoever was quicker by hand has it");
    let mut loads = get(world.store.loads(site()));
    loads.sort();
    assert_eq!(loads, [(id("ayse"), 1), (id("mert"), 1)]);
    assert_eq!(queue(&["mert"], 9), [(names[0].clone(), Some(id("mert"))), nobodys(2)]);
    // An answer is waited for, so that it goes to somebody else when its owner is gone; one that was given stays.
    world.answers("ayse", &names[1]);
    assert_eq!(queue(&["ayse"], 9), [nobodys(2)]);
    assert!(route(0, Some("ayse"), "ayse").is_none());
    assert!(route(0, Some("mert"), "ayse").is_some());
    world.resolves("ayse", &names[2]);
    assert_eq!(queue(&[], 9), []);
    assert_eq!(route(2, None, "mert"), None, "what is done waits for nobody");
}

/// What is so already makes no entry.
pub fn resolving_and_opening_leave_one_entry_each(open: &Open) {
    let world = World::new(open);
    let name = world.begins("ali");
    let kinds = |changed: Option<crate::store::Changed>| {
        let changed = changed.expect("a conversation");
        let kind = |item: &Item| match item {
            Item::Entry(entry) => (entry.seq, entry.kind),
            Item::Message(message) => panic!("{message:?}"),
        };
        (changed.items.iter().map(kind).collect::<Vec<_>>(), changed.row.status)
    };
    let mert = || AgentId::from("mert");
    let resolve = || kinds(get(world.store.resolve(mert(), name.clone(), world.tick(), quiet())));
    let reopen = || kinds(get(world.store.reopen(mert(), name.clone(), world.tick(), quiet())));
    assert_eq!(reopen(), (vec![], Status::Open));
    assert_eq!(resolve(), (vec![(2, Kind::Resolved)], Status::Resolved));
    assert_eq!(resolve(), (vec![], Status::Resolved));
    assert_eq!(reopen(), (vec![(3, Kind::Reopened)], Status::Open));
    assert_eq!(world.row(&name).head, 3);
}

/// A stranger's hand changes nothing, and what was said of a closing stays as it was said first.
pub fn a_visitor_ends_their_own_and_rates_each_closing_once(open: &Open) {
    let world = World::new(open);
    let (name, other) = (world.begins("ali"), world.begins("eva"));
    let (ali, eva) = (VisitorId::from("ali"), VisitorId::from("eva"));
    let end = |who: &VisitorId| get(world.store.end(who.clone(), name.clone(), world.tick(), quiet()));
    let rate = |who: &VisitorId, closing| {
        let rating = Rating { closing, csat: Some(75), ces: None, comment: Some("ş".into()) };
        get(world.store.rate(who.clone(), name.clone(), rating, world.tick(), quiet()))
    };
    assert_eq!((end(&eva), rate(&eva, 1)), (None, None), "not theirs");
    assert_eq!(rate(&ali, 1), Some(Rated::NotClosed), "a message closes nothing");
    let ended = end(&ali).expect("theirs");
    assert_eq!((ended.items.len(), ended.row.status), (1, Status::Resolved));
    assert!(matches!(ended.items[0].author(), Author::Visitor(_)));
    assert_eq!(end(&ali).map(|ended| ended.items.len()), Some(0), "ended already");
    assert!(matches!(rate(&ali, 2), Some(Rated::Stored(_))));
    assert_eq!(rate(&ali, 2), Some(Rated::Repeated));
    assert_eq!(rate(&ali, 3), Some(Rated::NotClosed), "a rating closes nothing");
    let kept = world.log(&name).into_iter().find_map(|item| match item {
        Item::Entry(Entry { kind: Kind::Rated, data: Data(Some(Content::Rated(rating))), .. }) => {
            Some(rating)
        }
        _ => None,
    });
    let first = Rating { closing: 2, csat: Some(75), ces: None, comment: Some("ş".into()) };
    assert_eq!(kept, Some(first));
    let again = VisitorMessage { conversation: Some(name.clone()), ..world.visitor_says("ali") };
    assert!(matches!(world.send(again), Sent::Stored(_)));
    end(&ali);
    let closing = world.row(&name).head;
    assert!(matches!(rate(&ali, closing), Some(Rated::Stored(_))), "each closing has its own");
    assert_eq!(world.row(&other).head, 1);
}

/// Marks only grow, reading is receiving, and nobody has what is not there.
pub fn marks_grow_and_stop_at_the_head(open: &Open) {
    let world = World::new(open);
    let name = world.begins("ali");
    for _ in 0..3 {
        world.answers("mert", &name);
    }
    let mark = |received, read| {
        let marked = get(world.store.read(visitor("ali"), name.clone(), received, read, quiet()));
        let marked = marked.expect("a conversation");
        let ReadMarker { side, received, read, .. } = marked.marker;
        assert_eq!(side, Side::Visitor);
        assert_eq!((marked.row.visitor_received, marked.row.visitor_read), (received, read));
        (received, read, marked.moved)
    };
    assert_eq!(mark(2, 1), (2, 1, true));
    assert_eq!(mark(1, 0), (2, 1, false));
    assert_eq!(mark(0, 3), (3, 3, true));
    assert_eq!(mark(u64::MAX, 0), (4, 3, true));
    assert_eq!(mark(u64::MAX, u64::MAX), (4, 4, true));
    assert_eq!(mark(4, 4), (4, 4, false));
}

/// Who writes has read their own words, but not what crossed them on the way.
pub fn a_mark_never_says_more_than_was_confirmed(open: &Open) {
    let world = World::new(open);
    let name = world.begins("ali");
    let marks = |row: &InboxRow| {
        ((row.visitor_received, row.visitor_read), (row.agent_received, row.agent_read), row.unread)
    };
    assert_eq!(marks(&world.row(&name)), ((1, 1), (0, 0), 1));
    assert_eq!(
        marks(&world.answers("mert", &name).row),
        ((1, 1), (0, 0), 1),
        "an unread message stays unread"
    );
    assert_eq!(marks(&world.marks(agent("mert"), &name, 2, 2)), ((1, 1), (2, 2), 0));
    assert_eq!(marks(&world.says("ali").row), ((1, 1), (2, 2), 1), "the answer crossed it");
    assert_eq!(marks(&world.marks(visitor("ali"), &name, 3, 2)), ((3, 2), (2, 2), 1));
    assert_eq!(marks(&world.says("ali").row), ((4, 2), (2, 2), 2));
}

/// Only the agents' side ends the wait, by writing or by resolving.
pub fn the_visitor_waits_since_the_oldest_unanswered_message(open: &Open) {
    let world = World::new(open);
    let message = world.visitor_says("ali");
    let since = message.at;
    let name = world.send(message);
    let name = super::world::stored(name).accepted.conversation;
    assert_eq!(world.says("ali").row.waiting_since, Some(since));
    assert_eq!(world.marks(agent("mert"), &name, 2, 2).waiting_since, Some(since));
    assert_eq!(world.answers("mert", &name).row.waiting_since, None);
    let later = world.visitor_says("ali");
    let since = later.at;
    world.send(later);
    assert_eq!(world.row(&name).waiting_since, Some(since));
    assert_eq!(world.resolves("mert", &name).waiting_since, None);
    let again = VisitorMessage { conversation: Some(name.clone()), ..world.visitor_says("ali") };
    let since = again.at;
    world.send(again);
    assert_eq!(world.row(&name).waiting_since, Some(since));
}

/// 1, 2, 3 … beside the timeline, which does not notice.
pub fn notes_are_numbered_apart(open: &Open) {
    let world = World::new(open);
    let name: ConversationId = world.begins("ali");
    let note = |who: &str| {
        let note = AgentMessage { body: format!("by {who}"), ..world.agent_says(who, &name) };
        match get(world.store.note(note, quiet())) {
            Noted::Stored { note, .. } => *note,
            other => panic!("not stored: {other:?}"),
        }
    };
    let written = [note("mert"), note("can")];
    world.says("ali");
    let last = note("mert");
    assert_eq!(written.each_ref().map(|note| (note.number, note.after)), [(1, 1), (2, 1)]);
    assert_eq!((last.number, last.after, world.row(&name).head), (3, 2, 2));
    let lines = |before, limit| page(&world, &name, before, limit);
    let [first, second] = written.map(BackstageLine::Note);
    let last = BackstageLine::Note(last);
    assert_eq!(lines(None, 9), [first.clone(), second.clone(), last.clone()]);
    assert_eq!(lines(None, 2), [second.clone(), last.clone()], "the newest, ascending");
    assert_eq!(lines(Some(3), 1), [second], "before a number");
    assert_eq!((lines(Some(2), 9), lines(Some(1), 9)), (vec![first], vec![]));
    assert_eq!(world.row(&name).backstage, 3);
}

fn page(world: &World, name: &ConversationId, before: Option<u64>, limit: usize) -> Vec<BackstageLine> {
    let reading = world.store.backstage(AgentId::from("ayse"), name.clone(), before, limit);
    get(reading).expect("a conversation")
}

/// Who took it, who gave it to whom: in one row with the notes, and nothing where nothing changed.
pub fn what_is_done_stands_in_the_backstage(open: &Open) {
    let world = World::new(open);
    let name = world.begins("ali");
    let answered = world.answers("mert", &name);
    let given = |to: Option<&str>| {
        let to = to.map(AgentId::from);
        let assigned = world.store.assign(AgentId::from("ayse"), name.clone(), to, world.tick(), quiet());
        get(assigned).expect("a conversation").activity
    };
    let to_mert = given(Some("mert"));
    assert_eq!(to_mert, None, "it is his already");
    let note = AgentMessage { body: "ara".into(), ..world.agent_says("can", &name) };
    let note = get(world.store.note(note, quiet()));
    let done = [answered.activity, given(Some("ayse")), given(Some("mert")), given(None)];
    let claim = world.store.claim(AgentId::from("ayse"), name.clone(), world.tick(), quiet());
    let claimed = get(claim).expect("a conversation").activity;
    let mert = AgentAuthor { id: "mert".into(), name: "MERT".into() };
    let told: Vec<_> = done.into_iter().chain([claimed]).map(|done| done.expect("done")).collect();
    let deeds: Vec<_> =
        told.iter().map(|done| (done.number, done.after, done.deed, done.to.clone())).collect();
    assert_eq!(
        deeds,
        [
            (1, 1, Deed::Claimed, None),
            (3, 2, Deed::Claimed, None),
            (4, 2, Deed::Assigned, Some(mert)),
            (5, 2, Deed::Released, None),
            (6, 2, Deed::Claimed, None)
        ]
    );
    assert!(matches!(note, Noted::Stored { note, row, .. } if note.number == 2 && row.backstage == 2));
    let mut lines = page(&world, &name, None, 9);
    assert_eq!(lines.iter().map(BackstageLine::number).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    lines.remove(1);
    assert_eq!(lines, told.into_iter().map(BackstageLine::Activity).collect::<Vec<_>>());
}
