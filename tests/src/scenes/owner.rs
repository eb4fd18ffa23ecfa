//! The states of the owner's page, and of the chat in its preview.
use super::{Eye, Place, Tour};

/// The frame that is looked at.
const FRAME: &str = "document.querySelector('.stage iframe.here')";

impl Tour {
    /// Settings, the pinned line, what is refused, and the preview in its scenes.
    pub async fn owners(&mut self, eye: &mut impl Eye) {
        self.signed_in().await;
        self.browser.open(&format!("{}/agent/site", self.relay.url())).await;
        self.browser.until(FRAME).await;
        self.show(eye, "settings", Place::Page).await;
        self.press("#pinned").await;
        self.browser.until("document.querySelector('#snippet').textContent.includes('sha384-')").await;
        self.show(eye, "pinned", Place::Page).await;
        self.set("#scene", "talk").await;
        self.previewed("document.querySelector('.row.me')").await;
        self.press(".preview .switch:nth-child(1) button:nth-child(2)").await;
        self.press(".preview .switch:nth-child(2) button:nth-child(2)").await;
        self.previewed("document.documentElement.dataset.theme === 'dark'").await;
        self.look_at(eye, "preview-phone", ".preview").await;
        self.receiving(eye).await;
        self.refused(eye).await;
    }

    /// Closed, with questions and consent: the page and the chat itself, in the page's language and in Arabic.
    async fn receiving(&self, eye: &mut impl Eye) {
        self.press("#with-hours").await;
        self.press("input[name=closed][value=form]").await;
        self.press("#add-question").await;
        self.press("#add-question").await;
        self.press("#add-question").await;
        self.set(".question:nth-last-child(2) select", "choice").await;
        self.set("#question-2", if self.words.tag == "tr" { "Konu" } else { "Topic" }).await;
        self.set("#choices-2", if self.words.tag == "tr" { "Sipariş\nİade" } else { "Orders\nReturns" })
            .await;
        self.set("#consent", self.words.later).await;
        self.departments(eye).await;
        self.press("[aria-labelledby=routing-head] .switch button:nth-child(3)").await;
        self.look_at(eye, "routing", "#routing-head").await;
        self.set("#scene", "closed").await;
        self.press(".preview .switch:nth-child(1) button:nth-child(1)").await;
        self.press(".preview .switch:nth-child(2) button:nth-child(1)").await;
        self.previewed("document.querySelectorAll('#ask select option').length === 3 && !document.querySelector('#closed').hidden").await;
        self.look_at(eye, "questions", "#questions-head").await;
        self.look_at(eye, "preview-closed", ".preview").await;
        self.inside(eye, "preview-closed-inside").await;
        self.set("#preview-tongue", "ar").await;
        self.previewed("document.documentElement.dir === 'rtl' && document.querySelector('#ask .agree')")
            .await;
        self.look_at(eye, "preview-arabic", ".preview").await;
        self.inside(eye, "preview-arabic-inside").await;
    }

    /// Two departments that visitors can choose, one with a member.
    async fn departments(&self, eye: &mut impl Eye) {
        let turkish = self.words.tag == "tr";
        for (place, name) in [["Satış", "İade ve değişim"], ["Sales", "Returns and exchanges"]]
            [usize::from(!turkish)]
        .into_iter()
        .enumerate()
        {
            self.press("#add-department").await;
            self.set(&format!("#department-{place}"), name).await;
            self.press(&format!(
                "[aria-labelledby=departments-head] .question:nth-of-type({}) > .tick input",
                place + 2
            ))
            .await;
        }
        self.browser.until("document.querySelector('.members input')").await;
        self.press(".members input").await;
        self.look_at(eye, "departments", "#departments-head").await;
    }

    /// An address that the page can see is wrong, and one that only the relay refuses.
    async fn refused(&self, eye: &mut impl Eye) {
        self.press("#add-origin").await;
        self.set(".line:last-of-type input[type=url]", "ftp://example.com").await;
        self.set("#hex", "#12").await;
        self.press("#save").await;
        self.browser.until("document.querySelector('#saving .trouble')").await;
        self.browser.until("document.querySelector('#preview-said').textContent").await;
        self.look_at(eye, "refused", "#origins-head").await;
    }

    async fn look_at(&self, eye: &mut impl Eye, name: &'static str, place: &str) {
        self.browser
            .run(&format!("window.lookedAt = {place:?}; document.querySelector(lookedAt).scrollIntoView()"))
            .await;
        self.show(eye, name, Place::Page).await;
    }

    async fn inside(&self, eye: &mut impl Eye, name: &'static str) {
        self.browser.enter(FRAME).await;
        self.show(eye, name, Place::Frame).await;
        self.browser.leave().await;
    }

    /// Waits until an expression is true in the preview, whose frame is another one after each change.
    async fn previewed(&self, expression: &str) {
        let look = format!("try {{ return !!({expression}) }} catch {{ return false }}");
        let seen = async { while self.browser.peek(FRAME, &look).await != Some(true.into()) {} };
        let within = std::time::Duration::from_secs(20);
        assert!(tokio::time::timeout(within, seen).await.is_ok(), "never seen in the preview: {expression}");
    }

    async fn press(&self, selector: &str) {
        let element = format!("document.querySelector({selector:?})");
        self.browser.until(&element).await;
        self.browser.run(&format!("{element}.click()")).await;
    }

    async fn set(&self, selector: &str, text: &str) {
        self.browser.until(&format!("document.querySelector({selector:?})")).await;
        let set = format!(
            "const field = document.querySelector({selector:?}); field.value = {text:?}; \
             for (const name of ['input', 'change', 'blur']) field.dispatchEvent(new Event(name, {{ bubbles: true }}))"
        );
        self.browser.run(&set).await;
    }
}
