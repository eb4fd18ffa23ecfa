//! The names of all commands of both audiences. A new one does not compile until it has a name here, and then the
//! model is not done until somebody in it sends it.
use merhaba_shared::protocol::{agent, visitor};

/// Every command there is.
pub(super) const ALL: [&str; 33] = [
    "visitor Hello",
    "visitor Send",
    "visitor Read",
    "visitor Typing",
    "visitor History",
    "visitor Ping",
    "visitor Page",
    "agent Hello",
    "agent Open",
    "agent Close",
    "agent Reply",
    "agent Note",
    "agent Claim",
    "agent Assign",
    "agent Resolve",
    "agent Reopen",
    "agent Read",
    "agent Typing",
    "agent List",
    "agent Status",
    "agent History",
    "agent Ping",
    "agent Tag",
    "agent Priority",
    "agent Snooze",
    "agent Bookmark",
    "agent Propose",
    "agent Decide",
    "agent Edit",
    "agent Delete",
    "agent Escalate",
    "agent Person",
    "agent Transfer",
];

/// What a command is called.
pub(super) trait Named {
    fn name(&self) -> &'static str;
}

impl Named for visitor::Command {
    fn name(&self) -> &'static str {
        match self {
            Self::Hello(_) => "visitor Hello",
            Self::Send(_) => "visitor Send",
            Self::Read(_) => "visitor Read",
            Self::Typing(_) => "visitor Typing",
            Self::History(_) => "visitor History",
            Self::Ping(_) => "visitor Ping",
            Self::Page(_) => "visitor Page",
            Self::Attributes(_) => "visitor Attributes",
        }
    }
}

impl Named for agent::Command {
    fn name(&self) -> &'static str {
        match self {
            Self::Hello(_) => "agent Hello",
            Self::Open(_) => "agent Open",
            Self::Close(_) => "agent Close",
            Self::Reply(_) => "agent Reply",
            Self::Note(_) => "agent Note",
            Self::Claim(_) => "agent Claim",
            Self::Assign(_) => "agent Assign",
            Self::Resolve(_) => "agent Resolve",
            Self::Reopen(_) => "agent Reopen",
            Self::Read(_) => "agent Read",
            Self::Typing(_) => "agent Typing",
            Self::List(_) => "agent List",
            Self::Status(_) => "agent Status",
            Self::History(_) => "agent History",
            Self::Ping(_) => "agent Ping",
            Self::Backstage(_) => "agent Backstage",
            Self::Look(_) => "agent Look",
            Self::Tag(_) => "agent Tag",
            Self::Priority(_) => "agent Priority",
            Self::Snooze(_) => "agent Snooze",
            Self::Bookmark(_) => "agent Bookmark",
            Self::Propose(_) => "agent Propose",
            Self::Decide(_) => "agent Decide",
            Self::Edit(_) => "agent Edit",
            Self::Delete(_) => "agent Delete",
            Self::Escalate(_) => "agent Escalate",
            Self::Person(_) => "agent Person",
            Self::Transfer(_) => "agent Transfer",
        }
    }
}
