//! What the operator can set: each setting is a flag, an environment variable and a key of the config file, in that
//! order of strength. A bad value stops the start with its name, the value and what would be right; it is never
//! guessed at.
use crate::http::origin::Own;
use ipnet::IpNet;
use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

/// One setting: its flag's name, what it takes, what it is for.
pub struct Setting {
    /// Name of the flag and of the key in the config file.
    pub name: &'static str,
    /// Placeholder in the help; empty for a switch.
    pub takes: &'static str,
    /// One line of help.
    pub help: &'static str,
}

const fn setting(name: &'static str, takes: &'static str, help: &'static str) -> Setting {
    Setting { name, takes, help }
}

/// Every setting of `serve`, in the order of the help.
pub const SETTINGS: &[Setting] = &[
    setting("listen", "ADDRESS", "Where to listen; port 0 takes a free one [default: 127.0.0.1:8787]"),
    setting("data", "DIR", "Folder of everything that is kept [default: merhaba-data]"),
    setting("public-url", "URL", "The relay's own origin as browsers see it; needed beyond loopback"),
    setting(
        "trust-proxy",
        "CIDR,…",
        "Proxies whose Forwarded and X-Forwarded-* are believed [default: none]",
    ),
    setting(
        "metrics-listen",
        "ADDRESS",
        "Where to show /metrics, never the public address; port 0 takes a free one [default: nowhere]",
    ),
    setting("no-rate-limits", "", "Lifts the limits per address and visitor, for load tests on loopback"),
    setting(
        "push-test-ca",
        "FILE",
        "For tests: alerts to closed pages believe this certificate (DER) alone and may go to loopback",
    ),
    setting("log", "FILTER", "What to log, as in RUST_LOG [default: info]"),
    setting("log-format", "FORMAT", "text or json [default: text]"),
];

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

/// Everything that was set, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Folder of everything that is kept.
    pub data: PathBuf,
    /// The relay's own origin; `None`: any loopback name with the port of the listener.
    pub public: Option<Own>,
    /// Proxies that are believed.
    pub trust_proxy: Vec<IpNet>,
    /// Where to show metrics.
    pub metrics_listen: Option<SocketAddr>,
    /// Whether limits per address and visitor hold.
    pub rate_limits: bool,
    /// For tests: the file of the one authority that push services are believed for, on this machine too.
    pub push_test_ca: Option<PathBuf>,
    /// Log filter.
    pub log: String,
    /// Log format.
    pub log_format: LogFormat,
    /// Whether this is the demo: settled by the command, not by a setting.
    pub demo: bool,
}

/// A value that cannot be: shown to the operator as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadSetting(pub String);

/// A value as it was found.
#[derive(Clone, Debug)]
struct Found {
    text: String,
    from: String,
}

