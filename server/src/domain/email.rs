//! Whether a text can be an e-mail address. It sends nothing: only a mail that arrives proves one.

/// The longest address that mail can carry, in bytes.
pub const EMAIL_BYTES: usize = 254;

/// The address without the white space around it, when it could be one.
#[must_use]
pub fn plausible(text: &str) -> Option<&str> {
    let text = text.trim();
    let (local, host) = text.rsplit_once('@')?;
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>()[]\\,;:\"@".contains(c);
    let whole = text.len() <= EMAIL_BYTES && (1..=64).contains(&local.len());
    (whole && local.chars().all(plain) && plausible_host(host)).then_some(text)
}

/// Two labels or more, or `localhost`, each of letters, digits and inner hyphens of any script.
fn plausible_host(host: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    (host == "localhost" || host.contains('.')) && host.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::plausible;

    #[test]
    fn ordinary_addresses_pass() {
        for good in ["a@b.co", " ayşe.yılmaz+chat@örnek.com.tr ", "o'neil@example.com", "demo@localhost"] {
            assert_eq!(plausible(good), Some(good.trim()), "{good}");
        }
    }

    #[test]
    fn what_no_mail_can_reach_does_not() {
        let long = format!("a@{}.com", "b.".repeat(130));
        for bad in
            ["", "a", "@b.co", "a@", "a@b", "a b@c.de", "a@b..c", "a@-b.de", "a\r\nb@c.de", "a,b@c.de", &long]
        {
            assert_eq!(plausible(bad), None, "{bad}");
        }
    }
}
