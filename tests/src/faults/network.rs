//! A network of its own for the relay: a namespace with one wire to this machine, on which packets can be lost, refused
//! and slowed by the kernel itself. Unlike a proxy it lets nobody notice: a line that is cut here is silent both ways.
use std::{
    process::{Command, Output},
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

/// The relay's port, which is free in a network of its own.
pub const PORT: u16 = 8787;

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// The namespace and its wire; both go away when this is dropped.
pub struct Network {
    name: String,
    wire: String,
    subnet: String,
}

impl Network {
    /// A network without faults; `None` where `MERHABA_NO_NETNS=1` says that none can be made here.
    ///
    /// # Panics
    /// Where none can be made and nobody has said so: a proof that did not run must not look like one that held.
    #[must_use]
    #[expect(clippy::print_stderr, reason = "what was not proven must be seen")]
    pub fn new() -> Option<Self> {
        if std::env::var("MERHABA_NO_NETNS").is_ok_and(|set| set == "1") {
            eprintln!("NOT PROVEN HERE (MERHABA_NO_NETNS=1): what a silent network does");
            return None;
        }
        // Its own name and addresses for each, also when two test runs share a machine.
        let number = (std::process::id() % 2_000) * 8 + NUMBER.fetch_add(1, Relaxed) % 8;
        let network = Self {
            name: format!("merhaba-{number}"),
            wire: format!("mhb{number}"),
            subnet: format!("10.{}.{}", 64 + number / 256, number % 256),
        };
        let (name, wire, subnet) = (&network.name, &network.wire, &network.subnet);
        ip(&format!("netns add {name}"));
        ip(&format!("link add {wire} type veth peer name wire netns {name}"));
        ip(&format!("addr add {subnet}.1/30 dev {wire}"));
        ip(&format!("link set {wire} up"));
        ip(&format!("-n {name} addr add {subnet}.2/30 dev wire"));
        ip(&format!("-n {name} link set wire up"));
        ip(&format!("-n {name} link set lo up"));
        network.nft("add table inet faults");
        network.nft("add chain inet faults in { type filter hook input priority 0; }");
        network.nft("add chain inet faults out { type filter hook output priority 0; }");
        Some(network)
    }

    /// The relay's address.
    #[must_use]
    pub fn host(&self) -> String {
        format!("{}.2", self.subnet)
    }

    /// What to start the relay with.
    #[must_use]
    pub fn inside(&self) -> Vec<String> {
        ["ip", "netns", "exec", &self.name].map(ToOwned::to_owned).to_vec()
    }

    /// Every packet of the relay's port is lost, both ways.
    pub fn hole(&self) {
        self.nft(&format!("add rule inet faults in tcp dport {PORT} drop"));
        self.nft(&format!("add rule inet faults out tcp sport {PORT} drop"));
    }

    /// So many packets of a hundred are lost, each way.
    pub fn lose(&self, percent: u32) {
        self.nft(&format!("add rule inet faults in tcp dport {PORT} numgen random mod 100 < {percent} drop"));
        self.nft(&format!(
            "add rule inet faults out tcp sport {PORT} numgen random mod 100 < {percent} drop"
        ));
    }

    /// Every packet to the relay is answered with a reset.
    pub fn reset(&self) {
        self.nft(&format!("add rule inet faults in tcp dport {PORT} reject with tcp reset"));
    }

    /// The wire carries only so much, each way; as `tc` writes it.
    pub fn narrow(&self, rate: &str) {
        let queue = format!("root tbf rate {rate} burst 4kb latency 400ms");
        run("tc", &format!("qdisc replace dev {} {queue}", self.wire));
        run("ip", &format!("netns exec {} tc qdisc replace dev wire {queue}", self.name));
    }

    /// Nothing is wrong any more.
    pub fn heal(&self) {
        self.nft("flush table inet faults");
        let (host, inside) = (
            format!("qdisc del dev {} root", self.wire),
            format!("netns exec {} tc qdisc del dev wire root", self.name),
        );
        // There may be none to take away.
        let _ = (output("tc", &host), output("ip", &inside));
    }

    fn nft(&self, rule: &str) {
        let rule = ["netns", "exec", &self.name, "nft", rule];
        check("nft", Command::new("ip").args(rule).output());
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        let _ = output("ip", &format!("netns del {}", self.name));
        let _ = output("ip", &format!("link del {}", self.wire));
    }
}

fn ip(arguments: &str) {
    run("ip", arguments);
}

fn run(program: &str, arguments: &str) {
    check(arguments, output(program, arguments));
}

fn output(program: &str, arguments: &str) -> std::io::Result<Output> {
    Command::new(program).args(arguments.split(' ')).output()
}

fn check(what: &str, output: std::io::Result<Output>) {
    let output = output.unwrap_or_else(|error| {
        panic!("this proof needs ip, nft and tc (Debian: iproute2, nftables): {what}: {error}")
    });
    assert!(
        output.status.success(),
        "a network of the relay's own could not be made ({what}): {}\nIt takes root. Where it cannot be had, set \
         MERHABA_NO_NETNS=1, and what it would prove stays unproven.",
        String::from_utf8_lossy(&output.stderr)
    );
}
