//! Which websites may embed a site's widget. What passes [`check`] may stand in a `frame-ancestors` header as it is,
//! so it holds nothing but letters, digits and the few signs of an origin.

/// Why a text is not an origin that can be allowed. Each says what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// Neither https nor http.
    #[error("\"{0}\" does not begin with https:// – an origin is written like https://www.example.com")]
    Scheme(String),
    /// Something stands after the host and port.
    #[error(
        "\"{0}\" has more than scheme, host and port – an origin is written like https://www.example.com"
    )]
    Path(String),
    /// The host is not a host's name.
    #[error(
        "\"{0}\" has no valid host name – an origin is written like https://www.example.com, other scripts as xn--…"
    )]
    Host(String),
    /// An address of the sixth version, which `frame-ancestors` cannot name.
    #[error("\"{0}\" is an IPv6 address, which browsers cannot allow by name – use a host name")]
    SixthVersion(String),
    /// A wildcard over a whole top-level domain, or not in front.
    #[error("\"{0}\" allows too much – a wildcard stands in front of a domain, like https://*.example.com")]
    Wildcard(String),
    /// The port is not one.
    #[error("\"{0}\" has no valid port – a port is a number from 1 to 65535")]
    Port(String),
    /// http beyond this machine.
    #[error(
        "\"{0}\" is not encrypted – http is only for this machine with a port, like http://localhost:3000 or http://localhost:*"
    )]
    Plain(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Port {
    Default,
    Number(u16),
    Any,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    secure: bool,
    /// Only hosts under this one, and not itself.
    below: bool,
    host: String,
    port: Port,
}

/// An origin that may be allowed, as browsers spell it: `https://host[:port]`, `https://*.example.com`, and http for
/// names of this machine with a port or `:*`. White space around it and one slash at its end are forgiven.
///
/// # Errors
/// [`OriginError`] says what is wrong and what would be right.
pub fn check(text: &str) -> Result<String, OriginError> {
    let text = text.trim();
    let pattern = parse(text)?;
    let loopback = !pattern.below && is_loopback(&pattern.host);
    if !pattern.secure && (!loopback || pattern.port == Port::Default) {
        return Err(OriginError::Plain(text.to_owned()));
    }
    if pattern.secure && pattern.port == Port::Any {
        return Err(OriginError::Port(text.to_owned()));
    }
    if pattern.below && (!pattern.host.contains('.') || is_address(&pattern.host)) {
        return Err(OriginError::Wildcard(text.to_owned()));
    }
    Ok(spell(&pattern))
}

/// Whether one of the allowed origins (as [`check`] gave them) covers a page's `Origin`. `null` never is.
#[must_use]
pub fn allows(allowed: &[String], origin: &str) -> bool {
    let Ok(page) = parse(origin) else { return false };
    let concrete = !page.below && page.port != Port::Any;
    concrete && allowed.iter().filter_map(|text| parse(text).ok()).any(|pattern| covers(&pattern, &page))
}

/// Whether a host names this machine.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost") || (is_address(host) && host.starts_with("127."))
}

fn covers(pattern: &Pattern, page: &Pattern) -> bool {
    let host = if pattern.below {
        page.host.strip_suffix(&pattern.host).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
    } else {
        page.host == pattern.host
    };
    let port = pattern.port == Port::Any || number(pattern) == number(page);
    pattern.secure == page.secure && host && port
}

fn number(pattern: &Pattern) -> u16 {
    match pattern.port {
        Port::Number(number) => number,
        Port::Default | Port::Any => {
            if pattern.secure {
                443
            } else {
                80
            }
        }
    }
}

fn spell(pattern: &Pattern) -> String {
    let scheme = if pattern.secure { "https" } else { "http" };
    let star = if pattern.below { "*." } else { "" };
    let port = match pattern.port {
        Port::Default => String::new(),
        Port::Number(number) => format!(":{number}"),
        Port::Any => ":*".to_owned(),
    };
    format!("{scheme}://{star}{}{port}", pattern.host)
}

fn parse(text: &str) -> Result<Pattern, OriginError> {
    let lower = text.to_ascii_lowercase();
    let (secure, rest) = match (lower.strip_prefix("https://"), lower.strip_prefix("http://")) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => return Err(OriginError::Scheme(text.to_owned())),
    };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if rest.contains(['/', '?', '#', '@', '\\']) {
        return Err(OriginError::Path(text.to_owned()));
    }
    if rest.starts_with('[') {
        return Err(OriginError::SixthVersion(text.to_owned()));
    }
    let (host, port) = rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port)));
    let port = parse_port(port, secure).ok_or_else(|| OriginError::Port(text.to_owned()))?;
    let (below, host) = host.strip_prefix("*.").map_or((false, host), |host| (true, host));
    if host.contains('*') {
        return Err(OriginError::Wildcard(text.to_owned()));
    }
    if !is_host(host) {
        return Err(OriginError::Host(text.to_owned()));
    }
    Ok(Pattern { secure, below, host: host.to_owned(), port })
}

