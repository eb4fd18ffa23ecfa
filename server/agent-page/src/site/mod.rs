//! The owner's page: the snippet, the allowed websites, name, colour, shape and greeting, hours, questions and consent,
//! with a preview that follows what is typed. Owners and admins change it, others look.
mod colour;
mod departments;
mod form;
mod greeting;
mod hours;
mod look;
mod origins;
mod preview;
mod questions;
mod reception;
mod routing;
mod settings;
mod shape;
mod snippet;
mod tongues;

use super::{
    desk::Desk,
    i18n::{fill, site_texts},
    rest,
    route::Route,
};
use form::{Form, SaveBar};
use leptos::{ev, prelude::*, task::spawn_local};
use merhaba_shared::protocol::{
    agent::{Role, SiteCard},
    ids::SiteKey,
};
pub use reception::{Words, words};
use settings::{Given, Settings};
pub use tongues::TONGUES;

/// How far loading a site is.
#[derive(Clone, PartialEq)]
enum Loaded {
    Waiting,
    Failed,
    Here(Box<(Settings, Given)>),
}

/// The page for one of the agent's sites.
#[component]
pub fn SitePage() -> impl IntoView {
    let (desk, texts) = (Desk::here(), site_texts());
    let sites = desk.sites();
    let site = Memo::new(move |_| {
        let wanted = desk.route.with(|route| if let Route::Site(key) = route { key.clone() } else { None });
        sites.with(|sites| {
            let named = sites.iter().find(|site| Some(&site.site) == wanted.as_ref());
            named.or(sites.first()).cloned()
        })
    });
    let choice = move || {
        (sites.with(Vec::len) > 1).then(|| {
            let picked = move |event: ev::Event| desk.go(Route::Site(Some(SiteKey(event_target_value(&event)))));
            let options = sites.get().into_iter().map(move |card| {
                let on = site.with_untracked(|site| site.as_ref().is_some_and(|site| site.site == card.site));
                view! { <option value=card.site.0 selected=on>{card.name}</option> }
            });
            view! { <select id="site" aria-label=texts.site_pick on:change=picked>{options.collect_view()}</select> }
        })
    };
    view! {
        <main class="site">
            <header class="site-head"><div><h1>{texts.site}</h1><p>{texts.site_lead}</p></div>{choice}</header>
            {move || match site.get() {
                None => view! { <p class="word" role="status">{texts.loading_site}</p> }.into_any(),
                Some(card) => view! { <One card/> }.into_any(),
            }}
        </main>
    }
}

/// Loads a site and shows it.
#[component]
fn One(card: SiteCard) -> impl IntoView {
    let texts = site_texts();
    let loaded = RwSignal::new(Loaded::Waiting);
    let key = card.site.clone();
    let load = move || {
        let path = path(&key);
        loaded.set(Loaded::Waiting);
        spawn_local(async move {
            let answer = rest::ask("GET", &path, None).await;
            let site =
                answer.is_ok().then(|| Some((Settings::read(&answer.body)?, Given::read(&answer.body))));
            // The agent may have gone elsewhere meanwhile.
            let _ =
                loaded.try_set(site.flatten().map_or(Loaded::Failed, |site| Loaded::Here(Box::new(site))));
        });
    };
    load();
    let may = matches!(card.role, Role::Owner | Role::Admin);
    let key = card.site;
    move || match loaded.get() {
        Loaded::Waiting => view! { <p class="word" role="status">{texts.loading_site}</p> }.into_any(),
        Loaded::Failed => {
            let again = load.clone();
            view! { <div class="empty" role="alert"><p>{texts.site_failed}</p><button class="btn" on:click=move |_| again()>{texts.retry}</button></div> }
                .into_any()
        }
        Loaded::Here(site) => {
            let (settings, given) = *site;
            let form = Form::new(key.clone(), settings, given, may);
            view! { <Filled form/> }.into_any()
        }
    }
}

/// The cards and the preview beside them.
#[component]
fn Filled(form: Form) -> impl IntoView {
    let texts = site_texts();
    provide_context(form);
    let asks = window_event_listener(ev::beforeunload, move |event| {
        if form.dirty.get_untracked() {
            event.prevent_default();
        }
    });
    on_cleanup(move || asks.remove());
    view! {
        <div class="site-body">
            <div class="cards">
                <button type="button" class="btn to-preview" on:click=|_| to_preview()>{texts.preview}</button>
                {(!form.may).then(|| view! { <p class="word only" role="note">{texts.read_only}</p> })}
                <snippet::Snippets/>
                <origins::Origins/>
                <look::Name/>
                <colour::Colour/>
                <shape::Shape/>
                <greeting::Greetings/>
                <hours::Hours/>
                <questions::Questions/>
                <questions::Consent/>
                <departments::DepartmentsCard/>
                <routing::RoutingCard/>
            </div>
            <preview::Preview/>
        </div>
        <SaveBar/>
    }
}

/// On a narrow screen the preview is below the cards: this is the way there.
fn to_preview() {
    if let Some(head) = document().get_element_by_id("preview-head") {
        head.scroll_into_view();
    }
}

/// Where a site is.
fn path(key: &SiteKey) -> String {
    ["/api/v1/sites/", key.as_str()].concat()
}

/// A length that is counted as people count, with what is over.
fn over(text: &str, most: usize, words: &str) -> Option<String> {
    let over = text.trim().chars().count().checked_sub(most).filter(|over| *over > 0)?;
    Some(fill(words, &[("n", &over.to_string())]))
}
