//! What a screen reader is told of a document: the browser's accessibility tree as a small text that stays the same from
//! run to run, and the files that it is compared with. Boxes without a role or name are left out.
use crate::{browser::Browser, scenes::Place, sources};
use serde_json::{Value, json};
use std::{collections::HashMap, env, fmt::Write as _, fs};

/// Roles that say nothing by themselves: what is in them counts.
const SILENT: &[&str] = &["none", "generic", "InlineTextBox", "ignored", "LineBreak", "RootWebArea"];
/// States and properties that are told.
const TOLD: &[&str] = &[
    "busy",
    "checked",
    "disabled",
    "expanded",
    "focused",
    "hasPopup",
    "invalid",
    "level",
    "live",
    "modal",
    "multiline",
    "pressed",
    "readonly",
    "required",
    "selected",
];

/// The months as English shortens them.
const MONTHS: &[&str] = &["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The days of the week as English shortens them.
const DAYS: &[&str] = &["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// What is longer is shortened.
const LONG: usize = 160;
/// Where news are put for a screen reader. What stands there hangs on which of them came together, so it is left out here;
/// `tests/everyone` hears it.
const NEWS: &str = "heard";
/// Parts of a website's page that are none of ours.
const ELSEWHERE: &[&str] = &["banner", "complementary", "main", "contentinfo"];

/// What is said to who listens at this moment (`listening` proves that) is not part of a state: it comes in batches, by time.
const SILENCE: &str = "const heard = document.getElementById('heard'); if (heard) { heard.replaceChildren(); heard.replaceChildren = () => {}; }";
const SPEAK: &str = "const heard = document.getElementById('heard'); if (heard) delete heard.replaceChildren";

/// The tree of the frame that the browser is in, or of its page; of a website's page only what is ours.
pub async fn tree(browser: &Browser, place: Place) -> String {
    let mut parameters = json!({});
    if place == Place::Frame {
        let tree = browser.command("Page.getFrameTree", json!({})).await;
        parameters = json!({ "frameId": tree["frameTree"]["childFrames"][0]["frame"]["id"] });
    }
    browser.run(SILENCE).await;
    let told = browser.command("Accessibility.getFullAXTree", parameters).await;
    browser.run(SPEAK).await;
    let nodes = told["nodes"].as_array().unwrap_or_else(|| panic!("no tree: {told}"));
    let by_id: HashMap<_, _> =
        nodes.iter().filter_map(|node| Some((node["nodeId"].as_str()?, node))).collect();
    let document = browser.command("DOM.getDocument", json!({ "depth": -1, "pierce": true })).await;
    let teller = Teller {
        all: by_id,
        leaves_out: if place == Place::Host { ELSEWHERE } else { &[] },
        news: element(&document["root"], NEWS),
    };
    let mut text = String::new();
    if let Some(root) = nodes.first() {
        teller.write(&mut text, root, 0, "");
    }
    steady(&text)
}

/// The browser's number of the element with this id, in whichever document it is.
fn element(node: &Value, id: &str) -> Option<i64> {
    let attributes: Vec<_> = node["attributes"].as_array().into_iter().flatten().collect();
    if attributes.chunks(2).any(|pair| *pair[0] == "id" && pair.get(1).is_some_and(|it| **it == id)) {
        return node["backendNodeId"].as_i64();
    }
    let inner = [&node["children"], &node["shadowRoots"]].into_iter().filter_map(Value::as_array).flatten();
    inner.chain(Some(&node["contentDocument"])).filter(|it| it.is_object()).find_map(|it| element(it, id))
}

/// Writes a tree down.
struct Teller<'a> {
    all: HashMap<&'a str, &'a Value>,
    leaves_out: &'a [&'a str],
    /// What is in it is left out.
    news: Option<i64>,
}

impl Teller<'_> {
    fn write(&self, text: &mut String, node: &Value, depth: usize, above: &str) {
        let role = node["role"]["value"].as_str().unwrap_or_default();
        let name = node["name"]["value"].as_str().unwrap_or_default().trim();
        if self.leaves_out.contains(&role) {
            return;
        }
        // A text that is the whole name of what it stands in has been told already.
        let silent =
            node["ignored"] == true || SILENT.contains(&role) || (role == "StaticText" && name == above);
        let mut inner = depth;
        if !silent {
            // Writing into a string does not fail.
            let _ =
                write!(text, "{:1$}- {2}", "", depth * 2, if role == "StaticText" { "text" } else { role });
            if !name.is_empty() {
                let _ = write!(text, " {:?}", short(name));
            }
            if let Some(description) = node["description"]["value"].as_str().filter(|it| !it.is_empty()) {
                let _ = write!(text, " description={:?}", short(description));
            }
            for property in node["properties"].as_array().into_iter().flatten() {
                let kind = property["name"].as_str().unwrap_or_default();
                let value = &property["value"]["value"];
                if TOLD.contains(&kind) && *value != false && *value != "false" && *value != "off" {
                    let _ = write!(
                        text,
                        " {kind}={}",
                        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
                    );
                }
            }
            text.push('\n');
            inner += 1;
        }
        let above = if silent { above } else { name };
        if self.news.is_some_and(|news| node["backendDOMNodeId"] == news) {
            return;
        }
        for child in node["childIds"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if let Some(child) = self.all.get(child) {
                self.write(text, child, inner, above);
            }
        }
    }
}

