//! What is on the screen, one view per file. Views read the desk and ask it for deeds; they hold no truth of their own.
pub mod shell;
pub mod signin;

mod rail;

mod found;
pub mod inbox;
mod narrow;
pub mod row;
mod seek;
mod swipe;

mod bubble;
mod company;
mod composer;
mod escalate;
pub mod give;
mod header;
mod log;
mod offer;
pub mod palette;
mod person;
mod proposal;
mod quoting;
mod replies;
pub mod revising;
mod side;
mod snooze;
pub mod sorting;
mod steps;
mod thread;
mod times;

mod banner;
pub mod choices;

pub use row::site_name;
