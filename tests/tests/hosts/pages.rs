//! The host pages of `tests/hosts`, served on loopback under a name of its own for each case: so the chat's frame is a
//! stranger's there, and each case begins with a browser that has never seen the site. Knows nothing of the relay.
use merhaba_tests::sources;
use std::{collections::HashMap, fs, io, sync::Arc};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// The longest request.
const REQUEST_BYTES: usize = 64 * 1024;

/// The server of the host pages. It ends when it is dropped.
pub struct Pages {
    port: u16,
    accepting: JoinHandle<()>,
}

impl Drop for Pages {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// What stands in the pages' places `{{relay}}`, `{{site}}`, `{{pinned}}` and `{{older}}`.
pub struct Places {
    /// The relay's origin.
    pub relay: String,
    /// The site's key.
    pub site: String,
    /// The snippet with a pinned version and its hash, as the relay gives it to the site's people.
    pub pinned: String,
    /// The snippet that was pinned when the relay was of an older version.
    pub older: String,
}

impl Pages {
    /// A free port, before it is known what stands in the pages' places.
    pub async fn bind() -> (TcpListener, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        (listener, port)
    }

    /// Serves the folder.
    pub fn serve(listener: TcpListener, port: u16, places: Places) -> Self {
        let accepting = tokio::spawn(async move {
            let files = Arc::new(files(&places));
            while let Ok((client, _)) = listener.accept().await {
                // A connection that breaks off is the browser's affair.
                tokio::spawn(answer(client, files.clone()));
            }
        });
        Self { port, accepting }
    }

    /// The address of a page in the case of this name.
    pub fn address(&self, case: &str, page: &str) -> String {
        format!("http://{case}.localhost:{}/{page}", self.port)
    }
}

/// The whole answer to each path: a page, and the header fields that stand in a file of the same name beside it.
fn files(places: &Places) -> HashMap<String, Vec<u8>> {
    let folder = sources::root().join("tests/hosts");
    let mut files = HashMap::new();
    for entry in fs::read_dir(folder).expect("tests/hosts").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = match name.rsplit_once('.') {
            Some((_, "html")) => "text/html",
            Some((_, "js")) => "text/javascript",
            _ => continue,
        };
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        let fill = |text: String| {
            let text = text.replace("{{relay}}", &places.relay).replace("{{site}}", &places.site);
            text.replace("{{pinned}}", &places.pinned).replace("{{older}}", &places.older)
        };
        let body = fill(read(entry.path()));
        let fields = fill(read(entry.path().with_extension("headers"))).replace('\n', "\r\n");
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: {kind}; charset=utf-8\r\n{fields}Content-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        files.insert(format!("/{name}"), [head.into_bytes(), body.into_bytes()].concat());
    }
    files
}

async fn answer(mut client: TcpStream, files: Arc<HashMap<String, Vec<u8>>>) -> io::Result<()> {
    let mut request = Vec::new();
    while !request.windows(4).any(|four| four == b"\r\n\r\n") {
        if request.len() > REQUEST_BYTES || client.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    let path = request.split([' ', '?']).nth(1).unwrap_or_default();
    let missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec();
    client.write_all(files.get(path).unwrap_or(&missing)).await
}
