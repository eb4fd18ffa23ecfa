//! Where the visitor of a session goes on the website. Kept in memory until something of theirs is stored, then in the
//! store. Whoever goes faster than people do is followed a moment later, with the next thing that their page says.
use crate::{
    chat,
    gate::{Bucket, Rate},
    store,
};
use merhaba_shared::protocol::{
    ids::{Millis, VisitorId},
    limits::TRAIL,
    person::{Attribute, Device, Step},
    visitor::Page,
};
use std::time::{Duration, Instant};

/// How often a session may have it stored.
const PACE: Rate = Rate { burst: 10, every: Duration::from_secs(2) };

/// What a session knows of the visit and the store does not.
pub(super) struct Walk {
    device: Option<Device>,
    /// Where they came from to the first page of this session.
    referrer: String,
    steps: Vec<Step>,
    attributes: Option<Vec<Attribute>>,
    /// Something of theirs is stored.
    known: bool,
    /// There is something to store.
    news: bool,
    pace: Bucket,
}

impl Walk {
    /// A session begins on a page, if it says on which.
    pub(super) fn begin(page: Option<&Page>, device: Option<Device>, (at, now): (Millis, Instant)) -> Self {
        let mut walk = Self {
            device,
            referrer: page.map(chat::referrer).unwrap_or_default(),
            steps: Vec::new(),
            attributes: None,
            known: false,
            news: false,
            pace: Bucket::full(now),
        };
        walk.steps.extend(page.and_then(|page| chat::step(page, at)));
        walk.news = !walk.steps.is_empty();
        walk
    }

    /// They have gone to another page.
    pub(super) fn go(&mut self, page: &Page, at: Millis) {
        let Some(step) = chat::step(page, at) else { return };
        self.steps.push(step);
        let beyond = self.steps.len().saturating_sub(TRAIL);
        self.steps.drain(..beyond);
        self.news = true;
    }

    /// The site says something else of them.
    pub(super) fn describe(&mut self, attributes: Vec<Attribute>) {
        self.attributes = Some(attributes);
        self.news = true;
    }

    /// Something of theirs is stored: from now on all of this is.
    pub(super) const fn becomes_known(&mut self) {
        self.known = true;
    }

    /// What is to be stored behind a message that may be their first: before that nothing is, so it is not let go.
    pub(super) fn with_message(&self, visitor: &VisitorId, at: Millis) -> Option<store::Walk> {
        (!self.known && self.news).then(|| self.told(visitor, at, self.steps.clone()))
    }

    /// What is to be stored now, if anything is.
    pub(super) fn take(&mut self, visitor: &VisitorId, (at, now): (Millis, Instant)) -> Option<store::Walk> {
        if !self.known || !self.news || self.pace.take(PACE, now).is_err() {
            return None;
        }
        self.news = false;
        let steps = std::mem::take(&mut self.steps);
        let told = self.told(visitor, at, steps);
        self.attributes = None;
        Some(told)
    }

    fn told(&self, visitor: &VisitorId, at: Millis, steps: Vec<Step>) -> store::Walk {
        store::Walk {
            visitor: visitor.clone(),
            steps,
            referrer: self.referrer.clone(),
            device: self.device.clone(),
            attributes: self.attributes.clone(),
            at,
        }
    }
}
