//! What is asked before the first message, and what visitors agree to.
use super::{
    form::Form,
    reception::{Question, lines, said, say, set_lines},
};
use crate::{
    i18n::{Lang, Texts, fill, texts},
    icons::{CLOSE, PLUS, icon},
};
use leptos::prelude::*;

const KINDS: [&str; 5] = ["name", "email", "phone", "choice", "text"];

/// The card of questions.
#[component]
pub fn Questions() -> impl IntoView {
    let texts = texts();
    let form = expect_context::<Form>();
    let reception = form.reception;
    let add = move |_| {
        reception.update(|it| {
            let ours = |kind: &&&str| it.questions.iter().all(|question| question.asks != **kind);
            let asks = KINDS[..2].iter().find(ours).copied().unwrap_or("text");
            it.questions.push(Question { asks: asks.into(), ..Question::default() });
        });
    };
    let places = Memo::new(move |_| reception.with(|it| it.questions.len()));
    view! {
        <section class="card" aria-labelledby="questions-head">
            <h2 id="questions-head">{texts.questions}</h2>
            <p class="lead">{texts.questions_lead}</p>
            {move || (0..places.get()).map(|place| view! { <One place/> }).collect_view()}
            {form.may.then(|| view! { <button class="btn" id="add-question" on:click=add>{icon(PLUS)}{texts.add_question}</button> })}
        </section>
    }
}

fn kind_name(kind: &str, texts: &Texts) -> &'static str {
    match kind {
        "name" => texts.name,
        "email" => texts.email,
        "phone" => texts.telephone,
        "choice" => texts.asks_choice,
        _ => texts.asks_text,
    }
}

/// One question.
#[component]
fn One(place: usize) -> impl IntoView {
    let texts = texts();
    let form = expect_context::<Form>();
    let reception = form.reception;
    let change = move |act: &dyn Fn(&mut Question)| {
        reception.update(|it| {
            if let Some(question) = it.questions.get_mut(place) {
                act(question);
            }
        });
    };
    let kind = Memo::new(move |_| {
        reception.with(|it| it.questions.get(place).map(|question| question.asks.clone()).unwrap_or_default())
    });
    let required =
        move || reception.with(|it| it.questions.get(place).is_some_and(|question| question.required));
    let label = fill(texts.question, &[("n", &(place + 1).to_string())]);
    let remove = fill(texts.remove_question, &[("n", &(place + 1).to_string())]);
    let kinds = KINDS.map(|known| {
        view! { <option value=known selected=move || kind.get() == known>{kind_name(known, texts)}</option> }
    });
    view! {
        <div class="question" role="group" aria-label=fill(texts.question, &[("n", &(place + 1).to_string())])>
            <div class="line">
                <select aria-label=label disabled=!form.may on:change=move |event| {
                    let asks = event_target_value(&event);
                    change(&|question| question.asks.clone_from(&asks));
                }>{kinds.into_iter().collect_view()}</select>
                <label class="tick"><input type="checkbox" disabled=!form.may prop:checked=required
                    on:change=move |event| { let on = event_target_checked(&event); change(&|question| question.required = on); }/>{texts.required}</label>
                {form.may.then(|| view! { <button class="icon" aria-label=remove on:click=move |_| reception.update(|it| { it.questions.remove(place); })>{icon(CLOSE)}</button> })}
            </div>
            {move || matches!(kind.get().as_str(), "choice" | "text").then(|| Lang::ALL.map(|lang| view! { <Label place lang/> }).into_iter().collect_view())}
            {move || (kind.get() == "choice").then(|| Lang::ALL.map(|lang| view! { <Choices place lang/> }).into_iter().collect_view())}
        </div>
    }
}

#[component]
fn Label(place: usize, lang: Lang) -> impl IntoView {
    let texts = texts();
    let form = expect_context::<Form>();
    let reception = form.reception;
    let value = move || {
        reception.with(|it| it.questions.get(place).map(|it| said(&it.label, lang.tag())).unwrap_or_default())
    };
    let set = move |text: String| {
        reception.update(|it| {
            if let Some(question) = it.questions.get_mut(place) {
                say(&mut question.label, lang.tag(), text);
            }
        });
    };
    let label = fill(texts.question_in, &[("language", lang.name())]);
    view! {
        <label class="labelled"><span>{label}</span></label>
        <input type="text" dir="auto" lang=lang.tag() maxlength="300" aria-label=fill(texts.question_in, &[("language", lang.name())]) readonly=!form.may
            prop:value=value on:input=move |event| set(event_target_value(&event))/>
    }
}

#[component]
fn Choices(place: usize, lang: Lang) -> impl IntoView {
    let texts = texts();
    let form = expect_context::<Form>();
    let reception = form.reception;
    let value = move || {
        reception
            .with(|it| it.questions.get(place).map(|it| lines(&it.choices, lang.tag())).unwrap_or_default())
    };
    let set = move |text: String| {
        reception.update(|it| {
            if let Some(question) = it.questions.get_mut(place) {
                set_lines(&mut question.choices, lang.tag(), &text);
            }
        });
    };
    let label = fill(texts.choices_in, &[("language", lang.name())]);
    view! {
        <label class="labelled"><span>{label.clone()}</span></label>
        <textarea rows="3" dir="auto" lang=lang.tag() aria-label=label readonly=!form.may
            prop:value=value on:input=move |event| set(event_target_value(&event))></textarea>
    }
}

/// The card of what visitors agree to.
#[component]
pub fn Consent() -> impl IntoView {
    let texts = texts();
    let form = expect_context::<Form>();
    let reception = form.reception;
    let fields = Lang::ALL.map(|lang| {
        let id = ["consent-", lang.tag()].concat();
        view! {
            <div class="labelled"><label for=id.clone() lang=lang.tag()>{lang.name()}</label></div>
            <textarea id=id rows="2" dir="auto" lang=lang.tag() maxlength="600" readonly=!form.may
                prop:value=move || reception.with(|it| said(&it.consent, lang.tag()))
                on:input=move |event| reception.update(|it| say(&mut it.consent, lang.tag(), event_target_value(&event)))></textarea>
        }
    });
    view! {
        <section class="card" aria-labelledby="consent-head">
            <h2 id="consent-head">{texts.consent}</h2>
            <p class="lead">{texts.consent_lead}</p>
            {fields.into_iter().collect_view()}
            <div class="labelled"><label for="privacy">{texts.privacy}</label></div>
            <input id="privacy" type="url" dir="ltr" spellcheck="false" placeholder="https://www.example.com/privacy" readonly=!form.may
                prop:value=move || reception.with(|it| it.privacy_url.clone())
                on:input=move |event| reception.update(|it| it.privacy_url = event_target_value(&event))/>
        </section>
    }
}
