//! An agent's client machine, told by hand what a relay would say.
use merhaba_shared::{
    client::agent::AgentClient,
    protocol::{
        agent::{Event, Welcome},
        ids::ClientId,
        limits::OPEN,
        model::{Accepted, AgentAuthor, History},
    },
};

/// A page that is connected.
fn page() -> AgentClient {
    let mut client = AgentClient::new(1);
    client.start(1);
    client.opened(2);
    client.event(
        3,
        Event::Welcome(Welcome {
            agent: AgentAuthor { id: "a".into(), name: String::new() },
            sites: Vec::new(),
            epoch: "e".into(),
            now: 0,
            away: false,
            busy: false,
            bookmarks: Vec::new(),
            mentions: Vec::new(),
        }),
    );
    client
}

fn open(client: &mut AgentClient, conversation: &str) {
    client.open(&conversation.into());
    let (conversation, entries) = (conversation.into(), Vec::new());
    client.event(4, Event::History(History { conversation, entries, more: false }));
}

fn accepted(n: u8, seq: u64) -> Event {
    Event::Accepted(Accepted { client_id: ClientId([n; 16]), conversation: "c".into(), seq, at: 0 })
}

/// Whether the acknowledgement comes before the conversation is closed for others or after, its entry comes no more.
#[test]
fn what_is_stored_where_nothing_is_open_any_more_is_not_kept() {
    for late in [false, true] {
        let mut client = page();
        open(&mut client, "c");
        client.edit(5, ClientId([1; 16]), &"c".into(), 3, "other words".into());
        if !late {
            client.event(6, accepted(1, 9));
        }
        assert_eq!(client.outbox().all().len(), 1, "its entry is still to come");
        for number in 0..=OPEN {
            open(&mut client, &format!("c{number}"));
        }
        if late {
            client.event(6, accepted(1, 9));
        }
        assert!(
            client.opened_conversation(&"c".into()).is_none() && client.outbox().all().is_empty(),
            "{late}"
        );
    }
}
