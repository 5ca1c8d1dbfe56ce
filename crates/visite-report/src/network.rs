//! What a scan saw in the order in which people read it: devices and services in words, what was not looked at, rooms
//! and the doors between them, and what changed since an earlier scan.
//!
//! Shared by the formats for people. It sorts, counts and compares what the scan and assess say; it judges nothing.

use crate::moment::span;
use crate::overview::some_names;
use crate::texts::{Texts, group};
use ipnet::IpNet;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use visite_facts::facts::{DeviceClass, NetworkService, Transport, ZoneKind};
use visite_facts::scan::{NotExamined, PortState, ScanSection, ScannedHost, ScannedService};
use visite_facts::{Assessment, Word};

/// Most devices that a line about what was left out names.
const NAMED: usize = 5;

/// What a report on a scan needs to know besides what the scan saw.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The zones of the practice file that have networks.
    pub rooms: Vec<Room>,
    /// What is different from an earlier scan.
    pub changes: Option<Changes>,
    /// Which ports were asked, where that is known.
    pub asked: Option<Asked>,
}

/// Which ports a scan asked, and what of it the devices themselves do not list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// TCP ports, sorted.
    pub tcp: Vec<u16>,
    /// UDP ports, sorted.
    pub udp: Vec<u16>,
    /// Of each device, by its address, how many UDP ports did not answer.
    pub silent_udp: BTreeMap<IpAddr, u32>,
}

/// A part of the network, as the practice file names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub kind: Option<ZoneKind>,
    /// The networks in it.
    pub networks: Vec<IpNet>,
}

/// What is different from an earlier scan. Nothing here says that something is closed or gone for good: it says what was
/// seen then and is not seen now, of what was asked again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// When the earlier scan ended.
    pub since: Timestamp,
    /// Devices that were not seen then.
    pub new: Vec<ScannedHost>,
    /// Devices that are not seen any more.
    pub gone: Vec<ScannedHost>,
    /// Services of devices seen both times that were not seen then.
    pub opened: Vec<(ScannedHost, ScannedService)>,
    /// Services of devices seen both times that are not seen any more.
    pub closed: Vec<(ScannedHost, ScannedService)>,
    /// Whether services were compared: only where the same ports were asked.
    pub services_compared: bool,
}

impl Changes {
    /// Compares two scans; `asked` tells whether the present one was to look at an address.
    pub fn between(earlier: &ScanSection, now: &ScanSection, asked: &dyn Fn(IpAddr) -> bool) -> Self {
        let services_compared = earlier.record.ports == now.record.ports;
        let since = earlier.record.finished_at;
        let mut changes = Self { since, services_compared, ..Self::default() };
        let mut seen_again = BTreeSet::new();
        for host in &now.hosts {
            let Some(index) = earlier.hosts.iter().position(|before| is_same(before, host)) else {
                changes.new.push(host.clone());
                continue;
            };
            seen_again.insert(index);
            if services_compared {
                let before = &earlier.hosts[index];
                changes.opened.extend(missing(host, before).map(|service| (host.clone(), service.clone())));
                if host.finished {
                    changes.closed.extend(missing(before, host).map(|service| (host.clone(), service.clone())));
                }
            }
        }
        let gone = earlier.hosts.iter().enumerate().filter(|(index, _)| !seen_again.contains(index));
        changes.gone = gone.map(|(_, host)| host).filter(|host| asked(host.address)).cloned().collect();
        changes
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.gone.is_empty() && self.opened.is_empty() && self.closed.is_empty()
    }
}

/// The same device: by its id, else by its hardware address, else by an address where one of them has no hardware address.
fn is_same(one: &ScannedHost, other: &ScannedHost) -> bool {
    if one.subject == other.subject {
        return true;
    }
    match (&one.mac, &other.mac) {
        (Some(one), Some(other)) => one == other,
        _ => one.address == other.address,
    }
}

/// Open ports of `host` that `other` does not have.
fn missing<'a>(host: &'a ScannedHost, other: &'a ScannedHost) -> impl Iterator<Item = &'a ScannedService> {
    let has = |service: &ScannedService| {
        open(other).any(|known| known.transport == service.transport && known.port == service.port)
    };
    open(host).filter(move |service| !has(service))
}

