//! Files: added when they are durable, given to one message, found by those who may read it, forgotten when they were
//! never sent. Whose a file is stands in every statement.
use super::{
    fault::Outcome,
    sites,
    sql::{change, many, one},
};
use crate::{
    files::Written,
    store::{Holder, Kept, NewFile, Preview, SecretHash, StoredFile},
};
use merhaba_shared::protocol::{
    ids::{AttachmentId, Millis, Seq, SiteKey},
    model::{Attachment, Item, Picture},
};
use rusqlite::{Connection, Row, params};
use std::collections::HashMap;

/// What an attachment counts besides its name in a page of a timeline.
const ATTACHMENT_BYTES: usize = 100;

macro_rules! attachment {
    () => {
        "f.public_id, f.name, f.media_type, f.size, f.width, f.height"
    };
}

/// A file that is to be a message's.
pub(super) struct Unsent {
    id: i64,
    /// As it is told.
    pub(super) attachment: Attachment,
}

pub(super) fn add(db: &Connection, file: &NewFile) -> Outcome<Kept> {
    let Some(site) = sites::id(db, &file.site)? else { return Ok(Kept::NoSite) };
    let (token, agent) = match &file.from {
        Holder::Visitor { token, .. } => (Some(token), None),
        Holder::Agent(agent) => {
            let sql = "SELECT a.id FROM agents a JOIN memberships m ON m.agent = a.id
                       WHERE a.public_id = ?1 AND m.site = ?2";
            let Some(agent) = one(db, sql, params![agent.as_str(), site], |row| row.get::<_, i64>(0))? else {
                return Ok(Kept::NoSite);
            };
            (None, Some(agent))
        }
    };
    let weight = weight(file.whole.size, file.preview.as_ref());
    let sql = "UPDATE sites SET file_held = file_held + ?2 WHERE id = ?1 AND file_held + ?2 <= ?3";
    let quota = i64::try_from(file.quota).unwrap_or(i64::MAX);
    if change(db, sql, params![site, weight, quota])? == 0 {
        return Ok(Kept::Full);
    }
    let (told, preview) = (&file.attachment, file.preview.as_ref());
    let sql =
        "INSERT INTO files (public_id, site, token, agent, at, name, media_type, size, hash, width, height,
                                  preview_type, preview_size, preview_hash)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
    let values = params![
        told.id.as_str(),
        site,
        token,
        agent,
        file.at,
        told.name,
        told.media_type,
        file.whole.size,
        file.whole.hash,
        told.picture.map(|picture| picture.width),
        told.picture.map(|picture| picture.height),
        preview.map(|preview| &preview.media_type),
        preview.map(|preview| preview.bytes.size),
        preview.map(|preview| preview.bytes.hash),
    ];
    change(db, sql, values)?;
    Ok(Kept::Added)
}

fn weight(size: u64, preview: Option<&Preview>) -> u64 {
    size + preview.map_or(0, |preview| preview.bytes.size)
}

pub(super) fn held(db: &Connection, site: &SiteKey) -> Outcome<u64> {
    let sql = "SELECT file_held FROM sites WHERE key = ?1";
    Ok(one(db, sql, [site.as_str()], |row| row.get(0))?.unwrap_or(0))
}

pub(super) fn has_uploads(db: &Connection, site: &SiteKey, token: &SecretHash) -> Outcome<bool> {
    let sql = "SELECT 1 FROM files f JOIN sites s ON s.id = f.site
               WHERE s.key = ?1 AND f.token = ?2 AND f.seq IS NULL LIMIT 1";
    Ok(one(db, sql, params![site.as_str(), token], |_| Ok(()))?.is_some())
}

