//! Sends: stored once, numbered without a hole, told in order, and only where the sender may write.
use super::world::{
    Open, World, agent, client_id, get, quiet, repeated, secret, sender, stored, visitor, wait,
};
use crate::store::{AgentMessage, Noted, Sender, Sent, Sequence, StoreError, VisitorMessage};
use merhaba_shared::protocol::{
    ids::{AgentId, ConversationId, SiteKey, VisitorId},
    model::{Author, Item, Kind, Side, Status},
    visitor::Page,
};
use std::sync::{Arc, Mutex};

/// A visitor has no row before their first message is stored.
pub fn a_first_message_makes_the_visitor_and_the_conversation(open: &Open) {
    let world = World::new(open);
    let site = SiteKey::from("shop");
    assert_eq!(get(world.store.visitor(site.clone(), secret("ali"))), None);
    let page = Page { url: "https://shop.example/a".into(), title: "A".into(), referrer: String::new() };
    let from = Sender { page: Some(page.clone()), ..Sender::clone(&sender("shop", "ali")) };
    let message = VisitorMessage { from: from.into(), ..world.visitor_says("ali") };
    let first = stored(world.send(message.clone()));
    assert!(first.began);
    assert_eq!((first.accepted.seq, first.accepted.client_id), (1, message.client_id));
    let row = world.row(&first.accepted.conversation);
    assert_eq!(row, *first.row);
    assert_eq!((row.status, row.head, row.unread, row.preview_side), (Status::Open, 1, 1, Side::Visitor));
    assert_eq!((row.preview, row.waiting_since), (message.body.clone(), Some(message.at)));
    assert_eq!((row.visitor.number, row.visitor.locale.as_str(), row.visitor.page), (1, "tr", Some(page)));
    let [Item::Message(said)] = &first.items[..] else { panic!("one message: {:?}", first.items) };
    assert_eq!((&said.body, said.at, said.seq), (&message.body, message.at, 1));
    assert_eq!(world.log(&first.accepted.conversation), first.items);
    let known = get(world.store.visitor(site, secret("ali"))).expect("a row now");
    assert_eq!(known.id, VisitorId::from("ali"));
    assert_eq!(world.says("veli").row.visitor.number, 2);
}

/// Sending again stores nothing and gets the first answer, for visitors, agents and notes.
pub fn a_repeat_gets_the_first_answer_whatever_it_names(open: &Open) {
    let world = World::new(open);
    let message = world.visitor_says("ali");
    let first = stored(world.send(message.clone())).accepted;
    let second = world.begins("ali");
    let foreign = world.begins("veli");
    for conversation in
        [None, Some(first.conversation.clone()), Some(second), Some(foreign.clone()), Some("?".into())]
    {
        for new in [false, true] {
            let again =
                VisitorMessage { conversation: conversation.clone(), new, at: 9_999, ..message.clone() };
            assert_eq!(repeated(world.send(VisitorMessage { body: "other".into(), ..again })), first);
        }
    }
    let reply = world.agent_says("mert", &first.conversation);
    let answer = stored(world.reply(reply.clone())).accepted;
    let note = get(world.store.note(reply.clone(), quiet()));
    let Noted::Stored { note, .. } = note else { panic!("a note is numbered apart: {note:?}") };
    for conversation in [first.conversation.clone(), foreign, "?".into()] {
        let again = AgentMessage { conversation, ..reply.clone() };
        assert_eq!(repeated(world.reply(again.clone())), answer);
        let Noted::Repeated(known) = get(world.store.note(again, quiet())) else { panic!("stored twice") };
        assert_eq!((known.seq, known.at, &known.conversation), (note.number, note.at, &first.conversation));
    }
    assert_eq!(world.log(&first.conversation).len(), 2);
    assert_eq!(world.row(&first.conversation).head, 2);
    let accepted = |visitor: &str| get(world.store.accepted(visitor.into(), message.client_id));
    assert_eq!(["ali", "veli", "nobody"].map(accepted), [Some(first), None, None]);
}

/// Another sender's equal id is a message of its own and never shows the first one's conversation.
pub fn a_client_id_counts_per_sender(open: &Open) {
    let world = World::new(open);
    let message = world.visitor_says("ali");
    let first = stored(world.send(message.clone())).accepted.conversation;
    let equal = VisitorMessage { client_id: message.client_id, ..world.visitor_says("veli") };
    let second = stored(world.send(equal)).accepted.conversation;
    assert_ne!(first, second);
    for name in ["mert", "ayse"] {
        let equal = AgentMessage { client_id: message.client_id, ..world.agent_says(name, &second) };
        stored(world.reply(equal));
    }
    assert_eq!((world.row(&first).head, world.row(&second).head), (1, 3));
}

