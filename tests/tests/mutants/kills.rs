//! Which proof notices which break, and in which words. Every break has at least one line here; a new one brings its own.

/// What is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The relay: a name of `server/src/mutants.rs`.
    Relay(&'static str),
    /// The client machines on the pages: a name of `shared/src/client/mutants.rs`.
    Page(&'static str),
}

/// Where a proof is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// `tests/tests/promises`.
    Promises,
    /// `tests/tests/contract.rs`.
    Contract,
    /// The relay's own tests.
    Within,
}

/// When it is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Each time.
    Always,
    /// In `make soak`.
    Soak,
    /// In `make soak`, with the proof in its long form.
    Long,
}

/// A break, and the proof that must turn red.
#[derive(Clone, Copy, Debug)]
pub struct Kill {
    pub broken: Broken,
    pub place: Place,
    pub proof: &'static str,
    /// What it says then: what is wrong, not that something took too long to start.
    pub words: &'static str,
    pub when: When,
}

const fn kill(broken: Broken, place: Place, proof: &'static str, words: &'static str, when: When) -> Kill {
    Kill { broken, place, proof, words, when }
}

use Broken::{Page, Relay};
use Place::{Contract, Promises, Within};
use When::{Always, Long, Soak};

const FILES: &str = "files::an_acknowledgement_leaves_after_its_files_are_synced";
const ORDER: &str = "syscalls::an_acknowledgement_leaves_after_the_sync";
const WRITES: &str = "failing::a_failed_write_is_refused_and_no_more";
const FRAMES: &str = "proxy::a_lost_or_doubled_frame_loses_and_doubles_nothing";
const ROW: &str = "proxy::a_lost_row_of_a_list_is_noticed_and_repaired_within_ten_seconds";
const LINE: &str = "proxy::a_lost_line_of_the_backstage_is_noticed_and_repaired_within_ten_seconds";
const NEIGHBOURS: &str = "versions::neighbouring_versions_work_together";
const CALM: &str = "proxy::a_good_line_needs_no_repair";
const CUTS: &str = "cuts::what_was_acknowledged_survives_a_power_cut_at_any_instant";
const SILENCE: &str = "network::a_line_that_falls_silent_is_noticed_in_time";
const RESTORE: &str = "backup::a_restored_backup_is_noticed_and_never_mixed";
const SIMULATION: &str = "session::tests::simulation::after_any_faults_everybody_comes_together";
const FUZZ: &str =
    "session::tests::fuzz::whatever_is_sent_a_session_answers_or_closes_and_the_store_stays_right";
const DEAF: &str = "slow::who_stops_reading_costs_little_and_loses_nothing";

