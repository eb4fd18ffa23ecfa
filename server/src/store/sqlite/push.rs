//! Subscriptions and the relay's key for push services, in SQLite. The key and the endpoints go to nobody but the courier.
use super::{
    Sqlite,
    fault::{Fault, Outcome},
    sql::{change, many, one, word},
};
use crate::store::{Pending, PushStore, SUBSCRIPTIONS, SecretHash, Subscription, Target};
use merhaba_shared::protocol::{
    agent::Role,
    ids::{AgentId, Millis, SiteKey},
};
use rusqlite::{Connection, params};

impl PushStore for Sqlite {
    fn push_key(&self, new: Vec<u8>) -> Pending<Vec<u8>> {
        self.writing(None, move |db| {
            change(db, "INSERT INTO push_key (id, pkcs8) VALUES (1, ?1) ON CONFLICT DO NOTHING", [&new])?;
            one(db, "SELECT pkcs8 FROM push_key", [], |row| row.get(0))?.ok_or(Fault::Conflict)
        })
    }

    fn subscribe(&self, secret: SecretHash, subscription: Subscription, at: Millis) -> Pending<bool> {
        self.writing(None, move |db| subscribe(db, &secret, &subscription, at))
    }

    fn unsubscribe(&self, secret: SecretHash) -> Pending<()> {
        self.writing(None, move |db| {
            change(db, "DELETE FROM push_subscriptions WHERE sign_in = ?1", [&secret]).map(|_| ())
        })
    }

    fn forget_endpoint(&self, endpoint: String) -> Pending<()> {
        self.writing(None, move |db| {
            change(db, "DELETE FROM push_subscriptions WHERE endpoint = ?1", [&endpoint]).map(|_| ())
        })
    }

    fn push_targets(&self, site: SiteKey, used: Millis, made: Millis) -> Pending<Vec<Target>> {
        self.reading(move |db| targets(db, &site, used, made))
    }
}

fn subscribe(db: &Connection, secret: &SecretHash, new: &Subscription, at: Millis) -> Outcome<bool> {
    let sql = "SELECT agent FROM sign_ins WHERE secret = ?1";
    let Some(agent) = one(db, sql, [secret], |row| row.get::<_, i64>(0))? else { return Ok(false) };
    // A browser in which somebody else signed in keeps its endpoint; it is theirs now.
    let sql = "DELETE FROM push_subscriptions WHERE sign_in = ?1 OR endpoint = ?2";
    change(db, sql, params![secret, new.endpoint])?;
    let sql =
        "INSERT INTO push_subscriptions (sign_in, endpoint, p256dh, auth, at) VALUES (?1, ?2, ?3, ?4, ?5)";
    change(db, sql, params![secret, new.endpoint, new.p256dh, new.auth, at])?;
    let sql = "DELETE FROM push_subscriptions WHERE sign_in IN (
                   SELECT p.sign_in FROM sign_ins s JOIN push_subscriptions p ON p.sign_in = s.secret
                   WHERE s.agent = ?1 ORDER BY p.sign_in = ?2 DESC, p.at DESC LIMIT -1 OFFSET ?3)";
    change(db, sql, params![agent, secret, SUBSCRIPTIONS])?;
    Ok(true)
}

fn targets(db: &Connection, site: &SiteKey, used: Millis, made: Millis) -> Outcome<Vec<Target>> {
    let sql = "SELECT m.role, a.public_id, t.name, p.endpoint, p.p256dh, p.auth FROM sites t
               JOIN memberships m ON m.site = t.id JOIN agents a ON a.id = m.agent
               JOIN sign_ins s ON s.agent = a.id JOIN push_subscriptions p ON p.sign_in = s.secret
               WHERE t.key = ?1 AND s.seen_at > ?2 AND s.at > ?3";
    many(db, sql, params![site.as_str(), used, made], |row| {
        Ok(Target {
            role: word(row, 0, Role::from_number)?,
            agent: AgentId(row.get(1)?),
            site_name: row.get(2)?,
            subscription: Subscription { endpoint: row.get(3)?, p256dh: row.get(4)?, auth: row.get(5)? },
        })
    })
}
