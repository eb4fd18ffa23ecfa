//! The plain page while its answer stays open: what happens in the conversation comes as further lines of the same
//! document, as soon as it is durable. Behind it is a visitor's session like any other; nothing is confirmed for the visitor,
//! since no byte stream says what was seen. Bounded in time, and what ends it says so.
use super::{
    Web,
    attachments::signed::{Bearer, GOOD_MS, Link},
    document::CLOSED,
    revised,
    rich::Press,
    rows::Drawing,
    template::escape,
    texts,
    trickle::Trickle,
};
use crate::{
    session::feed::{Feed, News},
    store::SecretHash,
};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, header},
};
use bytes::Bytes;
use futures_util::stream;
use merhaba_shared::protocol::{
    ids::{ClientId, ConversationId, Seq, SiteKey},
    model::{Attachment, Content, Item, Message, Side},
    visitor::Event,
};
use std::{
    collections::HashMap,
    convert::Infallible,
    sync::Arc,
    time::{Duration, Instant},
};

/// How long a page stays open; then it offers to be loaded again.
pub const OPEN_FOR: Duration = Duration::from_mins(30);
/// Other conversations that are kept in mind.
const OTHERS: usize = 64;
/// Keeps proxies from thinking that nothing comes any more.
const STILL_THERE: &str = "<!-- -->\n";
/// Asks proxies not to collect what should come at once.
const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");

/// What the lines of one page need, as long as it is open.
pub struct Sheet {
    /// The relay.
    pub web: Arc<Web>,
    /// The site.
    pub key: SiteKey,
    /// The page's language.
    pub language: &'static str,
    /// The visitor's token, hashed: links to files are for its bearer.
    pub token: SecretHash,
    /// Where the page is.
    pub address: String,
    /// What is added to that for where its forms go.
    pub more: String,
    /// The id that the page's next message has.
    pub client_id: String,
}

impl Sheet {
    /// Draws something.
    pub fn draw<T>(&self, with: impl FnOnce(&Drawing<'_>) -> T) -> Option<T> {
        let by = Bearer::Visitor(self.key.clone(), self.token);
        let until = self.web.app.clock.now() + GOOD_MS;
        let link = |file: &Attachment, preview: bool| {
            let link = Link { id: file.id.clone(), preview, until, by: by.clone() };
            self.web.signer.path(&link)
        };
        let action = format!("{}{}", self.address, self.more);
        let press = Press { action: &action, client_id: &self.client_id };
        let texts = texts::widget().of(self.language)?;
        Some(with(&Drawing { texts, link: &link, press }))
    }

    /// That no more comes by itself, and the way to what has come since.
    pub fn note(&self) -> String {
        let Some(texts) = texts::widget().of(self.language) else { return String::new() };
        let text = |name: &str| escape(texts.get(name).map_or("", String::as_str));
        self.way(&text("plain_refresh"), &text("refresh"), "")
    }

    /// That somebody has answered in another conversation, and the way there.
    fn elsewhere(&self, conversation: &ConversationId) -> String {
        let Some(texts) = texts::notices().of(self.language) else { return String::new() };
        let text = |name: &str| escape(texts.get(name).map_or("", String::as_str));
        self.way(&text("elsewhere"), &text("elsewhere_way"), &format!("&conversation={conversation}"))
    }

    /// A line that says something, and a way from there.
    fn way(&self, said: &str, shows: &str, which: &str) -> String {
        let live = if self.more.contains("live=1") { "&live=1" } else { "" };
        let address = escape(&format!("{}{live}{which}", self.address));
        format!(
            "<div class=\"event way\" role=\"status\"><span>{said}</span> <a href=\"{address}\">{shows}</a></div>\n"
        )
    }
}

/// A conversation as far as a page shows it.
pub struct Shown {
    /// Which.
    pub conversation: ConversationId,
    /// Its rows.
    pub rows: String,
    /// The Seq of the last.
    pub head: Seq,
    /// The Seq of the last if it is the visitor's message: how far it has come stands under it.
    pub mine: Option<Seq>,
    /// What arrived at the agents, and what they read.
    pub marks: (Seq, Seq),
    /// Others in which somebody has answered since, with the head at which that was said last.
    pub others: HashMap<ConversationId, Seq>,
}

/// The open end of a page.
pub struct Live {
    feed: Feed,
    sheet: Sheet,
    shown: Shown,
    until: Instant,
}

impl Live {
    /// Goes on from what is shown; the feed was listening before that was read.
    pub fn new(feed: Feed, sheet: Sheet, shown: Shown) -> Self {
        let until = sheet.web.app.clock.monotonic() + OPEN_FOR;
        Self { feed, sheet, shown, until }
    }

