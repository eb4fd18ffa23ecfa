//! The departments of the agent's sites: what they are called, and who answers in them. Asked for when the sites are known,
//! and again with each list of colleagues. Decides nothing: who is given what, the relay knows.
use super::{
    desk::Desk,
    i18n::Lang,
    rest,
    site::{Words, words},
};
use js_sys::Array;
use leptos::{prelude::*, task::spawn_local};
use merhaba_shared::protocol::{
    agent::InboxRow,
    ids::{AgentId, SiteKey},
};
use std::collections::HashMap;
use wasm_bindgen::{JsCast, JsValue};

/// A part of a site's team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Department {
    /// Its word.
    pub id: String,
    /// Its name by language.
    name: Words,
    /// Who answers in it; nobody: the whole team.
    members: Vec<AgentId>,
}

impl Department {
    /// Its name in a language; in English where there is none, else in whatever there is.
    pub fn name(&self, lang: Lang) -> String {
        let of = |tag: &str| self.name.iter().find(|(known, _)| known == tag);
        let name = of(lang.tag()).or_else(|| of("en")).or_else(|| self.name.first());
        name.map_or_else(|| self.id.clone(), |(_, name)| name.clone())
    }
}

/// Those of all the agent's sites. Copies share one.
#[derive(Clone, Copy)]
pub struct Departments(RwSignal<HashMap<SiteKey, Vec<Department>>>);

impl Departments {
    /// None yet.
    pub fn new() -> Self {
        Self(RwSignal::default())
    }

    /// Those of a site, in the owner's order.
    pub fn of(self, site: &SiteKey) -> Vec<Department> {
        self.0.with(|all| all.get(site).cloned().unwrap_or_default())
    }

    /// What one is called; its word where that is not known.
    pub fn name(self, site: &SiteKey, id: &str, lang: Lang) -> String {
        let found = self.of(site).into_iter().find(|one| one.id == id);
        found.map_or_else(|| id.to_owned(), |one| one.name(lang))
    }

    /// Whether what nobody has yet is this agent's to answer too, as far as is known.
    pub fn concerns(self, row: &InboxRow, me: Option<&AgentId>) -> bool {
        let Some(id) = &row.triage.department else { return true };
        self.0.with_untracked(|all| {
            let found = all.get(&row.site).into_iter().flatten().find(|one| one.id == *id);
            found.is_none_or(|one| one.members.is_empty() || me.is_some_and(|me| one.members.contains(me)))
        })
    }

    /// Keeps what the relay told with a site's team.
    pub fn learn(self, site: &SiteKey, body: &JsValue) {
        let list = rest::get(body, "departments").dyn_into::<Array>().unwrap_or_default();
        let list = list.iter().filter_map(|one| read(&one)).collect();
        // The agent may have signed out meanwhile.
        let _ = self.0.try_update(|all| all.insert(site.clone(), list));
    }

    /// Asks for them as soon as the sites are known, and when they are others.
    pub fn follow(self, desk: Desk) {
        let sites = desk.sites();
        Effect::new(move || {
            for site in sites.get() {
                spawn_local(async move {
                    let answer = team(&site.site).await;
                    if answer.is_ok() {
                        self.learn(&site.site, &answer.body);
                    }
                });
            }
        });
    }
}

/// A site's team and its departments.
pub async fn team(site: &SiteKey) -> rest::Answer {
    rest::ask("GET", &["/api/v1/sites/", site.as_str(), "/agents"].concat(), None).await
}

fn read(one: &JsValue) -> Option<Department> {
    let members = rest::get(one, "members").dyn_into::<Array>().unwrap_or_default();
    Some(Department {
        id: rest::text(one, "id")?,
        name: words(&rest::get(one, "name")),
        members: members.iter().filter_map(|member| member.as_string().map(AgentId)).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::Department;
    use crate::i18n::Lang;

    #[test]
    fn a_department_is_called_what_it_is_in_the_language_or_in_another() {
        let named = |pairs: &[(&str, &str)]| Department {
            id: "sales".into(),
            name: pairs.iter().map(|(tag, name)| ((*tag).into(), (*name).into())).collect(),
            members: Vec::new(),
        };
        assert_eq!(named(&[("en", "Sales"), ("tr", "Satış")]).name(Lang::Tr), "Satış");
        assert_eq!(named(&[("de", "Verkauf"), ("en", "Sales")]).name(Lang::Tr), "Sales");
        assert_eq!(named(&[("de", "Verkauf")]).name(Lang::En), "Verkauf");
        assert_eq!(named(&[]).name(Lang::En), "sales");
    }
}
