//! How readable a colour is, by WCAG's relative luminance, and whether black or white is written on it. Pure numbers,
//! for both pages and the relay; the tokens (layout/tokens.css) decide the same in the browser.

/// A colour's three channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(u8, u8, u8);

impl Rgb {
    /// Reads `#rrggbb`.
    #[must_use]
    pub fn parse(hex: &str) -> Option<Self> {
        let digits = hex.strip_prefix('#')?;
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let channel = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        Some(Self(channel(0)?, channel(2)?, channel(4)?))
    }

    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// Contrast with white, 1 to 21.
    #[must_use]
    pub fn with_white(self) -> f64 {
        1.05 / (self.luminance() + 0.05)
    }

    /// Contrast with black, 1 to 21.
    #[must_use]
    pub fn with_black(self) -> f64 {
        (self.luminance() + 0.05) / 0.05
    }

    /// Whether white is the better of the two to write on it with.
    #[must_use]
    pub fn takes_white(self) -> bool {
        self.with_white() >= self.with_black()
    }

    /// The contrast of the text that is put on it: never under 4.58.
    #[must_use]
    pub fn with_text(self) -> f64 {
        if self.takes_white() { self.with_white() } else { self.with_black() }
    }
}

/// A ratio for people: one digit, rounded down, so that 4.49 never reads as 4.5.
#[must_use]
pub fn ratio(value: f64) -> f64 {
    (value * 10.0).floor() / 10.0
}

#[cfg(test)]
mod tests {
    use super::{Rgb, ratio};

    #[test]
    fn the_ends_are_one_and_twenty_one() {
        let (black, white) = (Rgb::parse("#000000").expect("hex"), Rgb::parse("#FFFFFF").expect("hex"));
        assert!((ratio(black.with_white()) - 21.0).abs() < 0.01);
        assert!((ratio(white.with_white()) - 1.0).abs() < 0.01);
        assert!(black.takes_white() && !white.takes_white());
    }

    #[test]
    fn our_turquoise_takes_white_and_is_readable() {
        let brand = Rgb::parse("#0b7a75").expect("hex");
        assert!(brand.takes_white());
        assert!(brand.with_text() >= 4.5);
    }

    #[test]
    fn every_colour_can_be_written_on() {
        let steps = || (0..=255).step_by(5);
        for (r, g, b) in steps().flat_map(|r| steps().flat_map(move |g| steps().map(move |b| (r, g, b)))) {
            let color = Rgb(r, g, b);
            assert!(color.with_text() >= 4.5, "{color:?} {}", color.with_text());
        }
    }

    #[test]
    fn what_is_not_six_hex_digits_is_no_colour() {
        for bad in ["", "#fff", "0b7a75", "#0b7a7g", "#0b7a755", "#ışş"] {
            assert_eq!(Rgb::parse(bad), None, "{bad}");
        }
    }
}
