//! Where an answer is written. The text is the agent's until the relay has it: a lost line, another conversation or
//! another language takes nothing away.
use crate::{
    desk::Desk,
    i18n::{Texts, fill, texts},
    icons::{CHOICES, CLIP, SEND, icon},
    keys,
};
use leptos::{ev::KeyboardEvent, html::Textarea, prelude::*, web_sys};
use merhaba_shared::browser::{object::call, tabs::merhaba};
use merhaba_shared::protocol::{
    agent::Role,
    ids::{AttachmentId, ConversationId},
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
    let noting = Memo::new(move |_| trainee.get() || desk.noting.get());
    let files = RwSignal::new(0_usize);
    let wrong = Memo::new(move |_| {
        let files = if noting.get() { 0 } else { files.get() };
        text.with(|text| check_said(text, files).err())
    });
    let can = Memo::new(move |_| live.get() && wrong.get().is_none());
    let id = StoredValue::new(id);
    Effect::new(move |_| {
        desk.begun.track();
        let (note, Some(field)) = (noting.get(), field.get()) else { return };
        let draft = id.with_value(|id| desk.draft(id, note));
        field.set_value(&draft);
        text.set(draft);
    });
    let typed = move |_| {
        let Some(value) = field.get_untracked().map(|field| field.value()) else { return };
        let note = noting.get_untracked();
        // The visitor is not told of what is not for them.
        desk.act(|client, now| client.typing(now, !note && !value.is_empty()));
        id.with_value(|id| desk.keep_draft(id, note, value.clone()));
        files.set(field.get_untracked().map_or(0, |field| uploaded(&field).len()));
        text.set(value);
    };
    let send = move || {
        if let Some(field) = field.get_untracked().filter(|_| can.get_untracked()) {
            if noting.get_untracked() {
                id.with_value(|id| desk.note(id, field.value()));
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
    let pressed = move |event: KeyboardEvent| {
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
        (.., Some(left)) => (left, "advice"),
        _ if trainee.get() => (texts.as_trainee.into(), "advice"),
        _ if noting.get() => (texts.note_advice.into(), "advice"),
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
    let label = move || if noting.get() { texts.note_field } else { texts.field };
    view! {
        <form class="compose" class:noting=noting data-conversation=id.with_value(|id| id.0.clone()) on:submit=move |event| { event.prevent_default(); send(); }>
            <div class="switch" role="group" aria-label=texts.writing hidden=trainee>{mode(false, texts.answer_mode)}{mode(true, texts.note_mode)}</div>
            <textarea id="answer" rows="2" dir="auto" enterkeyhint="send" autocomplete="off" aria-label=label
                placeholder=label aria-describedby="advice" node_ref=field on:input=typed on:keydown=pressed
                on:blur=move |_| { desk.act(|client, now| client.typing(now, false)); }></textarea>
            <div class="bar">
                <button id="a" class="icon" type="button" hidden=noting aria-label=texts.attach title=texts.attach>{icon(CLIP)}</button>
                <button id="build" class="icon" type="button" hidden=noting aria-label=texts.build title=texts.build aria-haspopup="dialog" on:click=|_| build()>{icon(CHOICES)}</button>
                <span id="advice" class=move || advice().1 role="status">{move || advice().0}</span>
                <button id="send" class="btn main" disabled=move || !can.get()>
                    <span>{move || if noting.get() { texts.add_note } else { texts.send }}</span>{icon(SEND)}
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
