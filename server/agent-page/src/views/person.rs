//! Who writes, beside the thread: how far that is known, where they are and were, what the site says of them, and what they
//! wrote about before. All of it is text; an address is a link that tells its target nothing of us.
use super::shell::follow;
use crate::{
    desk::Desk,
    i18n::{Texts, fill, lang, texts},
    icons::{CHECK, INFO, TALK, icon},
    people,
    route::Route,
    time,
};
use leptos::{ev::MouseEvent, prelude::*};
use merhaba_shared::protocol::{
    agent::InboxRow,
    ids::Millis,
    model::Status,
    person::{Device, Form, Identity, Past, Person, Step},
};

/// Pages of a visit that are shown before anybody asks for all.
const STEPS_SHOWN: usize = 5;

/// The person of what is shown, as far as they are known here.
fn person(desk: Desk) -> Memo<Option<Person>> {
    desk.memo(|client| client.current().and_then(|opened| opened.person.clone()))
}

/// Face, name, how far it is known who that is, and whether they are there.
#[component]
pub fn Head(face: String, name: String) -> impl IntoView {
    let (desk, texts, lang) = (Desk::here(), texts(), lang());
    let person = person(desk);
    let identity = Memo::new(move |_| person.with(|person| person.as_ref().map(|person| person.identity)));
    let there = Memo::new(move |_| person.with(|person| person.as_ref().map(|person| person.here)));
    let gone = desk.memo(|client| client.current().and_then(|opened| opened.gone));
    let there = move || {
        let words = match (there.get()?, gone.get()) {
            (true, _) => texts.here_now.to_owned(),
            (false, Some(at)) => fill(texts.gone_since, &[("time", &time::clock(at, lang))]),
            (false, None) => texts.not_here_now.to_owned(),
        };
        let here = there.get() == Some(true);
        Some(view! { <span class="there" class:here=here>{words}</span> })
    };
    view! {
        <div class="card-head">
            <span class="face" aria-hidden="true">{face}</span>
            <b dir="auto">{name}</b>
            {move || identity.get().map(|identity| badge(identity, texts))}
            {there}
        </div>
    }
}

/// A sign and a word: colour alone says nothing.
fn badge(identity: Identity, texts: &Texts) -> impl IntoView + use<> {
    let (class, sign, words) = match identity {
        Identity::Anonymous => ("anonymous", INFO, texts.anonymous),
        Identity::Claimed => ("says", TALK, texts.says_so),
        Identity::Verified => ("verified", CHECK, texts.verified),
    };
    view! { <span class=["identity ", class].concat()>{icon(sign)}<span>{words}</span></span> }
}

/// What is known of them besides: device, since when, what the site says.
#[component]
pub fn Known() -> impl IntoView {
    let (texts, lang) = (texts(), lang());
    let person = person(Desk::here());
    move || {
        let person = person.get()?;
        let device = person.visit.as_ref().and_then(|visit| visit.device.as_ref());
        let device =
            device.map(|device| view! { <dt>{texts.device}</dt><dd>{device_words(device, texts)}</dd> });
        Some(view! { {device}<dt>{texts.known_since}</dt><dd>{time::full(person.since, lang)}</dd> })
    }
}

