//! What may happen to a conversation, and which role may do it. It stores nothing and knows no conversation by name.
use merhaba_shared::protocol::{
    agent::Role,
    model::{Kind, Status},
};

/// What an agent can want to do on a site. Looking is everybody's who is of the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Write to the visitor, and be given conversations.
    Reply,
    /// Write a line for the team.
    Note,
    /// Write to the visitor what somebody is to approve first.
    Propose,
    /// Call owners and admins.
    Escalate,
    /// Decide on what waits for approval.
    Approve,
    /// Take a conversation.
    Claim,
    /// Give a conversation to somebody, or to nobody.
    Assign,
    /// Take away any message of the site's conversations, whoever wrote it and when.
    Moderate,
    /// Close a conversation.
    Resolve,
    /// Open a resolved conversation.
    Reopen,
    /// Tag it, say how urgent it is, put it off.
    Triage,
    /// Change the site: its name, origins, colour, greeting.
    Configure,
    /// Add agents to the site.
    Invite,
}

/// Whether a role may do something. An owner may give `Invite` to owners; the caller checks the role that is given.
#[must_use]
pub const fn may(role: Role, action: Action) -> bool {
    match action {
        Action::Note | Action::Propose | Action::Escalate => true,
        Action::Reply
        | Action::Approve
        | Action::Claim
        | Action::Assign
        | Action::Resolve
        | Action::Reopen
        | Action::Triage => !matches!(role, Role::Trainee),
        Action::Moderate | Action::Configure | Action::Invite => matches!(role, Role::Owner | Role::Admin),
    }
}

/// The entry that stands before a message because the message opens its conversation, if it does.
#[must_use]
pub const fn before_message(status: Status) -> Option<Kind> {
    match status {
        Status::Open => None,
        Status::Snoozed | Status::Resolved => Some(Kind::Reopened),
    }
}

/// Resolving: the entry it makes, or `None` when it is resolved already.
#[must_use]
pub const fn resolve(status: Status) -> Option<Kind> {
    match status {
        Status::Open | Status::Snoozed => Some(Kind::Resolved),
        Status::Resolved => None,
    }
}

/// Opening again: the entry it makes, or `None` when it is open already.
#[must_use]
pub const fn reopen(status: Status) -> Option<Kind> {
    before_message(status)
}

/// Whether it can be put off, or that be taken back: what is resolved cannot.
#[must_use]
pub const fn may_snooze(status: Status) -> bool {
    !matches!(status, Status::Resolved)
}

/// Where an entry of a kind leaves its conversation.
#[must_use]
pub const fn after(status: Status, kind: Kind) -> Status {
    match kind {
        Kind::Resolved => Status::Resolved,
        Kind::Reopened => Status::Open,
        Kind::Rated | Kind::Edited | Kind::Deleted | Kind::Unknown => status,
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, Role, Status, after, before_message, may, reopen, resolve};

    const ALL: [Action; 13] = [
        Action::Moderate,
        Action::Reply,
        Action::Note,
        Action::Propose,
        Action::Escalate,
        Action::Approve,
        Action::Claim,
        Action::Assign,
        Action::Resolve,
        Action::Reopen,
        Action::Triage,
        Action::Configure,
        Action::Invite,
    ];

    #[test]
    fn a_trainee_only_writes_notes_calls_for_help_and_writes_what_others_let_go() {
        let allowed: Vec<_> = ALL.into_iter().filter(|action| may(Role::Trainee, *action)).collect();
        assert_eq!(allowed, [Action::Note, Action::Propose, Action::Escalate]);
    }

    #[test]
    fn an_agent_answers_but_does_not_run_the_site() {
        for action in ALL {
            let runs_the_site = matches!(action, Action::Moderate | Action::Configure | Action::Invite);
            assert_eq!(may(Role::Agent, action), !runs_the_site, "{action:?}");
        }
    }

    #[test]
    fn owners_and_admins_may_do_all() {
        assert!(ALL.into_iter().all(|action| may(Role::Owner, action) && may(Role::Admin, action)));
    }

    #[test]
    fn a_message_opens_what_is_not_open() {
        assert_eq!(before_message(Status::Open), None);
        for status in [Status::Snoozed, Status::Resolved] {
            assert_eq!(before_message(status).map(|kind| after(status, kind)), Some(Status::Open));
        }
    }

    #[test]
    fn resolving_and_opening_change_nothing_twice() {
        assert_eq!(resolve(Status::Resolved), None);
        assert_eq!(reopen(Status::Open), None);
        assert_eq!(resolve(Status::Snoozed).map(|kind| after(Status::Snoozed, kind)), Some(Status::Resolved));
    }
}
