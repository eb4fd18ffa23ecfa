//! The small markup of messages: `*bold*`, `_italic_`, `~strike~`, a code in backticks, and addresses that begin with
//! `http://` or `https://`. A text becomes spans; whoever draws them makes nodes. What is no markup stays as it is. Pure,
//! in time linear in the text. `widget/parts/text.js` does the same for the widget, and `shared/tests/spans.json` holds
//! both to the same cases.
use alloc::vec::Vec;

/// How a span looks, as a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style(u8);

impl Style {
    /// `*…*`
    pub const BOLD: Self = Self(1);
    /// `_…_`
    pub const ITALIC: Self = Self(2);
    /// `~…~`
    pub const STRIKE: Self = Self(4);
    /// A code.
    pub const CODE: Self = Self(8);
    /// An address, which is its own text.
    pub const LINK: Self = Self(16);

    /// Whether all of another are in this one.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A piece of a message that looks the same throughout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span<'a> {
    /// Its text.
    pub text: &'a str,
    /// How it looks.
    pub style: Style,
}

/// The markers; which one is its bit in a [`Style`].
const MARKERS: [char; 4] = ['*', '_', '~', '`'];
/// What an address does not end with, although it can stand in one.
const TRAILING: &str = ".,;:!?'\"*_~`";

/// What a character is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Text,
    /// Begins an address that ends before this character.
    Address(usize),
    /// Opens a style (its number) that this character closes.
    Opens(usize, usize),
}

/// Whether a text has nothing that could be markup: then it is one span.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    !text.contains(MARKERS) && !text.contains("http")
}

/// The spans of a text, in order. Joined, they are the text without the markers that were understood.
#[must_use]
pub fn spans(text: &str) -> Vec<Span<'_>> {
    if is_plain(text) {
        let style = Style::default();
        return if text.is_empty() { Vec::new() } else { Vec::from([Span { text, style }]) };
    }
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    let mut parts = addresses(text, &letters);
    pair(&letters, &mut parts);
    draw(text, &letters, &parts)
}

/// The addresses of a text.
fn addresses(text: &str, letters: &[(usize, char)]) -> Vec<Part> {
    let mut parts = alloc::vec![Part::Text; letters.len()];
    let mut at = 0;
    while let Some((place, letter)) = letters.get(at).copied() {
        let rest = text.get(place..).unwrap_or_default();
        let scheme = ["https://", "http://"].into_iter().find(|scheme| rest.starts_with(scheme));
        let fresh = at == 0 || letters.get(at - 1).is_some_and(|(_, before)| !before.is_alphanumeric());
        match scheme.filter(|_| letter == 'h' && fresh) {
            Some(scheme) => {
                let end = end_of_address(letters, at);
                if end > at + scheme.len() {
                    parts[at] = Part::Address(end);
                }
                at = end.max(at + scheme.len());
            }
            None => at += 1,
        }
    }
    parts
}

/// Where an address that begins at `from` ends: before white space, and without what belongs to the sentence around it.
fn end_of_address(letters: &[(usize, char)], from: usize) -> usize {
    let stops = |letter: char| letter.is_whitespace() || matches!(letter, '<' | '>' | '"');
    let length = letters[from..].iter().take_while(|(_, letter)| !stops(*letter)).count();
    let (mut end, mut open) = (from + length, 0_i32);
    for (_, letter) in &letters[from..end] {
        open += i32::from(*letter == '(') - i32::from(*letter == ')');
    }
    while let Some((_, last)) = letters.get(end - 1).filter(|_| end > from) {
        if *last == ')' && open < 0 {
            open += 1;
        } else if !TRAILING.contains(*last) {
            break;
        }
        end -= 1;
    }
    end
}

/// Finds for each marker that may open the next one on its line that may close it, from the end to the beginning.
fn pair(letters: &[(usize, char)], parts: &mut [Part]) {
    let mut covered = alloc::vec![false; letters.len()];
    for at in 0..letters.len() {
        if let Part::Address(end) = parts[at] {
            covered[at..end].fill(true);
        }
    }
    let mut closers: [Option<usize>; 4] = [None; 4];
    let around = |at: usize| letters.get(at).map(|(_, letter)| *letter);
    for at in (0..letters.len()).rev() {
        let letter = letters[at].1;
        if letter == '\n' {
            closers = [None; 4];
        }
        let Some(kind) = MARKERS.iter().position(|marker| *marker == letter).filter(|_| !covered[at]) else {
            continue;
        };
        let (before, after) = (at.checked_sub(1).and_then(around), around(at + 1));
        let inner = |letter: Option<char>| letter.is_some_and(|letter| !letter.is_whitespace());
        let outer = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
        if outer(before)
            && inner(after)
            && let Some(close) = closers[kind].filter(|close| *close > at + 1)
        {
            parts[at] = Part::Opens(kind, close);
        }
        if inner(before) && outer(after) {
            closers[kind] = Some(at);
        }
    }
}

fn draw<'a>(text: &'a str, letters: &[(usize, char)], parts: &[Part]) -> Vec<Span<'a>> {
    let mut out = Vec::new();
    let mut open: Vec<(usize, usize)> = Vec::new();
    let (mut from, mut at) = (0, 0);
    let place = |at: usize| letters.get(at).map_or(text.len(), |(place, _)| *place);
    let style = |open: &[(usize, usize)]| Style(open.iter().fold(0, |bits, (kind, _)| bits | 1 << kind));
    let mut push = |from: usize, to: usize, style: Style| {
        let piece = text.get(place(from)..place(to)).unwrap_or_default();
        if !piece.is_empty() {
            out.push(Span { text: piece, style });
        }
    };
    while at < letters.len() {
        let closes = open.last().map(|(_, close)| *close);
        let code = open.last().is_some_and(|(kind, _)| *kind == 3);
        match parts[at] {
            _ if closes == Some(at) => {
                push(from, at, style(&open));
                open.pop();
                (from, at) = (at + 1, at + 1);
            }
            Part::Opens(kind, close)
                if !code
                    && closes.is_none_or(|outer| close < outer)
                    && open.iter().all(|(other, _)| *other != kind) =>
            {
                push(from, at, style(&open));
                open.push((kind, close));
                (from, at) = (at + 1, at + 1);
            }
            Part::Address(end) if !code && closes.is_none_or(|outer| end <= outer) => {
                push(from, at, style(&open));
                push(at, end, Style(style(&open).0 | Style::LINK.0));
                (from, at) = (end, end);
            }
            _ => at += 1,
        }
    }
    push(from, letters.len(), Style::default());
    out
}

#[cfg(test)]
mod tests {
    use super::spans;
    use proptest::prelude::*;

    #[test]
    fn the_longest_way_around_is_short() {
        for piece in ["*a ", "a* ", "*_~`", "https://a ", "(*", "http://(((", "`*a` "] {
            assert!(!spans(&piece.repeat(200_000)).is_empty(), "{piece}");
        }
    }

    proptest! {
        #[test]
        fn nothing_but_markers_is_taken_away(text in "[a*_~` \\nş(h.:/]{0,60}|(http://|https://|[*_~`a .)\\n]){0,30}|\\PC*") {
            let joined: String = spans(&text).into_iter().map(|span| span.text).collect();
            let mut rest = text.chars();
            for letter in joined.chars() {
                let skipped = rest.by_ref().take_while(|other| *other != letter).all(|other| "*_~`".contains(other));
                prop_assert!(skipped, "{text:?} became {joined:?}");
            }
            prop_assert!(rest.all(|other| "*_~`".contains(other)), "{text:?} became {joined:?}");
        }
    }
}
