//! What reaches an agent who looks elsewhere: the number in the title, a sound, a sentence. Never a text of a visitor.
use super::Desk;
use crate::{
    i18n::fill,
    notices,
    views::{row::site_name, sorting::may_sort},
};
use leptos::prelude::*;
use merhaba_shared::{
    client::agent::{AgentClient, Notice},
    protocol::{
        agent::{Filter, Role},
        error::{Code, Refused},
        ids::ConversationId,
    },
};

/// The tab's picture, with a dot while somebody waits.
fn mark_tab(waits: bool) {
    let address = if waits { "/agent/icons/waiting.svg" } else { "/favicon.ico" };
    if let Ok(Some(link)) = document().query_selector("link[rel=icon]")
        && link.get_attribute("href").as_deref() != Some(address)
    {
        // A tab without the dot still counts in its title.
        let _ = link.set_attribute("href", address);
    }
}

impl Desk {
    /// Keeps the count of waiting conversations in the title and in the tab, and whether nobody answers some of them.
    pub(super) fn count_in_title(self) {
        // Whoever signed in is who is reached here from now on.
        if self.prefs.notices.get_untracked() {
            notices::reach(true);
        }
        let waiting = self.memo(AgentClient::waiting);
        let unattended =
            self.memo(|client| client.counted(Filter::Unattended).is_some_and(|count| count > 0));
        Effect::new(move || {
            let title = match waiting.get() {
                0 => "Merhaba".into(),
                count => format!("({count}) Merhaba"),
            };
            let mark = if unattended.get() { "❗ " } else { "" };
            document().set_title(&[mark, &title].concat());
            mark_tab(waiting.get() > 0);
        });
        // Signed out, nobody waits for this page.
        on_cleanup(|| {
            document().set_title("Merhaba");
            mark_tab(false);
        });
    }

    /// Tells the agent what the machine wants told.
    pub(super) fn tell(self, notice: Notice) {
        match notice {
            Notice::Wrote { conversation, .. }
                if !self.looks_at(&conversation) && self.concerns(&conversation) =>
            {
                self.ring();
            }
            Notice::Wrote { .. } => {}
            Notice::Taken { by, .. } => self.say(fill(self.texts().taken, &[("name", &by.name)])),
            Notice::Given { by, .. } => {
                self.ring();
                // What one is given by oneself came by the relay's own choice.
                let mine = self.peek(|client| client.me() == Some(&by));
                let words = if mine { self.texts().routed } else { self.texts().given };
                self.say(fill(words, &[("name", &by.name)]));
            }
            Notice::Approval { conversation, passed } => self.ask_for_approval(&conversation, passed),
            Notice::Unattended { conversation, rung } => self.call(&conversation, rung),
            Notice::Returned { by, .. } => {
                // It is begun again, there as here.
                self.load_drafts();
                if self.peek(|client| client.me() != Some(&by)) {
                    self.ring();
                    self.say(fill(self.texts().alert_returned, &[("name", &by.name)]));
                }
            }
            Notice::Mentioned { conversation, by } => {
                if !self.looks_at(&conversation) {
                    self.ring();
                    self.say(fill(self.texts().alert_mentioned, &[("name", &by.name)]));
                }
            }
            Notice::Decided(decided) => {
                self.say(fill(self.texts().decided_before, &[("name", &decided.by.name)]));
            }
            Notice::Unchanged { wanted, code } => self.unchanged(&wanted, code),
            Notice::Refused(refused) => self.refuse(&refused),
        }
    }

    /// A message waits for approval: whose conversation it is hears of it first, then all who may approve, then once more
    /// those who answer for the site.
    fn ask_for_approval(self, conversation: &ConversationId, passed: u8) {
        let Some(row) = self.peek(|client| client.row(conversation).cloned()) else { return };
        let role = self.role(&row);
        let mine = self.peek(|client| {
            row.assignee.as_ref().is_none_or(|owner| client.me().is_some_and(|me| me.id == owner.id))
        });
        let concerns = match passed {
            0 => mine,
            1 => true,
            _ => matches!(role, Role::Owner | Role::Admin),
        };
        if may_sort(role) && concerns && !self.looks_at(conversation) {
            self.ring();
            let words = if passed == 0 { self.texts().alert_approval } else { self.texts().alert_passed };
            self.say(words.into());
        }
    }

    /// Nobody answers, or somebody calls: first everybody who may answer hears of it, then those who answer for the site.
    fn call(self, conversation: &ConversationId, rung: u8) {
        let Some(row) = self.peek(|client| client.row(conversation).cloned()) else { return };
        let role = self.role(&row);
        let concerns = if rung == 1 { may_sort(role) } else { matches!(role, Role::Owner | Role::Admin) };
        if concerns && !self.looks_at(conversation) {
            self.ring();
            let words = if rung == 1 { self.texts().alert_team } else { self.texts().alert_admins };
            self.say(words.into());
            if self.prefs.notices.get_untracked() && !super::link::is_watched() {
                notices::show(self, conversation, &self.peek(|client| site_name(client.sites(), &row)));
            }
        }
    }

    /// Whether what a visitor writes there is for this agent: what nobody has is for those of its department.
    fn concerns(self, conversation: &ConversationId) -> bool {
        self.peek(|client| {
            let row = client.row(conversation);
            row.is_none_or(|row| {
                row.assignee.is_some() || self.departments.concerns(row, client.me().map(|me| &me.id))
            })
        })
    }

    fn ring(self) {
        if self.prefs.sound.get_untracked() {
            self.sound.play();
        }
    }

    fn refuse(self, refused: &Refused) {
        let current = self.route.with_untracked(|route| route.conversation().cloned());
        let unloaded =
            self.peek(|client| client.current().is_none_or(|opened| !opened.thread.timeline().is_loaded()));
        match refused.code {
            Code::NotFound if unloaded => self.missing.set(current),
            Code::RateLimited => self.say(self.texts().too_fast.into()),
            _ => self.say(self.texts().refused.into()),
        }
    }

    /// Whether the agent has the end of this conversation before their eyes.
    fn looks_at(self, conversation: &ConversationId) -> bool {
        let shown = self.route.with_untracked(|route| route.conversation() == Some(conversation));
        shown && self.at_end.get_untracked() && super::link::is_watched()
    }
}
