//! Drafts on the relay: what is begun here is kept there after a pause in typing and when it is left, and what was begun on
//! another device is taken up here. Two devices never write over each other unseen: every change names the version that it
//! follows, and where both have changed, the agent chooses.
use super::Desk;
use crate::rest;
use js_sys::Array;
use leptos::{prelude::*, task::spawn_local};
use merhaba_shared::protocol::ids::ConversationId;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use wasm_bindgen::{JsCast, JsValue};

/// So long after the last letter a draft is kept.
const PAUSE: Duration = Duration::from_secs(1);

/// Whose text it is within a desk: a conversation's answer, or its note.
type Place = (ConversationId, bool);

/// A draft as the relay has it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Kept {
    /// What is named to change it; 0: there is none.
    version: f64,
    body: String,
}

/// What another device has written where something else is written here.
#[derive(Clone, Debug, PartialEq)]
pub struct Clash {
    place: Place,
    kept: Kept,
}

impl Clash {
    /// What they wrote there; nothing, when they have sent it.
    pub fn text(&self) -> &str {
        &self.kept.body
    }

    /// Whether it is of this field.
    pub fn is_of(&self, conversation: &ConversationId, note: bool) -> bool {
        self.place.0 == *conversation && self.place.1 == note
    }
}

/// What the page knows of them. Copies are the same.
#[derive(Clone, Copy)]
pub struct Drafts {
    /// Conversations in which something is begun.
    pub begun: RwSignal<BTreeSet<ConversationId>>,
    /// Where both have changed.
    pub clash: RwSignal<Option<Clash>>,
    known: StoredValue<BTreeMap<Place, Kept>>,
    /// Those that are on their way.
    busy: StoredValue<BTreeSet<Place>>,
    /// Counts letters, so that only the last of them saves.
    typed: StoredValue<u64>,
}

impl Drafts {
    /// None are known.
    pub fn new() -> Self {
        Self {
            begun: RwSignal::default(),
            clash: RwSignal::default(),
            known: StoredValue::default(),
            busy: StoredValue::default(),
            typed: StoredValue::default(),
        }
    }
}

impl Desk {
    /// Asks where something is begun, and what it is in the conversation that is open.
    pub fn load_drafts(self) {
        spawn_local(async move {
            let answer = rest::ask("GET", "/api/v1/drafts", None).await;
            if let Some(all) = list(&answer.body).filter(|_| answer.is_ok()) {
                let begun = all.iter().filter_map(|draft| rest::text(&draft, "conversation"));
                // The agent may have signed out meanwhile.
                let _ = self.drafts.begun.try_set(begun.map(ConversationId).collect());
            }
        });
        if let Some(conversation) = self.current().get_untracked() {
            self.take_up_drafts(conversation);
        }
    }

    /// Takes up what was begun in a conversation on another device.
    pub fn take_up_drafts(self, conversation: ConversationId) {
        spawn_local(async move {
            let answer = rest::ask("GET", &path(&conversation), None).await;
            let Some(all) = list(&answer.body).filter(|_| answer.is_ok()) else { return };
            for note in [false, true] {
                let found = all.iter().find(|draft| rest::get(draft, "note").is_truthy() == note);
                self.take_up((conversation.clone(), note), found.as_ref().map(read).unwrap_or_default());
            }
        });
    }

    fn take_up(self, place: Place, kept: Kept) {
        let here = self.draft(&place.0, place.1);
        let known = self.drafts.known.with_value(|known| known.get(&place).cloned().unwrap_or_default());
        if here == known.body || here == kept.body {
            self.keep_draft(&place.0, place.1, kept.body.clone());
            self.drafts.known.update_value(|known| drop(known.insert(place.clone(), kept.clone())));
            self.mark(&place.0);
            if here != kept.body {
                self.begun.update(|times| *times += 1);
            }
        } else if kept.version.to_bits() == known.version.to_bits() {
            self.save_draft(place.0, place.1);
        } else {
            self.drafts.clash.set(Some(Clash { place, kept }));
        }
    }

    /// The agent types: what is begun is kept after a pause.
    pub fn draft_typed(self, conversation: ConversationId, note: bool) {
        self.drafts.typed.update_value(|typed| *typed += 1);
        let letter = self.drafts.typed.get_value();
        let save = move || {
            if self.drafts.typed.try_get_value() == Some(letter) {
                self.save_draft(conversation, note);
            }
        };
        set_timeout(save, PAUSE);
    }

    /// Keeps on the relay what is begun here, if that is not so already.
    pub fn save_draft(self, conversation: ConversationId, note: bool) {
        let body = self.draft(&conversation, note);
        let place = (conversation, note);
        let known = self.drafts.known.with_value(|known| known.get(&place).cloned().unwrap_or_default());
        let waits = self.drafts.busy.with_value(|busy| busy.contains(&place))
            || self
                .drafts
                .clash
                .with_untracked(|clash| clash.as_ref().is_some_and(|clash| clash.place == place));
        if body == known.body || waits {
            return;
        }
        self.drafts.busy.update_value(|busy| {
            busy.insert(place.clone());
        });
        spawn_local(async move {
            let sent = rest::object(&[
                ("note", note.into()),
                ("version", known.version.into()),
                ("body", body.as_str().into()),
            ]);
            let answer = rest::ask("PUT", &path(&place.0), Some(&sent)).await;
            let _ = self.drafts.busy.try_update_value(|busy| busy.remove(&place));
            match answer.status {
                200 => self.saved(place, Kept { version: number(&answer.body), body }),
                409 if rest::text(&answer.body, "code").as_deref() == Some("Full") => {
                    self.say(self.texts().draft_full.into());
                }
                409 => self.take_up_drafts(place.0),
                // It is tried again with the next letter, and when the page is looked at again.
                _ => {}
            }
        });
    }

    fn saved(self, place: Place, kept: Kept) {
        let (conversation, note) = place.clone();
        let _ = self.drafts.known.try_update_value(|known| known.insert(place, kept));
        self.mark(&conversation);
        // What was typed meanwhile.
        self.save_draft(conversation, note);
    }

    /// The list says in which conversations something is begun.
    fn mark(self, conversation: &ConversationId) {
        let known = self.drafts.known.try_with_value(|known| {
            [false, true].iter().any(|note| {
                known.get(&(conversation.clone(), *note)).is_some_and(|kept| !kept.body.is_empty())
            })
        });
        let _ = self.drafts.begun.try_update(|begun| match known {
            Some(true) => begun.insert(conversation.clone()),
            _ => begun.remove(conversation),
        });
    }

    /// The agent has chosen between two texts.
    pub fn choose_draft(self, theirs: bool) {
        let Some(Clash { place, kept }) = self.drafts.clash.get_untracked() else { return };
        self.drafts.clash.set(None);
        self.drafts.known.update_value(|known| drop(known.insert(place.clone(), kept.clone())));
        if theirs {
            self.keep_draft(&place.0, place.1, kept.body);
            self.begun.update(|times| *times += 1);
        } else {
            self.save_draft(place.0, place.1);
        }
    }
}

fn path(conversation: &ConversationId) -> String {
    ["/api/v1/conversations/", conversation.as_str(), "/drafts"].concat()
}

fn list(answer: &JsValue) -> Option<Array> {
    rest::get(answer, "drafts").dyn_into().ok()
}

fn read(draft: &JsValue) -> Kept {
    Kept { version: number(draft), body: rest::text(draft, "body").unwrap_or_default() }
}

/// A version is a number of milliseconds or so: a float holds it.
fn number(of: &JsValue) -> f64 {
    rest::get(of, "version").as_f64().unwrap_or_default()
}
