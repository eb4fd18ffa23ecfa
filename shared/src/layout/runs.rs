//! Which lines of a log belong together, and what stands for a face. Pure.
use crate::protocol::ids::Millis;
use alloc::string::String;

/// Lines of one author closer than this share one time and one face.
const TOGETHER: Millis = 5 * 60 * 1000;

/// Whether a line goes on with the run of the line before it.
#[must_use]
pub const fn goes_on(same_author: bool, before: Millis, at: Millis) -> bool {
    same_author && at - before < TOGETHER
}

/// The first letters of the first and the last word of a name, as they are: the style makes them capitals, since
/// only the page's language knows how.
#[must_use]
pub fn initials(name: &str) -> String {
    let (mut first, mut last, mut between) = (None, None, true);
    for letter in name.chars() {
        if between && !letter.is_whitespace() {
            last = first.and(Some(letter));
            first = first.or(Some(letter));
        }
        between = letter.is_whitespace();
    }
    first.into_iter().chain(last).collect()
}

#[cfg(test)]
mod tests {
    use super::{goes_on, initials};

    #[test]
    fn a_run_ends_after_five_minutes_or_with_the_author() {
        assert!(goes_on(true, 0, 299_999));
        assert!(!goes_on(true, 0, 300_000));
        assert!(!goes_on(false, 0, 1));
    }

    #[test]
    fn faces_have_one_or_two_letters() {
        assert_eq!(["Elif Kaya", "ışıl", "  ", "Ali Can Öz"].map(initials), ["EK", "ı", "", "AÖ"]);
    }
}
