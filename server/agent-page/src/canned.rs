//! Canned replies as the page has them: which fit what is typed after a slash, and what their variables become. What there
//! is nothing to put in for stays as it is written, so that it is seen before it is sent. Pure, but for asking the relay.
use super::{desk::Desk, rest};
use js_sys::Array;
use merhaba_shared::protocol::{
    agent::{InboxRow, Role},
    ids::SiteKey,
};
use wasm_bindgen::{JsCast, JsValue};

/// So many are offered at once.
const OFFERED: usize = 20;
/// The longest word after a slash that is looked for, in characters.
const WORD_CHARS: usize = 40;
/// What can stand in a text.
pub const VARIABLES: [&str; 5] = ["visitor.name", "agent.name", "site.name", "page.title", "page.url"];

/// A text that is sent often.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Canned {
    /// Opaque; empty: not kept yet.
    pub id: String,
    /// What is typed after the slash.
    pub name: String,
    /// For visitors who speak this; `None`: for all.
    pub language: Option<String>,
    /// The text.
    pub body: String,
}

impl Canned {
    fn read(json: &JsValue) -> Option<Self> {
        let (id, name) = (rest::text(json, "id")?, rest::text(json, "name")?);
        Some(Self { id, name, language: rest::text(json, "language"), body: rest::text(json, "body")? })
    }

    /// What the relay is sent.
    pub fn write(&self) -> JsValue {
        let language = self.language.as_deref().map_or(JsValue::NULL, JsValue::from_str);
        rest::object(&[
            ("name", self.name.as_str().into()),
            ("language", language),
            ("body", self.body.as_str().into()),
        ])
    }
}

/// Where a site's are.
pub fn path(site: &SiteKey) -> String {
    ["/api/v1/sites/", site.as_str(), "/replies"].concat()
}

/// Those of a site and their version; `None` when the relay did not answer.
pub async fn load(site: &SiteKey, known: Option<(u32, Vec<Canned>)>) -> Option<(u32, Vec<Canned>)> {
    let asks = known.as_ref().map(|(version, _)| ["?version=", &version.to_string()].concat());
    let answer = rest::ask("GET", &[path(site), asks.unwrap_or_default()].concat(), None).await;
    let version = rest::get(&answer.body, "version").as_f64().filter(|_| answer.is_ok())?;
    match rest::get(&answer.body, "replies").dyn_into::<Array>() {
        Ok(replies) => {
            Some((whole(version), replies.iter().filter_map(|json| Canned::read(&json)).collect()))
        }
        Err(_) => known,
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the relay counts changes")]
fn whole(version: f64) -> u32 {
    version as u32
}

/// The letters of a text as they are compared: without case and without the marks of the letters of Western and Turkish
/// keyboards.
pub fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).filter(|letter| *letter != '\u{307}').map(plain).collect()
}

const fn plain(letter: char) -> char {
    match letter {
        'ç' => 'c',
        'ğ' => 'g',
        'ş' | 'ß' => 's',
        'à'..='å' => 'a',
        'è'..='ë' => 'e',
        'ı' | 'ì'..='ï' => 'i',
        'ò'..='ö' => 'o',
        'ù'..='ü' => 'u',
        'ñ' => 'n',
        other => other,
    }
}

/// The word after an `@` that the text before the cursor ends with; the sign begins a word. A name may have a blank in it.
pub fn at_sign(before: &str) -> Option<&str> {
    let (text, word) = before.rsplit_once('@')?;
    let begins = text.chars().next_back().is_none_or(|letter| !letter.is_alphanumeric());
    let one = !word.contains('\n') && !word.starts_with(' ') && word.chars().count() <= WORD_CHARS;
    (begins && one).then_some(word)
}

/// Those of a team whose name, or a later part of it, begins with this word.
pub fn named(team: &[Canned], word: &str) -> Vec<Canned> {
    let word = fold(word);
    let fits = |one: &&Canned| {
        let name = fold(&one.name);
        name.starts_with(&word) || name.split(' ').any(|part| part.starts_with(&word))
    };
    team.iter().filter(fits).take(OFFERED).cloned().collect()
}

/// The word after a slash that the text before the cursor ends with; the slash begins a word.
pub fn slash(before: &str) -> Option<&str> {
    let (text, word) = before.rsplit_once('/')?;
    let begins = text.chars().next_back().is_none_or(char::is_whitespace);
    let one = !word.contains(char::is_whitespace) && word.chars().count() <= WORD_CHARS;
    (begins && one).then_some(word)
}

/// Those that fit a word, the best first: its name begins with it, then it is in the name, then in the text. Where nothing
/// is typed, those for another language than the visitor's are left out.
pub fn fitting<'a>(all: &'a [Canned], word: &str, locale: &str) -> Vec<&'a Canned> {
    let word = fold(word);
    let spoken = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let mut found: Vec<_> = all
        .iter()
        .filter_map(|canned| {
            let foreign = canned.language.as_deref().is_some_and(|tag| spoken(tag) != spoken(locale));
            let name = fold(&canned.name);
            let place = match () {
                () if name.starts_with(&word) => 0,
                () if name.contains(&word) => 1,
                () if fold(&canned.body).contains(&word) => 2,
                () => return None,
            };
            (!foreign || !word.is_empty()).then_some(((foreign, place), canned))
        })
        .collect();
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, canned)| canned).take(OFFERED).collect()
}

