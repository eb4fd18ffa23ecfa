//! The one value that the whole app hangs on, and the one way it moves: something happens, the machine is told, what
//! it asks for is done, the views are told. No view changes anything by itself.
use crate::{
    composer, effects,
    host::{self, Host},
    keep,
    page::Page,
    view, words,
};
use core::cell::RefCell;
use leptos::prelude::*;
use merhaba_shared::{
    browser::{
        clock::{self, Alarm},
        keep::Keeper,
        language,
        lifecycle::{self, Sign},
        socket::Socket,
        storage,
        tabs::Lead,
    },
    client::{
        Ms,
        visitor::{Settings, VisitorClient},
    },
    layout::{scroll::Place, stretch::Stretch},
    protocol::{
        ids::{ConversationId, Seq, SiteKey, Token},
        model::{Item, Kind},
    },
};
use web_sys::HtmlElement;

/// Everything there is.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, not a state among others")]
pub struct App {
    /// The machine.
    pub client: VisitorClient,
    /// The socket, while there is one.
    pub socket: Option<Socket>,
    /// Whether the relay has answered on it.
    pub greeted: bool,
    /// The served document.
    pub page: Page,
    /// The website's page, if this is a frame in one.
    pub host: Host,
    /// The document's language.
    pub language: String,
    /// Whether the person can see it.
    pub sight: Sight,
    /// The browser keeps nothing here.
    pub blocked: bool,
    /// What is kept in the browser's storage until it is confirmed.
    pub keeper: Keeper,
    /// The right to send, or the wait for it.
    pub lead: Option<Lead>,
    /// The first entry that was new when the person last looked away.
    pub new_from: Option<Seq>,
    /// Where the log stood before what is being done.
    pub place: Place,
    /// The person wants to see the end, wherever the log stands.
    pub to_end: bool,
    /// How much of the log is drawn.
    pub stretch: Stretch,
    /// Another stretch is drawn since the log was looked at last.
    pub moved: bool,
    /// A line in the middle of what was drawn, and where it stood: whatever else comes and goes, it stays there.
    pub anchor: Option<(HtmlElement, i32)>,
    version: RwSignal<u32>,
    alarm: Alarm,
}

/// What must be so for the person to see the conversation.
#[derive(Clone, Copy)]
pub struct Sight {
    /// The panel is open, or this is a page of its own.
    pub open: bool,
    /// The tab is not in the background.
    pub shown: bool,
}

impl Sight {
    const fn is_clear(self) -> bool {
        self.open && self.shown
    }
}

thread_local! {
    static APP: RefCell<Option<App>> = const { RefCell::new(None) };
}

/// Reads or changes the app, once it is there.
pub fn with<T: Default>(act: impl FnOnce(&mut App) -> T) -> T {
    APP.with_borrow_mut(|app| app.as_mut().map(act)).unwrap_or_default()
}

/// As [`with`], for a view: it is drawn again whenever something has happened.
pub fn watch<T: Default>(read: impl FnOnce(&mut App) -> T) -> T {
    if let Some(version) = with(|app| Some(app.version)) {
        version.track();
    }
    with(read)
}

/// Tells the app that something happened, and does all that follows from it.
pub fn turn(act: impl FnOnce(&mut App, Ms)) {
    let now = clock::now();
    with(|app| {
        let place = app.page.place();
        // The log has become lower (the field grew, a keyboard came): who was at its end stays there.
        app.to_end |= place.seen < app.place.seen && place.top >= app.place.top && app.at_end();
        app.place = place;
        app.anchor = app.page.middle();
        act(app, now);
    });
    follow(now);
}

fn follow(now: Ms) {
    with(|app| {
        app.look(now);
        app.fit();
    });
    effects::carry_out();
    with(keep::settle);
    let version = with(|app| {
        words::write_all(app, now);
        host::tell(app);
        let wake = app.client.wake_at(now);
        let second = words::held(app, now).map(|_| now + 1_000);
        app.alarm.set(now, wake.into_iter().chain(second).min());
        Some(app.version)
    });
    if let Some(version) = version {
        version.update(|version| *version = version.wrapping_add(1));
        view::follow_end();
    }
}

impl App {
    /// What can be seen at the end of the log is read; what came while nobody looked is marked as new.
    fn look(&mut self, now: Ms) {
        if self.sight.is_clear() && self.at_end() {
            self.client.seen(now);
        } else if self.client.unread() > 0 && self.new_from.is_none() {
            self.new_from = self.client.thread().map(|thread| thread.mine().read + 1);
        }
    }