/// The unsent files of somebody, in this order; `None` when one is not theirs, is sent already, or is not there.
pub(super) fn unsent(db: &Connection, from: &Holder, ids: &[AttachmentId]) -> Outcome<Option<Vec<Unsent>>> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let read = |row: &Row<'_>| Ok(Unsent { attachment: read_attachment(row, 0)?, id: row.get(6)? });
        let file = match from {
            Holder::Visitor { site, token } => {
                let sql = concat!(
                    "SELECT ",
                    attachment!(),
                    ", f.id FROM files f JOIN sites s ON s.id = f.site
                     WHERE f.public_id = ?1 AND f.seq IS NULL AND s.key = ?2 AND f.token = ?3"
                );
                one(db, sql, params![id.as_str(), site.as_str(), token], read)?
            }
            Holder::Agent(agent) => {
                let sql = concat!(
                    "SELECT ",
                    attachment!(),
                    ", f.id FROM files f JOIN agents a ON a.id = f.agent
                     WHERE f.public_id = ?1 AND f.seq IS NULL AND a.public_id = ?2"
                );
                one(db, sql, params![id.as_str(), agent.as_str()], read)?
            }
        };
        match file {
            Some(file) => found.push(file),
            None => return Ok(None),
        }
    }
    Ok(Some(found))
}

