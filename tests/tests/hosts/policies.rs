//! Pages with a strict Content-Security-Policy: the chat works, and the policy has nothing to refuse.
use crate::stage::{Stage, nothing_refused, talk};
use std::sync::Arc;

async fn talks_under(stage: &Stage, name: &str) {
    stage.browser.open(&stage.address(name, &format!("{name}.html"))).await;
    talk(stage, &stage.browser, &format!("from {name}")).await;
    nothing_refused(&stage.browser).await;
}

/// Two words in the policy, and nothing inline.
pub async fn csp(stage: Arc<Stage>) {
    talks_under(&stage, "csp").await;
}

/// Scripts by nonce only: the loader hands it on to its second half.
pub async fn nonce(stage: Arc<Stage>) {
    talks_under(&stage, "nonce").await;
}

/// The page asks for trusted types.
pub async fn trusted(stage: Arc<Stage>) {
    talks_under(&stage, "trusted").await;
}
