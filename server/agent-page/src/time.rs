//! Times for people: the browser's own words for days and clocks, and waits that tick. Orders nothing.
use super::i18n::{Lang, texts};
use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use merhaba_shared::{
    browser::language::{self, day_number},
    protocol::ids::Millis,
};
use wasm_bindgen::{JsCast, JsValue};

/// Milliseconds of a minute.
const MINUTE: Millis = 60_000;
/// A visitor who waits longer than this waits too long.
pub const LATE_MS: Millis = 5 * MINUTE;

#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds since 1970 stay exact in a float for 285,000 years"
)]
fn date(at: Millis) -> Date {
    Date::new(&JsValue::from_f64(at as f64))
}

fn format(at: Millis, lang: Lang, options: &[(&str, &str)]) -> String {
    let object = Object::new();
    for (name, value) in options {
        // Setting a property of a fresh plain object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from_str(name), &JsValue::from_str(value));
    }
    let locales = Array::of1(&JsValue::from_str(lang.locale()));
    let formatter = Intl::DateTimeFormat::new(&locales, &object);
    let text = formatter.format().call1(&JsValue::UNDEFINED, &date(at));
    text.ok().and_then(|text| text.as_string()).unwrap_or_default()
}

/// "14:05".
pub fn clock(at: Millis, lang: Lang) -> String {
    language::time(at, lang.locale())
}

/// "Today", "Yesterday" or the date in full.
pub fn day_name(at: Millis, now: Millis, lang: Lang) -> String {
    match day_number(now) - day_number(at) {
        0 => texts().today.into(),
        1 => texts().yesterday.into(),
        _ => language::day(at, lang.locale()),
    }
}

/// The clock today, else a short date.
pub fn short(at: Millis, now: Millis, lang: Lang) -> String {
    match day_number(now) - day_number(at) {
        0 => clock(at, lang),
        1 => texts().yesterday.into(),
        _ => format(at, lang, &[("day", "numeric"), ("month", "short")]),
    }
}

/// Date and clock.
pub fn full(at: Millis, lang: Lang) -> String {
    format(at, lang, &[("dateStyle", "medium"), ("timeStyle", "short")])
}

/// How long somebody waits: "0:07", "12:40", "3 h 05".
pub fn wait(since: Millis, now: Millis, lang: Lang) -> String {
    let seconds = (now - since).max(0) / 1000;
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    if hours >= 24 {
        let word = if lang == Lang::Tr { "gün" } else { "d" };
        return format!("{} {word}", hours / 24);
    }
    if hours > 0 {
        let (hour, minute) = if lang == Lang::Tr { ("sa", "dk") } else { ("h", "min") };
        return format!("{hours} {hour} {} {minute}", minutes % 60);
    }
    format!("{minutes}:{:02}", seconds % 60)
}

/// A language's name in the agent's own language, from the browser.
pub fn tongue(tag: &str, lang: Lang) -> Option<String> {
    let intl = Reflect::get(&js_sys::global(), &JsValue::from_str("Intl")).ok()?;
    let names: Function = Reflect::get(&intl, &JsValue::from_str("DisplayNames")).ok()?.dyn_into().ok()?;
    let options = Object::new();
    Reflect::set(&options, &JsValue::from_str("type"), &JsValue::from_str("language")).ok()?;
    let arguments = Array::of2(&JsValue::from_str(lang.tag()), &options);
    let names = Reflect::construct(&names, &arguments).ok()?;
    let of: Function = Reflect::get(&names, &JsValue::from_str("of")).ok()?.dyn_into().ok()?;
    // A tag that is none throws: then the tag itself is not shown either.
    of.call1(&names, &JsValue::from_str(tag)).ok()?.as_string()
}

#[cfg(test)]
mod tests {
    use super::wait;
    use crate::i18n::Lang;

    #[test]
    fn waits_tick_in_minutes_and_go_over_to_hours_and_days() {
        assert_eq!(wait(0, 7_999, Lang::En), "0:07");
        assert_eq!(wait(0, 760_000, Lang::En), "12:40");
        assert_eq!(wait(0, 3_900_000, Lang::Tr), "1 sa 5 dk");
        assert_eq!(wait(0, 200_000_000, Lang::Tr), "2 gün");
        assert_eq!(wait(5_000, 0, Lang::En), "0:00", "a clock behind the relay's shows no negative wait");
    }
}
