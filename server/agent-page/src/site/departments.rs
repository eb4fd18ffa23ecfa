//! The parts of a site's team: what they are called, who answers in them, and which of them visitors can choose.
use super::{
    form::Form,
    reception::{Words, list, said, say, words, write_words},
    tongues::{Tongues, direction, instead},
};
use crate::{
    departments::team,
    i18n::{fill, site_texts},
    icons::{CLOSE, PLUS, icon},
    rest,
};
use js_sys::Array;
use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue};

/// The most that a site has.
const MOST: usize = 20;
/// The longest word of one.
const ID_CHARS: usize = 32;

/// As the relay tells and takes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Department {
    /// Its word; empty: made from its name when it is saved.
    id: String,
    name: Words,
    members: Vec<String>,
    offered: bool,
}

/// Reads what the relay sent.
pub fn read(value: &JsValue) -> Vec<Department> {
    let one = |value: &JsValue| Department {
        id: rest::text(value, "id").unwrap_or_default(),
        name: words(&rest::get(value, "name")),
        members: list(&rest::get(value, "members")).iter().filter_map(JsValue::as_string).collect(),
        offered: rest::get(value, "offered").is_truthy(),
    };
    list(value).iter().map(one).collect()
}

/// What the relay is sent.
pub fn write(all: &[Department]) -> JsValue {
    let one = |(id, one): (String, &Department)| {
        let members: Array = one.members.iter().map(|member| JsValue::from_str(member)).collect();
        rest::object(&[
            ("id", id.into()),
            ("name", write_words(&one.name)),
            ("members", members.into()),
            ("offered", one.offered.into()),
        ])
    };
    let all: Array = ids(all).into_iter().zip(all).map(one).collect();
    all.into()
}

/// The words of all; a new one's is made from its name, unlike any other's.
fn ids(all: &[Department]) -> Vec<String> {
    let mut taken: Vec<String> = all.iter().map(|one| one.id.clone()).collect();
    for at in 0..taken.len() {
        if !taken[at].is_empty() {
            continue;
        }
        let name = all[at].name.iter().find(|(tag, _)| tag == "en").or_else(|| all[at].name.first());
        let plain = plain(name.map_or("", |(_, name)| name));
        let numbered = (2..).map(|n| [plain.as_str(), "-", &n.to_string()].concat());
        let mut ids = std::iter::once(plain.clone()).chain(numbered);
        taken[at] = ids.find(|id| !taken.contains(id)).unwrap_or_default();
    }
    taken
}

/// A name in small letters, digits and hyphens, as people would write it in an address.
fn plain(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' | '0'..='9' => out.push(letter),
            'ç' => out.push('c'),
            'ğ' => out.push('g'),
            'ı' => out.push('i'),
            'ö' => out.push('o'),
            'ş' => out.push('s'),
            'ü' => out.push('u'),
            '\u{307}' => {}
            _ if !out.is_empty() && !out.ends_with('-') => out.push('-'),
            _ => {}
        }
    }
    // Room for a number behind it.
    out.truncate(ID_CHARS - 4);
    let out = out.trim_end_matches('-');
    if out.is_empty() { "department".into() } else { out.into() }
}

/// The card.
#[component]
pub fn DepartmentsCard() -> impl IntoView {
    let (texts, form) = (site_texts(), expect_context::<Form>());
    let people = RwSignal::new(Vec::<(String, String)>::new());
    let key = form.key();
    spawn_local(async move {
        let answer = team(&key).await;
        let agents = rest::get(&answer.body, "agents").dyn_into::<Array>().unwrap_or_default();
        let answering = agents.iter().filter(|agent| rest::get(agent, "answers").is_truthy());
        let named = answering.filter_map(|agent| rest::text(&agent, "id").zip(rest::text(&agent, "name")));
        // The owner may have left the page meanwhile.
        let _ = people.try_set(named.collect());
    });
    let places = Memo::new(move |_| form.departments.with(Vec::len));
    view! {
        <section class="card" aria-labelledby="departments-head">
            <h2 id="departments-head">{texts.departments}</h2>
            <p class="lead">{texts.departments_lead}</p>
            {move || (places.get() > 0).then(|| view! { <Tongues id="departments-tongue"/> })}
            {move || (0..places.get()).map(|place| view! { <One place people/> }).collect_view()}
            {move || (form.may && places.get() < MOST).then(|| view! {
                <button class="btn" id="add-department" on:click=move |_| form.departments.update(|all| all.push(Department::default()))>{icon(PLUS)}{texts.add_department}</button>
            })}
        </section>
    }
}

