//! Every state of the widget: axe finds nothing in it, light and dark, in each language; and what a screen reader is told
//! of it is what it was told before (`tests/snapshots`; `MERHABA_UPDATE=1` writes them anew, to be looked at and committed).
use merhaba_tests::{
    aria, axe,
    scenes::{Eye, Scene, Tour, Words},
};

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
        if self.compares {
            let tree = aria::tree(scene.browser, scene.place).await;
            self.wrong.extend(aria::differs(&name, &tree));
        }
        scene.light(true).await;
        self.found(&name, &scene, "dark", axe::violations(scene.browser).await);
        scene.light(false).await;
        self.found(&name, &scene, "light", axe::colours(scene.browser).await);
    }
}

/// A round through the widget's own states, and the plain page's.
async fn widget(words: &'static Words) {
    let mut tour = Tour::begin(words).await;
    let compares = words.tag == Words::ENGLISH.tag;
    let mut examiner = Examiner { round: "widget", compares, ..Examiner::default() };
    tour.widget(&mut examiner).await;
    tour.plain(&mut examiner).await;
    tour.end().await;
    examiner.judge(16);
}

/// A round through what is fetched when it is opened.
async fn parts(words: &'static Words) {
    let mut tour = Tour::begin(words).await;
    let compares = words.tag == Words::ENGLISH.tag;
    let mut examiner = Examiner { round: "parts", compares, ..Examiner::default() };
    tour.parts(&mut examiner).await;
    tour.end().await;
    examiner.judge(10);
}

/// A round through what can be pressed and filled in.
async fn rich(words: &'static Words) {
    let mut tour = Tour::begin(words).await;
    let compares = words.tag == Words::ENGLISH.tag;
    let mut examiner = Examiner { round: "rich", compares, ..Examiner::default() };
    tour.rich(&mut examiner).await;
    tour.end().await;
    examiner.judge(7);
}

#[tokio::test]
async fn the_agent_page_keeps_nobody_out() {
    let mut tour = Tour::begin(Words::TURKISH).await;
    let mut examiner = Examiner { round: "agent", ..Examiner::default() };
    tour.agents(&mut examiner).await;
    tour.end().await;
    examiner.judge(9);
}

/// A round through the owner's page and the chat in its preview.
async fn owners(words: &'static Words) {
    let mut tour = Tour::begin(words).await;
    let mut examiner = Examiner { round: "owner", ..Examiner::default() };
    tour.owners(&mut examiner).await;
    tour.end().await;
    examiner.judge(9);
}

#[tokio::test]
async fn the_owners_page_keeps_nobody_out_in_english() {
    owners(Words::ENGLISH).await;
}

#[tokio::test]
async fn the_owners_page_keeps_nobody_out_in_turkish() {
    owners(Words::TURKISH).await;
}

#[tokio::test]
async fn the_widget_keeps_nobody_out_in_english() {
    widget(Words::ENGLISH).await;
}

#[tokio::test]
async fn the_widget_keeps_nobody_out_in_turkish() {
    widget(Words::TURKISH).await;
}

#[tokio::test]
async fn the_widget_keeps_nobody_out_in_arabic() {
    widget(Words::ARABIC).await;
}

#[tokio::test]
async fn its_parts_keep_nobody_out_in_english() {
    parts(Words::ENGLISH).await;
}

#[tokio::test]
async fn its_parts_keep_nobody_out_in_turkish() {
    parts(Words::TURKISH).await;
}

#[tokio::test]
async fn its_parts_keep_nobody_out_in_arabic() {
    parts(Words::ARABIC).await;
}

#[tokio::test]
async fn what_is_pressed_and_filled_in_keeps_nobody_out_in_english() {
    rich(Words::ENGLISH).await;
}

#[tokio::test]
async fn what_is_pressed_and_filled_in_keeps_nobody_out_in_turkish() {
    rich(Words::TURKISH).await;
}

#[tokio::test]
async fn what_is_pressed_and_filled_in_keeps_nobody_out_in_arabic() {
    rich(Words::ARABIC).await;
}
