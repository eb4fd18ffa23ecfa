//! What the chat costs the people who meet it, against the budgets: on a slow phone's processor and line from the first
//! byte to a live chat, and in a thread of ten thousand messages. Real pages, real clicks, keys and wheels in Chromium.
//! Each round prints one line of JSON; a budget must hold in one of three rounds.

mod arrival;
mod long;
mod rounds;
mod thread;
