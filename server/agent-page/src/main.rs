//! The page agents answer from: sign-in, inbox, threads and the owner's page, in the browser. Talks only to the relay
//! that served it; shows what people wrote as text nodes and never as markup.
mod actions;
mod address;
mod app;
mod canned;
mod counts;
mod departments;
mod desk;
mod fuzzy;
mod i18n;
mod icons;
mod keyboard;
mod keys;
mod log;
mod notices;
mod palette;
mod people;
mod prefs;
mod quoted;
mod rest;
mod route;
mod search;
mod site;
mod sound;
mod time;
mod views;

fn main() {
    if let Some(boot) = leptos::prelude::document().get_element_by_id("boot") {
        boot.remove();
    }
    leptos::mount::mount_to_body(app::App);
}
