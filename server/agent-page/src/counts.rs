//! How many conversations the lists hold while they are narrowed. The machine is told of whole lists only, so the relay is
//! asked: when something else is chosen, and again a moment after rows have moved.
use super::{address, desk::Desk, rest};
use js_sys::Array;
use leptos::{prelude::*, task::spawn_local};
use merhaba_shared::{
    client::agent::AgentClient,
    protocol::{
        agent::Filter,
        ids::{AgentId, SiteKey},
        triage::{Counts, Owned},
    },
};
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};

/// So long after rows have moved they are counted again.
const AGAIN: Duration = Duration::from_secs(3);

/// The counts of the lists as they are narrowed. Copies share one.
#[derive(Clone, Copy)]
pub struct Narrowed {
    desk: Desk,
    told: RwSignal<Vec<Counts>>,
    /// Counts what was asked, so that an answer that comes too late is known.
    asked: RwSignal<u64>,
    /// Whether they are about to be counted again.
    due: RwSignal<bool>,
}

impl Narrowed {
    /// Follows what the lists are narrowed to.
    pub fn follow(desk: Desk) -> Self {
        let narrowed =
            Self { desk, told: RwSignal::default(), asked: RwSignal::default(), due: RwSignal::default() };
        let only = desk.memo(|client| client.only().clone());
        let moved = desk.memo(AgentClient::counts_told);
        // Both are read, and not only tracked: what is never read is never looked at again.
        Effect::new(move || {
            only.with(|_| ());
            narrowed.told.set(Vec::new());
            narrowed.ask();
        });
        Effect::new(move || {
            moved.with(|_| ());
            if !narrowed.due.get_untracked() {
                narrowed.due.set(true);
                set_timeout(move || narrowed.ask_again(), AGAIN);
            }
        });
        narrowed
    }

    /// How many a list holds; `None` where nobody counts, or before it is known.
    pub fn counted(self, filter: Filter) -> Option<u32> {
        let me = self.desk.read(|client| client.me().map(|me| me.id.clone()));
        self.told.with(|told| {
            let sum = told.iter().map(|counts| counts.held(filter, me.as_ref())).sum::<Option<u32>>();
            sum.filter(|_| !told.is_empty())
        })
    }

    fn ask_again(self) {
        // The list may be gone by then.
        if self.due.try_set(false).is_none() {
            self.ask();
        }
    }

    fn ask(self) {
        let only = self.desk.peek(|client| client.only().clone());
        self.asked.update(|asked| *asked += 1);
        if !only.narrows_within_a_site() {
            return;
        }
        let turn = self.asked.get_untracked();
        let path = ["/api/v1/counts", &address::query(Filter::Open, &only)].concat();
        spawn_local(async move {
            let answer = rest::ask("GET", &path, None).await;
            let counts = rest::get(&answer.body, "counts").dyn_into::<Array>().ok();
            // What cannot be had now is shown as it was, and asked for when rows move again.
            if let Some(counts) = counts.filter(|_| self.asked.try_get_untracked() == Some(turn)) {
                self.told.set(counts.iter().filter_map(|counts| read(&counts)).collect());
            }
        });
    }
}

fn read(counts: &JsValue) -> Option<Counts> {
    let number = |of: &JsValue, name| rest::number(of, name).and_then(|number| u32::try_from(number).ok());
    let owned = rest::get(counts, "owned").dyn_into::<Array>().ok()?;
    let agent = |owned: JsValue| {
        Some(Owned { agent: AgentId(rest::text(&owned, "agent")?), open: number(&owned, "open")? })
    };
    Some(Counts {
        site: SiteKey(rest::text(counts, "site")?),
        open: number(counts, "open")?,
        unassigned: number(counts, "unassigned")?,
        waiting: number(counts, "waiting")?,
        snoozed: number(counts, "snoozed")?,
        owned: owned.iter().filter_map(agent).collect(),
        approval: number(counts, "approval")?,
        unattended: number(counts, "unattended")?,
    })
}
