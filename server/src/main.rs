//! The program: reads the command line and does what it says. Decides nothing but the exit status.
use merhaba_server::cli;
use std::{io::Write, process::ExitCode};

/// What one thread allocates another one frees, with every message: the system's allocator has them wait for each other.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let matches = cli::command().get_matches();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("the system gives no threads: {error}"), 1),
    };
    match runtime.block_on(cli::perform(&matches)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => fail(&failure.text, failure.status),
    }
}

fn fail(text: &str, status: u8) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "merhaba: {text}");
    ExitCode::from(status)
}
