//! The page of canned replies: looking, adding, changing, and deleting with a way back. Trainees only look.
use crate::{
    canned::{self, Canned, VARIABLES, fold},
    desk::Desk,
    i18n::{fill, texts},
    icons::{CANNED, LOOK, PLUS, icon},
    keys, rest,
    site::TONGUES,
};
use leptos::{
    ev,
    html::{Input, Select, Textarea},
    prelude::*,
    task::spawn_local,
};
use merhaba_shared::protocol::{agent::SiteCard, ids::SiteKey, limits::BODY_CHARS};

/// A name's length in characters.
const NAME_CHARS: usize = 40;

/// One line of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    canned: Canned,
    /// It was deleted a moment ago, and can be had back.
    gone: bool,
}

/// What the page of one site holds. Copies are the same one.
#[derive(Clone, Copy)]
struct Page {
    site: StoredValue<SiteKey>,
    lines: RwSignal<Option<Vec<Line>>>,
    failed: RwSignal<bool>,
    /// The one that is written; an empty id: a new one.
    edited: RwSignal<Option<Canned>>,
    may: bool,
}

/// The page for one of the agent's sites.
#[component]
pub fn Replies() -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let sites = desk.sites();
    let chosen = RwSignal::new(None::<SiteKey>);
    let site = Memo::new(move |_| {
        sites.with(|sites| {
            let named = chosen.with(|key| sites.iter().find(|site| Some(&site.site) == key.as_ref()));
            named.or(sites.first()).cloned()
        })
    });
    let choice = move || {
        (sites.with(Vec::len) > 1).then(|| {
            let picked = move |event: ev::Event| chosen.set(Some(SiteKey(event_target_value(&event))));
            let options = sites.get().into_iter().map(|card| view! { <option value=card.site.0>{card.name}</option> });
            view! { <select id="site" aria-label=texts.site_pick on:change=picked>{options.collect_view()}</select> }
        })
    };
    view! {
        <main class="site replies">
            <header class="site-head"><div><h1>{texts.canned}</h1><p>{texts.canned_lead}</p></div>{choice}</header>
            {move || site.get().map(|card| view! { <One card/> })}
        </main>
    }
}

#[component]
fn One(card: SiteCard) -> impl IntoView {
    let texts = texts();
    let page = Page {
        site: StoredValue::new(card.site),
        lines: RwSignal::new(None),
        failed: RwSignal::new(false),
        edited: RwSignal::new(None),
        may: canned::may_change(card.role),
    };
    page.load();
    let sought = RwSignal::new(String::new());
    let add = move |_| page.edited.set(Some(Canned::default()));
    let body = move || {
        match page.lines.get() {
        None if page.failed.get() => view! {
            <div class="empty" role="alert"><p>{texts.canned_failed}</p><button class="btn" on:click=move |_| page.load()>{texts.retry}</button></div>
        }
        .into_any(),
        None => view! { <p class="word" role="status">{texts.loading_list}</p> }.into_any(),
        Some(lines) if lines.is_empty() && page.edited.with(Option::is_none) => view! {
            <div class="empty">{icon(CANNED)}<p>{texts.canned_empty}</p></div>
        }
        .into_any(),
        Some(lines) => {
            let word = fold(sought.get().trim());
            let fits = |line: &Line| [&line.canned.name, &line.canned.body].iter().any(|text| fold(text).contains(&word));
            let found: Vec<_> = lines.into_iter().filter(fits).collect();
            if found.is_empty() && !word.is_empty() {
                view! { <p class="word" role="status">{fill(texts.search_none, &[("text", sought.get().trim())])}</p> }.into_any()
            } else {
                found.into_iter().map(|line| view! { <Reply page line/> }).collect_view().into_any()
            }
        }
    }
    };
    // Apart from the lines, so that what is typed there stays whatever the lines do.
    let editor = move || page.edited.get().map(|canned| view! { <Editor page canned/> });
    view! {
        <div class="cards">
            <div class="line">
                <div class="search">{icon(LOOK)}
                    <input id="canned-search" type="text" inputmode="search" autocomplete="off" dir="auto" aria-label=texts.search placeholder=texts.search
                        on:input=move |event| sought.set(event_target_value(&event))/></div>
                {page.may.then(|| view! { <button id="canned-add" class="btn main" on:click=add>{icon(PLUS)}{texts.canned_add}</button> })}
            </div>
            {(!page.may).then(|| view! { <p class="word only" role="note">{texts.canned_read_only}</p> })}
            {editor}
            {body}
        </div>
    }
}

impl Page {
    fn load(self) {
        self.failed.set(false);
        let site = self.site.get_value();
        spawn_local(async move {
            // The agent may have gone elsewhere meanwhile.
            match canned::load(&site, None).await {
                Some((_, all)) => {
                    let lines = all.into_iter().map(|canned| Line { canned, gone: false }).collect();
                    let _ = self.lines.try_set(Some(lines));
                }
                None => {
                    let _ = self.failed.try_set(true);
                }
            }
        });
    }

    fn address(self, id: &str) -> String {
        [&self.site.with_value(canned::path), "/", id].concat()
    }

    /// Puts one into its place among the lines.
    fn placed(self, canned: Canned) {
        self.lines.update(|lines| {
            let lines = lines.get_or_insert_default();
            lines.retain(|line| line.canned.id != canned.id);
            lines.push(Line { canned, gone: false });
            lines.sort_by_key(|line| fold(&line.canned.name));
        });
    }