/// Services that take connections or answer.
pub fn open(host: &ScannedHost) -> impl Iterator<Item = &ScannedService> {
    host.services.iter().filter(|service| service.state == PortState::Open)
}

/// What the scan was about: `Netz 192.168.10.0/24`.
pub fn aim(texts: &Texts, scan: &ScanSection) -> String {
    let is_network = |target: &String| target.contains('/');
    match scan.record.targets.as_slice() {
        [] => texts.say("scan-aim-none"),
        [only] if is_network(only) => texts.fill("scan-aim-network", [("network", only.as_str().into())]),
        [only] => only.clone(),
        several if several.iter().all(is_network) => texts.fill("scan-aim-networks", [("n", several.len().into())]),
        several => texts.fill("scan-aim-targets", [("n", several.len().into())]),
    }
}

/// How many devices there are, and how many of them nobody recognised.
pub fn extent(texts: &Texts, scan: &ScanSection) -> String {
    let devices = texts.fill("scan-devices", [("n", scan.hosts.len().into())]);
    let unknown = scan.hosts.iter().filter(|host| host.class.is_none()).count();
    if unknown == 0 || scan.hosts.is_empty() {
        return devices;
    }
    format!("{devices}, {}", texts.fill("scan-devices-unknown", [("n", unknown.into())]))
}

/// What a device is called: by the practice, else by itself.
pub fn called(host: &ScannedHost) -> Option<&str> {
    host.name.as_ref().or(host.names.first()).map(String::as_str)
}

/// What a device is called, else its address.
pub fn name(host: &ScannedHost) -> String {
    called(host).map_or_else(|| host.address.to_string(), str::to_owned)
}

/// What a device is, in a word.
pub fn class(texts: &Texts, class: Option<DeviceClass>) -> String {
    class.map_or_else(|| texts.say("scan-class-unknown"), |class| texts.value(class))
}

/// Maker and system, as far as known.
pub fn make(host: &ScannedHost) -> Vec<String> {
    [&host.system, &host.vendor].into_iter().flatten().cloned().collect()
}

/// Where a service listens: `443`, `UDP 161`, `[2001:db8::5]:22`.
pub fn port(service: &ScannedService) -> String {
    let port = match service.address {
        Some(address) => SocketAddr::new(address, service.port).to_string(),
        None => service.port.to_string(),
    };
    match service.transport {
        Transport::Udp => format!("UDP\u{a0}{port}"),
        Transport::Tcp | Transport::Any => port,
    }
}

/// What a service is, in words; for one that was not recognised, why.
pub fn service_word(texts: &Texts, service: &ScannedService) -> String {
    match (service.service, service.not_examined) {
        (Some(NetworkService::Http), _) if is_encrypted(service) => texts.say("scan-https"),
        (Some(known), _) => texts.value(known),
        (None, Some(NotExamined::NotRecognised | NotExamined::NoAnswer) | None) => texts.say("scan-service-unknown"),
        (None, Some(_)) => texts.say("scan-service-not-examined"),
    }
}

/// Whether it speaks TLS from the first byte on.
fn is_encrypted(service: &ScannedService) -> bool {
    service.tls.as_ref().is_some_and(|tls| !tls.starttls)
}

/// Product and version, as far as known.
pub fn product(service: &ScannedService) -> Option<String> {
    let named = named_product(service)?;
    Some(service.version.as_ref().map_or(named.clone(), |version| format!("{named} {version}")))
}

/// Product with its vendor, unless the product's name begins with it.
pub fn named_product(service: &ScannedService) -> Option<String> {
    match (&service.vendor, &service.product) {
        (Some(vendor), Some(product)) if !product.to_lowercase().starts_with(&vendor.to_lowercase()) => {
            Some(format!("{vendor} {product}"))
        }
        (_, Some(product)) => Some(product.clone()),
        (Some(vendor), None) => Some(vendor.clone()),
        (None, None) => None,
    }
}

