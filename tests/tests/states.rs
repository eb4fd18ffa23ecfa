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

impl Eye for Examiner {
    async fn look(&mut self, scene: Scene<'_>) {
        self.seen += 1;
        let name = format!("{}-{}", self.round, scene.name);
        if self.compares {
            let tree = aria::tree(scene.browser, scene.place).await;
            self.wrong.extend(aria::differs(&name, &tree));
        }
        for (dark, theme) in [(true, "dark"), (false, "light")] {
            scene.light(dark).await;
            let found = axe::violations(scene.browser).await;
            self.wrong
                .extend(found.into_iter().map(|it| format!("{name}, {}, {theme}: {it}", scene.language)));
        }
    }
}

async fn widget(words: &'static Words) {
    let mut tour = Tour::begin(words).await;
    let compares = words.tag == Words::ENGLISH.tag;
    let mut examiner = Examiner { round: "widget", compares, ..Examiner::default() };
    tour.widget(&mut examiner).await;
    tour.plain(&mut examiner).await;
    tour.end().await;
    assert_eq!(examiner.seen, 16, "every state was there");
    assert!(examiner.wrong.is_empty(), "{}", examiner.wrong.join("\n"));
}

async fn agents(words: &'static Words) {
    let mut tour = Tour::begin(words).await;
    let mut examiner = Examiner { round: "agent", ..Examiner::default() };
    tour.agents(&mut examiner).await;
    tour.end().await;
    assert_eq!(examiner.seen, 7, "every state was there");
    assert!(examiner.wrong.is_empty(), "{}", examiner.wrong.join("\n"));
}

#[tokio::test]
async fn the_agent_page_keeps_nobody_out() {
    agents(Words::TURKISH).await;
}

#[tokio::test]
async fn the_widget_keeps_nobody_out_in_english() {
    widget(Words::ENGLISH).await;
}

#[tokio::test]
async fn the_widget_keeps_nobody_out_in_other_languages() {
    for words in Words::spoken().into_iter().filter(|words| words.tag != Words::ENGLISH.tag) {
        widget(words).await;
    }
}
