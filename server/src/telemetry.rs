//! Logs on standard error. Never a body, a token, a cookie or an address with its query: what is logged are ids,
//! counts and errors.
use crate::config::{Config, LogFormat};
use std::io;
use tracing_subscriber::{EnvFilter, fmt};

/// Starts logging; called once, by the program.
pub fn start(config: &Config) {
    let filter = EnvFilter::try_new(&config.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(false);
    // A logger that is set already is as good.
    let _ = match config.log_format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().try_init(),
    };
}
