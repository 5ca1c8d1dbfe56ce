//! What a scan saw, as facts. An answer that did not come is unknown, and a collection that may lack something says so.

use crate::discover::Found;
use crate::examine::Book;
use crate::policy::Policy;
use crate::scan::{DeviceSeen, Scan, ServiceSeen};
use crate::targets::Targets;
use ipnet::IpNet;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use visite_facts::facts::{
    DeviceClass, DeviceNetwork, DeviceService, DeviceTls, DeviceUdpService, DeviceWay, DeviceWeb, NetworkService,
    Transport, ZoneSurvey,
};
use visite_facts::identity::derived_id;
use visite_facts::scan::{NotExamined, PortState, ScannedHost, ScannedService, ScannedTls};
use visite_facts::{
    Collection, Completeness, Identifier, Known, Observed, Problem, Snapshot, Subject, SubjectKind, Unknown,
    UnknownReason, Word,
};
use visite_wire::Detail;

/// The collector's name.
pub const COLLECTOR: &str = "scan";

/// Facts of every device.
pub fn snapshots(scan: &Scan, policy: Policy, book: &Book, at: Timestamp) -> Vec<Snapshot> {
    scan.devices.iter().map(|device| of_device(device, scan, policy, book, at)).collect()
}

/// Devices as the scan file lists them.
pub fn hosts(scan: &Scan) -> Vec<ScannedHost> {
    scan.devices.iter().map(host).collect()
}

fn subject(device: &DeviceSeen) -> (Subject, Vec<Identifier>) {
    let identifiers = device.identifiers.clone();
    let id = derived_id(SubjectKind::Device, &identifiers, &device.address.to_string());
    let name = device.called.clone().or_else(|| names(device).into_iter().next());
    let name = name.unwrap_or_else(|| device.address.to_string());
    (Subject { id, kind: SubjectKind::Device, name }, identifiers)
}

/// A hardware address as text, `aa:bb:cc:dd:ee:ff`.
pub fn written(mac: [u8; 6]) -> String {
    mac.map(|byte| format!("{byte:02x}")).join(":")
}

fn names(device: &DeviceSeen) -> Vec<String> {
    device.names().into_iter().collect()
}

/// The system that its answers name, if they agree: the longest, when all others are the beginning of it.
fn system(device: &DeviceSeen) -> Option<String> {
    let seen = device.services.iter().filter_map(|service| service.examined.seen.as_ref());
    let systems: BTreeSet<&str> = seen.filter_map(|seen| seen.system.as_deref()).collect();
    let longest = systems.iter().max_by_key(|system| system.len())?;
    systems.iter().all(|system| longest.starts_with(system)).then(|| (*longest).to_owned())
}

fn endpoint(service: &ServiceSeen) -> String {
    format!("{} {}", service.transport.word(), SocketAddr::new(service.address, service.port))
}

/// The network in which this computer stood when it spoke with `address`.
fn seen_from(scan: &Scan, address: IpAddr) -> Option<IpNet> {
    if let Some((own, _)) = scan.connections.beside(address) {
        return Some(own.network.trunc());
    }
    let route = scan.connections.route(address)?;
    let own = scan.connections.addresses.iter().filter(|own| own.link == route.link);
    let same_family = own.filter(|own| own.network.addr().is_ipv4() == address.is_ipv4());
    same_family
        .filter(|own| route.gateway.is_none_or(|gateway| own.network.contains(&gateway)))
        .map(|own| own.network.trunc())
        .next()
}

