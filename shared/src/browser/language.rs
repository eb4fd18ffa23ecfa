//! The page's language, and times and days said in it. The browser knows how people of a language write them; no
//! format is made here.
use super::{document, window};
use crate::protocol::ids::Millis;
use alloc::string::String;
use js_sys::{Date, JSON};
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
    let options = options(r#"{"hour":"numeric","minute":"2-digit"}"#);
    date(at).to_locale_time_string_with_options(language, &options).into()
}

/// The day of a moment: weekday, day and month; the year too where it is not `now`'s.
#[must_use]
pub fn day(at: Millis, now: Millis, language: &str) -> String {
    let (day, today) = (date(at), date(now));
    let same_year = day.get_full_year() == today.get_full_year();
    let text = if same_year {
        r#"{"weekday":"long","day":"numeric","month":"long"}"#
    } else {
        r#"{"day":"numeric","month":"long","year":"numeric"}"#
    };
    day.to_locale_date_string(language, &options(text)).into()
}

/// The number of a moment's day where the person is: two moments of one day have the same.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "minutes are whole")]
pub fn day_number(at: Millis) -> i64 {
    let minutes = at.div_euclid(60_000) - date(at).get_timezone_offset() as i64;
    minutes.div_euclid(24 * 60)
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

fn date(at: Millis) -> Date {
    Date::new(&number(at))
}

fn options(text: &str) -> JsValue {
    JSON::parse(text).unwrap_or(JsValue::UNDEFINED)
}
