//! One line of the log. What people wrote is a text node that finds its own direction.
use super::proposal::Proposal;
use crate::{
    desk::{Desk, May},
    i18n::{Texts, fill, lang, texts},
    log::{Deed, Now, Piece, State, code},
    time,
    views::{quoting::InBubble, revising::Tools, sorting},
};
use leptos::prelude::*;
use merhaba_shared::{
    layout::spans::{Style, spans},
    protocol::{
        error::Code,
        ids::{ClientId, Millis},
    },
};

/// A line.
#[component]
pub fn Line(piece: Piece) -> impl IntoView {
    let (desk, texts, lang) = (Desk::here(), texts(), lang());
    match piece {
        Piece::Day(at) => {
            view! { <div class="day">{time::day_name(at, desk.now_once(), lang)}</div> }.into_any()
        }
        Piece::Unread => view! { <div class="fresh"><span>{texts.unread_line}</span></div> }.into_any(),
        Piece::Bubble { id, out, who, body, files, extra, now, quoted } => {
            let said = match &who {
                Some(name) => fill(texts.said, &[("name", name)]),
                None => texts.visitor_said.into(),
            };
            let gone = now == Now::Gone;
            let words = if gone { texts.message_gone.into_any() } else { marked(&body).into_any() };
            let may = RwSignal::new(May::default());
            let note = (now == Now::Edited).then_some(texts.edited);
            let tools = (!gone).then(|| view! { <Tools id may/> });
            let quoted = quoted.map(|quoted| view! { <InBubble quoted/> });
            let changing = desk.is_edited(id);
            let near = move |_| may.set(desk.seq_of(id).map(|seq| desk.may_revise(seq)).unwrap_or_default());
            view! { <div class="row" class:out=out class:gone=gone class:changing=changing on:mouseenter=near data-message=id.to_hex()><span class="heard">{said}": "</span><div class="bubble" dir="auto" data-files=files data-extra=extra data-note=note>{quoted}{words}</div>{tools}</div> }
                .into_any()
        }
        Piece::Mark { out, state: Some(State::Failed(id, number)), .. } => {
            view! { <Failed id out code=code(number)/> }.into_any()
        }
        Piece::Mark { out, who, at, state, .. } => {
            let words = mark(who, at, state, texts);
            view! { <div class="mark" class:out=out>{words}</div> }.into_any()
        }
        Piece::Event { kind, who, at, .. } => {
            let words = event(&kind, who.as_deref(), texts);
            view! { <div class="event">{words}" · "{time::clock(at, lang)}</div> }.into_any()
        }
        Piece::Rating { csat, ces, comment, at, .. } => {
            let words = rating(csat, ces, texts);
            view! {
                <div class="event">
                    {words}" · "{time::clock(at, lang)}
                    {comment.map(|comment| view! { <q class="comment" dir="auto">{comment}</q> })}
                </div>
            }
            .into_any()
        }
        Piece::Proposal { id, number, who, mine, at, due, body, fate } => {
            view! { <Proposal id number who mine at due body fate/> }.into_any()
        }
        Piece::Note { id, who, body, at } => {
            let head = fill(texts.note_writes, &[("name", &who)]);
            let when = at.map_or_else(|| texts.sending.into(), |at| time::clock(at, lang));
            view! { <div class="note" data-message=id.to_hex()><b>{head}" · "{when}</b><span dir="auto">{body}</span></div> }
                .into_any()
        }
    }
}

/// A text with its small markup as elements. An address is its own text and opens apart, without saying where from.
fn marked(body: &str) -> Vec<AnyView> {
    spans(body).into_iter().map(|span| styled(span.text.to_owned(), span.style)).collect()
}

fn styled(text: String, style: Style) -> AnyView {
    let mut piece = if style.has(Style::LINK) {
        let address = text.clone();
        view! { <a href=address target="_blank" rel="noopener noreferrer nofollow">{text}</a> }.into_any()
    } else {
        text.into_any()
    };
    if style.has(Style::BOLD) {
        piece = view! { <strong>{piece}</strong> }.into_any();
    }
    if style.has(Style::ITALIC) {
        piece = view! { <em>{piece}</em> }.into_any();
    }
    if style.has(Style::STRIKE) {
        piece = view! { <s>{piece}</s> }.into_any();
    }
    if style.has(Style::CODE) {
        piece = view! { <code>{piece}</code> }.into_any();
    }
    piece
}