/// One department.
#[component]
fn One(place: usize, people: RwSignal<Vec<(String, String)>>) -> impl IntoView {
    let (texts, form) = (site_texts(), expect_context::<Form>());
    let all = form.departments;
    let look = move |look: &dyn Fn(&Department) -> String| {
        all.with(|all| all.get(place).map(look).unwrap_or_default())
    };
    let change = move |act: &dyn Fn(&mut Department)| {
        all.update(|all| {
            if let Some(one) = all.get_mut(place) {
                act(one);
            }
        });
    };
    let number = (place + 1).to_string();
    let (title, remove) =
        (fill(texts.department, &[("n", &number)]), fill(texts.remove_department, &[("n", &number)]));
    let offered = move || all.with(|all| all.get(place).is_some_and(|one| one.offered));
    let nobody = move || all.with(|all| all.get(place).is_some_and(|one| one.members.is_empty()));
    let member = move |(agent, name): (String, String)| {
        let (is, id) = (agent.clone(), agent);
        let on = move || all.with(|all| all.get(place).is_some_and(|one| one.members.contains(&is)));
        let tick = move |event| {
            let on = event_target_checked(&event);
            change(&|one| {
                one.members.retain(|member| *member != id);
                if on {
                    one.members.push(id.clone());
                    one.members.sort_unstable();
                }
            });
        };
        view! { <label class="tick"><input type="checkbox" disabled=!form.may prop:checked=on on:change=tick/><span dir="auto">{name}</span></label> }
    };
    let id = format!("department-{place}");
    let members = format!("department-{place}-members");
    let named = members.clone();
    view! {
        <div class="question" role="group" aria-label=title>
            <div class="line"><div class="labelled"><label for=id.clone()>{texts.department_name}</label></div>
                {form.may.then(|| view! { <button class="icon" aria-label=remove on:click=move |_| all.update(|all| { all.remove(place); })>{icon(CLOSE)}</button> })}
            </div>
            <input id=id type="text" dir=move || direction(form.tongue.get()) lang=move || form.tongue.get() maxlength="80" readonly=!form.may
                placeholder=move || look(&|one| instead(&one.name, form.tongue.get()))
                prop:value=move || look(&|one| said(&one.name, form.tongue.get()))
                on:input=move |event| { let text = event_target_value(&event); change(&|one| say(&mut one.name, form.tongue.get_untracked(), text.clone())); }/>
            <label class="tick"><input type="checkbox" disabled=!form.may prop:checked=offered
                on:change=move |event| { let on = event_target_checked(&event); change(&|one| one.offered = on); }/>{texts.department_offered}</label>
            <div class="members" role="group" aria-labelledby=named><span id=members>{texts.department_members}</span>
                {move || people.get().into_iter().map(member).collect_view()}
                {move || nobody().then(|| view! { <p class="hint">{texts.department_everybody}</p> })}
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::{Department, ids, plain};

    #[test]
    fn a_word_is_made_of_the_name_and_is_nobody_elses() {
        assert_eq!(plain("Sipariş & İade"), "siparis-iade");
        assert_eq!(plain("  "), "department");
        assert_eq!(plain("الدعم"), "department");
        assert!(plain(&"uzun ".repeat(20)).len() <= 28);
        let named = |id: &str, name: &str| Department {
            id: id.into(),
            name: vec![("en".into(), name.into())],
            ..Department::default()
        };
        let all = [named("sales", "Shop"), named("", "Sales"), named("", "Sales"), named("", "!")];
        assert_eq!(ids(&all), ["sales", "sales-2", "sales-3", "department"]);
    }
}
