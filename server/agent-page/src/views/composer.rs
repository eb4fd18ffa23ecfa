//! Where an answer is written. The text is the agent's until the relay has it: a lost line, another conversation or
//! another language takes nothing away.
use super::{
    offer::{Offer, Offered},
    quoting::Quoting,
    revising::Editing,
    times::Times,
};
use crate::{
    canned::{Canned, hole},
    desk::Desk,
    i18n::{Texts, fill, texts},
    icons::{CHOICES, CLIP, CLOCK, SEND, icon},
    keys,
};
use leptos::{ev::KeyboardEvent, html::Textarea, prelude::*, web_sys};
use merhaba_shared::browser::{object::call, tabs::merhaba};
use merhaba_shared::protocol::{
    agent::Role,
    ids::{AttachmentId, ConversationId, Millis},
    limits::{BODY_CHARS, BodyError, check_said},
    model::Status,
};
use wasm_bindgen::JsValue;

/// So few characters before the end, what is left is counted.
const COUNT_FROM: usize = 200;

/// The field with its button and the line of advice, for answers and for notes. Each of the two has its own text begun,
/// and colours of its own: what is meant for the team is not sent to a visitor by mistake.
#[component]
pub fn Composer(id: ConversationId) -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let text = RwSignal::new(String::new());
    let field = NodeRef::<Textarea>::new();
    let (live, row) = (desk.is_live(), desk.current_row());
    let trainee =
        Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| desk.role(row) == Role::Trainee)));
    let resolved =
        Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| row.status == Status::Resolved)));
    let noting = Memo::new(move |_| desk.noting.get());
    // Files, and what can be pressed, go with what is sent at once.
    let only_text = Memo::new(move |_| noting.get() || trainee.get());
    let files = RwSignal::new(0_usize);
    let editing = desk.editing;
    let wrong = Memo::new(move |_| {
        let files = match editing.get() {
            Some(which) => desk.message(which.seq).map_or(0, |message| message.attachments.len()),
            None if only_text.get() => 0,
            None => files.get(),
        };
        text.with(|text| check_said(text, files).err())
    });
    // What a canned reply left open is never sent to a visitor.
    let open = Memo::new(move |_| (!noting.get()).then(|| text.with(|text| hole(text))).flatten());
    let can = Memo::new(move |_| live.get() && wrong.get().is_none() && open.with(Option::is_none));
    desk.take_up_drafts(id.clone());
    let left_at = id.clone();
    on_cleanup(move || [false, true].into_iter().for_each(|note| desk.save_draft(left_at.clone(), note)));
    let id = StoredValue::new(id);
    Effect::new(move |_| {
        desk.begun.track();
        let (note, Some(field)) = (noting.get(), field.get()) else { return };
        // While a message is edited, its words are in the field; what was begun waits.
        let edited = editing.get().and_then(|which| desk.message(which.seq)).map(|message| message.body);
        if edited.is_some() {
            let _ = field.focus();
        }
        let draft = edited.unwrap_or_else(|| id.with_value(|id| desk.draft(id, note)));
        field.set_value(&draft);
        text.set(draft);
    });
    let offer = Offer::new(desk, field);
    let change = move || {
        let Some(value) = field.get_untracked().map(|field| field.value()) else { return };
        if editing.with_untracked(Option::is_some) {
            return text.set(value);
        }
        let note = noting.get_untracked();
        // The visitor is not told of what is not for them, or not yet.
        if !trainee.get_untracked() {
            desk.act(|client, now| client.typing(now, !note && !value.is_empty()));
        }
        id.with_value(|id| desk.keep_draft(id, note, value.clone()));
        files.set(field.get_untracked().map_or(0, |field| uploaded(&field).len()));
        text.set(value);
    };
    let begun = move || {
        if editing.with_untracked(Option::is_none) {
            desk.draft_typed(id.get_value(), noting.get_untracked());
        }
    };
    let typed = move |_| {
        change();
        offer.typed(desk);
        begun();
    };
    let take = move |canned: Canned| {
        offer.put(desk, &canned);
        change();
        begun();
    };
    let send = move || {
        if let Some(field) = field.get_untracked().filter(|_| can.get_untracked()) {
            if let Some(which) = editing.get_untracked() {
                editing.set(None);
                desk.edit(&which, field.value());
                let _ = field.focus();
                return;
            }
            if noting.get_untracked() {
                id.with_value(|id| desk.note(id, field.value()));
            } else if trainee.get_untracked() {
                id.with_value(|id| desk.propose(id, field.value()));
            } else {
                let with = take_uploaded(&field);
                id.with_value(|id| desk.reply(id, field.value(), with));
                files.set(0);
                desk.act(|client, now| client.typing(now, false));
            }
            desk.at_end.set(true);
            field.set_value("");
            text.set(String::new());
            // The field keeps the focus, and with it a phone keeps its keyboard.
            let _ = field.focus();
        }
    };
    let planning = desk.planning;
    let send_at = move |due: Millis| {
        planning.set(false);
        let Some(field) = field.get_untracked().filter(|_| can.get_untracked()) else { return };
        id.with_value(|id| desk.send_later(id, field.value(), due));
        desk.act(|client, now| client.typing(now, false));
        desk.at_end.set(true);
        field.set_value("");
        text.set(String::new());
        let _ = field.focus();
    };
    let pressed = move |event: KeyboardEvent| {
        if offer.key(&event, take) {
            return;
        }
        let is_editing = editing.with_untracked(Option::is_some);
        if is_editing && event.key() == "Escape" && !event.is_composing() {
            event.prevent_default();
            return editing.set(None);
        }
        if event.key() == "Escape" && !event.is_composing() && desk.is_quoting() {
            event.prevent_default();
            return desk.unquote();
        }
        let plain = !event.shift_key() && !event.ctrl_key() && !event.meta_key() && !event.alt_key();
        let empty = text.with_untracked(String::is_empty) && !noting.get_untracked() && !is_editing;
        if event.key() == "ArrowUp"
            && plain
            && empty
            && let Some(own) = desk.last_own()
        {
            event.prevent_default();
            desk.begin_edit(own);
            return;
        }
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            // As with the button: who sends while a file is on its way means it to go along.
            if let Some(form) = field.get_untracked().and_then(|field| field.form()) {
                let _ = form.request_submit();
            }
        }
    };
    // What is said, and how: bad news, calm news, or a word about keys, which a phone leaves out.
    let advice = move || match (live.get(), wrong.get(), left(&text.read(), texts)) {
        (_, Some(BodyError::TooLong(over)), _) => (too_long(over, texts), "advice bad"),
        (false, ..) => (texts.wait_line.into(), "advice"),
        _ if open.with(Option::is_some) => {
            (fill(texts.canned_hole, &[("hole", &open.get().unwrap_or_default())]), "advice bad")
        }
        (.., Some(left)) => (left, "advice"),
        _ if editing.with(Option::is_some) => (texts.editing_advice.into(), "advice"),
        _ if noting.get() => (texts.note_advice.into(), "advice"),
        _ if trainee.get() => (texts.as_trainee.into(), "advice"),
        _ if resolved.get() => (texts.opens_again.into(), "advice"),
        _ => (texts.keys_send.into(), "advice keys"),
    };
    let turn = move |note: bool| {
        desk.noting.set(note);
        if let Some(field) = field.get_untracked() {
            let _ = field.focus();
        }
    };
    let mode = move |note: bool, words: &'static str| {
        view! {
            <button type="button" aria-pressed=move || (noting.get() == note).to_string() on:click=move |_| turn(note)>{words}</button>
        }
    };
    let clash = move || {
        let clash =
            desk.drafts.clash.get().filter(|clash| id.with_value(|id| clash.is_of(id, noting.get())))?;
        let theirs = clash.text().to_owned();
        Some(view! {
            <div class="clash" role="alert"><p>{if theirs.is_empty() { texts.draft_gone } else { texts.draft_other }}</p><q dir="auto">{theirs}</q>
                <button type="button" class="btn" on:click=move |_| desk.choose_draft(true)>{texts.draft_theirs}</button>
                <button type="button" class="btn" on:click=move |_| desk.choose_draft(false)>{texts.draft_mine}</button></div>
        })
    };
    let label = move || match (editing.with(Option::is_some), noting.get()) {
        (true, _) => texts.edit_field,
        (false, true) => texts.note_field,
        (false, false) => texts.field,
    };
    let plain = Memo::new(move |_| !noting.get() && editing.with(Option::is_none));
    // A text by itself can wait: files and quotes go with what is sent at once.
    let can_wait = Memo::new(move |_| {
        plain.get() && !trainee.get() && files.get() == 0 && desk.quoted().is_none() && can.get()
    });
    view! {
        <form class="compose" class:noting=noting class:editing=move || editing.with(Option::is_some) data-conversation=id.with_value(|id| id.0.clone()) on:submit=move |event| { event.prevent_default(); send(); }>
            <div class="switch" role="group" aria-label=texts.writing hidden=move || editing.with(Option::is_some)>{mode(false, texts.answer_mode)}{mode(true, texts.note_mode)}</div>
            <Editing/>
            <Quoting/>
            {clash}
            <Offered offer take/>
            <textarea id="answer" aria-autocomplete="list" aria-controls=move || offer.is_open().then_some("canned") aria-activedescendant=move || offer.active() rows="2" dir="auto" enterkeyhint="send" autocomplete="off" aria-label=label
                placeholder=label aria-describedby="advice" node_ref=field on:input=typed on:keydown=pressed
                on:blur=move |_| { offer.leave(); if !trainee.get_untracked() { desk.act(|client, now| client.typing(now, false)); } }></textarea>
            <div class="bar">
                <button id="a" class="icon" type="button" hidden=move || !plain.get() aria-label=texts.attach title=texts.attach>{icon(CLIP)}</button>
                <button id="build" class="icon" type="button" hidden=move || !plain.get() aria-label=texts.build title=texts.build aria-haspopup="dialog" on:click=|_| build()>{icon(CHOICES)}</button>
                <span id="advice" class=move || advice().1 role="status">{move || advice().0}</span>
                <span class="mine" hidden=move || !plain.get() || trainee.get()>
                    <button id="later" class="icon" type="button" disabled=move || !can_wait.get() aria-label=texts.send_later title=texts.send_later aria-haspopup="dialog"
                        aria-expanded=move || planning.get().to_string() on:click=move |_| planning.update(|open| *open = !*open)>{icon(CLOCK)}</button>
                    {move || (planning.get() && can_wait.get()).then(|| view! { <Times id="later-menu" title=texts.send_later set=texts.send_later open=planning choose=send_at/> })}
                </span>
                <button id="send" class="btn main" disabled=move || !can.get()>
                    <span>{move || if editing.with(Option::is_some) { texts.save } else if noting.get() { texts.add_note } else if trainee.get() { texts.send_approval } else { texts.send }}</span>{icon(SEND)}
                </button>
            </div>
        </form>
    }
}

