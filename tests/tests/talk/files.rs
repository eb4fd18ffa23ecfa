//! Files by drop, paste and button, in both directions, in a real browser: what is on its way can be seen, taken back and
//! refused with a reason; what is sent is shown small, opened large, and had again as it was.
use crate::stage::{FIELD, open_conversation, stage, write};
use merhaba_tests::browser::Browser;

/// Makes files in the page and lets `how` bring them: `drop`, `paste` or `choose`. A picture is drawn by the browser.
async fn bring(browser: &Browser, how: &str, files: &str) {
    browser
        .run(&format!(
            "const draw = async (width, height) => {{
               const canvas = new OffscreenCanvas(width, height), pen = canvas.getContext('2d');
               pen.fillStyle = '#0b7a75';
               pen.fillRect(0, 0, width, height);
               return canvas.convertToBlob();
             }};
             return (async () => {{
               const all = new DataTransfer();
               for (const file of {files}) {{
                 const bytes = file.draw ? await draw(...file.draw) : file.bytes == null ? file.text : new Uint8Array(file.bytes);
                 all.items.add(new File([bytes], file.name, {{ type: file.draw ? 'image/png' : '' }}));
               }}
               if ({how:?} == 'choose') {{
                 HTMLInputElement.prototype.click = function () {{ this.files = all.files; this.onchange(); }};
                 document.getElementById('a').click();
               }} else if ({how:?} == 'drop') {{
                 for (const type of ['dragenter', 'dragover', 'drop']) document.body.dispatchEvent(new DragEvent(type, {{ dataTransfer: all, bubbles: true, cancelable: true }}));
               }} else {{
                 document.querySelector('textarea').dispatchEvent(new ClipboardEvent('paste', {{ clipboardData: all, bubbles: true, cancelable: true }}));
               }}
               return true;
             }})()"
        ))
        .await;
}

/// Waits until so many files are uploaded and wait to be sent.
async fn uploaded(browser: &Browser, count: usize) {
    let ids = "(document.querySelector('.compose').dataset.files || '').split(' ').filter(Boolean).length";
    browser.until(&format!("{ids} === {count}")).await;
}

/// Waits for the reason beside the file that was not taken.
async fn refused(browser: &Browser, name: &str, reason: &str) {
    let reasons = "[...document.querySelectorAll('.tray .wrong')]";
    browser
        .until(&format!(
            "{reasons}.some(n => n.textContent.includes({name:?}) && n.textContent.includes({reason:?}))"
        ))
        .await;
}

/// What a file's link gives, as the page that shows it gets it.
const READ: &str = "document.querySelector('a.file').click()";

#[tokio::test]
async fn files_go_both_ways_and_arrive_as_they_were() {
    let stage = stage().await;
    let visitor = stage.visitor().await;
    bring(
        &visitor,
        "drop",
        "[{ name: 'kırık bardak.png', draw: [1200, 900] }, { name: 'fatura <1>.txt', text: 'on iki' }]",
    )
    .await;
    uploaded(&visitor, 2).await;
    // What is on its way can be seen small, and only what a browser can show.
    let small = "(all => all.length === 1 && all[0].naturalWidth === 1200 && all[0].getBoundingClientRect().width <= 48 && all[0].getBoundingClientRect().height <= 72)([...document.querySelectorAll('.tray img')])";
    visitor.until(small).await;
    write(&visitor, "visitor-1;").await;
    visitor.until("document.querySelector('.row.me .files img')?.naturalWidth > 0").await;
    visitor.until("!document.querySelector('.tray > div') && document.querySelector('.tray').hidden").await;
    let place = "(n => n.getBoundingClientRect().width > 100 && n.getBoundingClientRect().width < 260)(document.querySelector('.files img'))";
    visitor.until(place).await;

    let agent = stage.agent().await;
    open_conversation(&agent, "visitor-1;").await;
    agent.until("document.querySelector('.row .files img')?.naturalWidth > 0").await;
    agent.until("document.querySelector('a.file b').textContent === 'fatura _1_.txt'").await;
    let text = "return fetch(document.querySelector('a.file').href).then(r => r.text().then(t => [t, r.headers.get('content-disposition')]))";
    let read = agent.run(text).await;
    assert_eq!(read[0], "on iki");
    assert!(read[1].as_str().is_some_and(|said| said.starts_with("attachment")), "{read}");
    // Large, with what belongs to it, and away by Escape.
    agent.click("document.querySelector('.files button')").await;
    agent.until("document.querySelector('dialog.view[open] img')?.naturalWidth === 1200").await;
    agent.type_into("document.activeElement", "\u{e00c}").await;
    agent.until("!document.querySelector('dialog.view')").await;

    // An answer without words.
    bring(&agent, "choose", "[{ name: 'iade.pdf', bytes: [37, 80, 68, 70, 45, 49] }]").await;
    uploaded(&agent, 1).await;
    agent.click("document.querySelector('#send:not([disabled])')").await;
    visitor.until("document.querySelector('.row:not(.me) a.file b')?.textContent === 'iade.pdf'").await;
    visitor.until("document.querySelector('.row:not(.me) .bubble[hidden]')").await;
    visitor.reload().await;
    visitor.until("document.querySelectorAll('.files a.file, .files button').length === 3").await;
    visitor.run(READ).await;
    visitor.close().await;
    agent.close().await;
}

