//! What starts browsers: chromedriver, geckodriver or WebKitWebDriver, each on a free port, and for WebKit a screen that
//! nobody sees. Drivers and browsers end with the test; none is ever shared with another.
use super::{Browser, SHOWN_WITHIN_MS};
use crate::http;
use fantoccini::ClientBuilder;
use hyper_util::client::legacy::connect::HttpConnector;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use std::{
    env,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::TcpListener,
    process::{Child, Command},
    time::{interval, timeout},
};

/// How long a driver may take to start.
const STARTS_WITHIN: Duration = Duration::from_secs(30);
/// How often a driver that says nothing is asked whether it is ready.
const ASKED_EVERY: Duration = Duration::from_millis(50);
/// How many ports are tried before a driver counts as broken.
const PORTS_TRIED: usize = 3;

/// Chromium without a screen, as root too, and without anything it does on its own.
const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,800",
    "--lang=en-US",
];
/// Frames of other sites in the page's own process: what is asked of the page's accessibility tree, theme or size then
/// holds for them too. For looking at pages, never for proving what the frame may and may not do.
const ONE_PROCESS: &[&str] =
    &["--disable-site-isolation-trials", "--disable-features=IsolateOrigins,site-per-process"];

/// Which browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Chromium.
    Chromium,
    /// Firefox, the extended support release.
    Firefox,
    /// WebKit, as GTK's small browser.
    WebKit,
}

/// A driver of one engine. Chromium's starts any number of browsers, the others one.
pub struct Driver {
    children: Vec<Child>,
    authority: String,
    engine: Engine,
}

impl Drop for Driver {
    fn drop(&mut self) {
        // A driver that is killed leaves its browsers behind: they are in its group, and go with it.
        for child in &self.children {
            if let Some(group) = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw) {
                kill_process_group(group, Signal::KILL).ok();
            }
        }
    }
}

impl Driver {
    /// Starts `chromedriver`.
    pub async fn start() -> Self {
        Self::of(Engine::Chromium).await
    }

    /// Starts the driver of an engine on a free port.
    pub async fn of(engine: Engine) -> Self {
        let (children, port) = match engine {
            Engine::Chromium => chromedriver().await,
            Engine::Firefox => geckodriver().await,
            Engine::WebKit => webkitdriver().await,
        };
        Self { children, authority: format!("127.0.0.1:{port}"), engine }
    }

    /// A new person's browser.
    pub async fn browser(&self) -> Browser {
        self.browser_with(json!({})).await
    }

    /// A new person's browser with these preferences.
    pub async fn browser_with(&self, preferences: Value) -> Browser {
        self.begin(preferences, &[]).await
    }

    /// A new person's browser whose way to the relay at `host:port` leads over another address.
    pub async fn browser_over(&self, relay: &str, network: &str) -> Browser {
        self.begin(json!({}), &[format!("--host-resolver-rules=MAP {relay} {network}")]).await
    }

    /// A browser to look at pages with: over another address, and with each page and its frames in one process.
    pub async fn looking_glass(&self, relay: &str, network: &str) -> Browser {
        let mut flags = vec![format!("--host-resolver-rules=MAP {relay} {network}")];
        flags.extend(ONE_PROCESS.iter().map(ToString::to_string));
        self.begin(json!({}), &flags).await
    }

    /// The same for pages that never count as loaded, since they stay open for what comes.
    pub async fn looking_glass_for_open_pages(&self, relay: &str, network: &str) -> Browser {
        let mut flags = vec![format!("--host-resolver-rules=MAP {relay} {network}")];
        flags.extend(ONE_PROCESS.iter().map(ToString::to_string));
        self.connect(json!({}), &flags, json!({}), true).await
    }

    /// A looking glass that keeps a trace of what its main threads do, in the log `performance`.
    pub async fn stopwatch(&self) -> Browser {
        let flags: Vec<_> = ONE_PROCESS.iter().map(ToString::to_string).collect();
        self.connect(json!({}), &flags, json!({ "traceCategories": "devtools.timeline" }), false).await
    }

    /// A new person's browser with these preferences and further flags.
    pub async fn begin(&self, preferences: Value, more: &[String]) -> Browser {
        let scriptless = preferences["profile.managed_default_content_settings.javascript"] == 2;
        self.connect(preferences, more, json!({}), scriptless).await
    }

    /// Without script the plain page stays open for what comes later: then nothing is waited for by the driver or the page.
    async fn connect(&self, preferences: Value, more: &[String], logged: Value, scriptless: bool) -> Browser {
        let profile = tempfile::tempdir().expect("a folder for the profile");
        let mut capabilities = match self.engine {
            Engine::Chromium => chromium(&profile, &preferences, more, &logged),
            Engine::Firefox => firefox(&preferences),
            Engine::WebKit => webkit(),
        };
        if scriptless {
            capabilities["pageLoadStrategy"] = json!("none");
        }
        capabilities["timeouts"] = json!({ "script": SHOWN_WITHIN_MS + 5_000, "pageLoad": 30_000 });
        let Value::Object(capabilities) = capabilities else { unreachable!("an object was just made") };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://{}", self.authority))
            .await
            .unwrap_or_else(|error| panic!("{:?} starts: {error}", self.engine));
        let session = client.session_id().await.expect("the driver answers").expect("a session");
        Browser { client, authority: self.authority.clone(), session, scriptless, _profile: profile }
    }
}

