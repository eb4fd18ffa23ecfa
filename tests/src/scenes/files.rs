//! Files in the scenes: pictures that the browser draws, uploads that stand still while they are looked at, and what both
//! sides send one another.
use super::{Eye, Place, Tour};
use crate::{browser::Browser, screen::write};
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// Draws the picture that is sent.
const DRAW: &str = include_str!("picture.js");
/// From now on an upload stands still after two fifths, until `window.go()`.
const HOLD: &str = "const send = XMLHttpRequest.prototype.send;\
    XMLHttpRequest.prototype.send = function (body) {\
        if (!(body instanceof File) || !body.name.endsWith('.zip')) return send.call(this, body);\
        this.upload.dispatchEvent(new ProgressEvent('progress', { loaded: body.size * .4, total: body.size }));\
        window.go = () => send.call(this, body);\
    }";
/// What is left in the tray is taken back.
pub(super) const CLEAR: &str = "document.querySelectorAll('.tray button').forEach(button => button.click())";

impl Tour {
    /// The tray, files of both sides in the thread, one picture large.
    pub(super) async fn files(&mut self, eye: &mut impl Eye) {
        let [picture, paper] = self.words.files;
        self.browser.run(HOLD).await;
        drop_files(
            &self.browser,
            &format!(
                "[new File([await glass(900, 1200, true)], {picture:?}, {{ type: 'image/jpeg' }}), new File([new Uint8Array(4e6)], 'a.zip'),\
                 new File([new Uint8Array(21e6)], {paper:?})]"
            ),
        )
        .await;
        self.browser
            .until("window.go && document.querySelector('.compose').dataset.files && document.querySelector('.tray .wrong')")
            .await;
        self.show(eye, "tray", Place::Frame).await;
        self.browser.run(&format!("window.go(); {CLEAR}")).await;
        self.browser.until("document.querySelector('.tray').hidden").await;
        self.sent(eye).await;
    }

    async fn sent(&mut self, eye: &mut impl Eye) {
        let [picture, paper] = self.words.files;
        drop_files(
            &self.browser,
            &format!(
                "[new File([await glass(900, 1200, true)], {picture:?}, {{ type: 'image/jpeg' }}), new File(['x'.repeat(48213)], {paper:?})]"
            ),
        )
        .await;
        self.browser
            .until("(document.querySelector('.compose').dataset.files || '').split(' ').length === 2")
            .await;
        write(&self.browser, self.words.asks[0]).await;
        self.browser.until("document.querySelector('.row.me .files img')?.naturalWidth").await;
        let sign = draw(&self.browser, 500, 500, false).await;
        let files = [("ince-belli.png", sign.as_slice()), (paper, b"%PDF-1.7"), ("a", b"1")];
        self.desk.reply_with(self.words.answers[0], &files).await;
        self.desk
            .reply_with("", &[("photo.jpg", draw(&self.browser, 1600, 700, true).await.as_slice())])
            .await;
        self.browser
            .until("[...document.querySelectorAll('.row:not(.me) .files img')].filter(it => it.naturalWidth).length === 2")
            .await;
        self.show(eye, "files", Place::Frame).await;
        self.browser.click("[...document.querySelectorAll('.row:not(.me) .files button')].pop()").await;
        self.browser.until("document.querySelector('dialog.view[open] img')?.naturalWidth").await;
        self.show(eye, "viewer", Place::Frame).await;
        self.browser.click("document.querySelector('dialog.view button')").await;
        self.browser.until("!document.querySelector('dialog.view')").await;
    }
}

/// The picture, as the browser draws it.
pub(super) async fn draw(browser: &Browser, width: u32, height: u32, photo: bool) -> Vec<u8> {
    let drawn = browser
        .run(&format!(
            "{DRAW} return glass({width}, {height}, {photo}).then(blob => new Promise(done => {{\
               const reader = new FileReader();\
               reader.onload = () => done(reader.result.split(',')[1]);\
               reader.readAsDataURL(blob);\
             }}))"
        ))
        .await;
    STANDARD.decode(drawn.as_str().expect("a picture")).expect("base64")
}

/// Lets files fall on the page.
pub(super) async fn drop_files(browser: &Browser, files: &str) {
    browser
        .run(&format!(
            "{DRAW} return (async () => {{\
               const all = new DataTransfer();\
               for (const file of {files}) all.items.add(file);\
               for (const type of ['dragenter', 'dragover', 'drop'])\
                 document.body.dispatchEvent(new DragEvent(type, {{ dataTransfer: all, bubbles: true, cancelable: true }}));\
               return true;\
             }})()"
        ))
        .await;
}
