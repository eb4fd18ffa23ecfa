//! The relay's sites and agents, made as its operator makes them (on the command line) and signed in as a program does
//! (over HTTP). Made once for a shape and copied, since passwords take their time. It sends no message.
use crate::{
    layout::Layout,
    target::{Kind, Target},
};
use serde_json::{Value, json};
use std::{
    fs,
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const PASSWORD: &str = "correct horse battery";

/// Sites, and agents who are signed in.
#[derive(Clone, Debug, Default)]
pub struct Staff {
    folder: PathBuf,
    /// Each site's key.
    pub sites: Vec<String>,
    /// Each agent's bearer token.
    pub bearers: Vec<String>,
}

impl Staff {
    /// Makes them in a fresh folder.
    ///
    /// # Errors
    /// When the relay refuses.
    pub fn prepare(relay: &Path, folder: &Path, layout: &Layout) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut staff = Self { folder: folder.to_owned(), ..Self::default() };
        for number in 0..layout.site_count() {
            let name = format!("Site {number}");
            let added = staff.order(relay, &["site", "add", "--name", &name])?;
            staff.sites.push(text(&added, "site")?);
        }
        for (number, site) in layout.agents.iter().enumerate() {
            let (email, site) = (email(number), staff.sites[*site].clone());
            let agent =
                ["agent", "add", "--site", &site, "--email", &email, "--name", "Defne", "--role", "agent"];
            staff.order(relay, &[&agent[..], &["--password-stdin"]].concat())?;
        }
        let running = Target::start(Kind::Relay, relay, folder)?;
        for number in 0..layout.agents.len() {
            let credentials = json!({ "email": email(number), "password": PASSWORD });
            let answer = post(running.address, "/api/v1/sessions", &credentials)?;
            staff.bearers.push(text(&answer, "token")?);
        }
        running.stop()?;
        Ok(staff)
    }

    /// Copies the store that has them into another folder.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn copy_to(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        fs::copy(self.folder.join("merhaba.db"), folder.join("merhaba.db")).map(drop)
    }

    fn order(&self, relay: &Path, arguments: &[&str]) -> io::Result<Value> {
        let mut child = Command::new(relay)
            .args(arguments)
            .args(["--json", "--data"])
            .arg(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            // An order that reads nothing may have ended.
            let _ = writeln!(stdin, "{PASSWORD}");
        }
        let ended = child.wait_with_output()?;
        serde_json::from_slice(&ended.stdout)
            .map_err(|_| io::Error::other(String::from_utf8_lossy(&ended.stderr).into_owned()))
    }
}

fn email(number: usize) -> String {
    format!("agent{number}@example.com")
}

fn text(value: &Value, name: &str) -> io::Result<String> {
    value[name].as_str().map(str::to_owned).ok_or_else(|| io::Error::other(format!("no {name} in {value}")))
}

/// Posts JSON and reads the JSON that answers.
fn post(address: SocketAddr, path: &str, body: &Value) -> io::Result<Value> {
    let body = body.to_string();
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let json = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    serde_json::from_str(json).map_err(|_| io::Error::other(answer))
}