/// Values as they were found, the strongest of each.
#[derive(Clone, Debug, Default)]
pub struct Values(BTreeMap<&'static str, Found>);

impl Values {
    /// Collects flags, then environment, then the config file (`--config`, or `merhaba.toml` in the data folder).
    pub fn collect(
        flag: impl Fn(&str) -> Option<String>,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, BadSetting> {
        let mut values = Self::default();
        for setting in SETTINGS {
            let variable = variable(setting.name);
            if let Some(text) = flag(setting.name) {
                values.put(setting.name, text, format!("--{}", setting.name));
            } else if let Some(text) = environment(&variable) {
                values.put(setting.name, text, variable);
            }
        }
        if !values.0.contains_key("log")
            && let Some(text) = environment("RUST_LOG")
        {
            values.put("log", text, "RUST_LOG".into());
        }
        let named = flag("config").or_else(|| environment("MERHABA_CONFIG")).map(PathBuf::from);
        let file = named.clone().unwrap_or_else(|| values.data().join("merhaba.toml"));
        if named.is_some() || file.exists() {
            values.read(&file)?;
        }
        Ok(values)
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        PathBuf::from(self.0.get("data").map_or("merhaba-data", |found| found.text.as_str()))
    }

    fn put(&mut self, name: &'static str, text: String, from: String) {
        self.0.entry(name).or_insert(Found { text, from });
    }

    fn read(&mut self, file: &Path) -> Result<(), BadSetting> {
        let shown = file.display();
        let text = std::fs::read_to_string(file)
            .map_err(|error| BadSetting(format!("the config file {shown} cannot be read: {error}")))?;
        let table: toml::Table = text
            .parse()
            .map_err(|error| BadSetting(format!("the config file {shown} is not TOML: {error}")))?;
        for (key, value) in table {
            let name = key.replace('_', "-");
            let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) else {
                let names: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
                return Err(BadSetting(format!(
                    "the config file {shown} has a key {key} that is no setting; settings are {}",
                    names.join(", ")
                )));
            };
            self.put(setting.name, plain(value), format!("{key} in {shown}"));
        }
        Ok(())
    }

    fn parse<T>(
        &self,
        name: &'static str,
        right: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, BadSetting> {
        let Some(Found { text, from }) = self.0.get(name) else { return Ok(None) };
        parse(text.trim()).map(Some).ok_or_else(|| {
            BadSetting(format!("the setting {name} (from {from}) cannot be {text:?}; it takes {right}"))
        })
    }
}

/// A setting's environment variable.
pub fn variable(name: &str) -> String {
    format!("MERHABA_{}", name.to_uppercase().replace('-', "_"))
}

/// A value of the file as a flag would have it.
fn plain(value: toml::Value) -> String {
    match value {
        toml::Value::String(text) => text,
        toml::Value::Array(list) => list.into_iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

impl Config {
    /// Checks every value, and what they mean together.
    pub fn new(values: &Values) -> Result<Self, BadSetting> {
        const ADDRESS: &str = "an address and a port, such as 127.0.0.1:8787 or [::1]:8787";
        let config = Self {
            listen: values.parse("listen", ADDRESS, address)?.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8787))),
            data: values.parse("data", "the path of a folder", folder)?.unwrap_or_else(|| values.data()),
            public: values.parse(
                "public-url",
                "an origin without a path: https://chat.example.com, or http with a loopback name and its port",
                Own::parse,
            )?,
            trust_proxy: values
                .parse("trust-proxy", "networks with commas between them, such as 10.0.0.0/8,192.0.2.7", networks)?
                .unwrap_or_default(),
            metrics_listen: values.parse("metrics-listen", ADDRESS, address)?,
            rate_limits: !values.parse("no-rate-limits", "true or false", switch)?.unwrap_or(false),
            push_test_ca: values.parse("push-test-ca", "the path of a file", folder)?,
            log: values.parse("log", "a filter such as info or merhaba_server=debug", filter)?.unwrap_or("info".into()),
            log_format: values.parse("log-format", "text or json", format)?.unwrap_or(LogFormat::Text),
            demo: false,
        };
        config.fits()?;
        Ok(config)
    }

    fn fits(&self) -> Result<(), BadSetting> {
        let loopback = self.listen.ip().is_loopback();
        if !loopback && self.public.is_none() {
            return Err(BadSetting(format!(
                "the setting public-url is missing: listen is {}, which others can reach, so the relay must know its \
                 own origin; it takes an origin such as https://chat.example.com",
                self.listen
            )));
        }
        if !loopback && !self.rate_limits {
            return Err(BadSetting(format!(
                "the setting no-rate-limits cannot be true while listen is {}; it takes a loopback address, such as \
                 127.0.0.1:8787",
                self.listen
            )));
        }
        if !loopback && self.push_test_ca.is_some() {
            return Err(BadSetting(format!(
                "the setting push-test-ca cannot be set while listen is {}; it takes a relay on loopback, for tests",
                self.listen
            )));
        }
        if self.listen.port() != 0 && self.metrics_listen == Some(self.listen) {
            return Err(BadSetting(format!(
                "the setting metrics-listen cannot be {}, which is the public address; it takes one of its own",
                self.listen
            )));
        }
        Ok(())
    }

    /// A relay for tests and other programs that start one inside themselves: loopback, a free port.
    pub fn local(data: PathBuf) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            data,
            public: None,
            trust_proxy: Vec::new(),
            metrics_listen: None,
            rate_limits: true,
            push_test_ca: None,
            log: "info".into(),
            log_format: LogFormat::Text,
            demo: false,
        }
    }

    /// The same as a demo, which is for loopback only.
    pub fn into_demo(self) -> Result<Self, BadSetting> {
        if !self.listen.ip().is_loopback() || self.public.is_some() {
            return Err(BadSetting(format!(
                "the demo is for this machine only: the setting listen cannot be {} there, and public-url is not for it; \
                 listen takes a loopback address, such as 127.0.0.1:8787",
                self.listen
            )));
        }
        Ok(Self { demo: true, ..self })
    }
}

