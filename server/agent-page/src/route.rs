//! Where on the page the agent is, as an address. Never keeps anything the address bar does not show.
use merhaba_shared::protocol::ids::{ConversationId, SiteKey};

/// Everything below this path is this page.
const BASE: &str = "/agent/";

/// A place on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// The list, and nothing opened.
    Inbox,
    /// A conversation.
    Conversation(ConversationId),
    /// The canned replies.
    Replies,
    /// The owner's page; `None`: the first site.
    Site(Option<SiteKey>),
}

impl Route {
    /// The place for a path; one that is unknown is the inbox.
    pub fn parse(path: &str) -> Self {
        let rest = path.strip_prefix(BASE).unwrap_or_default().trim_end_matches('/');
        match rest.split_once('/') {
            Some(("c", id)) if is_id(id) => Self::Conversation(id.into()),
            Some(("site", key)) if is_id(key) => Self::Site(Some(key.into())),
            None if rest == "replies" => Self::Replies,
            None if rest == "site" => Self::Site(None),
            _ => Self::Inbox,
        }
    }

    /// Its path.
    pub fn path(&self) -> String {
        match self {
            Self::Inbox => BASE.into(),
            Self::Conversation(id) => [BASE, "c/", id.as_str()].concat(),
            Self::Replies => [BASE, "replies"].concat(),
            Self::Site(None) => [BASE, "site"].concat(),
            Self::Site(Some(key)) => [BASE, "site/", key.as_str()].concat(),
        }
    }

    /// The conversation, if it is one.
    pub const fn conversation(&self) -> Option<&ConversationId> {
        match self {
            Self::Conversation(id) => Some(id),
            _ => None,
        }
    }

    /// Whether it is the owner's page.
    pub const fn is_site(&self) -> bool {
        matches!(self, Self::Site(_))
    }

    /// Whether lists and conversations are shown.
    pub const fn is_desk(&self) -> bool {
        matches!(self, Self::Inbox | Self::Conversation(_))
    }
}

/// Ids are opaque, but they stand in a path: what would need escaping is not one of ours.
fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::Route;

    #[test]
    fn every_place_comes_back_from_its_path() {
        for route in [
            Route::Inbox,
            Route::Conversation("c_1-2".into()),
            Route::Replies,
            Route::Site(None),
            Route::Site(Some("demo".into())),
        ] {
            assert_eq!(Route::parse(&route.path()), route);
        }
    }

    #[test]
    fn a_strange_path_is_the_inbox() {
        for path in ["", "/", "/agent", "/agent/", "/agent/c/", "/agent/c/a/b", "/agent/c/%2e", "/agent/x"] {
            assert_eq!(Route::parse(path), Route::Inbox, "{path}");
        }
        assert_eq!(Route::parse("/agent/site/"), Route::Site(None));
    }
}
