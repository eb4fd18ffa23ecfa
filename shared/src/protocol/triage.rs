//! What a team notes on a conversation to find it again: tags, how urgent it is, until when it is put off, what somebody
//! has bookmarked; how lists are narrowed to it, and how many each list holds. Nothing here can be sent to a visitor.
use super::agent::Filter;
use super::approval::Decision;
use super::ids::{AgentId, ConversationId, Millis, SiteKey};
use super::limits::TAG_CHARS;
use super::words::words;
use alloc::{string::String, vec::Vec};
use serde::{Deserialize, Serialize};

words! {
    /// How urgent a conversation is.
    Priority {
        /// It can wait.
        Low = 1,
        /// As most are.
        Normal = 2,
        /// Before others.
        High = 3,
        /// Now.
        Urgent = 4,
    }
}

#[expect(clippy::derivable_impls, reason = "the vocabulary's macro has no default")]
impl Default for Priority {
    fn default() -> Self {
        Self::Normal
    }
}

/// What a row says besides what was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Triage {
    /// Tags, in the order of their letters.
    #[serde(default)]
    pub tags: Vec<String>,
    /// How urgent it is.
    #[serde(default)]
    pub priority: Priority,
    /// Until when it is put off, if it is.
    #[serde(default)]
    pub snoozed_until: Option<Millis>,
    /// Since when the oldest message waits here for approval, if one does.
    #[serde(default)]
    pub proposed_at: Option<Millis>,
    /// How often more were told that it still waits: 1, all who may approve; 2, owners and admins again.
    #[serde(default)]
    pub passed: u8,
    /// Who was told that nobody answers: 0, whoever it concerns; 1, the whole team; 2, owners and admins.
    #[serde(default)]
    pub rung: u8,
    /// How often that was told since: it grows with each rung, and each time owners and admins are told again.
    #[serde(default)]
    pub told: u32,
    /// Since when it is without anybody who answers, as long as it stands on a rung above 0.
    #[serde(default)]
    pub unattended_since: Option<Millis>,
    /// The department it is for, by its id; nothing: whoever of the team.
    #[serde(default)]
    pub department: Option<String>,
}

/// What belongs to a line of the backstage besides what was done. Variants are only added at the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Detail {
    /// The tag that was put on or taken off.
    Tag(String),
    /// How urgent it is now.
    Priority(Priority),
    /// Until when it is put off.
    Until(Millis),
    /// Which proposal, and what was said with it.
    Proposal(Decision),
    /// Who is told from now on: the rung of [`Triage`].
    Rung(u8),
    /// Why somebody called for owners and admins.
    Reason(String),
    /// The department it is for from now on, by its id; nothing: whoever of the team.
    Department(Option<String>),
}

/// Puts a tag on a conversation, or takes it off. A tag that the site does not know yet is its own from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetTag {
    /// Which.
    pub conversation: ConversationId,
    /// The tag, cleaned by [`clean_tag`]; capitals make no difference.
    pub tag: String,
    /// On, or off.
    pub on: bool,
}

/// Says how urgent a conversation is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetPriority {
    /// Which.
    pub conversation: ConversationId,
    /// How urgent.
    pub priority: Priority,
}

/// Puts a conversation off, or takes that back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snooze {
    /// Which.
    pub conversation: ConversationId,
    /// Until when, at most [`super::limits::SNOOZE_MS`] from now; `None`: it is open again.
    #[serde(default)]
    pub until: Option<Millis>,
}

/// Sends a conversation to a department of its site. Whoever has it keeps it only if they answer there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Which.
    pub conversation: ConversationId,
    /// Where to, by its id; `None`: to whoever of the team.
    #[serde(default)]
    pub department: Option<String>,
}

/// Calls owners and admins to an open conversation, at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalate {
    /// Which.
    pub conversation: ConversationId,
    /// Why, trimmed by the relay: 1 to [`super::limits::REASON_CHARS`] characters.
    pub reason: String,
}

/// An agent's own mark on a conversation: a command, and what all their pages are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bookmark {
    /// Which.
    pub conversation: ConversationId,
    /// Marked, or not any more.
    pub on: bool,
}

/// Narrows a list; what is absent narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Only {
    /// Of one site.
    #[serde(default)]
    pub site: Option<SiteKey>,
    /// With a tag, however its capitals are.
    #[serde(default)]
    pub tag: Option<String>,
    /// Somebody's.
    #[serde(default)]
    pub agent: Option<AgentId>,
    /// Of visitors whose page has this language; `en` is `en-GB` too.
    #[serde(default)]
    pub locale: Option<String>,
    /// For a department, by its id.
    #[serde(default)]
    pub department: Option<String>,
}

