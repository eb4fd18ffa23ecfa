//! The preview: the chat's own document and program with what is typed, and nothing that stays or leaves.
use merhaba_tests::{
    http,
    owner::{FRAME, Stage},
};
use serde_json::json;

/// Whether a text stands in the preview.
fn reads(text: &str) -> String {
    format!("document.body.innerText.includes({text:?})")
}

#[tokio::test]
async fn what_is_typed_is_seen_before_it_is_saved() {
    let stage = Stage::set().await;
    stage.tries_the_look().await;
}

#[tokio::test]
async fn reception_is_seen_in_every_language() {
    let stage = Stage::set().await;
    stage.click("document.querySelector('#with-hours')").await;
    stage.fill("#scene", "closed").await;
    stage
        .sees("!document.querySelector('#closed').hidden && document.querySelector('#f').checkVisibility()")
        .await;
    stage.click("document.querySelector('input[name=closed][value=form]')").await;
    stage.sees("document.querySelector('#ask [name=email]').required").await;
    stage.click("document.querySelector('input[name=closed][value=hide]')").await;
    stage.sees("!document.querySelector('#f').checkVisibility()").await;
    stage.fill("#scene", "open").await;
    stage.click("document.querySelector('#add-question')").await;
    stage.sees("document.querySelector('#ask [name=name]')").await;
    // A question that is not written yet is wrong: what is saved is shown, and why.
    stage.fill("#consent", "You may keep this.").await;
    stage.sees(&reads("You may keep this.")).await;
    for (tongue, legend) in [
        ("en", "Before we start"),
        ("tr", "Başlamadan önce"),
        ("de", "Bevor wir anfangen"),
        ("fr", "Avant de commencer"),
        ("es", "Antes de empezar"),
        ("pt", "Antes de começar"),
        ("ar", "قبل أن نبدأ"),
        ("ru", "Прежде чем начать"),
    ] {
        stage.fill("#preview-tongue", tongue).await;
        let legend = legend.split(' ').next().expect("a word");
        let text = format!("document.querySelector('#ask legend').textContent.includes({legend:?})");
        stage.sees(&format!("document.documentElement.lang === {tongue:?} && {text}")).await;
    }
    stage.fill("#preview-tongue", "ar").await;
    stage.sees("document.documentElement.dir === 'rtl'").await;
    stage.browser.until("document.querySelector('.stage').dataset.side === 'left'").await;
    // Questions can be tried: what is missing is said.
    stage.fill("#preview-tongue", "en").await;
    stage.fill("#hex", "#12").await;
    stage.browser.until("document.querySelector('#preview-said').textContent.includes('#rrggbb')").await;
    stage.browser.enter(FRAME).await;
    stage.click("document.querySelector('#s')").await;
    stage.browser.until("document.querySelector('#ask .why').textContent").await;
    stage.browser.leave().await;
}

#[tokio::test]
async fn the_preview_keeps_nothing_and_reaches_nobody() {
    let stage = Stage::set().await;
    stage.browser.network().await;
    stage.fill("#site-name", "Another").await;
    stage
        .sees(
            "document.querySelector('h1').textContent === 'Another' && document.querySelector('#log .jump')",
        )
        .await;
    stage.browser.enter(FRAME).await;
    let held = "localStorage.held = 1; return [self.origin, document.querySelector('textarea').readOnly]";
    assert_eq!(stage.browser.run(held).await, json!(["null", true]));
    let asks = "const done = arguments[arguments.length - 1], said = []; \
        const fetched = path => fetch(path).then(() => 'went', () => 'refused'); \
        return Promise.all([fetched('/api/v1/sessions'), fetched('/healthz')])";
    let own = stage.relay.url();
    let asks = asks.replace("'/api", &format!("'{own}/api")).replace("'/healthz", &format!("'{own}/healthz"));
    assert_eq!(stage.browser.run(&asks).await, json!(["refused", "refused"]));
    let socket = format!(
        "return new Promise(done => {{ addEventListener('securitypolicyviolation', event => done(event.violatedDirective)); \
         try {{ new WebSocket('{}/ws/visitor') }} catch (error) {{ done(String(error)) }} }})",
        own.replace("http", "ws")
    );
    assert!(stage.browser.run(&socket).await.to_string().contains("connect-src"));
    stage.browser.leave().await;
    assert_eq!(stage.browser.run("return localStorage.held || null").await, json!(null));
    let paths: Vec<_> = stage.browser.network().await;
    let strange: Vec<_> = paths
        .iter()
        .filter(|(_, address)| {
            !address.contains("/preview/") && !address.contains("/assets/") && address.starts_with("http")
        })
        .filter(|(_, address)| !address.contains("/healthz") && !address.contains("/api/v1/sessions"))
        .collect();
    assert!(strange.is_empty(), "{strange:?}");
    let history = stage.browser.run("return history.length").await;
    stage.fill("#site-name", "A third").await;
    stage.sees("document.querySelector('h1').textContent === 'A third'").await;
    assert_eq!(stage.browser.run("return history.length").await, history, "the way back is as it was");
}

#[tokio::test]
async fn only_the_owners_page_may_frame_and_only_members_may_ask() {
    let stage = Stage::set().await;
    let relay = stage.relay.authority();
    let policy =
        |answer: http::Answer| answer.header("content-security-policy").unwrap_or_default().to_owned();
    assert!(policy(http::get(relay, "/agent/").await).contains("frame-src 'none'"));
    assert!(policy(http::get(relay, "/agent/sites").await).contains("frame-src 'none'"));
    assert!(policy(http::get(relay, "/agent/site/demo").await).contains("frame-src 'self'"));
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let asked = http::send(relay, "POST", "/preview/demo?lang=en", &form, b"settings=%7B%7D").await;
    assert_eq!(asked.status, 401);
    // From the inbox the page is another document, which is loaded.
    stage.browser.open(stage.relay.told("agent")).await;
    stage.click("document.querySelector('nav a[href*=\"/agent/site\"], a[href*=\"/agent/site\"]')").await;
    stage.browser.until(FRAME).await;
}
