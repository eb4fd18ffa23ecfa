//! Every state of the pages: axe finds nothing in it, light and dark, in each language; and what a screen reader is told
//! of it is what it was told before (`tests/snapshots`; `MERHABA_UPDATE=1` writes them anew, to be looked at and committed).
use merhaba_tests::{
    aria, axe,
    scenes::{Eye, Place, Scene, Tour, Words},
};
use serde_json::{Value, json};

/// What stands there hangs on the hour and the day of the week: which times something can be put off until.
const HANG_ON_THE_HOUR: [&str; 3] = ["agent-snooze", "agent-later", "agent-palette-typed"];

/// Collects what is wrong, so that one run tells everything.
#[derive(Default)]
struct Examiner {
    round: &'static str,
    /// Whether trees are compared: they differ between languages by words only.
    compares: bool,
    seen: usize,
    wrong: Vec<String>,
}

impl Examiner {
    fn found(&mut self, name: &str, scene: &Scene<'_>, theme: &str, wrong: Vec<String>) {
        self.wrong.extend(wrong.into_iter().map(|it| format!("{name}, {}, {theme}: {it}", scene.language)));
    }

    fn judge(self, states: usize) {
        assert!(self.wrong.is_empty(), "{}", self.wrong.join("\n"));
        assert_eq!(self.seen, states, "every state was there");
    }
}

impl Eye for Examiner {
    async fn look(&mut self, scene: Scene<'_>) {
        self.seen += 1;
        let name = format!("{}-{}", self.round, scene.name);
        if self.compares && !HANG_ON_THE_HOUR.contains(&&*name) {
            let tree = aria::tree(scene.browser, scene.place).await;
            self.wrong.extend(aria::differs(&name, &tree));
        }
        scene.light(true).await;
        self.found(&name, &scene, "dark", axe::violations(scene.browser).await);
        scene.light(false).await;
        self.found(&name, &scene, "light", axe::colours(scene.browser).await);
        if ["agent", "owner"].contains(&self.round) && scene.place == Place::Page {
            self.found(&name, &scene, "narrow", beyond(&scene, 320, 100).await);
            self.found(&name, &scene, "large", beyond(&scene, 390, 200).await);
        }
    }
}

/// On the narrowest of phones, and with text twice as large, nothing makes the page wider than it: a browser would then
/// show all of it smaller. The size of text is in hundredths.
async fn beyond(scene: &Scene<'_>, width: u32, text: u32) -> Vec<String> {
    scene.browser.run(AT_END).await;
    let size = json!({ "width": width, "height": 568, "deviceScaleFactor": 1, "mobile": false });
    scene.browser.command("Emulation.setDeviceMetricsOverride", size).await;
    scene.browser.run(&format!("document.documentElement.style.fontSize = '{text}%'")).await;
    scene.drawn().await;
    let wide = scene.browser.run(WIDER).await;
    scene.browser.run("document.documentElement.style.fontSize = ''").await;
    scene.browser.command("Emulation.clearDeviceMetricsOverride", json!({})).await;
    scene.drawn().await;
    scene.browser.run(BACK).await;
    scene.drawn().await;
    wide.as_array().expect("a list").iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
}

/// Whether there is a log that shows its end, as it stands and not as the page has noticed yet.
const AT_END: &str = "const log = document.querySelector('[role=log]');\
    window.wasAtEnd = log && log.scrollHeight - log.scrollTop - log.clientHeight < 8";

/// A log that showed its end shows it again, as it does where the text has always been of one size.
const BACK: &str =
    "const log = document.querySelector('[role=log]'); if (log && wasAtEnd) log.scrollTop = log.scrollHeight";

/// How wide the page is if it, or a part of it that is read by scrolling down, is wider than its window, and the first
/// elements that reach beyond it and beyond whatever could be scrolled.
const WIDER: &str = "const page = [document.documentElement, ...document.querySelectorAll('main, [role=log], #list, .side')]\
    .find(it => it.scrollWidth > it.clientWidth + 1 && it.scrollWidth > it.offsetWidth); if (!page) return [];\
    const cut = it => it && it !== document.body && it !== page && (getComputedStyle(it).overflowX !== 'visible' || cut(it.parentElement));\
    const over = [...document.querySelectorAll('body *')].filter(it => it.getBoundingClientRect().right > innerWidth + 1);\
    const free = over.filter(it => !cut(it.parentElement)).slice(0, 5).map(it => it.outerHTML.slice(0, 160));\
    return [page.tagName + ' is ' + page.scrollWidth + ' wide', ...free]";

/// One of the rounds in a language, and how many states it has. What a screen reader is told is compared of what visitors
/// see and of where agents answer.
async fn round(round: &'static str, words: &'static Words, states: usize) {
    let mut tour = Tour::begin(words).await;
    let compares = words.tag == Words::ENGLISH.tag && ["widget", "parts", "rich", "agent"].contains(&round);
    let mut examiner = Examiner { round, compares, ..Examiner::default() };
    tour.round(round, &mut examiner).await;
    tour.end().await;
    examiner.judge(states);
}

#[tokio::test]
async fn the_agent_page_keeps_nobody_out_in_english() {
    round("agent", Words::ENGLISH, 39).await;
}

#[tokio::test]
async fn the_agent_page_keeps_nobody_out_in_turkish() {
    round("agent", Words::TURKISH, 39).await;
}

#[tokio::test]
async fn the_owners_page_keeps_nobody_out_in_english() {
    round("owner", Words::ENGLISH, 11).await;
}

#[tokio::test]
async fn the_owners_page_keeps_nobody_out_in_turkish() {
    round("owner", Words::TURKISH, 11).await;
}

#[tokio::test]
async fn the_widget_keeps_nobody_out_in_english() {
    round("widget", Words::ENGLISH, 17).await;
}

#[tokio::test]
async fn the_widget_keeps_nobody_out_in_turkish() {
    round("widget", Words::TURKISH, 17).await;
}

#[tokio::test]
async fn the_widget_keeps_nobody_out_in_arabic() {
    round("widget", Words::ARABIC, 17).await;
}

#[tokio::test]
async fn its_parts_keep_nobody_out_in_english() {
    round("parts", Words::ENGLISH, 10).await;
}

#[tokio::test]
async fn its_parts_keep_nobody_out_in_turkish() {
    round("parts", Words::TURKISH, 10).await;
}

#[tokio::test]
async fn its_parts_keep_nobody_out_in_arabic() {
    round("parts", Words::ARABIC, 10).await;
}

#[tokio::test]
async fn what_is_pressed_and_filled_in_keeps_nobody_out_in_english() {
    round("rich", Words::ENGLISH, 7).await;
}

#[tokio::test]
async fn what_is_pressed_and_filled_in_keeps_nobody_out_in_turkish() {
    round("rich", Words::TURKISH, 7).await;
}

#[tokio::test]
async fn what_is_pressed_and_filled_in_keeps_nobody_out_in_arabic() {
    round("rich", Words::ARABIC, 7).await;
}