/// All of them, by promise.
pub const KILLS: &[Kill] = &[
    // P1 and P2: what was acknowledged is there.
    kill(Relay("synchronous-normal"), Promises, ORDER, ", acknowledged at line", Always),
    kill(Relay("acknowledge-early"), Promises, ORDER, ", acknowledged at line", Soak),
    kill(Relay("file-unsynced"), Promises, FILES, ": its bytes were not synced", Soak),
    kill(Relay("folder-unsynced"), Promises, CUTS, ": the folder is gone with", Soak),
    // P3: nothing is acknowledged that is not stored.
    kill(Relay("failed-commit-accepted"), Promises, WRITES, ": lost, and stored without a word", Always),
    kill(
        Relay("failed-sync-ignored"),
        Promises,
        "failing::a_failed_sync_ends_the_relay_and_loses_nothing",
        " failed, and the relay goes on",
        Soak,
    ),
    // P4: once.
    kill(Relay("repeat-stored"), Promises, FRAMES, " is stored twice", Always),
    kill(Relay("repeat-stored"), Within, SIMULATION, "stored twice: Message", Soak),
    // P5: nobody sees what a crash can take back.
    kill(Relay("publish-early"), Promises, ORDER, ", delivered at line", Soak),
    // P6: without a hole.
    kill(Relay("seq-left-out"), Promises, CUTS, " conversations have a hole", Soak),
    kill(Relay("seq-left-out"), Within, FUZZ, "a hole in ", Soak),
    // P7: in order.
    kill(Relay("order-lost"), Promises, WRITES, ": stored in another order than written", Always),
    kill(Page("newest-first"), Promises, CALM, ": sent in one order, stored as", Soak),
    kill(Page("newest-first"), Within, SIMULATION, " wrote Message", Soak),
    // P8: a gap is never silent.
    kill(Relay("entry-left-out"), Promises, CALM, "pages of the log: the visitor's, and the agent's", Soak),
    kill(
        Relay("heads-untold"),
        Promises,
        "proxy::a_gap_is_noticed_and_repaired_within_ten_seconds",
        "the lost message: not within 10s",
        Soak,
    ),
    kill(Page("gap-unchecked"), Promises, FRAMES, " is shown after Some(", Soak),
    kill(Relay("rows-untold"), Promises, ROW, "the lost row: not within 10s", Soak),
    kill(Page("rows-uncounted"), Promises, ROW, "the lost row: not within 10s", Soak),
    kill(Page("lines-uncounted"), Promises, LINE, "the lost line: not within 10s", Soak),
    // P9 and P14: what was missed follows.
    kill(
        Relay("replay-short"),
        Promises,
        "pauses::a_page_that_slept_is_up_to_date_soon_after_it_wakes",
        "everything on both screens: not within 10s",
        Soak,
    ),
    kill(
        Relay("replay-late"),
        Promises,
        "herd::a_herd_comes_back_and_misses_nothing",
        "confirmed 1, shows 2 up to Some(2)",
        Soak,
    ),
    kill(Relay("history-short"), Promises, WRITES, ": lost, and stored without a word", Soak),
    // P10: what was sent survives.
    kill(
        Relay("keeper-forgets"),
        Promises,
        "browser::what_two_tabs_wrote_without_a_network_survives_them_both_in_order",
        "=== \"visitor-1;,visitor-2;\"",
        Soak,
    ),
    // P11: the screen never lies.
    kill(
        Relay("marks-back"),
        Contract,
        "marks_only_grow_and_both_sides_are_told",
        "a mark went back: ",
        Soak,
    ),
    kill(Relay("marks-back"), Within, SIMULATION, " unread", Soak),
    kill(Relay("silence-ignored"), Promises, SILENCE, "the relay keeps dead sessions", Long),
    kill(Page("silence-believed"), Promises, SILENCE, "both notice: not within 17s", Soak),
    kill(Page("sent-early"), Promises, FRAMES, " is shown as sent, and nobody said so", Soak),
    kill(
        Page("under-way-forgotten"),
        Promises,
        "proxy::a_line_cut_anywhere_loses_and_doubles_nothing",
        "wrote 1, confirmed 0, shows 0 up to None",
        Soak,
    ),
    // P12 and P13: who does not read.
    kill(Relay("outbox-endless"), Promises, DEAF, ": more waited than may", Always),
    kill(
        Relay("publish-waits"),
        Promises,
        "slow::who_stops_reading_slows_nobody",
        "the others' delay moved each time",
        Soak,
    ),
    // P15: a restart.
    kill(
        Relay("spread-lost"),
        Promises,
        "herd::a_restart_loses_nothing_and_shows_no_error",
        " of all come back within the same half second",
        Soak,
    ),
    // T22: what is over costs nothing any more.
    kill(
        Relay("line-kept"),
        Promises,
        "soak::a_fault_a_minute_costs_nothing_for_good",
        " descriptors; everybody talks: true",
        Soak,
    ),
    // P16: clocks.
    kill(
        Relay("wall-clock"),
        Promises,
        "clocks::a_clock_that_jumps_changes_no_order_and_drops_nobody",
        "the relay withdrew the token",
        Soak,
    ),
    // P18: another life of the store.
    kill(Relay("epoch-echoed"), Promises, RESTORE, "pages that show something else than the log", Soak),
    kill(Page("epoch-ignored"), Promises, RESTORE, "pages that show something else than the log", Soak),
    kill(Page("epoch-ignored"), Within, SIMULATION, " shows what is not so", Soak),
    kill(
        Relay("backup-uncompared"),
        Promises,
        "backup::a_copy_that_the_disk_spoils_is_never_called_a_backup",
        " is called a backup: ",
        Soak,
    ),
    kill(
        Relay("restore-unchecked"),
        Within,
        "store::sqlite::restore::tests::a_page_that_was_changed_on_the_disk_is_found",
        "damaged: Restored",
        Soak,
    ),
    // P22: neighbouring versions.
    kill(Relay("any-revision"), Promises, NEIGHBOURS, "Server sent no subprotocol", Soak),
    kill(Relay("unknown-kind-fatal"), Promises, NEIGHBOURS, "somewhere to write to: not within", Soak),
    // Audiences.
    kill(Relay("note-to-visitor"), Contract, "notes_are_the_agents_own", "huysuz", Always),
    kill(
        Relay("proposal-to-visitor"),
        Within,
        "session::tests::approval::what_a_trainee_writes_is_told_to_the_team_and_goes_when_somebody_lets_it",
        "unapproved words",
        Soak,
    ),
];
