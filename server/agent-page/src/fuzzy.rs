//! How well what is typed fits a line: every word of it has to be there, its letters in order, the better the closer they
//! stand together and the more of them begin a word. Capitals, marks and the Turkish i make no difference. Knows no page.
use super::canned::fold;

/// A letter that begins a word.
const BEGINS: u32 = 8;
/// A letter right after the one before it.
const FOLLOWS: u32 = 6;
/// Any letter.
const LETTER: u32 = 1;
/// All letters of the word together, at the beginning of one.
const WHOLE: u32 = 10;

/// How well a line fits, more being better; `None`: not at all. Nothing typed fits everything.
pub fn fit(typed: &str, line: &str) -> Option<u32> {
    let line: Vec<char> = fold(line).chars().collect();
    let mut sum = 0;
    for word in fold(typed).split_whitespace() {
        let word: Vec<char> = word.chars().collect();
        sum += (0..line.len()).filter_map(|from| from_here(&word, &line, from)).max()?;
    }
    Some(sum)
}

/// The same of what people wrote: there a word has to stand as it was typed, or everything would fit.
pub fn fit_exactly(typed: &str, text: &str) -> Option<u32> {
    let text = fold(text);
    let mut sum = 0;
    for word in fold(typed).split_whitespace() {
        let at = text.find(word)?;
        let begins = text[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric());
        sum += if begins { BEGINS } else { LETTER };
    }
    Some(sum)
}

/// The letters of a word in order, the first of them here. Between two of them there may be a gap only where a word begins
/// after it, or where all together are no longer than twice the word.
fn from_here(word: &[char], line: &[char], from: usize) -> Option<u32> {
    let (first, rest) = word.split_first()?;
    if line.get(from) != Some(first) {
        return None;
    }
    let begins = |at: usize| at == 0 || !line[at - 1].is_alphanumeric();
    let (mut points, mut at, mut apart) = (if begins(from) { BEGINS } else { LETTER }, from, 0);
    for letter in rest {
        let next = (at + 1..line.len()).find(|next| line[*next] == *letter)?;
        if next == at + 1 {
            points += FOLLOWS;
        } else if begins(next) {
            points += BEGINS;
        } else {
            apart += next - at - 1;
            points += LETTER;
        }
        at = next;
    }
    let together = begins(from) && at - from + 1 == word.len();
    (apart <= word.len()).then_some(if together { points + WHOLE } else { points })
}

#[cfg(test)]
mod tests {
    use super::{fit, fit_exactly};

    fn best<'a>(typed: &str, lines: &[&'a str]) -> Vec<&'a str> {
        let mut found: Vec<_> = lines.iter().filter_map(|line| Some((fit(typed, line)?, *line))).collect();
        found.sort_by_key(|(points, _)| std::cmp::Reverse(*points));
        found.into_iter().map(|(_, line)| line).collect()
    }

    #[test]
    fn the_closest_comes_first() {
        let lines = ["Hand over", "Resolve", "Open again", "Take over", "Add a tag", "Sign out"];
        assert_eq!(best("res", &lines), ["Resolve"]);
        assert_eq!(best("over", &lines), ["Hand over", "Take over"]);
        assert_eq!(best("ho", &lines)[0], "Hand over", "the beginnings of its words");
        assert_eq!(best("rslv", &lines), ["Resolve"], "letters left out");
        assert_eq!(best("tag add", &lines), ["Add a tag"], "words in any order");
        assert_eq!(best("so", &lines)[0], "Sign out");
        assert_eq!(best("zzz", &lines), [""; 0]);
        assert_eq!(best("", &lines).len(), lines.len());
    }

    #[test]
    fn letters_far_apart_are_no_fit() {
        assert_eq!(fit("kg", "kaaaaaaaag"), None);
        assert!(fit("kg", "kaaaaaaaa g").is_some(), "what begins a word is near");
        assert!(fit("kg", "kaag").is_some());
    }

    #[test]
    fn turkish_letters_are_found_from_any_keyboard() {
        for typed in ["çöz", "coz", "ÇÖZ", "COZ"] {
            assert!(fit(typed, "Çözümle").is_some(), "{typed}");
        }
        for typed in ["ışık", "IŞIK", "isik", "ISIK", "İŞİK"] {
            assert!(fit(typed, "Işık Demir").is_some(), "{typed}");
            assert!(fit_exactly(typed, "Işık Demir").is_some(), "{typed}");
        }
    }

    #[test]
    fn what_people_wrote_is_found_by_whole_pieces_only() {
        assert!(fit_exactly("kargo gel", "Kargom ne zaman gelir?").is_some());
        assert_eq!(fit_exactly("krg", "Kargom ne zaman gelir?"), None);
        assert!(fit_exactly("kar", "Kargom") > fit_exactly("arg", "Kargom"));
    }
}
