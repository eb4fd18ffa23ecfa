//! Embeds both pages and the loader into the relay: minified, named by content, compressed. It reads what lies in
//! the source tree and in `target/pages` (where make lets Trunk put the pages); it never runs cargo or Trunk.
//!
//! Without built pages the relay compiles all the same and its page routes say so; `MERHABA_REQUIRE_PAGES=1` turns
//! that into an error.
#[path = "build/minify.rs"]
mod minify;

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256, Sha384};
use std::{
    collections::BTreeMap,
    env,
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

/// What ends the build, as a sentence.
type Result<T> = std::result::Result<T, String>;

fn main() -> Result<()> {
    refuse_mutants()?;
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(|_| "cargo runs this")?).join("..");
    let out = PathBuf::from(env::var("OUT_DIR").map_err(|_| "cargo runs this")?);
    let pages = env::var_os("MERHABA_PAGES").map_or_else(|| root.join("target/pages"), PathBuf::from);
    for name in ["MERHABA_PAGES", "MERHABA_REQUIRE_PAGES"] {
        println!("cargo::rerun-if-env-changed={name}");
    }
    // A folder that is missing would make cargo run this every time.
    fs::create_dir_all(&pages).map_err(|error| format!("{}: {error}", pages.display()))?;
    println!("cargo::rerun-if-changed={}", pages.display());
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build/minify.rs");
    let mut bundle = Bundle { root, pages, out, rust: String::new(), files: Vec::new() };
    bundle.loader()?;
    bundle.link()?;
    bundle.parts()?;
    bundle.quiet()?;
    bundle.preview()?;
    bundle.reception()?;
    bundle.page("WIDGET", "widget", "widget", "handover.js")?;
    bundle.page("AGENT", "server/agent-page", "agent", "boot.js")?;
    bundle.finish()
}

/// A relay that can be broken on purpose is for its proofs: nobody may run one by mistake.
fn refuse_mutants() -> Result<()> {
    let (mutants, release) = (env::var_os("CARGO_FEATURE_MUTANTS"), env::var("PROFILE"));
    if mutants.is_some() && release.as_deref() != Ok("debug") {
        return Err("the feature mutants breaks the relay on purpose: a release build never has it".into());
    }
    Ok(())
}

struct Bundle {
    root: PathBuf,
    pages: PathBuf,
    out: PathBuf,
    /// The generated source.
    rust: String,
    /// Generated expressions, one per file.
    files: Vec<String>,
}

impl Bundle {
    /// The two scripts on the host's page. The first carries the name and the hash of the second.
    fn loader(&mut self) -> Result<()> {
        let (Some(embed), Some(api)) =
            (self.source("widget/loader/embed.js")?, self.source("widget/loader/embed-api.js")?)
        else {
            self.constant("EMBED_SRI", "");
            self.constant("EMBED_BUILD", "");
            return missing("the loader (widget/loader) is missing");
        };
        let api = minify::script(&api);
        let api_name = format!("embed-api-{}.js", hash(api.as_bytes()));
        let embed =
            minify::script(&embed).replace("__API__", &api_name).replace("__SRI__", &sri(api.as_bytes()));
        self.constant("EMBED_SRI", &sri(embed.as_bytes()));
        // A version may be built more than once, and each build be pinned by somebody.
        let build = format!("{}-{}", env!("CARGO_PKG_VERSION"), &hash(embed.as_bytes())[..8]);
        self.constant("EMBED_BUILD", &build);
        self.file(&format!("/{api_name}"), "text/javascript; charset=utf-8", api.as_bytes())?;
        self.file("/embed.js", "text/javascript; charset=utf-8", embed.as_bytes())
    }

    /// The script that both pages fetch where websockets are blocked.
    fn link(&mut self) -> Result<()> {
        let Some(link) = self.source("shared/src/browser/link.js")? else {
            self.constant("LINK_JS", "");
            return missing("the script of links (shared/src/browser/link.js) is missing");
        };
        let link = minify::script(&link);
        let url = format!("/assets/{}-link.js", hash(link.as_bytes()));
        self.constant("LINK_JS", &url);
        self.file(&url, "text/javascript; charset=utf-8", link.as_bytes())
    }

    /// What the chat fetches when a person opens it: modules, their texts by language, and the module that knows where
    /// all of them are. The document names only the last.
    fn parts(&mut self) -> Result<()> {
        let mut addresses = [BTreeMap::new(), BTreeMap::new()];
        // The reception has a place of its own in the document (`reception` below).
        let modules = self.folder("widget/parts", "js")?.into_iter().filter(|(name, _)| name != "reception");
        let emoji = self.assets("widget/i18n/emoji")?;
        for (name, source) in modules {
            let script = minify::script(&source).replace("__EMOJI__", &addressed(&emoji));
            let url = format!("/assets/{}-{name}.js", hash(script.as_bytes()));
            self.file(&url, "text/javascript; charset=utf-8", script.as_bytes())?;
            addresses[0].insert(name, url);
        }
        addresses[1] = self.assets("widget/i18n/parts")?;
        let [parts, texts] = addresses.map(|all| addressed(&all));
        let door = self.source("widget/parts.js")?.unwrap_or_default();
        let door = minify::script(&door).replace("__PARTS__", &parts).replace("__TEXTS__", &texts);
        let url = format!("/assets/{}-parts.js", hash(door.as_bytes()));
        self.constant("PARTS_JS", &url);
        self.file(&url, "text/javascript; charset=utf-8", door.as_bytes())
    }

