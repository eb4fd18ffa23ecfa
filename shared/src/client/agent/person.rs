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
