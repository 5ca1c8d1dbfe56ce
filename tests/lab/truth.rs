//! Every planted flaw is found, from each zone, over IPv4 and IPv6, and nothing is reported that is not there.

use super::Lab;

/// The usual ports, and those of the laboratory that no set contains.
const PORTS: &str = "practice,2576,4001,4443,4711,8081,8444-8446,10001,10443,62078";
const ZONES: [&str; 9] =
    ["server", "office", "treatment", "medical", "ti", "telephony", "guest", "management", "internet"];

/// Scans from each of `zones` after hours, with consent to logins, and says what differs from the truth.
fn differences(lab: &Lab, zones: &[&str], targets: &[&str]) -> String {
    let mut told = String::new();
    for zone in zones {
        // Outside there is one network, and a practice that should not be seen.
        let targets = if *zone == "internet" { &[] } else { targets };
        let arguments = [&["--profile", "fast", "--allow-logins", "--ports", PORTS], targets].concat();
        let (path, _) = lab.scan(zone, &arguments);
        let lines = lab.differences(&path, zone, &["--logins"]);
        if !lines.is_empty() {
            told += &format!("from {zone}:\n{lines}\n");
        }
    }
    told
}

#[test]
fn root_the_flat_network_shows_everything_to_everybody() {
    let lab = Lab::up("flat");
    assert_eq!(differences(&lab, &ZONES, &[]), "");
}

#[test]
fn root_a_segmented_network_shows_each_zone_what_it_may_reach() {
    let lab = Lab::up("segmented");
    assert_eq!(differences(&lab, &ZONES, &TARGETS), "");
}

#[test]
fn root_a_leaky_router_is_seen_from_where_it_leaks() {
    let lab = Lab::up("leaky");
    assert_eq!(differences(&lab, &ZONES, &TARGETS), "");
}

/// All networks of the practice. Nobody counts through those of IPv6: devices are found there that the practice names.
const TARGETS: [&str; 9] = [
    "10.77.10.0/24",
    "10.77.20.0/24",
    "10.77.30.0/24",
    "10.77.40.0/24",
    "10.77.50.0/24",
    "10.77.60.0/24",
    "10.77.70.0/24",
    "10.77.80.0/24",
    "fd77::/48",
];
