//! Who says that a port is closed: the device, or a router in front of it.

use crate::network::{Computer, runtime};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use visite_facts::scan::Profile;
use visite_scan::pace::Pacer;
use visite_scan::policy::Policy;
use visite_scan::sweep::{Asking, Ports, sweep};

fn asking(raw: bool) -> Asking {
    Asking {
        pacer: Arc::new(Pacer::new(2_000)),
        stop: Arc::default(),
        policy: Policy { profile: Profile::Fast, logins: false, ports_only: false },
        raw,
        patience: Duration::from_millis(500),
        tries: 1,
        up_to: None,
        connections: 64,
    }
}

/// A laptop, and a router that rejects what is to go further.
fn network() -> [Computer; 3] {
    let [laptop, router, behind] = [(); 3].map(|()| Computer::new());
    let (here, there) = (["10.9.1.2/24", "fd09:1::2/64"], ["10.9.1.1/24", "fd09:1::1/64"]);
    laptop.cable("eth0", &here, &router, "eth0", &there);
    router.cable("far", &["10.9.2.1/24", "fd09:2::1/64"], &behind, "eth0", &[]);
    for line in [
        "sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1",
        "sysctl -q -w net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0",
    ] {
        router.run(line);
    }
    router
        .nft("table inet t { chain f { type filter hook forward priority 0; reject with icmpx port-unreachable; }; }");
    laptop.run("ip route add 10.9.2.0/24 via 10.9.1.1");
    laptop.run("ip route add fd09:2::/64 via fd09:1::1");
    [laptop, router, behind]
}

#[test]
fn root_a_router_that_rejects_closes_no_port() {
    let [laptop, _router, _behind] = network();
    let ports = [22, 80];
    for (router, behind) in [("10.9.1.1", "10.9.2.5"), ("fd09:1::1", "fd09:2::5")] {
        let (router, behind): (IpAddr, IpAddr) = (router.parse().unwrap(), behind.parse().unwrap());
        for raw in [false, true] {
            let found = laptop.inside(|| runtime().block_on(sweep(&[router, behind], &ports, &asking(raw))));
            let refused = Ports { closed: ports.to_vec(), ..Ports::default() };
            let silent = Ports { unanswered: ports.to_vec(), ..Ports::default() };
            assert_eq!(found, BTreeMap::from([(router, refused), (behind, silent)]), "raw: {raw}");
        }
    }
}
