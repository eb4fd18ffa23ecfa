//! What a file may be called and what it is: a name that is safe to show and to save, and the kind of picture that its
//! first bytes say it is. A sender's own word for either is never believed.
use merhaba_shared::protocol::limits::{FILE_NAME_BYTES, cut};

/// The media type of everything that the relay has not drawn anew.
pub const OCTETS: &str = "application/octet-stream";
/// A file that has no name left.
const NAMELESS: &str = "file";
/// The longest ending that stays whole when a name is cut, with its dot.
const ENDING: usize = 12;

/// A kind of picture that the relay can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    Webp,
    /// GIF.
    Gif,
}

impl Kind {
    /// The kind that a file's first bytes say it is.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if bytes.starts_with(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some(Self::Webp)
        } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
            Some(Self::Gif)
        } else {
            None
        }
    }

    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
        }
    }

    /// The endings that names of such files have, the usual one first.
    const fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Png => &["png"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Webp => &["webp"],
            Self::Gif => &["gif"],
        }
    }
}

/// A name on one line, without folders, without anything that is not seen or turns the direction of what stands beside
/// it, and without what some system forbids in names; never empty, never hidden, never longer than allowed.
#[must_use]
pub fn clean(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut line = String::with_capacity(last.len().min(FILE_NAME_BYTES));
    for c in last.chars().filter(|c| shown(*c)) {
        let c = if c.is_whitespace() { ' ' } else { c };
        if !(c == ' ' && line.ends_with(' ')) {
            line.push(if "<>:\"|?*".contains(c) { '_' } else { c });
        }
    }
    let line = line.trim_matches(|c| c == '.' || c == ' ');
    if line.is_empty() { NAMELESS.into() } else { shortened(line) }
}

/// Whether a character has a place in a name.
fn shown(c: char) -> bool {
    let turns =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let unseen = matches!(
        c,
        '\u{ad}' | '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{2060}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
    );
    !c.is_control() && !turns && !unseen
}

/// A name that is too long, cut before its ending.
fn shortened(name: &str) -> String {
    if name.len() <= FILE_NAME_BYTES {
        return name.into();
    }
    let ending = name.rfind('.').map_or("", |dot| &name[dot..]);
    let ending = if ending.len() <= ENDING { ending } else { "" };
    format!("{}{ending}", cut(name, FILE_NAME_BYTES - ending.len()).trim_end_matches(['.', ' ']))
}

/// The name of a picture that is of this kind now, whatever it was called: its ending says what it is.
#[must_use]
pub fn named(name: &str, kind: Kind) -> String {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    if kind.endings().iter().any(|known| known.eq_ignore_ascii_case(ending)) {
        return name.into();
    }
    let picture = [Kind::Png, Kind::Jpeg, Kind::Webp, Kind::Gif].into_iter().flat_map(Kind::endings);
    let stem = if picture.into_iter().any(|known| known.eq_ignore_ascii_case(ending)) { stem } else { name };
    shortened(&format!("{stem}.{}", kind.endings()[0]))
}

#[cfg(test)]
mod tests {
    use super::{FILE_NAME_BYTES, Kind, clean, named};

    #[test]
    fn a_name_loses_what_is_no_name() {
        for (given, cleaned) in [
            ("fatura.pdf", "fatura.pdf"),
            ("C:\\Users\\ayşe\\çay.png", "çay.png"),
            ("../../etc/passwd", "passwd"),
            ("..", "file"),
            ("", "file"),
            ("a\u{0}b\r\nc.txt", "abc.txt"),
            ("evil\u{202e}gnp.exe", "evilgnp.exe"),
            (".htaccess", "htaccess"),
            ("a  b\u{a0}c .txt", "a b c .txt"),
            ("what?<b>\"x\".html", "what__b__x_.html"),
            ("a.php.png", "a.php.png"),
            ("\u{feff}\u{200b}", "file"),
        ] {
            assert_eq!(clean(given), cleaned, "{given:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let long = clean(&format!("{}.pdf", "ş".repeat(999)));
        assert!(long.len() <= FILE_NAME_BYTES && long.ends_with("ş.pdf"), "{long}");
        let endless = clean(&format!("a.{}", "x".repeat(999)));
        assert!(endless.len() <= FILE_NAME_BYTES, "{endless}");
    }

    #[test]
    fn a_pictures_ending_says_what_it_is() {
        assert_eq!(named("a.JPEG", Kind::Jpeg), "a.JPEG");
        assert_eq!(named("a.webp", Kind::Jpeg), "a.jpg");
        assert_eq!(named("a.php", Kind::Png), "a.php.png");
        assert_eq!(named("a", Kind::Gif), "a.gif");
    }

    #[test]
    fn bytes_say_what_a_file_is() {
        assert_eq!(Kind::of(b"\x89PNG\r\n\x1a\nrest"), Some(Kind::Png));
        assert_eq!(Kind::of(b"RIFF\0\0\0\0WEBPVP8 "), Some(Kind::Webp));
        assert_eq!(Kind::of(b"RIFF\0\0\0\0WAVE"), None);
        assert_eq!(Kind::of(b"<svg onload=alert(1)>"), None);
        assert_eq!(Kind::of(b""), None);
    }
}
