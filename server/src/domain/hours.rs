//! When a site is open: spans for each day of the week, others on holidays, in the site's own time zone. It knows no
//! clock: the instant is always given. Time zones are the IANA's, built in.
use jiff::{
    Timestamp,
    civil::{Date, Time, Weekday},
    tz::TimeZone,
};
use merhaba_shared::protocol::ids::Millis;
use serde::{Deserialize, Serialize};

/// Spans of one day.
pub const SPANS: usize = 6;
/// Holidays of one site.
pub const HOLIDAYS: usize = 100;
/// How far ahead an opening is looked for, in days.
const AHEAD: usize = 370;
/// Spans that follow each other without a gap, while a closing is looked for.
const IN_A_ROW: usize = 64;
const DAY: u16 = 24 * 60;

/// Why hours are not taken: a sentence for the owner.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// Not a time zone.
    #[error("{0} is not a time zone; one is written as Europe/Istanbul")]
    Zone(String),
    /// Not a span.
    #[error("{0} is not a span of a day; one is written as 09:00-12:30, and 24:00 is the day's end")]
    Span(String),
    /// Spans of one day that touch or cross.
    #[error("the spans of a day are given in order and do not overlap")]
    Overlap,
    /// Too many spans.
    #[error("a day has at most {SPANS} spans")]
    Spans,
    /// Not a date, or given twice.
    #[error("{0} is not a date of its own; one is written as 2027-01-01")]
    Date(String),
    /// Too many holidays.
    #[error("at most {HOLIDAYS} holidays can be kept")]
    Holidays,
}

/// Part of a day as its owner writes it: `09:00-12:30`; the end is not in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span(String);

impl Span {
    /// From and to, in minutes after the day's midnight; `None`: not a span.
    fn minutes(&self) -> Option<(u16, u16)> {
        let (from, to) = self.0.split_once('-')?;
        let (from, to) = (minutes(from)?, minutes(to)?);
        (from < to).then_some((from, to))
    }
}

/// `09:30` as minutes; `24:00` is the end of the day.
fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let number = |text: &str| (text.len() == 2).then(|| text.parse::<u16>().ok()).flatten();
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let all = hours * 60 + minutes;
    (minutes < 60 && all <= DAY).then_some(all)
}

/// The spans of each day of the week; none: closed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Week {
    /// Monday.
    pub mon: Vec<Span>,
    /// Tuesday.
    pub tue: Vec<Span>,
    /// Wednesday.
    pub wed: Vec<Span>,
    /// Thursday.
    pub thu: Vec<Span>,
    /// Friday.
    pub fri: Vec<Span>,
    /// Saturday.
    pub sat: Vec<Span>,
    /// Sunday.
    pub sun: Vec<Span>,
}

impl Week {
    const fn of(&self, day: Weekday) -> &Vec<Span> {
        match day {
            Weekday::Monday => &self.mon,
            Weekday::Tuesday => &self.tue,
            Weekday::Wednesday => &self.wed,
            Weekday::Thursday => &self.thu,
            Weekday::Friday => &self.fri,
            Weekday::Saturday => &self.sat,
            Weekday::Sunday => &self.sun,
        }
    }

    fn days(&self) -> [&Vec<Span>; 7] {
        [&self.mon, &self.tue, &self.wed, &self.thu, &self.fri, &self.sat, &self.sun]
    }
}

/// A date with hours of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// `2027-01-01`, in the site's zone.
    pub date: String,
    /// Its spans; none: closed all day.
    #[serde(default)]
    pub spans: Vec<Span>,
}

/// When a site is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// IANA name of the time zone.
    pub zone: String,
    /// What every week is like.
    #[serde(default)]
    pub week: Week,
    /// What is otherwise.
    #[serde(default)]
    pub holidays: Vec<Holiday>,
}

/// An instant on a site's own clocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    /// `2026-11-23`.
    pub date: String,
    /// `09:00`.
    pub time: String,
}

