//! The palette: one field over everything that can be done here, in the middle of a desk and at the lower edge of a phone.
//! The field keeps the focus: keys move the choice, and a screen reader is told of it by the field. What people wrote is
//! text.
use super::{give::colleagues, narrow::site_tags};
use crate::{
    actions::{ACTIONS, Deed},
    desk::Desk,
    i18n::{fill, texts},
    icons::{BOLT, CLOSE, LOOK, icon},
    palette::{Choice, Group, Known, carry_out, offered},
    prefs::Prefs,
    search::Search,
};
use leptos::{
    ev::{KeyboardEvent, MouseEvent},
    html::{Dialog, Input},
    prelude::*,
    task::spawn_local,
    web_sys,
};

/// The longest thing to look for, in characters.
const TYPED_CHARS: usize = 100;

/// The button that opens it; `class` says where it stands.
#[component]
pub fn PaletteButton(class: &'static str) -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    view! {
        <button class=["all-actions ", class].concat() title=Deed::Palette.titled(texts.palette) aria-label=texts.palette aria-haspopup="dialog"
            on:click=move |_| desk.palette.set(true)>{icon(BOLT)}<span class="label">{texts.palette_short}</span></button>
    }
}

/// Opens and closes a dialog as a signal says.
fn follow(open: RwSignal<bool>, dialog: NodeRef<Dialog>, opened: impl Fn() + 'static) {
    Effect::new(move || {
        let (open, Some(dialog)) = (open.get(), dialog.get()) else { return };
        match (open, dialog.open()) {
            // A dialog that is in the page and closed can always be opened.
            (true, false) => {
                let _ = dialog.show_modal();
                opened();
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    });
}

/// The dialog with its field and its choices.
#[component]
pub fn Palette() -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let (prefs, search) = (expect_context::<Prefs>(), expect_context::<Search>());
    let (dialog, field) = (NodeRef::<Dialog>::new(), NodeRef::<Input>::new());
    let (typed, at, known) =
        (RwSignal::new(String::new()), RwSignal::new(0_usize), RwSignal::new(Known::default()));
    let open = desk.palette;
    follow(open, dialog, move || {
        typed.set(String::new());
        at.set(0);
        ask(desk, known);
        if let Some(field) = field.get_untracked() {
            field.set_value("");
            let _ = field.focus();
        }
    });
    // What is offered follows what happens meanwhile, but only while somebody looks.
    let choices = Memo::new(move |_| {
        if !open.get() {
            return Vec::new();
        }
        desk.read(|_| ());
        known.with(|known| typed.with(|typed| offered(desk, prefs, known, typed)))
    });
    let last = move || choices.with(Vec::len).saturating_sub(1);
    let at_now = Memo::new(move |_| at.get().min(last()));
    let take = move |choice: Choice| {
        open.set(false);
        // The focus goes back to where it was first; what is done may take it elsewhere.
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
        carry_out(desk, prefs, search, choice.what);
    };
    let pressed = move |event: KeyboardEvent| {
        if event.is_composing() {
            return;
        }
        let (now, count) = (at_now.get_untracked(), choices.with_untracked(Vec::len));
        match event.key().as_str() {
            "ArrowDown" if count > 0 => at.set((now + 1) % count),
            "ArrowUp" if count > 0 => at.set((now + count - 1) % count),
            "Enter" => {
                if let Some(choice) = choices.with_untracked(|choices| choices.get(now).cloned()) {
                    take(choice);
                }
            }
            _ => return,
        }
        event.prevent_default();
        request_animation_frame(show_chosen);
    };
    let typing = move |_| {
        typed.set(field.get_untracked().map(|field| field.value()).unwrap_or_default());
        at.set(0);
    };
    let told = move || match choices.with(Vec::len) {
        1 => texts.palette_one.to_owned(),
        count => fill(texts.palette_other, &[("n", &count.to_string())]),
    };
    view! {
        <dialog id="palette" class="sheet palette" node_ref=dialog aria-label=texts.palette on:close=move |_| open.set(false)
            on:click=move |event| if is_beside(&event, "palette") { open.set(false) }>
            <div class="ask">{icon(LOOK)}
                <input type="text" role="combobox" aria-expanded="true" aria-autocomplete="list" aria-controls="choices" aria-activedescendant=move || option_id(at_now.get())
                    aria-label=texts.palette_ask placeholder=texts.palette_ask autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="go" maxlength=TYPED_CHARS.to_string() node_ref=field
                    on:input=typing on:keydown=pressed/>
                <button class="icon" aria-label=texts.close on:click=move |_| open.set(false)>{icon(CLOSE)}</button>
            </div>
            <div id="choices" role="listbox" aria-label=texts.palette>{move || lines(&choices.get(), typed.with_untracked(|typed| typed.trim().is_empty()), at_now, take)}</div>
            <span class="heard" role="status">{told}</span>
        </dialog>
    }
}

/// The choices: with nothing typed under the names of their groups, else by rank alone.
fn lines(
    choices: &[Choice],
    grouped: bool,
    at: Memo<usize>,
    take: impl Fn(Choice) + Copy + Send + Sync + 'static,
) -> AnyView {
    let texts = texts();
    let one = move |(place, choice): (usize, &Choice)| view! { <Line place choice=choice.clone() at take/> };
    if !grouped {
        return choices.iter().enumerate().map(one).collect_view().into_any();
    }
    let groups = Group::ALL.map(|group| {
        let of: Vec<_> = choices.iter().enumerate().filter(|(_, choice)| choice.group == group).collect();
        (!of.is_empty()).then(|| {
            let words = group.words(texts);
            view! { <div role="group" aria-label=words><h3 aria-hidden="true">{words}</h3>{of.into_iter().map(one).collect_view()}</div> }
        })
    });
    groups.into_iter().collect_view().into_any()
}

#[component]
fn Line<T: Fn(Choice) + Copy + Send + Sync + 'static>(
    place: usize,
    choice: Choice,
    at: Memo<usize>,
    take: T,
) -> impl IntoView {
    let Choice { words, small, key, icon: path, .. } = choice.clone();
    let pressed = move |event: MouseEvent| {
        event.prevent_default();
        take(choice.clone());
    };
    view! {
        <div class="choice" id=option_id(place) role="option" aria-selected=move || (at.get() == place).to_string() on:click=pressed>
            {icon(path)}<b dir="auto">{words}</b>
            {(!small.is_empty()).then(|| view! { <small dir="auto">{small}</small> })}
            {(!key.is_empty()).then(|| view! { <kbd aria-hidden="true">{key}</kbd> })}
        </div>
    }
}

