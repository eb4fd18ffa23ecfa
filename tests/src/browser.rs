//! A real browser, driven over WebDriver: a profile of its own for each person in front of a screen.
//! Nothing is waited for by time alone: a wait looks at the page until it shows what is wanted, or gives up.
use crate::http;
use fantoccini::{
    Client,
    actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction},
    elements::{Element, ElementRef},
};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::time::interval;

mod driver;
pub use driver::{Driver, Engine, tools};

/// How long a page may take to show what is waited for, in milliseconds: an outage and its backoff included.
const SHOWN_WITHIN_MS: u64 = 40_000;
/// How often a page is asked that cannot look by itself.
const ASKED_EVERY: Duration = Duration::from_millis(50);
/// How WebDriver marks an element in an answer.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A person's browser: a profile of its own.
pub struct Browser {
    client: Client,
    authority: String,
    session: String,
    /// Pages run no script of their own here, nor do their timers.
    scriptless: bool,
    _profile: TempDir,
}

impl Browser {
    /// Goes to an address.
    pub async fn open(&self, address: &str) {
        self.client.goto(address).await.unwrap_or_else(|error| panic!("{address}: {error}"));
    }

    /// Loads the page again.
    pub async fn reload(&self) {
        self.client.refresh().await.expect("the page loads again");
    }

    /// Makes the window so large, as far as the screen lets it; gives what the page then has of it.
    pub async fn resize(&self, width: u32, height: u32) -> (u32, u32) {
        self.client.set_window_size(width, height).await.expect("the window changes");
        let inner = self.run("return [innerWidth, innerHeight]").await;
        let at = |index: usize| inner[index].as_u64().and_then(|pixels| pixels.try_into().ok()).unwrap_or(0);
        (at(0), at(1))
    }

