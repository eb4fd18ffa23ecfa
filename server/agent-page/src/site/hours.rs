//! When somebody is there, and what the chat offers when nobody is. A day's hours are one line of text: quicker to fill
//! in and to read than a row of pickers, on a phone too.
use super::{
    form::Form,
    reception::{Reception, said, say},
    tongues::{Tongues, direction},
};
use crate::i18n::{fill, lang, site_texts};
use js_sys::{Array, Function, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

/// The first Monday of the year 2024, at noon UTC: for the names of days.
const MONDAY: f64 = 1_704_110_400_000.0;
const DAY: f64 = 86_400_000.0;
const USUAL: &str = "09:00-18:00";

/// The card.
#[component]
pub fn Hours() -> impl IntoView {
    let texts = site_texts();
    let form = expect_context::<Form>();
    let reception = form.reception;
    let with_hours = move || reception.with(|it| it.has_hours);
    let begin = move |on: bool| {
        reception.update(|it| {
            it.has_hours = on;
            if on && it.zone.is_empty() {
                it.zone = own_zone();
                it.week = std::array::from_fn(|day| if day < 5 { USUAL.into() } else { String::new() });
            }
        });
    };
    let pressed = move |on: bool| move || (with_hours() == on).to_string();
    view! {
        <section class="card" aria-labelledby="hours-head">
            <h2 id="hours-head">{texts.hours}</h2>
            <p class="lead">{texts.hours_lead}</p>
            <div class="switch" role="group" aria-labelledby="hours-head">
                <button type="button" disabled=!form.may aria-pressed=pressed(false) on:click=move |_| begin(false)>{texts.hours_always}</button>
                <button type="button" id="with-hours" disabled=!form.may aria-pressed=pressed(true) on:click=move |_| begin(true)>{texts.hours_some}</button>
            </div>
            {move || with_hours().then(|| view! { <Week/> })}
        </section>
    }
}

#[component]
fn Week() -> impl IntoView {
    let texts = site_texts();
    let form = expect_context::<Form>();
    let reception = form.reception;
    let language = lang();
    let days = (0..7_usize).map(move |day| {
        let id = format!("day-{day}");
        view! {
            <label class="weekday" for=id><span>{day_name(day, language.locale())}</span>
                <input id=format!("day-{day}") type="text" dir="ltr" inputmode="text" autocomplete="off" spellcheck="false" placeholder=texts.hours_closed readonly=!form.may
                    prop:value=move || reception.with(|it| it.week[day].clone())
                    on:input=move |event| reception.update(|it| it.week[day] = event_target_value(&event))/></label>
        }
    });
    let zones = zones().into_iter().map(|zone| view! { <option value=zone></option> });
    view! {
        <label class="labelled" for="zone"><b>{texts.zone}</b></label>
        <input id="zone" list="zones" dir="ltr" autocomplete="off" spellcheck="false" readonly=!form.may
            prop:value=move || reception.with(|it| it.zone.clone())
            on:input=move |event| reception.update(|it| it.zone = event_target_value(&event))/>
        <datalist id="zones">{zones.collect_view()}</datalist>
        <p class="hint">{fill(texts.hours_hint, &[("example", "09:00-12:30, 13:30-18:00")])}</p>
        <div class="days">{days.collect_view()}</div>
        <label class="labelled" for="holidays"><b>{texts.holidays}</b></label>
        <textarea id="holidays" rows="3" dir="ltr" spellcheck="false" placeholder="2027-01-01\n2026-12-31 09:00-12:00" readonly=!form.may
            prop:value=move || reception.with(|it| it.holidays.clone())
            on:input=move |event| reception.update(|it| it.holidays = event_target_value(&event))></textarea>
        <p class="hint">{texts.holidays_hint}</p>
        <h3>{texts.when_closed}</h3>
        <div class="radios" role="radiogroup" aria-label=texts.when_closed>
            <Mode value="chat" words=texts.closed_chat/>
            <Mode value="form" words=texts.closed_form/>
            <Mode value="hide" words=texts.closed_hide/>
        </div>
        <div class="labelled"><label for="closed-text">{texts.closed_text}</label></div>
        <Tongues id="closed-tongue"/>
        <ClosedText/>
    }
}

/// What visitors read while the site is closed.
#[component]
fn ClosedText() -> impl IntoView {
    let form = expect_context::<Form>();
    let reception = form.reception;
    let ours = move || {
        let mode = reception.with(|it| it.closed.clone());
        form.given.with_value(|given| given.ours.get(form.tongue.get(), &mode))
    };
    let set = move |event| {
        let text = event_target_value(&event);
        reception.update(|it| say(&mut it.closed_text, form.tongue.get_untracked(), text));
    };
    view! {
        <textarea id="closed-text" rows="2" dir=move || direction(form.tongue.get()) lang=move || form.tongue.get() maxlength="300" readonly=!form.may
            placeholder=ours prop:value=move || reception.with(|it| said(&it.closed_text, form.tongue.get())) on:input=set></textarea>
    }
}

#[component]
fn Mode(value: &'static str, words: &'static str) -> impl IntoView {
    let form = expect_context::<Form>();
    let reception = form.reception;
    let chosen = move |it: &Reception| it.closed == value;
    view! {
        <label><input type="radio" name="closed" value=value disabled=!form.may prop:checked=move || reception.with(chosen)
            on:change=move |_| reception.update(|it| it.closed = value.into())/><span>{words}</span></label>
    }
}

/// A day's name in a language, from the browser.
fn day_name(day: usize, locale: &str) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a day of a week")]
    let date = js_sys::Date::new(&JsValue::from_f64(DAY.mul_add(day as f64, MONDAY)));
    let options = crate::rest::object(&[("weekday", "long".into()), ("timeZone", "UTC".into())]);
    date.to_locale_date_string(locale, &options).into()
}

/// The browser's own time zone.
fn own_zone() -> String {
    let zone = js_sys::Intl::DateTimeFormat::new(&Array::new(), &js_sys::Object::new()).resolved_options();
    crate::rest::text(&zone, "timeZone").unwrap_or_else(|| "UTC".into())
}

/// All time zones that the browser knows; none where it does not say.
fn zones() -> Vec<String> {
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).unwrap_or(JsValue::UNDEFINED);
    let ask =
        Reflect::get(&intl, &"supportedValuesOf".into()).ok().and_then(|ask| ask.dyn_into::<Function>().ok());
    let list = ask
        .and_then(|ask| ask.call1(&intl, &"timeZone".into()).ok())
        .and_then(|list| list.dyn_into::<Array>().ok());
    list.map(|list| list.iter().filter_map(|zone| zone.as_string()).collect()).unwrap_or_default()
}
