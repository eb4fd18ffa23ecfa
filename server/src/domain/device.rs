//! What somebody uses, in a few words, from what their browser calls itself: a small table of our own. What it does not
//! know it leaves out, and the name itself is kept nowhere. Believed by nobody: any program can call itself anything.
use merhaba_shared::protocol::person::{Device, Form};

/// A browser's own name is read up to here, in bytes: longer ones exist only to be longer.
const READ: usize = 512;

/// Browsers by what stands in their name; whoever calls itself by several is the first of them here.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("OPT/", "Opera"),
    ("YaBrowser/", "Yandex"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("DuckDuckGo/", "DuckDuckGo"),
    ("Instagram", "Instagram"),
    ("FBAN/", "Facebook"),
    ("FBAV/", "Facebook"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
];

/// Systems, in the same way.
const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("iPod", "iOS"),
    ("Android", "Android"),
    ("HarmonyOS", "HarmonyOS"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
    ("X11", "Linux"),
];

fn first_of(table: &[(&str, &'static str)], name: &str) -> &'static str {
    table.iter().find(|(word, _)| name.contains(word)).map_or("", |(_, known)| known)
}

/// The device of whoever shows this `User-Agent`; `None`: nothing of it is known.
#[must_use]
pub fn of(user_agent: &str) -> Option<Device> {
    let name = merhaba_shared::protocol::limits::cut(user_agent, READ);
    let (browser, system) = (first_of(BROWSERS, name), first_of(SYSTEMS, name));
    if browser.is_empty() && system.is_empty() {
        return None;
    }
    let tablet =
        name.contains("iPad") || name.contains("Tablet") || system == "Android" && !name.contains("Mobile");
    let phone = name.contains("Mobile") || name.contains("iPhone") || name.contains("iPod");
    let form = match (tablet, phone) {
        (true, _) => Form::Tablet,
        (_, true) => Form::Phone,
        _ => Form::Desktop,
    };
    Some(Device { browser: browser.into(), system: system.into(), form })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(user_agent: &str) -> String {
        let device = of(user_agent).expect("known");
        format!("{} {} {}", device.browser, device.system, device.form.as_str())
    }

    #[test]
    fn real_browsers_are_known_by_their_names() {
        for (user_agent, is) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
                "Chrome Windows Desktop",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
                "Edge Windows Desktop",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
                "Safari macOS Desktop",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
                "Safari iOS Phone",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0.7390.41 Mobile/15E148 Safari/604.1",
                "Chrome iOS Phone",
            ),
            (
                "Mozilla/5.0 (iPad; CPU OS 16_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/143.0 Mobile/15E148 Safari/605.1.15",
                "Firefox iPadOS Tablet",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
                "Chrome Android Phone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
                "Samsung Internet Android Phone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
                "Chrome Android Tablet",
            ),
            ("Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0", "Firefox Android Phone"),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
                "Firefox Linux Desktop",
            ),
            (
                "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
                "Chrome ChromeOS Desktop",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 OPR/124.0.0.0",
                "Opera Windows Desktop",
            ),
        ] {
            assert_eq!(words(user_agent), is, "{user_agent}");
        }
    }

    #[test]
    fn what_is_no_browser_has_no_device_and_a_long_name_is_not_read_to_its_end() {
        assert_eq!(of(""), None);
        assert_eq!(of("curl/8.5.0"), None);
        assert_eq!(of(&format!("{} Chrome/1", "ş".repeat(READ))), None);
    }
}
