//! What the chat costs the people who meet it, against the budgets: on a slow phone's processor and line from the first
//! byte to a live chat, and in a thread of ten thousand messages. Real pages, real clicks, keys and wheels in Chromium.
//! Each test prints what it found as a line of JSON; rounds.rs says how that is judged.

mod arrival;
mod inbox;
mod long;
mod rounds;
mod thread;
mod trace;
