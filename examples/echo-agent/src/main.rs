//! An agent with no screen: it signs in, and answers every visitor with their own words. A start for a bot of yours:
//! the machine of `merhaba_shared::client` connects, reconnects, keeps order and sends again; only [`answer`] is the bot.
//!
//! ```text
//! MERHABA_EMAIL=bot@example.com MERHABA_PASSWORD=… cargo run -p merhaba-echo-agent -- http://127.0.0.1:8787
//! ```
//!
//! It speaks plain HTTP, so run it beside the relay; it never keeps its password or its token anywhere.
mod bot;
mod relay;

use bot::Bot;
use relay::{Heard, Relay};
use std::{process::ExitCode, time::Duration};
use tokio::time::Instant;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            say(&problem);
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "a program for a terminal")]
fn say(text: &str) {
    eprintln!("echo-agent: {text}");
}

fn setting(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|_| format!("{name} is not set"))
}

async fn run() -> Result<(), String> {
    let url = std::env::args().nth(1).unwrap_or_else(|| "http://127.0.0.1:8787".into());
    let mut relay = Relay::at(&url)?;
    relay.sign_in(&setting("MERHABA_EMAIL")?, &setting("MERHABA_PASSWORD")?).await?;
    say(&format!("signed in at {url}"));
    let began = Instant::now();
    let now = || u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let mut bot = Bot::new(now(), answer);
    loop {
        bot.carry_out(now(), &mut relay).await;
        let wake = bot
            .wake_at(now())
            .map_or(Duration::from_mins(1), |at| Duration::from_millis(at.saturating_sub(now())));
        tokio::select! {
            heard = relay.hear() => match heard {
                Heard::Event(event) => bot.event(now(), *event),
                Heard::Closed { code, reason } => bot.closed(now(), code, &reason),
            },
            () = tokio::time::sleep(wake) => bot.tick(now()),
        }
        if let Some(code) = bot.stopped() {
            return Err(format!("the relay has ended this for good, with code {code}"));
        }
    }
}

/// What to answer to a visitor's message.
fn answer(message: &str) -> String {
    message.into()
}
