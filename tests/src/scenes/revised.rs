//! A message that is said in other words, and one that is taken away as long as that can be taken back.
use super::{Eye, Place, Tour};
use crate::screen::FIELD;

impl Tour {
    /// The last answer is edited, and left as it was; edited; taken away, and brought back.
    pub(super) async fn revised(&self, eye: &mut impl Eye) {
        let editing = "document.querySelector('.compose.editing')";
        // The visitor's last message is quoted, and the one before that; then the answer quotes nothing.
        self.browser.run("document.activeElement.blur()").await;
        self.browser.type_into("document.body", "q").await;
        self.browser.until("document.querySelector('.quoting q')").await;
        self.show(eye, "quoting", Place::Page).await;
        self.browser.type_into(FIELD, &format!("{}\u{e007}", self.words.answers[1])).await;
        self.browser
            .until("document.querySelector('.bubble .quote') && !document.querySelector('.quoting')")
            .await;
        self.show(eye, "quoted", Place::Page).await;
        self.browser.click(FIELD).await;
        self.browser.type_into(FIELD, "\u{e013}").await;
        self.browser.until(&format!("{editing} && {FIELD}.value")).await;
        self.show(eye, "editing", Place::Page).await;
        self.browser.type_into(FIELD, " 🙏\u{e007}").await;
        self.browser.until(&format!("!{editing} && document.querySelector('.bubble[data-note]')")).await;
        let row = "document.querySelector('.row:has(.bubble[data-note])')";
        self.browser.press(&format!("{row}.querySelector('.bubble')")).await;
        self.browser.until(&format!("{row}.querySelectorAll('.tools button').length === 3")).await;
        self.show(eye, "tools", Place::Page).await;
        self.browser.press(&format!("{row}.querySelector('.tools button:last-child')")).await;
        self.browser.until("document.querySelector('.row.gone') && document.querySelector('#undo')").await;
        self.show(eye, "deleted", Place::Page).await;
        self.browser.click("document.querySelector('#undo')").await;
        self.browser.until("!document.querySelector('.row.gone')").await;
    }
}
