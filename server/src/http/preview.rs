//! `/preview/KEY`: the chat's document as visitors would see it with settings that are not saved. The owner's page sends
//! them as a form whose answer is a frame; nothing is stored, and what the frame may do is settled by its headers.
use super::{
    Web,
    api::sites::{Change, apply, role},
    document::{self, Document, Shown},
    front::Caller,
    headers, notice, pages,
    problem::Problem,
    rich::Press,
    rows::Drawing,
    texts,
    widget_page::Asked,
};
use crate::{domain::hours::Hours, http::identity::SignedIn, store::SiteSettings};
use axum::{
    extract::{Extension, Path, Query, State},
    http::HeaderMap,
    response::{Html, IntoResponse, Response},
};
use bytes::Bytes;
use merhaba_shared::protocol::{
    ids::{ClientId, Millis},
    model::{AgentAuthor, Author, History, Item, Message, Status, VisitorAuthor},
    visitor::{ConversationCard, Presence},
};
use std::sync::Arc;

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scene {
    /// A first visit, and somebody is there.
    Open,
    /// A first visit, and nobody is there.
    Away,
    /// A first visit while the site is closed.
    Closed,
    /// A conversation.
    Talk,
}

impl Scene {
    fn parse(word: &str) -> Self {
        match word {
            "away" => Self::Away,
            "closed" => Self::Closed,
            "talk" => Self::Talk,
            _ => Self::Open,
        }
    }

    /// Whether somebody is there, or when the site opens again.
    fn presence(self, hours: Option<&Hours>, now: Millis) -> Presence {
        match self {
            Self::Open | Self::Talk => Presence { online: true, back_at: None },
            Self::Away => Presence::default(),
            Self::Closed => {
                Presence { online: false, back_at: hours.and_then(|hours| hours.next_return(now)) }
            }
        }
    }
}

/// The document.
pub async fn show(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    Extension(signed_in): Extension<SignedIn>,
    Path(key): Path<String>,
    Query(asked): Query<Asked>,
    request: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    role(&signed_in, &key)?;
    let mut site = web.app.store.site(key.as_str().into()).await?.ok_or_else(Problem::not_found)?;
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
    let field = |name: &str| fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value);
    let change = serde_json::from_str(field("settings")).map_err(|_| Problem::bad("no settings"))?;
    let (settings, trouble) = as_far_as_good(site.settings, change);
    site.settings = settings;
    // Only the owner's page is what the document finds around it.
    site.settings.origins = vec![caller.own.origin()];
    let language = texts::widget().choose(asked.lang.as_deref(), &request);
    let scene = Scene::parse(field("scene"));
    let before = before(&caller.own.origin(), trouble.as_deref());
    let agent =
        AgentAuthor { id: signed_in.sign_in.agent.id.clone(), name: signed_in.sign_in.agent.name.clone() };
    let rows = if scene == Scene::Talk { talk(agent, language) } else { String::new() };
    let shown = Shown {
        mode: "frame",
        language,
        presence: scene.presence(site.settings.reception.hours.as_ref(), web.app.clock.now()),
        asks: scene != Scene::Talk,
        rows: &rows,
        before: &before,
        ..Shown::default()
    };
    let drawn = if document::built() { document::draw(&site, &shown) } else { None };
    let Some(Document { html, inline }) = drawn else {
        return Ok(notice::Reader::of(asked.lang.as_deref(), &request, true).not_built());
    };
    let mut response = Html(html).into_response();
    headers::preview(response.headers_mut(), &caller.own, &inline);
    Ok(response)
}

/// The settings with each part of a change that can be taken, and what is wrong with the first that cannot: a preview is
/// seen in the middle of typing.
fn as_far_as_good(settings: SiteSettings, change: Change) -> (SiteSettings, Option<String>) {
    change.parts().into_iter().fold((settings, None), |(settings, trouble), part| {
        match apply(settings.clone(), part) {
            Ok(settings) => (settings, trouble),
            Err(problem) => (settings, trouble.or_else(|| Some(problem.detail().to_owned()))),
        }
    })
}