/// Whether all of these are of this site.
pub(super) fn are_of(db: &Connection, files: &[Unsent], site: i64) -> Outcome<bool> {
    for file in files {
        let sql = "SELECT 1 FROM files WHERE id = ?1 AND site = ?2";
        if one(db, sql, params![file.id, site], |_| Ok(()))?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Gives files to a message that was just appended.
pub(super) fn give(db: &Connection, files: &[Unsent], conversation: i64, seq: Seq) -> Outcome<()> {
    for (place, file) in files.iter().enumerate() {
        let sql = "UPDATE files SET conversation = ?2, seq = ?3, place = ?4 WHERE id = ?1";
        change(db, sql, params![file.id, conversation, seq, place])?;
    }
    Ok(())
}

/// Puts into messages of one conversation, which come in order or in reverse, the files that belong to them.
pub(super) fn put_into(db: &Connection, conversation: i64, items: &mut [Item]) -> Outcome<()> {
    let (Some(one_end), Some(other)) = (items.first().map(Item::seq), items.last().map(Item::seq)) else {
        return Ok(());
    };
    let sql = concat!(
        "SELECT ",
        attachment!(),
        ", f.seq FROM files f WHERE f.conversation = ?1 AND f.seq BETWEEN ?2 AND ?3 ORDER BY f.seq, f.place"
    );
    let values = params![conversation, one_end.min(other), one_end.max(other)];
    let found = many(db, sql, values, |row| Ok((row.get::<_, Seq>(6)?, read_attachment(row, 0)?)))?;
    if found.is_empty() {
        return Ok(());
    }
    let mut by_seq: HashMap<Seq, Vec<Attachment>> = HashMap::new();
    for (seq, attachment) in found {
        by_seq.entry(seq).or_default().push(attachment);
    }
    for item in items {
        if let Item::Message(message) = item
            && let Some(attachments) = by_seq.remove(&message.seq)
        {
            message.attachments = attachments;
        }
    }
    Ok(())
}

/// The files of one message, in their order.
pub(super) fn of_message(db: &Connection, conversation: i64, seq: Seq) -> Outcome<Vec<Attachment>> {
    let sql = concat!(
        "SELECT ",
        attachment!(),
        " FROM files f WHERE f.conversation = ?1 AND f.seq = ?2 ORDER BY f.place"
    );
    many(db, sql, params![conversation, seq], |row| read_attachment(row, 0))
}

/// Forgets the files of one message, which then are nobody's.
pub(super) fn forget_of(
    db: &Connection,
    conversation: i64,
    seq: Seq,
) -> Outcome<Vec<(SiteKey, AttachmentId)>> {
    let sql = "SELECT f.id, f.site, f.size, f.preview_size, s.key, f.public_id FROM files f
               JOIN sites s ON s.id = f.site WHERE f.conversation = ?1 AND f.seq = ?2";
    let gone = many(db, sql, params![conversation, seq], read_gone)?;
    forget(db, gone)
}

/// What a message's files count in a page of a timeline.
pub(super) fn weigh(attachments: &[Attachment]) -> usize {
    attachments.iter().map(|file| ATTACHMENT_BYTES + file.name.len() + file.media_type.len()).sum()
}

pub(super) fn of(db: &Connection, who: &Holder, ids: &[AttachmentId]) -> Outcome<Vec<StoredFile>> {
    let mut found = Vec::new();
    for id in ids {
        let file = match who {
            Holder::Visitor { site, token } => {
                let sql = concat!(
                    "SELECT ",
                    attachment!(),
                    ", s.key, f.hash, f.preview_type, f.preview_size, f.preview_hash
                     FROM files f JOIN sites s ON s.id = f.site LEFT JOIN conversations c ON c.id = f.conversation
                     LEFT JOIN visitors v ON v.id = c.visitor
                     WHERE f.public_id = ?1 AND s.key = ?2
                       AND CASE WHEN f.seq IS NULL THEN f.token = ?3 ELSE v.token = ?3 END"
                );
                one(db, sql, params![id.as_str(), site.as_str(), token], read_stored)?
            }
            Holder::Agent(agent) => {
                let sql = concat!(
                    "SELECT ",
                    attachment!(),
                    ", s.key, f.hash, f.preview_type, f.preview_size, f.preview_hash
                     FROM files f JOIN sites s ON s.id = f.site JOIN memberships m ON m.site = f.site
                     JOIN agents a ON a.id = m.agent
                     WHERE f.public_id = ?1 AND a.public_id = ?2 AND (f.seq IS NOT NULL OR f.agent = a.id)"
                );
                one(db, sql, params![id.as_str(), agent.as_str()], read_stored)?
            }
        };
        found.extend(file);
    }
    Ok(found)
}

pub(super) fn known(db: &Connection, ids: Vec<AttachmentId>) -> Outcome<Vec<AttachmentId>> {
    let mut found = Vec::new();
    for id in ids {
        if one(db, "SELECT 1 FROM files WHERE public_id = ?1", [id.as_str()], |_| Ok(()))?.is_some() {
            found.push(id);
        }
    }
    Ok(found)
}

pub(super) fn forget_unsent(db: &Connection, before: Millis) -> Outcome<Vec<(SiteKey, AttachmentId)>> {
    let sql = "SELECT f.id, f.site, f.size, f.preview_size, s.key, f.public_id FROM files f
               JOIN sites s ON s.id = f.site WHERE f.seq IS NULL AND f.at < ?1";
    let old = many(db, sql, [before], read_gone)?;
    forget(db, old)
}

/// A file that is to go: its row, its site's, what it weighs, and its name.
type Gone = (i64, i64, u64, (SiteKey, AttachmentId));

fn read_gone(row: &Row<'_>) -> rusqlite::Result<Gone> {
    let weight = row.get::<_, u64>(2)? + row.get::<_, Option<u64>>(3)?.unwrap_or(0);
    Ok((row.get(0)?, row.get(1)?, weight, (SiteKey(row.get(4)?), AttachmentId(row.get(5)?))))
}

fn forget(db: &Connection, old: Vec<Gone>) -> Outcome<Vec<(SiteKey, AttachmentId)>> {
    let mut names = Vec::with_capacity(old.len());
    for (id, site, weight, name) in old {
        change(db, "DELETE FROM files WHERE id = ?1", [id])?;
        change(db, "UPDATE sites SET file_held = file_held - ?2 WHERE id = ?1", params![site, weight])?;
        names.push(name);
    }
    Ok(names)
}

fn read_attachment(row: &Row<'_>, first: usize) -> rusqlite::Result<Attachment> {
    let width: Option<u32> = row.get(first + 4)?;
    let picture = width.map(|width| Ok::<_, rusqlite::Error>(Picture { width, height: row.get(first + 5)? }));
    Ok(Attachment {
        id: AttachmentId(row.get(first)?),
        name: row.get(first + 1)?,
        media_type: row.get(first + 2)?,
        size: row.get(first + 3)?,
        picture: picture.transpose()?,
    })
}

fn read_stored(row: &Row<'_>) -> rusqlite::Result<StoredFile> {
    let attachment = read_attachment(row, 0)?;
    let whole = Written { size: attachment.size, hash: row.get(7)? };
    let media_type: Option<String> = row.get(8)?;
    let preview = media_type.map(|media_type| {
        let bytes = Written { size: row.get(9)?, hash: row.get(10)? };
        Ok::<_, rusqlite::Error>(Preview { media_type, bytes })
    });
    Ok(StoredFile { site: SiteKey(row.get(6)?), attachment, whole, preview: preview.transpose()? })
}
