//! The relay broken on purpose, in one place at a time: what its proofs must notice. Only a build with the feature
//! `mutants` can be broken, by `MERHABA_MUTANT=NAME`; no release build has the feature (`build.rs` refuses), and without
//! it [`on`] is `false` when the program is compiled. Never decides what a break does: that stands where it breaks.

#[cfg(all(feature = "mutants", not(debug_assertions)))]
compile_error!("the feature mutants breaks the relay on purpose: it is for debug builds");

merhaba_shared::mutants! {
    /// P2: a commit does not wait for the disk.
    SynchronousNormal = "synchronous-normal",
    /// P21: a file does not wait for the disk.
    FileUnsynced = "file-unsynced",
    /// P2: the names of what was made are left to chance.
    FolderUnsynced = "folder-unsynced",
    /// P1, P2: who wrote is told before the commit, and with them everybody.
    AcknowledgeEarly = "acknowledge-early",
    /// P5: everybody is told before the commit, who wrote after it.
    PublishEarly = "publish-early",
    /// P3: what a failed commit took back is confirmed.
    FailedCommitAccepted = "failed-commit-accepted",
    /// P3: the relay goes on after a sync that failed.
    FailedSyncIgnored = "failed-sync-ignored",
    /// P4: what is sent again is stored again.
    RepeatStored = "repeat-stored",
    /// P6: now and then a number is left out.
    SeqLeftOut = "seq-left-out",
    /// P7: what comes after a message that could not be stored is stored before it.
    OrderLost = "order-lost",
    /// P8: now and then a session is not sent an entry.
    EntryLeftOut = "entry-left-out",
    /// P8: nobody is told how far a conversation goes.
    HeadsUntold = "heads-untold",
    /// P8: a page is not told how many rows it was told.
    RowsUntold = "rows-untold",
    /// P9: the first entry of what was missed is not sent.
    ReplayShort = "replay-short",
    /// P9, P14: what was missed waits for the next ping.
    ReplayLate = "replay-late",
    /// P9: a page of a timeline ends one entry too early.
    HistoryShort = "history-short",
    /// P11: marks may go back.
    MarksBack = "marks-back",
    /// P12: whatever waits for a session may wait.
    OutboxEndless = "outbox-endless",
    /// P13: publishing waits for who does not read.
    PublishWaits = "publish-waits",
    /// P11: a session whose line fell silent lives on.
    SilenceIgnored = "silence-ignored",
    /// T22: a line that has ended is never let go.
    LineKept = "line-kept",
    /// P15: after a stop all are asked back at once.
    SpreadLost = "spread-lost",
    /// P16: deadlines hang on the wall's clock.
    WallClock = "wall-clock",
    /// P18: a page is told the epoch that it knows.
    EpochEchoed = "epoch-echoed",
    /// P18: a copy is called a backup whatever it holds.
    BackupUncompared = "backup-uncompared",
    /// P18: a backup is put in place whatever it holds.
    RestoreUnchecked = "restore-unchecked",
    /// P10: what is sent and not stored yet is not kept by the browser.
    KeeperForgets = "keeper-forgets",
    /// P22: a page that is too old or too new is taken for one of ours.
    AnyRevision = "any-revision",
    /// P22: a kind of command that nobody knows ends the session.
    UnknownKindFatal = "unknown-kind-fatal",
    /// Audiences: a visitor hears what agents note.
    NoteToVisitor = "note-to-visitor",
    /// Audiences: a visitor hears what waits for approval.
    ProposalToVisitor = "proposal-to-visitor",
}

/// Whether this is broken.
#[cfg(not(feature = "mutants"))]
#[inline]
pub const fn on(_: Mutant) -> bool {
    false
}

#[cfg(feature = "mutants")]
pub use chosen::{choose, on};

#[cfg(feature = "mutants")]
mod chosen {
    use super::{Mutant, NAMES};
    use std::{env, sync::OnceLock};

    /// Read once: a relay is broken for its whole life or not at all.
    static CHOSEN: OnceLock<Result<Option<Mutant>, String>> = OnceLock::new();

    /// Whether this is broken.
    pub fn on(mutant: Mutant) -> bool {
        *CHOSEN.get_or_init(read) == Ok(Some(mutant))
    }

    /// Reads which one it is.
    ///
    /// # Errors
    /// A sentence with all names, if what is named is none.
    pub fn choose() -> Result<(), String> {
        CHOSEN.get_or_init(read).clone().map(drop)
    }

    fn read() -> Result<Option<Mutant>, String> {
        let Some(name) = env::var_os("MERHABA_MUTANT") else { return Ok(None) };
        let found = NAMES.iter().find(|(known, _)| name == *known).map(|(_, mutant)| *mutant);
        let names = || NAMES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        found.map(Some).ok_or_else(|| format!("MERHABA_MUTANT: {} is none of {}", name.display(), names()))
    }
}
