//! Whether a scan is permitted: by a release of the practice, and never into the telematics infrastructure or through a
//! connector. For whoever starts scans; what is sent to whom is decided by [`crate::policy`].

use crate::net::{Connections, MAIN_TABLE, Route, routes_to};
use ipnet::IpNet;
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::net::IpAddr;
use visite_facts::facts::DeviceClass;
use visite_target::{Practice, Release};

/// Networks of the telematics infrastructure and of the networks of the associations of physicians, as connectors route
/// them. They are nobody's practice.
const NETWORKS: &[&str] = &["100.102.0.0/15", "188.144.0.0/15"];

/// The release in force on `today` that covers all of `networks`.
pub fn covering<'p>(practice: &'p Practice, networks: &[IpNet], today: Date) -> Option<&'p Release> {
    let mut releases = practice.releases.iter().flatten();
    releases.find(|release| networks.iter().all(|network| release.covers(*network, today)))
}

/// Who allowed a release: the name of the person, or its id.
pub fn allowed_by(practice: &Practice, release: &Release) -> String {
    let person = practice.person(&release.allowed_by).and_then(|person| person.name.clone());
    person.unwrap_or_else(|| release.allowed_by.to_string())
}

/// The first of `targets` of which any part belongs to the telematics infrastructure or lies behind a connector.
pub fn telematics(targets: &[IpNet], connections: &Connections, practice: Option<&Practice>) -> Option<IpNet> {
    let devices = practice.into_iter().flat_map(|practice| practice.devices.iter().flatten());
    let connectors = devices.filter(|device| device.class == DeviceClass::Connector);
    let stated = connectors.flat_map(|device| device.addresses.iter().flatten().map(|address| address.0));
    // What the kernel does not tell, its tables do.
    let routes_to = |address| routes_to(address).unwrap_or_default();
    forbidden(targets, connections, stated.collect(), routes_to)
}

/// The first of `targets` of which any address belongs to the telematics infrastructure or is reached through one of
/// `connectors`, or through whoever routes the telematics infrastructure: that is a connector, too. `routes_to` tells
/// which way the kernel chooses.
fn forbidden(
    targets: &[IpNet],
    connections: &Connections,
    mut connectors: Vec<IpAddr>,
    routes_to: impl Fn(IpAddr) -> Vec<Route>,
) -> Option<IpNet> {
    let overlap = |one: &IpNet, two: &IpNet| one.contains(two) || two.contains(one);
    let foreign: Vec<IpNet> = NETWORKS.iter().filter_map(|network| network.parse().ok()).collect();
    let leads_there = |to: &IpNet| to.prefix_len() > 0 && foreign.iter().any(|network| overlap(network, to));
    connectors
        .extend(connections.routes.iter().filter(|route| leads_there(&route.to)).filter_map(|route| route.gateway));
    // A rule may send it through a table of its own, in which one router is for everything.
    let ruled = connections.ruled.iter().filter(|network| leads_there(network));
    connectors.extend(ruled.flat_map(|network| routes_to(network.network())).filter_map(|route| route.gateway));
    let by_connector = |route: &Route| route.gateway.is_some_and(|gateway| connectors.contains(&gateway));
    let through = |network: &IpNet| {
        if asked(network, connections).into_iter().any(|address| routes_to(address).iter().any(by_connector)) {
            return true;
        }
        if connections.attached().iter().any(|own| own.contains(network)) {
            return false;
        }
        let parts = connections.routes.iter().filter(|route| route.to != *network && network.contains(&route.to));
        // Which rule chooses another table may depend on more than the address; none of its routes is trusted.
        let other = connections.routes.iter().filter(|route| route.table != MAIN_TABLE && route.to.contains(network));
        let whole = connections.routes.iter().filter(|route| route.to == *network);
        parts.chain(other).chain(whole).chain(connections.route(network.network())).any(by_connector)
    };
    let is_foreign = |network: &IpNet| foreign.iter().any(|other| overlap(other, network));
    targets.iter().copied().find(|network| is_foreign(network) || through(network))
}

