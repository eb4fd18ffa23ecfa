//! A site's settings as the relay tells and takes them, and what can be said against them before it is asked. The
//! relay's word is the last one.
use super::{
    departments::{self, Department},
    reception::{Reception, Words, words},
    routing::Routing,
    tongues::Ours,
};
use crate::{i18n::SiteTexts, rest};
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// The widget's colour when the owner chose none.
pub const OURS: &str = "#0b7a75";

/// What an owner can change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The name.
    pub name: String,
    /// Origins that may show the widget.
    pub origins: Vec<String>,
    /// Brand colour; `None`: ours.
    pub color: Option<String>,
    /// How round corners are, in pixels; `None`: as ours.
    pub radius: Option<u8>,
    /// The launcher's side, `left` or `right`; `None`: where a line of the page ends.
    pub position: Option<String>,
    /// Greetings by language.
    pub greetings: Words,
    /// When it is open, and what is asked first.
    pub reception: Reception,
    /// How its conversations find an agent.
    pub routing: Routing,
    /// The parts of its team.
    pub departments: Vec<Department>,
}

impl Settings {
    /// Reads what the relay sent; `None` when it is something else.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast to u8 ends at its bounds"
    )]
    pub fn read(json: &JsValue) -> Option<Self> {
        let origins: Array = rest::get(json, "origins").dyn_into().ok()?;
        Some(Self {
            name: rest::text(json, "name")?,
            origins: origins.iter().filter_map(|origin| origin.as_string()).collect(),
            color: rest::text(json, "color"),
            radius: rest::get(json, "radius").as_f64().map(|pixels| pixels as u8),
            position: rest::text(json, "position"),
            greetings: words(&rest::get(json, "greetings")),
            reception: Reception::read(&rest::get(json, "reception")),
            routing: Routing::read(&rest::get(json, "routing")),
            departments: departments::read(&rest::get(json, "departments")),
        })
    }

    /// What the relay is sent.
    pub fn write(&self) -> JsValue {
        let origins: Array = self.origins.iter().map(|origin| JsValue::from_str(origin)).collect();
        let greetings = Object::new();
        for (tag, text) in &self.greetings {
            // Setting a property of a fresh plain object cannot fail.
            let _ = Reflect::set(&greetings, &tag.into(), &text.into());
        }
        rest::object(&[
            ("name", self.name.as_str().into()),
            ("origins", origins.into()),
            ("color", self.color.as_deref().map_or(JsValue::NULL, JsValue::from_str)),
            ("radius", self.radius.map_or(JsValue::NULL, JsValue::from)),
            ("position", self.position.as_deref().map_or(JsValue::NULL, JsValue::from_str)),
            ("greetings", greetings.into()),
            ("reception", self.reception.write()),
            ("routing", self.routing.write()),
            ("departments", departments::write(&self.departments)),
        ])
    }
}

/// What the relay tells with a site and nobody can change here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// What visitors read where the owner has written nothing.
    pub ours: Ours,
    /// The line with a pinned version and its hash.
    pub pinned: String,
}

impl Given {
    /// Reads what the relay sent.
    pub fn read(json: &JsValue) -> Self {
        Self { ours: Ours::read(json), pinned: rest::text(json, "snippet_pinned").unwrap_or_default() }
    }
}

/// What is wrong with an origin, as far as a page can tell.
pub fn origin_trouble<'a>(origin: &str, texts: &'a SiteTexts) -> Option<&'a str> {
    let origin = origin.trim();
    if origin.is_empty() {
        return Some(texts.origin_blank);
    }
    let Some((scheme, host)) = origin.split_once("://") else { return Some(texts.origin_scheme) };
    let host = host.strip_suffix('/').unwrap_or(host);
    let name = host.split(':').next().unwrap_or_default();
    let loopback = matches!(name, "localhost" | "127.0.0.1") || name.ends_with(".localhost");
    match scheme.to_ascii_lowercase().as_str() {
        "https" => {}
        "http" if loopback => {}
        _ => return Some(texts.origin_scheme),
    }
    (host.is_empty() || host.contains(['/', '?', '#', '@', ' '])).then_some(texts.origin_path)
}

#[cfg(test)]
mod tests {
    use super::origin_trouble;
    use crate::i18n::Lang;

    #[test]
    fn the_page_knows_the_usual_slips() {
        let texts = Lang::En.site_texts();
        for good in [
            "https://a.example",
            "https://*.a.example/",
            "http://localhost:3000",
            "HTTPS://a.example",
            "http://127.0.0.1:*",
        ] {
            assert_eq!(origin_trouble(good, texts), None, "{good}");
        }
        assert_eq!(origin_trouble(" ", texts), Some(texts.origin_blank));
        for bad in ["a.example", "http://a.example", "ftp://a.example"] {
            assert_eq!(origin_trouble(bad, texts), Some(texts.origin_scheme), "{bad}");
        }
        for bad in ["https://a.example/x", "https://", "https://a b", "https://me@a.example"] {
            assert_eq!(origin_trouble(bad, texts), Some(texts.origin_path), "{bad}");
        }
    }
}
