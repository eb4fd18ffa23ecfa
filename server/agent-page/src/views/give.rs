//! Handing a conversation over: to a colleague, with a note if there is something to say, or back to the queue. The list
//! is asked for each time it is opened, so that it says who is there now.
use crate::{
    departments::team,
    desk::Desk,
    i18n::{lang, texts},
    icons::{CLOSE, GIVE, icon},
    people, rest,
};
use js_sys::Array;
use leptos::{
    html::{Dialog, Textarea},
    prelude::*,
    task::spawn_local,
};
use merhaba_shared::protocol::{
    agent::InboxRow,
    ids::{AgentId, ConversationId},
    limits::BODY_CHARS,
};
use wasm_bindgen::{JsCast, JsValue};

/// Somebody who can be given it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    /// Who.
    pub id: AgentId,
    /// Their name.
    pub name: String,
    /// Whether they are there.
    pub online: bool,
    /// Whether they can be given it.
    pub answers: bool,
}

/// Who gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum To {
    /// A colleague.
    Somebody(AgentId),
    /// The queue.
    Nobody,
    /// A department, or the whole team.
    Department(Option<String>),
}

/// The colleagues of a site; nothing yet, or what went wrong.
type Found = Option<Result<Vec<Colleague>, ()>>;

/// The dialog.
#[component]
pub fn Give() -> impl IntoView {
    let (desk, texts) = (Desk::here(), texts());
    let (dialog, note) = (NodeRef::<Dialog>::new(), NodeRef::<Textarea>::new());
    let found: RwSignal<Found> = RwSignal::new(None);
    let row = desk.current_row();
    Effect::new(move || {
        let (open, Some(dialog)) = (desk.giving.get(), dialog.get()) else { return };
        if open == dialog.open() {
            return;
        }
        if !open {
            return dialog.close();
        }
        // A dialog that is in the page and closed can always be opened.
        let _ = dialog.show_modal();
        if let Some(row) = row.get_untracked() {
            spawn_local(async move { found.set(Some(colleagues(desk, &row).await)) });
        }
    });
    let choose = move |conversation: &ConversationId, to: To| {
        let said = note.get_untracked().map(|note| note.value()).unwrap_or_default();
        if !said.trim().is_empty() {
            desk.note(conversation, said);
        }
        match to {
            To::Somebody(agent) => desk.give(conversation, Some(agent)),
            To::Nobody => desk.give(conversation, None),
            To::Department(id) => desk.transfer(conversation, id),
        }
        if let Some(note) = note.get_untracked() {
            note.set_value("");
        }
        desk.giving.set(false);
    };
    let live = desk.is_live();
    let waits = move || (!live.get()).then(|| view! { <p class="word" role="status">{texts.offline}</p> });
    let list = move || match (found.get(), row.get()) {
        (Some(Ok(colleagues)), Some(row)) => view! { <Choices colleagues row choose/> }.into_any(),
        (Some(Err(())), _) => view! { <p class="trouble" role="alert">{texts.give_failed}</p> }.into_any(),
        _ => view! { <p class="word" role="status">{texts.loading_list}</p> }.into_any(),
    };
    view! {
        <dialog id="give" class="sheet" node_ref=dialog aria-labelledby="give-to" on:close=move |_| { desk.giving.set(false); found.set(None); }>
            <header><h2 id="give-to">{texts.give_to}</h2>
                <button class="icon" aria-label=texts.close on:click=move |_| desk.giving.set(false)>{icon(CLOSE)}</button></header>
            {waits}
            {list}
            <label>{texts.give_note}<textarea rows="2" dir="auto" maxlength=BODY_CHARS.to_string() node_ref=note></textarea></label>
        </dialog>
    }
}

#[component]
fn Choices(
    colleagues: Vec<Colleague>,
    row: InboxRow,
    choose: impl Fn(&ConversationId, To) + Copy + Send + 'static,
) -> impl IntoView {
    let (texts, lang) = (texts(), lang());
    // A deed that does not reach the relay is not kept: it can only be done on a line that is there.
    let live = Desk::here().is_live();
    let departments = Desk::here().departments.of(&row.site);
    let InboxRow { conversation, assignee, triage, .. } = row;
    let (holder, id) = (assignee.map(|agent| agent.id), StoredValue::new(conversation));
    let free = holder.is_none();
    let one = move |Colleague { id: agent, name, online, .. }: Colleague| {
        let holds = holder.as_ref() == Some(&agent);
        let words = match (holds, online) {
            (true, _) => texts.answers_now,
            (_, true) => texts.available,
            (..) => texts.not_here,
        };
        let face = people::initials(&name, lang);
        view! {
            <li><button disabled=move || holds || !live.get() on:click=move |_| id.with_value(|id| choose(id, To::Somebody(agent.clone())))>
                <span class="face" aria-hidden="true">{face}</span><b dir="auto">{name}</b>
                <small class:here=online>{words}</small>
            </button></li>
        }
    };
    let nobody = (!free).then(|| {
        view! { <li><button class="nobody" disabled=move || !live.get() on:click=move |_| id.with_value(|id| choose(id, To::Nobody))>{texts.to_nobody}</button></li> }
    });
    let now = triage.department;
    let part = |to: Option<String>, name: String| {
        let is = now == to;
        view! {
            <li><button class="part" disabled=move || is || !live.get() on:click=move |_| id.with_value(|id| choose(id, To::Department(to.clone())))>
                <span class="face" aria-hidden="true">{icon(GIVE)}</span><b dir="auto">{name}</b>
                {is.then(|| view! { <small>{texts.department_now}</small> })}
            </button></li>
        }
    };
    let parts = (!departments.is_empty()).then(|| {
        let all = now.is_some().then(|| part(None, texts.whole_team.into()));
        let each = departments.iter().map(|one| part(Some(one.id.clone()), one.name(lang))).collect_view();
        view! { <li class="parts"><h3>{texts.departments}</h3></li>{each}{all} }
    });
    view! { <ul>{colleagues.into_iter().filter(|colleague| colleague.answers).map(one).collect_view()}{nobody}{parts}</ul> }
}

/// The team; those who are there first, each kind by name as the relay gives them.
pub async fn colleagues(desk: Desk, row: &InboxRow) -> Result<Vec<Colleague>, ()> {
    let answer = team(&row.site).await;
    let agents = rest::get(&answer.body, "agents").dyn_into::<Array>().ok().filter(|_| answer.is_ok());
    let agents = agents.ok_or(())?;
    desk.departments.learn(&row.site, &answer.body);
    let mut colleagues: Vec<_> = agents.iter().filter_map(|agent| read(&agent)).collect();
    colleagues.sort_by_key(|colleague| !colleague.online);
    Ok(colleagues)
}

fn read(agent: &JsValue) -> Option<Colleague> {
    let id = AgentId(rest::text(agent, "id")?);
    let is = |what| rest::get(agent, what).is_truthy();
    Some(Colleague { id, name: rest::text(agent, "name")?, online: is("online"), answers: is("answers") })
}
