//! On a phone: the panel fills the screen, the keyboard never hides the field, the page behind stands still and is found
//! again where it was. The page's visual viewport is driven by hand, as a keyboard would drive it.
use crate::Stage;
use merhaba_tests::{
    browser::Browser,
    screen::{CHAT, enter_chat, open_chat},
};
use serde_json::json;

const PHONE: (u32, u32) = (390, 844);

async fn hold(browser: &Browser, size: (u32, u32)) {
    let metrics = json!({ "width": size.0, "height": size.1, "deviceScaleFactor": 1, "mobile": true });
    browser.command("Emulation.setDeviceMetricsOverride", metrics).await;
}

/// The visual viewport becomes so high and stands so far below the top, and says so.
async fn viewport(browser: &Browser, height: u32, top: u32) {
    browser
        .run(&format!(
            "for (const [name, value] of Object.entries({{ height: {height}, offsetTop: {top}, scale: 1 }}))
               Object.defineProperty(visualViewport, name, {{ value, configurable: true }});
             visualViewport.dispatchEvent(new Event('resize')); visualViewport.dispatchEvent(new Event('scroll'));"
        ))
        .await;
}

/// Waits until the frame stands there: its top and its height.
async fn frame_stands(browser: &Browser, top: u32, height: u32) {
    browser
        .until(&format!(
            "(r => r.left === 0 && r.width === innerWidth && r.top === {top} && r.height === {height})({CHAT}.querySelector('iframe').getBoundingClientRect())"
        ))
        .await;
}

#[tokio::test]
async fn a_keyboard_never_hides_the_field_and_the_page_is_found_where_it_was() {
    let stage = Stage::set().await;
    let shop = stage.shop().await;
    hold(&shop, PHONE).await;
    shop.until(&format!("window.Merhaba && {CHAT}")).await;
    shop.run("document.documentElement.style.overflow = 'clip scroll'; scrollTo({ top: 400, behavior: 'instant' })").await;
    let stood = shop.run("return [scrollY, document.documentElement.style.overflow]").await;
    assert!(stood[0].as_f64().is_some_and(|y| y > 100.0), "the shop is longer than the screen: {stood}");
    open_chat(&shop).await;
    let field = "getComputedStyle(document.querySelector('textarea')).fontSize";
    assert_eq!(shop.until(field).await, "16px", "a smaller field makes phones zoom");
    shop.leave().await;
    frame_stands(&shop, 0, PHONE.1).await;
    shop.until("getComputedStyle(document.documentElement).overflowY === 'hidden'").await;

    viewport(&shop, 508, 0).await;
    frame_stands(&shop, 0, 508).await;
    viewport(&shop, 508, 120).await;
    frame_stands(&shop, 120, 508).await;
    enter_chat(&shop).await;
    // The frame ends at the keyboard, and the field ends within the frame.
    shop.until(
        "innerHeight === 508 && document.querySelector('textarea').getBoundingClientRect().bottom <= 508",
    )
    .await;
    shop.leave().await;
    viewport(&shop, PHONE.1, 0).await;
    frame_stands(&shop, 0, PHONE.1).await;

    shop.run("scrollTo({ top: 0, behavior: 'instant' }); Merhaba.close()").await;
    shop.until("getComputedStyle(document.documentElement).overflowY !== 'hidden'").await;
    assert_eq!(shop.run("return [scrollY, document.documentElement.style.overflow]").await, stood);
    shop.close().await;
}

#[tokio::test]
async fn a_panel_beside_the_page_leaves_the_page_alone() {
    let stage = Stage::set().await;
    let shop = stage.shop().await;
    open_chat(&shop).await;
    shop.leave().await;
    shop.until("Merhaba.isOpen()").await;
    assert_eq!(shop.run("return document.documentElement.style.overflow").await, "");
    // On its side, the window is a phone's.
    hold(&shop, (844, 390)).await;
    shop.until("document.documentElement.style.overflow === 'hidden'").await;
    shop.run("Merhaba.destroy()").await;
    assert_eq!(
        shop.run("return document.documentElement.style.overflow").await,
        "",
        "nothing is left behind"
    );
    shop.close().await;
}

#[tokio::test]
async fn text_of_twice_the_size_is_all_there() {
    let stage = Stage::set().await;
    for language in ["en", "de", "ar"] {
        let page = stage.page(language).await;
        hold(&page, PHONE).await;
        page.run(
            "document.documentElement.style.fontSize = '32px'; document.querySelector('textarea').oninput()",
        )
        .await;
        let cut = page
            .run(
                "return [...document.querySelectorAll('h1, #sub, .bubble, .day, .mark, #hint, #t')].filter(e => e.checkVisibility())
                   .filter(e => { const r = e.getBoundingClientRect();
                     return e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline' || e.scrollHeight > e.clientHeight + 1 || r.left < 0 || r.right > innerWidth || r.bottom > innerHeight; })
                   .map(e => e.outerHTML.slice(0, 80))",
            )
            .await;
        assert_eq!(cut, json!([]), "{language}");
        let size =
            page.run("return parseFloat(getComputedStyle(document.querySelector('.bubble')).fontSize)").await;
        assert!(size.as_f64().is_some_and(|size| size >= 29.0), "the text has grown: {size}");
        page.close().await;
    }
}
