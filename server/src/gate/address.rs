//! What counts as one address when tries and sockets are counted. Never looks at a name or a port.
use std::net::{IpAddr, Ipv6Addr};

/// All of a v4 address, the network half of a v6 one.
#[must_use]
pub fn prefix(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}