/// What variables become in a conversation.
#[derive(Clone, Debug, Default)]
pub struct Values(Vec<(&'static str, Option<String>)>);

impl Values {
    /// Those of a row.
    pub fn of(desk: Desk, row: &InboxRow) -> Self {
        let said =
            |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let site = desk.peek(|client| super::views::site_name(client.sites(), row));
        let (page, agent) =
            (row.visitor.page.as_ref(), desk.peek(|client| client.me().map(|me| me.name.clone())));
        Self(vec![
            ("visitor.name", said(row.visitor.name.clone())),
            ("agent.name", said(agent)),
            ("site.name", said(Some(site))),
            ("page.title", said(page.map(|page| page.title.clone()))),
            ("page.url", said(page.map(|page| page.url.clone()))),
        ])
    }

    /// A text with its variables filled in. `{visitor.name|there}` says what stands where there is none; without that, the
    /// variable stays.
    pub fn fill(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((inside, tail)) = after.split_once('}') else {
                out.push('{');
                rest = after;
                continue;
            };
            let (name, otherwise) =
                inside.split_once('|').map_or((inside, None), |(name, or)| (name, Some(or)));
            let known = self.0.iter().find(|(variable, _)| *variable == name.trim());
            match known.map(|(_, value)| value.as_deref().or(otherwise)) {
                Some(Some(value)) => out.push_str(value),
                _ => out.extend(["{", inside, "}"]),
            }
            rest = tail;
        }
        out.push_str(rest);
        out
    }
}

/// The first variable that nothing was put in for.
pub fn hole(text: &str) -> Option<String> {
    let found = VARIABLES.iter().map(|name| ["{", name, "}"].concat());
    found.filter_map(|hole| text.find(&hole).map(|at| (at, hole))).min().map(|(_, hole)| hole)
}

/// Whether somebody may change a site's.
pub const fn may_change(role: Role) -> bool {
    !matches!(role, Role::Trainee)
}

#[cfg(test)]
mod tests {
    use super::{Canned, Values, at_sign, fitting, fold, hole, named, slash};

    fn canned(name: &str, language: Option<&str>, body: &str) -> Canned {
        let (name, body) = (name.into(), body.into());
        Canned { id: String::new(), name, language: language.map(Into::into), body }
    }

    #[test]
    fn a_colleague_is_looked_for_by_any_part_of_the_name() {
        assert_eq!(
            (at_sign("@"), at_sign("Bak @el"), at_sign("(@Elif S")),
            (Some(""), Some("el"), Some("Elif S"))
        );
        for none in ["", "a@b", "@a\nb", "@ a"] {
            assert_eq!(at_sign(none), None, "{none}");
        }
        let team = ["Elif Su", "Işık", "Mert"].map(|name| Canned { name: name.into(), ..Canned::default() });
        let found = |word| named(&team, word).into_iter().map(|one| one.name).collect::<Vec<_>>();
        assert_eq!(found("e"), ["Elif Su"]);
        assert_eq!(found("SU"), ["Elif Su"]);
        assert_eq!(found("isik"), ["Işık"]);
        assert_eq!((found("").len(), found("x").len()), (3, 0));
    }

    #[test]
    fn a_slash_begins_a_word() {
        assert_eq!(slash("/"), Some(""));
        assert_eq!(slash("Merhaba /ia"), Some("ia"));
        assert_eq!(slash("a\n/i"), Some("i"));
        for none in ["", "a/b", "https://x", "/ia de", "24/7", "// "] {
            assert_eq!(slash(none), None, "{none}");
        }
    }

    #[test]
    fn what_fits_best_comes_first_and_case_and_marks_make_no_difference() {
        let all = [
            canned("kargo", None, "İADE süreci"),
            canned("ön iade", None, "x"),
            canned("İade", Some("tr"), "y"),
            canned("iade", Some("en"), "z"),
        ];
        let names = |word: &str, locale: &str| -> Vec<String> {
            fitting(&all, word, locale).into_iter().map(|it| it.body.clone()).collect()
        };
        assert_eq!(names("iade", "tr-TR"), ["y", "x", "İADE süreci", "z"]);
        assert_eq!(names("", "en"), ["İADE süreci", "x", "z"]);
        assert!(names("yok", "tr").is_empty());
        assert_eq!(fold("IŞIK ığdır ÇÖĞÜŞ İ"), "isik igdir cogus i");
    }

    #[test]
    fn variables_are_filled_once_and_what_is_missing_is_seen() {
        let values = Values(vec![
            ("visitor.name", None),
            ("site.name", Some("{agent.name}".into())),
            ("agent.name", Some("Elif".into())),
        ]);
        assert_eq!(values.fill("{agent.name} of {site.name}"), "Elif of {agent.name}");
        assert_eq!(values.fill("Hi {visitor.name|there}, {visitor.name}!"), "Hi there, {visitor.name}!");
        assert_eq!(values.fill("{ x {unknown} {agent.name"), "{ x {unknown} {agent.name");
        assert_eq!(hole("Hi {page.url} {visitor.name}").as_deref(), Some("{page.url}"));
        assert_eq!(hole("{x} visitor.name"), None);
    }
}
