//! What reaches an agent who looks elsewhere: the number in the title, a sound, a sentence. Never a text of a visitor.
use super::Desk;
use crate::i18n::fill;
use leptos::prelude::*;
use merhaba_shared::{
    client::agent::Notice,
    protocol::{error::Code, error::Refused, ids::ConversationId},
};

impl Desk {
    /// Keeps the count of waiting conversations in the title.
    pub(super) fn count_in_title(self) {
        let waiting = self.memo(merhaba_shared::client::agent::AgentClient::waiting);
        Effect::new(move || {
            let title = match waiting.get() {
                0 => "Merhaba".into(),
                count => format!("({count}) Merhaba"),
            };
            document().set_title(&title);
        });
        // Signed out, nobody waits for this page.
        on_cleanup(|| document().set_title("Merhaba"));
    }

    /// Tells the agent what the machine wants told.
    pub(super) fn tell(self, notice: Notice) {
        match notice {
            Notice::Wrote { conversation, .. } if !self.looks_at(&conversation) => self.ring(),
            Notice::Wrote { .. } => {}
            Notice::Taken { by, .. } => self.say(fill(self.texts().taken, &[("name", &by.name)])),
            Notice::Given { by, .. } => {
                self.ring();
                self.say(fill(self.texts().given, &[("name", &by.name)]));
            }
            Notice::Refused(refused) => self.refuse(&refused),
        }
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
