//! Sites and what their owners set.
use super::{
    fault::{Fault, Outcome},
    sql::{change, json, many, one, to_json},
};
use crate::{
    domain::{department::Department, site::Edge},
    store::{Site, SiteSettings},
};
use merhaba_shared::protocol::ids::SiteKey;
use rusqlite::{Connection, Row, params};

pub(super) fn add(db: &Connection, site: Site) -> Outcome<Site> {
    let sql = "INSERT INTO sites (key, at, name, color, reception, file_bytes, file_quota, radius, position, routing,
                                  departments)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (key) DO NOTHING";
    let settings = &site.settings;
    let values = params![
        site.key.as_str(),
        site.at,
        settings.name,
        settings.color,
        to_json(&settings.reception)?,
        settings.file_bytes,
        settings.file_quota,
        settings.radius,
        settings.position.map(Edge::as_str),
        to_json(&settings.routing)?,
        to_json(&settings.departments)?
    ];
    if change(db, sql, values)? == 0 {
        return Err(Fault::Conflict);
    }
    set_lists(db, db.last_insert_rowid(), &site.settings)?;
    Ok(site)
}

pub(super) fn get(db: &Connection, key: &SiteKey) -> Outcome<Option<Site>> {
    let sql = "SELECT id, key, at, name, color, reception, file_bytes, file_quota, radius, position, routing, departments FROM sites WHERE key = ?1";
    one(db, sql, [key.as_str()], read)?.map(|found| with_lists(db, found)).transpose()
}

pub(super) fn all(db: &Connection) -> Outcome<Vec<Site>> {
    let sql = "SELECT id, key, at, name, color, reception, file_bytes, file_quota, radius, position, routing, departments FROM sites ORDER BY id";
    let found = many(db, sql, [], read)?;
    found.into_iter().map(|found| with_lists(db, found)).collect()
}

pub(super) fn update(db: &Connection, key: &SiteKey, settings: &SiteSettings) -> Outcome<Option<Site>> {
    let sql = "UPDATE sites SET name = ?2, color = ?3, reception = ?4, file_bytes = ?5, file_quota = ?6,
               radius = ?7, position = ?8, routing = ?9, departments = ?10 WHERE key = ?1 RETURNING id";
    let values = params![
        key.as_str(),
        settings.name,
        settings.color,
        to_json(&settings.reception)?,
        settings.file_bytes,
        settings.file_quota,
        settings.radius,
        settings.position.map(Edge::as_str),
        to_json(&settings.routing)?,
        to_json(&settings.departments)?
    ];
    let Some(site) = one(db, sql, values, |row| row.get(0))? else {
        return Ok(None);
    };
    change(db, "DELETE FROM site_origins WHERE site = ?1", [site])?;
    change(db, "DELETE FROM site_greetings WHERE site = ?1", [site])?;
    set_lists(db, site, settings)?;
    get(db, key)
}

/// The departments of a site, by its row.
pub(super) fn departments(db: &Connection, site: i64) -> Outcome<Vec<Department>> {
    let sql = "SELECT departments FROM sites WHERE id = ?1";
    Ok(one(db, sql, [site], |row| json(row, 0))?.unwrap_or_default())
}

/// The row of a site.
pub(super) fn id(db: &Connection, key: &SiteKey) -> Outcome<Option<i64>> {
    one(db, "SELECT id FROM sites WHERE key = ?1", [key.as_str()], |row| row.get(0))
}

fn read(row: &Row<'_>) -> rusqlite::Result<(i64, Site)> {
    let (reception, file_bytes, file_quota) = (json(row, 5)?, row.get(6)?, row.get(7)?);
    let (name, color, radius) = (row.get(3)?, row.get(4)?, row.get(8)?);
    let position = row.get::<_, Option<String>>(9)?.as_deref().and_then(Edge::parse);
    let settings = SiteSettings {
        name,
        color,
        radius,
        position,
        file_bytes,
        file_quota,
        reception,
        routing: json(row, 10)?,
        departments: json(row, 11)?,
        ..SiteSettings::default()
    };
    Ok((row.get(0)?, Site { key: SiteKey(row.get(1)?), at: row.get(2)?, settings }))
}

fn with_lists(db: &Connection, (id, mut site): (i64, Site)) -> Outcome<Site> {
    let sql = "SELECT origin FROM site_origins WHERE site = ?1 ORDER BY place";
    site.settings.origins = many(db, sql, [id], |row| row.get(0))?;
    let sql = "SELECT language, greeting FROM site_greetings WHERE site = ?1 ORDER BY place";
    site.settings.greetings = many(db, sql, [id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(site)
}

fn set_lists(db: &Connection, site: i64, settings: &SiteSettings) -> Outcome<()> {
    for (place, origin) in settings.origins.iter().enumerate() {
        let sql = "INSERT INTO site_origins (site, place, origin) VALUES (?1, ?2, ?3)";
        change(db, sql, params![site, place, origin])?;
    }
    for (place, (language, greeting)) in settings.greetings.iter().enumerate() {
        let sql = "INSERT INTO site_greetings (site, place, language, greeting) VALUES (?1, ?2, ?3, ?4)";
        change(db, sql, params![site, place, language, greeting])?;
    }
    Ok(())
}
