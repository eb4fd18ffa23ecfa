//! `/api/v1/sites`: what an owner or admin can see and change of a site. A site of others and one that does not
//! exist give the same answer.
use super::sessions::places;
use crate::{
    domain::{
        department::{self, Department},
        reception::Reception,
        routing::Routing,
        site::{
            Edge, check_color, check_file_bytes, check_file_quota, check_greetings, check_name,
            check_origins, check_radius, text_color,
        },
    },
    http::{
        Web,
        body::Json,
        front::Caller,
        identity::SignedIn,
        pages,
        problem::{Problem, json},
        reception::Words,
        texts,
    },
    store::{Site, SiteSettings},
};
use axum::{
    extract::{Extension, Path, State},
    http::StatusCode,
    response::Response,
};
use merhaba_shared::protocol::agent::Role;
use serde::{Deserialize, Deserializer, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// What can be changed; what is absent stays.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    name: Option<String>,
    origins: Option<Vec<String>>,
    #[serde(default)]
    color: Set<String>,
    #[serde(default)]
    radius: Set<u8>,
    #[serde(default)]
    position: Set<Edge>,
    greetings: Option<BTreeMap<String, String>>,
    #[serde(default)]
    file_bytes: Set<u64>,
    #[serde(default)]
    file_quota: Set<u64>,
    reception: Option<Reception>,
    routing: Option<Routing>,
    departments: Option<Vec<Department>>,
}

/// Tells absent (as it is) from `null` (ours, please).
#[derive(Debug, Default)]
enum Set<T> {
    #[default]
    AsItIs,
    Now(Option<T>),
}

impl Change {
    /// Its parts, each a change by itself.
    pub fn parts(self) -> [Self; 6] {
        let Self { name, color, radius, position, greetings, reception, departments, .. } = self;
        [
            Self { name, ..Self::default() },
            Self { color, ..Self::default() },
            Self { radius, position, ..Self::default() },
            Self { greetings, ..Self::default() },
            Self { reception, ..Self::default() },
            Self { departments, ..Self::default() },
        ]
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Set<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Option::deserialize(from).map(Self::Now)
    }
}

#[derive(Serialize)]
struct Shown<'a> {
    site: &'a str,
    name: &'a str,
    role: &'static str,
    origins: &'a [String],
    color: Option<&'a str>,
    on_color: Option<&'static str>,
    radius: Option<u8>,
    position: Option<Edge>,
    greetings: BTreeMap<&'a str, &'a str>,
    file_bytes: Option<u64>,
    file_quota: Option<u64>,
    file_held: u64,
    reception: &'a Reception,
    routing: Routing,
    departments: &'a [Department],
    ours: BTreeMap<&'static str, BTreeMap<&'static str, &'static str>>,
    snippet: String,
    snippet_pinned: String,
    noscript: String,
    link: String,
}

/// The line that a website pastes.
pub fn snippet(relay: &str, key: &str) -> String {
    format!("<script async src=\"{relay}/embed.js\" data-site=\"{key}\"></script>")
}

fn show_site(site: &Site, role: Role, caller: &Caller, file_held: u64) -> Response {
    let relay = caller.own.origin();
    let (key, settings) = (site.key.as_str(), &site.settings);
    let link = format!("{relay}/c/{key}");
    let shown = Shown {
        site: key,
        name: &settings.name,
        role: role.as_str(),
        origins: &settings.origins,
        color: settings.color.as_deref(),
        on_color: settings.color.as_deref().map(text_color),
        radius: settings.radius,
        position: settings.position,
        greetings: settings.greetings.iter().map(|(tag, text)| (tag.as_str(), text.as_str())).collect(),
        file_bytes: settings.file_bytes,
        file_quota: settings.file_quota,
        file_held,
        reception: &settings.reception,
        routing: settings.routing,
        departments: &settings.departments,
        ours: ours(),
        snippet: snippet(&relay, key),
        snippet_pinned: format!(
            "<script async src=\"{relay}/embed/{}.js\" integrity=\"{}\" crossorigin=\"anonymous\" data-site=\"{key}\"></script>",
            pages::EMBED_BUILD,
            pages::EMBED_SRI
        ),
        noscript: format!(
            "<noscript><a href=\"{link}\">{}</a></noscript>",
            crate::http::template::escape(&settings.name)
        ),
        link,
    };
    json(StatusCode::OK, &shown)
}

/// What visitors read where the owner has written nothing, by language.
fn ours() -> BTreeMap<&'static str, BTreeMap<&'static str, &'static str>> {
    let of = |language| {
        let greeting = texts::widget().of(language).and_then(|texts| texts.get("greeting"));
        let words = Words::of(language);
        let others = ["name", "email", "phone", "chat", "form", "hide"].map(|name| (name, words.get(name)));
        others.into_iter().chain([("greeting", greeting.map_or("", String::as_str))]).collect()
    };
    texts::widget().all().map(|language| (language, of(language))).collect()
}

/// The signed-in agent's sites.
pub async fn list(Extension(signed_in): Extension<SignedIn>) -> Response {
    #[derive(Serialize)]
    struct Sites<'a> {
        sites: Vec<super::sessions::Place<'a>>,
    }
    json(StatusCode::OK, &Sites { sites: places(&signed_in.sign_in.agent) })
}

