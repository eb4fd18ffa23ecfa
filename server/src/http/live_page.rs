//! The plain page while its answer stays open: what happens in the conversation comes as further lines of the same
//! document, as soon as it is durable. Behind it is a visitor's session like any other; nothing is confirmed for the visitor,
//! since no byte stream says what was seen. Bounded in time, and what ends it says so.
use super::{
    Web,
    attachments::signed::{Bearer, GOOD_MS, Link},
    document::CLOSED,
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
    ids::{ConversationId, Seq, SiteKey},
    model::{Attachment, Item, Side},
    visitor::Event,
};
use std::{
    convert::Infallible,
    sync::Arc,
    time::{Duration, Instant},
};

/// How long a page stays open; then it offers to be loaded again.
pub const OPEN_FOR: Duration = Duration::from_mins(30);
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
    /// Where the page's forms go.
    pub action: String,
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
        let press = Press { action: &self.action, client_id: &self.client_id };
        let texts = texts::widget().of(self.language)?;
        Some(with(&Drawing { texts, link: &link, press }))
    }

    /// That no more comes by itself, and the way to what has come since.
    pub fn note(&self) -> String {
        let Some(texts) = texts::widget().of(self.language) else { return String::new() };
        let text = |name: &str| escape(texts.get(name).map_or("", String::as_str));
        let (asks, shows, action) = (text("plain_refresh"), text("refresh"), escape(&self.action));
        format!("<div class=\"event\" role=\"status\">{asks} <a href=\"{action}\">{shows}</a></div>\n")
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
        if *item.conversation() != self.conversation || item.seq() <= self.head {
            return String::new();
        }
        self.head = item.seq();
        self.mine = mine(&item);
        let rows = sheet.draw(|drawing| drawing.one(&item, true, true)).unwrap_or_default();
        rows + &self.state(sheet)
    }

    fn state(&self, sheet: &Sheet) -> String {
        let (received, read) = self.marks;
        let state = |seq| sheet.draw(|drawing| drawing.state(seq, received, read));
        self.mine.and_then(state).unwrap_or_default()
    }
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
