//! Screenshots of every state of the pages, on a phone and on a desktop, light and dark, in each language, and on a
//! narrow phone and with text twice as large, into `target/shots/` with an `index.html` to browse. It judges nothing: the
//! states are for people's eyes. With words as arguments it makes only the pictures whose name has one of them, and where one
//! is the name of a round it goes through those rounds only.
use base64::{Engine as _, engine::general_purpose::STANDARD};
use merhaba_tests::{
    scenes::{Eye, ROUNDS, Scene, Tour, Words},
    sources,
};
use serde_json::json;
use std::{
    env,
    fmt::Write as _,
    fs,
    io::{Write as _, stdout},
    path::{Path, PathBuf},
};

/// The screens: name, width, height, and the size of text in hundredths.
const SCREENS: [(&str, u32, u32, u32); 4] = [
    ("phone", 390, 844, 100),
    ("desktop", 1280, 800, 100),
    ("narrow", 320, 568, 100),
    ("large", 390, 844, 200),
];

/// Sets the size of text as if the page had been loaded with it: the field has no height from before, and a log that showed
/// its end shows it still, and a part of a long page that is looked at is in sight.
const SETTLE: &str = "(size => {\
    const log = document.querySelector('[role=log]'), field = document.querySelector('textarea');\
    document.documentElement.style.fontSize = size;\
    if (field) field.style.height = '';\
    if (log && window.wasAtEnd) log.scrollTop = log.scrollHeight;\
    if (window.lookedAt) document.querySelector(lookedAt).scrollIntoView();\
})";

/// Remembers whether the log shows its end, before the screen changes.
const NOTE: &str = "window.wasAtEnd = !document.querySelector('.jump')?.checkVisibility()";

/// The languages that the agent page speaks.
const AGENTS: [&str; 2] = ["en", "tr"];

/// Takes the pictures of one round through the states.
struct Camera<'a> {
    folder: &'a Path,
    round: &'static str,
    only: &'a [String],
    taken: &'a mut Vec<String>,
}

impl Eye for Camera<'_> {
    async fn look(&mut self, scene: Scene<'_>) {
        // The chat in the preview is on the picture of the page around it.
        if scene.name.ends_with("-inside") {
            return;
        }
        scene.browser.run(NOTE).await;
        for (screen, width, height, text) in SCREENS {
            for (dark, theme) in [(false, "light"), (true, "dark")] {
                // Light is enough to see what has room.
                if dark && !["phone", "desktop"].contains(&screen) {
                    continue;
                }
                let name = format!("{}-{}-{}-{screen}-{theme}.png", self.round, scene.name, scene.language);
                if !self.only.is_empty() && !self.only.iter().any(|word| name.contains(word.as_str())) {
                    continue;
                }
                let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": screen != "desktop" });
                scene.browser.command("Emulation.setDeviceMetricsOverride", size).await;
                scene.browser.run(&format!("{SETTLE}('{text}%')")).await;
                scene.light(dark).await;
                self.take(&scene, name).await;
            }
        }
        scene.browser.command("Emulation.clearDeviceMetricsOverride", json!({})).await;
        scene.browser.run(&format!("{SETTLE}('')")).await;
        scene.light(false).await;
    }
}

impl Camera<'_> {
    async fn take(&mut self, scene: &Scene<'_>, name: String) {
        let picture = scene.browser.command("Page.captureScreenshot", json!({ "format": "png" })).await;
        let bytes = STANDARD.decode(picture["data"].as_str().unwrap_or_default()).expect("a picture");
        fs::write(self.folder.join(&name), bytes).expect("the picture can be kept");
        self.taken.push(name);
    }
}

/// A page with all pictures, grouped by state.
fn index(taken: &[String]) -> String {
    let mut page = String::from(
        "<!doctype html><!-- Written by make shots. --><meta charset=utf-8><title>Merhaba, every state</title>\
         <style>body{font:15px system-ui;margin:24px}div{display:flex;flex-wrap:wrap;gap:12px;align-items:start}img{height:420px;border:1px solid #8886}figcaption{font-size:12px}figure{margin:0}</style>",
    );
    let mut last = String::new();
    for name in taken {
        let state = name.rsplitn(4, '-').last().unwrap_or_default().to_owned();
        if state != last {
            // Writing into a string does not fail.
            let _ = write!(page, "</div><h2>{state}</h2><div>");
            last = state;
        }
        let _ = write!(
            page,
            "<figure><a href={name}><img loading=lazy src={name} alt=\"\"></a><figcaption>{name}</figcaption></figure>"
        );
    }
    page
}

#[tokio::main]
async fn main() {
    let folder: PathBuf = sources::root().join("target/shots");
    fs::create_dir_all(&folder).expect("target/ can be written");
    let only: Vec<String> = env::args().skip(1).collect();
    let mut taken = Vec::new();
    // Words that name rounds make only those.
    let named = only.iter().any(|word| ROUNDS.contains(&word.as_str()));
    let goes = |round: &str| !named || only.iter().any(|word| word == round);
    for words in Words::spoken() {
        for round in ROUNDS.into_iter().filter(|round| goes(round)) {
            if ["agent", "owner"].contains(&round) && !AGENTS.contains(&words.tag) {
                continue;
            }
            let mut tour = Tour::begin(words).await;
            let mut camera = Camera { folder: &folder, round, only: &only, taken: &mut taken };
            tour.round(round, &mut camera).await;
            tour.end().await;
        }
    }
    taken.sort();
    fs::write(folder.join("index.html"), index(&taken)).expect("target/ can be written");
    writeln!(stdout(), "{} pictures: open {}/index.html", taken.len(), folder.display()).ok();
}