#[tokio::test]
async fn what_is_not_taken_says_why_and_the_rest_goes_along() {
    let stage = stage().await;
    let visitor = stage.visitor().await;
    bring(&visitor, "paste", "[{ name: 'boş.txt', text: '' }, { name: 'iyi.txt', text: 'tamam' }]").await;
    refused(&visitor, "boş.txt", "empty").await;
    uploaded(&visitor, 1).await;
    // A name that says it is a picture makes none.
    bring(&visitor, "drop", "[{ name: 'foto.png', text: 'no picture' }]").await;
    uploaded(&visitor, 2).await;
    bring(&visitor, "drop", "[{ name: 'huge.bin', text: new Uint8Array(20 * 1024 * 1024 + 1) }]").await;
    refused(&visitor, "huge.bin", "20.1 MB is too large; at most 20 MB.").await;
    bring(&visitor, "drop", "[{ name: 'wide.png', draw: [8200, 4] }]").await;
    refused(&visitor, "wide.png", "cannot be read").await;
    // Taken back: it does not go along.
    visitor.click("[...document.querySelectorAll('.tray > div')].find(n => n.textContent.includes('foto.png')).querySelector('button')").await;
    uploaded(&visitor, 1).await;
    write(&visitor, "visitor-1;").await;
    visitor.until("document.querySelector('.row.me a.file b')?.textContent === 'iyi.txt'").await;
    visitor.until("document.querySelectorAll('.tray .wrong').length === 3").await;
    assert_eq!(visitor.run("return document.querySelectorAll('.row.me a.file').length").await, 1);
    visitor.close().await;
}

#[tokio::test]
async fn who_sends_while_a_file_is_on_its_way_means_it_to_go_along() {
    let stage = stage().await;
    let visitor = stage.visitor().await;
    // The upload stands still until the test lets it go.
    visitor.run("const send = XMLHttpRequest.prototype.send; XMLHttpRequest.prototype.send = function (body) { window.go = () => send.call(this, body); }").await;
    bring(&visitor, "drop", "[{ name: 'yavaş.txt', text: 'geldi' }]").await;
    visitor.until("window.go").await;
    write(&visitor, "visitor-1;").await;
    assert_eq!(visitor.run(&format!("return {FIELD}.value")).await, "visitor-1;");
    visitor.run("window.go()").await;
    visitor.until("document.querySelector('.row.me .files a.file b')?.textContent === 'yavaş.txt'").await;
    visitor.until(&format!("{FIELD}.value === ''")).await;
    visitor.close().await;
}

#[tokio::test]
async fn without_any_script_a_file_of_the_team_is_a_link() {
    let stage = stage().await;
    let off = serde_json::json!({ "profile.managed_default_content_settings.javascript": 2 });
    let plain = stage.driver.browser_with(off).await;
    plain.open(&format!("{}/c/demo?lang=en", stage.relay.url())).await;
    plain.until("location.search.includes('live')").await;
    plain.element("document.querySelector('#a[hidden]')").await;
    plain.type_into(FIELD, "visitor-1;").await;
    plain.click("document.querySelector('#s')").await;
    plain.until("document.body.innerText.includes('visitor-1;')").await;
    let agent = stage.agent().await;
    open_conversation(&agent, "visitor-1;").await;
    bring(&agent, "drop", "[{ name: 'iade.txt', text: 'on iki' }]").await;
    uploaded(&agent, 1).await;
    write(&agent, "agent-1;").await;
    agent.until("document.querySelector('.row.out a.file')").await;
    plain.until("document.querySelector('.mark a[download]').textContent === 'iade.txt'").await;
    let read = "return fetch(document.querySelector('.mark a[download]').href).then(answer => answer.text())";
    assert_eq!(plain.run(read).await, "on iki");
    plain.close().await;
    agent.close().await;
}
