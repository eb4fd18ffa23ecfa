//! What was sent and is not confirmed, over reloads and tabs: the keeper's half is `browser::keep`, the machine's is its
//! outbox, and here they meet. Decides nothing.
use crate::app::App;
use merhaba_shared::{
    browser::{
        keep::{Heard, Keeper},
        object::get,
        storage,
        tabs::merhaba,
    },
    client::Ms,
    protocol::visitor::About,
};

/// The keeper of a site's messages.
pub fn keeper(site: &str) -> Keeper {
    let mut prefix = String::from("merhaba:");
    prefix.push_str(site);
    prefix.push_str(":out:");
    Keeper::new(prefix)
}

/// Takes up what an earlier page left and what other tabs have, oldest first.
pub fn restore(app: &mut App, now: Ms) {
    about(app);
    let kept = app.keeper.all();
    app.client.take_up(now, kept);
}

/// Keeps what is new on its way, and forgets what has arrived.
pub fn settle(app: &mut App) {
    app.keeper.settle(app.client.outbox());
    app.blocked |= app.keeper.refused;
}

/// What was answered to what the site asks first: it waits in storage, or where there is none on `window.merhaba`.
fn about(app: &mut App) {
    if app.client.thread().is_none() {
        let about = storage::kept(&app.key(":about")).or_else(|| get(&merhaba(), "about").as_string());
        app.client.set_about(about.map(About));
    }
}

/// Another tab kept or forgot something.
pub fn hear(app: &mut App, now: Ms, key: &str, value: Option<&str>) {
    match app.keeper.hear(key, value) {
        Some(Heard::Kept(kept)) => app.client.take_up(now, kept),
        Some(Heard::Gone(id)) => app.client.let_go(now, id),
        None => {}
    }
}

/// Forgets all of this site: the token, what was answered, what waits. The person has signed out.
pub fn forget(app: &App) {
    for key in storage::keys(&app.key(":")) {
        storage::forget(&key);
    }
}
