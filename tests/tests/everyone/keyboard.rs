//! By keyboard alone: in with Enter, round with Tab, out with Escape; focus goes nowhere by itself.
use crate::Stage;
use merhaba_tests::screen::{CHAT, FIELD, enter_chat, open_chat};
use serde_json::json;

const TAB: &str = "Tab";

async fn press_key(browser: &merhaba_tests::browser::Browser, key: &str, code: u32) {
    for kind in ["rawKeyDown", "keyUp"] {
        let event = json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code });
        browser.command("Input.dispatchKeyEvent", event).await;
    }
}

#[tokio::test]
async fn escape_gives_the_focus_back_and_tab_goes_round_in_reading_order() {
    let stage = Stage::set().await;
    let shop = stage.shop().await;
    open_chat(&shop).await;
    shop.until(&format!("document.activeElement === {FIELD}")).await;
    shop.run("window.order = []; document.addEventListener('focusin', e => order.push(e.target.id))").await;
    shop.run("document.getElementById('m').focus()").await;
    for _ in 0..6 {
        press_key(&shop, TAB, 9).await;
    }
    let order = shop.until("order.length > 6 && order").await;
    assert_eq!(order, json!(["m", "x", "log", "a", "t", "e", "s"]));
    press_key(&shop, "Escape", 27).await;
    shop.leave().await;
    shop.until("!Merhaba.isOpen()").await;
    shop.until(&format!("{CHAT}.activeElement === {CHAT}.querySelector('a')")).await;
    shop.close().await;
}

#[tokio::test]
async fn what_happens_by_itself_never_takes_the_focus() {
    let stage = Stage::set().await;
    let shop = stage.shop().await;
    shop.until(&format!("window.Merhaba && {CHAT}")).await;
    shop.run("document.body.tabIndex = -1; document.body.focus(); Merhaba.send('from the page'); Merhaba.on('message:sent', () => window.sent = 1)").await;
    shop.until("window.sent").await;
    assert_eq!(shop.run("return document.activeElement === document.body").await, true);
    shop.run("Merhaba.open()").await;
    enter_chat(&shop).await;
    shop.until("[...document.querySelectorAll('.bubble')].some(e => e.textContent === 'from the page')")
        .await;
    shop.leave().await;
    assert_eq!(
        shop.run("return document.activeElement === document.body").await,
        true,
        "nobody asked for it"
    );
    shop.close().await;
}