/// Two tabs that both begin: one conversation, whichever came first.
pub fn two_first_sends_meet_in_one(open: &Open) {
    let world = World::new(open);
    let (one, two) = (world.visitor_says("ali"), world.visitor_says("ali"));
    let pending = [one, two].map(|message| world.store.visitor_message(message, quiet()));
    let sent = pending.map(|pending| stored(get(pending)));
    assert_eq!(sent[0].accepted.conversation, sent[1].accepted.conversation);
    assert_eq!(sent.each_ref().map(|sent| (sent.accepted.seq, sent.began)), [(1, true), (2, false)]);
}

/// `new` starts another; without it the latest active open one is meant; a resolved one is not.
pub fn a_new_conversation_is_one_although_another_is_open(open: &Open) {
    let world = World::new(open);
    let (first, second) = (world.begins("ali"), world.begins("ali"));
    assert_ne!(first, second);
    assert_eq!(world.says("ali").accepted.conversation, second);
    world.answers("mert", &first);
    assert_eq!(world.says("ali").accepted.conversation, first, "the latest active one");
    world.resolves("mert", &first);
    assert_eq!(world.says("ali").accepted.conversation, second);
    world.resolves("mert", &second);
    let third = world.says("ali");
    assert!(third.began && third.accepted.conversation != first && third.accepted.conversation != second);
}

/// The opening is an entry before the message, by whoever wrote.
pub fn a_message_opens_what_was_resolved(open: &Open) {
    let world = World::new(open);
    let name = world.begins("ali");
    world.resolves("mert", &name);
    let message = VisitorMessage { conversation: Some(name.clone()), ..world.visitor_says("ali") };
    let opened = stored(world.send(message));
    let [Item::Entry(entry), Item::Message(said)] = &opened.items[..] else { panic!("{:?}", opened.items) };
    assert_eq!((entry.kind, entry.seq, said.seq, opened.accepted.seq), (Kind::Reopened, 3, 4, 4));
    assert!(matches!(entry.author, Author::Visitor(_)));
    assert_eq!(opened.row.status, Status::Open);
    world.resolves("mert", &name);
    let opened = world.answers("mert", &name);
    assert!(matches!(&opened.items[0], Item::Entry(entry) if matches!(entry.author, Author::Agent(_))));
    assert_eq!((opened.items.len(), opened.accepted.seq), (2, 7));
    assert_eq!(world.log(&name).len(), 7);
}

/// What is quoted is a message of the same conversation; an answer that is not taken is not stored, and a repeat is answered.
pub fn only_a_message_of_the_conversation_is_quoted(open: &Open) {
    let world = World::new(open);
    let (name, other) = (world.begins("ali"), world.begins("veli"));
    world.resolves("mert", &name);
    let says = |conversation: &ConversationId, quote| {
        let message = AgentMessage { quote: Some(quote), ..world.agent_says("mert", conversation) };
        (get(world.store.agent_message(message.clone(), quiet())), message)
    };
    for nothing in [0, 2, 3, 99, u64::MAX] {
        assert_eq!(says(&name, nothing).0, Sent::NoQuote, "{nothing}");
    }
    assert_eq!(world.log(&name).len(), 2, "nothing came of it, not even the opening again");
    let (sent, message) = says(&name, 1);
    let accepted = stored(sent).accepted;
    let quote = |seq: usize| match &world.log(&name)[seq - 1] {
        Item::Message(message) => message.quote,
        Item::Entry(entry) => panic!("no message: {entry:?}"),
    };
    assert_eq!((quote(1), quote(4)), (None, Some(1)));
    let again = AgentMessage { quote: Some(77), ..message };
    assert_eq!(get(world.store.agent_message(again, quiet())), Sent::Repeated(accepted));
    assert_eq!(world.log(&other).len(), 1);
}

/// Many write at once into one conversation: 1, 2, 3 …, each sender's own in the order they were sent.
pub fn numbers_have_no_hole_whoever_writes_at_once(open: &Open) {
    let world = World::new(open);
    let name = world.begins("ali");
    let send = |number: u64, store: &Arc<dyn crate::store::Store>, who: &str| {
        let (body, client_id) = (format!("{who} {number}"), client_id(1_000 + number));
        if who == "ali" {
            let base = VisitorMessage { client_id, body, ..template(&name) };
            return store.visitor_message(base, quiet());
        }
        let (agent, conversation) = (AgentId::from(who), name.clone());
        let sequence = Sequence::default();
        store.agent_message(
            AgentMessage {
                agent,
                client_id,
                conversation,
                body,
                attachments: Vec::new(),
                extra: None,
                quote: None,
                at: 5,
                sequence,
            },
            quiet(),
        )
    };
    std::thread::scope(|threads| {
        for who in ["ali", "mert", "ayse"] {
            let (store, send) = (&world.store, &send);
            threads.spawn(move || {
                let pending: Vec<_> = (0..40).map(|number| send(number, store, who)).collect();
                let seqs: Vec<_> = pending.into_iter().map(|sent| stored(get(sent)).accepted.seq).collect();
                assert!(seqs.is_sorted_by(|a, b| a < b), "{who}: {seqs:?}");
            });
        }
    });
    let seqs: Vec<_> = world.log(&name).iter().map(Item::seq).collect();
    assert_eq!(seqs, (1..=121).collect::<Vec<_>>());
}

