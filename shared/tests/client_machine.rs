//! The client machine against a model of the relay over lines that are cut, fall silent and lose the last frames.
//! Two tabs of one visitor write, begin conversations and go from one to another, share what is unsent, and crash; then the
//! faults stop, and both must show the relay's log: each message once, where and in the order in which the person wrote
//! them, in whichever tab.
mod model;

use merhaba_shared::{
    client::outbox::{Outgoing, Progress, What},
    protocol::model::Item,
};
use model::world::{Meant, World, number};
use proptest::prelude::*;
use std::collections::HashSet;

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_shrink_time: 5_000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_doubled_or_out_of_order(steps in prop::collection::vec((0_u8..17, 0_usize..2), 0..250)) {
        let mut world = World::new();
        for (kind, at) in steps {
            world.step(kind, at);
        }
        let took = world.settle();
        let clients = || world.tabs.iter().map(|tab| &tab.client).collect::<Vec<_>>();
        prop_assert!(took.is_some_and(|took| took <= 60_000), "took {took:?} ms: {:#?}", clients());
        prop_assert_eq!(world.relay.log.len(), world.written as usize);
        let log: Vec<_> = world.relay.log.iter().map(|message| number(message.client_id)).collect();
        prop_assert!(log.is_sorted(), "one sender's order: {log:?}");
        for (message, meant) in &world.meant {
            let stands = world.place(*message);
            match meant {
                Meant::Into(conversation) => prop_assert_eq!(stands, Some(conversation), "{}", message),
                Meant::New(first) => {
                    prop_assert_eq!(stands, world.place(*first), "{} follows {}", message, first);
                    let before = world.relay.log.iter().take_while(|stored| number(stored.client_id) != *first);
                    let begins = before.filter(|stored| Some(&stored.conversation) == stands).count() == 0;
                    prop_assert!(begins, "{first} begins a conversation");
                }
            }
        }
        for tab in &world.tabs {
            if let Some(thread) = tab.client.thread() {
                let shown: Vec<_> = thread.timeline().items().iter().map(Item::seq).collect();
                prop_assert!(shown.windows(2).all(|pair| pair[1] == pair[0] + 1), "{shown:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_shrink_time: 5_000, ..ProptestConfig::default() })]

    /// A backup of some instant comes back: no page shows anything of the log that is gone, and what was not
    /// confirmed by then is stored.
    #[test]
    fn a_restored_backup_is_a_log_of_its_own(
        before in prop::collection::vec((0_u8..16, 0_usize..2), 0..80),
        between in prop::collection::vec((0_u8..16, 0_usize..2), 0..80),
        after in prop::collection::vec((0_u8..16, 0_usize..2), 0..80),
    ) {
        let mut world = World::new();
        for (kind, at) in before {
            world.step(kind, at);
        }
        let backup = (world.relay.log.len(), world.relay.tokens.clone());
        for (kind, at) in between {
            world.step(kind, at);
        }
        let waiting: Vec<_> = world.unsent.keys().copied().collect();
        let written = world.written;
        world.restore(backup.0, backup.1);
        for (kind, at) in after {
            world.step(kind, at);
        }
        let took = world.settle();
        let clients = || world.tabs.iter().map(|tab| &tab.client).collect::<Vec<_>>();
        prop_assert!(took.is_some_and(|took| took <= 60_000), "took {took:?} ms: {:#?}", clients());
        let log: HashSet<_> = world.relay.log.iter().map(|message| number(message.client_id)).collect();
        prop_assert_eq!(log.len(), world.relay.log.len(), "each once");
        prop_assert!(waiting.iter().all(|id| log.contains(id)), "what was not confirmed is there");
        prop_assert!((written + 1..=world.written).all(|id| log.contains(&id)), "and what came after");
        for tab in &world.tabs {
            let Some(thread) = tab.client.thread() else { continue };
            for item in thread.timeline().items() {
                prop_assert_eq!(Some(item.clone()), world.relay.item(item.conversation(), item.seq()), "one log only");
            }
        }
    }
}

#[test]
fn a_loss_behind_the_last_message_is_found_by_the_next_head() {
    let mut world = World::new();
    world.settle();
    world.write(0);
    world.settle();
    // The other tab's line loses the next message, and says nothing.
    world.write(0);
    world.relay_reads(0);
    world.tabs[1].down.clear();
    let took = world.settle();
    assert!(took.is_some_and(|took| took <= 10_000), "noticed and repaired after {took:?} ms");
}

#[test]
fn of_two_tabs_with_the_same_unsent_messages_one_sends() {
    let mut world = World::new();
    world.write(0);
    world.settle();
    // Both are connected, and both know of what one of them writes.
    (0..3).for_each(|_| world.write(0));
    assert!(world.tabs.iter().all(|tab| tab.client.outbox().all().len() == 3));
    assert!(world.settle().is_some());
    assert_eq!((world.relay.log.len(), world.relay.sends), (4, 4));
    // The one that sends crashes with all of it unsent: the other one does it.
    (0..3).for_each(|_| world.write(0));
    world.tabs[0].up.clear();
    world.crash(0);
    assert!(world.settle().is_some());
    assert_eq!((world.relay.log.len(), world.relay.sends), (7, 7));
}

#[test]
fn a_message_stored_before_a_crash_and_long_scrolled_away_does_not_wait_for_ever() {
    let mut world = World::new();
    world.write(0);
    world.settle();
    let first = world.relay.log[0].clone();
    for _ in 0..120 {
        world.write(0);
        world.settle();
    }
    let out = Outgoing {
        client_id: first.client_id,
        conversation: None,
        begins: None,
        body: first.body,
        attachments: vec![],
        what: What::Message,
        progress: Progress::Waiting,
    };
    world.unsent.insert(1, out);
    world.crash(1);
    assert!(world.settle().is_some_and(|took| took <= 10_000));
    assert_eq!(world.relay.log.len(), 121);
}
