//! Which department a conversation is for: as its visitor chose when it began, and as agents send it on.
use super::{desk::Desk, fault::Outcome, sites, threads::Thread, triage::noting};
use crate::{
    domain::department::answers,
    store::{Bounded, Changed},
};
use merhaba_shared::protocol::{
    agent::Deed,
    ids::{AgentId, ConversationId, Millis},
    triage::Detail,
};
use rusqlite::Connection;

/// What a visitor chose for a conversation that begins; what the site does not offer was not chosen.
pub(super) fn choose(db: &Connection, thread: &mut Thread, topic: String) -> Outcome<()> {
    let offered = |id: &String| {
        Ok::<_, super::fault::Fault>(
            sites::departments(db, thread.site)?.iter().any(|one| one.offered && one.id == *id),
        )
    };
    if offered(&topic)? {
        thread.set_department(Some(topic));
    }
    Ok(())
}

/// Sends a conversation to a department, or to the whole team.
pub(super) fn transfer(
    desk: &mut Desk,
    agent: &AgentId,
    conversation: &ConversationId,
    department: Option<String>,
    at: Millis,
) -> Outcome<Option<Changed>> {
    let mut known = true;
    let done = noting(desk, agent, conversation, at, |db, thread, _| {
        let all = sites::departments(db, thread.site)?;
        known = department.as_ref().is_none_or(|id| all.iter().any(|one| one.id == *id));
        if !known || thread.row.triage.department == department {
            return Ok(Bounded::Done(None));
        }
        if let Some(holder) = thread.row.assignee.as_ref()
            && !answers(&all, &holder.id, department.as_deref())
        {
            thread.assign(None, at);
        }
        thread.set_department(department.clone());
        Ok(Bounded::Done(Some((Deed::Transferred, Some(Detail::Department(department))))))
    })?;
    Ok(done.filter(|_| known).and_then(Bounded::done))
}
