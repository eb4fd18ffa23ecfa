//! The served document: its elements, its texts in the served language, what its root says of the site. Makes no
//! element, and never replaces one: the field a person is typing in stays the field.
use merhaba_shared::{
    browser::{document, object::call, tabs::merhaba, window},
    layout::{
        geometry::{Window, keyboard},
        scroll::Place,
        stretch::Stretch,
    },
    protocol::ids::AttachmentId,
};
use wasm_bindgen::{JsCast, JsValue, UnwrapThrowExt};
use web_sys::{Element, HtmlElement, HtmlTextAreaElement};

/// Where the part that uploads files leaves their ids: on the form, with a blank between them.
const FILES: &str = "data-files";

/// The elements, by the ids of index.html.
pub struct Page {
    /// The site's name, or who answers.
    pub name: Element,
    /// The line under it.
    pub sub: Element,
    /// The banner over the log.
    pub banner: HtmlElement,
    /// The log.
    pub log: HtmlElement,
    /// The line over the field.
    pub hint: HtmlElement,
    /// The field.
    pub field: HtmlTextAreaElement,
    /// The form.
    pub form: HtmlElement,
    texts: Element,
    root: Element,
}

impl Page {
    /// Finds them all.
    pub fn find() -> Self {
        Self {
            name: by_id("name").into(),
            sub: by_id("sub").into(),
            banner: by_id("banner"),
            log: by_id("log"),
            hint: by_id("hint"),
            field: by_id("t").unchecked_into(),
            form: by_id("f"),
            texts: by_id("texts").into(),
            root: document().document_element().expect_throw("a root"),
        }
    }

    /// A text in the served language.
    pub fn text(&self, key: &str) -> String {
        data(&self.texts, key)
    }

    /// What the document's root says: the site's key, the mode, addresses.
    pub fn says(&self, key: &str) -> String {
        data(&self.root, key)
    }

    /// Whether files were uploaded for the next message: 1, else 0.
    pub fn files(&self) -> usize {
        usize::from(self.form.has_attribute(FILES))
    }

    /// The files that were uploaded for the next message: they go with it, and the part that uploaded them lets go.
    pub fn take_files(&self) -> Vec<AttachmentId> {
        let ids = self.form.get_attribute(FILES).unwrap_or_default();
        // Taking an attribute away that is not there is no error.
        let _ = self.form.remove_attribute(FILES);
        ids.split(' ').filter(|id| !id.is_empty()).map(AttachmentId::from).collect()
    }

    /// The message in the middle of what is drawn, and where it stands.
    pub fn middle(&self) -> Option<(HtmlElement, i32)> {
        let rows = self.log.query_selector_all(".row").ok()?;
        let line: HtmlElement = rows.item(rows.length() / 2)?.unchecked_into();
        let top = line.offset_top();
        Some((line, top))
    }

    /// Tells the scripts of the log which part of it is drawn: where it begins, and that it ends before the log does.
    pub fn stretch(&self, stretch: Stretch) {
        // Plain names cannot be refused, and taking an attribute away that is not there is no error.
        let _ = self.log.set_attribute("data-from", &stretch.from.to_string());
        let _ = match stretch.to {
            Some(_) => self.log.set_attribute("data-to", ""),
            None => self.log.remove_attribute("data-to"),
        };
    }

    /// Where the log stands.
    pub fn place(&self) -> Place {
        let log = &self.log;
        Place { top: log.scroll_top(), seen: log.client_height(), height: log.scroll_height() }
    }
}

/// Ends the plain page above a phone's keyboard, where the browser does not do so itself. In a frame the website's
/// page does it: a frame cannot see the keyboard.
#[expect(clippy::cast_possible_truncation, reason = "whole pixels do")]
pub fn fit() {
    let (Some(view), Some(body)) = (window().visual_viewport(), document().body()) else { return };
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
    let covered = keyboard(Window { height, seen: view.height(), top: 0.0, scale: view.scale() });
    let mut pixels = String::new();
    if covered > 0.0 {
        pixels = (view.height() as i32).to_string();
        pixels.push_str("px");
        window().scroll_to_with_x_and_y(0.0, 0.0);
    }
    // An empty value takes the property away; a fixed name cannot fail.
    let _ = body.style().set_property("height", &pixels);
}

/// A text with a value in its place; for a number, in the form that the language has for it. The document's own script
/// fills it in: only the browser knows how a language counts.
pub fn say(key: &str, value: &JsValue) -> String {
    let text = call(&merhaba(), "say", &key.into(), value);
    text.and_then(|text| text.as_string()).unwrap_or_default()
}

/// A text with a number in it.
#[expect(clippy::cast_precision_loss, reason = "exact up to nine quadrillion")]
pub fn counted(key: &str, number: usize) -> String {
    say(key, &JsValue::from_f64(number as f64))
}

/// Sets a text where it is another: what is live to a screen reader is said only when it changes.
pub fn write(element: &Element, text: &str) {
    if element.text_content().as_deref() != Some(text) {
        element.set_text_content(Some(text));
    }
}

fn data(element: &Element, key: &str) -> String {
    let mut name = String::from("data-");
    name.push_str(key);
    element.get_attribute(&name).unwrap_or_default()
}

fn by_id(id: &str) -> HtmlElement {
    document().get_element_by_id(id).expect_throw("the served document").unchecked_into()
}
