//! What an agent types into the search field, as an expression for the index. Whatever is typed is looked for: nothing of
//! it is ever the index's own syntax. Knows no store.

/// The longest search in Unicode scalar values; the rest is not looked for.
pub const SEARCH_CHARS: usize = 200;
/// Words and phrases of one search; more are not looked for.
const PIECES: usize = 12;
/// Letters of the last word from which it is the beginning of others: what begins with one letter is nearly everything.
const BEGINNING: usize = 2;

/// The letters that case and diacritics alone do not bring together: a Turkish i, with its dot or without, in either case.
/// One character for one, so that places in the result are places in the text.
#[must_use]
pub fn fold(text: &str) -> String {
    text.chars().map(|letter| if matches!(letter, 'ı' | 'İ' | 'I') { 'i' } else { letter }).collect()
}

/// What is looked for: every word, phrases in quotes, and the last word as the beginning of one. `None`: nothing is.
#[must_use]
pub fn expression(typed: &str) -> Option<String> {
    let typed: String = typed.chars().take(SEARCH_CHARS).map(tidy).collect();
    let mut found = Vec::new();
    for (place, part) in typed.split('"').enumerate() {
        // Every other part stands between quotes.
        if place % 2 == 1 {
            found.push(part.trim());
        } else {
            found.extend(part.split_whitespace());
        }
    }
    let open = !typed.ends_with([' ', '"']);
    let mut pieces: Vec<String> = found
        .into_iter()
        .filter(|piece| piece.chars().any(char::is_alphanumeric))
        .take(PIECES)
        .map(|piece| format!("\"{}\"", fold(piece)))
        .collect();
    let long =
        |piece: &&mut String| piece.chars().filter(|letter| letter.is_alphanumeric()).count() >= BEGINNING;
    if let Some(last) = pieces.last_mut().filter(|piece| open && long(piece)) {
        last.push('*');
    }
    (!pieces.is_empty()).then(|| pieces.join(" AND "))
}

/// Quotes of any kind are quotes, and what cannot be seen is a blank.
fn tidy(letter: char) -> char {
    match letter {
        '“' | '”' | '„' | '«' | '»' => '"',
        letter if letter.is_control() || letter.is_whitespace() => ' ',
        letter => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::{expression, fold};

    fn of(typed: &str) -> String {
        expression(typed).unwrap_or_default()
    }

    #[test]
    fn words_phrases_and_a_beginning() {
        assert_eq!(of("kargo gec"), r#""kargo" AND "gec"*"#);
        assert_eq!(of("kargo gec "), r#""kargo" AND "gec""#);
        assert_eq!(of(r#""kargo gecikti""#), r#""kargo gecikti""#);
        assert_eq!(of(r#"iade "kargo ge"#), r#""iade" AND "kargo ge"*"#);
        assert_eq!(of("“iki söz” son"), r#""iki söz" AND "son"*"#);
    }

    #[test]
    fn syntax_is_text() {
        assert_eq!(of("a OR b NOT c*"), r#""a" AND "OR" AND "b" AND "NOT" AND "c*""#);
        assert_eq!(of("site:s1 ^x NEAR(a)"), r#""site:s1" AND "^x" AND "NEAR(a)"*"#);
        assert_eq!(of("a\0b"), r#""a" AND "b""#);
        for nothing in ["", "  ", "\"", "\"\"", "*", "( ) -", "🙏"] {
            assert_eq!(expression(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn it_is_bounded() {
        let typed = "ab ".repeat(100);
        assert_eq!(of(&typed).matches("AND").count(), 11);
        assert_eq!(of(&"a".repeat(1_000)).len(), 203);
    }

    #[test]
    fn a_turkish_i_is_one_letter() {
        assert_eq!(fold("IŞIK İyi ışık"), "iŞiK iyi işik");
        assert_eq!(fold("İstanbul").chars().count(), "İstanbul".chars().count());
    }
}
