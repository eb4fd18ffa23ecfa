//! A floor as a program: `floor plain` or `floor durable DIR`. Prints one line with its address once it listens, and
//! runs until it is killed.
use std::{io::Write, path::PathBuf, process::ExitCode};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "floor: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let durable = match (arguments.next().as_deref(), arguments.next().map(PathBuf::from)) {
        (Some("plain"), None) => None,
        (Some("durable"), Some(folder)) => Some(folder),
        _ => return Err(std::io::Error::other("say plain, or durable and a folder")),
    };
    merhaba_load::limits::raise_descriptors();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        writeln!(std::io::stdout(), r#"{{"ready":true,"url":"http://{address}"}}"#)?;
        merhaba_load::floor::serve(listener, durable.as_deref()).await
    })
}
