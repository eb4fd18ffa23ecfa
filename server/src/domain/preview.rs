//! The beginning of a message as one line, for lists. Plain text in, plain text out; it never marks anything up.
use merhaba_shared::protocol::model::Attachment;

/// The longest preview in Unicode scalar values.
pub const PREVIEW_CHARS: usize = 120;

/// A message's beginning on one line: runs of white space become one space, control characters and marks that turn
/// the direction of what stands beside them go, a longer text ends in `…`.
#[must_use]
pub fn preview(body: &str) -> String {
    let mut line = String::with_capacity(body.len().min(PREVIEW_CHARS + '…'.len_utf8()));
    let (mut length, mut gap) = (0, false);
    for c in body.chars() {
        if c.is_whitespace() {
            gap = length > 0;
        } else if shown(c) {
            for c in std::mem::take(&mut gap).then_some(' ').into_iter().chain([c]) {
                if length == PREVIEW_CHARS {
                    line.pop();
                    return format!("{}…", line.trim_end());
                }
                line.push(c);
                length += 1;
            }
        }
    }
    line
}

/// What a list shows of a message: its text, or the first of its files if it has none.
#[must_use]
pub fn preview_of(body: &str, attachments: &[Attachment]) -> String {
    let line = preview(body);
    match attachments.first() {
        Some(file) if line.is_empty() => preview(&format!("📎 {}", file.name)),
        _ => line,
    }
}

/// Whether a character has a place in a line of a list.
fn shown(c: char) -> bool {
    (' '..'\u{7f}').contains(&c)
        || !c.is_control() && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::{PREVIEW_CHARS, preview};

    #[test]
    fn lines_and_runs_of_space_become_one_space() {
        assert_eq!(preview("  Merhaba,\n\n\tsipariş\u{a0}nerede?  "), "Merhaba, sipariş nerede?");
    }

    #[test]
    fn a_text_that_fits_stays_whole_and_a_longer_one_says_so() {
        let whole = "ş".repeat(PREVIEW_CHARS);
        assert_eq!(preview(&whole), whole);
        let cut = preview(&format!("{whole}ş"));
        assert_eq!(cut.chars().count(), PREVIEW_CHARS);
        assert!(cut.ends_with("ş…"));
        assert!(!preview(&"ab ".repeat(99)).contains(" …"));
    }

    #[test]
    fn nothing_invisible_moves_the_row() {
        assert_eq!(preview("a\u{202e}b \u{7} c\u{0}"), "ab c");
        assert_eq!(preview("👩\u{200d}👧"), "👩\u{200d}👧");
    }
}
