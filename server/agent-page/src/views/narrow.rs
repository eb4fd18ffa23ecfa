//! What a list is narrowed to: a site, a tag, an agent, a language. What there is to choose from is asked for when this is
//! opened.
use crate::{
    desk::Desk,
    i18n::{lang, texts},
    rest, time,
};
use js_sys::Array;
use leptos::{prelude::*, task::spawn_local};
use merhaba_shared::protocol::{agent::SiteCard, triage::Only};
use wasm_bindgen::JsCast;

/// Languages that a list can be narrowed to: those that the chat speaks.
const TONGUES: [&str; 8] = ["en", "tr", "de", "fr", "es", "pt", "ar", "ru"];

/// A value and its words.
type Choice = (String, String);

/// The row of choices.
#[component]
pub fn Narrow() -> impl IntoView {
    let (desk, texts, lang) = (Desk::here(), texts(), lang());
    let only = desk.memo(|client| client.only().clone());
    let sites = desk.sites().get_untracked();
    let (tags, agents) = (RwSignal::new(Vec::<Choice>::new()), RwSignal::new(Vec::<Choice>::new()));
    let asked = sites.clone();
    spawn_local(async move {
        let (found_tags, found_agents) = known(&asked).await;
        // Closed meanwhile: nobody is left to show them to.
        let _ = (tags.try_set(found_tags), agents.try_set(found_agents));
    });
    let asked = sites.clone();
    let departments = Memo::new(move |_| {
        let mut all = Vec::<Choice>::new();
        for one in asked.iter().flat_map(|site| desk.departments.of(&site.site)) {
            if !all.iter().any(|(known, _)| *known == one.id) {
                all.push((one.id.clone(), one.name(lang)));
            }
        }
        all
    });
    let some = move || departments.with(|all| !all.is_empty()) || only.with(|only| only.department.is_some());
    let many = sites.len() > 1;
    let sites: Vec<Choice> = sites.into_iter().map(|site| (site.site.0, site.name)).collect();
    let tongues = TONGUES.into_iter().filter_map(|tag| Some((tag.to_owned(), time::tongue(tag, lang)?)));
    let tongues: Vec<Choice> = tongues.collect();
    let narrow = move |change: fn(&mut Only, Option<String>), value: String| {
        let mut only = only.get_untracked();
        change(&mut only, Some(value).filter(|value| !value.is_empty()));
        desk.narrow(only);
    };
    let site = move |value| narrow(|only, value| only.site = value.map(|value| value.as_str().into()), value);
    let agent =
        move |value| narrow(|only, value| only.agent = value.map(|value| value.as_str().into()), value);
    let tag = move |value| narrow(|only, value| only.tag = value, value);
    let tongue = move |value| narrow(|only, value| only.locale = value, value);
    let department = move |value| narrow(|only, value| only.department = value, value);
    let now =
        move |look: fn(&Only) -> Option<String>| Signal::derive(move || only.with(look).unwrap_or_default());
    view! {
        <div class="narrow" role="group" aria-label=texts.filters>
            {many.then(|| view! { <Pick label=texts.site all=texts.any_site now=now(|only| only.site.clone().map(|site| site.0)) choices=Signal::derive(move || sites.clone()) choose=site/> })}
            {move || some().then(|| view! { <Pick label=texts.department_one all=texts.any_department now=now(|only| only.department.clone()) choices=departments.into() choose=department/> })}
            <Pick label=texts.tag all=texts.any_tag now=now(|only| only.tag.clone()) choices=tags.into() choose=tag/>
            <Pick label=texts.agent all=texts.any_agent now=now(|only| only.agent.clone().map(|agent| agent.0)) choices=agents.into() choose=agent/>
            <Pick label=texts.their_language all=texts.any_language now=now(|only| only.locale.clone()) choices=Signal::derive(move || tongues.clone()) choose=tongue/>
            {move || (!only.get().is_none()).then(|| view! { <button id="clear-filters" class="clear" on:click=move |_| desk.narrow(Only::default())>{texts.clear_filters}</button> })}
        </div>
    }
}

#[component]
fn Pick(
    label: &'static str,
    all: &'static str,
    now: Signal<String>,
    choices: Signal<Vec<Choice>>,
    choose: impl Fn(String) + 'static,
) -> impl IntoView {
    // What the address names is shown, whether or not it is known here.
    let options = move || {
        let (now, mut choices) = (now.get(), choices.get());
        if !now.is_empty() && !choices.iter().any(|(value, _)| *value == now) {
            choices.push((now.clone(), now.clone()));
        }
        let option = move |(value, words): Choice| view! { <option selected=value == now value=value.clone()>{words}</option> };
        choices.into_iter().map(option).collect_view()
    };
    let none = move || now.with(String::is_empty);
    view! {
        <select aria-label=label class:on=move || !none() on:change=move |event| choose(event_target_value(&event))>
            <option value="" selected=none>{all}</option>{options}
        </select>
    }
}

/// The tags and the agents of all these sites, each once.
async fn known(sites: &[SiteCard]) -> (Vec<Choice>, Vec<Choice>) {
    let (mut tags, mut agents) = (Vec::new(), Vec::new());
    for site in sites {
        let site = site.site.as_str();
        for tag in site_tags(site).await {
            if !tags.iter().any(|(known, _)| *known == tag) {
                tags.push((tag.clone(), tag));
            }
        }
        let answer = rest::ask("GET", &["/api/v1/sites/", site, "/agents"].concat(), None).await;
        let found = rest::get(&answer.body, "agents").dyn_into::<Array>().unwrap_or_default();
        for agent in found.iter().filter(|agent| rest::get(agent, "answers").is_truthy()) {
            if let Some(choice) = rest::text(&agent, "id").zip(rest::text(&agent, "name"))
                && !agents.contains(&choice)
            {
                agents.push(choice);
            }
        }
    }
    (tags, agents)
}

/// The tags that a site knows; none when they cannot be had just now.
pub async fn site_tags(site: &str) -> Vec<String> {
    let answer = rest::ask("GET", &["/api/v1/sites/", site, "/tags"].concat(), None).await;
    let tags = rest::get(&answer.body, "tags").dyn_into::<Array>().unwrap_or_default();
    tags.iter().filter_map(|tag| tag.as_string()).collect()
}