impl Only {
    /// Whether it narrows anything.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it narrows to more than a site: then what is told of whole sites does not count it.
    #[must_use]
    pub fn narrows_within_a_site(&self) -> bool {
        !Self { site: None, ..self.clone() }.is_none()
    }
}

/// How many conversations each list of a site holds, told when that has changed, at most once a second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Of which site.
    pub site: SiteKey,
    /// Open ones.
    pub open: u32,
    /// Open ones that are nobody's.
    pub unassigned: u32,
    /// Open ones whose visitor waits for an answer.
    pub waiting: u32,
    /// Those that are put off.
    pub snoozed: u32,
    /// Open ones of each agent who has any.
    pub owned: Vec<Owned>,
    /// Those where a message waits for approval.
    #[serde(default)]
    pub approval: u32,
    /// Open ones that stand on a rung above 0.
    #[serde(default)]
    pub unattended: u32,
}

impl Counts {
    /// How many a list holds for somebody; nothing for lists that are not counted.
    #[must_use]
    pub fn held(&self, filter: Filter, me: Option<&AgentId>) -> Option<u32> {
        let mine = self.owned.iter().find(|owned| Some(&owned.agent) == me).map_or(0, |owned| owned.open);
        match filter {
            Filter::Open => Some(self.open),
            Filter::Mine => Some(mine),
            Filter::Unassigned => Some(self.unassigned),
            Filter::Team => Some(self.open.saturating_sub(self.unassigned + mine)),
            Filter::Waiting => Some(self.waiting),
            Filter::Snoozed => Some(self.snoozed),
            Filter::Approval => Some(self.approval),
            Filter::Unattended => Some(self.unattended),
            Filter::Resolved | Filter::All | Filter::Bookmarked | Filter::Mentioned => None,
        }
    }
}

/// How many open conversations somebody has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owned {
    /// Who.
    pub agent: AgentId,
    /// How many.
    pub open: u32,
}

/// A tag as it is kept: trimmed, with single spaces; `None` when it is blank, too long, or holds what is no character.
#[must_use]
pub fn clean_tag(text: &str) -> Option<String> {
    let mut tag = String::with_capacity(text.len().min(TAG_CHARS * 4));
    for word in text.split_whitespace() {
        if !tag.is_empty() {
            tag.push(' ');
        }
        tag.push_str(word);
        if tag.chars().count() > TAG_CHARS {
            return None;
        }
    }
    (!tag.is_empty() && !tag.chars().any(char::is_control)).then_some(tag)
}

/// What two spellings of one tag have in common: no capitals, and the four letters i of Turkish and English are one.
#[must_use]
pub fn fold_tag(tag: &str) -> String {
    let mut folded = String::with_capacity(tag.len());
    for letter in tag.chars() {
        match letter {
            'I' | 'İ' | 'ı' => folded.push('i'),
            // The dot that stands apart after an i.
            '\u{307}' => {}
            _ => folded.extend(letter.to_lowercase()),
        }
    }
    folded
}

/// Whether a page's language is this one or a kind of it.
#[must_use]
pub fn speaks(locale: &str, wanted: &str) -> bool {
    let Some(start) = locale.get(..wanted.len()) else { return false };
    start.eq_ignore_ascii_case(wanted)
        && matches!(locale.as_bytes().get(wanted.len()), None | Some(b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_trimmed_and_not_too_long() {
        assert_eq!(clean_tag("  Late \t delivery "), Some("Late delivery".into()));
        assert_eq!(clean_tag("ş".repeat(TAG_CHARS).as_str()).map(|tag| tag.chars().count()), Some(TAG_CHARS));
        for bad in ["", " \n ", "a\u{0}b"] {
            assert_eq!(clean_tag(bad), None, "{bad:?}");
        }
        assert_eq!(clean_tag(&"ş".repeat(TAG_CHARS + 1)), None);
    }

    #[test]
    fn capitals_make_no_other_tag_in_turkish_either() {
        for spelling in ["iade", "İADE", "IADE", "ıade", "İade", "i\u{307}ade"] {
            assert_eq!(fold_tag(spelling), "iade", "{spelling}");
        }
        assert_eq!(fold_tag("ŞİKÂYET"), fold_tag("şikâyet"));
        assert_ne!(fold_tag("sikayet"), fold_tag("şikayet"));
    }

    #[test]
    fn a_language_is_its_kinds_too() {
        assert!(speaks("tr", "tr") && speaks("en-GB", "en") && speaks("EN-gb", "en-GB"));
        assert!(!speaks("tr", "en") && !speaks("trx", "tr") && !speaks("t", "tr") && !speaks("ğ", "e"));
    }
}