fn address(text: &str) -> Option<SocketAddr> {
    text.parse().ok().or_else(|| {
        let port: u16 = text.strip_prefix("localhost:")?.parse().ok()?;
        Some(SocketAddr::from(([127, 0, 0, 1], port)))
    })
}

fn folder(text: &str) -> Option<PathBuf> {
    (!text.is_empty()).then(|| PathBuf::from(text))
}

fn networks(text: &str) -> Option<Vec<IpNet>> {
    let network = |part: &str| part.parse().ok().or_else(|| part.parse::<IpAddr>().ok().map(IpNet::from));
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(network).collect()
}

fn switch(text: &str) -> Option<bool> {
    match text {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}

fn filter(text: &str) -> Option<String> {
    text.parse::<tracing_subscriber::filter::Targets>().ok().map(|_| text.to_owned())
}

fn format(text: &str) -> Option<LogFormat> {
    match text {
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{BadSetting, Config, LogFormat, Values};
    use std::collections::HashMap;

    fn config(flags: &[(&str, &str)], environment: &[(&str, &str)]) -> Result<Config, BadSetting> {
        let find = |list: &[(&str, &str)]| -> HashMap<String, String> {
            list.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let (flags, environment) = (find(flags), find(environment));
        let values = Values::collect(|name| flags.get(name).cloned(), |name| environment.get(name).cloned())?;
        Config::new(&values)
    }

    #[test]
    fn a_flag_is_stronger_than_the_environment_and_that_than_the_file() {
        let dir = tempfile::tempdir().expect("a folder");
        let data = dir.path().to_str().expect("a name");
        std::fs::write(
            dir.path().join("merhaba.toml"),
            "listen = \"127.0.0.1:3\"\nlog = \"warn\"\nlog_format = \"json\"\ntrust-proxy = [\"10.0.0.0/8\", \"::1\"]\n",
        )
        .expect("written");
        let config = config(
            &[("data", data), ("listen", "127.0.0.1:1")],
            &[("MERHABA_LISTEN", "127.0.0.1:2"), ("MERHABA_LOG", "error")],
        )
        .expect("good settings");
        assert_eq!(config.listen.port(), 1);
        assert_eq!(config.log, "error");
        assert_eq!(config.log_format, LogFormat::Json);
        assert_eq!(config.trust_proxy.len(), 2);
    }

    #[test]
    fn a_bad_value_is_named_with_where_it_came_from_and_what_would_be_right() {
        let BadSetting(text) = config(&[], &[("MERHABA_LISTEN", "8787")]).expect_err("a bad address");
        for part in ["listen", "MERHABA_LISTEN", "\"8787\"", "127.0.0.1:8787"] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn an_unknown_key_of_the_file_is_refused() {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::write(dir.path().join("merhaba.toml"), "lisen = \"x\"\n").expect("written");
        let BadSetting(text) =
            config(&[("data", dir.path().to_str().expect("a name"))], &[]).expect_err("an unknown key");
        assert!(text.contains("lisen") && text.contains("listen"), "{text}");
    }

    #[test]
    fn beyond_loopback_it_needs_its_own_origin_and_its_limits() {
        assert!(config(&[("listen", "0.0.0.0:8787")], &[]).is_err());
        let public = ("public-url", "https://chat.example.com");
        assert!(config(&[("listen", "0.0.0.0:8787"), public], &[]).is_ok());
        assert!(config(&[("listen", "0.0.0.0:8787"), public, ("no-rate-limits", "true")], &[]).is_err());
        assert!(config(&[("listen", "[::1]:8787"), ("no-rate-limits", "true")], &[]).is_ok());
    }

    #[test]
    fn metrics_have_an_address_of_their_own() {
        let both = |address| config(&[("listen", address), ("metrics-listen", address)], &[]);
        assert!(both("127.0.0.1:8787").is_err());
        assert!(both("127.0.0.1:0").is_ok(), "two free ports are two");
    }

    #[test]
    fn a_public_url_is_an_origin() {
        for bad in
            ["chat.example.com", "http://chat.example.com", "https://chat.example.com/x", "https://a:b@c.d"]
        {
            assert!(config(&[("public-url", bad)], &[]).is_err(), "{bad}");
        }
        for good in ["https://chat.example.com", "https://chat.example.com/", "http://localhost:8787"] {
            assert!(config(&[("public-url", good)], &[]).is_ok(), "{good}");
        }
    }
}