/// "Safari, iOS, phone", as far as it is known.
fn device_words(device: &Device, texts: &Texts) -> String {
    let form = match device.form {
        Form::Desktop => texts.computer,
        Form::Phone => texts.phone,
        Form::Tablet => texts.tablet,
    };
    let parts = [device.browser.as_str(), device.system.as_str(), form];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// What the site says of them.
#[component]
pub fn Attributes() -> impl IntoView {
    let texts = texts();
    let person = person(Desk::here());
    let all = Memo::new(move |_| {
        person.with(|person| {
            let visit = person.as_ref().and_then(|person| person.visit.as_ref());
            visit.map(|visit| visit.attributes.clone()).unwrap_or_default()
        })
    });
    move || {
        let lines = all
            .get()
            .into_iter()
            .map(|said| view! { <dt dir="auto">{said.name}</dt><dd dir="auto">{said.value}</dd> });
        (lines.len() > 0).then(|| view! {
            <section class="said"><h3>{texts.attributes}</h3><dl>{lines.collect_view()}</dl><p class="quiet">{texts.attributes_hint}</p></section>
        })
    }
}

/// Where they are and were.
#[component]
pub fn Pages(row: Memo<Option<InboxRow>>) -> impl IntoView {
    let (desk, texts, lang) = (Desk::here(), texts(), lang());
    let person = person(desk);
    let visit =
        Memo::new(move |_| person.with(|person| person.as_ref().and_then(|person| person.visit.clone())));
    let here = Memo::new(move |_| person.with(|person| person.as_ref().is_some_and(|person| person.here)));
    let written = Memo::new(move |_| row.with(|row| row.as_ref().and_then(|row| row.visitor.page.clone())));
    let all = RwSignal::new(false);
    move || {
        let (visit, written) = (visit.get(), written.get().unwrap_or_default());
        let known = visit.as_ref().filter(|visit| !visit.trail.is_empty());
        let now = known.and_then(|visit| visit.trail.last()).map_or_else(
            || (written.url.clone(), written.title.clone()),
            |step| (step.url.clone(), step.title.clone()),
        );
        let referrer = visit.as_ref().map_or(written.referrer, |visit| visit.referrer.clone());
        let began = known.map(|visit| visit.began_at);
        let before: Vec<Step> =
            known.map(|visit| visit.trail.iter().rev().skip(1).cloned().collect()).unwrap_or_default();
        let title = move || if here.get() { texts.page_now } else { texts.page_last };
        view! {
            <section class="pages">
                <h3>{title}</h3>
                <p class="now">{page(&now.0, &now.1, texts)}</p>
                {began.map(|began| view! { <p class="quiet">{move || on_the_site(began, here.get(), desk, texts)}</p> })}
                {(!referrer.is_empty()).then(|| view! { <p class="quiet from">{texts.came_from}" "{link(&referrer, referrer.clone())}</p> })}
                {(!before.is_empty()).then(|| trail(before, all, texts, lang))}
            </section>
        }
    }
}

/// Since when they are there: a time that goes on while they are.
fn on_the_site(began: Millis, here: bool, desk: Desk, texts: &Texts) -> String {
    let lang = lang();
    if here {
        fill(texts.on_site_for, &[("time", &time::wait(began, desk.now(), lang))])
    } else {
        fill(texts.on_site_since, &[("time", &time::full(began, lang))])
    }
}

fn trail(
    steps: Vec<Step>,
    all: RwSignal<bool>,
    texts: &'static Texts,
    lang: crate::i18n::Lang,
) -> impl IntoView {
    let count = steps.len();
    let shown = move || {
        let most = if all.get() { count } else { STEPS_SHOWN };
        let line = |step: &Step| view! { <li><time>{time::clock(step.at, lang)}</time><span>{page(&step.url, &step.title, texts)}</span></li> };
        steps.iter().take(most).map(line).collect_view()
    };
    view! {
        <h4>{texts.trail}</h4>
        <ol class="trail">{shown}</ol>
        {move || (count > STEPS_SHOWN && !all.get()).then(|| view! {
            <button class="btn small" on:click=move |_| all.set(true)>{fill(texts.trail_all, &[("n", &count.to_string())])}</button>
        })}
    }
}

/// A page by its title, else by its address.
fn page(url: &str, title: &str, texts: &Texts) -> AnyView {
    if url.is_empty() {
        return view! { <span>{texts.unknown}</span> }.into_any();
    }
    link(url, if title.trim().is_empty() { url.to_owned() } else { title.to_owned() })
}

/// A visitor can claim any address: only the web's own schemes become a link, and the target learns nothing of us.
pub fn link(url: &str, words: String) -> AnyView {
    if url.starts_with("https://") || url.starts_with("http://") {
        view! { <a href=url.to_owned() title=url.to_owned() target="_blank" rel="noopener noreferrer nofollow" dir="auto">{words}</a> }
            .into_any()
    } else {
        view! { <span dir="auto">{words}</span> }.into_any()
    }
}

/// Their other conversations.
#[component]
pub fn PastOnes() -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let person = person(desk);
    let past = Memo::new(move |_| {
        person.with(|person| person.as_ref().map(|person| (person.past.clone(), person.more)))
    });
    let mean = Memo::new(move |_| {
        person.with(|person| person.as_ref().and_then(|person| Some((person.csat?, person.rated))))
    });
    let count = Memo::new(move |_| {
        person.with(|person| person.as_ref().map_or(0, |person| person.conversations.saturating_sub(1)))
    });
    move || {
        let (past, more) = past.get()?;
        let mean = move || {
            let (csat, rated) = mean.get()?;
            let words = [("n", csat.to_string()), ("count", rated.to_string())];
            let words = fill(texts.csat_mean, &[(words[0].0, &words[0].1), (words[1].0, &words[1].1)]);
            Some(view! { <p class="quiet mean">{words}</p> })
        };
        let all = if past.is_empty() {
            view! { <p class="quiet">{texts.past_none}</p> }.into_any()
        } else {
            view! { <ul>{past.into_iter().map(|past| view! { <li>{past_one(past, desk, texts)}</li> }).collect_view()}</ul> }.into_any()
        };
        Some(view! {
            <section class="pasts">
                <h3>{texts.past}" "{move || (count.get() > 0).then(|| view! { <span class="count">{count.get()}</span> })}</h3>
                {mean}{all}
                {more.then(|| view! { <button class="btn small" on:click=move |_| desk.act(|client, _| client.older_past())>{texts.past_more}</button> })}
            </section>
        })
    }
}

/// One of them: a link that opens it in the thread's place.
fn past_one(past: Past, desk: Desk, texts: &'static Texts) -> impl IntoView {
    let lang = lang();
    let route = Route::Conversation(past.conversation.clone());
    let href = route.path();
    let go = move |event: MouseEvent| follow(&event, desk, route.clone());
    let status = match past.status {
        Status::Open => texts.open,
        Status::Resolved => texts.is_resolved,
        Status::Snoozed => texts.snoozed,
    };
    let rated = past.rating.as_ref().and_then(|rating| rating.csat);
    let rated = rated.map(|csat| fill(texts.rated_csat, &[("n", &csat.to_string())]));
    let notes = match past.notes {
        0 => None,
        1 => Some(texts.notes_one.to_owned()),
        n => Some(fill(texts.notes_other, &[("n", &n.to_string())])),
    };
    let facts = [
        Some(time::short(past.at, desk.now_once(), lang)),
        Some(status.to_owned()),
        past.assignee.as_ref().map(|agent| agent.name.clone()),
        rated,
        notes,
    ];
    let facts = facts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let words = people::words(&past.preview, past.preview_side, texts);
    let comment = past.rating.and_then(|rating| rating.comment);
    view! {
        <a class="past" href=href on:click=go>
            <span class="words" dir="auto">{words}</span>
            <small dir="auto">{facts}</small>
            {comment.map(|comment| view! { <q dir="auto">{comment}</q> })}
        </a>
    }
}
