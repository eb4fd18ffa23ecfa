//! Visits in SQLite: one row for each visitor, with the pages of their present visit, and what is read beside a thread.
use super::{
    Sqlite,
    fault::Outcome,
    sql::{change, json, limit, many, one, to_json, word},
    threads,
    visitors::{self, read_agent},
};
use crate::{
    domain::reception::About,
    store::{Pending, Principal, Then, VisitStore, Walk},
};
use merhaba_shared::protocol::{
    ids::{AgentId, ConversationId, Millis, VisitorId},
    limits::{PAST_PAGE, TRAIL, VISIT_ENDS_MS},
    model::{Content, Rating, Side, Status},
    person::{Identity, Past, Person, Step, Visit},
};
use rusqlite::{Connection, Row, params};

impl VisitStore for Sqlite {
    fn walk(&self, walk: Walk, then: Then<Option<Visit>>) -> Pending<Option<Visit>> {
        self.along(then, move |desk| keep(desk.db(), walk))
    }

    fn person(
        &self,
        agent: AgentId,
        conversation: ConversationId,
        before: Option<ConversationId>,
    ) -> Pending<Option<Person>> {
        self.reading(move |db| person(db, &agent, &conversation, before))
    }
}

/// One statement writes, so that nothing is half done when it fails.
fn keep(db: &Connection, walk: Walk) -> Outcome<Option<Visit>> {
    let Some(known) = visitors::known(db, &walk.visitor)? else { return Ok(None) };
    let kept = read(db, known.id, &walk.visitor)?;
    let visit = follow(kept.clone(), walk);
    if kept.as_ref() == Some(&visit) {
        return Ok(Some(visit));
    }
    let sql = "INSERT INTO visits (visitor, began_at, at, referrer, device, trail, attributes)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
               ON CONFLICT (visitor) DO UPDATE
               SET began_at = excluded.began_at, at = excluded.at, referrer = excluded.referrer,
                   device = excluded.device, trail = excluded.trail, attributes = excluded.attributes";
    let device = visit.device.as_ref().map(to_json).transpose()?;
    let (trail, attributes) = (to_json(&visit.trail)?, to_json(&visit.attributes)?);
    let values = params![known.id, visit.began_at, visit.at, visit.referrer, device, trail, attributes];
    change(db, sql, values)?;
    Ok(Some(visit))
}

/// The visit after a walk: the one that is kept, or another one if that was over.
fn follow(kept: Option<Visit>, walk: Walk) -> Visit {
    let first = walk.steps.first().map_or(walk.at, |step| step.at);
    let going_on = kept.as_ref().is_some_and(|visit| first.saturating_sub(visit.at) < VISIT_ENDS_MS);
    let (device, attributes) = kept.as_ref().map(|visit| (&visit.device, &visit.attributes)).unzip();
    let device = walk.device.or_else(|| device.cloned().flatten());
    let attributes = walk.attributes.or_else(|| attributes.cloned()).unwrap_or_default();
    let mut visit = match kept.filter(|_| going_on || walk.steps.is_empty()) {
        Some(visit) => Visit { device, attributes, ..visit },
        None => Visit {
            visitor: walk.visitor,
            began_at: first,
            at: first,
            referrer: walk.referrer,
            device,
            trail: Vec::new(),
            attributes,
        },
    };
    for step in walk.steps {
        go(&mut visit, step);
    }
    visit
}

/// Whoever loads a page again, or is heard of again, is where they were.
fn go(visit: &mut Visit, step: Step) {
    if visit.trail.iter().any(|gone| gone.at == step.at && gone.url == step.url) {
        return;
    }
    visit.at = step.at;
    match visit.trail.last_mut() {
        Some(last) if last.url == step.url => last.title = step.title,
        _ => visit.trail.push(step),
    }
    let beyond = visit.trail.len().saturating_sub(TRAIL);
    visit.trail.drain(..beyond);
}

fn read(db: &Connection, visitor: i64, name: &VisitorId) -> Outcome<Option<Visit>> {
    let sql = "SELECT began_at, at, referrer, device, trail, attributes FROM visits WHERE visitor = ?1";
    one(db, sql, [visitor], |row| {
        let device: Option<String> = row.get(3)?;
        Ok(Visit {
            visitor: name.clone(),
            began_at: row.get(0)?,
            at: row.get(1)?,
            referrer: row.get(2)?,
            device: device.map(|_| json(row, 3)).transpose()?,
            trail: json(row, 4)?,
            attributes: json(row, 5)?,
        })
    })
}

