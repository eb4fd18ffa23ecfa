//! The widget's eight languages: each says everything that English says, with the same gaps, in the forms that it counts
//! with, and in its own words and typography. They read files; nothing of ours is run.
use merhaba_tests::sources;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// The folders with one file for each language.
const FOLDERS: [&str; 4] =
    ["widget/i18n", "widget/i18n/parts", "widget/i18n/reception", "server/src/http/notices"];

/// Each language with its plural categories for whole numbers up to a million (Unicode's CLDR).
const LANGUAGES: [(&str, &[&str]); 8] = [
    ("ar", &["few", "many", "one", "other", "two", "zero"]),
    ("de", &["one", "other"]),
    ("en", &["one", "other"]),
    ("es", &["one", "other"]),
    ("fr", &["one", "other"]),
    ("pt", &["one", "other"]),
    ("ru", &["few", "many", "one", "other"]),
    ("tr", &["one", "other"]),
];

/// Words that are the same in English: loanwords, and names that stand for themselves.
const SAME: [&str; 7] = ["Chat", "Form", "Menu", "Team", "Messages", "Emoji", "E-mail"];

type Texts = BTreeMap<String, String>;

fn read(folder: &str, language: &str) -> Texts {
    let file = sources::root().join(folder).join(format!("{language}.json"));
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// A text's name and its plural category, where it has one.
fn split(key: &str) -> (&str, Option<&str>) {
    let form = key.rsplit_once('_').filter(|(_, end)| LANGUAGES[0].1.contains(end));
    form.map_or((key, None), |(name, category)| (name, Some(category)))
}

/// The `{n}` of a text.
fn gaps(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

/// How a text ends: as a sentence, as a question, or as a word.
fn end(text: &str) -> char {
    match text.chars().last() {
        Some('?' | '؟') => '?',
        Some(end @ ('.' | '!')) => end,
        _ => ' ',
    }
}

/// What is wrong with a text by itself: its typography, its letters.
fn flaw(language: &str, text: &str) -> Option<&'static str> {
    let outside = text.split(['{', '}']).step_by(2).collect::<String>();
    let written = |from: char, to: char| outside.chars().any(|letter| (from..=to).contains(&letter));
    match language {
        _ if text.trim() != text || text.is_empty() => Some("is blank or has blanks around it"),
        _ if text.contains("...") || text.contains('…') => Some("has three dots"),
        _ if text.contains('\'') || text.contains('"') => Some("has a typewriter's quotation mark"),
        "ar" if !written('\u{621}', '\u{64a}') => Some("is not written in Arabic"),
        "ar" if text.contains('?') || text.contains(',') => Some("has Latin marks for ؟ and ،"),
        "ru" if !written('а', 'я') => Some("is not written in Russian"),
        "es" if text.contains('?') != text.contains('¿') || text.contains('!') != text.contains('¡') => {
            Some("lacks the mark before the question or the cry")
        }
        "fr" if [" ?", " !", " :", " ;"].iter().any(|mark| text.contains(mark)) => {
            Some("has a space that may break before its mark")
        }
        _ => None,
    }
}

/// What is wrong with a language's texts beside the English ones.
fn flaws(language: &str, categories: &[&str], texts: &Texts, english: &Texts) -> Vec<String> {
    let mut found = Vec::new();
    let names = |texts: &Texts| -> BTreeSet<String> { texts.keys().map(|key| split(key).0.into()).collect() };
    for name in names(texts).symmetric_difference(&names(english)) {
        found.push(format!("{name} is missing here or in English"));
    }
    for (key, text) in texts {
        let (name, category) = split(key);
        let Some(en) = english.get(name).or_else(|| english.get(&format!("{name}_other"))) else { continue };
        // Arabic has words for none, one and two of a thing: the number itself is then left out.
        let in_words = language == "ar" && matches!(category, Some("zero" | "one" | "two"));
        if gaps(text) != gaps(en) && !(in_words && gaps(text).is_empty()) {
            found.push(format!("{key} has other gaps than {en:?}: {text:?}"));
        }
        if end(text) != end(en) {
            found.push(format!("{key} ends otherwise than {en:?}: {text:?}"));
        }
        if language != "en" && text == en && !SAME.contains(&text.as_str()) {
            found.push(format!("{key} is still English: {text:?}"));
        }
        found.extend(flaw(language, text).map(|flaw| format!("{key} {flaw}: {text:?}")));
    }
    for name in names(texts) {
        let forms: Vec<_> = texts.keys().map(|key| split(key)).filter(|form| form.0 == name).collect();
        let forms: Vec<_> = forms.into_iter().filter_map(|(_, category)| category).collect();
        if !forms.is_empty() && forms != categories {
            found.push(format!("{name} has the forms {forms:?}, and {language} counts in {categories:?}"));
        }
    }
    found
}

#[test]
fn every_language_says_everything_in_its_own_words() {
    let mut found = Vec::new();
    for folder in FOLDERS.into_iter().filter(|folder| Path::new(&sources::root()).join(folder).exists()) {
        let english = read(folder, "en");
        assert!(!english.is_empty(), "{folder} has texts");
        for (language, categories) in LANGUAGES {
            let flaws = flaws(language, categories, &read(folder, language), &english);
            found.extend(flaws.into_iter().map(|flaw| format!("{folder}/{language}.json: {flaw}")));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn there_are_eight_languages_and_a_text_for_each_number_in_each() {
    for folder in FOLDERS {
        let files = fs::read_dir(sources::root().join(folder)).into_iter().flatten().flatten();
        let mut found: Vec<_> = files
            .filter_map(|file| file.file_name().to_string_lossy().strip_suffix(".json").map(str::to_owned))
            .collect();
        found.sort();
        let expected = LANGUAGES.map(|(language, _)| language);
        assert!(found.is_empty() && folder.ends_with("parts") || found == expected, "{folder}: {found:?}");
    }
    let counted: Vec<_> = read("widget/i18n", "en").into_keys().filter(|key| key.contains("_one")).collect();
    assert!(counted.len() >= 3, "{counted:?}");
}

#[test]
fn what_is_wrong_is_found() {
    let english: Texts = [("a_one", "{n} thing."), ("a_other", "{n} things."), ("b", "Open")]
        .map(|(key, text)| (key.to_owned(), text.to_owned()))
        .into();
    let of = |texts: &[(&str, &str)]| -> Texts {
        texts.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
    };
    let wrong = |language: &str, texts: &[(&str, &str)]| {
        let categories = LANGUAGES.iter().find(|(name, _)| *name == language).expect("a language").1;
        flaws(language, categories, &of(texts), &english).join("; ")
    };
    let whole = [("a_one", "{n} şey."), ("a_other", "{n} şey."), ("b", "Aç")];
    assert_eq!(wrong("tr", &whole), "");
    assert!(
        wrong("ru", &[("a_one", "{n} вещь."), ("a_other", "{n} вещи."), ("b", "Да")]).contains("counts in")
    );
    assert!(wrong("tr", &[("a_one", "{n} şey."), ("a_other", "Şey."), ("b", "Aç")]).contains("other gaps"));
    assert!(
        wrong("tr", &[("a_one", "{n} şey."), ("a_other", "{n} şey."), ("b", "Open")]).contains("English")
    );
    assert!(wrong("tr", &whole[..2]).contains("missing"));
    assert!(
        wrong("fr", &[("a_one", "{n} l'un."), ("a_other", "{n} des."), ("b", "Ah")]).contains("quotation")
    );
    assert!(wrong("ar", &[("b", "Open it")]).contains("not written in Arabic"));
}

/// The emoji that the picker has.
fn emoji() -> BTreeSet<String> {
    let file = sources::root().join("widget/parts/emoji.js");
    let picker = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let (_, groups) = picker.split_once("const GROUPS = {").expect("groups");
    let (groups, _) = groups.split_once("};").expect("their end");
    let lists = groups.split('\'').skip(1).step_by(2);
    lists
        .flat_map(|list| list.split('|'))
        .filter_map(|entry| entry.split(' ').next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn each_emoji_is_found_in_each_language() {
    let signs = emoji();
    assert!(signs.len() > 150, "{signs:?}");
    for (language, _) in LANGUAGES.iter().filter(|(language, _)| !["en", "tr"].contains(language)) {
        let words = read("widget/i18n/emoji", language);
        assert_eq!(
            words.keys().cloned().collect::<BTreeSet<_>>(),
            signs,
            "{language}: .ci/emoji writes them anew"
        );
        for (sign, text) in words {
            assert!(text.split(' ').any(|word| flaw(language, word).is_none()), "{language} {sign}: {text}");
        }
    }
}
