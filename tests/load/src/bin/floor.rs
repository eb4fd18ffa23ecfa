//! A floor as a program: `floor plain` or `floor durable DIR`. Prints one line with its address once it listens, and
//! runs until it is killed.
use std::{io::Write, path::PathBuf, process::ExitCode};

/// Connections that may wait to be accepted: all that come back at once.
const BACKLOG: u32 = 1_024;

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
        let socket = tokio::net::TcpSocket::new_v4()?;
        socket.bind(([127, 0, 0, 1], 0).into())?;
        let listener = socket.listen(BACKLOG)?;
        let address = listener.local_addr()?;
        writeln!(std::io::stdout(), r#"{{"ready":true,"url":"http://{address}"}}"#)?;
        merhaba_load::floor::serve(listener, durable.as_deref()).await
    })
}
