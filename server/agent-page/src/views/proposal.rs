//! What somebody wrote for the visitor and a colleague is to let go, or its time: in its place in the log, and nothing like a message that
//! was sent. Whoever may decides here; whose it is can take it back, and write again what came back.
use super::{composer::put_back, sorting::may_sort};
use crate::{
    desk::Desk,
    i18n::{fill, lang, texts},
    icons::{CHECK, CLOCK, icon},
    keys,
    log::Fate,
    time,
};
use leptos::{html::Textarea, prelude::*};
use merhaba_shared::protocol::{
    approval::Verdict,
    ids::{ClientId, Millis},
    limits::{REASON_CHARS, check_body},
};

/// What the field under the text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    /// Other words.
    Words,
    /// Why it is returned.
    Reason,
}

/// The card.
#[component]
pub fn Proposal(
    id: ClientId,
    number: u64,
    who: String,
    mine: bool,
    at: Option<Millis>,
    due: Option<Millis>,
    body: String,
    fate: Option<Fate>,
) -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let waits = number > 0 && fate.is_none();
    let over = fate.is_some();
    let (said, by) = (fate.clone(), who);
    let head = move || match (&said, at) {
        (Some(fate), _) => {
            let words = match fate.verdict {
                Verdict::Changed => texts.proposal_changed,
                Verdict::Withdrawn => texts.proposal_withdrawn,
                Verdict::Returned | Verdict::Approved | Verdict::Sent => texts.proposal_returned,
            };
            fill(words, &[("name", &by), ("by", &fate.by)])
        }
        (None, _) if due.is_some() => {
            let time = due.map(|due| time::day_and_clock(due, lang())).unwrap_or_default();
            fill(texts.later_by, &[("name", &by), ("time", &time)])
        }
        (None, Some(at)) => {
            let wait = time::wait(at, desk.now(), lang());
            fill(texts.proposal_by, &[("name", &by), ("time", &wait)])
        }
        (None, None) => fill(texts.proposal_way, &[("name", &by)]),
    };
    let reason = fate.as_ref().map(|fate| fate.reason.clone()).filter(|reason| !reason.is_empty());
    let again =
        fate.is_some_and(|fate| mine && matches!(fate.verdict, Verdict::Returned | Verdict::Withdrawn));
    let text = StoredValue::new(body.clone());
    let write_again = move |_| {
        if let Some(conversation) = desk.current().get_untracked() {
            // What came back is begun already, unless something else is.
            let here = desk.draft(&conversation, false) == text.get_value();
            if here {
                desk.noting.set(false);
                keys::focus("#answer");
            } else {
                put_back(desk, &conversation, false, &text.get_value());
            }
        }
    };
    view! {
        <div class="proposal" class:ended=over data-message=id.to_hex()>
            <b>{(!over).then(|| icon(CLOCK))}<span>{head}</span></b>
            <p class="words" dir="auto">{body}</p>
            {reason.map(|reason| view! { <q class="reason" dir="auto">{reason}</q> })}
            {(!over).then(|| view! { <small>{if due.is_some() { texts.later_unseen } else { texts.proposal_unseen }}</small> })}
            {again.then(|| view! { <div class="deeds"><button type="button" class="btn" on:click=write_again>{texts.write_again}</button></div> })}
            {waits.then(|| view! { <Deciding number mine later=due.is_some() text/> })}
        </div>
    }
}

/// The buttons, and the field that some of them open.
#[component]
fn Deciding(number: u64, mine: bool, later: bool, text: StoredValue<String>) -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let row = desk.current_row();
    let may = Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| may_sort(desk.role(row)))));
    let live = desk.is_live();
    let off = move || !live.get();
    let open = RwSignal::new(None::<Field>);
    let field = NodeRef::<Textarea>::new();
    let decide = move |verdict: Verdict, words: String| {
        if let Some(conversation) = desk.current().get_untracked() {
            desk.act(|client, _| client.decide(&conversation, number, verdict, words));
        }
    };
    let plain = move |verdict: Verdict| move |_| decide(verdict, String::new());
    Effect::new(move |_| {
        let (Some(which), Some(field)) = (open.get(), field.get()) else { return };
        field.set_value(&if which == Field::Words { text.get_value() } else { String::new() });
        let _ = field.focus();
    });
    let send = move |which: Field| {
        let Some(words) = field.get_untracked().map(|field| field.value()) else { return };
        match which {
            Field::Words if check_body(&words).is_err() => desk.say(texts.canned_blank.into()),
            Field::Words if words == text.get_value() => decide(Verdict::Approved, String::new()),
            Field::Words => decide(Verdict::Changed, words),
            Field::Reason if words.chars().count() > REASON_CHARS => {
                desk.say(fill(texts.reason_long, &[("n", &REASON_CHARS.to_string())]));
            }
            Field::Reason => decide(Verdict::Returned, words.trim().to_owned()),
        }
    };
    let opened = move |which: Field| {
        let (label, done) = match which {
            Field::Words => (texts.changed_words, texts.send_changed),
            Field::Reason => (texts.reason, texts.give_back),
        };
        view! {
            <label>{label}<textarea node_ref=field rows="3" dir="auto"></textarea></label>
            <div class="deeds">
                <button type="button" class="btn main" disabled=off on:click=move |_| send(which)>{done}</button>
                <button type="button" class="btn" on:click=move |_| open.set(None)>{texts.cancel}</button>
            </div>
        }
    };
    let choices = move || {
        view! {
            <div class="deeds">
                {may.get().then(|| view! {
                    <button type="button" class="btn main" disabled=off on:click=plain(Verdict::Approved)>{icon(CHECK)}{if later { texts.send_now } else { texts.approve }}</button>
                    {(!later).then(|| view! { <button type="button" class="btn" disabled=off on:click=move |_| open.set(Some(Field::Words))>{texts.change_words}</button> })}
                    {(!later || !mine).then(|| view! { <button type="button" class="btn" disabled=off on:click=move |_| open.set(Some(Field::Reason))>{texts.give_back}</button> })}
                })}
                {mine.then(|| view! { <button type="button" class="btn" disabled=off on:click=plain(Verdict::Withdrawn)>{texts.withdraw}</button> })}
            </div>
        }
    };
    move || match open.get() {
        Some(which) => opened(which).into_any(),
        None => choices().into_any(),
    }
}