/// A service in one piece: `Fernzugang (SSH) 22: OpenSSH 9.2p1`.
pub fn service(texts: &Texts, service: &ScannedService) -> String {
    let mut line = format!("{}\u{a0}{}", service_word(texts, service), port(service));
    let told = [Some(NetworkService::Http), Some(NetworkService::Tls)].contains(&service.service);
    if !told && is_encrypted(service) {
        line.push_str(&format!(" {}", texts.say("scan-with-tls")));
    }
    product(service).map_or(line.clone(), |product| format!("{line}: {product}"))
}

/// Services that were recognised, and ports that were not, which are only numbers. What further addresses offer as the
/// first does is named once.
pub fn services(texts: &Texts, host: &ScannedHost) -> Vec<String> {
    let (own, further): (Vec<_>, Vec<_>) = open(host).partition(|service| service.address.is_none());
    let (again, new): (Vec<_>, Vec<_>) =
        further.into_iter().partition(|service| own.iter().any(|first| is_alike(first, service)));
    let shown: Vec<&ScannedService> = own.iter().copied().chain(new).collect();
    let known = shown.iter().filter(|service| service.service.is_some());
    let mut lines: Vec<String> = known.map(|known| service(texts, known)).collect();
    let mut others: BTreeMap<bool, Vec<String>> = BTreeMap::new();
    for other in shown.iter().filter(|service| service.service.is_none()) {
        let looked_at = matches!(other.not_examined, Some(NotExamined::NotRecognised | NotExamined::NoAnswer) | None);
        others.entry(!looked_at).or_default().push(port(other));
    }
    for (held_back, ports) in others {
        let key = if held_back { "scan-ports-not-examined" } else { "scan-ports-unknown" };
        lines.push(texts.fill(key, [("ports", ports.join(", ").into())]));
    }
    lines.extend(also(texts, &own, &again));
    lines
}

/// The same service at another address.
fn is_alike(one: &ScannedService, other: &ScannedService) -> bool {
    *one == ScannedService { address: one.address, ..other.clone() }
}

/// At which further addresses the same is offered; which ports of it, if not all.
fn also(texts: &Texts, own: &[&ScannedService], again: &[&ScannedService]) -> Vec<String> {
    let mut ports: BTreeMap<IpAddr, Vec<&ScannedService>> = BTreeMap::new();
    for service in again {
        ports.entry(service.address.unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED))).or_default().push(service);
    }
    // UDP is often asked at the first address only.
    let tcp = own.iter().filter(|service| service.transport == Transport::Tcp).count();
    let family = |address: IpAddr| if address.is_ipv4() { "IPv4" } else { "IPv6" };
    let (mut lines, mut whole) = (Vec::new(), BTreeMap::<&str, Vec<String>>::new());
    for (address, services) in ports {
        if services.iter().filter(|service| service.transport == Transport::Tcp).count() == tcp {
            whole.entry(family(address)).or_default().push(address.to_string());
            continue;
        }
        let here = |service: &&ScannedService| port(&ScannedService { address: None, ..(*service).clone() });
        let list = services.iter().map(here).collect::<Vec<_>>().join(", ");
        let address = format!("{}\u{a0}{address}", family(address));
        lines.push(texts.fill("scan-also-ports", [("address", address.into()), ("ports", list.into())]));
    }
    let whole = whole.into_iter().map(|(family, addresses)| {
        let address = format!("{family}\u{a0}{}", addresses.join(", "));
        texts.fill("scan-also", [("address", address.into())])
    });
    whole.chain(lines).collect()
}