/// The beginning of a long text; where that ends hangs on no time of day.
fn short(text: &str) -> String {
    let text = steady(text);
    if text.chars().count() <= LONG { text } else { text.chars().take(LONG).chain(['…']).collect() }
}

/// The same text with each time of day as `0:00`, with its hour in one or two digits and what English adds to it; and with
/// each date, as English writes it on either side of the sea, as `Jan 1, 2000`.
fn steady(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    while at < letters.len() {
        if let Some(length) = time(&letters[at..]) {
            out.push_str("0:00");
            at += length;
        } else if let Some(length) = date(&letters[at..]).or_else(|| british(&letters[at..])) {
            out.push_str("Jan 1, 2000");
            at += length;
        } else {
            // A whole number is passed at once: the end of one is no hour.
            let number = letters[at..].iter().take_while(|letter| letter.is_ascii_digit()).count().max(1);
            out.extend(&letters[at..at + number]);
            at += number;
        }
    }
    out
}

/// How many letters the time of day is long that stands here.
fn time(letters: &[char]) -> Option<usize> {
    let hour = letters.iter().take_while(|letter| letter.is_ascii_digit()).count();
    let minute = letters.get(hour + 1..hour + 3)?;
    if !(1..=2).contains(&hour) || letters[hour] != ':' || !minute.iter().all(char::is_ascii_digit) {
        return None;
    }
    let rest: String = letters[hour + 3..].iter().take(3).collect();
    let half = rest.ends_with("AM") || rest.ends_with("PM");
    Some(hour + 3 + if half { 3 } else { 0 })
}

/// The same of a date with its day in front: of one with its year, or of one with the day of its week.
fn british(letters: &[char]) -> Option<usize> {
    let week: String = letters.iter().take(5).collect();
    let named = DAYS.iter().any(|day| week.strip_prefix(day) == Some(", "));
    let begins = if named { 5 } else { 0 };
    let day = letters.get(begins..)?.iter().take_while(|letter| letter.is_ascii_digit()).count();
    let month: String = letters.get(begins + day..begins + day + 5)?.iter().collect();
    let known = MONTHS.iter().any(|name| month.get(1..4) == Some(name));
    let year = letters.get(begins + day + 5..begins + day + 9);
    let year = year.is_some_and(|year| year.iter().all(char::is_ascii_digit) && month.ends_with(' '));
    match (known && (1..=2).contains(&day) && month.starts_with(' '), year, named) {
        (true, true, _) => Some(begins + day + 9),
        (true, _, true) => Some(begins + day + 4),
        _ => None,
    }
}

/// How many letters the date is long that stands here.
fn date(letters: &[char]) -> Option<usize> {
    let month: String = letters.iter().take(3).collect();
    if !MONTHS.contains(&month.as_str()) || letters.get(3) != Some(&' ') {
        return None;
    }
    let day = letters[4..].iter().take_while(|letter| letter.is_ascii_digit()).count();
    let rest: String = letters.get(4 + day..10 + day)?.iter().collect();
    let year = rest.strip_prefix(", ")?;
    ((1..=2).contains(&day) && year.bytes().all(|digit| digit.is_ascii_digit())).then_some(10 + day)
}

/// What differs from the file that is kept for a state; with `MERHABA_UPDATE=1` the file is written anew.
#[must_use]
pub fn differs(name: &str, tree: &str) -> Option<String> {
    let path = sources::root().join("tests/snapshots").join(format!("{name}.aria"));
    if env::var("MERHABA_UPDATE").is_ok_and(|value| value == "1") {
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("tests/ can be written");
        fs::write(&path, tree).expect("tests/snapshots can be written");
        return None;
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    if kept == tree {
        return None;
    }
    let mut told = format!("{name}.aria (MERHABA_UPDATE=1 writes it anew, where the change is meant):\n");
    for line in kept.lines().filter(|line| !tree.lines().any(|other| other == *line)) {
        let _ = writeln!(told, "  was {line}");
    }
    for line in tree.lines().filter(|line| !kept.lines().any(|other| other == *line)) {
        let _ = writeln!(told, "  is  {line}");
    }
    Some(told)
}

#[cfg(test)]
mod tests {
    use super::steady;

    #[test]
    fn times_of_day_are_made_the_same_and_numbers_are_left() {
        assert_eq!(steady("6:39\u{202f}AM · Read"), "0:00 · Read");
        assert_eq!(steady("Elif · Nov 2, 2026, 6:39\u{202f}AM"), "Elif · Jan 1, 2000, 0:00");
        assert_eq!(steady("Began 22 Nov 2026, 20:53"), "Began Jan 1, 2000, 0:00");
        assert_eq!(steady("until Mon, 23 Nov, 09:00."), "until Jan 1, 2000, 0:00.");
        assert_eq!(steady("Monday, 3 May, 12 of 2026"), "Monday, 3 May, 12 of 2026");
        assert_eq!(steady("May 200 of them, Mar 1"), "May 200 of them, Mar 1");
        assert_eq!(steady("\"23:05 · Okundu\" 12 60 °C 1:2 123:45"), "\"0:00 · Okundu\" 12 60 °C 1:2 123:45");
    }
}
