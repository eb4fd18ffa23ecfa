//! `merhaba backup` and `merhaba restore`: where a backup goes and what it is called, and what the operator is told.
//! The copying itself is the store's. A backup is made by the relay that has the folder open, else by the command.
use crate::{
    cli::Failure,
    clock::Clock,
    config::Config,
    control,
    lock::{Lock, LockError},
    orders::{Order, Outcome},
    store::{
        BackedUp, Holdings,
        sqlite::{self, FILE, Restore},
    },
};
use merhaba_shared::protocol::ids::{Epoch, Millis};
use std::path::{Path, PathBuf};

/// Makes a backup of the folder's store at `to`: a new file, or a folder to put one into.
pub async fn back_up(config: &Config, to: &str) -> Result<Outcome, Failure> {
    // Absolute, since the relay that may do it works in another folder.
    let to = std::path::absolute(to).map_err(|error| Failure::usage(&format!("--to {to}: {error}")))?;
    let to = target(&to, Clock.now()).map_err(|why| Failure::usage(&why))?;
    if !config.data.join(FILE).exists() {
        return Err(Failure::usage(&format!("there is no store in {}", config.data.display())));
    }
    match Lock::take(&config.data) {
        Ok(mut lock) => {
            lock.write("a command that makes a backup")?;
            let made = sqlite::back_up(&config.data, &to);
            made.map(outcome).map_err(|error| Failure::other(&none(&error)))
        }
        Err(held @ LockError::Held { .. }) => {
            let order = Order::Backup { to: to.display().to_string() };
            let answer = control::send(&config.data, &order).await;
            answer
                .map_err(|error| {
                    Failure::usage(&format!("{held}, and does not answer on control.sock: {error}"))
                })?
                .map_err(|why| Failure::other(&why))
        }
        Err(error) => Err(error.into()),
    }
}

/// Puts a backup into the place of the folder's store; with `replace`, of one that is there.
pub fn restore(config: &Config, from: &str, replace: bool) -> Result<Outcome, Failure> {
    let mut lock = Lock::take(&config.data).map_err(|error| match error {
        held @ LockError::Held { .. } => Failure::usage(&format!(
            "{held}; stop it first: a backup takes the place of a store that nobody has open"
        )),
        other => other.into(),
    })?;
    lock.write("a command that restores a backup")?;
    let name = format!("{FILE}.replaced-{}", stamp(Clock.now()));
    let epoch = Epoch(Clock.id());
    let restore = Restore {
        dir: &config.data,
        from: Path::new(from),
        epoch: &epoch,
        aside: replace.then_some(name.as_str()),
    };
    let restored = restore.carry_out().map_err(|error| Failure::usage(&error))?;
    Ok(Outcome::Restored {
        restored: restored.store.file.display().to_string(),
        epoch: restored.store.epoch.0,
        backup_epoch: restored.before.0,
        signed_out: restored.signed_out,
        files_missing: restored.store.files_missing,
        kept: restored.aside.map(|path| path.display().to_string()),
        holdings: restored.store.holdings,
    })
}

/// What is told of a backup.
pub fn outcome(made: BackedUp) -> Outcome {
    Outcome::Backup {
        backup: made.file.display().to_string(),
        bytes: made.bytes,
        epoch: made.epoch.0,
        files_missing: made.files_missing,
        holdings: made.holdings,
    }
}

/// Why there is no backup, as a sentence.
pub fn none(why: &dyn std::fmt::Display) -> String {
    format!("no backup was made: {why}")
}

/// What is said of files that are missing; nothing, if none are.
pub fn missing(files: u64) -> String {
    if files == 0 { String::new() } else { format!(" {files} files are missing or damaged.") }
}

/// What something holds, for people.
pub fn words(holdings: &Holdings) -> String {
    let Holdings { sites, agents, visitors, conversations, entries, notes, files } = holdings;
    format!(
        "{sites} sites, {agents} agents, {visitors} visitors, {conversations} conversations with {entries} entries, {notes} notes, {files} files"
    )
}

/// The file to make: the one that was named, or one named by the time in the folder that was named.
fn target(to: &Path, now: Millis) -> Result<PathBuf, String> {
    if to.is_dir() {
        return Ok(to.join(format!("merhaba-{}.db", stamp(now))));
    }
    if to.exists() {
        return Err(format!("--to {}: it is there already, and a backup overwrites nothing", to.display()));
    }
    match to.parent() {
        Some(folder) if folder.is_dir() => Ok(to.to_owned()),
        _ => Err(format!("--to {}: there is no such folder", to.display())),
    }
}

/// A time as part of a name: `20261121T234501Z`.
fn stamp(at: Millis) -> String {
    let seconds = at.div_euclid(1_000);
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

/// Year, month and day, of days since 1970. Years begin in March here, so that the leap day is a year's last.
fn civil(days: i64) -> (i64, i64, i64) {
    let day = days + 719_468;
    let (era, day) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::{stamp, target};

    #[test]
    fn a_time_is_a_name() {
        assert_eq!(stamp(0), "19700101T000000Z");
        assert_eq!(stamp(951_782_399_999), "20000228T235959Z");
        assert_eq!(stamp(951_868_799_000), "20000229T235959Z");
        assert_eq!(stamp(1_795_304_701_000), "20261121T234501Z");
        assert_eq!(stamp(4_107_542_400_000), "21000301T000000Z");
    }

    #[test]
    fn a_folder_gets_a_file_and_a_file_is_never_overwritten() {
        let dir = tempfile::tempdir().expect("a folder");
        let made = target(dir.path(), 0).expect("a name");
        assert_eq!(made, dir.path().join("merhaba-19700101T000000Z.db"));
        let file = dir.path().join("mine.db");
        assert_eq!(target(&file, 0).as_ref(), Ok(&file));
        std::fs::write(&file, "kept").expect("written");
        assert!(target(&file, 0).is_err_and(|why| why.contains("overwrites nothing")));
        assert!(target(&dir.path().join("none/mine.db"), 0).is_err_and(|why| why.contains("no such folder")));
    }
}
