//! The visitor's token in a page's hands: where it came from, and whether the browser keeps it yet. The first message
//! waits until it does, so that no visitor can be stored whom a reload would forget.
use super::{Effect, Ms};
use crate::protocol::ids::Token;

/// How often a token from another tab is shown again although the relay called it unknown: the other tab's first
/// message may be on its way. With the waits below that is ten seconds.
const DOUBTS: u32 = 5;
/// The first wait; each is twice the one before.
const DOUBT_FOR: Ms = 300;

/// Whether the browser keeps the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keeping {
    /// Not kept, and nothing was sent yet that needs it.
    Not,
    /// The host was asked to keep it.
    Asked,
    /// Kept.
    Kept,
}

/// A token and where it is.
#[derive(Clone, Debug)]
pub(super) struct Keepsake {
    token: Option<Token>,
    /// The one that the relay no longer knew: the new one may take its place.
    dead: Option<Token>,
    keeping: Keeping,
    /// How often a token from another tab may still be shown again.
    doubts: u32,
    /// Another tab kept this one while this page was somebody: who it is, should the relay know its own no more.
    offered: Option<Token>,
}

impl Keepsake {
    /// A token that was kept before, or none.
    pub(super) const fn new(token: Option<Token>) -> Self {
        let keeping = if token.is_some() { Keeping::Kept } else { Keeping::Not };
        Self { token, dead: None, keeping, doubts: 0, offered: None }
    }

    pub(super) const fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }

    /// Whether messages may leave.
    pub(super) fn is_kept(&self) -> bool {
        self.keeping == Keeping::Kept
    }

    /// The relay calls the token unknown: how long to wait before showing it again, if it deserves that.
    pub(super) fn doubt(&mut self) -> Option<Ms> {
        self.doubts = self.doubts.checked_sub(1)?;
        Some(DOUBT_FOR << (DOUBTS - 1 - self.doubts))
    }

    /// This page was loaded with a message that perhaps is on its way from another tab, or from the page before: it
    /// may be the one that makes the token known.
    pub(super) const fn unsure(&mut self) {
        if self.token.is_some() {
            self.doubts = DOUBTS;
        }
    }

    /// The relay knows the token.
    pub(super) fn known(&mut self) {
        self.doubts = 0;
        self.offered = None;
    }

    /// Another tab has kept this one; a page that is somebody has no use for it as long as the relay knows its own.
    /// Whether this page is another visitor from here on.
    pub(super) fn take_over(&mut self, token: Token, somebody: bool) -> bool {
        if somebody {
            self.offered = Some(token);
            return false;
        }
        !self.kept(token)
    }

    /// What to show instead of a token that the relay calls unknown, if another tab has found something better.
    pub(super) fn instead(&mut self) -> Option<Token> {
        self.offered.take().filter(|other| self.token.as_ref() != Some(other))
    }

    /// The relay gave a new one; `replaced` says that it did not know the old one.
    pub(super) fn given(&mut self, token: Token, replaced: bool) {
        let before = self.token.replace(token);
        // One that was never kept has no place to give up: the one that is kept stays the one to replace.
        if replaced && self.is_kept() {
            self.dead = before;
        }
        self.keeping = Keeping::Not;
        self.doubts = 0;
    }

    /// What to ask the host, if it has not been asked.
    pub(super) fn ask<C>(&mut self) -> Option<Effect<C>> {
        if self.keeping != Keeping::Not {
            return None;
        }
        let token = self.token.clone()?;
        self.keeping = Keeping::Asked;
        Some(Effect::KeepToken { token, instead_of: self.dead.clone() })
    }

    /// The browser keeps this one now. Whether it is the one in hand; if not, it is from here on.
    pub(super) fn kept(&mut self, token: Token) -> bool {
        self.keeping = Keeping::Kept;
        let same = self.token.as_ref() == Some(&token);
        self.token = Some(token);
        if !same {
            self.doubts = DOUBTS;
        }
        same
    }

    /// The line was lost: an answer that is still to come will be asked for again.
    pub(super) fn lost(&mut self) {
        if self.keeping == Keeping::Asked {
            self.keeping = Keeping::Not;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Effect, Keepsake, Token};

    fn token(text: &str) -> Token {
        Token(text.into())
    }

    #[test]
    fn the_token_to_replace_is_the_one_that_the_browser_keeps() {
        let mut keepsake = Keepsake::new(Some(token("kept")));
        // A backup was put back; then the line breaks before anything is sent, and the new one is unknown too.
        keepsake.given(token("second"), true);
        keepsake.lost();
        keepsake.given(token("third"), true);
        let asked = keepsake.ask::<()>();
        let instead_of = Some(token("kept"));
        assert_eq!(asked, Some(Effect::KeepToken { token: token("third"), instead_of }));
    }
}
