//! Who is at the other end: the peer's address, or what a trusted proxy says of it. Pure. A header from anywhere
//! else is never believed.
use axum::http::{HeaderMap, HeaderName, header::FORWARDED};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

/// What is known of a request's sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// The sender's address.
    pub address: IpAddr,
    /// Whether the sender came by https, as far as a trusted proxy says.
    pub secure: Option<bool>,
    /// Whether such headers came from somebody who is not trusted with them.
    pub ignored: bool,
}

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// One step of the way as a proxy noted it.
struct Hop {
    address: Option<IpAddr>,
    secure: Option<bool>,
}

/// Finds the client behind trusted proxies: the rightmost address that is none of them.
#[must_use]
pub fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Client {
    let peer = peer.to_canonical();
    let standard = forwarded(headers);
    let usual = x_forwarded(headers);
    let plain = Client { address: peer, secure: None, ignored: false };
    if !is_in(trusted, peer) {
        return Client { ignored: !standard.is_empty() || !usual.is_empty(), ..plain };
    }
    let (standard, usual) = (walk(peer, &standard, trusted), walk(peer, &usual, trusted));
    match (standard, usual) {
        (None, None) => plain,
        (Some(found), None) | (None, Some(found)) => Client { address: found.0, secure: found.1, ..plain },
        // A proxy that writes one of the two and lets the other through must not let a client choose its address.
        (Some(one), Some(other)) if one.0 != other.0 => Client { secure: weaker(one.1, other.1), ..plain },
        (Some(one), Some(other)) => Client { address: one.0, secure: weaker(one.1, other.1), ..plain },
    }
}

fn weaker(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one && other),
        (one, other) => one.or(other),
    }
}

fn is_in(trusted: &[IpNet], address: IpAddr) -> bool {
    trusted.iter().any(|network| network.contains(&address))
}

/// From the right: the first hop that is not trusted, and the scheme that the proxy nearest to it saw.
fn walk(peer: IpAddr, hops: &[Hop], trusted: &[IpNet]) -> Option<(IpAddr, Option<bool>)> {
    let (mut address, mut secure) = (peer, None);
    for hop in hops.iter().rev() {
        secure = hop.secure.or(secure);
        let Some(found) = hop.address else { break };
        address = found.to_canonical();
        if !is_in(trusted, address) {
            break;
        }
    }
    (!hops.is_empty()).then_some((address, secure))
}

fn lines<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok())
}

fn x_forwarded(headers: &HeaderMap) -> Vec<Hop> {
    let addresses: Vec<&str> = lines(headers, &FORWARDED_FOR).flat_map(|line| line.split(',')).collect();
    let schemes: Vec<&str> = lines(headers, &FORWARDED_PROTO).flat_map(|line| line.split(',')).collect();
    let count = addresses.len().max(usize::from(!schemes.is_empty()));
    let scheme = |at: usize| {
        let same = schemes.len() == count;
        let found = if same { schemes.get(at) } else { schemes.last().filter(|_| at + 1 == count) };
        found.and_then(|word| secure(word))
    };
    (0..count)
        .map(|at| Hop { address: addresses.get(at).and_then(|text| node(text)), secure: scheme(at) })
        .collect()
}

fn forwarded(headers: &HeaderMap) -> Vec<Hop> {
    lines(headers, &FORWARDED).flat_map(|line| line.split(',')).map(hop).collect()
}

fn hop(element: &str) -> Hop {
    let mut hop = Hop { address: None, secure: None };
    for pair in element.split(';') {
        let Some((name, value)) = pair.split_once('=') else { continue };
        let value = value.trim().trim_matches('"');
        match name.trim().to_ascii_lowercase().as_str() {
            "for" => hop.address = node(value),
            "proto" => hop.secure = secure(value),
            _ => {}
        }
    }
    hop
}

fn secure(word: &str) -> Option<bool> {
    match word.trim().to_ascii_lowercase().as_str() {
        "https" | "wss" => Some(true),
        "http" | "ws" => Some(false),
        _ => None,
    }
}

/// An address, in brackets or not, with a port or not.
fn node(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::{Client, client};
    use axum::http::{HeaderMap, HeaderName, HeaderValue};
    use std::net::IpAddr;

    fn ask(peer: &str, headers: &[(&'static str, &'static str)]) -> Client {
        let trusted = ["10.0.0.0/8".parse().expect("a network"), "::1/128".parse().expect("a network")];
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        client(peer.parse().expect("an address"), &map, &trusted)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_stranger_is_not_believed() {
        let found = ask("203.0.113.9", &[("x-forwarded-for", "1.2.3.4"), ("x-forwarded-proto", "https")]);
        assert_eq!(found, Client { address: ip("203.0.113.9"), secure: None, ignored: true });
    }

    #[test]
    fn the_rightmost_untrusted_address_counts() {
        let found = ask("10.0.0.1", &[("x-forwarded-for", "1.1.1.1, 203.0.113.9, 10.0.0.2")]);
        assert_eq!(found.address, ip("203.0.113.9"));
        let found = ask("10.0.0.1", &[("forwarded", "for=1.1.1.1, for=\"[2001:db8::7]:4711\";proto=https")]);
        assert_eq!(found, Client { address: ip("2001:db8::7"), secure: Some(true), ignored: false });
    }

    #[test]
    fn several_lines_are_one_list() {
        let found = ask("::1", &[("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "198.51.100.2")]);
        assert_eq!(found.address, ip("198.51.100.2"));
    }

    #[test]
    fn something_that_is_no_address_ends_the_way() {
        let found = ask("10.0.0.1", &[("forwarded", "for=1.1.1.1, for=_hidden, for=10.0.0.2;proto=http")]);
        assert_eq!(found, Client { address: ip("10.0.0.2"), secure: Some(false), ignored: false });
    }

    #[test]
    fn two_stories_that_differ_give_the_proxy_itself() {
        let found = ask("10.0.0.1", &[("forwarded", "for=6.6.6.6"), ("x-forwarded-for", "203.0.113.9")]);
        assert_eq!(found.address, ip("10.0.0.1"));
    }

    #[test]
    fn a_scheme_alone_is_enough() {
        assert_eq!(ask("10.0.0.1", &[("x-forwarded-proto", "http")]).secure, Some(false));
        assert_eq!(
            ask("10.0.0.1", &[("x-forwarded-for", "1.1.1.1"), ("x-forwarded-proto", "https")]).secure,
            Some(true)
        );
    }
}