fn chromium(profile: &TempDir, preferences: &Value, more: &[String], logged: &Value) -> Value {
    let mut flags: Vec<String> = FLAGS.iter().map(ToString::to_string).collect();
    flags.push(format!("--user-data-dir={}", profile.path().display()));
    flags.extend_from_slice(more);
    json!({
        "goog:chromeOptions": { "args": flags, "prefs": preferences, "perfLoggingPrefs": logged },
        "goog:loggingPrefs": { "performance": "ALL", "browser": "ALL" },
    })
}

fn firefox(preferences: &Value) -> Value {
    let binary = program("firefox-esr").or_else(|| program("firefox")).expect("firefox-esr is there");
    let flags = ["-headless", "--width=1280", "--height=800"];
    json!({ "moz:firefoxOptions": { "binary": binary, "args": flags, "prefs": preferences } })
}

fn webkit() -> Value {
    let folders = Path::new("/usr/lib").read_dir().into_iter().flatten().flatten();
    let browsers = folders.flat_map(|folder| {
        ["webkitgtk-6.0", "webkit2gtk-4.1", "webkit2gtk-4.0"]
            .map(|version| folder.path().join(version).join("MiniBrowser"))
    });
    let binary = browsers.into_iter().find(|path| path.exists()).expect("WebKitGTK's MiniBrowser is there");
    json!({ "webkitgtk:browserOptions": { "binary": binary, "args": ["--automation"] } })
}

/// A program on PATH, or among the tools that `.ci/` has put into the cache.
fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain([tools().join("bin")])
        .map(|folder| folder.join(name))
        .find(|it| it.exists())
}

/// Where `.ci/tools` and its likes put what they fetch.
#[must_use]
pub fn tools() -> PathBuf {
    let home = || PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(".cache");
    env::var_os("XDG_CACHE_HOME").map_or_else(home, PathBuf::from).join("merhaba/tools")
}

/// A program that is killed with the test, its output read by us.
fn spawn(name: &str, arguments: &[String], environment: &[(&str, &str)]) -> Child {
    let path =
        program(name).unwrap_or_else(|| panic!("{name} is missing; .ci/browser and .ci/engines get it"));
    Command::new(path)
        .args(arguments)
        .envs(environment.iter().copied())
        .process_group(0)
        .kill_on_drop(true)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What a program says in the first line of its output that has it.
async fn told(child: &mut Child, find: impl Fn(&str) -> Option<String>) -> String {
    let mut lines = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
    let found = async {
        while let Ok(Some(line)) = lines.next_line().await {
            if let Some(found) = find(&line) {
                return found;
            }
        }
        panic!("a driver ended before it was ready");
    };
    timeout(STARTS_WITHIN, found).await.expect("it is ready in time")
}

async fn chromedriver() -> (Vec<Child>, String) {
    let mut child = spawn("chromedriver", &["--port=0".into()], &[]);
    let port = told(&mut child, |line| {
        line.split_once("successfully on port ").map(|(_, port)| port.trim_end_matches('.').to_owned())
    });
    let port = port.await;
    (vec![child], port)
}

async fn geckodriver() -> (Vec<Child>, String) {
    let (child, port) = on_a_free_port(async |port| {
        let bidi = free_port().await;
        let arguments = ["--port", port, "--websocket-port", &bidi, "--log", "fatal"].map(ToOwned::to_owned);
        spawn("geckodriver", &arguments, &[])
    })
    .await;
    (vec![child], port)
}

async fn webkitdriver() -> (Vec<Child>, String) {
    let screen =
        ["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"].map(ToOwned::to_owned);
    let mut xvfb = spawn("Xvfb", &screen, &[]);
    let display = told(&mut xvfb, |line| Some(format!(":{line}"))).await;
    // Its sandbox wants rights that containers and root do not have; it only ever sees our own pages.
    let environment = [
        ("DISPLAY", display.as_str()),
        ("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1"),
        ("WEBKIT_DISABLE_DMABUF_RENDERER", "1"),
        ("LIBGL_ALWAYS_SOFTWARE", "1"),
        ("GDK_BACKEND", "x11"),
    ];
    let (child, port) = on_a_free_port(async |port| {
        spawn("WebKitWebDriver", &[format!("--port={port}"), "--host=127.0.0.1".into()], &environment)
    })
    .await;
    (vec![child, xvfb], port)
}

/// Starts a driver that has to be given its port, and waits until it answers. Another program may take the port first:
/// then the driver ends, and has another.
async fn on_a_free_port(start: impl AsyncFn(&str) -> Child) -> (Child, String) {
    for _ in 0..PORTS_TRIED {
        let port = free_port().await;
        let mut child = start(&port).await;
        if answers(&mut child, &port).await {
            return (child, port);
        }
    }
    panic!("a driver ended before it was ready, on each of {PORTS_TRIED} ports");
}

async fn free_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    listener.local_addr().expect("an address").port().to_string()
}

/// Waits until a driver answers; whether it does, or has ended. What answers at its port may be another program.
async fn answers(child: &mut Child, port: &str) -> bool {
    let (authority, mut again) = (format!("127.0.0.1:{port}"), interval(ASKED_EVERY));
    let ready = async {
        loop {
            again.tick().await;
            if tokio::net::TcpStream::connect(&authority).await.is_ok() {
                break http::get(&authority, "/status").await;
            }
        }
    };
    tokio::select! {
        biased;
        _ = child.wait() => false,
        status = timeout(STARTS_WITHIN, ready) => {
            assert_eq!(status.expect("it is ready in time").status, 200, "a driver is not well");
            true
        }
    }
}
