//! Which way packets take, as the kernel says it.

use crate::network::Computer;
use ipnet::IpNet;
use std::net::IpAddr;
use visite_scan::net::{Connections, MAIN_TABLE, Route, routes_to};

/// A laptop beside two routers, with these routes and rules.
fn laptop(lines: &[&str]) -> [Computer; 2] {
    let [laptop, routers] = [(); 2].map(|()| Computer::new());
    let (here, there) = (["10.9.1.2/24", "fd09:1::2/64"], ["10.9.1.1/24", "10.9.1.70/24", "fd09:1::1/64"]);
    laptop.cable("eth0", &here, &routers, "eth0", &there);
    for line in lines {
        laptop.run(line);
    }
    [laptop, routers]
}

fn gateways(routes: impl IntoIterator<Item = Route>) -> Vec<String> {
    let mut gateways: Vec<String> = routes.into_iter().filter_map(|route| Some(route.gateway?.to_string())).collect();
    gateways.sort();
    gateways
}

#[test]
fn root_each_of_several_ways_is_known() {
    let [laptop, _routers] = laptop(&[
        "ip route add 10.30.0.0/16 nexthop via 10.9.1.1 nexthop via 10.9.1.70",
        "ip route add fd30::/32 nexthop via fd09:1::1 nexthop via fd09:1::70",
        "ip route add 10.31.0.0/16 via inet6 fd09:1::70 dev eth0",
    ]);
    laptop.inside(|| {
        let routes = Connections::read().unwrap().routes;
        for (network, address, both) in [
            ("10.30.0.0/16", "10.30.5.1", vec!["10.9.1.1", "10.9.1.70"]),
            ("fd30::/32", "fd30::5:1", vec!["fd09:1::1", "fd09:1::70"]),
            ("10.31.0.0/16", "10.31.5.1", vec!["fd09:1::70"]),
        ] {
            let network: IpNet = network.parse().unwrap();
            assert_eq!(gateways(routes.iter().filter(|route| route.to == network).copied()), both);
            assert_eq!(gateways(routes_to(address.parse().unwrap()).unwrap()), both);
        }
        let beside: IpAddr = "10.9.1.70".parse().unwrap();
        assert_eq!(gateways(routes_to(beside).unwrap()), Vec::<String>::new());
        assert!(routes_to("203.0.113.1".parse().unwrap()).unwrap().is_empty(), "there is no way");
    });
}

#[test]
fn root_rules_choose_among_tables() {
    let [laptop, _routers] = laptop(&[
        "ip route add default via 10.9.1.1",
        "ip route add default via 10.9.1.70 table 100",
        "ip rule add to 10.40.0.0/16 lookup 100",
        "ip -6 route add default via fd09:1::1",
        "ip -6 route add default via fd09:1::70 table 1000",
        "ip -6 rule add to fd40::/32 lookup 1000",
    ]);
    laptop.inside(|| {
        let connections = Connections::read().unwrap();
        let ruled: Vec<String> = connections.ruled.iter().map(ToString::to_string).collect();
        assert_eq!(ruled, ["10.40.0.0/16", "fd40::/32"]);
        for (address, gateway, table) in [
            ("10.40.5.1", "10.9.1.70", 100),
            ("10.41.5.1", "10.9.1.1", MAIN_TABLE),
            ("fd40::1", "fd09:1::70", 1000),
            ("fd41::1", "fd09:1::1", MAIN_TABLE),
        ] {
            let routes = routes_to(address.parse().unwrap()).unwrap();
            assert_eq!(gateways(routes.iter().copied()), [gateway], "{address}");
            assert!(routes.iter().all(|route| route.table == table), "{routes:?}");
        }
        let main = connections.route("10.40.5.1".parse().unwrap()).unwrap();
        assert_eq!(main.gateway.unwrap().to_string(), "10.9.1.1");
    });
}
