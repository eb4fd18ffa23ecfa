//! The relay's own origin, and which `Host` and `Origin` headers name it. Pure; exact comparisons only.
use std::net::{IpAddr, SocketAddr};
use url::{Host, Url};

/// An origin that the relay answers as.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Own {
    /// Whether it is https.
    pub secure: bool,
    /// `host` or `host:port`, lower case, without the scheme's usual port.
    pub authority: String,
}

impl Own {
    /// Reads `https://host[:port]`, or http with a loopback name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let named = url.username().is_empty() && url.password().is_none();
        let secure = match url.scheme() {
            "https" => true,
            "http" if loopback(&url.host()?) => false,
            _ => return None,
        };
        let host = url.host_str()?;
        let authority = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        (bare && named && !host.is_empty()).then_some(Self { secure, authority })
    }

    /// `https://host[:port]`.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("{}://{}", if self.secure { "https" } else { "http" }, self.authority)
    }

    /// `wss://host[:port]`.
    #[must_use]
    pub fn websocket(&self) -> String {
        format!("{}://{}", if self.secure { "wss" } else { "ws" }, self.authority)
    }
}

fn loopback<S: AsRef<str>>(host: &Host<S>) -> bool {
    match host {
        Host::Domain(name) => name.as_ref() == "localhost" || name.as_ref().ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// Which hosts the relay answers for.
#[derive(Clone, Debug)]
pub enum Hosts {
    /// The public origin's, and no other.
    Public(Own),
    /// Any loopback name with this port.
    Loopback(u16),
}

impl Hosts {
    /// The public origin, or any loopback name on the listener's port.
    #[must_use]
    pub fn new(public: Option<Own>, listener: SocketAddr) -> Self {
        public.map_or(Self::Loopback(listener.port()), Self::Public)
    }

    /// The own origin that a `Host` header names; `None`: somebody else's.
    #[must_use]
    pub fn own(&self, host: &str) -> Option<Own> {
        let host = host.to_ascii_lowercase();
        match self {
            Self::Public(own) => {
                let usual = if own.secure { ":443" } else { ":80" };
                (host == own.authority || host.strip_suffix(usual) == Some(&own.authority))
                    .then(|| own.clone())
            }
            Self::Loopback(port) => {
                let own = Own::parse(&format!("http://{host}"))?;
                let named =
                    own.authority.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).unwrap_or(80);
                (named == *port).then_some(own)
            }
        }
    }

    /// The origin to print and to open.
    #[must_use]
    pub fn usual(&self, listener: SocketAddr) -> Own {
        match self {
            Self::Public(own) => own.clone(),
            Self::Loopback(port) => {
                let host = match listener.ip() {
                    IpAddr::V4(address) => address.to_string(),
                    IpAddr::V6(address) => format!("[{address}]"),
                };
                Own { secure: false, authority: format!("{host}:{port}") }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Hosts, Own};

    #[test]
    fn only_the_public_host_is_ours() {
        let hosts = Hosts::Public(Own::parse("https://chat.example.com").expect("an origin"));
        for good in ["chat.example.com", "CHAT.example.com", "chat.example.com:443"] {
            assert!(hosts.own(good).is_some(), "{good}");
        }
        for bad in
            ["evil.example", "chat.example.com.evil.example", "chat.example.com:444", "localhost:443", ""]
        {
            assert!(hosts.own(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn without_one_any_loopback_name_with_the_port_is() {
        let hosts = Hosts::Loopback(8787);
        for good in
            ["localhost:8787", "127.0.0.1:8787", "[::1]:8787", "shop.localhost:8787", "127.0.0.9:8787"]
        {
            assert!(hosts.own(good).is_some(), "{good}");
        }
        for bad in [
            "localhost",
            "localhost:8788",
            "192.168.0.1:8787",
            "evil.example:8787",
            "localhost:8787/x",
            "a@localhost:8787",
        ] {
            assert!(hosts.own(bad).is_none(), "{bad}");
        }
        let own = hosts.own("LOCALHOST:8787").expect("ours");
        assert_eq!(own.origin(), "http://localhost:8787");
        assert_eq!(own.websocket(), "ws://localhost:8787");
    }
}
