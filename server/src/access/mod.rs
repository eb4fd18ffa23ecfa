//! How agents prove who they are: passwords and how often they may be tried. Knows no HTTP.
pub mod password;
pub mod tries;