/// A port; the one that https has anyway is left out, as browsers do.
fn parse_port(port: Option<&str>, secure: bool) -> Option<Port> {
    match port {
        None => Some(Port::Default),
        Some("*") => Some(Port::Any),
        Some(digits) if digits.len() <= 5 && digits.bytes().all(|b| b.is_ascii_digit()) => {
            let number = digits.parse().ok().filter(|number| *number != 0)?;
            Some(if secure && number == 443 { Port::Default } else { Port::Number(number) })
        }
        Some(_) => None,
    }
}

fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let numeric = host.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    host.len() <= 253 && host.split('.').all(label) && (!numeric || is_address(host))
}

fn is_address(host: &str) -> bool {
    host.parse::<core::net::Ipv4Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::{OriginError, allows, check, is_loopback};

    #[test]
    fn origins_are_spelled_as_browsers_do() {
        for (given, kept) in [
            ("https://Shop.Example", "https://shop.example"),
            (" https://shop.example/ ", "https://shop.example"),
            ("https://shop.example:443", "https://shop.example"),
            ("https://shop.example:8443", "https://shop.example:8443"),
            ("https://*.example.com", "https://*.example.com"),
            ("https://xn--iek-1lac.example", "https://xn--iek-1lac.example"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://localhost:*", "http://localhost:*"),
            ("http://127.0.0.1:*", "http://127.0.0.1:*"),
            ("http://shop.localhost:80", "http://shop.localhost:80"),
        ] {
            assert_eq!(check(given).as_deref(), Ok(kept), "{given}");
            assert_eq!(check(kept).as_deref(), Ok(kept), "{kept}");
        }
    }

    #[test]
    fn what_could_open_the_door_is_refused() {
        let refused = |text: &str| check(text).expect_err(text);
        for text in ["", "*", "null", "shop.example", "ftp://a.example", "javascript:alert(1)", "'self'"] {
            assert!(matches!(refused(text), OriginError::Scheme(_)), "{text}");
        }
        for text in
            ["https://a.example/x", "https://a.example?x", "https://x@a.example", "https://a.example#x"]
        {
            assert!(matches!(refused(text), OriginError::Path(_)), "{text}");
        }
        for text in
            ["https://", "https://a..b", "https://çiçek.example", "https://a b", "https://a;b", "https://a,b"]
        {
            assert!(matches!(refused(text), OriginError::Host(_)), "{text}");
        }
        for text in
            ["https://*", "https://*.com", "https://a.*.com", "https://*.*.com", "https://*.127.0.0.1"]
        {
            assert!(matches!(refused(text), OriginError::Wildcard(_)), "{text}");
        }
        for text in
            ["https://a.example:0", "https://a.example:65536", "https://a.example:*", "https://a.example:x"]
        {
            assert!(matches!(refused(text), OriginError::Port(_)), "{text}");
        }
        for text in
            ["http://a.example", "http://localhost", "http://*.localhost:80", "http://127.0.0.1.example:80"]
        {
            assert!(matches!(refused(text), OriginError::Plain(_)), "{text}");
        }
        assert!(matches!(refused("https://[::1]"), OriginError::SixthVersion(_)));
        assert!(matches!(refused("https://1.2.3"), OriginError::Host(_)));
    }

    #[test]
    fn a_wildcard_covers_what_is_under_it_and_nothing_beside() {
        let allowed = [check("https://*.example.com").expect("an origin")];
        for good in ["https://a.example.com", "https://a.b.example.com", "https://a.example.com:443"] {
            assert!(allows(&allowed, good), "{good}");
        }
        for bad in [
            "https://example.com",
            "https://badexample.com",
            "https://.example.com",
            "https://a.example.com.evil.example",
            "http://a.example.com",
            "https://a.example.com:8443",
            "https://*.example.com",
            "null",
            "",
        ] {
            assert!(!allows(&allowed, bad), "{bad}");
        }
    }

    #[test]
    fn any_port_is_any_port_of_that_name_only() {
        let allowed = [check("http://localhost:*").expect("an origin")];
        assert!(allows(&allowed, "http://localhost") && allows(&allowed, "http://localhost:8787"));
        assert!(!allows(&allowed, "http://127.0.0.1:8787") && !allows(&allowed, "https://localhost"));
        assert!(!allows(&[], "https://a.example"));
    }

    #[test]
    fn loopback_is_a_name_of_this_machine() {
        assert!(is_loopback("localhost") && is_loopback("a.localhost") && is_loopback("127.1.2.3"));
        assert!(!is_loopback("127.example") && !is_loopback("notlocalhost") && !is_loopback("10.0.0.1"));
    }
}
