//! Everything an agent can do on this page without naming a thing first, once: its words, its icon, its key, whether it can
//! be done now, and how. The keys, the list of keys and the palette are made of this one table. Draws nothing.
use super::{
    app,
    desk::{Desk, Unread},
    i18n::Texts,
    icons::{
        BACK, BELL, BOLT, CALL, CANNED, CHECK, CLOCK, DOWN, FLAG, GIVE, INBOX, INFO, KEYS, LOOK, NOTE, OUT,
        QUOTE, RETRY, SCREEN, SITE, STAR, TAG, TAKE, TALK, UP,
    },
    keys::{self, focus},
    notices,
    prefs::Prefs,
    route::Route,
    views::sorting::may_sort,
};
use leptos::prelude::*;
use merhaba_shared::protocol::{agent::InboxRow, model::Status};

/// The key with Ctrl, on a Mac with ⌘, that opens the palette.
pub const PALETTE_KEY: &str = "k";

/// Something that can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// The focus goes one conversation down.
    Next,
    /// The focus goes one conversation up.
    Previous,
    /// The focused conversation is opened; the browser does that.
    Open,
    /// Leaves what is open.
    Back,
    /// Writes an answer.
    Answer,
    /// Writes an answer that quotes the visitor's last message; again: the one before.
    Quote,
    /// Writes a note.
    Note,
    /// Takes a conversation that nobody has.
    Claim,
    /// Takes one from somebody.
    TakeOver,
    /// Chooses who gets it.
    HandOver,
    /// Resolves it.
    Resolve,
    /// Opens it again.
    Reopen,
    /// Chooses until when it is put off.
    Snooze,
    /// Takes that back.
    Wake,
    /// Chooses when what is written goes.
    Later,
    /// Calls owners and admins.
    Escalate,
    /// Marks it for oneself, or no longer.
    Bookmark,
    /// Chooses its priority.
    Priority,
    /// Writes a tag.
    Tag,
    /// Goes to the first message that nobody had read.
    Unread,
    /// Shows who this is.
    Details,
    /// Takes back what was done last.
    Undo,
    /// Goes to the search field.
    Search,
    /// Opens the palette.
    Palette,
    /// Shows the keys.
    Keys,
    /// Goes to the lists.
    Inbox,
    /// Goes to the canned replies.
    Replies,
    /// Goes to the owner's page.
    Site,
    /// Turns the sound on or off.
    Sound,
    /// Turns the browser's notifications on or off.
    Notices,
    /// Signs out.
    SignOut,
}

/// A row of the table.
pub struct Action {
    /// What it does.
    pub deed: Deed,
    /// Its key as the browser names it; empty: none.
    pub key: &'static str,
    /// Its words.
    pub words: fn(&Texts) -> &'static str,
    /// Its icon.
    pub icon: &'static str,
}

const fn action(
    deed: Deed,
    key: &'static str,
    words: fn(&Texts) -> &'static str,
    icon: &'static str,
) -> Action {
    Action { deed, key, words, icon }
}

/// All of them. Of two with one key never more than one can be done.
pub const ACTIONS: &[Action] = &[
    action(Deed::Next, "j", |texts| texts.key_next, DOWN),
    action(Deed::Previous, "k", |texts| texts.key_previous, UP),
    action(Deed::Open, "Enter", |texts| texts.key_open, TALK),
    action(Deed::Answer, "r", |texts| texts.field, TALK),
    action(Deed::Quote, "q", |texts| texts.quote, QUOTE),
    action(Deed::Note, "n", |texts| texts.note_field, NOTE),
    action(Deed::Claim, "c", |texts| texts.take, TAKE),
    action(Deed::TakeOver, "c", |texts| texts.take_over, TAKE),
    action(Deed::HandOver, "g", |texts| texts.give, GIVE),
    action(Deed::Resolve, "e", |texts| texts.resolve, CHECK),
    action(Deed::Reopen, "", |texts| texts.reopen, RETRY),
    action(Deed::Snooze, "s", |texts| texts.snooze, CLOCK),
    action(Deed::Wake, "", |texts| texts.wake, CLOCK),
    action(Deed::Later, "", |texts| texts.send_later, CLOCK),
    action(Deed::Escalate, "h", |texts| texts.escalate, CALL),
    action(Deed::Bookmark, "b", |texts| texts.bookmark, STAR),
    action(Deed::Priority, "p", |texts| texts.priority, FLAG),
    action(Deed::Tag, "t", |texts| texts.add_tag, TAG),
    action(Deed::Unread, "u", |texts| texts.to_unread, UP),
    action(Deed::Details, "i", |texts| texts.details, INFO),
    action(Deed::Undo, "z", |texts| texts.undo, RETRY),
    action(Deed::Search, "/", |texts| texts.search, LOOK),
    action(Deed::Palette, PALETTE_KEY, |texts| texts.palette, BOLT),
    action(Deed::Keys, "?", |texts| texts.keys, KEYS),
    action(Deed::Back, "Escape", |texts| texts.key_back, BACK),
    action(Deed::Inbox, "", |texts| texts.inbox, INBOX),
    action(Deed::Replies, "", |texts| texts.canned, CANNED),
    action(Deed::Site, "", |texts| texts.site, SITE),
    action(Deed::Sound, "", |texts| texts.sound, BELL),
    action(Deed::Notices, "", |texts| texts.notices, SCREEN),
    action(Deed::SignOut, "", |texts| texts.sign_out, OUT),
];