impl Hours {
    /// Checks what serde cannot see: the zone, the order of spans, the dates.
    ///
    /// # Errors
    /// [`HoursError`] with the part that is wrong.
    pub fn check(mut self) -> Result<Self, HoursError> {
        TimeZone::get(&self.zone).map_err(|_| HoursError::Zone(self.zone.clone()))?;
        if self.holidays.len() > HOLIDAYS {
            return Err(HoursError::Holidays);
        }
        self.week.days().into_iter().try_for_each(|spans| check_day(spans))?;
        for holiday in &self.holidays {
            holiday.date.parse::<Date>().map_err(|_| HoursError::Date(holiday.date.clone()))?;
            check_day(&holiday.spans)?;
        }
        self.holidays.sort_by(|one, other| one.date.cmp(&other.date));
        if let Some(twice) = self.holidays.windows(2).find(|pair| pair[0].date == pair[1].date) {
            return Err(HoursError::Date(twice[0].date.clone()));
        }
        Ok(self)
    }

    /// Whether the site is open at an instant.
    #[must_use]
    pub fn are_open(&self, at: Millis) -> bool {
        self.next_opening(at) == Some(at)
    }

    /// `at` itself while the site is open, else when it opens next; `None`: not within a year. A zone that is no longer
    /// known counts as UTC.
    #[must_use]
    pub fn next_opening(&self, at: Millis) -> Option<Millis> {
        let zone = TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC);
        let now = Timestamp::from_millisecond(at).ok()?;
        let mut date = now.to_zoned(zone.clone()).date();
        for _ in 0..AHEAD {
            for (from, to) in self.spans(date).iter().filter_map(Span::minutes) {
                let (from, to) = (instant(&zone, date, from)?, instant(&zone, date, to)?);
                if at < to {
                    return Some(from.max(at));
                }
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    /// When it opens again the next time that it is closed; `None`: it never is, or never opens.
    #[must_use]
    pub fn next_return(&self, at: Millis) -> Option<Millis> {
        let mut at = at;
        for _ in 0..IN_A_ROW {
            let Some(end) = self.closes(at) else { return self.next_opening(at) };
            at = end;
        }
        None
    }

    /// The end of the span that an instant is in.
    fn closes(&self, at: Millis) -> Option<Millis> {
        let zone = TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC);
        let date = Timestamp::from_millisecond(at).ok()?.to_zoned(zone.clone()).date();
        let spans = self.spans(date).iter().filter_map(Span::minutes);
        let ends =
            spans.filter_map(|(from, to)| Some((instant(&zone, date, from)?, instant(&zone, date, to)?)));
        ends.into_iter().find(|(from, to)| (*from..*to).contains(&at)).map(|(_, to)| to)
    }

    /// An instant on the site's own clocks.
    #[must_use]
    pub fn local(&self, at: Millis) -> Option<Local> {
        let zone = TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC);
        let zoned = Timestamp::from_millisecond(at).ok()?.to_zoned(zone);
        let time = format!("{:02}:{:02}", zoned.hour(), zoned.minute());
        Some(Local { date: zoned.date().to_string(), time })
    }

    fn spans(&self, date: Date) -> &[Span] {
        let name = date.to_string();
        let holiday = self.holidays.iter().find(|holiday| holiday.date == name);
        holiday.map_or_else(|| self.week.of(date.weekday()), |holiday| &holiday.spans)
    }
}

fn check_day(spans: &[Span]) -> Result<(), HoursError> {
    if spans.len() > SPANS {
        return Err(HoursError::Spans);
    }
    let mut end = 0;
    for span in spans {
        let (from, to) = span.minutes().ok_or_else(|| HoursError::Span(span.0.clone()))?;
        if from < end {
            return Err(HoursError::Overlap);
        }
        end = to;
    }
    Ok(())
}

