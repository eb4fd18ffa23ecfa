//! What happened to one page, written down as it happened: what its person wrote, what was confirmed on the wire, what
//! stood on the screen and since when. It notes at once where the screen said what was not so. Never asks the relay.
use merhaba_shared::{
    client::{
        self,
        outbox::{Outbox, Progress},
        thread::{Delivery, Thread},
    },
    protocol::{
        ids::{ClientId, ConversationId, Seq},
        model::{Accepted, Item, Side},
    },
};
use std::{
    collections::{HashMap, HashSet},
    time::Instant,
};

/// A message that the person sent.
#[derive(Clone, Debug)]
pub struct Written {
    /// Its id.
    pub client_id: ClientId,
    /// Its text.
    pub body: String,
    /// When.
    pub at: Instant,
}

/// An entry that stands on the screen.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The entry.
    pub item: Item,
    /// Since when.
    pub at: Instant,
}

/// A confirmation.
#[derive(Clone, Debug)]
pub struct Confirmed {
    /// The place that was promised.
    pub seq: Seq,
    /// When it was heard.
    pub at: Instant,
}

/// The journal of one page.
#[derive(Debug)]
pub struct Journal {
    /// Whose.
    pub name: String,
    /// The side that this page is on.
    pub side: Side,
    /// The conversation, once the page shows one.
    pub conversation: Option<ConversationId>,
    /// What the person wrote, in order.
    pub written: Vec<Written>,
    /// What the relay confirmed with `Accepted`.
    pub confirmed: HashMap<ClientId, Confirmed>,
    /// What stands on the screen, in order.
    pub shown: Vec<Shown>,
    /// Since when a message of this page's person is marked as delivered, and as read.
    pub marks: Vec<(Delivery, Seq, Instant)>,
    /// What the line was said to be, each time it changed.
    pub lines: Vec<(client::Line, Instant)>,
    /// When sockets opened.
    pub opens: Vec<Instant>,
    /// How open sockets ended: code, reason, when.
    pub closes: Vec<(u16, String, Instant)>,
    /// Attempts to open a socket that came to nothing.
    pub attempts: usize,
    /// Where the screen said what was not so.
    pub lies: Vec<String>,
    let_go: usize,
    ids: HashSet<ClientId>,
    heard: HashSet<ClientId>,
}

impl Journal {
    pub(super) fn new(name: &str, side: Side) -> Self {
        Self {
            name: name.to_owned(),
            side,
            conversation: None,
            written: Vec::new(),
            confirmed: HashMap::new(),
            shown: Vec::new(),
            marks: Vec::new(),
            lines: Vec::new(),
            opens: Vec::new(),
            closes: Vec::new(),
            attempts: 0,
            lies: Vec::new(),
            let_go: 0,
            ids: HashSet::new(),
            heard: HashSet::new(),
        }
    }

    /// Whether a message stands on the screen as an entry.
    #[must_use]
    pub fn is_shown(&self, client_id: ClientId) -> bool {
        self.ids.contains(&client_id)
    }

    /// How many messages stand on the screen.
    #[must_use]
    pub fn messages(&self) -> usize {
        self.ids.len()
    }

    /// The first time after `since` that the line was said to be this.
    #[must_use]
    pub fn line_since(&self, since: Instant, is: impl Fn(client::Line) -> bool) -> Option<Instant> {
        self.lines.iter().find(|(line, at)| *at >= since && is(*line)).map(|(_, at)| *at)
    }

    /// In a few words, for a test that has failed.
    #[must_use]
    pub fn told(&self) -> String {
        format!(
            "{}: wrote {}, confirmed {}, shows {} up to {:?}, closes {:?}, lies {:?}",
            self.name,
            self.written.len(),
            self.confirmed.len(),
            self.shown.len(),
            self.shown.last().map(|shown| shown.item.seq()),
            self.closes.iter().map(|(code, reason, _)| (code, reason)).collect::<Vec<_>>(),
            self.lies
        )
    }

    pub(super) fn lie(&mut self, what: &str) {
        self.lies.push(format!("{}: {what}", self.name));
    }

    pub(super) fn wrote(&mut self, client_id: ClientId, body: &str) {
        self.written.push(Written { client_id, body: body.to_owned(), at: Instant::now() });
    }

    pub(super) fn accepted(&mut self, accepted: &Accepted) {
        self.heard.insert(accepted.client_id);
        let new = Confirmed { seq: accepted.seq, at: Instant::now() };
        let before = self.confirmed.entry(accepted.client_id).or_insert_with(|| new.clone()).seq;
        if before != new.seq {
            self.lie(&format!("confirmed at {before} and then at {}", new.seq));
        }
    }

    /// The relay has sent a message with this id.
    pub(super) fn came(&mut self, client_id: ClientId) {
        self.heard.insert(client_id);
    }

    pub(super) fn opened(&mut self) {
        self.opens.push(Instant::now());
    }

    /// The page let its socket go by itself.
    pub(super) fn let_go(&mut self) {
        self.let_go = self.opens.len() - self.closes.len();
    }

    pub(super) fn closed(&mut self, code: u16, reason: &str) {
        if self.opens.len() > self.closes.len() + self.let_go {
            self.closes.push((code, reason.to_owned(), Instant::now()));
        } else {
            self.attempts += 1;
        }
    }

    /// Looks at the page.
    pub(super) fn look(&mut self, thread: Option<&Thread>, outbox: &Outbox, line: client::Line) {
        if self.lines.last().is_none_or(|(last, _)| *last != line) {
            self.lines.push((line, Instant::now()));
        }
        for out in outbox.all() {
            if matches!(out.progress, Progress::Stored(_)) && !self.heard.contains(&out.client_id) {
                self.lie(&format!("{:?} is shown as sent, and nobody said so", out.body));
            }
        }
        if let Some(thread) = thread {
            self.conversation.get_or_insert_with(|| thread.conversation().clone());
            self.look_at_entries(thread.timeline().items());
            self.look_at_marks(thread);
        }
    }

    /// What stands there may only grow: at the end, or in front when older entries were asked for.
    fn look_at_entries(&mut self, items: &[Item]) {
        let first = |items: &[Item]| items.first().map(Item::seq);
        if self.shown.first().map(|shown| shown.item.seq()) != first(items) && !self.shown.is_empty() {
            return self.lie(&format!("what was shown went away: {:?}", first(items)));
        }
        if items.len() < self.shown.len() {
            return self.lie(&format!("{} entries became {}", self.shown.len(), items.len()));
        }
        let at = Instant::now();
        let new = items.get(self.shown.len()..).unwrap_or_default();
        let mut last = self.shown.last().map(|shown| shown.item.seq());
        for item in new {
            if last.is_some_and(|last| last + 1 != item.seq()) {
                self.lie(&format!("{} is shown after {last:?}", item.seq()));
            }
            last = Some(item.seq());
            if let Item::Message(message) = item
                && !self.ids.insert(message.client_id)
            {
                self.lie(&format!("{:?} is shown twice", message.body));
            }
            self.shown.push(Shown { item: item.clone(), at });
        }
    }

    fn look_at_marks(&mut self, thread: &Thread) {
        for (delivery, seq) in
            [(Delivery::Delivered, thread.theirs().received), (Delivery::Read, thread.theirs().read)]
        {
            let before = self.marks.iter().rev().find(|(known, ..)| *known == delivery);
            if before.map_or(0, |(_, seq, _)| *seq) < seq {
                self.marks.push((delivery, seq, Instant::now()));
            }
        }
    }
}
