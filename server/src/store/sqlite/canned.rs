//! Canned replies in SQLite.
use super::{
    Sqlite,
    fault::Outcome,
    sites,
    sql::{change, many, one},
};
use crate::{
    domain::canned::{CANNED, Canned},
    store::{AllCanned, CannedStore, KeptCanned, Pending, SavedCanned},
};
use merhaba_shared::protocol::ids::{Millis, SiteKey};
use rusqlite::{Connection, params};

impl CannedStore for Sqlite {
    fn canned(&self, site: SiteKey, known: Option<u64>) -> Pending<Option<AllCanned>> {
        self.reading(move |db| all(db, &site, known))
    }

    fn save_canned(&self, site: SiteKey, reply: KeptCanned, at: Millis) -> Pending<SavedCanned> {
        self.writing(None, move |db| save(db, &site, &reply, at))
    }

    fn forget_canned(&self, site: SiteKey, id: String) -> Pending<bool> {
        self.writing(None, move |db| forget(db, &site, &id))
    }
}

fn all(db: &Connection, site: &SiteKey, known: Option<u64>) -> Outcome<Option<AllCanned>> {
    let sql = "SELECT id, canned_version FROM sites WHERE key = ?1";
    let site = one(db, sql, [site.as_str()], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, u64>(1)?)))?;
    let Some((site, version)) = site else { return Ok(None) };
    if known == Some(version) {
        return Ok(Some(AllCanned { version, replies: None }));
    }
    let sql = "SELECT public_id, name, language, body FROM canned WHERE site = ?1 ORDER BY name, language";
    let replies = many(db, sql, [site], |row| {
        let language = Some(row.get::<_, String>(2)?).filter(|tag| !tag.is_empty());
        Ok(KeptCanned { id: row.get(0)?, canned: Canned { name: row.get(1)?, language, body: row.get(3)? } })
    })?;
    Ok(Some(AllCanned { version, replies: Some(replies) }))
}

fn save(db: &Connection, site: &SiteKey, reply: &KeptCanned, at: Millis) -> Outcome<SavedCanned> {
    let Some(site) = sites::id(db, site)? else { return Ok(SavedCanned::NotFound) };
    let (id, Canned { name, language, body }) = (&reply.id, &reply.canned);
    let language = language.as_deref().unwrap_or_default();
    let owner = one(db, "SELECT site FROM canned WHERE public_id = ?1", [id], |row| row.get::<_, i64>(0))?;
    if owner.is_some_and(|owner| owner != site) {
        return Ok(SavedCanned::NotFound);
    }
    let taken = "SELECT 1 FROM canned WHERE site = ?1 AND name = ?2 AND language = ?3 AND public_id <> ?4";
    if one(db, taken, params![site, name, language, id], |_| Ok(()))?.is_some() {
        return Ok(SavedCanned::Taken);
    }
    let count = one(db, "SELECT count(*) FROM canned WHERE site = ?1", [site], |row| row.get::<_, usize>(0))?;
    if owner.is_none() && count.unwrap_or(0) >= CANNED {
        return Ok(SavedCanned::Full);
    }
    let sql = "INSERT INTO canned (public_id, site, name, language, body, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
               ON CONFLICT (public_id) DO UPDATE
               SET name = excluded.name, language = excluded.language, body = excluded.body, at = excluded.at";
    change(db, sql, params![id, site, name, language, body, at])?;
    let sql = "UPDATE sites SET canned_version = canned_version + 1 WHERE id = ?1 RETURNING canned_version";
    Ok(SavedCanned::Saved(one(db, sql, [site], |row| row.get(0))?.unwrap_or(0)))
}

fn forget(db: &Connection, site: &SiteKey, id: &str) -> Outcome<bool> {
    let Some(site) = sites::id(db, site)? else { return Ok(false) };
    let gone = change(db, "DELETE FROM canned WHERE site = ?1 AND public_id = ?2", params![site, id])? > 0;
    if gone {
        change(db, "UPDATE sites SET canned_version = canned_version + 1 WHERE id = ?1", [site])?;
    }
    Ok(gone)
}
