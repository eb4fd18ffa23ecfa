//! What the team notes on the opened conversation: bookmark, priority, put off until, tags. A strip under its head; the
//! sheet beside it has the tags too. A trainee sees them and changes nothing but their own bookmark.
use super::{narrow::site_tags, palette::PaletteButton, snooze::Snooze};
use crate::{
    actions::Deed,
    desk::Desk,
    i18n::{Texts, fill, lang, texts},
    icons::{CALL, CLOSE, FLAG, STAR, icon},
    time,
};
use leptos::{ev, html::Input, prelude::*, task::spawn_local};
use merhaba_shared::protocol::{
    agent::{InboxRow, Role},
    ids::ConversationId,
    limits::{TAG_CHARS, TAGS},
    model::Status,
    triage::{Priority, clean_tag, fold_tag},
};

/// A priority in words.
pub const fn priority_name(priority: Priority, texts: &Texts) -> &'static str {
    match priority {
        Priority::Low => texts.low,
        Priority::Normal => texts.normal,
        Priority::High => texts.high,
        Priority::Urgent => texts.urgent,
    }
}

/// What a priority looks like; the usual one looks like nothing.
pub const fn priority_class(priority: Priority) -> &'static str {
    match priority {
        Priority::Low => "low",
        Priority::Normal => "normal",
        Priority::High => "high",
        Priority::Urgent => "urgent",
    }
}

/// The strip.
#[component]
pub fn Sorting(id: ConversationId) -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let row = desk.current_row();
    let may = desk.may_sort();
    let off = desk.is_live();
    let off = move || !off.get();
    let starred = {
        let id = id.clone();
        desk.memo(move |client| client.is_bookmarked(&id))
    };
    let star = {
        let id = id.clone();
        move |_| desk.bookmark(&id)
    };
    let priority =
        Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.triage.priority).unwrap_or_default()));
    let choose = {
        let id = id.clone();
        move |event| {
            let chosen = event_target_value(&event);
            if let Some(priority) = Priority::from_word(&chosen) {
                desk.act(|client, _| client.prioritise(&id, priority));
            }
        }
    };
    let is_open =
        Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| row.status == Status::Open)));
    let options = Priority::ALL.iter().rev().map(|which| {
        let which = *which;
        view! { <option value=which.as_str() selected=move || priority.get() == which>{priority_name(which, texts)}</option> }
    });
    view! {
        <div class="sorting">
            <button id="bookmark" class="icon star" class:on=starred disabled=off title=Deed::Bookmark.titled(texts.bookmark) aria-label=texts.bookmark
                aria-pressed=move || starred.get().to_string() on:click=star>{icon(STAR)}</button>
            <label class=move || ["flag ", priority_class(priority.get())].concat() title=Deed::Priority.titled(texts.priority)>
                {icon(FLAG)}<select id="priority" aria-label=texts.priority disabled=move || off() || !may.get() on:change=choose>{options.collect_view()}</select>
            </label>
            <Snooze id=id.clone()/>
            {move || is_open.get().then(|| view! {
                <button id="escalate" class="btn small" disabled=off title=Deed::Escalate.titled(texts.escalate) aria-haspopup="dialog"
                    on:click=move |_| desk.escalating.set(true)>{icon(CALL)}{texts.escalate}</button>
            })}
            <Tags id main=true/>
            <PaletteButton class="btn small"/>
        </div>
    }
}

/// The tags of the opened conversation, and the field for another.
#[component]
pub fn Tags(id: ConversationId, #[prop(optional)] main: bool) -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let row = desk.current_row();
    let (may, live) = (desk.may_sort(), desk.is_live());
    let tags = Memo::new(move |_| {
        row.with(|row| row.as_ref().map(|row| row.triage.tags.clone()).unwrap_or_default())
    });
    let conversation = StoredValue::new(id);
    let chip = move |tag: String| {
        let (words, gone) = (fill(texts.remove_tag, &[("tag", &tag)]), tag.clone());
        let remove =
            move |_| conversation.with_value(|id| desk.act(|client, _| client.tag(id, gone.clone(), false)));
        view! {
            <li class="chip"><span dir="auto">{tag}</span>{may.get().then(|| view! {
                <button title=words.clone() aria-label=words.clone() disabled=move || !live.get() on:click=remove.clone()>{icon(CLOSE)}</button>
            })}</li>
        }
    };
    view! {
        <div class="tags" role="group" aria-label=texts.tags tabindex=move || (!live.get() || !may.get()).then_some("0")>
            <ul>{move || tags.get().into_iter().map(chip).collect_view()}</ul>
            {move || (may.get() && tags.with(Vec::len) < TAGS).then(|| view! { <Add conversation tags main/> })}
        </div>
    }
}

/// The field for another tag, with those that the site knows.
#[component]
fn Add(conversation: StoredValue<ConversationId>, tags: Memo<Vec<String>>, main: bool) -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let field = NodeRef::<Input>::new();
    let known = RwSignal::new(Vec::<String>::new());
    let name = if main { "known-tags" } else { "known-tags-side" };
    let ask = move |_| {
        let Some(site) =
            desk.current_row().with_untracked(|row| row.as_ref().map(|row: &InboxRow| row.site.clone()))
        else {
            return;
        };
        spawn_local(async move {
            let found = site_tags(site.as_str()).await;
            // Left meanwhile: nobody is left to show them to.
            let _ = known.try_set(found);
        });
    };
    let rest = move || {
        let here = tags.with(|tags| tags.iter().map(|tag| fold_tag(tag)).collect::<Vec<_>>());
        let free = known.get().into_iter().filter(move |tag| !here.contains(&fold_tag(tag)));
        free.map(|tag| view! { <option value=tag></option> }).collect_view()
    };
    let add = move || {
        let Some(input) = field.get_untracked() else { return };
        let typed = input.value();
        match clean_tag(&typed) {
            Some(tag) => {
                conversation.with_value(|id| desk.act(|client, _| client.tag(id, tag, true)));
                input.set_value("");
            }
            None if typed.trim().is_empty() => input.set_value(""),
            None => desk.say(fill(texts.tag_long, &[("n", &TAG_CHARS.to_string())])),
        }
    };
    let pressed = move |event: ev::KeyboardEvent| {
        if event.is_composing() {
            return;
        }
        match event.key().as_str() {
            "Enter" | "," => {
                event.prevent_default();
                add();
            }
            _ => {}
        }
    };
    // What was taken from the list is added as it is chosen.
    let chosen = move |event: ev::Event| {
        let typed = event_target_value(&event);
        if known.with_untracked(|known| known.contains(&typed)) {
            add();
        }
    };
    let live = desk.is_live();
    view! {
        <input id=main.then_some("tag") class="add-tag" node_ref=field list=name maxlength=(TAG_CHARS * 2).to_string() autocomplete="off" enterkeyhint="done"
            placeholder=texts.add_tag aria-label=texts.add_tag title=Deed::Tag.titled(texts.add_tag) dir="auto" disabled=move || !live.get()
            on:focus=ask on:keydown=pressed on:change=chosen/>
        <datalist id=name>{rest}</datalist>
    }
}

/// What a row or a sheet says of a conversation that is put off.
pub fn snoozed_words(row: &InboxRow, texts: &Texts) -> Option<String> {
    let until = row.triage.snoozed_until?;
    Some(fill(texts.snoozed_until, &[("time", &time::full(until, lang()))]))
}

/// Whether a role may sort.
pub fn may_sort(role: Role) -> bool {
    role != Role::Trainee
}
