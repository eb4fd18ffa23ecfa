//! `/api/v1`: REST for both pages and for programs. JSON in and out, unknown fields refused, foreign and missing
//! things not told apart.
pub mod agents;
pub mod check;
pub mod counts;
pub mod drafts;
pub mod messages;
pub mod openapi;
pub mod push;
pub mod replies;
pub mod revisions;
pub mod search;
pub mod sessions;
pub mod sites;
pub mod visitor;
