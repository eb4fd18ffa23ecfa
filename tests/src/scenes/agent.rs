//! The states of the agent page and the owner's page.
use super::Tour;
impl Tour {}