/// So many minutes into a day; where clocks are set forward, the instant they are set, or as if they were not.
fn instant(zone: &TimeZone, date: Date, minutes: u16) -> Option<Millis> {
    let (date, minutes) = if minutes == DAY { (date.tomorrow().ok()?, 0) } else { (date, minutes) };
    let time = Time::new(i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?, 0, 0).ok()?;
    let zoned = zone.to_ambiguous_zoned(date.to_datetime(time)).compatible().ok()?;
    Some(zoned.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::{Hours, HoursError};
    use jiff::Timestamp;
    use proptest::prelude::*;

    fn hours(json: &str) -> Hours {
        serde_json::from_str(json).expect("hours")
    }

    fn shop() -> Hours {
        let day = r#"["09:00-12:30","13:30-18:00"]"#;
        hours(&format!(
            r#"{{"zone":"Europe/Istanbul","week":{{"mon":{day},"tue":{day},"wed":{day},"thu":{day},"fri":{day}}},
                "holidays":[{{"date":"2026-10-29"}},{{"date":"2026-12-31","spans":["09:00-12:00"]}}]}}"#
        ))
        .check()
        .expect("good hours")
    }

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().expect("a time").as_millisecond()
    }

    #[test]
    fn open_closed_and_when_again() {
        let shop = shop();
        // A Friday; Istanbul is three hours ahead of UTC all year.
        for (now, opens) in [
            ("2026-11-20T06:00:00Z", "2026-11-20T06:00:00Z"),
            ("2026-11-20T05:59:59.999Z", "2026-11-20T06:00:00Z"),
            ("2026-11-20T09:30:00Z", "2026-11-20T10:30:00Z"),
            ("2026-11-20T15:00:00Z", "2026-11-23T06:00:00Z"),
            ("2026-10-28T15:00:00Z", "2026-10-30T06:00:00Z"),
            ("2026-12-31T09:00:00Z", "2027-01-01T06:00:00Z"),
        ] {
            assert_eq!(shop.next_opening(at(now)), Some(at(opens)), "{now}");
            assert_eq!(shop.are_open(at(now)), now == opens, "{now}");
        }
    }

    #[test]
    fn the_next_return_is_the_opening_after_the_next_closing() {
        let shop = shop();
        for (now, back) in [
            ("2026-11-20T06:00:00Z", "2026-11-20T10:30:00Z"),
            ("2026-11-20T14:59:00Z", "2026-11-23T06:00:00Z"),
            ("2026-11-21T00:00:00Z", "2026-11-23T06:00:00Z"),
        ] {
            assert_eq!(shop.next_return(at(now)), Some(at(back)), "{now}");
        }
        let all = r#"["00:00-24:00"]"#;
        let always = format!(
            r#"{{"zone":"UTC","week":{{"mon":{all},"tue":{all},"wed":{all},"thu":{all},"fri":{all},"sat":{all},"sun":{all}}}}}"#
        );
        assert_eq!(hours(&always).next_return(at("2026-11-20T06:00:00Z")), None);
    }

    #[test]
    fn clocks_that_are_set_are_followed() {
        let berlin = hours(
            r#"{"zone":"Europe/Berlin","week":{"sat":["22:00-24:00"],"sun":["00:00-03:30","09:00-10:00"]}}"#,
        );
        // The night to 2027-03-28 has no hour from two to three.
        assert!(berlin.are_open(at("2027-03-28T01:29:59Z")));
        assert_eq!(berlin.next_opening(at("2027-03-28T01:30:00Z")), Some(at("2027-03-28T07:00:00Z")));
        assert!(berlin.are_open(at("2027-03-27T22:59:59Z")), "midnight is no gap");
    }

    #[test]
    fn never_open_has_no_opening() {
        let closed = hours(r#"{"zone":"UTC"}"#);
        assert_eq!(closed.next_opening(0), None);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let check = |json: &str| serde_json::from_str::<Hours>(json).map(Hours::check);
        assert!(matches!(check(r#"{"zone":"Istanbul?"}"#), Ok(Err(HoursError::Zone(_)))));
        let lap = r#"{"zone":"UTC","week":{"mon":["09:00-12:00","11:00-13:00"]}}"#;
        assert!(matches!(check(lap), Ok(Err(HoursError::Overlap))));
        let date = r#"{"zone":"UTC","holidays":[{"date":"2026-02-30"}]}"#;
        assert!(matches!(check(date), Ok(Err(HoursError::Date(_)))));
        for span in ["18:00-09:00", "09:00-24:01", "9:00-10:00", "09:00", "09:60-10:00", "-", "09:00-09:00"] {
            let json = format!(r#"{{"zone":"UTC","week":{{"mon":["{span}"]}}}}"#);
            assert!(matches!(check(&json), Ok(Err(HoursError::Span(text))) if text == span), "{span}");
        }
    }

    proptest! {
        #[test]
        fn an_opening_is_open_and_the_instant_before_it_is_not(now in 1_700_000_000_000_i64..1_900_000_000_000) {
            let shop = shop();
            let opening = shop.next_opening(now).expect("it opens");
            prop_assert!(opening >= now && shop.are_open(opening));
            prop_assert!(opening == now || !shop.are_open(opening - 1));
        }
    }
}