/// Open ports that were not looked at, by reason: what it is, and how to get it looked at.
pub fn not_examined(texts: &Texts, scan: &ScanSection) -> Vec<(String, String)> {
    let mut counts: BTreeMap<NotExamined, (usize, BTreeMap<IpAddr, String>)> = BTreeMap::new();
    for host in &scan.hosts {
        for reason in open(host).filter(|service| service.service.is_none()).filter_map(|service| service.not_examined)
        {
            let count = counts.entry(reason).or_default();
            count.0 += 1;
            count.1.insert(host.address, name(host));
        }
    }
    let line = |(reason, (ports, devices)): (NotExamined, (usize, BTreeMap<IpAddr, String>))| {
        let ports = texts.fill("scan-open-ports", [("n", ports.into())]);
        let devices = at_devices(texts, &devices.into_values().collect::<Vec<_>>());
        let what =
            texts.fill(&format!("not-examined-{reason}"), [("ports", ports.into()), ("devices", devices.into())]);
        (what, texts.word("how-examined", reason))
    };
    counts.into_iter().map(line).collect()
}

/// `an 7 Geräten (a, b, c, d, e und 2 weitere)`
fn at_devices(texts: &Texts, devices: &[String]) -> String {
    let names: Vec<&str> = devices.iter().map(String::as_str).collect();
    let number = texts.fill("scan-at-devices", [("n", names.len().into())]);
    format!("{number} ({})", some_names(texts, &names, NAMED))
}

/// What was asked and never answered, in one line.
pub fn unanswered(texts: &Texts, scan: &ScanSection) -> Option<String> {
    let silent: Vec<&ScannedHost> = scan.hosts.iter().filter(|host| host.unanswered_ports > 0).collect();
    let ports: u64 = silent.iter().map(|host| u64::from(host.unanswered_ports)).sum();
    let asked: u64 = scan.hosts.iter().map(|host| u64::from(host.asked_ports)).sum();
    (!silent.is_empty()).then(|| {
        let devices = at_devices(texts, &silent.iter().map(|host| name(host)).collect::<Vec<_>>());
        texts.fill("scan-unanswered", [("n", ports.into()), ("asked", asked.into()), ("devices", devices.into())])
    })
}

/// Devices that are counted and nothing more, a sentence for each kind.
pub fn only_counted(texts: &Texts, scan: &ScanSection) -> Vec<String> {
    let kinds = [("scan-guests", scan.guests), ("scan-left-out", scan.left_out), ("scan-beyond", scan.beyond)];
    let counted = kinds.into_iter().filter(|(_, number)| *number > 0);
    counted.map(|(key, number)| texts.fill(key, [("n", number.into())])).collect()
}

/// What was allowed and sent, for the practice's files.
pub fn record(texts: &Texts, scan: &ScanSection) -> Vec<String> {
    let record = &scan.record;
    if record.authorised_by.is_empty() && record.packets.is_empty() {
        return vec![texts.say("scan-imported-only")];
    }
    let packets: u64 = record.packets.values().sum();
    let seconds = (record.finished_at.as_second() - record.started_at.as_second()).max(1);
    let mut items = vec![texts.fill("scan-allowed-by", [("name", record.authorised_by.as_str().into())])];
    items.extend(record.release.as_ref().map(|release| texts.fill("scan-release", [("id", release.as_str().into())])));
    items.push(texts.fill("scan-packets", [("n", packets.into()), ("time", span(texts, seconds).into())]));
    let rate = record.packets_per_second.into();
    items.push(texts.fill("scan-profile", [("profile", texts.word("profile", record.profile).into()), ("rate", rate)]));
    items.push(texts.say(if record.logins { "scan-logins" } else { "scan-no-logins" }));
    items
}

/// More of the record, for those who look closely: label and value.
pub fn record_details(texts: &Texts, scan: &ScanSection) -> Vec<(String, String)> {
    let record = &scan.record;
    if record.targets.is_empty() {
        return Vec::new();
    }
    let list = |list: &[String]| if list.is_empty() { texts.say("scan-none") } else { list.join(", ") };
    let counts = |counts: &BTreeMap<String, u64>| {
        let counts = counts.iter().filter(|(_, n)| **n > 0);
        list(&counts.map(|(name, n)| format!("{name}\u{a0}{}", group(texts.lang, *n as i64))).collect::<Vec<_>>())
    };
    vec![
        (texts.say("scan-label-targets"), list(&record.targets)),
        (texts.say("scan-label-excluded"), list(&record.excluded)),
        (texts.say("scan-label-from"), list(&record.seen_from)),
        (texts.say("scan-label-ports"), record.ports.clone()),
        (texts.say("scan-label-packets"), counts(&record.packets)),
        (texts.say("scan-label-dialogues"), counts(&record.dialogues)),
    ]
}

