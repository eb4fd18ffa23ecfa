//! A phone's keyboard under an open chat, in any engine. The page's visual viewport is driven by hand, as a keyboard would
//! drive it; everything else is read as the page shows it.
use crate::{
    browser::Browser,
    screen::{CHAT, enter_chat, open_chat},
};

/// What a keyboard takes of the screen, in pixels.
const KEYBOARD: u32 = 336;
/// How far the page is scrolled up by the browser so that a field is seen.
const SCROLLED: u32 = 120;

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

/// Opens the chat in a page on a screen so high, lets the keyboard come and go, and closes the chat: the panel fills what is
/// left, the field ends above the keyboard, the page behind stands still and is found again where it was.
///
/// # Panics
/// When one of it is not so.
pub async fn keyboard_hides_nothing(page: &Browser, screen: u32) {
    let left = screen - KEYBOARD;
    page.until(&format!("window.Merhaba && {CHAT}")).await;
    page.run("document.documentElement.style.overflow = 'clip scroll'; scrollTo({ top: 400, behavior: 'instant' })").await;
    let stood = page.run("return [scrollY, document.documentElement.style.overflow]").await;
    assert!(stood[0].as_f64().is_some_and(|y| y > 100.0), "the page is longer than the screen: {stood}");
    open_chat(page).await;
    let field = "getComputedStyle(document.querySelector('textarea')).fontSize";
    assert_eq!(page.until(field).await, "16px", "a smaller field makes phones zoom");
    page.leave().await;
    frame_stands(page, 0, screen).await;
    page.until("getComputedStyle(document.documentElement).overflowY === 'hidden'").await;

    viewport(page, left, 0).await;
    frame_stands(page, 0, left).await;
    viewport(page, left, SCROLLED).await;
    frame_stands(page, SCROLLED, left).await;
    enter_chat(page).await;
    // The frame ends at the keyboard, and the field ends within the frame.
    let above = format!(
        "innerHeight === {left} && document.querySelector('textarea').getBoundingClientRect().bottom <= {left}"
    );
    page.until(&above).await;
    page.leave().await;
    viewport(page, screen, 0).await;
    frame_stands(page, 0, screen).await;

    page.run("scrollTo({ top: 0, behavior: 'instant' }); Merhaba.close()").await;
    page.until("getComputedStyle(document.documentElement).overflowY !== 'hidden'").await;
    assert_eq!(page.run("return [scrollY, document.documentElement.style.overflow]").await, stood);
}