fn known<T>(value: Option<T>) -> Observed<T> {
    value.map_or(Unknown(UnknownReason::NotCollected), Known)
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Whether something may be missing in what the ports of a transport said, and why.
fn completeness(device: &DeviceSeen, policy: Policy, book: &Book, transport: Transport) -> Completeness {
    if !device.finished {
        return Completeness::Incomplete(UnknownReason::Incomplete);
    }
    // A service on a port that nobody asked is not absent.
    let usual = if transport == Transport::Tcp { &book.tcp } else { &book.udp };
    let mut usual = usual.keys().filter(|port| policy.may_knock(**port));
    let asked: Vec<Vec<u16>> = device.addresses.iter().map(|at| asked_ports(device, *at, transport)).collect();
    if asked.is_empty() || !usual.all(|port| asked.iter().all(|asked| asked.binary_search(port).is_ok())) {
        return Completeness::Incomplete(UnknownReason::NotCollected);
    }
    let too_much = |service: &ServiceSeen| service.examined.not_examined == Some(NotExamined::TooMuch);
    if device.services.iter().any(|service| service.transport == transport && too_much(service)) {
        return Completeness::Incomplete(UnknownReason::Incomplete);
    }
    let unanswered = match transport {
        Transport::Tcp => device.ports.values().any(|ports| !ports.unanswered.is_empty()),
        Transport::Udp | Transport::Any => device
            .services
            .iter()
            .any(|service| service.transport == Transport::Udp && service.state == PortState::Unanswered),
    };
    let held_back = |service: &ServiceSeen| match service.examined.not_examined {
        // With every dialogue held, a service that no dialogue recognised is none of those that facts are about.
        Some(NotExamined::NotRecognised) => !policy.tries_everything() && service.state == PortState::Open,
        Some(NotExamined::NoAnswer) | None => false,
        Some(_) => true,
    };
    if device.services.iter().any(|service| service.transport == transport && held_back(service)) {
        let asked_nothing = policy.ports_only && transport == Transport::Tcp;
        let reason = if asked_nothing { UnknownReason::NotCollected } else { UnknownReason::NoPermission };
        return Completeness::Incomplete(reason);
    }
    // Whoever takes a connection and says nothing may be any of the services that facts are about.
    let silent = |service: &ServiceSeen| {
        service.transport == transport && service.examined.not_examined == Some(NotExamined::NoAnswer)
    };
    if unanswered || device.services.iter().any(silent) {
        Completeness::Incomplete(UnknownReason::TimedOut)
    } else {
        Completeness::Complete
    }
}

/// Whether another port says the same: file sharing on the old port 139 beside 445 is one server.
fn is_said_again(service: &ServiceSeen, device: &DeviceSeen) -> bool {
    let is_smb = |service: &ServiceSeen| {
        service.examined.seen.as_ref().is_some_and(|seen| matches!(seen.detail, Detail::Smb(_)))
    };
    let direct = |other: &ServiceSeen| other.port == 445 && other.address == service.address && is_smb(other);
    service.port == 139 && is_smb(service) && device.services.iter().any(direct)
}

/// Whether the start page of a device manages it: as its marks tell, and else if a device that has pages for nothing
/// else asks for a password.
fn is_management(web: &DeviceWeb, class: Option<DeviceClass>) -> Observed<bool> {
    use DeviceClass::{Camera, Connector, Controller, Nas, NetworkDevice, Printer, Telephone};
    let of_device = class.is_some_and(|class| {
        matches!(class, Camera | Connector | Controller | Nas | NetworkDevice | Printer | Telephone)
    });
    let asks = web.password_asked == Known(true);
    if web.management.known().is_none() && of_device && asks { Known(true) } else { web.management.clone() }
}

/// Puts the details of each kind as a collection of its own.
macro_rules! details {
    ($snapshot:ident, $device:ident, $completeness:ident, $($kind:ident)+) => {$(
        let records = $device.services.iter().filter_map(|service| match &service.examined.seen.as_ref()?.detail {
            _ if is_said_again(service, $device) => None,
            Detail::$kind(detail) => {
                let mut detail = detail.clone();
                detail.endpoint = Known(endpoint(service));
                Some(detail)
            }
            _ => None,
        });
        $snapshot.put_all(&Collection { records: records.collect::<Vec<_>>(), completeness: $completeness });
    )+};
}

fn of_device(device: &DeviceSeen, scan: &Scan, policy: Policy, book: &Book, at: Timestamp) -> Snapshot {
    let (subject, identifiers) = subject(device);
    let mut snapshot = Snapshot {
        collector: COLLECTOR.to_owned(),
        observed_at: at,
        received_at: None,
        subject,
        identifiers,
        facts: BTreeMap::new(),
        problems: Vec::new(),
    };
    if device.how == Found::Contested {
        snapshot.problems.push(Problem {
            source: "arp".to_owned(),
            reason: UnknownReason::Malformed,
            detail: format!("several hardware addresses answered for {}", device.address),
        });
    }
    let from = seen_from(scan, device.address);
    snapshot.put(&DeviceNetwork {
        address: Known(device.address.to_string()),
        addresses: Known(device.addresses.iter().map(IpAddr::to_string).collect()),
        mac: known(device.mac.map(written)),
        vendor: known(device.vendor.map(str::to_owned)),
        names: Known(names(device)),
        class: known(device.class),
        system: known(system(device)),
        seen_from: known(from.map(|network| network.to_string())),
        asked: Known(asked_from(device, scan)),
        asked_ports: Known(asked(device)),
        unanswered_ports: Known(unanswered(device)),
    });
    let tcp = completeness(device, policy, book, Transport::Tcp);
    let udp = completeness(device, policy, book, Transport::Udp);
    let both = tcp.and(udp);
    let open = || device.services.iter().filter(|service| service.state == PortState::Open);
    let over = |transport| open().filter(move |service| service.transport == transport);
    snapshot.put_all(&Collection { records: over(Transport::Tcp).map(service_fact).collect(), completeness: tcp });
    snapshot.put_all(&Collection { records: over(Transport::Udp).map(udp_service_fact).collect(), completeness: udp });
    let ways = open().filter_map(|service| way(service, seen_from(scan, service.address)?, book, device.class));
    snapshot.put_all(&Collection { records: ways.collect(), completeness: both });
    let tls = open().filter_map(|service| {
        service.examined.tls.clone().map(|tls| DeviceTls { endpoint: Known(endpoint(service)), ..tls })
    });
    snapshot.put_all(&Collection { records: tls.collect::<Vec<DeviceTls>>(), completeness: tcp });
    details!(snapshot, device, tcp, Ssh Smb Rdp Vnc Ftp Ldap Database Mqtt X11 Dicom Mllp Konnektor);
    let pages = device.services.iter().filter_map(|service| match &service.examined.seen.as_ref()?.detail {
        Detail::Web(web) => Some(DeviceWeb {
            endpoint: Known(endpoint(service)),
            management: is_management(web, device.class),
            ..web.clone()
        }),
        _ => None,
    });
    snapshot.put_all(&Collection { records: pages.collect::<Vec<_>>(), completeness: tcp });
    details!(snapshot, device, udp, Snmp Ipmi);
    details!(snapshot, device, both, Dns);
    snapshot
}

fn asked(device: &DeviceSeen) -> i64 {
    let tcp: usize =
        device.ports.values().map(|ports| ports.open.len() + ports.closed.len() + ports.unanswered.len()).sum();
    count(tcp + device.services.iter().filter(|service| service.transport == Transport::Udp).count())
}

/// The ports of an address that were asked, sorted.
fn asked_ports(device: &DeviceSeen, address: IpAddr, transport: Transport) -> Vec<u16> {
    let mut asked: Vec<u16> = match transport {
        Transport::Tcp => {
            let ports = device.ports.get(&address).into_iter();
            ports.flat_map(|ports| [&ports.open, &ports.closed, &ports.unanswered]).flatten().copied().collect()
        }
        Transport::Udp | Transport::Any => {
            let of = device.services.iter().filter(|service| service.address == address);
            of.filter(|service| service.transport == Transport::Udp).map(|service| service.port).collect()
        }
    };
    asked.sort_unstable();
    asked.dedup();
    asked
}

/// What was asked and from where, as `device.network.asked` writes it.
fn asked_from(device: &DeviceSeen, scan: &Scan) -> Vec<String> {
    let mut lines = Vec::new();
    for address in &device.addresses {
        let from = seen_from(scan, *address).map(|network| format!("{network} > ")).unwrap_or_default();
        for transport in [Transport::Tcp, Transport::Udp] {
            let ports = asked_ports(device, *address, transport);
            if !ports.is_empty() {
                lines.push(format!("{from}{} {address} {}", transport.word(), runs(&ports)));
            }
        }
    }
    lines
}

/// Sorted numbers in short: `1-3,7`.
fn runs(ports: &[u16]) -> String {
    let follows = |(before, next): (&u16, &u16)| before.checked_add(1) == Some(*next);
    let runs = ports.chunk_by(|before, next| follows((before, next)));
    let written = runs.filter_map(|run| match run {
        [one] => Some(one.to_string()),
        [first, .., last] => Some(format!("{first}-{last}")),
        [] => None,
    });
    written.collect::<Vec<_>>().join(",")
}

fn unanswered(device: &DeviceSeen) -> i64 {
    let tcp: usize = device.ports.values().map(|ports| ports.unanswered.len()).sum();
    count(tcp + device.services.iter().filter(|service| service.state == PortState::Unanswered).count())
}

/// Why the protocol of an open port is not known.
fn reason(service: &ServiceSeen) -> UnknownReason {
    match service.examined.not_examined {
        Some(NotExamined::DeviceClass | NotExamined::UnknownDevice | NotExamined::UnexpectedPort) => {
            UnknownReason::NoPermission
        }
        Some(NotExamined::Stopped | NotExamined::TooMuch) => UnknownReason::Incomplete,
        Some(NotExamined::NoAnswer) => UnknownReason::TimedOut,
        Some(NotExamined::PortsOnly) => UnknownReason::NotCollected,
        Some(NotExamined::NotRecognised) | None => UnknownReason::NotSupported,
    }
}

fn service_fact(service: &ServiceSeen) -> DeviceService {
    let seen = service.examined.seen.as_ref();
    DeviceService {
        endpoint: Known(endpoint(service)),
        transport: Known(service.transport),
        port: Known(i64::from(service.port)),
        service: seen.map_or(Unknown(reason(service)), |seen| Known(seen.service)),
        encrypted: if seen.is_some() { Known(service.examined.encrypted) } else { Unknown(reason(service)) },
        product: known(seen.and_then(|seen| seen.product.clone())),
        version: known(seen.and_then(|seen| seen.version.clone())),
        vendor: known(seen.and_then(|seen| seen.vendor.clone())),
    }
}

fn udp_service_fact(service: &ServiceSeen) -> DeviceUdpService {
    let all = service_fact(service);
    DeviceUdpService {
        endpoint: all.endpoint,
        port: all.port,
        service: all.service,
        product: all.product,
        version: all.version,
        vendor: all.vendor,
    }
}

fn way(service: &ServiceSeen, from: IpNet, book: &Book, class: Option<DeviceClass>) -> Option<DeviceWay> {
    let seen = service.examined.seen.as_ref();
    let endpoint = endpoint(service);
    let management = seen.map(|seen| match &seen.detail {
        Detail::Web(web) => is_management(web, class),
        _ if seen.service == NetworkService::Tls => Unknown(UnknownReason::NotCollected),
        _ => Known(book.management.contains(&seen.service)),
    });
    Some(DeviceWay {
        way: Known(format!("{from} > {endpoint}")),
        from_network: Known(from.to_string()),
        endpoint: Known(endpoint),
        address: Known(service.address.to_string()),
        transport: Known(service.transport),
        port: Known(i64::from(service.port)),
        service: seen.map_or(Unknown(reason(service)), |seen| Known(seen.service)),
        management: management.unwrap_or(Unknown(reason(service))),
    })
}

/// Counts of each directly attached network in which something was found, now or, of a resumed scan, before. `asked` is
/// what was to be looked at: of a kind of device that was not seen in a part of a network, nothing is known.
pub fn surveys(scan: &Scan, hosts: &[ScannedHost], asked: &Targets, at: Timestamp) -> Vec<Snapshot> {
    let networks = scan.connections.attached().into_iter();
    networks.filter_map(|network| survey(scan, hosts, network, asked.covers(network), at)).collect()
}

fn survey(scan: &Scan, hosts: &[ScannedHost], network: IpNet, whole: bool, at: Timestamp) -> Option<Snapshot> {
    use DeviceClass as Class;
    let within: Vec<&ScannedHost> =
        hosts.iter().filter(|host| host.addresses.iter().any(|address| network.contains(address))).collect();
    if within.is_empty() {
        return None;
    }
    let counted = |number: usize| match number {
        0 if !whole || scan.interrupted || scan.beyond > 0 => Unknown(UnknownReason::Incomplete),
        number => Known(count(number)),
    };
    let of = |classes: &[Class]| {
        counted(within.iter().filter(|device| device.class.is_some_and(|class| classes.contains(&class))).count())
    };
    let survey = ZoneSurvey {
        network: Known(network.to_string()),
        devices: Known(count(within.len())),
        workplaces: of(&[Class::Workplace]),
        servers: of(&[Class::Server, Class::PvsServer, Class::Nas]),
        medical_devices: of(&[Class::MedicalDevice, Class::DeviceConsole]),
        telematics: of(&[Class::Connector, Class::CardTerminal]),
        peripherals: of(&[Class::Telephone, Class::Printer, Class::Camera, Class::Controller]),
        mobiles: of(&[Class::Mobile]),
        unidentified: counted(within.iter().filter(|device| device.class.is_none()).count()),
        ipv6_routers: ipv6_routers(scan, network),
    };
    let id = derived_id(SubjectKind::Zone, &[], &network.to_string());
    let mut snapshot = Snapshot {
        collector: COLLECTOR.to_owned(),
        observed_at: at,
        received_at: None,
        subject: Subject { id, kind: SubjectKind::Zone, name: network.to_string() },
        identifiers: Vec::new(),
        facts: BTreeMap::new(),
        problems: Vec::new(),
    };
    snapshot.put(&survey);
    Some(snapshot)
}

/// Routers over IPv6 on the link of a network.
fn ipv6_routers(scan: &Scan, network: IpNet) -> Observed<i64> {
    let own = scan.connections.addresses.iter().find(|own| own.network.trunc() == network);
    own.and_then(|own| scan.ipv6_routers.get(&own.link).cloned()).unwrap_or(Unknown(UnknownReason::NotCollected))
}

fn host(device: &DeviceSeen) -> ScannedHost {
    let closed: usize = device.ports.values().map(|ports| ports.closed.len()).sum();
    let number = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    ScannedHost {
        subject: subject(device).0.id,
        address: device.address,
        addresses: device.addresses.clone(),
        mac: device.mac.map(written),
        vendor: device.vendor.map(str::to_owned),
        name: device.called.clone(),
        names: names(device),
        class: device.class,
        system: system(device),
        services: device
            .services
            .iter()
            .filter(|service| service.state == PortState::Open)
            .map(|service| scanned(service, device))
            .collect(),
        asked_ports: number(asked(device)),
        closed_ports: number(count(
            closed + device.services.iter().filter(|service| service.state == PortState::Closed).count(),
        )),
        unanswered_ports: number(unanswered(device)),
        finished: device.finished,
    }
}

fn scanned(service: &ServiceSeen, device: &DeviceSeen) -> ScannedService {
    let seen = service.examined.seen.as_ref();
    ScannedService {
        address: (service.address != device.address).then_some(service.address),
        transport: service.transport,
        port: service.port,
        state: service.state,
        service: seen.map(|seen| seen.service),
        not_examined: if seen.is_some() { None } else { service.examined.not_examined },
        vendor: seen.and_then(|seen| seen.vendor.clone()),
        product: seen.and_then(|seen| seen.product.clone()),
        version: seen.and_then(|seen| seen.version.clone()),
        tls: service.examined.tls.as_ref().map(|tls| ScannedTls {
            versions: tls.versions.known().cloned().unwrap_or_default(),
            starttls: tls.starttls.known().copied().unwrap_or(false),
            certificate_not_after: tls.certificate_not_after.known().copied(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::announce::Announced;
    use crate::examine::Examined;
    use crate::sweep::Ports;
    use visite_facts::IdentifierKind;
    use visite_facts::scan::Profile;

    fn seen(address: &str) -> DeviceSeen {
        let address: IpAddr = address.parse().unwrap();
        DeviceSeen {
            called: None,
            address,
            addresses: vec![address],
            how: Found::Echo,
            mac: None,
            vendor: None,
            class: None,
            ports: BTreeMap::new(),
            services: Vec::new(),
            announced: Announced::default(),
            identifiers: Vec::new(),
            evidence: crate::device::Evidence::default(),
            finished: true,
        }
    }

    fn id(identifiers: &[(IdentifierKind, &str)], address: &str) -> String {
        let identifiers = identifiers.iter().filter_map(|(kind, value)| Identifier::new(*kind, value)).collect();
        subject(&DeviceSeen { identifiers, ..seen(address) }).0.id.0
    }

    #[test]
    fn a_silent_port_leaves_its_collections_incomplete() {
        let mut device = seen("10.0.0.1");
        let policy = Policy { profile: Profile::Fast, logins: false, ports_only: false };
        let book = Book { tcp: BTreeMap::from([(6379, Vec::new())]), ..Book::default() };
        device.ports.insert(device.address, Ports { open: vec![6379], ..Ports::default() });
        for (reason, completeness) in [
            (NotExamined::NotRecognised, Completeness::Complete),
            (NotExamined::NoAnswer, Completeness::Incomplete(UnknownReason::TimedOut)),
        ] {
            device.services = vec![ServiceSeen {
                address: device.address,
                transport: Transport::Tcp,
                port: 6379,
                state: PortState::Open,
                examined: Examined { not_examined: Some(reason), ..Examined::default() },
            }];
            assert_eq!(super::completeness(&device, policy, &book, Transport::Tcp), completeness);
        }
    }

    #[test]
    fn a_device_keeps_its_id_when_its_address_changes() {
        use IdentifierKind::{Certificate, Mac, SshHostKey};
        for key in [(SshHostKey, "ab01"), (Certificate, "cd01"), (Mac, "00:15:5d:01:02:03")] {
            assert_eq!(id(&[key], "10.0.0.1"), id(&[key], "10.0.0.9"));
        }
        assert_ne!(id(&[], "10.0.0.1"), id(&[], "10.0.0.9"));
        let renewed = |certificate| id(&[(Certificate, certificate), (Mac, "00:15:5d:01:02:03")], "10.0.0.1");
        assert_eq!(renewed("cd01"), renewed("cd02"));
        let running = [(SshHostKey, "ab01"), (Mac, "00:15:5d:01:02:03")];
        assert_eq!(id(&running, "10.0.0.1"), id(&running[1..], "10.0.0.1"), "the service was switched off");
        let container = |mac| id(&[(SshHostKey, "ab01"), (Mac, mac)], "10.0.0.1");
        assert_eq!(container("02:42:ac:01:02:03"), container("02:42:ac:01:02:04"));
    }
}