/// The script before the chat's own. What it has to say comes from people: nothing in it can end the script.
fn before(own: &str, trouble: Option<&str>) -> String {
    let said = serde_json::json!({ "to": own, "trouble": trouble }).to_string().replace('<', "\\u003c");
    pages::PREVIEW_SCRIPT.replace("__SAID__", &said)
}

/// A short conversation, in which the agent who looks has answered.
fn talk(agent: AgentAuthor, language: &str) -> String {
    let Some(texts) = texts::widget().of(language) else { return String::new() };
    let said =
        |name| texts::notices().of(language).and_then(|texts| texts.get(name)).cloned().unwrap_or_default();
    let message = |seq, author, body| {
        Item::Message(Message {
            conversation: "preview".into(),
            seq,
            client_id: ClientId([0; 16]),
            author,
            at: 0,
            body,
            attachments: Vec::new(),
            extra: None,
            edited: None,
            deleted: None,
            quote: None,
        })
    };
    let entries = vec![
        message(1, Author::Visitor(VisitorAuthor::default()), said("preview_question")),
        message(2, Author::Agent(agent), said("preview_answer")),
        message(3, Author::Visitor(VisitorAuthor::default()), said("preview_thanks")),
    ];
    let history = History { conversation: "preview".into(), entries, more: false };
    let card = ConversationCard {
        conversation: "preview".into(),
        status: Status::Open,
        head: 3,
        received: 3,
        read: 3,
        agent_received: 3,
        agent_read: 3,
        unread: 0,
        assignee: None,
    };
    let press = Press { action: "", client_id: "" };
    Drawing { texts, link: &|_, _| String::new(), press }.all(&history, &card)
}

#[cfg(test)]
mod tests {
    use super::{Scene, as_far_as_good, before, talk};
    use crate::{domain::hours::Hours, store::SiteSettings};
    use merhaba_shared::protocol::{model::AgentAuthor, visitor::Presence};

    #[test]
    fn half_typed_settings_are_shown_as_far_as_they_are_good() {
        let saved =
            SiteSettings { name: "Saved".into(), color: Some("#112233".into()), ..SiteSettings::default() };
        let typed =
            serde_json::from_str(r##"{"name":" ","color":"#11","radius":4,"greetings":{"en":"Hi"}}"##);
        let (shown, trouble) = as_far_as_good(saved, typed.expect("a change"));
        assert_eq!(
            (shown.name.as_str(), shown.color.as_deref(), shown.radius),
            ("Saved", Some("#112233"), Some(4))
        );
        assert_eq!(shown.greetings, [("en".to_owned(), "Hi".to_owned())]);
        assert!(trouble.is_some_and(|why| why.starts_with("a name has")));
    }

    #[test]
    fn a_reason_cannot_end_the_script() {
        let script = before("https://r.example", Some("</script><b>"));
        assert!(!script.contains("</script>") && !script.contains("__SAID__"), "{script}");
    }

    #[test]
    fn each_scene_has_its_presence() {
        let hours: Hours =
            serde_json::from_str(r#"{"zone":"UTC","week":{"mon":["09:00-10:00"]}}"#).expect("hours");
        let back = |scene: &str| Scene::parse(scene).presence(Some(&hours), 0).back_at;
        // The first of January 1970 was a Thursday.
        assert_eq!(
            (back("open"), back("away"), back("closed")),
            (None, None, Some(4 * 86_400_000 + 32_400_000))
        );
        assert_eq!(Scene::Closed.presence(None, 0), Presence::default());
    }

    #[test]
    fn the_conversation_is_in_every_language_and_the_agents_name_is_text() {
        let agent = || AgentAuthor { id: "a".into(), name: "<b>Elif".into() };
        let english = talk(agent(), "en");
        assert!(english.contains("&lt;b&gt;Elif"), "{english}");
        for language in ["ar", "de", "es", "fr", "pt", "ru", "tr"] {
            let talk = talk(agent(), language);
            assert_eq!(talk.matches("class=\"bubble\"").count(), 3, "{language}: {talk}");
            assert_ne!(talk, english, "{language}");
        }
    }
}
