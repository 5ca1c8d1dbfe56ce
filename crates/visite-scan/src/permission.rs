//! Whether a scan is permitted: by a release of the practice, and never into the telematics infrastructure or through a
//! connector. For whoever starts scans; what is sent to whom is decided by [`crate::policy`].

use crate::net::Connections;
use ipnet::IpNet;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::net::IpAddr;
use visite_facts::facts::DeviceClass;
use visite_facts::scan::Profile;
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

/// Whether a scan may begin at this time: the fast profile not while patients are treated.
pub fn may_begin(profile: Profile, begin: Timestamp, practice: Option<&Practice>, zone: &TimeZone) -> bool {
    let hours = practice.and_then(|practice| practice.opening_hours.as_ref());
    profile == Profile::Practice || !hours.is_some_and(|hours| hours.is_open(zone.to_datetime(begin)))
}

/// The first of `targets` of which any part belongs to the telematics infrastructure or lies behind a connector.
pub fn telematics(targets: &[IpNet], connections: &Connections, practice: Option<&Practice>) -> Option<IpNet> {
    let devices = practice.into_iter().flat_map(|practice| practice.devices.iter().flatten());
    let connectors = devices.filter(|device| device.class == DeviceClass::Connector);
    let stated = connectors.flat_map(|device| device.addresses.iter().flatten().map(|address| address.0));
    forbidden(targets, connections, stated.collect())
}

/// The first of `targets` of which any address belongs to the telematics infrastructure or is reached through one of
/// `connectors`, or through whoever routes the telematics infrastructure: that is a connector, too.
fn forbidden(targets: &[IpNet], connections: &Connections, mut connectors: Vec<IpAddr>) -> Option<IpNet> {
    let foreign: Vec<IpNet> = NETWORKS.iter().filter_map(|network| network.parse().ok()).collect();
    let leads_there =
        |to: &IpNet| to.prefix_len() > 0 && foreign.iter().any(|network| network.contains(to) || to.contains(network));
    connectors
        .extend(connections.routes.iter().filter(|route| leads_there(&route.to)).filter_map(|route| route.gateway));
    let through = |network: &IpNet| {
        if connections.attached().iter().any(|own| own.contains(network)) {
            return false;
        }
        let by_connector = |gateway: Option<IpAddr>| gateway.is_some_and(|gateway| connectors.contains(&gateway));
        let inside = connections.routes.iter().filter(|route| route.to != *network && network.contains(&route.to));
        let whole = connections.route(network.network());
        inside.chain(whole).any(|route| by_connector(route.gateway))
    };
    let is_foreign = |network: &IpNet| foreign.iter().any(|other| other.contains(network) || network.contains(other));
    targets.iter().copied().find(|network| is_foreign(network) || through(network))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{Link, LocalAddress, Route};

    fn net(text: &str) -> IpNet {
        text.parse().expect("a network")
    }

    /// A laptop in 192.168.10.0/24 with these routes (network, router).
    fn laptop(routes: &[(&str, &str)]) -> Connections {
        let route =
            |(to, gateway): &(&str, &str)| Route { to: net(to), gateway: gateway.parse().ok(), link: 2, priority: 0 };
        Connections {
            links: vec![Link { index: 2, name: "eth0".into(), mac: None, loopback: false, up: true }],
            addresses: vec![LocalAddress { link: 2, network: net("192.168.10.9/24") }],
            routes: [("192.168.10.0/24", "")].iter().chain(routes).map(route).collect(),
        }
    }

    fn refused(targets: &[&str], routes: &[(&str, &str)], connectors: &[&str]) -> Option<String> {
        let targets: Vec<IpNet> = targets.iter().map(|target| net(target)).collect();
        let connectors = connectors.iter().map(|address| address.parse().expect("an address")).collect();
        forbidden(&targets, &laptop(routes), connectors).map(|network| network.to_string())
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
    fn in_series_only_the_own_network_is_left() {
        let series = &[("0.0.0.0/0", "192.168.10.70")];
        assert_eq!(refused(&["192.168.10.0/24"], series, &["192.168.10.70"]), None);
        assert_eq!(refused(&["192.168.20.0/24"], series, &["192.168.10.70"]).as_deref(), Some("192.168.20.0/24"));
    }
}
