//! Mentions by hands, in real browsers: a colleague is chosen behind an `@`, hears of it wherever they are, finds it in a list of
//! their own, and has seen it by looking.
use merhaba_tests::{
    browser::Browser,
    screen::{FIELD, open_conversation},
    stage::Stage,
};

const LIST: &str = "document.querySelector('[data-list=Mentioned]')";
const TOAST: &str = "(document.querySelector('.toast') || {}).textContent";

async fn counts(page: &Browser, count: &str) {
    page.until(&format!("{LIST}.querySelector('.count')?.textContent === {count:?}")).await;
}

async fn hidden(page: &Browser) {
    page.until(&format!("{LIST}.hidden")).await;
}

#[tokio::test]
async fn a_colleague_is_mentioned_hears_of_it_and_has_seen_it_by_looking() {
    let (stage, _visitor) = Stage::with(2).await;
    let one = stage.agent("Elif", "agent").await;
    let two = stage.agent("Zeynep", "trainee").await;
    hidden(&two).await;
    open_conversation(&one, "visitor-0;").await;
    // In an answer an @ is a letter like any other.
    one.type_into(FIELD, "@").await;
    one.until(&format!("{FIELD}.value === '@' && !document.querySelector('#canned')")).await;
    one.type_into(FIELD, "\u{e003}").await;
    one.click("document.querySelectorAll('.switch button')[1]").await;
    one.type_into(FIELD, "Bakar mısın @zey").await;
    one.until("document.querySelectorAll('#canned li').length === 1").await;
    one.type_into(FIELD, "\u{e007}").await;
    one.until(&format!("{FIELD}.value === 'Bakar mısın @Zeynep ' && !document.querySelector('#canned')"))
        .await;
    one.type_into(FIELD, "\u{e007}").await;

    two.until(&format!("{TOAST}?.includes('Elif mentions you')")).await;
    counts(&two, "1").await;
    two.until("document.querySelectorAll('#list .item .at').length === 1").await;
    two.reload().await;
    counts(&two, "1").await;
    two.click(LIST).await;
    two.until(
        "document.querySelectorAll('#list .item').length === 1 && location.search === '?list=mentioned'",
    )
    .await;
    two.click("document.querySelector('#list .item')").await;
    two.until("document.querySelector('.note').textContent.includes('@Zeynep')").await;
    counts(&two, "0").await;
    two.until("!document.querySelector('#list .item')").await;
    // Whoever looks there has seen the next one at once.
    one.type_into(FIELD, "@Zeynep teşekkürler\u{e007}").await;
    two.until("document.querySelectorAll('.note').length === 2").await;
    counts(&two, "0").await;
    hidden(&one).await;
    one.close().await;
    two.close().await;
}
