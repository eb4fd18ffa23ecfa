//! Which form of a text goes with a whole number, in each language of the widget: the categories of Unicode's CLDR, as
//! `Intl.PluralRules` gives them in the page. Only for what the relay draws itself; never for fractions.

/// Every category.
const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// The category of a number: the ending of the text's name.
#[must_use]
pub fn category(language: &str, number: usize) -> &'static str {
    let (ten, hundred) = (number % 10, number % 100);
    match language {
        "ar" => match (number, hundred) {
            (0, _) => "zero",
            (1, _) => "one",
            (2, _) => "two",
            (_, 3..=10) => "few",
            (_, 11..=99) => "many",
            _ => "other",
        },
        "ru" => match (ten, hundred) {
            (1, hundred) if hundred != 11 => "one",
            (2..=4, hundred) if !(12..=14).contains(&hundred) => "few",
            _ => "many",
        },
        "fr" | "pt" if number < 2 => "one",
        _ if number == 1 => "one",
        _ => "other",
    }
}

/// The text that a form belongs to: its name without the category.
#[must_use]
pub fn text(form: &str) -> &str {
    let ending = form.rsplit_once('_').filter(|(_, ending)| CATEGORIES.contains(ending));
    ending.map_or(form, |(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::{category, text};

    #[test]
    fn a_form_belongs_to_its_text() {
        assert_eq!(
            ["too_long_few", "too_long", "not_sent", "new_messages_other"].map(text),
            ["too_long", "too_long", "not_sent", "new_messages"]
        );
    }

    #[test]
    fn each_language_counts_as_its_people_do() {
        let forms = |language: &str, numbers: &[usize]| {
            numbers.iter().map(|number| category(language, *number)).collect::<Vec<_>>().join(" ")
        };
        for language in ["en", "tr", "de", "es"] {
            assert_eq!(forms(language, &[0, 1, 2, 21]), "other one other other", "{language}");
        }
        for language in ["fr", "pt"] {
            assert_eq!(forms(language, &[0, 1, 2, 21]), "one one other other", "{language}");
        }
        assert_eq!(forms("ru", &[1, 21, 101, 11, 111]), "one one one many many");
        assert_eq!(forms("ru", &[2, 4, 22, 104, 12, 14, 113]), "few few few few many many many");
        assert_eq!(forms("ru", &[0, 5, 20, 30, 100]), "many many many many many");
        assert_eq!(forms("ar", &[0, 1, 2]), "zero one two");
        assert_eq!(forms("ar", &[3, 10, 103, 110]), "few few few few");
        assert_eq!(forms("ar", &[11, 99, 111, 199]), "many many many many");
        assert_eq!(forms("ar", &[100, 101, 102, 200, 1_000]), "other other other other other");
    }
}
