//! Who writes in the conversation that is shown: asked of the relay once it is here, and kept as the relay tells of them.
use super::AgentClient;
use crate::protocol::{
    agent::{Command, InboxRow},
    person::{GetPerson, Here, Person, Visit},
};

impl AgentClient {
    /// The person wants older past conversations of whoever writes.
    pub fn older_past(&mut self) {
        let person = self.current().and_then(|opened| opened.person.as_ref()).filter(|person| person.more);
        if let Some(person) = person {
            let (conversation, last) = (person.conversation.clone(), person.past.last());
            let before = last.map(|past| past.conversation.clone());
            self.frame(Command::Person(GetPerson { conversation, before }));
        }
    }

    /// Asks who writes in what is shown, unless the relay tells of them already.
    pub(super) fn ask_person(&mut self) {
        let here = self.current().filter(|opened| opened.thread.timeline().is_loaded());
        let shown = here.map(|opened| opened.thread.conversation().clone());
        if let Some(conversation) = shown.filter(|shown| self.asked_of.as_ref() != Some(shown))
            && self.connection.is_live()
        {
            self.asked_of = Some(conversation.clone());
            self.frame(Command::Person(GetPerson { conversation, before: None }));
        }
    }

    /// A row has come: if they have said something of themself since, who they are is asked anew.
    pub(super) fn introduced(&mut self, row: &InboxRow) {
        let said = self.lists.rows().row(&row.conversation).is_some_and(|known| {
            known.visitor.name != row.visitor.name || known.visitor.about != row.visitor.about
        });
        if said && self.asked_of.as_ref() == Some(&row.conversation) {
            self.asked_of = None;
        }
    }

    /// The relay says who it is; a page of older past conversations follows those that are here.
    pub(super) fn person_is(&mut self, mut person: Person) {
        let Some(opened) = self.opens.get_mut(&person.conversation) else { return };
        if let Some(before) = &person.before {
            let Some(known) = &mut opened.person else { return };
            // Asked twice, or from before a line that was lost: what does not follow is here already, or will be asked for.
            if known.past.last().map(|past| &past.conversation) == Some(before) {
                known.past.append(&mut person.past);
                known.more = person.more;
            }
            return;
        }
        if person.here {
            opened.gone = None;
        }
        opened.person = Some(person);
    }

    pub(super) fn visits(&mut self, visit: &Visit) {
        for opened in self.opens.all_mut() {
            let Some(person) = opened.person.as_mut().filter(|person| person.visitor == visit.visitor) else {
                continue;
            };
            // What was under way while the answer was read may be older than that.
            if person.visit.as_ref().is_none_or(|known| known.at <= visit.at) {
                person.visit = Some(visit.clone());
            }
        }
    }

