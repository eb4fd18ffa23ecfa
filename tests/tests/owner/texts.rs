//! The owner's texts by language: each is written in its own, and what is empty shows what its visitors read.
use merhaba_tests::{http, owner::Stage};
use serde_json::json;

/// What stands in a field in grey.
fn grey(field: &str, text: &str) -> String {
    format!("document.querySelector({field:?}).placeholder.includes({text:?})")
}

#[tokio::test]
async fn texts_are_kept_by_language_and_fall_back_as_shown() {
    let stage = Stage::set().await;
    let browser = &stage.browser;
    stage.fill("#greeting-tongue", "de").await;
    browser.until(&grey("#greeting", "Wie können wir")).await;
    stage.fill("#greeting", "Guten Tag!").await;
    stage.click("document.querySelector('#with-hours')").await;
    browser.until(&grey("#closed-text", "geschlossen")).await;
    stage.fill("#closed-text", "Wir schlafen.").await;
    stage.click("document.querySelector('#add-question')").await;
    browser.until(&grey("#question-0", "Name")).await;
    stage.fill("#question-0", "Wie heißen Sie?").await;
    stage.click("document.querySelector('#add-question')").await;
    stage.fill("[aria-label='Question 2'] select", "choice").await;
    stage.fill("#question-1", "Thema").await;
    stage.fill("#choices-1", "Bestellung\nRückgabe").await;
    stage.fill("#consent", "Einverstanden?").await;
    // In another language it is empty, and German stands there in grey: that is what its visitors read.
    stage.fill("#consent-tongue", "ru").await;
    for (field, text) in
        [("#question-1", "Thema"), ("#choices-1", "Rückgabe"), ("#consent", "Einverstanden?")]
    {
        browser.until(&grey(field, text)).await;
        assert_eq!(browser.run(&format!("return document.querySelector({field:?}).value")).await, "");
    }
    browser.until(&grey("#question-0", "имя")).await;
    stage.fill("#choices-1", "Заказ").await;
    stage.sees("document.querySelector('#ask').textContent.includes('Thema') && document.querySelector('#ask option:nth-child(2)').textContent === 'Заказ'").await;
    stage.fill("#scene", "closed").await;
    stage.sees("!document.querySelector('#closed').textContent.includes('Wir schlafen')").await;
    stage.fill("#consent-tongue", "de").await;
    stage.sees("document.querySelector('#closed').textContent.includes('Wir schlafen') && document.querySelector('#ask').textContent.includes('Wie heißen Sie?')").await;
    stage.click("document.querySelector('#save')").await;
    browser.until("document.querySelector('#saving').textContent === 'Saved'").await;
    let saved = stage.saved().await;
    assert_eq!(saved["greetings"]["de"], "Guten Tag!");
    let reception = &saved["reception"];
    assert_eq!(reception["closed_text"], json!({ "de": "Wir schlafen." }));
    assert_eq!(reception["questions"][0]["label"], json!({ "de": "Wie heißen Sie?" }));
    assert_eq!(reception["questions"][1]["choices"][0], json!({ "de": "Bestellung", "ru": "Заказ" }));
    let page = http::get(stage.relay.authority(), "/c/demo?lang=de").await.text();
    assert!(page.contains("Guten Tag!") && page.contains("Wie heißen Sie?"), "{page}");
}

#[tokio::test]
async fn the_snippet_follows_what_is_chosen_and_can_be_pinned() {
    let stage = Stage::set().await;
    let browser = &stage.browser;
    let line = "document.querySelector('#snippet').textContent";
    browser.until(&format!("{line}.includes('/embed.js\"') && !{line}.includes('data-position')")).await;
    stage.fill("#hex", "#aa3300").await;
    stage.click("[...document.querySelectorAll('#shape-head ~ .switch button')][1]").await;
    browser
        .until(&format!("{line}.endsWith(' data-color=\"#aa3300\" data-position=\"left\"></script>')"))
        .await;
    stage.click("document.querySelector('#pinned')").await;
    let pinned = browser.until(line).await;
    let told = stage.saved().await["snippet_pinned"].as_str().expect("a line").to_owned();
    let expected = told.replace("></script>", " data-color=\"#aa3300\" data-position=\"left\"></script>");
    assert_eq!(pinned, expected.as_str());
    assert!(
        expected.contains("integrity=\"sha384-") && expected.contains("crossorigin=\"anonymous\""),
        "{expected}"
    );
}
