//! Where the relay may be sent by a browser that subscribes: `https` on its own port, by a name, and only to addresses that
//! belong to the public internet. Anything else could be a service behind the operator's wall. Pure.
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// The length of an endpoint, in bytes.
pub const LENGTH: usize = 1_024;

/// An endpoint that may be tried; its addresses are yet to be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The name, for TLS and for the look-up.
    pub host: String,
    /// The port: 443, except where tests allow any.
    pub port: u16,
    /// The service's origin, for which the token is signed.
    pub origin: String,
    /// What is asked for there.
    pub path: String,
}

impl Endpoint {
    /// Reads one; `local`: tests may name another port.
    #[must_use]
    pub fn read(text: &str, local: bool) -> Option<Self> {
        if text.len() > LENGTH {
            return None;
        }
        let url = Url::parse(text).ok()?;
        let Some(Host::Domain(host)) = url.host() else { return None };
        let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        let port = url.port_or_known_default()?;
        if url.scheme() != "https" || !bare || (port != 443 && !local) || host.ends_with('.') {
            return None;
        }
        let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
        let path = format!("{}{query}", url.path());
        Some(Self { host: host.to_owned(), port, origin: url.origin().ascii_serialization(), path })
    }
}

/// Whether an address is the public internet's. What is not known to be is not.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => public_v4(address),
        IpAddr::V6(address) => public_v6(address),
    }
}

fn public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    // This network, private, loopback, link-local, multicast and what is reserved; behind a provider's translation; protocol
    // assignments, documentation, 6to4 relays; benchmarks; documentation.
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224.., ..)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            | (100, 64..=127, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !special
}

fn public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    // Global unicast alone, which leaves out loopback, mapped, NAT64, local and multicast ones; of it neither Teredo and the
    // other assignments (2001::/23), nor documentation, nor 6to4, which carries an IPv4 address.
    (0x2000..=0x3fff).contains(&first)
        && !(first == 0x2001 && (second < 0x0200 || second == 0x0db8))
        && first != 0x2002
        && !(first == 0x3fff && second < 0x1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_by_a_name_on_its_own_port() {
        let read = |text| Endpoint::read(text, false);
        let found = read("https://push.example.com/send/a?b=c").expect("a good one");
        assert_eq!((found.host.as_str(), found.port), ("push.example.com", 443));
        assert_eq!(found.origin, "https://push.example.com");
        assert_eq!(found.path, "/send/a?b=c");
        for bad in [
            "http://push.example.com/a",
            "gopher://push.example.com/a",
            "file:///etc/passwd",
            "https://push.example.com:25/a",
            "https://user@push.example.com/a",
            "https://push.example.com/a#b",
            "https://localhost./a",
            "https://127.0.0.1/a",
            "https://2130706433/a",
            "https://0177.1/a",
            "https://0x7f.1/a",
            "https://[::1]/a",
            "https://[::ffff:127.0.0.1]/a",
            "push.example.com",
            "",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(read(&format!("https://push.example.com/{}", "a".repeat(LENGTH))), None);
    }

    #[test]
    fn only_the_public_internet() {
        for bad in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:8.8.8.8",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
        ] {
            assert!(!is_public(bad.parse().expect("an address")), "{bad}");
        }
        for good in ["8.8.8.8", "100.63.0.1", "172.32.0.1", "2607:f8b0::1", "2a00:1450::1"] {
            assert!(is_public(good.parse().expect("an address")), "{good}");
        }
    }
}
