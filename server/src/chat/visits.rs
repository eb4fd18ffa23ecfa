//! Where visitors are: kept for those who have written, and told to the agents who look at a conversation of theirs.
//! Whether somebody is there is what the hub knows of their pages; it is stored nowhere.
use super::{Chat, publish::Publisher, visitors};
use crate::{
    clock::Clock,
    hub::{Topic, Weight},
    store::{Pending, StoreError, Walk},
};
use merhaba_shared::protocol::{
    agent::Event,
    ids::{AgentId, Millis, VisitorId},
    limits::{TRAIL_TITLE_BYTES, TRAIL_URL_BYTES, cut},
    person::{GetPerson, Here, Person, Step, Visit},
    visitor::Page,
};

/// A page as one of a trail, cut to what is kept; `None`: it has no address of the web.
#[must_use]
pub fn step(page: &Page, at: Millis) -> Option<Step> {
    let page = visitors::page(page);
    let (url, title) = (cut(&page.url, TRAIL_URL_BYTES), cut(&page.title, TRAIL_TITLE_BYTES));
    (!url.is_empty()).then(|| Step { url: url.into(), title: title.into(), at })
}

/// Where somebody came from, cut to what is kept.
#[must_use]
pub fn referrer(page: &Page) -> String {
    cut(&visitors::page(page).referrer, TRAIL_URL_BYTES).into()
}

/// A page of a visitor is connected, as long as this lives. Dropped after their place in the hub.
#[must_use]
pub struct Stay {
    publisher: Publisher,
    clock: Clock,
    visitor: VisitorId,
}

impl Stay {
    fn tell(&self, here: bool) {
        let topic = Topic::Person(self.visitor.clone());
        if self.publisher.hub().is_heard(&topic) {
            let event = Event::Here(Here { visitor: self.visitor.clone(), here, at: self.clock.now() });
            self.publisher.hub().publish(&topic, &Weight::Durable, &event);
        }
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        if !self.publisher.hub().is_heard(&Topic::Visitor(self.visitor.clone())) {
            self.tell(false);
        }
    }
}

impl Chat {
    /// A page of a visitor has come, and listens already.
    pub fn stay(&self, visitor: &VisitorId) -> Stay {
        let stay = Stay { publisher: self.publisher.clone(), clock: self.clock, visitor: visitor.clone() };
        stay.tell(true);
        stay
    }

    /// Keeps where a visitor went, if they have written; queued when this is called.
    pub fn walk(&self, walk: Walk) -> Pending<Option<Visit>> {
        let hub = self.publisher.hub().clone();
        let then = move |visit: &Option<Visit>| {
            if let Some(visit) = visit {
                let topic = Topic::Person(visit.visitor.clone());
                if hub.is_heard(&topic) {
                    hub.publish(&topic, &Weight::Durable, &Event::Visit(visit.clone()));
                }
            }
        };
        self.store.walk(walk, Box::new(then))
    }

    /// Who writes in a conversation, if the agent may see it.
    pub async fn person(&self, agent: AgentId, get: GetPerson) -> Result<Option<Person>, StoreError> {
        let found = self.store.person(agent, get.conversation, get.before).await?;
        Ok(found.map(|person| {
            let here = self.hub().is_heard(&Topic::Visitor(person.visitor.clone()));
            Person { here, ..person }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_a_page_of_the_web_and_short() {
        let page = |url: &str| Page { url: url.into(), title: "ş".repeat(999), referrer: String::new() };
        assert_eq!(step(&page("javascript:alert(1)"), 7), None);
        assert_eq!(step(&page(""), 7), None);
        let kept =
            step(&page(&format!("https://a.example/{}?token=1#x", "b".repeat(9_999))), 7).expect("a page");
        assert_eq!((kept.url.len(), kept.title.len(), kept.at), (TRAIL_URL_BYTES, TRAIL_TITLE_BYTES, 7));
        assert_eq!(
            step(&page("https://a.example/x?token=1#y"), 7).expect("a page").url,
            "https://a.example/x"
        );
    }
}
