//! The rail (at the bottom on a phone): inbox, site, sound, and the agent's own menu.
use super::{choices::Choices, palette::PaletteButton, shell::follow};
use crate::{
    actions::Deed,
    app,
    desk::Desk,
    i18n::{fill, lang, texts},
    icons::{BELL, BELL_OFF, CANNED, INBOX, INSTALL, KEYS, OUT, SCREEN, SITE, icon},
    notices, people,
    prefs::Prefs,
    route::Route,
};
use leptos::{ev, prelude::*};
use merhaba_shared::{client::agent::AgentClient, protocol::agent::SetStatus};

/// The rail.
#[component]
pub fn Rail() -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let prefs = expect_context::<Prefs>();
    let on_site = Memo::new(move |_| desk.route.with(Route::is_site));
    let on_desk = Memo::new(move |_| desk.route.with(Route::is_desk));
    let on_replies = Memo::new(move |_| desk.route.with(|route| *route == Route::Replies));
    let waiting = desk.memo(AgentClient::waiting);
    let badge = move || {
        let count = waiting.get();
        let words = fill(texts.unread_total, &[("n", &count.to_string())]);
        (count > 0).then(|| view! { <span class="badge" aria-hidden="true">{count.min(99)}</span><span class="heard">{words}</span> })
    };
    let page = move |here: bool| here.then_some("page");
    let sound = move || if prefs.sound.get() { texts.sound_on } else { texts.sound_off };
    view! {
        <nav class="rail" aria-label=texts.main>
            <span class="logo" aria-hidden="true"></span>
            <a href=Route::Inbox.path() title=texts.inbox aria-current=move || page(on_desk.get())
                on:click=move |event| follow(&event, desk, Route::Inbox)>
                {icon(INBOX)}<span class="label">{texts.inbox}</span>{badge}
            </a>
            <a href=Route::Replies.path() title=texts.canned aria-current=move || page(on_replies.get())
                on:click=move |event| follow(&event, desk, Route::Replies)>
                {icon(CANNED)}<span class="label">{texts.canned_rail}</span>
            </a>
            <a href=Route::Site(None).path() title=texts.site aria-current=move || page(on_site.get())
                on:click=move |event| follow(&event, desk, Route::Site(None))>
                {icon(SITE)}<span class="label">{texts.site}</span>
            </a>
            <PaletteButton class=""/>
            <span class="push"></span>
            <button id="sound" title=sound aria-label=texts.sound aria-pressed=move || prefs.sound.get().to_string()
                on:click=move |_| prefs.sound.update(|on| *on = !*on)>
                {move || icon(if prefs.sound.get() { BELL } else { BELL_OFF })}<span class="label">{texts.sound}</span>
            </button>
            <Me/>
        </nav>
    }
}

/// The agent's face and menu.
#[component]
fn Me() -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let prefs = expect_context::<Prefs>();
    let open = RwSignal::new(false);
    let name = move || desk.me().get().map(|me| me.name).unwrap_or_default();
    let status = desk.memo(|client| client.status().clone());
    let live = desk.is_live();
    let away = move || status.with(|status| status.away || status.busy);
    let state = move || match status.get() {
        SetStatus { away: true, .. } => texts.away,
        SetStatus { busy: true, .. } => texts.busy,
        _ => texts.available,
    };
    let choice = move |words: &'static str, away: bool, busy: bool| {
        let to = StoredValue::new(SetStatus { away, busy });
        let on = move || to.with_value(|to| status.with(|status| status == to)).to_string();
        view! {
            <button type="button" disabled=move || !live.get() aria-pressed=on
                on:click=move |_| desk.act(|client, _| client.set_status(to.get_value()))>{words}</button>
        }
    };
    let keys = window_event_listener(ev::keydown, move |event| {
        if event.key() == "Escape" && open.get_untracked() {
            event.prevent_default();
            open.set(false);
        }
    });
    on_cleanup(move || keys.remove());
    let menu = move || {
        open.get().then(|| view! {
            <div class="veil" on:click=move |_| open.set(false)></div>
            <div class="menu" role="dialog" aria-label=texts.display>
                <p class="who"><small>{texts.you_are}</small><b dir="auto">{name}</b></p>
                <div id="status" class="switch" role="group" aria-label=texts.your_status aria-describedby="status-hint">
                    {choice(texts.available, false, false)}{choice(texts.busy, false, true)}{choice(texts.away, true, false)}
                </div>
                <p id="status-hint" class="hint">{texts.busy_hint}</p>
                <Choices/>
                <button id="notices" class="line" aria-pressed=move || prefs.notices.get().to_string() on:click=move |_| notices::switch(desk, prefs)>{icon(SCREEN)}{move || if prefs.notices.get() { texts.notices_on } else { texts.notices_off }}</button>
                <button id="install" class="line" on:click=move |_| { open.set(false); notices::install(); }>{icon(INSTALL)}{texts.install}</button>
                <p id="install-hint" class="hint">{texts.install_by_hand}</p>
                <button class="line keys" on:click=move |_| { open.set(false); desk.keys.set(true); }>{icon(KEYS)}{texts.keys}<kbd aria-hidden="true">{Deed::Keys.key()}</kbd></button>
                <button id="sign-out" class="line" on:click=move |_| app::sign_out(desk)>{icon(OUT)}{texts.sign_out}</button>
            </div>
        })
    };
    view! {
        <div class="mine">
            <button id="me" class="me" class:away=away title=name aria-expanded=move || open.get().to_string() aria-haspopup="dialog"
                aria-label=move || [name().as_str(), ", ", state()].concat() on:click=move |_| open.update(|open| *open = !*open)>
                <span class="face" aria-hidden="true">{move || people::initials(&name(), lang())}</span><span class="label">{state}</span>
            </button>
            {menu}
        </div>
    }
}
