//! What can be pressed and filled in, in the scenes: quick replies, cards with pictures, a form that is empty, wrong and
//! answered, and the dialog in which an agent makes them.
use super::{Eye, Place, Tour, files::draw, widget::GREETED};
use crate::screen::{open_chat, open_conversation, sign_in, write};
use serde_json::json;

impl Tour {
    /// All of it in the frame, then the agent's page.
    pub async fn rich(&mut self, eye: &mut impl Eye) {
        self.open_shop().await;
        open_chat(&self.browser).await;
        self.browser.until(GREETED).await;
        write(&self.browser, self.words.asks[0]).await;
        self.desk.open(self.words.asks[0]).await;
        let replies = json!({ "replies": self.words.replies });
        self.desk.offer(self.words.answers[0], &replies, &[]).await;
        self.browser.until("document.querySelectorAll('.press button').length === 3").await;
        self.show(eye, "replies", Place::Frame).await;
        self.browser.click("document.querySelector('.press button')").await;
        self.browser.until("document.querySelector('.press').hidden").await;
        self.cards(eye).await;
        self.form(eye).await;
        self.browser.leave().await;
        self.dialog(eye).await;
    }

    async fn cards(&mut self, eye: &mut impl Eye) {
        let [title, text, link, reply] = self.words.card;
        let photo = draw(&self.browser, 1200, 800, true).await;
        let card = |number: usize| {
            json!({ "picture": number, "title": title, "text": text, "buttons": [
                { "text": link, "url": "https://shop.example/6" }, { "text": reply, "reply": reply }] })
        };
        let plain = json!({ "title": title, "text": text, "buttons": [{ "text": reply, "reply": reply }] });
        let cards = json!({ "cards": [card(0), card(0), plain] });
        self.desk.offer(self.words.later, &cards, &[("glass.jpg", &photo)]).await;
        self.browser
            .until("[...document.querySelectorAll('.card img')].filter(it => it.naturalWidth).length === 2")
            .await;
        self.show(eye, "cards", Place::Frame).await;
    }

    async fn form(&mut self, eye: &mut impl Eye) {
        let [order, mail, size, note] = self.words.form;
        let form = json!({ "form": { "fields": [
            { "name": "order", "label": order, "kind": "number", "required": true },
            { "name": "mail", "label": mail, "kind": "email" },
            { "name": "size", "label": size, "kind": "choice", "options": self.words.replies },
            { "name": "note", "label": note, "kind": "long" }] } });
        self.desk.offer(self.words.answers[1], &form, &[]).await;
        self.browser.until("document.querySelector('form.ask button')").await;
        self.show(eye, "form", Place::Frame).await;
        self.browser.type_into("document.querySelector('[name=order]')", "12").await;
        self.browser.type_into("document.querySelector('[name=mail]')", "a@b").await;
        self.browser.click("document.querySelector('form.ask button')").await;
        self.browser.until("document.querySelector('[name=mail][aria-invalid]')").await;
        self.show(eye, "form-wrong", Place::Frame).await;
        self.browser.type_into("document.querySelector('[name=mail]')", ".example").await;
        self.browser.click("document.querySelector('form.ask button')").await;
        self.browser
            .until("[...document.querySelector('form.ask').elements].every(one => one.disabled)")
            .await;
        self.browser.until(super::widget::STORED).await;
        self.show(eye, "form-answered", Place::Frame).await;
    }

    /// The agent's page speaks two languages; in others it is English.
    async fn dialog(&mut self, eye: &mut impl Eye) {
        let [title, text, link, _] = self.words.card;
        sign_in(&self.browser, &self.relay).await;
        let speak = format!("localStorage.setItem('merhaba:agent:lang', {:?})", self.words.tag);
        self.browser.run(&speak).await;
        self.browser.reload().await;
        open_conversation(&self.browser, &format!("{}: 12", self.words.form[0])).await;
        self.browser.until("document.querySelector('form.ask')").await;
        self.browser.type_into("document.querySelector('#answer')", self.words.answers[0]).await;
        self.browser.click("document.querySelector('#build')").await;
        self.browser.click("document.querySelectorAll('dialog.build .tabs label')[1]").await;
        choose_picture(&self.browser).await;
        self.browser.type_into("document.querySelector('dialog.build [name=title]')", title).await;
        self.browser.type_into("document.querySelector('dialog.build fieldset textarea')", text).await;
        self.browser
            .type_into("document.querySelector('dialog.build fieldset:not([hidden]) [name=text]')", link)
            .await;
        self.show(eye, "dialog", Place::Page).await;
        self.browser.click("document.querySelectorAll('dialog.build .tabs label')[2]").await;
        self.show(eye, "dialog-form", Place::Page).await;
    }
}

/// Chooses a picture for the card, and waits until the relay has it.
async fn choose_picture(browser: &crate::browser::Browser) {
    let draw = include_str!("picture.js");
    browser
        .run(&format!(
            "{draw} return (async () => {{\
               const all = new DataTransfer();\
               all.items.add(new File([await glass(1200, 800, true)], 'glass.jpg', {{ type: 'image/jpeg' }}));\
               HTMLInputElement.prototype.click = function () {{ this.files = all.files; this.onchange(); }};\
               document.querySelector('dialog.build .picture button').click();\
             }})()"
        ))
        .await;
    browser
        .until("document.querySelector('.picture img').naturalWidth && !document.querySelector('.picture [role=status]').textContent")
        .await;
}
