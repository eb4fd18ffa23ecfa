//! The one table of close codes: the relay closes with these, and the pages decide by them whether to come back.
//! 4000–4499 mean "connect again", 4500–4999 mean "stop".

/// What a page does after a close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Connect again, by itself.
    Again,
    /// Do not connect again.
    Stop,
    /// The page is too old: load it again, once.
    Refresh,
}

/// A close code with its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Close {
    /// The websocket close code.
    pub code: u16,
    /// The name, also sent as the reason where no hint is.
    pub name: &'static str,
}

/// The relay restarts or is deployed, or the session has grown old; the reason is a delay hint: decimal
/// milliseconds to wait before connecting again.
pub const RESTART: Close = Close { code: 4001, name: "Restart" };
/// The client did not read fast enough; on return it has lost nothing.
pub const SLOW: Close = Close { code: 4008, name: "Slow" };
/// Three commands in a row came too fast.
pub const TOO_FAST: Close = Close { code: 4009, name: "TooFast" };
/// More sockets than one visitor, agent or address may have.
pub const TOO_MANY: Close = Close { code: 4010, name: "TooMany" };
/// The store cannot be read just now.
pub const UNAVAILABLE: Close = Close { code: 4011, name: "Unavailable" };
/// No answer to pings.
pub const HEARTBEAT_LOST: Close = Close { code: 4012, name: "HeartbeatLost" };
/// The token is not one.
pub const BAD_TOKEN: Close = Close { code: 4500, name: "BadToken" };
/// There is no such site.
pub const SITE_UNKNOWN: Close = Close { code: 4502, name: "SiteUnknown" };
/// Signed out, erased or banned.
pub const REVOKED: Close = Close { code: 4503, name: "Revoked" };
/// The page is older than the relay can speak with.
pub const REFRESH: Close = Close { code: 4504, name: "Refresh" };
/// No `Hello` in time, or something else came first.
pub const AUTH_LATE: Close = Close { code: 4505, name: "AuthLate" };

/// All of them.
pub const ALL: &[Close] = &[
    RESTART,
    SLOW,
    TOO_FAST,
    TOO_MANY,
    UNAVAILABLE,
    HEARTBEAT_LOST,
    BAD_TOKEN,
    SITE_UNKNOWN,
    REVOKED,
    REFRESH,
    AUTH_LATE,
];

/// What to do after a close with this code; codes below 4000 (the protocol's own, and 1006 for a lost line) mean
/// connect again.
#[must_use]
pub const fn decision(code: u16) -> Decision {
    match code {
        4504 => Decision::Refresh,
        4500..=4999 => Decision::Stop,
        _ => Decision::Again,
    }
}

#[cfg(test)]
mod tests {
    use super::{ALL, Decision, decision};

    #[test]
    fn the_code_carries_the_decision() {
        for close in ALL {
            let expected = match (close.name, close.code) {
                ("Refresh", _) => Decision::Refresh,
                (_, 4000..=4499) => Decision::Again,
                _ => Decision::Stop,
            };
            assert_eq!(decision(close.code), expected, "{}", close.name);
        }
        assert_eq!(decision(1006), Decision::Again);
        assert_eq!(decision(1009), Decision::Again);
    }

    #[test]
    fn codes_are_unique() {
        let mut codes: Vec<_> = ALL.iter().map(|close| close.code).collect();
        codes.dedup();
        assert_eq!(codes.len(), ALL.len());
    }
}