/// Addresses of a network for which the kernel is asked: its ends, and the ends of each part for which a route or a rule
/// stands.
fn asked(network: &IpNet, connections: &Connections) -> BTreeSet<IpAddr> {
    /// More routes than a practice has; beyond them the routes themselves tell.
    const MOST: usize = 1_000;
    let parts = connections.ruled.iter().chain(connections.routes.iter().map(|route| &route.to));
    let parts = parts.filter(|part| network.contains(*part)).take(MOST);
    let ends = |part: &IpNet| [part.network(), part.broadcast()];
    parts.chain([network]).flat_map(ends).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{Link, LocalAddress};

    fn net(text: &str) -> IpNet {
        text.parse().expect("a network")
    }

    fn route(to: &str, gateway: &str, table: u32) -> Route {
        Route { to: net(to), gateway: gateway.parse().ok(), link: 2, priority: 0, table }
    }

    /// A laptop in 192.168.10.0/24 with these routes (network, router).
    fn laptop(routes: &[(&str, &str)]) -> Connections {
        let route = |(to, gateway): &(&str, &str)| route(to, gateway, MAIN_TABLE);
        Connections {
            links: vec![Link { index: 2, name: "eth0".into(), mac: None, loopback: false, up: true }],
            addresses: vec![LocalAddress { link: 2, network: net("192.168.10.9/24") }],
            routes: [("192.168.10.0/24", "")].iter().chain(routes).map(route).collect(),
            ruled: Vec::new(),
        }
    }

    fn refused(targets: &[&str], routes: &[(&str, &str)], connectors: &[&str]) -> Option<String> {
        let targets: Vec<IpNet> = targets.iter().map(|target| net(target)).collect();
        let connectors = connectors.iter().map(|address| address.parse().expect("an address")).collect();
        forbidden(&targets, &laptop(routes), connectors, |_| Vec::new()).map(|network| network.to_string())
    }

    const PARALLEL: &[(&str, &str)] = &[("0.0.0.0/0", "192.168.10.1"), ("100.102.0.0/15", "192.168.10.70")];

    #[test]
    fn the_telematics_infrastructure_is_refused_whole_and_in_parts() {
        for target in ["100.102.0.0/24", "100.103.255.255/32", "188.145.0.0/16", "100.100.0.0/14"] {
            assert_eq!(refused(&["192.168.10.0/24", target], &[], &[]).as_deref(), Some(target));
        }
        assert_eq!(refused(&["192.168.10.0/24", "100.104.0.0/16"], PARALLEL, &[]), None);
    }

    #[test]
    fn nothing_behind_a_connector_is_a_target() {
        // Whoever routes the telematics infrastructure is the connector, and routes other networks, too.
        let more = [PARALLEL, &[("10.30.0.0/16", "192.168.10.70")]].concat();
        assert_eq!(refused(&["10.30.5.0/24"], &more, &[]).as_deref(), Some("10.30.5.0/24"));
        assert_eq!(refused(&["10.31.5.0/24", "192.168.10.0/24"], &more, &[]), None);
        // A part in the middle is enough.
        assert_eq!(refused(&["10.0.0.0/8"], &more, &[]).as_deref(), Some("10.0.0.0/8"));
    }

    #[test]
    fn rules_and_other_tables_hide_no_connector() {
        let mut connections = laptop(PARALLEL);
        connections.routes.push(route("0.0.0.0/0", "192.168.10.70", 100));
        let forbidden = |target: &str, connections: &Connections, kernel: &dyn Fn(IpAddr) -> Vec<Route>| {
            forbidden(&[net(target)], connections, Vec::new(), kernel).map(|network| network.to_string())
        };
        // Whatever chooses that table, it leads to the connector; not so in the own network.
        assert_eq!(forbidden("10.30.5.0/24", &connections, &|_| Vec::new()).as_deref(), Some("10.30.5.0/24"));
        assert_eq!(forbidden("192.168.10.0/24", &connections, &|_| Vec::new()), None);
        // A rule takes a part of the own network away.
        connections.ruled = vec![net("192.168.10.128/25")];
        let kernel = |address: IpAddr| {
            let ruled = net("192.168.10.128/25").contains(&address);
            vec![if ruled {
                route("0.0.0.0/0", "192.168.10.70", 100)
            } else {
                route("192.168.10.0/24", "", MAIN_TABLE)
            }]
        };
        assert_eq!(forbidden("192.168.10.0/24", &connections, &kernel).as_deref(), Some("192.168.10.0/24"));
        assert_eq!(forbidden("192.168.10.0/25", &connections, &kernel), None);
        // The connector is known only by the rule for the telematics infrastructure.
        let mut connections = laptop(&[("0.0.0.0/0", "192.168.10.1"), ("10.30.0.0/16", "192.168.10.70")]);
        connections.ruled = vec![net("100.102.0.0/15")];
        let kernel = |address: IpAddr| {
            let ruled = net("100.102.0.0/15").contains(&address);
            vec![route("0.0.0.0/0", if ruled { "192.168.10.70" } else { "192.168.10.1" }, 100)]
        };
        assert_eq!(forbidden("10.30.5.0/24", &connections, &kernel).as_deref(), Some("10.30.5.0/24"));
        assert_eq!(forbidden("10.31.5.0/24", &connections, &kernel), None);
    }

    #[test]
    fn in_series_only_the_own_network_is_left() {
        let series = &[("0.0.0.0/0", "192.168.10.70")];
        assert_eq!(refused(&["192.168.10.0/24"], series, &["192.168.10.70"]), None);
        assert_eq!(refused(&["192.168.20.0/24"], series, &["192.168.10.70"]).as_deref(), Some("192.168.20.0/24"));
    }
}
