//! Pages of timelines and lists: every entry and every row once, in order, and never more than asked for.
use super::world::{Open, World, agent, get, quiet, sender, stored, visitor};
use crate::store::VisitorMessage;
use merhaba_shared::protocol::{
    agent::{Filter, List, Role},
    ids::{AgentId, ConversationId},
    model::{History, Item, Status},
};

fn history(world: &World, name: &ConversationId, before: Option<u64>, limit: u16, bytes: usize) -> History {
    let history = world.store.history(visitor("ali"), name.clone(), before, limit, bytes);
    get(history).expect("a conversation")
}

fn seqs(items: &[Item]) -> Vec<u64> {
    items.iter().map(Item::seq).collect()
}

fn conversation_of(world: &World, messages: usize, body: &str) -> ConversationId {
    let name = world.begins("ali");
    for _ in 1..messages {
        world.send(VisitorMessage { body: body.into(), ..world.visitor_says("ali") });
    }
    name
}

/// From the newest back to the first.
pub fn history_pages_backwards_without_a_hole(open: &Open) {
    let world = World::new(open);
    let name = conversation_of(&world, 7, "x");
    let page = |before, limit| {
        let page = history(&world, &name, before, limit, usize::MAX);
        (seqs(&page.entries), page.more)
    };
    assert_eq!(page(None, 3), (vec![5, 6, 7], true));
    assert_eq!(page(Some(5), 3), (vec![2, 3, 4], true));
    assert_eq!(page(Some(2), 3), (vec![1], false));
    assert_eq!(page(Some(1), 3), (vec![], false));
    assert_eq!(page(Some(0), 3), (vec![], false));
    assert_eq!(page(Some(u64::MAX), 7), (vec![1, 2, 3, 4, 5, 6, 7], false));
    assert_eq!(page(None, 0), (vec![7], true), "a page has at least one entry");
    assert_eq!(history(&world, &name, None, 100, usize::MAX).entries, world.log(&name));
}

/// Ascending after a number, as often as there is more.
pub fn what_was_missed_comes_in_order_and_in_pieces(open: &Open) {
    let world = World::new(open);
    let name = conversation_of(&world, 30, &"ş".repeat(200));
    let (mut after, mut seen, mut pieces) = (0, Vec::new(), 0);
    for _ in 0..30 {
        let missed = world.store.missed(agent("mert"), name.clone(), after, 4_000);
        let missed = get(missed).expect("a conversation");
        assert!(seqs(&missed.items).windows(2).all(|pair| pair[1] == pair[0] + 1));
        after = missed.items.last().expect("at least one").seq();
        seen.extend(missed.items);
        pieces += 1;
        if !missed.more {
            break;
        }
    }
    assert_eq!(seen, world.log(&name));
    assert!((3..30).contains(&pieces), "{pieces}");
    for after in [30, 31, u64::MAX] {
        let missed =
            get(world.store.missed(agent("mert"), name.clone(), after, 4_000)).expect("a conversation");
        assert!(missed.items.is_empty() && !missed.more);
    }
}

/// However long a message is, it gets through.
pub fn bytes_end_a_page_but_never_before_its_first_entry(open: &Open) {
    let world = World::new(open);
    let name = conversation_of(&world, 4, &"x".repeat(4_000));
    let page = history(&world, &name, None, 100, 1);
    assert_eq!((seqs(&page.entries), page.more), (vec![4], true));
    let page = history(&world, &name, None, 100, 9_000);
    assert_eq!((seqs(&page.entries), page.more), (vec![3, 4], true));
    let missed = get(world.store.missed(visitor("ali"), name, 1, 1)).expect("a conversation");
    assert_eq!((seqs(&missed.items), missed.more), (vec![2], true));
}

/// Pages by cursor over two sites, the latest active first; a cursor that is not ours begins again.
pub fn the_inbox_walks_every_row_once(open: &Open) {
    let world = World::new(open);
    world.hire("ayse", "other", Role::Agent);
    let mut names = Vec::new();
    for number in 0..7 {
        let site = if number % 3 == 0 { "other" } else { "shop" };
        let message = VisitorMessage { from: sender(site, &format!("v{number}")), ..world.visitor_says("") };
        names.push(stored(world.send(message)).accepted.conversation);
    }
    world.says("v1");
    let moved = names.remove(1);
    names.push(moved);
    names.reverse();
    let list = |cursor, limit| {
        get(world.store.inbox(AgentId::from("ayse"), List::whole(Filter::Open, cursor, limit)))
    };
    for limit in [1, 2, 3, 7, 100] {
        let (mut cursor, mut seen) = (None, Vec::new());
        for _ in 0..=names.len() {
            let page = list(cursor, limit);
            assert!(page.conversations.len() <= usize::from(limit));
            seen.extend(page.conversations.into_iter().map(|row| row.conversation));
            cursor = page.cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, names, "{limit} at a time");
    }
    assert_eq!(list(Some("' OR 1=1 --".into()), 2), list(None, 2));
}

/// Each list shows its own, of the agent's sites only.
pub fn filters_show_what_they_say(open: &Open) {
    let world = World::new(open);
    let [free, mine, theirs, done] = ["a", "b", "c", "d"].map(|visitor| world.begins(visitor));
    world.answers("mert", &mine);
    world.answers("ayse", &theirs);
    world.resolves("mert", &done);
    let list = |who: &str, filter| {
        let page = get(world.store.inbox(AgentId::from(who), List::whole(filter, None, 100)));
        assert_eq!(page.filter, filter);
        let mut names: Vec<_> = page.conversations.into_iter().map(|row| row.conversation).collect();
        names.sort();
        names
    };
    let sorted = |names: &[&ConversationId]| {
        let mut names: Vec<_> = names.iter().map(|name| (*name).clone()).collect();
        names.sort();
        names
    };
    assert_eq!(list("mert", Filter::Open), sorted(&[&free, &mine, &theirs]));
    assert_eq!(list("mert", Filter::Mine), sorted(&[&mine]));
    assert_eq!(list("mert", Filter::Unassigned), sorted(&[&free]));
    assert_eq!(list("mert", Filter::Resolved), sorted(&[&done]));
    assert_eq!(list("mert", Filter::All), sorted(&[&free, &mine, &theirs, &done]));
    for filter in Filter::ALL {
        assert!(list("eva", *filter).is_empty() && list("nobody", *filter).is_empty());
    }
}

/// A visitor's own, the latest active first, with what they have not read.
pub fn cards_show_a_visitors_own_conversations(open: &Open) {
    let world = World::new(open);
    let (first, second) = (world.begins("ali"), world.begins("ali"));
    world.begins("veli");
    world.answers("mert", &first);
    world.answers("mert", &first);
    world.resolves("mert", &second);
    let cards = |limit| get(world.store.cards("ali".into(), limit));
    let short: Vec<_> =
        cards(9).into_iter().map(|card| (card.conversation, card.status, card.head, card.unread)).collect();
    assert_eq!(short, [(second, Status::Resolved, 2, 0), (first.clone(), Status::Open, 3, 2)]);
    world.resolves("mert", &first);
    get(world.store.read(visitor("ali"), first, 3, 2, quiet()));
    let card = &cards(9)[0];
    assert_eq!((card.received, card.read, card.unread, card.agent_read), (3, 2, 1, 0));
    assert_eq!(card.assignee.as_ref().map(|agent| agent.name.as_str()), Some("MERT"));
    assert_eq!((cards(1).len(), get(world.store.cards("nobody".into(), 9)).len()), (1, 0));
}
