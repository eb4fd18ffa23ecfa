//! A site's settings as the relay tells and takes them, and what can be said against them before it is asked. The
//! relay's word is the last one.
use super::reception::Reception;
use crate::{i18n::Texts, rest};
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
    /// Greetings by language.
    pub greetings: Vec<(String, String)>,
    /// When it is open, and what is asked first.
    pub reception: Reception,
}

impl Settings {
    /// Reads what the relay sent; `None` when it is something else.
    pub fn read(json: &JsValue) -> Option<Self> {
        let origins: Array = rest::get(json, "origins").dyn_into().ok()?;
        let greetings = rest::get(json, "greetings").dyn_into::<Object>().ok();
        let pairs = greetings.map(|greetings| Object::entries(&greetings)).unwrap_or_default();
        Some(Self {
            name: rest::text(json, "name")?,
            origins: origins.iter().filter_map(|origin| origin.as_string()).collect(),
            color: rest::text(json, "color"),
            greetings: pairs.iter().filter_map(|pair| pair_of(&pair)).collect(),
            reception: Reception::read(&rest::get(json, "reception")),
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
            ("greetings", greetings.into()),
            ("reception", self.reception.write()),
        ])
    }

    /// The greeting in a language, empty when the owner wrote none.
    pub fn greeting(&self, tag: &str) -> String {
        self.greetings
            .iter()
            .find(|(known, _)| known == tag)
            .map(|(_, text)| text.clone())
            .unwrap_or_default()
    }
}

fn pair_of(pair: &JsValue) -> Option<(String, String)> {
    let pair: &Array = pair.dyn_ref()?;
    Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
}

/// What is wrong with an origin, as far as a page can tell.
pub fn origin_trouble<'a>(origin: &str, texts: &'a Texts) -> Option<&'a str> {
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
        let texts = Lang::En.texts();
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