/// The keys, made of the same table.
#[component]
pub fn KeyList() -> impl IntoView {
    let texts = texts();
    let keyed = ACTIONS.iter().filter(|action| !action.key.is_empty() && action.deed != Deed::TakeOver);
    let line = |action: &crate::actions::Action| {
        view! { <div><dt><kbd>{action.shown()}</kbd></dt><dd>{(action.words)(texts)}</dd></div> }
    };
    view! { <dl class="key-list">{keyed.map(line).collect_view()}</dl> }
}

/// The dialog that shows them.
#[component]
pub fn Keys() -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let dialog = NodeRef::<Dialog>::new();
    let open = desk.keys;
    follow(open, dialog, || ());
    view! {
        <dialog id="keys" class="sheet" node_ref=dialog aria-labelledby="keys-title" on:close=move |_| open.set(false)
            on:click=move |event| if is_beside(&event, "keys") { open.set(false) }>
            <header><h2 id="keys-title">{texts.keys}</h2>
                <button class="icon" aria-label=texts.close on:click=move |_| open.set(false)>{icon(CLOSE)}</button></header>
            <KeyList/>
        </dialog>
    }
}

/// Whether a click went beside what is in a dialog.
fn is_beside(event: &MouseEvent, dialog: &str) -> bool {
    event_target::<web_sys::Element>(event).id() == dialog
}

/// Whom and what the conversation that is shown could be given, from the relay.
fn ask(desk: Desk, known: RwSignal<Known>) {
    known.set(Known::default());
    let Some(row) = desk.shown().filter(|_| desk.can(Deed::Tag)) else { return };
    spawn_local(async move {
        let tags = site_tags(row.site.as_str()).await;
        // Closed and left meanwhile: nobody is left to show them to.
        let _ = known.try_update(|known| known.tags = tags);
        if let Ok(colleagues) = colleagues(desk, &row).await {
            let _ = known.try_update(|known| known.colleagues = colleagues);
        }
    });
}

fn option_id(at: usize) -> String {
    ["choice-", &at.to_string()].concat()
}

fn show_chosen() {
    if let Ok(Some(chosen)) = document().query_selector("#choices [aria-selected=true]") {
        let near = web_sys::ScrollIntoViewOptions::new();
        near.set_block(web_sys::ScrollLogicalPosition::Nearest);
        chosen.scroll_into_view_with_scroll_into_view_options(&near);
    }
}
