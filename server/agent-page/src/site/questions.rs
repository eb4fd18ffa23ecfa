//! What is asked before the first message, and what visitors agree to.
use super::{
    form::Form,
    reception::{Question, lines, said, say, set_lines},
    tongues::{Tongues, direction, instead},
};
use crate::{
    i18n::{SiteTexts, fill, site_texts},
    icons::{CLOSE, PLUS, icon},
};
use leptos::prelude::*;

const KINDS: [&str; 5] = ["name", "email", "phone", "choice", "text"];

/// The card of questions.
#[component]
pub fn Questions() -> impl IntoView {
    let texts = site_texts();
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
            {move || (places.get() > 0).then(|| view! { <Tongues id="questions-tongue"/> })}
            {move || (0..places.get()).map(|place| view! { <One place/> }).collect_view()}
            {form.may.then(|| view! { <button class="btn" id="add-question" on:click=add>{icon(PLUS)}{texts.add_question}</button> })}
        </section>
    }
}

fn kind_name(kind: &str, texts: &SiteTexts) -> &'static str {
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
    let texts = site_texts();
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
            <Label place kind/>
            {move || (kind.get() == "choice").then(|| view! { <Choices place/> })}
        </div>
    }
}

/// The question's words. What is left empty shows what visitors read: ours of what is ours to ask, else another language.
#[component]
fn Label(place: usize, kind: Memo<String>) -> impl IntoView {
    let (texts, form) = (site_texts(), expect_context::<Form>());
    let reception = form.reception;
    let of = move |read: &dyn Fn(&Question) -> String| {
        reception.with(|it| it.questions.get(place).map(read).unwrap_or_default())
    };
    let value = move || of(&|question| said(&question.label, form.tongue.get()));
    let shown = move || {
        let ours = form.given.with_value(|given| given.ours.get(form.tongue.get(), &kind.get()));
        if ours.is_empty() { of(&|question| instead(&question.label, form.tongue.get())) } else { ours }
    };
    let set = move |event| {
        let text = event_target_value(&event);
        reception.update(|it| {
            if let Some(question) = it.questions.get_mut(place) {
                say(&mut question.label, form.tongue.get_untracked(), text);
            }
        });
    };
    let id = format!("question-{place}");
    view! {
        <div class="labelled"><label for=id.clone()>{texts.question_words}</label></div>
        <input id=id type="text" dir=move || direction(form.tongue.get()) lang=move || form.tongue.get() maxlength="300" readonly=!form.may
            placeholder=shown prop:value=value on:input=set/>
    }
}

/// The choices' words, a line each.
#[component]
fn Choices(place: usize) -> impl IntoView {
    let (texts, form) = (site_texts(), expect_context::<Form>());
    let reception = form.reception;
    let of = move |read: &dyn Fn(&Question) -> String| {
        reception.with(|it| it.questions.get(place).map(read).unwrap_or_default())
    };
    // Blank lines keep the places of another language's choices: with nothing else there is nothing.
    let value = move || {
        let text = of(&|question| lines(&question.choices, form.tongue.get()));
        if text.trim().is_empty() { String::new() } else { text }
    };
    let shown = move || {
        let tongue = form.tongue.get();
        of(&|question| {
            question.choices.iter().map(|choice| instead(choice, tongue)).collect::<Vec<_>>().join("\n")
        })
    };
    let set = move |event| {
        let text = event_target_value(&event);
        reception.update(|it| {
            if let Some(question) = it.questions.get_mut(place) {
                set_lines(&mut question.choices, form.tongue.get_untracked(), &text);
            }
        });
    };
    let id = format!("choices-{place}");
    view! {
        <div class="labelled"><label for=id.clone()>{texts.choices_words}</label></div>
        <textarea id=id rows="3" dir=move || direction(form.tongue.get()) lang=move || form.tongue.get() readonly=!form.may
            placeholder=shown prop:value=value on:input=set></textarea>
    }
}

/// The card of what visitors agree to.
#[component]
pub fn Consent() -> impl IntoView {
    let texts = site_texts();
    let form = expect_context::<Form>();
    let reception = form.reception;
    let value = move || reception.with(|it| said(&it.consent, form.tongue.get()));
    let shown = move || reception.with(|it| instead(&it.consent, form.tongue.get()));
    let set = move |event| {
        let text = event_target_value(&event);
        reception.update(|it| say(&mut it.consent, form.tongue.get_untracked(), text));
    };
    view! {
        <section class="card" aria-labelledby="consent-head">
            <h2 id="consent-head"><label for="consent">{texts.consent}</label></h2>
            <p class="lead">{texts.consent_lead}</p>
            <Tongues id="consent-tongue"/>
            <textarea id="consent" rows="2" dir=move || direction(form.tongue.get()) lang=move || form.tongue.get() maxlength="600" readonly=!form.may
                placeholder=shown prop:value=value on:input=set></textarea>
            <div class="labelled"><label for="privacy">{texts.privacy}</label></div>
            <input id="privacy" type="url" dir="ltr" spellcheck="false" placeholder="https://www.example.com/privacy" readonly=!form.may
                prop:value=move || reception.with(|it| it.privacy_url.clone())
                on:input=move |event| reception.update(|it| it.privacy_url = event_target_value(&event))/>
        </section>
    }
}