/// The role of the signed-in agent on a site; nothing tells a foreign site from none.
pub fn role(signed_in: &SignedIn, key: &str) -> Result<Role, Problem> {
    let memberships = &signed_in.sign_in.agent.memberships;
    memberships
        .iter()
        .find(|member| member.site.as_str() == key)
        .map(|member| member.role)
        .ok_or_else(Problem::not_found)
}

/// One site.
pub async fn show(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    Extension(signed_in): Extension<SignedIn>,
    Path(key): Path<String>,
) -> Result<Response, Problem> {
    let role = role(&signed_in, &key)?;
    let site = web.app.store.site(key.as_str().into()).await?.ok_or_else(Problem::not_found)?;
    let held = web.app.store.files_weigh(site.key.clone()).await?;
    Ok(show_site(&site, role, &caller, held))
}

/// Changes a site.
pub async fn change(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    Extension(signed_in): Extension<SignedIn>,
    Path(key): Path<String>,
    Json(change): Json<Change>,
) -> Result<Response, Problem> {
    let role = role(&signed_in, &key)?;
    if !matches!(role, Role::Owner | Role::Admin) {
        return Err(Problem::forbidden("an owner or admin of the site may change it"));
    }
    let site = web.app.store.site(key.as_str().into()).await?.ok_or_else(Problem::not_found)?;
    let settings = apply(site.settings, change)?;
    let site = web.app.chat.change_site(site.key, settings).await?.ok_or_else(Problem::not_found)?;
    tracing::info!(agent = %signed_in.sign_in.agent.id, site = %site.key, "site changed");
    let held = web.app.store.files_weigh(site.key.clone()).await?;
    Ok(show_site(&site, role, &caller, held))
}

/// The settings with a change in them, if all of it can be taken.
pub fn apply(mut settings: SiteSettings, change: Change) -> Result<SiteSettings, Problem> {
    let bad = |error: crate::domain::site::SettingError| Problem::bad(error.to_string());
    if let Some(name) = change.name {
        settings.name = check_name(&name).map_err(bad)?;
    }
    if let Some(origins) = change.origins {
        settings.origins = check_origins(&origins).map_err(bad)?;
    }
    if let Set::Now(color) = change.color {
        settings.color = color.map(|color| check_color(&color)).transpose().map_err(bad)?;
    }
    if let Set::Now(radius) = change.radius {
        settings.radius = radius.map(check_radius).transpose().map_err(bad)?;
    }
    if let Set::Now(position) = change.position {
        settings.position = position;
    }
    if let Some(greetings) = change.greetings {
        let greetings: Vec<(String, String)> = greetings.into_iter().collect();
        settings.greetings = check_greetings(&greetings).map_err(bad)?;
    }
    if let Set::Now(bytes) = change.file_bytes {
        settings.file_bytes = bytes.map(check_file_bytes).transpose().map_err(bad)?;
    }
    if let Set::Now(quota) = change.file_quota {
        settings.file_quota = quota.map(check_file_quota).transpose().map_err(bad)?;
    }
    if let Some(reception) = change.reception {
        settings.reception = reception.check().map_err(|error| Problem::bad(error.to_string()))?;
    }
    if let Some(routing) = change.routing {
        settings.routing = routing.check().map_err(|error| Problem::bad(error.to_string()))?;
    }
    if let Some(departments) = change.departments {
        settings.departments =
            department::check(departments).map_err(|error| Problem::bad(error.to_string()))?;
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::{Change, apply, snippet};
    use crate::{domain::site::Edge, store::SiteSettings};

    #[test]
    fn absent_stays_and_null_is_ours_again() {
        let before =
            SiteSettings { name: "A".into(), color: Some("#112233".into()), ..SiteSettings::default() };
        let change: Change = serde_json::from_str("{\"name\":\"B\"}").expect("a change");
        let after = apply(before.clone(), change).expect("good");
        assert_eq!((after.name.as_str(), after.color.as_deref()), ("B", Some("#112233")));
        let change: Change = serde_json::from_str("{\"color\":null}").expect("a change");
        assert_eq!(apply(before.clone(), change).expect("good").color, None);
        let change: Change = serde_json::from_str("{\"radius\":4,\"position\":\"left\"}").expect("a change");
        let round = apply(before.clone(), change).expect("good");
        assert_eq!((round.radius, round.position), (Some(4), Some(Edge::Left)));
        let change: Change = serde_json::from_str("{\"radius\":29}").expect("a change");
        assert!(apply(before.clone(), change).is_err());
        let change: Change = serde_json::from_str("{\"file_bytes\":0}").expect("a change");
        assert_eq!(apply(before, change).expect("good").file_bytes, Some(0));
    }

    #[test]
    fn nothing_else_can_be_set() {
        for field in
            ["tenant_id", "role", "status", "seq", "server_ts", "sender", "hash", "verified", "key", "site"]
        {
            let json = format!("{{\"{field}\":\"x\"}}");
            assert!(serde_json::from_str::<Change>(&json).is_err(), "{field}");
        }
    }

    #[test]
    fn the_snippet_is_the_contracts() {
        assert_eq!(
            snippet("https://RELAY", "KEY"),
            "<script async src=\"https://RELAY/embed.js\" data-site=\"KEY\"></script>"
        );
    }
}
