//! Logs on standard error. Never a body, a token, a cookie or an address with its query: what is logged are ids,
//! counts and errors.
use crate::config::{Config, LogFormat};
use std::io;
use tracing_subscriber::{filter::Targets, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// Starts logging; called once, by the program.
pub fn start(config: &Config) {
    let filter: Targets =
        config.log.parse().unwrap_or_else(|_| Targets::new().with_default(tracing::Level::INFO));
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(false);
    // A logger that is set already is as good.
    let _ = match config.log_format {
        LogFormat::Text => tracing_subscriber::registry().with(filter).with(lines).try_init(),
        LogFormat::Json => tracing_subscriber::registry().with(filter).with(lines.json()).try_init(),
    };
}