    /// Deletes one, or puts it back.
    fn set_gone(self, desk: Desk, canned: Canned, gone: bool) {
        spawn_local(async move {
            let (method, body) = if gone { ("DELETE", None) } else { ("PUT", Some(canned.write())) };
            let answer = rest::ask(method, &self.address(&canned.id), body.as_ref()).await;
            if !answer.is_ok() {
                return desk.say(desk.texts().canned_not_saved.into());
            }
            let _ = self.lines.try_update(|lines| {
                let line = lines.iter_mut().flatten().find(|line| line.canned.id == canned.id);
                if let Some(line) = line {
                    line.gone = gone;
                }
            });
        });
    }
}

/// A reply, or the line that says it is gone.
#[component]
fn Reply(page: Page, line: Line) -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let Line { canned, gone } = line;
    if gone {
        let back = canned.clone();
        return view! {
            <div class="card gone" role="status"><span dir="auto">{fill(texts.canned_deleted, &[("name", &canned.name)])}</span>
                <button class="btn" on:click=move |_| page.set_gone(desk, back.clone(), false)>{texts.undo}</button></div>
        }
        .into_any();
    }
    let deeds = page.may.then(|| {
        let (edit, remove) = (canned.clone(), canned.clone());
        let (change, delete) = (
            fill(texts.canned_change, &[("name", &canned.name)]),
            fill(texts.canned_delete, &[("name", &canned.name)]),
        );
        view! {
            <span class="deeds">
                <button class="btn" aria-label=change on:click=move |_| page.edited.set(Some(edit.clone()))>{texts.change}</button>
                <button class="btn" aria-label=delete on:click=move |_| page.set_gone(desk, remove.clone(), true)>{texts.delete}</button>
            </span>
        }
    });
    view! {
        <article class="card reply">
            <header><h2 dir="auto">"/"{canned.name}</h2>{canned.language.map(|tag| view! { <span class="tag">{tag}</span> })}{deeds}</header>
            <p dir="auto">{canned.body}</p>
        </article>
    }
    .into_any()
}

/// The form.
#[component]
fn Editor(page: Page, canned: Canned) -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let (name, tongue, body) =
        (NodeRef::<Input>::new(), NodeRef::<Select>::new(), NodeRef::<Textarea>::new());
    let trouble = RwSignal::new(None::<&'static str>);
    let id = StoredValue::new(canned.id.clone());
    let save = move || {
        let (Some(name), Some(tongue), Some(body)) =
            (name.get_untracked(), tongue.get_untracked(), body.get_untracked())
        else {
            return;
        };
        let (name, language, body) = (
            name.value().trim().to_owned(),
            Some(tongue.value()).filter(|tag| !tag.is_empty()),
            body.value(),
        );
        if name.is_empty() || body.trim().is_empty() {
            return trouble.set(Some(texts.canned_blank));
        }
        let canned = Canned { id: id.get_value(), name, language, body };
        spawn_local(async move {
            let kept = page.keep(canned).await;
            match kept {
                Ok(canned) => {
                    page.edited.set(None);
                    page.placed(canned);
                }
                // What was written stays in the form.
                Err(why) => trouble.set(Some(match why {
                    409 => desk.texts().canned_taken,
                    _ => desk.texts().canned_not_saved,
                })),
            }
        });
    };
    let insert = move |variable: &'static str| {
        if let Some(body) = body.get_untracked() {
            let (start, end) = (body.selection_start().ok().flatten(), body.selection_end().ok().flatten());
            let (start, end) = (start.unwrap_or_default(), end.unwrap_or_default());
            let text = ["{", variable, "}"].concat();
            // Both places are within the text.
            let _ = body.set_range_text_with_start_and_end_and_mode(&text, start, end, "end");
            let _ = body.focus();
        }
    };
    let variables = VARIABLES.map(|variable| {
        view! { <button type="button" class="tag" on:click=move |_| insert(variable)>{["{", variable, "}"].concat()}</button> }
    });
    let spoken = canned.language.clone().unwrap_or_default();
    let tongues = TONGUES.iter().map(|(tag, label)| {
        let on = *tag == spoken;
        view! { <option value=*tag lang=*tag selected=on>{*label}</option> }
    });
    // Whoever opened the form goes on in it.
    request_animation_frame(|| {
        keys::focus("#canned-name");
    });
    view! {
        <form class="card" id="canned-form" on:submit=move |event| { event.prevent_default(); save(); }
            on:keydown=move |event| if event.key() == "Escape" { event.prevent_default(); page.edited.set(None); }>
            <label>{texts.canned_name}<input id="canned-name" dir="auto" autocomplete="off" maxlength=NAME_CHARS.to_string() value=canned.name node_ref=name/></label>
            <label>{texts.canned_language}<select node_ref=tongue><option value="">{texts.canned_every}</option>{tongues.collect_view()}</select></label>
            <label>{texts.canned_text}<textarea rows="5" dir="auto" maxlength=BODY_CHARS.to_string() prop:value=canned.body node_ref=body></textarea></label>
            <p class="hint">{texts.canned_variables}" "<code>"{visitor.name|…}"</code></p>
            <div class="choices">{variables.into_iter().collect_view()}</div>
            <p class="trouble" role="alert">{move || trouble.get()}</p>
            <div class="line"><button class="btn main" type="submit">{texts.save}</button>
                <button class="btn" type="button" on:click=move |_| page.edited.set(None)>{texts.cancel}</button></div>
        </form>
    }
}

impl Page {
    /// Has the relay keep one; its status if it does not.
    async fn keep(self, canned: Canned) -> Result<Canned, u16> {
        let (method, path) = if canned.id.is_empty() {
            ("POST", self.site.with_value(canned::path))
        } else {
            ("PUT", self.address(&canned.id))
        };
        let answer = rest::ask(method, &path, Some(&canned.write())).await;
        let id = rest::text(&answer.body, "id").filter(|_| answer.is_ok()).ok_or(answer.status)?;
        Ok(Canned { id, ..canned })
    }
}