    pub(super) fn is_here(&mut self, here: &Here) {
        for opened in self.opens.all_mut() {
            if let Some(person) = opened.person.as_mut().filter(|person| person.visitor == here.visitor) {
                person.here = here.here;
                opened.gone = (!here.here).then_some(here.at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        client::Effect,
        protocol::{
            agent::{Event, Welcome},
            ids::ConversationId,
            model::{AgentAuthor, History, Side, Status},
            person::{Identity, Past},
        },
    };
    use alloc::{string::String, vec, vec::Vec};

    fn welcome() -> Event {
        Event::Welcome(Welcome {
            agent: AgentAuthor { id: "a".into(), name: String::new() },
            sites: Vec::new(),
            epoch: "e".into(),
            now: 0,
            away: false,
            busy: false,
            bookmarks: Vec::new(),
            mentions: Vec::new(),
        })
    }

    fn history(conversation: &str) -> Event {
        Event::History(History { conversation: conversation.into(), entries: Vec::new(), more: false })
    }

    /// A page that is connected and shows a conversation.
    fn page() -> AgentClient {
        let mut client = AgentClient::new(1);
        client.start(1);
        client.opened(2);
        client.event(3, welcome());
        client.open(&"c1".into());
        client.event(4, history("c1"));
        client
    }

    /// Of whose person the relay was asked since the last time, and from where on.
    fn asked(client: &mut AgentClient) -> Vec<(ConversationId, Option<ConversationId>)> {
        let asked = client.effects().into_iter().filter_map(|effect| match effect {
            Effect::Frame(Command::Person(get)) => Some((get.conversation, get.before)),
            _ => None,
        });
        asked.collect()
    }

    fn visit(at: i64) -> Visit {
        Visit {
            visitor: "v".into(),
            began_at: 0,
            at,
            referrer: String::new(),
            device: None,
            trail: Vec::new(),
            attributes: Vec::new(),
        }
    }

    fn past(name: &str) -> Past {
        Past {
            conversation: name.into(),
            status: Status::Resolved,
            created_at: 0,
            at: 0,
            preview: String::new(),
            preview_side: Side::Visitor,
            assignee: None,
            rating: None,
            notes: 0,
        }
    }

    fn person(before: Option<&str>, others: &[&str]) -> Event {
        Event::Person(Person {
            conversation: "c1".into(),
            before: before.map(Into::into),
            visitor: "v".into(),
            identity: Identity::Anonymous,
            since: 0,
            here: true,
            visit: Some(visit(7)),
            past: others.iter().map(|name| past(name)).collect(),
            more: true,
            conversations: 9,
            rated: 0,
            csat: None,
        })
    }

    fn known(client: &AgentClient) -> &Person {
        client.current().and_then(|opened| opened.person.as_ref()).expect("known")
    }

    #[test]
    fn whose_conversation_is_shown_is_asked_of_once_and_again_on_another_line() {
        let mut client = page();
        assert_eq!(asked(&mut client), [("c1".into(), None)]);
        client.event(5, person(None, &[]));
        client.event(6, history("c1"));
        assert_eq!(asked(&mut client), []);
        client.open(&"c2".into());
        client.event(7, history("c2"));
        assert_eq!(asked(&mut client), [("c2".into(), None)]);
        client.open(&"c1".into());
        assert_eq!(asked(&mut client), [("c1".into(), None)], "the relay tells of one at a time");
        client.closed(8, 1006, "");
        client.tick(60_000);
        client.opened(60_001);
        client.event(60_002, welcome());
        client.event(60_003, history("c1"));
        assert_eq!(asked(&mut client).last(), Some(&("c1".into(), None)));
    }

    #[test]
    fn what_is_older_than_what_is_known_is_no_news_and_nobody_elses_is_taken() {
        let mut client = page();
        client.event(5, person(None, &[]));
        client.event(6, Event::Visit(visit(6)));
        client.event(6, Event::Visit(Visit { visitor: "w".into(), ..visit(9) }));
        assert_eq!(known(&client).visit.as_ref().map(|visit| visit.at), Some(7));
        client.event(7, Event::Visit(visit(8)));
        assert_eq!(known(&client).visit.as_ref().map(|visit| visit.at), Some(8));
        client.event(8, Event::Here(Here { visitor: "v".into(), here: false, at: 80 }));
        assert_eq!((known(&client).here, client.current().and_then(|opened| opened.gone)), (false, Some(80)));
        client.event(9, Event::Here(Here { visitor: "v".into(), here: true, at: 90 }));
        assert_eq!((known(&client).here, client.current().and_then(|opened| opened.gone)), (true, None));
    }

    #[test]
    fn older_ones_follow_those_that_are_here_once() {
        let mut client = page();
        client.event(5, person(None, &["p3", "p2"]));
        asked(&mut client);
        client.older_past();
        assert_eq!(asked(&mut client), [("c1".into(), Some("p2".into()))]);
        for _ in 0..2 {
            client.event(6, person(Some("p2"), &["p1"]));
        }
        let here: Vec<_> = known(&client).past.iter().map(|past| past.conversation.clone()).collect();
        assert_eq!(here, vec!["p3".into(), "p2".into(), ConversationId::from("p1")]);
    }
}
