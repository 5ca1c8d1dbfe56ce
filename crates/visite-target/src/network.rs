//! Zones and conduits, in the words of IEC 62443-3-2: parts of the network with the same need of protection, and the
//! only ways that are allowed between them.
//!
//! For the planner and the verifier of segmentation and for everyone who asks where a device belongs. Deliberately
//! absent: firewall rules, which are compiled from this, and what the network really lets through.

use crate::device::DataClass;
use crate::formats::{Complaint, DateText, FreeText, text_form};
use crate::ids::{ConduitId, PersonId, ZoneId};
use crate::wording::printable;
use core::net::IpAddr;
use ipnet::IpNet;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use visite_facts::facts::{Transport, ZoneKind};
use visite_facts::{Text, words};

/// Id of the zone that every practice has: everything outside.
pub const INTERNET: &str = "internet";

/// A part of the network whose devices need the same protection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "zone")]
pub struct Zone {
    /// Id, e.g. `verwaltung`. `internet` is taken: it stands for everything outside.
    pub id: ZoneId,
    /// Name for people.
    #[schemars(with = "FreeText")]
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<ZoneKind>,
    /// Networks that belong to it, e.g. `192.168.10.0/24`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub networks: Option<Vec<Network>>,
    /// Number of its VLAN (IEEE 802.1Q).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 4094))]
    pub vlan: Option<u16>,
    /// The most sensitive data in it; counts for each device in it that says nothing itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_class: Option<DataClass>,
    /// Target security level (SL-T of IEC 62443-3-2), 1 to 4.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 4))]
    pub security_level: Option<u8>,
}

words! {
    /// Who may open a connection through a conduit. Answers always find their way back.
    pub enum Direction {
        /// Only from `from` to `to`.
        OneWay = "one_way",
        /// From either side.
        Both = "both",
    }
}

/// An allowed way from one zone to another. What no conduit allows is forbidden.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "conduit")]
pub struct Conduit {
    /// Id, e.g. `behandlung-zum-pvs`.
    pub id: ConduitId,
    /// The zone in which connections begin.
    pub from: ZoneId,
    /// The zone in which they end.
    pub to: ZoneId,
    /// What may be used, e.g. `tcp/443`.
    #[schemars(length(min = 1))]
    pub services: Vec<Service>,
    /// Who may open connections; `one_way` if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// What it is needed for.
    #[schemars(with = "FreeText")]
    pub reason: String,
    /// Who answers for it: id of a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<PersonId>,
    /// Last day on which it is allowed; for ever if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<DateText>")]
    pub until: Option<Date>,
}

impl Conduit {
    /// Whether connections may be opened from the zone `from` to the zone `to`, as far as the zones decide.
    pub fn leads(&self, from: &str, to: &str) -> bool {
        let along = |one: &ZoneId, other: &ZoneId| one.as_str() == from && other.as_str() == to;
        along(&self.from, &self.to) || self.direction == Some(Direction::Both) && along(&self.to, &self.from)
    }

    /// Whether it is allowed on `date`: until the end of its last day.
    pub fn counts_on(&self, date: Date) -> bool {
        self.until.is_none_or(|until| date <= until)
    }
}

/// An IP network, e.g. `192.168.10.0/24`; a single address is a network of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network(pub IpNet);

text_form!(Network, "Network", "network", "IP network, e.g. `192.168.10.0/24`, or a single address.");

impl FromStr for Network {
    type Err = Complaint;

    fn from_str(text: &str) -> Result<Self, Complaint> {
        let shown = printable(text);
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self(IpNet::from(address)));
        }
        let network: IpNet = text.parse().map_err(|_| {
            Complaint::new(
                Text::new(format!("`{shown}` ist kein IP-Netz"), format!("`{shown}` is not an IP network")),
                Text::new(
                    "Schreiben Sie Adresse/Länge, zum Beispiel `192.168.10.0/24`.",
                    "write address/length, e.g. `192.168.10.0/24`",
                ),
            )
        })?;
        if network.addr() != network.network() {
            let whole = network.trunc();
            return Err(Complaint::new(
                Text::new(
                    format!("`{shown}` ist eine Adresse in einem Netz, nicht das Netz"),
                    format!("`{shown}` is an address inside a network"),
                ),
                Text::new(
                    format!("Schreiben Sie `{whole}`, wenn Sie das Netz meinen."),
                    format!("write `{whole}` for the network"),
                ),
            ));
        }
        Ok(Self(network))
    }
}