impl Deed {
    /// Whether it only moves the eye, so that a list of things to choose from does without it.
    pub const fn is_move(self) -> bool {
        matches!(self, Self::Next | Self::Previous | Self::Open | Self::Back | Self::Palette)
    }

    /// Whether it is about the conversation that is shown.
    pub const fn is_of_conversation(self) -> bool {
        use Deed::{
            Answer, Bookmark, Claim, Details, Escalate, HandOver, Later, Note, Priority, Quote, Reopen,
            Resolve, Snooze, Tag, TakeOver, Unread, Wake,
        };
        matches!(
            self,
            Answer
                | Bookmark
                | Claim
                | Details
                | Escalate
                | HandOver
                | Later
                | Note
                | Priority
                | Quote
                | Reopen
                | Resolve
                | Snooze
                | Tag
                | TakeOver
                | Unread
                | Wake
        )
    }

    /// Its key as people read it; empty: none.
    pub fn key(self) -> String {
        ACTIONS.iter().find(|action| action.deed == self).map(Action::shown).unwrap_or_default()
    }

    /// Words with its key behind them, for what is shown when a pointer rests.
    pub fn titled(self, words: &str) -> String {
        [words, " (", &self.key(), ")"].concat()
    }
}

impl Action {
    /// Its key as people read it; empty: none.
    pub fn shown(&self) -> String {
        match (self.deed, self.key) {
            (Deed::Palette, key) if is_mac() => ["⌘", &key.to_uppercase()].concat(),
            (Deed::Palette, key) => ["Ctrl ", &key.to_uppercase()].concat(),
            (_, "Escape") => "Esc".into(),
            (_, key) if key.len() == 1 => key.to_uppercase(),
            (_, key) => key.into(),
        }
    }
}

/// Whether this keyboard has a ⌘.
fn is_mac() -> bool {
    let platform = window().navigator().platform().unwrap_or_default();
    ["Mac", "iPhone", "iPad"].iter().any(|name| platform.starts_with(name))
}

impl Desk {
    /// What a key without a modifier does now.
    pub fn deed_of(self, key: &str) -> Option<Deed> {
        let key = match key {
            "ArrowDown" => "j",
            "ArrowUp" => "k",
            key => key,
        };
        let keyed = ACTIONS.iter().filter(|action| action.key == key && action.deed != Deed::Palette);
        keyed.map(|action| action.deed).find(|deed| self.can(*deed))
    }

    /// The row of the conversation that is shown, once.
    pub fn shown(self) -> Option<InboxRow> {
        let id = self.route.with_untracked(|route| route.conversation().cloned())?;
        self.peek(|client| client.row(&id).cloned())
    }

    /// Whether it can be done now.
    pub fn can(self, deed: Deed) -> bool {
        let live = self.is_live_now();
        if deed.is_of_conversation() {
            return self.shown().is_some_and(|row| self.can_with(deed, &row, live));
        }
        match deed {
            Deed::Undo => live && self.undo.with_untracked(Option::is_some),
            Deed::Next | Deed::Previous | Deed::Search => self.route.with_untracked(Route::is_desk),
            Deed::Inbox => self.route.with_untracked(|route| *route != Route::Inbox),
            Deed::Replies => self.route.with_untracked(|route| *route != Route::Replies),
            Deed::Site => !self.route.with_untracked(Route::is_site),
            _ => true,
        }
    }