    /// The page's beginning, and then what comes.
    pub fn body(self, html: String, trickle: Trickle) -> Body {
        let pieces = stream::unfold((Some(html), Some(self)), move |(html, live)| async move {
            if let Some(html) = html {
                return Some((Ok::<_, Infallible>(trickle.start(html)), (None, live)));
            }
            let (piece, live) = live?.piece(trickle).await;
            Some((Ok(piece), (None, live)))
        });
        Body::from_stream(pieces)
    }

    /// The next bytes, and what is left open after them.
    async fn piece(mut self, trickle: Trickle) -> (Bytes, Option<Self>) {
        loop {
            match tokio::time::timeout_at(self.until.into(), self.feed.next()).await {
                Ok(News::Quiet) => return (trickle.more(STILL_THERE), Some(self)),
                Ok(News::Event(event)) => {
                    let rows = self.shown.take(*event, &self.sheet);
                    if !rows.is_empty() {
                        return (trickle.more(&rows), Some(self));
                    }
                }
                Ok(News::End) | Err(_) => return (trickle.end(&(self.sheet.note() + CLOSED)), None),
            }
        }
    }
}

impl Shown {
    /// The rows that an event adds; often none.
    fn take(&mut self, event: Event, sheet: &Sheet) -> String {
        let item = match event {
            Event::Message(message) => Item::Message(message),
            Event::Entry(entry) => Item::Entry(entry),
            Event::Read(marker) if marker.conversation == self.conversation && marker.side == Side::Agent => {
                let before = self.state(sheet);
                self.marks = (self.marks.0.max(marker.received), self.marks.1.max(marker.read));
                let now = self.state(sheet);
                return if now == before { String::new() } else { now };
            }
            _ => return String::new(),
        };
        if *item.conversation() != self.conversation {
            return self.elsewhere(&item, sheet);
        }
        if item.seq() <= self.head {
            return String::new();
        }
        self.head = item.seq();
        if let Some((of, message)) = revised(&item) {
            let hides = revised::path(of, item.seq());
            let rows = sheet.draw(|drawing| match message {
                Some(message) => drawing.one(&Item::Message(message), &[], true, false),
                None => drawing.gone(),
            });
            return format!("<link rel=\"stylesheet\" href=\"{hides}\">\n{}", rows.unwrap_or_default());
        }
        self.mine = mine(&item);
        let rows = sheet.draw(|drawing| drawing.one(&item, &[], true, true)).unwrap_or_default();
        rows + &self.state(sheet)
    }

    /// A line on an answer in another conversation: once, and again only below what has come since.
    fn elsewhere(&mut self, item: &Item, sheet: &Sheet) -> String {
        let other = item.conversation();
        let answer = matches!(item, Item::Message(message) if message.author.side() == Side::Agent);
        if !answer || self.others.get(other) == Some(&self.head) {
            return String::new();
        }
        if self.others.len() >= OTHERS {
            self.others.clear();
        }
        self.others.insert(other.clone(), self.head);
        sheet.elsewhere(other)
    }

    fn state(&self, sheet: &Sheet) -> String {
        let (received, read) = self.marks;
        let state = |seq| sheet.draw(|drawing| drawing.state(seq, received, read));
        self.mine.and_then(state).unwrap_or_default()
    }
}

/// The message that an entry changes or takes away, if it does, and what it now is: it stands below what has come since.
fn revised(item: &Item) -> Option<(Seq, Option<Message>)> {
    let Item::Entry(entry) = item else { return None };
    let (of, words) = match entry.data.0.as_ref()? {
        Content::Edited(edit) => (edit.of, edit.body.clone()?),
        Content::Deleted(gone) => return Some((gone.of, None)),
        Content::Rated(_) => return None,
    };
    let message = Message {
        conversation: entry.conversation.clone(),
        seq: of,
        client_id: ClientId([0; 16]),
        author: entry.author.clone(),
        at: entry.at,
        body: words,
        attachments: Vec::new(),
        extra: None,
        edited: Some(entry.seq),
        deleted: None,
        quote: None,
    };
    Some((of, Some(message)))
}

/// An entry's Seq, if it is the visitor's message.
pub fn mine(item: &Item) -> Option<Seq> {
    match item {
        Item::Message(message) if message.author.side() == Side::Visitor => Some(message.seq),
        _ => None,
    }
}

/// What an answer says of itself that stays open.
pub fn headers(headers: &mut HeaderMap, trickle: Trickle) {
    headers.insert(UNBUFFERED, HeaderValue::from_static("no"));
    headers.append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Some(coding) = trickle.coding() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
}
