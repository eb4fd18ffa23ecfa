//! The phone's keyboard where the browser lays it over the page: the styles get its height. Moves nothing itself.
use leptos::prelude::{document, window};
use leptos::web_sys::HtmlElement;
use merhaba_shared::{
    browser::lifecycle,
    layout::geometry::{Window, keyboard},
};
use wasm_bindgen::JsCast;

/// Follows the keyboard for the life of the page.
pub fn follow() {
    if let Some(viewport) = window().visual_viewport() {
        for name in ["resize", "scroll"] {
            lifecycle::on(&viewport, name, |_| measure());
        }
    }
}

fn measure() {
    let (Some(viewport), Some(height)) =
        (window().visual_viewport(), window().inner_height().ok().and_then(|it| it.as_f64()))
    else {
        return;
    };
    let (seen, top, scale) = (viewport.height(), viewport.offset_top(), viewport.scale());
    let covered = keyboard(Window { height, seen, top, scale });
    let root = document().document_element().and_then(|root| root.dyn_into::<HtmlElement>().ok());
    if let Some(root) = root {
        // A length that the browser made itself is never refused by it.
        let _ = root.style().set_property("--keyboard", &format!("{covered}px"));
    }
}
