//! Who is meant by `@Name` in a note: the text itself says it, so whoever writes one, a page or a program, mentions in the same
//! way. Knows no store.
use merhaba_shared::protocol::triage::fold_tag;

/// Agents that one note mentions at most; more are not told.
pub const MENTIONED: usize = 20;

/// Which of these names stand in a text behind an `@` that begins a word, each once, as places in `names`. Capitals make no
/// difference. Of names that begin alike the longest is meant; of agents with one name all are.
#[must_use]
pub fn mentioned(text: &str, names: &[&str]) -> Vec<usize> {
    let folded: Vec<_> = names.iter().map(|name| fold_tag(name.trim())).collect();
    let mut found = Vec::new();
    let mut before = None;
    for (at, letter) in text.char_indices() {
        if letter == '@' && before.is_none_or(|before: char| !before.is_alphanumeric()) {
            let rest = fold_tag(&text[at + 1..]);
            let stands = |name: &String| {
                let behind = rest.strip_prefix(name.as_str());
                !name.is_empty()
                    && behind.is_some_and(|rest| !rest.starts_with(|letter: char| letter.is_alphanumeric()))
            };
            let longest = folded.iter().filter(|name| stands(name)).map(String::len).max();
            for (place, name) in folded.iter().enumerate() {
                if Some(name.len()) == longest && stands(name) && !found.contains(&place) {
                    found.push(place);
                }
            }
        }
        before = Some(letter);
    }
    found.truncate(MENTIONED);
    found
}

#[cfg(test)]
mod tests {
    use super::{MENTIONED, mentioned};

    const NAMES: [&str; 5] = ["Elif", "Elif Su", "Işık", "Mert", "mert"];

    #[test]
    fn a_name_behind_a_sign_is_meant_and_nothing_else_is() {
        let of = |text| mentioned(text, &NAMES);
        assert_eq!(of("@Elif bakar mısın"), [0]);
        assert_eq!(of("(@Elif)"), [0]);
        assert_eq!(of("@elif, @ışık!"), [0, 2]);
        assert_eq!(of("@IŞIK @Işık"), [2], "each once");
        assert_eq!(of("@Elif Su gelsin"), [1], "the longest");
        assert_eq!(of("@Elif Suna gelsin"), [0]);
        assert_eq!(of("@Mert"), [3, 4], "of one name all");
        for nobody in ["Elif", "a@Elif", "@Elifsu", "@ Elif", "@", "", "@@", "elif@example.com"] {
            assert_eq!(of(nobody), [0; 0], "{nobody}");
        }
    }

    #[test]
    fn it_is_bounded_and_a_name_of_blanks_is_nobodys() {
        let names: Vec<_> = (0..40).map(|number| format!("n{number}x")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let text = format!("@{}", names.join(" @"));
        assert_eq!(mentioned(&text, &names).len(), MENTIONED);
        assert!(mentioned("@ @", &[" ", ""]).is_empty());
    }
}