    /// Texts by language that are fetched; gives their addresses.
    fn assets(&mut self, folder: &str) -> Result<BTreeMap<String, String>> {
        let mut addresses = BTreeMap::new();
        for (language, source) in self.folder(folder, "json")? {
            let texts = source.lines().map(str::trim).collect::<String>();
            let url = format!("/assets/{}-{language}.json", hash(texts.as_bytes()));
            self.file(&url, "application/json; charset=utf-8", texts.as_bytes())?;
            addresses.insert(language, url);
        }
        Ok(addresses)
    }

    /// The script of a frame that only asks what is unread.
    fn quiet(&mut self) -> Result<()> {
        let Some(quiet) = self.source("widget/quiet.js")? else {
            self.constant("QUIET_SCRIPT", "");
            return missing("the script of quiet frames (widget/quiet.js) is missing");
        };
        self.constant("QUIET_SCRIPT", &minify::script(&quiet));
        Ok(())
    }

    /// What runs before the chat's own script in the owner's preview.
    fn preview(&mut self) -> Result<()> {
        let Some(preview) = self.source("widget/preview.js")? else {
            self.constant("PREVIEW_SCRIPT", "");
            return missing("the script of previews (widget/preview.js) is missing");
        };
        self.constant("PREVIEW_SCRIPT", &minify::script(&preview));
        Ok(())
    }

    /// What only sites need that ask something before the first message or are not always open.
    fn reception(&mut self) -> Result<()> {
        let texts = self.folder("widget/i18n/reception", "json")?;
        self.texts("RECEPTION_TEXTS", &texts);
        let style = self.source("widget/parts/reception.css")?.unwrap_or_default();
        self.constant("RECEPTION_STYLE", &minify::style(&style));
        let live = self.source("widget/parts/live.css")?.unwrap_or_default();
        self.constant("LIVE_STYLE", &minify::style(&live));
        let Some(script) = self.source("widget/parts/reception.js")? else {
            self.constant("RECEPTION_JS", "");
            return missing("the script of receptions (widget/parts/reception.js) is missing");
        };
        let script = minify::script(&script);
        let url = format!("/assets/{}-reception.js", hash(script.as_bytes()));
        self.constant("RECEPTION_JS", &url);
        self.file(&url, "text/javascript; charset=utf-8", script.as_bytes())
    }

    /// Texts by language as a constant.
    fn texts(&mut self, name: &str, texts: &BTreeMap<String, String>) {
        let mut list = String::new();
        for (language, json) in texts {
            let _ = write!(list, "({language:?}, {json:?}), ");
        }
        let _ = writeln!(
            self.rust,
            "/// Texts by language, as JSON.\npub static {name}: &[(&str, &str)] = &[{list}];"
        );
    }

    /// A page: its template, style and small script from the source tree; its program from where Trunk left it.
    fn page(&mut self, name: &str, source: &str, built: &str, script: &str) -> Result<()> {
        let template = self.source(&format!("{source}/index.html"))?.unwrap_or_default();
        self.constant(&format!("{name}_TEMPLATE"), &minify::document(&template));
        let mut style = self.source("shared/src/layout/tokens.css")?.unwrap_or_default();
        let parts: String = self.folder("widget/parts", "js")?.into_values().collect();
        for sheet in self.folder(&format!("{source}/styles"), "css")?.into_values() {
            style.push('\n');
            style.push_str(&sheet);
        }
        self.constant(&format!("{name}_STYLE"), &minify::without_unused(&minify::style(&style), &parts));
        let edges = self.source("shared/src/browser/edges.js")?.unwrap_or_default();
        let script = edges + &self.source(&format!("{source}/{script}"))?.unwrap_or_default();
        let small = self.small(built, &script).unwrap_or_else(|| minify::script(&script));
        self.constant(&format!("{name}_SCRIPT"), &small);
        let texts = self.folder(&format!("{source}/i18n"), "json")?;
        self.texts(&format!("{name}_TEXTS"), &texts);
        self.program(name, built, template.is_empty())
    }

    /// A page's own script as make has made it smaller, if it was made from just these sources.
    fn small(&self, built: &str, source: &str) -> Option<String> {
        let path = |ending| self.pages.join(format!("{built}.script.{ending}"));
        let sum = Sha256::digest(source).iter().fold(String::new(), |sum, byte| format!("{sum}{byte:02x}"));
        let made_from = fs::read_to_string(path("sum")).ok()?;
        let small = fs::read_to_string(path("js")).ok()?;
        (made_from == sum).then(|| small.trim_end().to_owned())
    }

