//! The details beside the thread: a column that this browser remembers as shut, or a sheet that is opened each time.
use super::Desk;
use leptos::prelude::*;

/// From here on there is a column for them; the styles say the same.
const WIDE: &str = "(min-width: 1200px)";

/// Whether there is a column for the details now.
fn is_wide() -> bool {
    // Nothing to ask is a browser without a screen.
    window().match_media(WIDE).ok().flatten().is_some_and(|query| query.matches())
}

impl Desk {
    /// Whether the column stands there, where there is room for it.
    pub const fn beside(self) -> RwSignal<bool> {
        self.prefs.beside
    }

    /// Whether the details are shown, as column or as sheet.
    pub fn are_details_shown(self) -> bool {
        let (sheet, column) = (self.details.get(), self.prefs.beside.get());
        if is_wide() { column } else { sheet }
    }

    /// Shows the details, or puts them away.
    pub fn show_details(self, on: bool) {
        if is_wide() { self.prefs.beside.set(on) } else { self.details.set(on) }
    }

    /// The one or the other.
    pub fn toggle_details(self) {
        let shown = if is_wide() { self.prefs.beside } else { self.details };
        shown.update(|on| *on = !*on);
    }
}
