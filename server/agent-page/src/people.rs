//! What people are called on the page: names, numbers, initials. Everything here ends as a text node.
use super::i18n::{Lang, Texts, fill};
use merhaba_shared::protocol::{
    agent::{InboxRow, VisitorCard},
    model::Side,
};

/// The name a visitor typed, else their number.
pub fn visitor(card: &VisitorCard, texts: &Texts) -> String {
    match card.name.as_deref().map(str::trim) {
        Some(name) if !name.is_empty() => name.into(),
        _ => fill(texts.visitor, &[("n", &card.number.to_string())]),
    }
}

/// What stands in a visitor's face: initials, else the number.
pub fn visitor_face(card: &VisitorCard, lang: Lang) -> String {
    let named = card.name.as_deref().map(|name| initials(name, lang)).filter(|letters| !letters.is_empty());
    named.unwrap_or_else(|| (card.number % 1000).to_string())
}

/// The first letters of the first and the last word.
pub fn initials(name: &str, lang: Lang) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    let letters = first.into_iter().chain(words.next_back());
    letters.flat_map(|letter| upper(letter, lang)).collect()
}

/// Upper case as the language writes it: Turkish keeps the dot of its i.
fn upper(letter: char, lang: Lang) -> Vec<char> {
    if letter == 'i' && lang == Lang::Tr { vec!['İ'] } else { letter.to_uppercase().collect() }
}

/// A row's latest words, with whose they are.
pub fn preview(row: &InboxRow, texts: &Texts) -> String {
    words(&row.preview, row.preview_side, texts)
}

/// A conversation's latest words, with whose they are.
pub fn words(preview: &str, side: Side, texts: &Texts) -> String {
    // Every message shows something of itself, unless it was taken away.
    if preview.is_empty() {
        return texts.message_gone.into();
    }
    match side {
        Side::Visitor => preview.into(),
        Side::Agent => fill(texts.answered, &[("text", preview)]),
    }
}

#[cfg(test)]
mod tests {
    use super::initials;
    use crate::i18n::Lang;

    #[test]
    fn initials_are_first_and_last_and_turkish_keeps_its_dot() {
        assert_eq!(initials("Elif Kaya", Lang::En), "EK");
        assert_eq!(initials("irem su ilgaz", Lang::Tr), "İİ");
        assert_eq!(initials("irem", Lang::En), "I");
        assert_eq!(initials(" 🙏 ", Lang::En), "");
        assert_eq!(initials("Jonas von Schreiber-Lindqvist", Lang::En), "JS");
    }
}
