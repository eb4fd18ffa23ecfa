//! Alerts that reach a browser whose page is closed: what happened ([`alert`]) is queued where it is published, and one task
//! ([`courier`]) finds whose browsers are to hear of it, seals it for each ([`seal`]), signs as this relay ([`vapid`]) and
//! hands it to the browser's push service ([`post`], to addresses that [`endpoint`] allows). Nothing that a visitor wrote, and
//! nothing of who they are, leaves the relay this way; and nobody's message waits for it.
pub mod alert;
pub mod courier;
pub mod endpoint;
pub mod post;
pub mod seal;
pub mod vapid;
