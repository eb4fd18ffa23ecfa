//! The page's language, and times and days said in it. The browser knows how people of a language write them
//! (`edges.js` asks it); no format is made here.
use super::{document, object::call, tabs::merhaba, window};
use crate::protocol::ids::Millis;
use alloc::string::String;
use js_sys::Date;
use wasm_bindgen::JsValue;

/// The language that the document was served in, as a BCP 47 tag.
#[must_use]
pub fn of_page() -> String {
    document().document_element().and_then(|root| root.get_attribute("lang")).unwrap_or_default()
}

/// The language that the browser asks for first.
#[must_use]
pub fn of_browser() -> String {
    window().navigator().language().unwrap_or_default()
}

/// The hour and minute of a moment.
#[must_use]
pub fn time(at: Millis, language: &str) -> String {
    said("time", at, language)
}

/// The day of a moment: weekday, day and month; the year instead of the weekday where it is not this year's.
#[must_use]
pub fn day(at: Millis, language: &str) -> String {
    said("date", at, language)
}

/// The number of a moment's day where the person is: two moments of one day have the same.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "days are whole")]
pub fn day_number(at: Millis) -> i64 {
    asked("day", at, &JsValue::UNDEFINED).as_f64().unwrap_or_default() as i64
}

/// The person's own clock, for words like "today": nothing is ordered by it.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "whole milliseconds")]
pub fn wall_clock() -> Millis {
    Date::now() as Millis
}

/// A moment as scripts know it.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "exact for the next quarter of a million years")]
pub fn number(at: Millis) -> JsValue {
    JsValue::from_f64(at as f64)
}

fn said(what: &str, at: Millis, language: &str) -> String {
    asked(what, at, &language.into()).as_string().unwrap_or_default()
}

fn asked(what: &str, at: Millis, language: &JsValue) -> JsValue {
    call(&merhaba(), what, &number(at), language).unwrap_or_default()
}
