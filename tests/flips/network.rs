//! Packet filters loaded by the real `nft`, and real listeners, in a network of their own.

use crate::inside::System;
use crate::program::{Verdicts, changes};
use insta::assert_snapshot;
use std::cell::RefCell;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener};
use std::time::Duration;

const BLOCK: &str = "table inet filter {\nchain input {\ntype filter hook input priority 0; policy drop;\n\
                     ct state established,related accept\niif lo accept\n}\n}\n";

/// Tells from look to look what has changed.
struct Watch {
    system: System,
    last: RefCell<Verdicts>,
}

impl Watch {
    fn new() -> Self {
        let system = System::new();
        let last = RefCell::new(system.verdicts());
        Self { system, last }
    }

    fn changed(&self) -> String {
        let now = self.system.verdicts();
        changes(&self.last.replace(now.clone()), &now)
    }

    fn listen(&self, address: impl Into<IpAddr> + Send, port: u16) -> TcpListener {
        let address = address.into();
        // A program that another test is just starting holds the sockets of this one until it runs.
        let bind = || {
            let tries = (0..100).find_map(|_| {
                let bound = TcpListener::bind((address, port));
                bound.inspect_err(|_| std::thread::sleep(Duration::from_millis(20))).ok()
            });
            tries.expect("the port is free")
        };
        self.system.network.inside(bind)
    }

    fn nft(&self, rules: &str) {
        self.system.network.nft(rules);
    }
}

#[test]
fn root_a_firewall_that_blocks() {
    let watch = Watch::new();
    assert_snapshot!(watch.changed(), @"");
    watch.nft(BLOCK);
    assert_snapshot!(watch.changed(), @"
    firewall-accepts-incoming: not_applicable -> pass
    firewall-ipv6-open: not_applicable -> pass
    firewall-missing: fail -> pass
    ");
    watch.nft(&BLOCK.replace("policy drop", "policy accept"));
    assert_snapshot!(watch.changed(), @"
    firewall-accepts-incoming: pass -> not_applicable
    firewall-ipv6-open: pass -> not_applicable
    firewall-missing: pass -> fail
    ");
    watch.nft(&BLOCK.replace("table inet", "table ip"));
    assert_snapshot!(watch.changed(), @"
    firewall-accepts-incoming: not_applicable -> pass
    firewall-ipv6-open: not_applicable -> fail
    firewall-missing: fail -> pass
    ");
    watch.nft("");
    assert_snapshot!(watch.changed(), @"
    firewall-accepts-incoming: pass -> not_applicable
    firewall-ipv6-open: fail -> not_applicable
    firewall-missing: pass -> fail
    ");
}

#[test]
fn root_telnet_counts_only_where_others_reach_it() {
    let watch = Watch::new();
    let telnet = watch.listen(Ipv4Addr::LOCALHOST, 23);
    assert_snapshot!(watch.changed(), @"");
    drop(telnet);
    let telnet = watch.listen(Ipv4Addr::UNSPECIFIED, 23);
    assert_snapshot!(watch.changed(), @"service-telnet-reachable: pass -> fail");
    watch.nft(BLOCK);
    assert_snapshot!(watch.changed(), @"
    firewall-accepts-incoming: not_applicable -> pass
    firewall-ipv6-open: not_applicable -> pass
    firewall-missing: fail -> pass
    service-telnet-reachable: fail -> pass
    ");
    watch.nft(&BLOCK.replace("iif lo accept", "iif lo accept\ntcp dport 23 accept"));
    assert_snapshot!(watch.changed(), @"service-telnet-reachable: pass -> fail");
    watch.nft(&BLOCK.replace("iif lo accept", "iif lo accept\ntcp dport 22 accept"));
    assert_snapshot!(watch.changed(), @"service-telnet-reachable: fail -> pass");
    watch.nft("");
    drop(telnet);
    assert_snapshot!(watch.changed(), @"
    firewall-accepts-incoming: pass -> not_applicable
    firewall-ipv6-open: pass -> not_applicable
    firewall-missing: pass -> fail
    ");
}

#[test]
fn root_services_that_nobody_else_should_reach() {
    let watch = Watch::new();
    for (port, expected) in [
        (21, "service-ftp-reachable"),
        (512, "service-remote-shell-reachable"),
        (5432, "service-database-reachable"),
        (5900, "service-screen-sharing-reachable"),
    ] {
        let service = watch.listen(Ipv4Addr::UNSPECIFIED, port);
        assert_eq!(watch.changed(), format!("{expected}: pass -> fail\n"));
        drop(service);
        assert_eq!(watch.changed(), format!("{expected}: fail -> pass\n"));
    }
}

#[test]
fn root_a_service_on_a_public_address() {
    let watch = Watch::new();
    let service = watch.listen(Ipv6Addr::new(0x2003, 0xe8, 0, 0, 0, 0, 0, 5), 8080);
    assert_snapshot!(watch.changed(), @"service-world-reachable: pass -> fail");
    drop(service);
    assert_snapshot!(watch.changed(), @"service-world-reachable: fail -> pass");
}