/// What changed, in one sentence.
pub fn changed(texts: &Texts, changes: &Changes, when: &str) -> String {
    let counted = [
        ("scan-new-devices", changes.new.len()),
        ("scan-gone-devices", changes.gone.len()),
        ("scan-opened", changes.opened.len()),
        ("scan-closed", changes.closed.len()),
    ];
    let parts: Vec<String> =
        counted.into_iter().filter(|(_, n)| *n > 0).map(|(key, n)| texts.fill(key, [("n", n.into())])).collect();
    let what = if parts.is_empty() { texts.say("scan-unchanged") } else { parts.join(", ") };
    texts.fill("scan-since", [("when", when.into()), ("what", what.into())])
}

/// Each change in a line: label and what.
pub fn change_lines(texts: &Texts, changes: &Changes) -> Vec<(String, String)> {
    let device = |host: &ScannedHost| {
        let named = called(host).map(|name| format!("{name}, ")).unwrap_or_default();
        format!("{named}{}, {}", host.address, class(texts, host.class))
    };
    let service =
        |(host, service): &(ScannedHost, ScannedService)| format!("{}: {}", name(host), self::service(texts, service));
    let (new, gone) = (texts.say("scan-label-new"), texts.say("scan-label-gone"));
    let mut lines: Vec<(String, String)> = Vec::new();
    lines.extend(changes.new.iter().map(|host| (new.clone(), device(host))));
    lines.extend(changes.gone.iter().map(|host| (gone.clone(), device(host))));
    lines.extend(changes.opened.iter().map(|opened| (new.clone(), service(opened))));
    lines.extend(changes.closed.iter().map(|closed| (gone.clone(), service(closed))));
    if !changes.services_compared {
        lines.push((String::new(), texts.say("scan-not-compared")));
    }
    lines
}

/// How the door to a room stands, seen from where the scan was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DoorState {
    /// The scanning computer stood in this room.
    Here,
    /// Open, although the practice file does not allow it.
    Forbidden,
    /// Open, and the practice file says that it may be.
    Wanted,
    /// Open; nothing says whether it may be.
    Open,
    /// Nothing in it was seen to be open.
    Closed,
    /// Nobody knows.
    NotMeasured,
}

/// A room with what was seen in it.
#[derive(Debug)]
pub struct RoomSeen<'a> {
    /// What it is called.
    pub name: String,
    /// Its networks in words.
    pub networks: String,
    /// What it is for.
    pub kind: Option<ZoneKind>,
    /// Its devices, by address.
    pub hosts: Vec<&'a ScannedHost>,
    /// Its door.
    pub door: DoorState,
    /// How many services were seen open from where the scan was made.
    pub open: usize,
    /// Services that are open although they should not be: where and what.
    pub witnesses: Vec<(&'a ScannedHost, &'a ScannedService)>,
}

/// All rooms: those of the practice file, or else one a network.
pub fn rooms<'a>(
    texts: &Texts,
    assessment: &Assessment,
    scan: &'a ScanSection,
    surroundings: &Surroundings,
) -> Vec<RoomSeen<'a>> {
    let mut rooms = surroundings.rooms.clone();
    let in_a_room = |rooms: &[Room], address: IpAddr| rooms.iter().any(|room| contains(&room.networks, address));
    let stated: BTreeSet<IpNet> =
        scan.record.seen_from.iter().chain(&scan.record.targets).filter_map(|text| text.parse().ok()).collect();
    for host in &scan.hosts {
        if in_a_room(&rooms, host.address) {
            continue;
        }
        // The narrowest network that the scan names, else the usual size of one.
        let known = stated.iter().filter(|network| network.contains(&host.address));
        let network = known.max_by_key(|network| network.prefix_len()).copied().unwrap_or_else(|| usual(host.address));
        rooms.push(Room { name: String::new(), kind: None, networks: vec![network.trunc()] });
    }
    let from: Vec<IpNet> = scan.record.seen_from.iter().filter_map(|text| text.parse().ok()).collect();
    let verdicts = verdicts(assessment);
    let mut seen: Vec<RoomSeen<'a>> = rooms.iter().map(|room| room_seen(texts, room, scan, &from)).collect();
    // A device stands in the first room that takes it.
    let mut placed = BTreeSet::new();
    for room in &mut seen {
        room.hosts.retain(|host| placed.insert(host.address));
        settle(room, &verdicts, from.is_empty());
    }
    seen
}

