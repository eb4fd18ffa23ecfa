//! Time and chance for a page: a clock that only goes forward, one timer that is set again and again, random ids.
//! Decides nothing: the machine says when it wants to be woken.
use super::window;
use crate::{client::Ms, protocol::ids::ClientId};
use core::cell::Cell;
use wasm_bindgen::{JsCast, closure::Closure};

/// The longest wait that is asked of the browser at once; a longer one would overflow its 32 bits.
const LONGEST: Ms = 1 << 30;

/// Milliseconds since the page was loaded, on a clock that only goes forward.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positive, and whole milliseconds do"
)]
pub fn now() -> Ms {
    window().performance().map_or(0, |performance| performance.now() as Ms)
}

/// A new id for a message.
#[must_use]
pub fn client_id() -> ClientId {
    let mut id = ClientId([0; 16]);
    random(&mut id.0);
    id
}

/// Any number, for spreading the waits of many pages.
#[must_use]
pub fn seed() -> u32 {
    let mut bytes = [0; 4];
    random(&mut bytes);
    u32::from_le_bytes(bytes)
}

/// Every browser that runs wasm has this source of chance; if one would refuse, equal ids would lose messages, so
/// this stops instead.
fn random(bytes: &mut [u8]) {
    let drawn = window().crypto().and_then(|crypto| crypto.get_random_values_with_u8_array(bytes));
    assert!(drawn.is_ok(), "no random numbers");
}

/// One timer, set again as often as wanted.
pub struct Alarm {
    ring: Closure<dyn FnMut()>,
    set: Cell<Option<i32>>,
}

impl Alarm {
    /// `ring` is called each time the alarm goes off.
    #[must_use]
    pub fn new(ring: impl Fn() + 'static) -> Self {
        Self { ring: Closure::new(ring), set: Cell::new(None) }
    }

    /// Goes off at `at` instead of whenever it was to; `None`: not at all.
    pub fn set(&self, now: Ms, at: Option<Ms>) {
        if let Some(timer) = self.set.take() {
            window().clear_timeout_with_handle(timer);
        }
        let Some(at) = at else { return };
        // Browsers cut fractions: one more keeps it from going off a moment too early.
        let wait = i32::try_from((at.saturating_sub(now) + 1).min(LONGEST)).unwrap_or(i32::MAX);
        let ring = self.ring.as_ref().unchecked_ref();
        self.set.set(window().set_timeout_with_callback_and_timeout_and_arguments_0(ring, wait).ok());
    }
}
