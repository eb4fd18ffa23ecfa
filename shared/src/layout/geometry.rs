//! Widths, heights and the phone's keyboard as pure functions of the window's numbers. Reads no window itself.

/// The widget's panel is the whole screen under this width.
pub const PANEL_WIDTH: f64 = 480.0;
/// ... or this height.
pub const PANEL_HEIGHT: f64 = 560.0;
/// The agent page shows list and thread in turns under this width.
pub const TURNS: f64 = 760.0;
/// The agent page shows the side beside the thread from this width; under it, the side is a sheet.
pub const SIDE: f64 = 1200.0;
/// A smaller difference between the two viewports is a browser's bar, not a keyboard.
const KEYBOARD: f64 = 80.0;
/// From here on somebody has zoomed in, and the visual viewport says nothing of a keyboard.
const ZOOMED: f64 = 1.01;

/// How the agent page uses its width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Columns {
    /// List and thread take turns.
    One,
    /// List and thread; the side is a sheet.
    Two,
    /// List, thread and side.
    Three,
}

/// The columns for a window of this width.
#[must_use]
pub fn columns(width: f64) -> Columns {
    if width < TURNS {
        Columns::One
    } else if width < SIDE {
        Columns::Two
    } else {
        Columns::Three
    }
}

/// Whether the widget's panel takes the whole screen.
#[must_use]
pub fn full_screen(width: f64, height: f64) -> bool {
    width < PANEL_WIDTH || height < PANEL_HEIGHT
}

/// What a window says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// The layout viewport's height.
    pub height: f64,
    /// The visual viewport's height.
    pub seen: f64,
    /// How far the visual viewport's top is below the layout viewport's.
    pub top: f64,
    /// The pinch zoom.
    pub scale: f64,
}

/// How much of the window's bottom a keyboard covers; nothing where the browser makes the window smaller itself.
#[must_use]
pub fn keyboard(window: Window) -> f64 {
    let covered = window.height - window.seen - window.top;
    if window.scale <= ZOOMED && covered > KEYBOARD { covered } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::{Columns, Window, columns, full_screen, keyboard};

    #[test]
    fn columns_change_at_their_widths() {
        assert_eq!([759.9, 760.0, 1199.9, 1200.0].map(columns), [Columns::One, Columns::Two, Columns::Two, Columns::Three]);
    }

    #[test]
    fn a_phone_upright_or_on_its_side_is_filled() {
        assert!(full_screen(390.0, 844.0) && full_screen(844.0, 390.0));
        assert!(!full_screen(480.0, 560.0) && !full_screen(1280.0, 800.0));
    }

    #[test]
    fn a_keyboard_is_what_the_visual_viewport_lacks() {
        let phone = Window { height: 844.0, seen: 508.0, top: 0.0, scale: 1.0 };
        assert!((keyboard(phone) - 336.0).abs() < f64::EPSILON);
        let pushed_up = Window { top: 336.0, ..phone };
        assert!(keyboard(pushed_up).abs() < f64::EPSILON);
    }

    #[test]
    fn bars_and_zoom_are_no_keyboard() {
        let bar = Window { height: 844.0, seen: 784.0, top: 0.0, scale: 1.0 };
        let zoomed = Window { height: 844.0, seen: 422.0, top: 0.0, scale: 2.0 };
        assert!(keyboard(bar).abs() < f64::EPSILON && keyboard(zoomed).abs() < f64::EPSILON);
    }
}