fn contains(networks: &[IpNet], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(&address))
}

fn usual(address: IpAddr) -> IpNet {
    let length = if address.is_ipv4() { 24 } else { 64 };
    IpNet::new(address, length).map_or_else(|_| IpNet::from(address), |network| network.trunc())
}

/// Of each way whether the practice file allows it, as far as assess says so.
fn verdicts(assessment: &Assessment) -> BTreeMap<String, bool> {
    let findings = assessment.findings.iter().flat_map(|finding| &finding.evidence);
    let all = assessment.results.iter().flat_map(|result| &result.evidence).chain(findings);
    let mut allowed = BTreeMap::new();
    for evidence in all {
        let Some(way) =
            evidence.field.strip_prefix("device.crossings[").and_then(|rest| rest.strip_suffix("].allowed"))
        else {
            continue;
        };
        let endpoint = way.split_once(" > ").map_or(way, |(_, endpoint)| endpoint);
        if let Some(value) = evidence.value.as_ref().and_then(serde_json::Value::as_bool) {
            allowed.insert(endpoint.to_owned(), value);
        }
    }
    allowed
}

/// A service as facts name it: `tcp 192.168.10.5:445`.
fn endpoint(host: &ScannedHost, service: &ScannedService) -> String {
    let address = SocketAddr::new(service.address.unwrap_or(host.address), service.port);
    format!("{} {address}", service.transport.word())
}

fn room_seen<'a>(texts: &Texts, room: &Room, scan: &'a ScanSection, from: &[IpNet]) -> RoomSeen<'a> {
    let networks = room.networks.iter().map(IpNet::to_string).collect::<Vec<_>>().join(", ");
    let here =
        room.networks.iter().any(|network| from.iter().any(|own| network.contains(own) || own.contains(network)));
    RoomSeen {
        name: if room.name.is_empty() {
            texts.fill("scan-aim-network", [("network", networks.as_str().into())])
        } else {
            room.name.clone()
        },
        networks: if room.name.is_empty() { String::new() } else { networks },
        kind: room.kind,
        hosts: scan.hosts.iter().filter(|host| contains(&room.networks, host.address)).collect(),
        door: if here { DoorState::Here } else { DoorState::NotMeasured },
        open: 0,
        witnesses: Vec::new(),
    }
}

/// What the devices of a room say about its door.
fn settle(room: &mut RoomSeen<'_>, verdicts: &BTreeMap<String, bool>, from_nowhere: bool) {
    let services = || room.hosts.iter().flat_map(|host| open(host).map(move |service| (*host, service)));
    room.open = services().count();
    // Where it is not known from where something was seen, nothing is known about doors.
    if room.door == DoorState::Here || from_nowhere {
        return;
    }
    let verdict = |(host, service): &(&ScannedHost, &ScannedService)| verdicts.get(&endpoint(host, service)).copied();
    room.witnesses = services().filter(|way| verdict(way) == Some(false)).collect();
    let all_allowed = room.open > 0 && services().all(|way| verdict(&way) == Some(true));
    room.door = match (room.hosts.is_empty(), room.open) {
        (true, _) => DoorState::NotMeasured,
        _ if !room.witnesses.is_empty() => DoorState::Forbidden,
        (false, 0) if room.hosts.iter().any(|host| host.unanswered_ports > 0) => DoorState::NotMeasured,
        (false, 0) => DoorState::Closed,
        _ if all_allowed => DoorState::Wanted,
        _ => DoorState::Open,
    };
}
