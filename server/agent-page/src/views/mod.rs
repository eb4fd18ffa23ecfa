//! What is on the screen, one view per file. Views read the desk and ask it for deeds; they hold no truth of their own.
pub mod shell;
pub mod signin;

mod rail;

mod inbox;
mod row;

mod bubble;
mod composer;
mod give;
mod header;
mod log;
mod side;
mod thread;

mod banner;
pub mod choices;
