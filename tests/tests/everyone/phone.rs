//! On a phone: the panel fills the screen, the keyboard never hides the field, the page behind stands still and is found
//! again where it was. The page's visual viewport is driven by hand, as a keyboard would drive it.
use crate::Stage;
use merhaba_tests::{browser::Browser, phone::keyboard_hides_nothing, screen::open_chat};
use serde_json::json;

const PHONE: (u32, u32) = (390, 844);

async fn hold(browser: &Browser, size: (u32, u32)) {
    let metrics = json!({ "width": size.0, "height": size.1, "deviceScaleFactor": 1, "mobile": true });
    browser.command("Emulation.setDeviceMetricsOverride", metrics).await;
}

#[tokio::test]
async fn a_keyboard_never_hides_the_field_and_the_page_is_found_where_it_was() {
    let stage = Stage::set().await;
    let shop = stage.shop().await;
    hold(&shop, PHONE).await;
    keyboard_hides_nothing(&shop, PHONE.1).await;
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