    fn program(&mut self, name: &str, built: &str, no_template: bool) -> Result<()> {
        let folder = self.pages.join(built);
        let (mut glue, mut wasm) = (None, None);
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let file = entry.file_name().to_string_lossy().into_owned();
            if file == "snippets" {
                return Err(format!("{}: scripts of crates are not embedded", folder.display()));
            } else if file.ends_with("_bg.wasm") {
                wasm = Some((file, read(&entry.path())?));
            } else if Path::new(&file).extension().is_some_and(|ending| ending == "js") {
                glue = Some((file, read(&entry.path())?));
            }
        }
        let (Some((js_name, js)), Some((wasm_name, wasm)), false) = (glue, wasm, no_template) else {
            for part in ["JS", "WASM", "WASM_SRI"] {
                self.constant(&format!("{name}_{part}"), "");
            }
            let what = if no_template { "the page's index.html is missing" } else { "no built page" };
            return missing(&format!("{}: {what}", folder.display()));
        };
        let js = String::from_utf8(js).map_err(|_| format!("{js_name} is not UTF-8"))?;
        let js = minify::script(&js);
        let js_url = format!("/assets/{}-{js_name}", hash(js.as_bytes()));
        let wasm_url = format!("/assets/{}-{wasm_name}", hash(&wasm));
        self.constant(&format!("{name}_JS"), &js_url);
        self.constant(&format!("{name}_WASM"), &wasm_url);
        self.constant(&format!("{name}_WASM_SRI"), &sri(&wasm));
        self.file(&js_url, "text/javascript; charset=utf-8", js.as_bytes())?;
        self.file(&wasm_url, "application/wasm", &wasm)
    }

    fn file(&mut self, url: &str, media_type: &str, raw: &[u8]) -> Result<()> {
        let number = self.files.len();
        let mut brotli = Vec::new();
        let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 24, ..Default::default() };
        brotli::BrotliCompress(&mut &*raw, &mut brotli, &parameters).map_err(|error| error.to_string())?;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(raw).map_err(|error| error.to_string())?;
        let gzip = gzip.finish().map_err(|error| error.to_string())?;
        for (ending, bytes) in [("raw", raw), ("br", &brotli), ("gz", &gzip)] {
            let path = self.out.join(format!("{number}.{ending}"));
            fs::write(&path, bytes).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        let include = |ending| format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{number}.{ending}\"))");
        self.files.push(format!(
            "File {{ url: {url:?}, body: Encoded::fixed({media_type:?}, {:?}, {}, {}, {}) }}",
            hash(raw),
            include("raw"),
            include("br"),
            include("gz"),
        ));
        Ok(())
    }

    fn constant(&mut self, name: &str, value: &str) {
        let _ = writeln!(
            self.rust,
            "/// Embedded at build time; empty where it was missing.\npub const {name}: &str = {value:?};"
        );
    }

    /// A source file that may not be there yet.
    fn source(&self, path: &str) -> Result<Option<String>> {
        let path = self.root.join(path);
        if !path.exists() {
            return Ok(None);
        }
        println!("cargo::rerun-if-changed={}", path.display());
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Some(text))
    }

    /// The files of a folder with this ending, by name without it.
    fn folder(&self, path: &str, ending: &str) -> Result<BTreeMap<String, String>> {
        let folder = self.root.join(path);
        let mut files = BTreeMap::new();
        if folder.exists() {
            println!("cargo::rerun-if-changed={}", folder.display());
        }
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let file = entry.path();
            if file.extension().is_some_and(|found| found == ending) {
                let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let text =
                    fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
                files.insert(name, text);
            }
        }
        Ok(files)
    }

    fn finish(&mut self) -> Result<()> {
        let _ = writeln!(
            self.rust,
            "/// Every file that is served as it is.\npub static FILES: [File; {}] = [{}];",
            self.files.len(),
            self.files.join(",\n")
        );
        let path = self.out.join("pages.rs");
        fs::write(&path, &self.rust).map_err(|error| format!("{}: {error}", path.display()))
    }
}

/// Addresses by name, as a script has them.
fn addressed(all: &BTreeMap<String, String>) -> String {
    let pairs: Vec<_> = all.iter().map(|(name, url)| format!("{name:?}:{url:?}")).collect();
    format!("{{{}}}", pairs.join(","))
}

/// Something that a whole program needs is not there.
fn missing(what: &str) -> Result<()> {
    if env::var("MERHABA_REQUIRE_PAGES").is_ok_and(|value| value == "1") {
        return Err(format!("{what}; run make build"));
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn sri(bytes: &[u8]) -> String {
    format!("sha384-{}", STANDARD.encode(Sha384::digest(bytes)))
}
