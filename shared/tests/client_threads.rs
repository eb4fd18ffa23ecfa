//! A visitor's client machine with several conversations, told by hand what a relay would say.
use merhaba_shared::{
    client::{
        Effect,
        visitor::{Settings, VisitorClient},
    },
    protocol::{
        error::{Code, Refused},
        ids::{ClientId, Token},
        model::{Accepted, AgentAuthor, Author, Message, ReadMarker, Side, VisitorAuthor},
        visitor::{Command, ConversationCard, Event, Send, Welcome},
    },
};

#[path = "model/card.rs"]
mod card;
use card::card;

fn welcome(conversations: Vec<ConversationCard>) -> Event {
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
}

/// A page that is connected and knows these conversations.
fn page(conversations: Vec<ConversationCard>) -> VisitorClient {
    let settings = Settings {
        site: "s".into(),
        token: Some(Token("t".into())),
        locale: "tr".into(),
        page: None,
        seed: 1,
    };
    let mut client = VisitorClient::new(settings);
    client.start(1);
    client.opened(2);
    client.event(3, welcome(conversations));
    client.effects();
    client
}

const fn id(n: u8) -> ClientId {
    ClientId([n; 16])
}

fn accepted(n: u8, conversation: &str) -> Event {
    Event::Accepted(Accepted { client_id: id(n), conversation: conversation.into(), seq: 1, at: 0 })
}

fn message(author: Author, conversation: &str, seq: u64, n: u8) -> Event {
    Event::Message(Message {
        conversation: conversation.into(),
        seq,
        client_id: id(n),
        author,
        at: 0,
        body: "b".into(),
        attachments: Vec::new(),
        extra: None,
        edited: None,
        deleted: None,
        quote: None,
    })
}

fn agent() -> Author {
    Author::Agent(AgentAuthor { id: "a".into(), name: "Ayşe".into() })
}

fn shown(client: &VisitorClient) -> Option<&str> {
    client.thread().map(|thread| thread.conversation().as_str())
}

fn sends(client: &mut VisitorClient) -> Vec<Send> {
    let send = |effect| if let Effect::Frame(Command::Send(send)) = effect { Some(send) } else { None };
    client.effects().into_iter().filter_map(send).collect()
}

fn pending(client: &VisitorClient) -> Vec<u8> {
    client.pending().map(|out| out.client_id.0[0]).collect()
}

#[test]
fn what_another_tab_has_read_is_counted_no_more() {
    let mut client = page(Vec::new());
    for seq in 1..=5 {
        client.event(4, message(agent(), "c", seq, 10 + u8::try_from(seq).expect("small")));
    }
    let unread = |client: &VisitorClient| client.thread().expect("it is shown").unread();
    assert_eq!(unread(&client), 5);
    for (read, left) in [(2, 3), (1, 3), (4, 1), (5, 0)] {
        let (conversation, side, received) = ("c".into(), Side::Visitor, 5);
        client.event(5, Event::Read(ReadMarker { conversation, side, received, read }));
        assert_eq!(unread(&client), left, "read up to {read}");
    }
}

#[test]
fn an_entry_that_was_lost_behind_its_acknowledgement_is_fetched_where_nobody_looks() {
    let mut client = page(vec![card("old", 4)]);
    client.begin_new();
    client.send(4, id(7), "another matter".into());
    // The acknowledgement comes, the entry does not; the person goes back to the old conversation.
    client.event(5, accepted(7, "new"));
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

#[test]
fn a_new_conversation_stays_in_sight_whatever_comes_in_another() {
    let mut client = page(vec![card("old", 4)]);
    client.begin_new();
    client.event(4, message(agent(), "old", 5, 1));
    assert_eq!((shown(&client), client.unread()), (None, 1), "counted, and not put in front");
    client.send(5, id(2), "first".into());
    client.send(5, id(3), "second".into());
    client.event(6, message(agent(), "old", 6, 4));
    assert_eq!((shown(&client), pending(&client)), (None, vec![2, 3]));
    client.event(7, accepted(2, "new"));
    assert_eq!(shown(&client), Some("new"));
    let sent: Vec<_> = sends(&mut client).into_iter().map(|send| (send.new, send.conversation)).collect();
    assert_eq!(sent, [(true, None), (false, Some("new".into()))], "the second follows the first");
    client.show(&"old".into());
    assert_eq!(pending(&client), Vec::<u8>::new(), "what goes elsewhere is not shown here");
}

#[test]
fn who_goes_elsewhere_meanwhile_is_not_called_back() {
    let mut client = page(vec![card("old", 4)]);
    client.begin_new();
    client.send(4, id(2), "first".into());
    client.show(&"old".into());
    client.event(5, accepted(2, "new"));
    client.event(5, message(Author::Visitor(VisitorAuthor::default()), "new", 1, 2));
    assert_eq!((shown(&client), client.threads().len()), (Some("old"), 2));
}

#[test]
fn what_cannot_begin_a_conversation_leaves_that_to_the_next() {
    let mut client = page(vec![card("old", 4)]);
    client.begin_new();
    client.send(4, id(2), "refused".into());
    client.send(4, id(3), "waits behind it".into());
    let refused =
        Refused { client_id: Some(id(2)), code: Code::TooLong, detail: String::new(), retry_after_ms: None };
    client.event(5, Event::Refused(refused));
    let sent: Vec<_> = sends(&mut client).into_iter().map(|send| (send.client_id, send.new)).collect();
    assert_eq!(sent, [(id(2), true), (id(3), true)]);
    client.event(6, accepted(3, "new"));
    assert_eq!(shown(&client), Some("new"));
}

#[test]
fn a_conversation_asked_for_before_the_relay_named_it_is_shown_then() {
    let mut client = page(vec![]);
    client.show(&"old".into());
    client.show(&"nobodys".into());
    client.show(&"older".into());
    client.closed(6, 1006, "");
    client.nudge(7);
    client.opened(8);
    client.event(9, welcome(vec![card("old", 4), card("older", 2)]));
    assert_eq!(shown(&client), Some("older"));
}

#[test]
fn a_page_loaded_again_goes_on_beginning() {
    let mut before = page(vec![card("old", 4)]);
    before.begin_new();
    before.send(4, id(2), "first".into());
    let kept = before.outbox().all().to_vec();
    let settings = Settings { site: "s".into(), token: None, locale: "tr".into(), page: None, seed: 1 };
    let mut after = VisitorClient::new(settings);
    after.take_up(1, kept);
    assert_eq!(pending(&after), [2]);
    after.start(1);
    after.opened(2);
    after.event(3, welcome(vec![card("old", 4)]));
    assert_eq!((shown(&after), pending(&after)), (None, vec![2]));
}
