//! How the site's conversations find an agent: by hand, in turn or by who is the least busy, how many one carries, when
//! what waits goes to somebody else, and within what time answers should come.
use super::form::Form;
use crate::{i18n::site_texts, rest};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

/// As the relay tells and takes it; the numbers as they are typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routing {
    /// `hand`, `turns` or `least_busy`.
    pub mode: String,
    /// Conversations that one agent is given at most.
    pub capacity: String,
    /// Minutes without an owner; `0`: for ever.
    pub gone: String,
    /// Minutes within which an answer should come; `0`: no time is set.
    pub target: String,
    /// Minutes until the whole team is told; `0`: never.
    pub team: String,
    /// Minutes until owners and admins are told; `0`: never.
    pub admins: String,
}

impl Routing {
    /// Reads what the relay sent.
    pub fn read(json: &JsValue) -> Self {
        let number = |name: &str| rest::get(json, name).as_f64().unwrap_or_default().to_string();
        Self {
            mode: rest::text(json, "mode").unwrap_or_else(|| "hand".into()),
            capacity: number("capacity"),
            gone: number("gone_minutes"),
            target: number("target_minutes"),
            team: number("team_minutes"),
            admins: number("admins_minutes"),
        }
    }

    /// What the relay is sent; what is no number is left to its word.
    pub fn write(&self) -> JsValue {
        let number = |typed: &str| typed.trim().parse::<u32>().map_or_else(|_| typed.into(), JsValue::from);
        rest::object(&[
            ("mode", self.mode.as_str().into()),
            ("capacity", number(&self.capacity)),
            ("gone_minutes", number(&self.gone)),
            ("target_minutes", number(&self.target)),
            ("team_minutes", number(&self.team)),
            ("admins_minutes", number(&self.admins)),
        ])
    }
}

/// The card.
#[component]
pub fn RoutingCard() -> impl IntoView {
    let (texts, form) = (site_texts(), expect_context::<Form>());
    let mode = move |value: &'static str, words: &'static str| {
        let pressed = move || form.routing.with(|routing| (routing.mode == value).to_string());
        view! { <button type="button" disabled=!form.may aria-pressed=pressed on:click=move |_| form.routing.update(|routing| routing.mode = value.into())>{words}</button> }
    };
    let by_hand = move || form.routing.with(|routing| routing.mode == "hand");
    let lead = move || {
        form.routing.with(|routing| match routing.mode.as_str() {
            "turns" => texts.routing_turns_lead,
            "least_busy" => texts.routing_least_lead,
            _ => texts.routing_hand_lead,
        })
    };
    view! {
        <section class="card" aria-labelledby="routing-head">
            <h2 id="routing-head">{texts.routing}</h2>
            <div class="switch" role="group" aria-labelledby="routing-head">
                {mode("hand", texts.routing_hand)}{mode("turns", texts.routing_turns)}{mode("least_busy", texts.routing_least)}
            </div>
            <p class="lead">{lead}</p>
            <div hidden=by_hand>
                <label for="capacity">{texts.capacity}</label>
                <input id="capacity" type="number" inputmode="numeric" min="1" max="200" readonly=!form.may
                    prop:value=move || form.routing.with(|routing| routing.capacity.clone())
                    on:input=move |event| form.routing.update(|routing| routing.capacity = event_target_value(&event))/>
                <label for="gone">{texts.gone_minutes}</label>
                <input id="gone" type="number" inputmode="numeric" min="0" max="1440" readonly=!form.may
                    aria-describedby="gone-hint"
                    prop:value=move || form.routing.with(|routing| routing.gone.clone())
                    on:input=move |event| form.routing.update(|routing| routing.gone = event_target_value(&event))/>
                <p id="gone-hint" class="hint">{texts.gone_hint}</p>
            </div>
            <label for="target">{texts.target_minutes}</label>
            <input id="target" type="number" inputmode="numeric" min="0" max="10080" readonly=!form.may
                aria-describedby="target-hint"
                prop:value=move || form.routing.with(|routing| routing.target.clone())
                on:input=move |event| form.routing.update(|routing| routing.target = event_target_value(&event))/>
            <p id="target-hint" class="hint">{texts.target_hint}</p>
            <label for="team-minutes">{texts.team_minutes}</label>
            <input id="team-minutes" type="number" inputmode="numeric" min="0" max="1440" readonly=!form.may
                aria-describedby="ladder-hint"
                prop:value=move || form.routing.with(|routing| routing.team.clone())
                on:input=move |event| form.routing.update(|routing| routing.team = event_target_value(&event))/>
            <label for="admins-minutes">{texts.admins_minutes}</label>
            <input id="admins-minutes" type="number" inputmode="numeric" min="0" max="1440" readonly=!form.may
                aria-describedby="ladder-hint"
                prop:value=move || form.routing.with(|routing| routing.admins.clone())
                on:input=move |event| form.routing.update(|routing| routing.admins = event_target_value(&event))/>
            <p id="ladder-hint" class="hint">{texts.ladder_hint}</p>
        </section>
    }
}