    /// Runs a script, whose last statement returns.
    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Runs a script that calls its last argument with what it has found.
    pub async fn wait_for(&self, script: &str) -> Value {
        self.client.execute_async(script, vec![]).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits until an expression is true on the page, and gives its value.
    pub async fn until(&self, expression: &str) -> Value {
        if self.scriptless {
            return self.until_without_timers(expression).await;
        }
        let script = format!(
            "const done = arguments[arguments.length - 1], end = performance.now() + {SHOWN_WITHIN_MS};\n\
             (function look() {{\n\
               let found; try {{ found = ({expression}); }} catch (error) {{ found = null; }}\n\
               if (found || performance.now() > end) done(found || null); else setTimeout(look, 50);\n\
             }})();"
        );
        let (mut pages, began) = (0, Instant::now());
        let found = loop {
            pages += 1;
            match self.client.execute_async(&script, vec![]).await {
                // The page was left while it was looked at: the one after it is looked at. The driver does not always
                // notice, and then only misses the answer; Firefox's gives an empty one, too early.
                Err(error)
                    if pages < 5
                        && ["unload", "script timeout"]
                            .iter()
                            .any(|left| error.to_string().contains(left)) => {}
                Ok(Value::Null) if pages < 5 && began.elapsed() < Duration::from_millis(SHOWN_WITHIN_MS) => {}
                found => break found.unwrap_or_else(|error| panic!("{expression}: {error}")),
            }
        };
        if found.is_null() {
            let shown = self.run("return document.body && document.body.innerText.slice(0, 2000)").await;
            panic!(
                "never came true: {expression}\nthe page shows: {shown}\nthe console says: {}",
                self.log("browser").await
            );
        }
        found
    }

    /// The same where a page cannot look by itself: it is asked again and again.
    async fn until_without_timers(&self, expression: &str) -> Value {
        let script = format!("try {{ return ({expression}); }} catch (error) {{ return null; }}");
        let (began, mut again) = (Instant::now(), interval(ASKED_EVERY));
        loop {
            again.tick().await;
            // Between two pages there may be none to ask.
            match self.client.execute(&script, vec![]).await {
                Ok(found) if found != Value::Null && found != false && found != "" && found != 0 => {
                    return found;
                }
                _ if began.elapsed() < Duration::from_millis(SHOWN_WITHIN_MS) => {}
                found => panic!("never came true: {expression}: {found:?}"),
            }
        }
    }

    /// Waits for the element that an expression gives.
    pub async fn element(&self, expression: &str) -> Element {
        let found = self.until(expression).await;
        let id = found[ELEMENT].as_str().unwrap_or_else(|| panic!("{expression} is no element: {found}"));
        Element::from_element_id(self.client.clone(), ElementRef::from(id.to_owned()))
    }

    /// Waits for an element and clicks it.
    pub async fn click(&self, expression: &str) {
        let element = self.element(expression).await;
        element.click().await.unwrap_or_else(|error| panic!("{expression}: {error}"));
    }

    /// Waits for an element of the page itself and clicks where it is, as a hand would: WebDriver's own click does not
    /// find its way into a shadow root outside the body.
    pub async fn press(&self, expression: &str) {
        let place = format!(
            "(e => {{ const r = e.getBoundingClientRect(); return r.width && [r.x + r.width / 2, r.y + r.height / 2] }})({expression})"
        );
        let place = self.until(&place).await;
        let at = |index: usize| place[index].as_f64().unwrap_or_default();
        let hand = MouseActions::new("hand".to_owned())
            .then(PointerAction::MoveTo { duration: Some(Duration::ZERO), x: at(0), y: at(1) })
            .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
            .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        self.client.perform_actions(hand).await.unwrap_or_else(|error| panic!("{expression}: {error}"));
    }

    /// Waits for a field and types into it.
    pub async fn type_into(&self, expression: &str, text: &str) {
        let element = self.element(expression).await;
        element.send_keys(text).await.unwrap_or_else(|error| panic!("{expression}: {error}"));
    }

    /// Goes into the frame that an expression gives.
    pub async fn enter(&self, expression: &str) {
        let frame = self.element(expression).await;
        frame.enter_frame().await.unwrap_or_else(|error| panic!("{expression}: {error}"));
    }

    /// What a script says in a frame that may be gone at any moment; `None` where it was. Back in the page afterwards.
    pub async fn peek(&self, frame: &str, script: &str) -> Option<Value> {
        // Between being found and being handed over it may go, too.
        let found = self.client.execute(&format!("return {frame}"), vec![]).await.ok();
        let id = found.as_ref().and_then(|found| found[ELEMENT].as_str()).map(str::to_owned);
        let said = match id.map(|id| Element::from_element_id(self.client.clone(), ElementRef::from(id))) {
            Some(element) if element.clone().enter_frame().await.is_ok() => {
                self.client.execute(script, vec![]).await.ok()
            }
            _ => None,
        };
        self.driver("frame", &json!({ "id": null })).await;
        said
    }

    /// Comes back out of a frame.
    pub async fn leave(&self) {
        self.client.enter_parent_frame().await.expect("there is a page around the frame");
    }

    /// Opens another tab and goes there; gives the tab that was left.
    pub async fn new_tab(&self) -> Tab {
        let left = self.tab().await;
        let tab = self.client.new_window(true).await.expect("a tab opens");
        self.client.switch_to_window(tab.handle).await.expect("the tab is there");
        left
    }

    /// Waits for a tab that the page has opened, and goes there.
    pub async fn follow_tab(&self) {
        let here = self.client.window().await.expect("a tab is in front");
        let opened = async {
            loop {
                let all = self.client.windows().await.expect("the driver answers");
                if let Some(other) = all.into_iter().find(|tab| *tab != here) {
                    return other;
                }
                tokio::task::yield_now().await;
            }
        };
        let tab = tokio::time::timeout(Duration::from_millis(SHOWN_WITHIN_MS), opened)
            .await
            .expect("a tab is opened");
        self.client.switch_to_window(tab).await.expect("the tab is there");
    }

    /// Closes the tab in front and goes to another.
    pub async fn close_tab(&self, then: &Tab) {
        self.client.close_window().await.expect("the tab closes");
        self.switch(then).await;
    }

    /// Gives a command to the browser's own protocol.
    pub async fn command(&self, name: &str, parameters: Value) -> Value {
        self.driver("goog/cdp/execute", &json!({ "cmd": name, "params": parameters })).await
    }

    /// The tab in front.
    pub async fn tab(&self) -> Tab {
        Tab(self.client.window().await.expect("a tab is in front"))
    }

    /// Brings a tab to the front.
    pub async fn switch(&self, tab: &Tab) {
        self.client.switch_to_window(tab.0.clone()).await.expect("the tab is there");
    }

    /// The cookies of every site that the browser holds.
    pub async fn cookies(&self) -> Value {
        let command = json!({ "cmd": "Network.getAllCookies", "params": {} });
        self.driver("goog/cdp/execute", &command).await["cookies"].clone()
    }

    /// Everything in a log of the driver since it was last asked: `browser` or `performance`.
    pub async fn log(&self, kind: &str) -> Value {
        self.driver("se/log", &json!({ "type": kind })).await
    }

    /// What the page asked of the network since this was last asked: kind of event and address.
    pub async fn network(&self) -> Vec<(String, String)> {
        let log = self.log("performance").await;
        let entries = log.as_array().cloned().unwrap_or_default();
        let told =
            entries.iter().filter_map(|entry| serde_json::from_str::<Value>(entry["message"].as_str()?).ok());
        told.filter_map(|entry| {
            let (method, params) = (entry["message"]["method"].as_str()?, &entry["message"]["params"]);
            let address = match method {
                "Network.requestWillBeSent" => params["request"]["url"].as_str()?,
                "Network.webSocketCreated" => params["url"].as_str()?,
                _ => return None,
            };
            Some((method.to_owned(), address.to_owned()))
        })
        .collect()
    }

    /// Ends the browser.
    pub async fn close(self) {
        self.client.close().await.expect("the browser ends");
    }

    async fn driver(&self, path: &str, body: &Value) -> Value {
        let path = format!("/session/{}/{path}", self.session);
        let answer = http::post_json(&self.authority, &path, body).await;
        // Only Chromium's driver knows its own protocol and its logs; the others say so in plain text.
        serde_json::from_slice(&answer.body).map_or(Value::Null, |told: Value| told["value"].clone())
    }
}

/// A tab of a browser.
pub struct Tab(fantoccini::wd::WindowHandle);