/// A single IP address, e.g. `192.168.10.5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address(pub IpAddr);

text_form!(Address, "Address", "address", "A single IP address, e.g. `192.168.10.5` or `fd00::5`.");

impl FromStr for Address {
    type Err = Complaint;

    fn from_str(text: &str) -> Result<Self, Complaint> {
        text.parse().map(Self).map_err(|_| {
            let shown = printable(text);
            Complaint::new(
                Text::new(
                    format!("`{shown}` ist keine einzelne IP-Adresse"),
                    format!("`{shown}` is not a single IP address"),
                ),
                Text::new(
                    "Schreiben Sie die Adresse ohne Länge und ohne Schnittstelle, zum Beispiel `192.168.10.5`.",
                    "write the address without length and interface, e.g. `192.168.10.5`",
                ),
            )
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

words! {
    /// Protocol of a service.
    pub enum ServiceProtocol {
        /// TCP.
        Tcp = "tcp",
        /// UDP.
        Udp = "udp",
        /// ICMP and ICMPv6, e.g. ping.
        Icmp = "icmp",
        /// Everything.
        Any = "any",
    }
}

/// What may be used through a conduit: `tcp/443`, `udp/5000-5100`, `icmp`, `any`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Service {
    /// Protocol.
    pub protocol: ServiceProtocol,
    /// First and last port; all of them if absent.
    pub ports: Option<(u16, u16)>,
}

text_form!(Service, "Service", "service", "`tcp/443`, `udp/5000-5100`, `tcp`, `icmp` or `any`.");

impl FromStr for Service {
    type Err = Complaint;

    fn from_str(text: &str) -> Result<Self, Complaint> {
        parse_service(text).ok_or_else(|| {
            let shown = printable(text);
            Complaint::new(
                Text::new(format!("`{shown}` ist kein Dienst"), format!("`{shown}` is not a service")),
                Text::new(
                    "Schreiben Sie zum Beispiel `tcp/443`, `udp/5000-5100`, `icmp` oder `any`.",
                    "write e.g. `tcp/443`, `udp/5000-5100`, `icmp` or `any`",
                ),
            )
        })
    }
}

impl Service {
    /// Whether it covers a port of a transport; `None` if that depends on what is not known.
    pub fn covers(&self, transport: Option<Transport>, port: Option<i64>) -> Option<bool> {
        let fits_transport = match (self.protocol, transport) {
            (ServiceProtocol::Any, _) => return Some(true),
            (ServiceProtocol::Icmp, _) => return Some(false),
            (_, None | Some(Transport::Any)) => None,
            (ServiceProtocol::Tcp, Some(transport)) => Some(transport == Transport::Tcp),
            (ServiceProtocol::Udp, Some(transport)) => Some(transport == Transport::Udp),
        };
        let fits_port = match (self.ports, port) {
            (None, _) => Some(true),
            (Some(_), None) => None,
            (Some((first, last)), Some(port)) => Some((i64::from(first)..=i64::from(last)).contains(&port)),
        };
        match (fits_transport, fits_port) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        }
    }
}

fn parse_service(text: &str) -> Option<Service> {
    use ServiceProtocol::{Any, Icmp, Tcp, Udp};
    let (protocol, ports) = match text.split_once('/') {
        Some((protocol, ports)) => (protocol, Some(parse_ports(ports)?)),
        None => (text, None),
    };
    let protocol = <ServiceProtocol as visite_facts::Word>::from_word(protocol)?;
    match protocol {
        Tcp | Udp => Some(Service { protocol, ports }),
        Icmp | Any => ports.is_none().then_some(Service { protocol, ports }),
    }
}

fn parse_ports(text: &str) -> Option<(u16, u16)> {
    let port = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| text.parse::<u16>().ok())
            .flatten()
            .filter(|port| *port > 0)
    };
    let (first, last) = match text.split_once('-') {
        Some((first, last)) => (port(first)?, port(last)?),
        None => (port(text)?, port(text)?),
    };
    (first <= last).then_some((first, last))
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ports {
            None => self.protocol.fmt(f),
            Some((first, last)) if first == last => write!(f, "{}/{first}", self.protocol),
            Some((first, last)) => write!(f, "{}/{first}-{last}", self.protocol),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_have_no_host_bits() {
        let network = |text: &str| Network::from_str(text).map(|network| network.to_string());
        assert_eq!(network("192.168.10.0/24").expect("a network"), "192.168.10.0/24");
        assert_eq!(network("192.168.10.7").expect("an address"), "192.168.10.7/32");
        assert_eq!(network("fd00::/8").expect("a network"), "fd00::/8");
        assert_eq!(network("fe80::1").expect("an address"), "fe80::1/128");
        let complaint = network("192.168.10.7/24").expect_err("host bits");
        assert_eq!(complaint.hint.map(|hint| hint.en).as_deref(), Some("write `192.168.10.0/24` for the network"));
        for wrong in ["", "192.168.10.0/33", "192.168.10/24", "10.0.0.0/255.0.0.0", "praxis", "fe80::1%eth0"] {
            assert!(network(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_address_is_one_address() {
        let address = |text: &str| Address::from_str(text).map(|address| address.to_string());
        assert_eq!(address("192.168.10.7").expect("an address"), "192.168.10.7");
        assert_eq!(address("FD00:0::7").expect("an address"), "fd00::7");
        for wrong in ["", "192.168.10.7/32", "192.168.10.0/24", "192.168.010.7", "192.168.10", "praxis", "fe80::1%eth0"]
        {
            let complaint = address(wrong).expect_err(wrong);
            assert!(complaint.message.de.contains("keine einzelne IP-Adresse"), "{wrong}");
            assert!(complaint.hint.is_some_and(|hint| hint.de.contains("192.168.10.5")), "{wrong}");
        }
    }

    #[test]
    fn services_cover_ports_and_say_when_they_cannot_tell() {
        use Transport::{Any, Tcp, Udp};
        let covers = |text: &str, transport, port| Service::from_str(text).expect("a service").covers(transport, port);
        assert_eq!(covers("tcp/443", Some(Tcp), Some(443)), Some(true));
        assert_eq!(covers("tcp/443", Some(Udp), Some(443)), Some(false));
        assert_eq!(covers("udp/5000-5100", Some(Udp), Some(5100)), Some(true));
        assert_eq!(covers("udp/5000-5100", Some(Udp), Some(5101)), Some(false));
        assert_eq!(covers("tcp", Some(Tcp), None), Some(true));
        assert_eq!(covers("any", None, None), Some(true));
        assert_eq!(covers("icmp", Some(Any), Some(8)), Some(false));
        // What is not known decides only where the rest does not.
        assert_eq!(covers("tcp/443", None, Some(443)), None);
        assert_eq!(covers("tcp/443", None, Some(80)), Some(false));
        assert_eq!(covers("tcp/443", Some(Any), Some(443)), None);
        assert_eq!(covers("tcp/443", Some(Tcp), None), None);
        assert_eq!(covers("tcp/443", Some(Udp), None), Some(false));
    }

    #[test]
    fn conduits_lead_one_way_unless_they_say_both_and_end_with_their_last_day() {
        let conduit = |more: &str| -> Conduit {
            let text = format!("id: c\nfrom: a\nto: b\nservices: [any]\nreason: r\n{more}");
            crate::yaml::from_yaml_all(&text, "c.yaml").expect("a conduit")
        };
        let one_way = conduit("");
        assert!(one_way.leads("a", "b") && !one_way.leads("b", "a") && !one_way.leads("a", "a"));
        assert!(conduit("direction: both\n").leads("b", "a"));
        let day = |text: &str| text.parse().expect("a day");
        let ends = conduit("until: 2026-12-31\n");
        assert!(one_way.counts_on(day("2099-01-01")));
        assert!(ends.counts_on(day("2026-12-31")) && !ends.counts_on(day("2027-01-01")));
    }

    #[test]
    fn services_read_as_they_are_written() {
        for right in ["tcp/443", "udp/5000-5100", "tcp", "icmp", "any"] {
            assert_eq!(Service::from_str(right).expect("a service").to_string(), right);
        }
        for wrong in
            ["", "tcp/", "tcp/0", "tcp/65536", "udp/9-1", "icmp/8", "any/1", "https", "TCP/1", "tcp/+1", "tcp/1-"]
        {
            assert!(Service::from_str(wrong).is_err(), "{wrong}");
        }
    }
}