fn person(
    db: &Connection,
    agent: &AgentId,
    conversation: &ConversationId,
    before: Option<ConversationId>,
) -> Outcome<Option<Person>> {
    let Some(place) = threads::id(db, &Principal::Agent(agent.clone()), conversation)? else {
        return Ok(None);
    };
    let sql = "SELECT v.id, v.public_id, v.at, v.name, v.about,
                      (SELECT count(*) FROM conversations o WHERE o.visitor = v.id)
               FROM conversations c JOIN visitors v ON v.id = c.visitor WHERE c.id = ?1";
    let found = one(db, sql, [place], |row| {
        let about: Option<String> = row.get(4)?;
        let about: Option<About> = about.map(|_| json(row, 4)).transpose()?;
        let name: Option<String> = row.get(3)?;
        Ok((
            row.get(0)?,
            VisitorId(row.get(1)?),
            row.get::<_, Millis>(2)?,
            identity(name.as_deref(), about.as_ref()),
            row.get(5)?,
        ))
    })?;
    let Some((visitor, name, since, identity, conversations)) = found else { return Ok(None) };
    let (rated, csat) = mean(db, visitor)?;
    let (past, more) = past(db, (visitor, place), before.as_ref())?;
    let visit = read(db, visitor, &name)?;
    Ok(Some(Person {
        conversation: conversation.clone(),
        before,
        visitor: name,
        identity,
        since,
        here: false,
        visit,
        past,
        more,
        conversations,
        rated,
        csat,
    }))
}

/// What a visitor says of themself is a claim, whatever it is; nobody is verified without a signature of their site.
fn identity(name: Option<&str>, about: Option<&About>) -> Identity {
    let contact = about.is_some_and(|about| about.email.is_some() || about.phone.is_some());
    let named = name.is_some_and(|name| !name.trim().is_empty());
    if named || contact { Identity::Claimed } else { Identity::Anonymous }
}

/// How many of a visitor's ratings say how satisfied they were, and their mean.
fn mean(db: &Connection, visitor: i64) -> Outcome<(u32, Option<u8>)> {
    let sql = "SELECT count(json_extract(e.data, '$.Rated.csat')), round(avg(json_extract(e.data, '$.Rated.csat')))
               FROM conversations c JOIN entries e ON e.conversation = c.id AND e.kind = 3 WHERE c.visitor = ?1";
    let found = one(db, sql, [visitor], |row| Ok((row.get::<_, u32>(0)?, row.get::<_, Option<f64>>(1)?)))?;
    let (rated, mean) = found.unwrap_or_default();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a mean of 0 to 100")]
    Ok((rated, mean.map(|mean| mean.clamp(0.0, 100.0) as u8)))
}

/// Conversations of a visitor besides one of them, the newest first, and whether there are older ones.
fn past(
    db: &Connection,
    (visitor, besides): (i64, i64),
    before: Option<&ConversationId>,
) -> Outcome<(Vec<Past>, bool)> {
    let sql = "SELECT c.public_id, c.status, c.created_at, h.at, h.preview, h.preview_side, a.public_id, a.name,
                      (SELECT e.data FROM entries e WHERE e.conversation = c.id AND e.kind = 3
                       ORDER BY e.seq DESC LIMIT 1),
                      (SELECT count(*) FROM notes n WHERE n.conversation = c.id)
               FROM conversations c JOIN heads h ON h.conversation = c.id LEFT JOIN agents a ON a.id = c.assignee
               WHERE c.visitor = ?1 AND c.id <> ?2
                 AND (?3 IS NULL OR c.id < (SELECT b.id FROM conversations b WHERE b.public_id = ?3 AND b.visitor = ?1))
               ORDER BY c.id DESC LIMIT ?4";
    let values = params![visitor, besides, before.map(ConversationId::as_str), limit(PAST_PAGE + 1)];
    let mut all = many(db, sql, values, read_past)?;
    let more = all.len() > PAST_PAGE;
    all.truncate(PAST_PAGE);
    Ok((all, more))
}

fn read_past(row: &Row<'_>) -> rusqlite::Result<Past> {
    Ok(Past {
        conversation: ConversationId(row.get(0)?),
        status: word(row, 1, Status::from_number)?,
        created_at: row.get(2)?,
        at: row.get(3)?,
        preview: row.get(4)?,
        preview_side: word(row, 5, Side::from_number)?,
        assignee: read_agent(row, 6)?,
        rating: read_rating(row, 8)?,
        notes: row.get(9)?,
    })
}

fn read_rating(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Rating>> {
    let data: Option<String> = row.get(column)?;
    Ok(match data.map(|_| json::<Content>(row, column)).transpose()? {
        Some(Content::Rated(rating)) => Some(rating),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use merhaba_shared::protocol::model::Kind;

    #[test]
    fn the_index_of_ratings_is_of_their_kind() {
        let migration = include_str!("../../../migrations/sqlite/0016_visits.sql");
        assert!(migration.contains(&format!("WHERE kind = {};", Kind::Rated.number())));
    }
}