    fn can_with(self, deed: Deed, row: &InboxRow, live: bool) -> bool {
        let may = live && may_sort(self.role(row));
        let open = row.status != Status::Resolved;
        let holder = row.assignee.as_ref().map(|agent| &agent.id);
        let mine = self.peek(|client| holder.is_some() && client.me().map(|me| &me.id) == holder);
        match deed {
            Deed::Bookmark => live,
            Deed::Quote => self.may_quote(),
            Deed::Unread => self.unread.with_untracked(|unread| unread.as_ref().is_some_and(Unread::is_any)),
            Deed::Escalate => live && row.status == Status::Open,
            Deed::Claim => may && open && holder.is_none(),
            Deed::TakeOver => may && open && holder.is_some() && !mine,
            Deed::HandOver | Deed::Resolve => may && open,
            Deed::Reopen => may && !open,
            Deed::Snooze => may && row.status == Status::Open,
            Deed::Wake => may && row.status == Status::Snoozed,
            Deed::Later => may && !self.draft(&row.conversation, false).is_empty(),
            Deed::Priority | Deed::Tag => may,
            _ => true,
        }
    }

    /// Does it, if it can be done now; whether anything was done.
    pub fn perform(self, deed: Deed, prefs: Prefs) -> bool {
        if !self.can(deed) {
            return false;
        }
        if let Some(row) = self.shown().filter(|_| deed.is_of_conversation()) {
            return self.perform_with(deed, &row);
        }
        match deed {
            Deed::Next => return keys::step(1),
            Deed::Previous => return keys::step(-1),
            Deed::Undo => return self.take_back_last(),
            Deed::Search => return focus("#search"),
            Deed::Palette => self.palette.set(true),
            Deed::Keys => self.keys.set(true),
            Deed::Inbox => self.go(Route::Inbox),
            Deed::Replies => self.go(Route::Replies),
            Deed::Site => self.go(Route::Site(None)),
            Deed::Sound => prefs.sound.update(|on| *on = !*on),
            Deed::Notices => notices::switch(self, prefs),
            Deed::SignOut => app::sign_out(self),
            _ => return false,
        }
        true
    }

    fn perform_with(self, deed: Deed, row: &InboxRow) -> bool {
        let id = &row.conversation;
        match deed {
            Deed::Answer | Deed::Note => {
                self.noting.set(deed == Deed::Note);
                return focus("#answer");
            }
            Deed::Quote => return self.quote_back(),
            Deed::Claim => self.act(|client, _| client.claim(id)),
            Deed::TakeOver => self.act(|client, _| {
                let me = client.me().map(|me| me.id.clone());
                client.assign(id, me);
            }),
            Deed::HandOver => self.giving.set(true),
            Deed::Resolve => self.resolve(id),
            Deed::Reopen => self.act(|client, _| client.reopen(id)),
            Deed::Snooze => self.snoozing.set(true),
            Deed::Later => {
                self.noting.set(false);
                self.planning.set(true);
            }
            Deed::Wake => self.act(|client, _| client.snooze(id, None)),
            Deed::Escalate => self.escalating.set(true),
            Deed::Bookmark => self.bookmark(id),
            Deed::Priority => return focus("#priority:enabled"),
            Deed::Tag => return focus("#tag:enabled"),
            Deed::Unread => self.to_unread(),
            Deed::Details => self.toggle_details(),
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{ACTIONS, Deed};
    use std::collections::BTreeMap;

    #[test]
    fn every_deed_stands_once_and_a_key_is_shared_only_by_what_cannot_be_done_at_once() {
        let mut keys = BTreeMap::<&str, Vec<Deed>>::new();
        for (at, action) in ACTIONS.iter().enumerate() {
            assert!(!ACTIONS[..at].iter().any(|other| other.deed == action.deed), "{:?} twice", action.deed);
            if !action.key.is_empty() && action.deed != Deed::Palette {
                keys.entry(action.key).or_default().push(action.deed);
            }
        }
        let shared: Vec<_> = keys.into_values().filter(|deeds| deeds.len() > 1).collect();
        assert_eq!(shared, [[Deed::Claim, Deed::TakeOver]]);
    }
}
