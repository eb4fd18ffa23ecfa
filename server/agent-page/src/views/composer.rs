//! Where an answer is written. The text is the agent's until the relay has it: a lost line, another conversation or
//! another language takes nothing away.
use crate::{
    desk::Desk,
    i18n::{Texts, fill, texts},
    icons::{CHOICES, CLIP, SEND, icon},
};
use leptos::{ev::KeyboardEvent, html::Textarea, prelude::*, web_sys};
use merhaba_shared::browser::{object::call, tabs::merhaba};
use merhaba_shared::protocol::{
    agent::Role,
    ids::{AttachmentId, ConversationId},
    limits::{BODY_CHARS, BodyError, check_said},
    model::Status,
};
use wasm_bindgen::{JsCast, JsValue};

/// So few characters before the end, what is left is counted.
const COUNT_FROM: usize = 200;

/// The field with its button and the line of advice.
#[component]
pub fn Composer(id: ConversationId) -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let text = RwSignal::new(desk.draft(&id));
    let field = NodeRef::<Textarea>::new();
    let (live, row) = (desk.is_live(), desk.current_row());
    let trainee =
        Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| desk.role(row) == Role::Trainee)));
    let resolved =
        Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| row.status == Status::Resolved)));
    let files = RwSignal::new(0_usize);
    let wrong = Memo::new(move |_| text.with(|text| check_said(text, files.get()).err()));
    let can = Memo::new(move |_| live.get() && !trainee.get() && wrong.get().is_none());
    let id = StoredValue::new(id);
    let typed = move |_| {
        let Some(value) = field.get_untracked().map(|field| field.value()) else { return };
        desk.act(|client, now| client.typing(now, !value.is_empty()));
        id.with_value(|id| desk.keep_draft(id, value.clone()));
        files.set(field.get_untracked().map_or(0, |field| uploaded(&field).len()));
        text.set(value);
    };
    let send = move || {
        if let Some(field) = field.get_untracked().filter(|_| can.get_untracked()) {
            let with = take_uploaded(&field);
            id.with_value(|id| desk.reply(id, field.value(), with));
            files.set(0);
            desk.act(|client, now| client.typing(now, false));
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
    let advice = move || match (trainee.get(), live.get(), wrong.get(), left(&text.read(), texts)) {
        (true, ..) => (String::from(texts.as_trainee), "advice"),
        (_, _, Some(BodyError::TooLong(over)), _) => (too_long(over, texts), "advice bad"),
        (_, false, ..) => (texts.wait_line.into(), "advice"),
        (.., Some(left)) => (left, "advice"),
        _ if resolved.get() => (texts.opens_again.into(), "advice"),
        _ => (texts.keys_send.into(), "advice keys"),
    };
    view! {
        <form class="compose" data-conversation=id.with_value(|id| id.0.clone()) on:submit=move |event| { event.prevent_default(); send(); }>
            <textarea id="answer" rows="2" dir="auto" enterkeyhint="send" autocomplete="off" aria-label=texts.field
                placeholder=texts.field aria-describedby="advice" prop:value=text.get_untracked() node_ref=field
                disabled=trainee on:input=typed on:keydown=pressed
                on:blur=move |_| { desk.act(|client, now| client.typing(now, false)); }></textarea>
            <div class="bar">
                <button id="a" class="icon" type="button" hidden=trainee aria-label=texts.attach title=texts.attach>{icon(CLIP)}</button>
                <button id="build" class="icon" type="button" hidden=trainee aria-label=texts.build title=texts.build aria-haspopup="dialog" on:click=|_| build()>{icon(CHOICES)}</button>
                <span id="advice" class=move || advice().1 role="status">{move || advice().0}</span>
                <button id="send" class="btn main" disabled=move || !can.get()>
                    <span>{texts.send}</span>{icon(SEND)}
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

/// Puts a text that was not sent before what is in the field now.
pub fn put_back(desk: Desk, conversation: &ConversationId, text: &str) {
    let draft = desk.draft(conversation);
    let joined = if draft.is_empty() { text.to_owned() } else { [text, "\n", &draft].concat() };
    let field = document()
        .get_element_by_id("answer")
        .and_then(|field| field.dyn_into::<web_sys::HtmlTextAreaElement>().ok());
    if let Some(field) = field {
        field.set_value(&joined);
        // The field then says itself that it was typed into: the draft, the count and the button follow.
        if let Ok(event) = web_sys::Event::new("input") {
            let _ = field.dispatch_event(&event);
        }
        let _ = field.focus();
    }
}

fn too_long(over: usize, texts: &Texts) -> String {
    let words = if over == 1 { texts.too_long_one } else { texts.too_long_other };
    fill(words, &[("n", &over.to_string())])
}

fn left(text: &str, texts: &Texts) -> Option<String> {
    let left = BODY_CHARS.checked_sub(text.chars().count())?;
    (left <= COUNT_FROM).then(|| fill(texts.left, &[("n", &left.to_string())]))
}
