//! Times for people: the browser's own words for days and clocks, and waits that tick. Orders nothing.
use super::i18n::{Lang, Texts, texts};
use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use merhaba_shared::{
    browser::{
        language::{self, day_number},
        object::{call, get, object},
    },
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

/// "Mon, 24 Nov, 09:00".
pub fn day_and_clock(at: Millis, lang: Lang) -> String {
    let options = [
        ("weekday", "short"),
        ("day", "numeric"),
        ("month", "short"),
        ("hour", "2-digit"),
        ("minute", "2-digit"),
    ];
    format(at, lang, &options)
}

/// The hour at which a day's work begins.
const MORNING: u32 = 9;
/// Putting something off until later today puts it off as long.
const LATER: Millis = 3 * 60 * MINUTE;

/// In some hours, if that is today.
fn later_today(now: Millis) -> Option<Millis> {
    let later = now + LATER;
    (day_number(later) == day_number(now)).then_some(later)
}

/// The morning in so many days, by the clock of the agent's own time zone.
fn morning(now: Millis, days: u32) -> Millis {
    let day = date(now);
    day.set_date(day.get_date() + days);
    day.set_hours(MORNING);
    day.set_minutes(0);
    day.set_seconds(0);
    day.set_milliseconds(0);
    millis(&day)
}

/// The morning of the next Monday.
fn monday(now: Millis) -> Millis {
    let days = (8 - date(now).get_day()) % 7;
    morning(now, if days == 0 { 7 } else { days })
}

/// The times that something is put off until, in words.
pub fn later(now: Millis, texts: &Texts) -> impl Iterator<Item = (&'static str, Millis)> {
    let tomorrow = morning(now, 1);
    let times = [
        (texts.snooze_later, later_today(now)),
        (texts.snooze_tomorrow, Some(tomorrow)),
        // On a Sunday that is tomorrow, and stands there once.
        (texts.snooze_monday, Some(monday(now)).filter(|monday| *monday != tomorrow)),
    ];
    times.into_iter().filter_map(|(words, at)| Some((words, at?)))
}

/// What was typed into a field for date and time, which is of the agent's own time zone.
pub fn from_field(text: &str) -> Option<Millis> {
    let at = Date::new(&JsValue::from_str(text));
    at.get_time().is_finite().then(|| millis(&at))
}

#[expect(clippy::cast_possible_truncation, reason = "whole milliseconds")]
fn millis(date: &Date) -> Millis {
    date.get_time() as Millis
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
    // A tag that is none throws: then the tag itself is not shown either.
    let names = intl("DisplayNames", lang, ("type", "language"))?;
    call(&names, "of", &tag.into(), &JsValue::UNDEFINED)?.as_string()
}

/// Names in a row, as the language joins them; with commas where the browser does not know.
pub fn listed(names: &[&str], lang: Lang) -> String {
    let all: Array = names.iter().map(|name| JsValue::from_str(name)).collect();
    let joined = intl("ListFormat", lang, ("type", "conjunction"))
        .and_then(|list| call(&list, "format", &all, &JsValue::UNDEFINED));
    joined.and_then(|joined| joined.as_string()).unwrap_or_else(|| names.join(", "))
}

/// One of the browser's formatters that have no typed binding.
fn intl(kind: &str, lang: Lang, option: (&str, &str)) -> Option<JsValue> {
    let kind: Function = get(&get(&js_sys::global(), "Intl"), kind).dyn_into().ok()?;
    let options = object(&[(option.0, option.1.into())]);
    Reflect::construct(&kind, &Array::of2(&lang.tag().into(), &options)).ok()
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
