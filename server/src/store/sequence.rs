//! The order of what one socket sends, when the store fails in between: a client may send the next message before the
//! one before it is answered. Never decides when sending may go on; that is the session's.
use crate::mutants::{self, Mutant};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Messages that must keep their order. Once one of them could not be stored, none behind it is: were the disk full
/// for one group of commits and not for the next, they would stand in the log in another order than they were sent.
/// A clone is the same one.
#[derive(Clone, Debug, Default)]
pub struct Sequence(Arc<AtomicBool>);

impl Sequence {
    /// One of them could not be stored.
    pub fn break_off(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether one of them could not be stored.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.0.load(Ordering::Acquire) && !mutants::on(Mutant::OrderLost)
    }
}
