//! Searching: what is typed, what the relay found for it, and the place that a hit leads to. Holds what is shown and nothing
//! else; every page of hits is asked for anew.
use super::{desk::Desk, rest};
use js_sys::{Array, encode_uri_component};
use leptos::{prelude::*, task::spawn_local};
use merhaba_shared::protocol::{
    agent::VisitorCard,
    ids::{ConversationId, Millis, Seq, SiteKey, VisitorId},
};
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};

/// So long after the last letter the relay is asked.
const PAUSE: Duration = Duration::from_millis(180);

/// What a hit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A message.
    Message,
    /// A note.
    Note,
    /// A visitor.
    Person,
}

/// A place in a conversation that is gone to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The conversation.
    pub conversation: ConversationId,
    /// The message, or the last one before a note.
    pub seq: Seq,
    /// A note's own number.
    pub note: Option<u64>,
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What.
    pub kind: Kind,
    /// Where.
    pub place: Place,
    /// The site.
    pub site: SiteKey,
    /// The visitor of the conversation.
    pub visitor: VisitorCard,
    /// When.
    pub at: Millis,
    /// The agent who wrote it.
    pub author: Option<String>,
    /// Whether the conversation is resolved.
    pub resolved: bool,
    /// The line around what was looked for, in pieces; `true`: it is that.
    pub snippet: Vec<(String, bool)>,
}

/// A tag that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundTag {
    /// The tag.
    pub tag: String,
    /// The same in pieces; `true`: what was looked for.
    pub snippet: Vec<(String, bool)>,
}

/// How far a search is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// Nothing is looked for.
    #[default]
    Idle,
    /// The relay is being asked; what was found before is still shown.
    Asked,
    /// It has answered.
    Found,
    /// It has not.
    Failed,
}

/// The search of the page. Copies share one.
#[derive(Clone, Copy)]
pub struct Search {
    /// What stands in the field.
    pub typed: RwSignal<String>,
    /// The tags that were found.
    pub tags: RwSignal<Vec<FoundTag>>,
    /// What was found besides.
    pub hits: RwSignal<Vec<Hit>>,
    /// How far it is.
    pub state: RwSignal<State>,
    /// Where the next page begins.
    pub cursor: RwSignal<Option<String>>,
    /// Counts what was asked, so that an answer that comes too late is known.
    asked: RwSignal<u64>,
}

impl Search {
    /// A search for nothing.
    pub fn new() -> Self {
        Self {
            typed: RwSignal::default(),
            tags: RwSignal::default(),
            hits: RwSignal::default(),
            state: RwSignal::default(),
            cursor: RwSignal::default(),
            asked: RwSignal::default(),
        }
    }

    /// Whether something is looked for: then results stand in the list's place.
    pub fn is_on(self) -> bool {
        self.typed.with(|typed| !typed.trim().is_empty())
    }

    /// Something was typed.
    pub fn type_in(self, typed: String) {
        self.typed.set(typed);
        self.asked.update(|asked| *asked += 1);
        if !self.typed.with_untracked(|typed| typed.trim().is_empty()) {
            self.state.set(State::Asked);
            let turn = self.asked.get_untracked();
            let ask = move || {
                if self.asked.try_get_untracked() == Some(turn) {
                    self.ask(None);
                }
            };
            return set_timeout(ask, PAUSE);
        }
        self.tags.set(Vec::new());
        self.hits.set(Vec::new());
        self.cursor.set(None);
        self.state.set(State::Idle);
    }

    /// Asks once more.
    pub fn again(self) {
        self.ask(None);
    }

    /// The next page, if there is one and none is on its way.
    pub fn more(self) {
        if self.state.get_untracked() != State::Asked
            && let Some(cursor) = self.cursor.get_untracked()
        {
            self.ask(Some(cursor));
        }
    }

    fn ask(self, cursor: Option<String>) {
        self.asked.update(|asked| *asked += 1);
        self.state.set(State::Asked);
        let (turn, typed) = (self.asked.get_untracked(), self.typed.get_untracked());
        spawn_local(async move {
            let answer = rest::ask("GET", &path(&typed, cursor.as_deref()), None).await;
            if self.asked.try_get_untracked() != Some(turn) {
                return;
            }
            let hits = rest::get(&answer.body, "hits").dyn_into::<Array>().ok().filter(|_| answer.is_ok());
            let Some(hits) = hits else { return self.state.set(State::Failed) };
            let read: Vec<_> = hits.iter().filter_map(|hit| read(&hit)).collect();
            self.cursor.set(rest::text(&answer.body, "cursor"));
            if cursor.is_some() {
                self.hits.update(|hits| hits.extend(read));
            } else {
                let tags = rest::get(&answer.body, "tags").dyn_into::<Array>().unwrap_or_default();
                self.tags.set(tags.iter().filter_map(|tag| read_tag(&tag)).collect());
                self.hits.set(read);
            }
            self.state.set(State::Found);
        });
    }
}

fn path(typed: &str, cursor: Option<&str>) -> String {
    let escaped = |text: &str| String::from(encode_uri_component(text));
    let cursor = cursor.map(|cursor| ["&cursor=", &escaped(cursor)].concat()).unwrap_or_default();
    ["/api/v1/search?q=", &escaped(typed), &cursor].concat()
}

fn read(hit: &JsValue) -> Option<Hit> {
    let row = rest::get(hit, "row");
    let visitor = rest::get(&row, "visitor");
    let kind = match rest::text(hit, "kind")?.as_str() {
        "message" => Kind::Message,
        "note" => Kind::Note,
        _ => Kind::Person,
    };
    Some(Hit {
        kind,
        place: Place {
            conversation: ConversationId(rest::text(&row, "conversation")?),
            seq: rest::number(hit, "seq")?,
            note: rest::number(hit, "number"),
        },
        site: SiteKey(rest::text(&row, "site")?),
        visitor: VisitorCard {
            id: VisitorId(rest::text(&visitor, "id")?),
            number: rest::number(&visitor, "number")?,
            name: rest::text(&visitor, "name"),
            locale: rest::text(&visitor, "locale").unwrap_or_default(),
            page: None,
            about: None,
        },
        at: rest::number(hit, "at").and_then(|at| at.try_into().ok())?,
        author: rest::text(hit, "author"),
        resolved: rest::text(&row, "status").as_deref() == Some("Resolved"),
        snippet: snippet(hit)?,
    })
}

fn read_tag(found: &JsValue) -> Option<FoundTag> {
    Some(FoundTag { tag: rest::text(found, "tag")?, snippet: snippet(found)? })
}

fn snippet(found: &JsValue) -> Option<Vec<(String, bool)>> {
    let parts = rest::get(found, "snippet").dyn_into::<Array>().ok()?;
    let part =
        |part: JsValue| (rest::text(&part, "text").unwrap_or_default(), rest::get(&part, "hit").is_truthy());
    Some(parts.iter().map(part).collect())
}

impl Desk {
    /// Goes to a place in a conversation, whether or not it is open.
    pub fn go_to(self, place: Place) {
        let route = super::route::Route::Conversation(place.conversation.clone());
        self.sought.set(Some(place));
        self.go(route);
    }
}