/// Opens the part in which quick replies, cards and forms are made; it sends them itself.
fn build() {
    call(&merhaba(), "part", &"build".into(), &JsValue::UNDEFINED);
}

/// Where the part that uploads files leaves their ids: on the form, with a blank between them.
const FILES: &str = "data-files";

fn uploaded(field: &web_sys::HtmlTextAreaElement) -> Vec<AttachmentId> {
    let ids = field.form().and_then(|form| form.get_attribute(FILES)).unwrap_or_default();
    ids.split(' ').filter(|id| !id.is_empty()).map(AttachmentId::from).collect()
}

/// They go with the message, and the part lets go of them.
fn take_uploaded(field: &web_sys::HtmlTextAreaElement) -> Vec<AttachmentId> {
    let ids = uploaded(field);
    if let Some(form) = field.form() {
        // Taking an attribute away that is not there is no error.
        let _ = form.remove_attribute(FILES);
    }
    ids
}

/// Puts a text that was not sent before what is in its field now.
pub fn put_back(desk: Desk, conversation: &ConversationId, note: bool, text: &str) {
    let draft = desk.draft(conversation, note);
    let joined = if draft.is_empty() { text.to_owned() } else { [text, "\n", &draft].concat() };
    desk.keep_draft(conversation, note, joined);
    desk.noting.set(note);
    desk.begun.update(|times| *times += 1);
    keys::focus("#answer");
}

fn too_long(over: usize, texts: &Texts) -> String {
    let words = if over == 1 { texts.too_long_one } else { texts.too_long_other };
    fill(words, &[("n", &over.to_string())])
}

fn left(text: &str, texts: &Texts) -> Option<String> {
    let left = BODY_CHARS.checked_sub(text.chars().count())?;
    (left <= COUNT_FROM).then(|| fill(texts.left, &[("n", &left.to_string())]))
}
