//! An older version's loader, both halves as they once were (`tests/hosts/loaders`), put into a relay's store as that version
//! would have left it there. Nothing in them is ever changed: it is what websites have pinned.
use crate::sources;
use base64::{Engine, engine::general_purpose::STANDARD};
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256, Sha384};
use std::{fmt::Write as _, fs, path::Path};

/// The version that it is taken for.
const VERSION: &str = "0.0.9";

/// An older loader.
#[derive(Clone, Debug)]
pub struct Older {
    /// The path that a website has pinned.
    pub path: String,
    /// The first half's bytes.
    pub script: String,
    /// The path that the first half asks for.
    pub half_path: String,
    /// The second half's bytes.
    pub half: String,
}

impl Older {
    /// From the two files.
    ///
    /// # Panics
    /// When one is not there.
    #[must_use]
    pub fn read() -> Self {
        let folder = sources::root().join("tests/hosts/loaders");
        let [script, half] = ["embed.js", "embed-api.js"].map(|name| {
            fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
        });
        let half_path = format!("/embed-api-{}.js", short(&half));
        let script = script.replace("/__API__", &half_path).replace("__SRI__", &integrity(&half));
        Self { path: format!("/embed/{VERSION}-{}.js", &short(&script)[..8]), script, half_path, half }
    }

    /// Puts it into the store of a data folder, whether or not a relay has that open.
    ///
    /// # Panics
    /// When the store cannot be written.
    pub fn keep(&self, data: &Path) {
        let db = Connection::open(data.join("merhaba.db")).expect("the store");
        let build = self.path.trim_start_matches("/embed/").trim_end_matches(".js");
        let sql = "INSERT INTO loaders (build, version, at, script, half_name, half) VALUES (?1, ?2, 1, ?3, ?4, ?5)";
        let values = params![build, VERSION, self.script, self.half_path.trim_start_matches('/'), self.half];
        db.execute(sql, values).expect("kept");
    }

    /// The line that a website has pinned.
    #[must_use]
    pub fn snippet(&self, relay: &str, site: &str) -> String {
        let (path, integrity) = (&self.path, integrity(&self.script));
        format!(
            "<script async src=\"{relay}{path}\" integrity=\"{integrity}\" crossorigin=\"anonymous\" data-site=\"{site}\"></script>"
        )
    }
}

/// The bytes' hash, as a tag carries it.
#[must_use]
pub fn integrity(text: &str) -> String {
    format!("sha384-{}", STANDARD.encode(Sha384::digest(text)))
}

/// Sixteen digits of the bytes' hash, as in names.
fn short(text: &str) -> String {
    Sha256::digest(text).iter().take(8).fold(String::new(), |mut digits, byte| {
        write!(digits, "{byte:02x}").ok();
        digits
    })
}
