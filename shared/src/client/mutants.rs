//! The client machine broken on purpose, in one place at a time, as the relay's `mutants` are. Without the feature
//! `mutants`, which no page is built with, [`on`] is `false` when it is compiled and nothing of this is left. It reads no
//! environment: who drives the machine chooses.

/// Makes a list of breaks once: what each is called, and which promise goes with it.
#[macro_export]
macro_rules! mutants {
    ($($(#[doc = $what:literal])+ $variant:ident = $name:literal,)+) => {
        /// What can be broken.
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub enum Mutant {
            $($(#[doc = $what])+ $variant,)+
        }

        /// Every break by its name.
        #[cfg(feature = "mutants")]
        const NAMES: &[(&str, Mutant)] = &[$(($name, Mutant::$variant),)+];
    };
}

mutants! {
    /// P8: an entry is shown whatever is missing before it.
    GapUnchecked = "gap-unchecked",
    /// P8: a page does not compare the rows that came with those that were told.
    RowsUncounted = "rows-uncounted",
    /// P8: a page does not look whether lines of a backstage are missing.
    LinesUncounted = "lines-uncounted",
    /// P11: a message is called sent when it leaves.
    SentEarly = "sent-early",
    /// P7: all that waits is sent at once, the newest first.
    NewestFirst = "newest-first",
    /// P1, P10: what was under way when the line was lost is not sent again.
    UnderWayForgotten = "under-way-forgotten",
    /// P11: nobody asks whether a silent line still lives.
    SilenceBelieved = "silence-believed",
    /// P18: another epoch is taken for the same one.
    EpochIgnored = "epoch-ignored",
}

/// Whether this is broken.
#[cfg(not(feature = "mutants"))]
#[inline]
pub(super) const fn on(_: Mutant) -> bool {
    false
}

#[cfg(feature = "mutants")]
pub use self::chosen::choose;
#[cfg(feature = "mutants")]
pub(super) use self::chosen::on;

#[cfg(feature = "mutants")]
mod chosen {
    use super::{Mutant, NAMES};
    use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    /// Its place in the list; beyond the end, nothing is broken.
    static CHOSEN: AtomicUsize = AtomicUsize::new(usize::MAX);

    /// Whether this is broken.
    pub fn on(mutant: Mutant) -> bool {
        NAMES.get(CHOSEN.load(Relaxed)).is_some_and(|(_, chosen)| *chosen == mutant)
    }

    /// Breaks every machine of this process in this place; whether there is one of that name.
    #[must_use]
    pub fn choose(name: &str) -> bool {
        let found = NAMES.iter().position(|(known, _)| *known == name);
        CHOSEN.store(found.unwrap_or(usize::MAX), Relaxed);
        found.is_some()
    }
}