fn template(conversation: &ConversationId) -> VisitorMessage {
    VisitorMessage {
        from: sender("shop", "ali"),
        client_id: client_id(0),
        conversation: Some(conversation.clone()),
        new: false,
        new_conversation: "unused".into(),
        body: String::new(),
        attachments: Vec::new(),
        extra: None,
        about: None,
        at: 5,
        sequence: Sequence::default(),
    }
}

/// What stands behind a message that could not be stored is not stored either, until its sender begins anew.
pub fn nothing_overtakes_what_could_not_be_stored(open: &Open) {
    let world = World::new(open);
    let name = world.begins("ali");
    let sequence = Sequence::default();
    sequence.break_off();
    let behind = VisitorMessage { sequence: sequence.clone(), ..world.visitor_says("ali") };
    let refused = wait(world.store.visitor_message(behind.clone(), quiet()));
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    let reply = AgentMessage { sequence, ..world.agent_says("mert", &name) };
    assert!(wait(world.store.agent_message(reply, quiet())).is_err());
    assert_eq!(
        stored(world.send(VisitorMessage { sequence: Sequence::default(), ..behind })).accepted.seq,
        2
    );
}

/// `then` runs before the answer, in the order of calls, even if nobody waits.
pub fn results_are_told_in_the_order_of_commits(open: &Open) {
    let world = World::new(open);
    let name = world.begins("ali");
    let told = Arc::new(Mutex::new(Vec::new()));
    let mut last = None;
    for _ in 0..100 {
        let told = Arc::clone(&told);
        let then = Box::new(move |sent: &Sent| {
            if let Sent::Stored(stored) = sent {
                told.lock().expect("no panic").push(stored.accepted.seq);
            }
        });
        last = Some(world.store.agent_message(world.agent_says("mert", &name), then));
    }
    stored(get(last.expect("sent")));
    assert_eq!(*told.lock().expect("no panic"), (2..=101).collect::<Vec<_>>());
}

/// A foreign id and a random one are the same, and a refused send leaves nothing behind.
pub fn what_is_not_yours_is_not_found(open: &Open) {
    let world = World::new(open);
    let name = world.begins("ali");
    let before = world.row(&name);
    for conversation in [name.clone(), "random".into()] {
        let message =
            VisitorMessage { conversation: Some(conversation.clone()), ..world.visitor_says("veli") };
        assert_eq!(world.send(message), Sent::NotFound);
        assert_eq!(
            get(world.store.visitor("shop".into(), secret("veli"))),
            None,
            "no row for a refused send"
        );
        assert_eq!(world.reply(world.agent_says("eva", &conversation)), Sent::NotFound);
        let eva = AgentId::from("eva");
        assert_eq!(get(world.store.claim(eva.clone(), conversation.clone(), 1, quiet())), None);
        assert_eq!(get(world.store.assign(eva.clone(), conversation.clone(), None, 1, quiet())), None);
        assert_eq!(get(world.store.resolve(eva.clone(), conversation.clone(), 1, quiet())), None);
        assert_eq!(get(world.store.reopen(eva.clone(), conversation.clone(), 1, quiet())), None);
        assert_eq!(get(world.store.note(world.agent_says("eva", &conversation), quiet())), Noted::NotFound);
        assert_eq!(get(world.store.backstage(eva, conversation.clone(), None, 9)), None);
        for who in [agent("eva"), visitor("veli"), agent("nobody"), visitor("nobody")] {
            let conversation = || conversation.clone();
            assert_eq!(get(world.store.row(who.clone(), conversation())), None);
            assert_eq!(get(world.store.history(who.clone(), conversation(), None, 9, 999)), None);
            assert_eq!(get(world.store.missed(who.clone(), conversation(), 0, 999)), None);
            assert_eq!(get(world.store.read(who, conversation(), 1, 1, quiet())), None);
        }
    }
    let elsewhere = VisitorMessage { from: sender("other", "ali"), ..world.visitor_says("ali") };
    assert_eq!(world.send(elsewhere), Sent::NotFound, "a visitor is of one site");
    let nowhere = VisitorMessage { from: sender("none", "new"), ..world.visitor_says("new") };
    assert_eq!(world.send(nowhere), Sent::NotFound);
    assert_eq!(world.row(&name), before);
}
