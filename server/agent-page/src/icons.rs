//! The page's icons as line drawings. Each is decoration: the word stands beside it or in the label.
use leptos::prelude::*;

macro_rules! icons {
    ($($(#[$meta:meta])* $name:ident = $path:literal;)+) => { $(
        $(#[$meta])*
        pub const $name: &str = $path;
    )+ };
}

icons! {
    /// An in-tray.
    INBOX = "M4 13l2.500-7h11L20 13v5H4zM4 13h5l1.500 2.500h3L15 13h5";
    /// A browser window.
    SITE = "M4 5h16v14H4zM4 9.500h16M7 7.250h.01M9.500 7.250h.01";
    /// An arrow out of a door.
    OUT = "M10 5H5v14h5M14 8l4 4-4 4M18 12H9";
    /// A bell.
    BELL = "M6 17V11a6 6 0 0112 0v6l1.500 1.500h-15zM10 20.500h4";
    /// A bell, struck through.
    BELL_OFF = "M6 17V11a6 6 0 018.500-5.450M18 11v6l1.500 1.500H7M10 20.500h4M4 4l16 16";
    /// A speech bubble that calls.
    CALL = "M5 5h14v11h-6l-4 3.500V16H5zM12 7.500v3.500M12 13.250h.01";
    /// An arrow to where one came from.
    BACK = "M15 5l-7 7 7 7";
    /// An i in a circle.
    INFO = "M12 4a8 8 0 100 16 8 8 0 000-16zM12 11v5M12 8h.01";
    /// A magnifying glass.
    LOOK = "M10.500 4a6.500 6.500 0 100 13 6.500 6.500 0 000-13zM15.500 15.500L20 20";
    /// A speech bubble with lines in it.
    CANNED = "M5 5h14v11h-8l-4 3.500V16H5zM8.500 9h7M8.500 12h4.500";
    /// A cross.
    CLOSE = "M6 6l12 12M18 6L6 18";
    /// A tick.
    CHECK = "M5 12.500l4.500 4.500L19 7";
    /// Two things to choose from.
    CHOICES = "M6 4h12a2 2 0 012 2v2a2 2 0 01-2 2H6a2 2 0 01-2-2V6a2 2 0 012-2zM6 14h12a2 2 0 012 2v2a2 2 0 01-2 2H6a2 2 0 01-2-2v-2a2 2 0 012-2z";
    /// A paper clip.
    CLIP = "M20 11.5l-8 8a5 5 0 01-7-7l8.5-8.5a3.4 3.4 0 015 4.8L10 17.3a1.7 1.7 0 01-2.5-2.4L15 7.5";
    /// An arrow up.
    SEND = "M12 19V5M6 11l6-6 6 6";
    /// An arrow down.
    DOWN = "M12 5v14M6 13l6 6 6-6";
    /// A chevron downwards.
    CHEVRON = "M6 9l6 6 6-6";
    /// A clock.
    CLOCK = "M12 4a8 8 0 100 16 8 8 0 000-16zM12 8v4l3 2";
    /// Two arrows in a circle.
    RETRY = "M4 12a8 8 0 0114-5M20 12a8 8 0 01-14 5M18 3v4h-4M6 21v-4h4";
    /// Two sheets.
    COPY = "M9 9h10v11H9zM15 9V4H5v11h4";
    /// A plus.
    PLUS = "M12 5v14M5 12h14";
    /// A speech bubble.
    TALK = "M20 11.500a7.500 7.500 0 01-11 6.600L4 19.500l1.400-4.500A7.500 7.500 0 1120 11.500z";
    /// A screen.
    SCREEN = "M4 5h16v11H4zM9 20h6M12 16v4";
    /// Put among the device's programs.
    INSTALL = "M12 4v11M8 11l4 4 4-4M5 20h14";
    /// A phone.
    PHONE = "M8 3.500h8v17H8zM11 17.500h2";
    /// An arrow from one to another.
    GIVE = "M5 6v12M9 12h10M15 8l4 4-4 4";
    /// A star.
    STAR = "M12 4l2.400 5 5.600.700-4.100 3.800 1.100 5.500-5-2.800-5 2.800 1.100-5.500L4 9.700 9.600 9z";
    /// A flag.
    FLAG = "M6 20V5M6 5h11l-2 3.500 2 3.500H6";
    /// Lines that get shorter.
    FILTER = "M4 7h16M7 12h10M10 17h4";
    /// Two marks of speech.
    QUOTE = "M4.500 17V12.500q0-5 4.500-6M4.500 12.500h4.500V17zM14 17v-4.500q0-5 4.500-6M14 12.500h4.500V17z";
    /// A pencil.
    EDIT = "M4 20h4L19.500 8.500l-4-4L4 16zM13 7l4 4";
    /// A bin.
    BIN = "M5 7h14M10 4h4M7 7l1 13h8l1-13M10.500 11v5M13.500 11v5";
    /// A flash.
    BOLT = "M13 3.500L5 13.500h6l-1 7 8-10h-6z";
    /// A keyboard.
    KEYS = "M3.500 7h17v10.500h-17zM7 10.500h.01M10.300 10.500h.01M13.700 10.500h.01M17 10.500h.01M8 14h8";
    /// A sheet with a folded corner.
    NOTE = "M5 4.500h14v10l-5 5H5zM19 14.500h-5v5M8.500 9h7M8.500 12.500h3";
    /// A luggage tag.
    TAG = "M4 4.500h7.500l8.500 8.500-7 7-9-8.500zM8 8.500h.01";
    /// An arrow up to a line.
    UP = "M12 19V6M6 12l6-6 6 6";
    /// A hand.
    TAKE = "M12 4v10M8 10l4 4 4-4M5 19h14";
}

/// An icon.
pub fn icon(path: &'static str) -> impl IntoView {
    view! { <svg viewBox="0 0 24 24" aria-hidden="true"><path d=path></path></svg> }
}