/// "Elif · 14:04 · Read".
fn mark(who: Option<String>, at: Option<Millis>, state: Option<State>, texts: &Texts) -> String {
    let state = state.map(|state| match state {
        State::Sending => texts.sending,
        State::Sent => texts.sent,
        State::Delivered => texts.delivered,
        State::Read => texts.read,
        State::Failed(..) => texts.not_sent,
    });
    // A name may run the other way than what stands beside it.
    let who = who.map(|who| ["\u{2068}", &who, "\u{2069}"].concat());
    let parts = [who, at.map(|at| time::clock(at, lang())), state.map(str::to_owned)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// What a department of the shown conversation's site is called.
fn department(id: &str) -> String {
    let desk = Desk::here();
    let current = desk.route.with_untracked(|route| route.conversation().cloned());
    let site =
        current.and_then(|current| desk.peek(|client| client.row(&current).map(|row| row.site.clone())));
    site.map_or_else(|| id.to_owned(), |site| desk.departments.name(&site, id, lang()))
}

fn event(kind: &Deed, who: Option<&str>, texts: &Texts) -> String {
    let doer = who.unwrap_or("Merhaba");
    let by = |text: &str| fill(text, &[("name", doer)]);
    match (kind, who) {
        (Deed::Resolved, _) => by(texts.event_resolved),
        (Deed::Claimed, _) => by(texts.event_claimed),
        (Deed::Released, _) => by(texts.event_released),
        (Deed::Routed, _) => by(texts.event_routed),
        (Deed::Assigned(to), _) => {
            fill(texts.event_assigned, &[("name", who.unwrap_or("Merhaba")), ("to", to)])
        }
        (Deed::Tagged(tag), _) => fill(texts.event_tagged, &[("name", doer), ("tag", tag)]),
        (Deed::Untagged(tag), _) => fill(texts.event_untagged, &[("name", doer), ("tag", tag)]),
        (Deed::Prioritised(priority), _) => fill(
            texts.event_priority,
            &[("name", doer), ("priority", sorting::priority_name(*priority, texts))],
        ),
        (Deed::Snoozed(until), _) => {
            fill(texts.event_snoozed, &[("name", doer), ("time", &time::full(*until, lang()))])
        }
        (Deed::Woken, _) => by(texts.event_woken),
        (Deed::Approved(of), _) => fill(texts.event_approved, &[("name", doer), ("of", of)]),
        (Deed::Passed(of), _) => fill(texts.event_passed, &[("of", of)]),
        (Deed::Climbed(1), _) => texts.event_climbed_team.into(),
        (Deed::Climbed(_), _) => texts.event_climbed_admins.into(),
        (Deed::Escalated(why), _) => fill(texts.event_escalated, &[("name", doer), ("text", why)]),
        (Deed::Transferred(Some(id)), _) => {
            fill(texts.event_transferred, &[("name", doer), ("to", &department(id))])
        }
        (Deed::Transferred(None), _) => by(texts.event_transferred_all),
        (Deed::Ended, _) => texts.event_ended.into(),
        (Deed::Reopened, Some(who)) => fill(texts.event_reopened, &[("name", who)]),
        (Deed::Reopened, None) => texts.event_reopened_by_visitor.into(),
    }
}

/// "The visitor rated this conversation: satisfaction 75 of 100, ease 50 of 100".
fn rating(csat: Option<u8>, ces: Option<u8>, texts: &Texts) -> String {
    let part = |text: &str, value: Option<u8>| value.map(|value| fill(text, &[("n", &value.to_string())]));
    let parts = [part(texts.rated_csat, csat), part(texts.rated_ces, ces)];
    let parts = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    fill(texts.event_rated, &[("rating", &parts)])
}

/// Why an answer was not taken, and the two ways on.
#[component]
fn Failed(id: ClientId, out: bool, code: Code) -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let why = match code {
        Code::TooLong => texts.failed_long,
        Code::Closed | Code::NotFound => texts.failed_closed,
        Code::Forbidden => texts.failed_forbidden,
        _ => texts.failed_other,
    };
    let back = move |_| {
        let note = desk.is_note(id);
        if let Some(text) = desk.take_back(id)
            && let Some(conversation) = desk.current().get_untracked()
        {
            super::composer::put_back(desk, &conversation, note, &text);
        }
    };
    view! {
        <div class="mark fail" class:out=out role="alert">
            <span>{texts.not_sent}" "{why}</span>
            <button on:click=move |_| desk.retry(id)>{texts.try_again}</button>
            <button on:click=back>{texts.take_text_back}</button>
        </div>
    }
}
