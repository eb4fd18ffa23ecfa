//! What time and randomness are while a simulation runs on this thread: all from one seed, and wall time jumps when
//! the simulation says so. Only in tests; a thread without a simulation has the real ones.
use super::Clock;
use crate::dice::Dice;
use merhaba_shared::protocol::ids::Millis;
use std::{cell::RefCell, time::Instant};

/// 2026-11-21, give or take a day: where simulated wall time begins.
const BEGINNING: Millis = 1_795_200_000_000;

struct Simulated {
    dice: Dice,
    began: Instant,
    wall: Millis,
}

thread_local! {
    static SIMULATED: RefCell<Option<Simulated>> = const { RefCell::new(None) };
}

/// As long as this lives, time and randomness of this thread are simulated.
#[must_use]
pub struct Simulation(());

impl Simulation {
    /// Begins with a seed, within a runtime whose time is paused.
    pub fn begin(seed: u64) -> Self {
        let simulated = Simulated { dice: Dice::new(seed), began: Clock.monotonic(), wall: BEGINNING };
        SIMULATED.with_borrow_mut(|slot| *slot = Some(simulated));
        Self(())
    }

    /// Wall time jumps; the clock that only goes forward does not.
    pub fn jump(&self, by: Millis) {
        SIMULATED.with_borrow_mut(|slot| {
            if let Some(simulated) = slot {
                simulated.wall += by;
            }
        });
    }
}

impl Drop for Simulation {
    fn drop(&mut self) {
        SIMULATED.with_borrow_mut(|slot| *slot = None);
    }
}

/// Simulated wall time, if there is a simulation.
pub(super) fn now() -> Option<Millis> {
    SIMULATED.with_borrow(|slot| {
        let simulated = slot.as_ref()?;
        let passed = Clock.monotonic().saturating_duration_since(simulated.began).as_millis();
        Some(simulated.wall + Millis::try_from(passed).unwrap_or(Millis::MAX))
    })
}

/// Fills bytes from the seed; false when there is no simulation.
pub(super) fn fill(bytes: &mut [u8]) -> bool {
    SIMULATED.with_borrow_mut(|slot| slot.as_mut().map(|simulated| simulated.dice.fill(bytes)).is_some())
}
