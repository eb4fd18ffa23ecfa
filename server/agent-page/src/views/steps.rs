//! What a new agent does first: answer, hand over, resolve. Each is ticked off when it was done in this browser; then, or
//! when the agent puts them aside, they are gone for good.
use crate::{
    actions::Deed,
    desk::Desk,
    i18n::texts,
    icons::{CHECK, CLOSE, icon},
    prefs::{self, Prefs, Step},
    views::sorting::may_sort,
};
use leptos::prelude::*;

/// The steps, under the list.
#[component]
pub fn Steps() -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let steps = expect_context::<Prefs>().steps;
    // Whoever learns answers by proposal and hands nothing over.
    let whole = desk.memo(|client| client.sites().iter().any(|site| may_sort(site.role)));
    let known = desk.memo(|client| !client.sites().is_empty());
    let line = move |step: Step, first: bool| {
        let (words, hint, deed) = match step {
            Step::Answer if whole.get() => (texts.step_answer, texts.step_answer_hint, Deed::Answer),
            Step::Answer => (texts.step_answer, texts.step_answer_trainee, Deed::Answer),
            Step::Give => (texts.step_give, texts.step_give_hint, Deed::HandOver),
            Step::Resolve => (texts.step_resolve, texts.step_resolve_hint, Deed::Resolve),
        };
        let done = steps.with(|steps| steps.is_done(step));
        let sign = if done {
            view! { {icon(CHECK)}<span class="heard">{texts.step_done}</span> }.into_any()
        } else {
            ().into_any()
        };
        view! {
            <li class:done=done><i>{sign}</i><div><b>{words}</b>{first.then(|| view! { <small>{hint}</small> })}</div><kbd aria-hidden="true">{deed.key()}</kbd></li>
        }
    };
    let lines = move || {
        let all: &[Step] = if whole.get() { &Step::ALL } else { &Step::ALL[..1] };
        let next = all.iter().find(|step| !steps.with(|steps| steps.is_done(**step))).copied();
        next.filter(|_| known.get() && !steps.with(prefs::Steps::is_aside)).map(|next| {
            view! {
                <section class="steps" aria-labelledby="steps-title">
                    <header><h2 id="steps-title">{texts.steps}</h2>
                        <button class="icon" title=texts.steps_hide aria-label=texts.steps_hide on:click=move |_| steps.update(prefs::Steps::put_aside)>{icon(CLOSE)}</button></header>
                    <ol>{all.iter().map(|step| line(*step, *step == next)).collect_view()}</ol>
                </section>
            }
        })
    };
    move || lines()
}
