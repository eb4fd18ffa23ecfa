//! The sign-in. The password goes into one request and nowhere else.
use super::choices::Choices;
use crate::{
    app::{Gate, SESSIONS},
    i18n::{Texts, fill, texts},
    rest::{self, Answer},
};
use leptos::{html::Input, prelude::*, task::spawn_local};
use std::time::Duration;
use wasm_bindgen::JsValue;

/// Why it did not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    Empty,
    Wrong,
    Many(u32),
    Busy,
    Unreachable,
    Unexpected(u16),
    Ended,
}

impl Trouble {
    /// What an answer means.
    fn of(answer: &Answer) -> Option<Self> {
        match answer.status {
            0 => Some(Self::Unreachable),
            200..300 => None,
            400 | 401 | 403 | 422 => Some(Self::Wrong),
            429 => Some(Self::Many(answer.retry_after.unwrap_or(60))),
            503 => Some(Self::Busy),
            status => Some(Self::Unexpected(status)),
        }
    }

    fn words(self, texts: &Texts) -> String {
        match self {
            Self::Empty => texts.sign_in_empty.into(),
            Self::Wrong => texts.sign_in_wrong.into(),
            Self::Many(seconds) => fill(texts.sign_in_many, &[("s", &seconds.to_string())]),
            Self::Busy => texts.sign_in_busy.into(),
            Self::Unreachable => texts.unreachable.into(),
            Self::Unexpected(status) => fill(texts.unexpected, &[("n", &status.to_string())]),
            Self::Ended => texts.signed_out.into(),
        }
    }
}

/// The form.
#[component]
pub fn SignIn(gate: Gate) -> impl IntoView {
    let texts = texts();
    let first = match gate {
        Gate::Out(true) => Some(Trouble::Ended),
        Gate::Unreachable => Some(Trouble::Unreachable),
        _ => None,
    };
    let trouble = RwSignal::new(first);
    let busy = RwSignal::new(false);
    let (email, password) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let gates = expect_context::<RwSignal<Gate>>();
    tick_down(trouble);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (email_text, password_text) = (value(email), value(password));
        let held = matches!(trouble.get_untracked(), Some(Trouble::Many(_)));
        if busy.get_untracked() || held {
            return;
        }
        if email_text.trim().is_empty() || password_text.is_empty() {
            trouble.set(Some(Trouble::Empty));
            return;
        }
        busy.set(true);
        trouble.set(None);
        spawn_local(async move {
            let body = rest::object(&[
                ("email", email_text.trim().into()),
                ("password", JsValue::from_str(&password_text)),
            ]);
            let answer = rest::ask("POST", SESSIONS, Some(&body)).await;
            busy.set(false);
            match Trouble::of(&answer) {
                None => gates.set(Gate::In),
                wrong => {
                    trouble.set(wrong);
                    if let Some(field) = password.get_untracked() {
                        field.select();
                    }
                }
            }
        });
    };
    let wrong = move || matches!(trouble.get(), Some(Trouble::Wrong | Trouble::Empty)).then_some("true");
    view! {
        <main class="gate">
            <form class="card" on:submit=submit novalidate>
                <span class="logo" aria-hidden="true"></span>
                <h1>"Merhaba"</h1>
                <p class="lead">{texts.sign_in_lead}</p>
                <label for="email">{texts.email}</label>
                <input id="email" name="email" type="email" autocomplete="username" inputmode="email" autocapitalize="none"
                    spellcheck="false" autofocus node_ref=email aria-invalid=wrong aria-describedby="trouble"/>
                <label for="password">{texts.password}</label>
                <input id="password" name="password" type="password" autocomplete="current-password" node_ref=password
                    aria-invalid=wrong aria-describedby="trouble"/>
                <p id="trouble" class="trouble" role="alert">{move || trouble.get().map(|it| it.words(texts))}</p>
                <button id="sign-in" class="btn main wide" aria-busy=move || busy.get().to_string()>
                    {move || if busy.get() { texts.signing_in } else { texts.sign_in }}
                </button>
            </form>
            <Choices/>
        </main>
    }
}

fn value(field: NodeRef<Input>) -> String {
    field.get_untracked().map(|field| field.value()).unwrap_or_default()
}

/// Lets the seconds of "too many tries" tick.
fn tick_down(trouble: RwSignal<Option<Trouble>>) {
    let ticking = set_interval_with_handle(
        move || {
            if let Some(Trouble::Many(seconds)) = trouble.get_untracked() {
                trouble.set(seconds.checked_sub(1).filter(|left| *left > 0).map(Trouble::Many));
            }
        },
        Duration::from_secs(1),
    );
    if let Ok(ticking) = ticking {
        on_cleanup(move || ticking.clear());
    }
}
