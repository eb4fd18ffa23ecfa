//! The files of messages in a backup: `NAME.files` beside the backup `NAME`, one folder a site. Each is copied, compared
//! with its row and synced; one that is not there, or not as its row says, is left out and counted, so that a single rotten
//! file keeps nobody from a backup. What was uploaded and not sent is in none.
use super::{fault::Outcome, open, sql::many};
use crate::files::{Files, Form, Written};
use merhaba_shared::protocol::ids::{AttachmentId, SiteKey};
use rusqlite::Connection;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The first version of the store that knows files.
const SINCE: i64 = 4;

/// A file of a message.
struct Held {
    site: SiteKey,
    id: AttachmentId,
    whole: Written,
    preview: Option<Written>,
}

/// Where the files of a backup lie.
pub(super) fn beside(backup: &Path) -> PathBuf {
    let mut name = backup.as_os_str().to_owned();
    name.push(".files");
    name.into()
}

/// What was uploaded and not sent is nobody's after a restore: no page that knows of it comes back.
pub(super) fn forget_unsent(db: &Connection) -> rusqlite::Result<()> {
    if open::version(db)? < SINCE {
        return Ok(());
    }
    db.execute_batch(
        "DELETE FROM files WHERE seq IS NULL;
         UPDATE sites SET file_held = (SELECT coalesce(sum(size + coalesce(preview_size, 0)), 0) FROM files
                                       WHERE site = sites.id)",
    )
}

/// Copies the files of all messages of a store; how many are missing.
pub(super) fn copy(db: &Connection, from: &Files, to: &Files, wanted: &dyn Fn() -> bool) -> io::Result<u64> {
    let held = held(db).map_err(|fault| io::Error::other(format!("{fault:?}")))?;
    let mut missing = 0;
    for Held { site, id, whole, preview } in &held {
        if !wanted() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        for (form, expected) in [(Form::Whole, Some(*whole)), (Form::Preview, *preview)]
            .into_iter()
            .filter_map(|(form, expected)| Some((form, expected?)))
        {
            if !from.holds(site, id, form, expected) {
                missing += u64::from(form == Form::Whole);
                continue;
            }
            let mut source = fs::File::open(from.path(site, id, form)?)?;
            let mut target = to.begin(site, id, form)?;
            io::copy(&mut source, &mut target)?;
            if target.end()? != expected {
                return Err(io::Error::other(format!("the copy of {id} differs")));
            }
        }
    }
    Ok(missing)
}

fn held(db: &Connection) -> Outcome<Vec<Held>> {
    if open::version(db)? < SINCE {
        return Ok(Vec::new());
    }
    let sql = "SELECT s.key, f.public_id, f.size, f.hash, f.preview_size, f.preview_hash
               FROM files f JOIN sites s ON s.id = f.site WHERE f.seq IS NOT NULL ORDER BY f.id";
    many(db, sql, [], |row| {
        let preview: Option<u64> = row.get(4)?;
        let preview =
            preview.map(|size| Ok::<_, rusqlite::Error>(Written { size, hash: row.get(5)? })).transpose()?;
        let whole = Written { size: row.get(2)?, hash: row.get(3)? };
        Ok(Held { site: SiteKey(row.get(0)?), id: AttachmentId(row.get(1)?), whole, preview })
    })
}
