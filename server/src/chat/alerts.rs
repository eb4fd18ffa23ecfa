//! What of all that is published closed pages are told too, and whom it concerns: the same people as an open page's alert. Pure.
use crate::push::alert::{Alert, Kind, Whom};
use merhaba_shared::protocol::{
    agent::{Activity, Deed, InboxRow},
    ids::AgentId,
    model::{Item, Side},
};

fn alert(kind: Kind, row: &InboxRow, whom: Whom) -> Alert {
    Alert { kind, site: row.site.clone(), conversation: row.conversation.clone(), whom }
}

/// Whoever has the conversation; where nobody has, those of its department, or all who answer.
fn responsible(row: &InboxRow) -> Whom {
    let team = || row.triage.department.clone().map_or(Whom::Team, Whom::Department);
    row.assignee.as_ref().map_or_else(team, |agent| Whom::One(agent.id.clone()))
}

/// A visitor wrote.
pub(super) fn wrote(items: &[Item], row: &InboxRow) -> Option<Alert> {
    let by_visitor =
        |item: &Item| matches!(item, Item::Message(message) if message.author.side() == Side::Visitor);
    items.iter().any(by_visitor).then(|| alert(Kind::Wrote, row, responsible(row)))
}

/// Somebody was mentioned in a note.
pub(super) fn mentioned(who: &AgentId, row: &InboxRow) -> Alert {
    alert(Kind::Mentioned, row, Whom::One(who.clone()))
}

/// Nobody answers: who is told on the rung that the row stands on.
pub(super) fn unattended(row: &InboxRow) -> Alert {
    alert(Kind::Unattended, row, if row.triage.rung < 2 { Whom::Team } else { Whom::Admins })
}

/// Something waits for approval: first whoever has the conversation hears of it, then all, then who answers for the site.
pub(super) fn approval(row: &InboxRow) -> Alert {
    let whom = match row.triage.passed {
        0 => responsible(row),
        1 => Whom::Team,
        _ => Whom::Admins,
    };
    alert(Kind::Approval, row, whom)
}

/// What somebody, or the relay, did.
pub(super) fn done(activity: &Activity, row: &InboxRow) -> Option<Alert> {
    match activity.deed {
        Deed::Climbed | Deed::Escalated => Some(unattended(row)),
        Deed::Passed => Some(approval(row)),
        Deed::Assigned | Deed::Routed => {
            let to = activity.given_to()?;
            Some(alert(Kind::Given, row, Whom::One(to.id.clone())))
        }
        _ => None,
    }
}
