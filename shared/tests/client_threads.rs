//! A visitor's client machine with several conversations, told by hand what a relay would say.
use merhaba_shared::{
    client::{
        Effect,
        visitor::{Settings, VisitorClient},
    },
    protocol::{
        ids::{ClientId, Token},
        model::Accepted,
        visitor::{Command, Event, Welcome},
    },
};

#[path = "model/card.rs"]
mod card;
use card::card;

#[test]
fn an_entry_that_was_lost_behind_its_acknowledgement_is_fetched_where_nobody_looks() {
    let settings = Settings {
        site: "s".into(),
        token: Some(Token("t".into())),
        locale: "tr".into(),
        page: None,
        seed: 1,
    };
    let (mut client, id) = (VisitorClient::new(settings), ClientId([7; 16]));
    let welcome = |conversations| {
        let (visitor, epoch) = ("v".into(), "e".into());
        Event::Welcome(Welcome {
            visitor,
            token: None,
            replaced: false,
            epoch,
            now: 0,
            online: true,
            back_at: None,
            conversations,
        })
    };
    client.start(1);
    client.opened(2);
    client.event(3, welcome(vec![card("old", 4)]));
    client.begin_new();
    client.send(4, id, "another matter".into());
    // The acknowledgement comes, the entry does not; the person goes back to the old conversation.
    client.event(5, Event::Accepted(Accepted { client_id: id, conversation: "new".into(), seq: 1, at: 0 }));
    client.show(&"old".into());
    client.closed(6, 1006, "");
    client.nudge(7);
    client.opened(8);
    client.effects();
    client.event(9, welcome(vec![card("new", 1), card("old", 4)]));
    let asked = |effect: Effect<Command>| match effect {
        Effect::Frame(Command::History(ask)) => Some(ask.conversation.0),
        _ => None,
    };
    let asked: Vec<_> = client.effects().into_iter().filter_map(asked).collect();
    assert!(asked.contains(&"new".to_owned()), "{asked:?}");
}