    /// Whether the end of the log can be seen, or will be.
    pub fn at_end(&self) -> bool {
        self.to_end || self.place.at_end() && self.stretch.to.is_none()
    }

    /// Draws another stretch of the log where one is wanted. The log's own script is told: such lines are no news.
    fn fit(&mut self) {
        let Some(thread) = self.client.thread() else { return };
        let timeline = thread.timeline();
        let first = timeline.items().first().map_or(0, Item::seq);
        if self.stretch.fit(first, timeline.last(), self.place, self.to_end) {
            self.moved = true;
            self.page.stretch(self.stretch);
        }
    }

    /// The panel or the tab is looked at, or no longer.
    pub fn visible(&mut self, now: Ms) {
        let visible = self.sight.is_clear();
        self.client.set_visible(visible);
        if visible {
            self.client.nudge(now);
        } else if self.client.unread() == 0 {
            self.new_from = None;
        }
    }

    /// Shows another conversation, or (none) the beginning of a new one.
    pub fn show(&mut self, conversation: Option<String>) {
        match conversation {
            Some(conversation) => self.client.show(&ConversationId(conversation)),
            None => self.client.begin_new(),
        }
        self.to_end = true;
        self.stretch = Stretch::ALL;
        self.new_from = None;
    }

    /// The entry that closed what is shown, if nothing was said of it yet.
    pub fn closing(&self) -> Option<Seq> {
        let items = self.client.thread()?.timeline().items();
        items
            .iter()
            .rev()
            .find_map(|item| match item {
                Item::Entry(entry) if entry.kind.has_line() => Some(entry),
                _ => None,
            })
            .filter(|entry| entry.kind == Kind::Resolved)
            .map(|entry| entry.seq)
    }

    /// Whether something was written that is not stored.
    fn has_unsent(&self) -> bool {
        self.client.outbox().has_unstored() || !self.page.field.value().is_empty()
    }

    /// The name under which something of this site's is kept.
    pub fn key(&self, ending: &str) -> String {
        key(&self.page.says("key"), ending)
    }

    /// The name under which this site's token is kept.
    pub fn token_key(&self) -> String {
        self.key(":token")
    }
}

fn key(site: &str, ending: &str) -> String {
    let mut key = String::from("merhaba:");
    key.push_str(site);
    key.push_str(ending);
    key
}

/// Takes the served document over.
pub fn start() {
    let page = Page::find();
    let site = page.says("key");
    let mut client = VisitorClient::new(Settings {
        site: SiteKey(site.clone()),
        token: storage::kept(&key(&site, ":token")).map(Token),
        locale: language::of_page(),
        page: None,
        seed: clock::seed(),
    });
    client.share();
    let (log, banner) = (page.log.clone(), page.banner.clone());
    let app = App {
        client,
        socket: None,
        greeted: false,
        host: Host::new(page.says("mode") == "frame"),
        language: language::of_page(),
        sight: Sight { open: page.says("mode") != "frame", shown: true },
        blocked: !storage::allowed(),
        keeper: keep::keeper(&site),
        lead: None,
        new_from: None,
        place: Place::default(),
        to_end: true,
        stretch: Stretch::ALL,
        moved: false,
        anchor: None,
        version: RwSignal::new(0),
        alarm: Alarm::new(|| turn(|app, now| app.client.tick(now))),
        page,
    };
    APP.set(Some(app));
    view::mount(log, banner);
    lifecycle::watch(sign);
    lifecycle::ask_before_leaving(|| with(|app| app.blocked && app.has_unsent()));
    turn(keep::restore);
    composer::listen();
    host::listen();
}

/// The person has signed out: nothing of them is kept, nor left to be kept anew. What happens from here on concerns nobody.
pub fn end() {
    with(|app| keep::forget(app));
    APP.set(None);
}

/// Something happened to the page as a whole.
fn sign(sign: Sign) {
    turn(|app, now| match sign {
        Sign::Shown | Sign::Hidden => {
            app.sight.shown = sign == Sign::Shown;
            app.visible(now);
        }
        Sign::Left => app.client.suspend(),
        Sign::Returned => app.client.start(now),
        Sign::Online => app.client.nudge(now),
        Sign::Offline => app.client.offline(now),
        Sign::Kept { key, value } if key == app.token_key() => match value {
            Some(token) => app.client.adopt(now, Token(token)),
            None => effects::reload(),
        },
        Sign::Kept { key, value } => keep::hear(app, now, &key, value.as_deref()),
    });
}
