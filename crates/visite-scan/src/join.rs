//! What a scan knows when it is through: what was said to everybody is put beside what each device said itself, addresses of
//! one device become one, and what nobody may keep is forgotten.

use crate::announce::{self, Heard};
use crate::discover::{Found, Presence, learn_macs};
use crate::examine::Examined;
use crate::mobile::is_mobile;
use crate::observe::written;
use crate::scan::{DeviceSeen, Plan, ServiceSeen};
use crate::vendors;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use visite_facts::facts::{DeviceClass, Transport};
use visite_facts::scan::PortState;
use visite_facts::{Identifier, IdentifierKind, Unknown, UnknownReason};

/// Puts what a device said to everybody beside what it said when it was asked itself. A service of a port that was to be
/// asked has been seen by its answer, whether it answers single questions or not.
pub fn settle(device: &mut DeviceSeen, heard: &Heard, plan: &Plan) {
    for address in device.addresses.clone() {
        let Some(announced) = heard.get(&address) else { continue };
        device.announced.add(announced.clone());
        for seen in &announced.services {
            let Some(port) = announce::port(seen.service).filter(|port| plan.udp.contains(port)) else { continue };
            let same = |service: &&mut ServiceSeen| {
                (service.address, service.transport, service.port) == (address, Transport::Udp, port)
            };
            let known = device.services.iter_mut().find(same);
            if known.as_ref().is_some_and(|service| service.examined.seen.is_some()) {
                continue;
            }
            let mut seen = seen.clone();
            let class = plan.fingerprints.apply(&mut seen);
            device.evidence.fingerprints.extend(class);
            device.evidence.services.push(seen.service);
            let examined = Examined { seen: Some(seen), class, ..Examined::default() };
            let service = ServiceSeen { address, transport: Transport::Udp, port, state: PortState::Open, examined };
            match known {
                Some(known) => *known = service,
                None => device.services.push(service),
            }
        }
    }
    device.services.sort_by_key(|service| (service.transport, service.port));
}

/// Adds hardware addresses: the system learns those of IPv6 neighbours while it speaks with them.
pub fn learn(devices: &mut [DeviceSeen]) {
    let mut present: BTreeMap<IpAddr, Presence> =
        devices.iter().map(|device| (device.address, Presence { how: device.how, mac: device.mac })).collect();
    learn_macs(&mut present);
    for device in devices {
        device.mac = present.get(&device.address).and_then(|presence| presence.mac);
        device.vendor = device.mac.and_then(vendors::vendor);
    }
}

/// What devices show, with how many of IPv4 and of IPv6 show it.
#[derive(Default)]
struct Shown {
    identifiers: BTreeMap<Identifier, [usize; 2]>,
    names: BTreeMap<String, [usize; 2]>,
}

impl Shown {
    fn by(devices: &[DeviceSeen]) -> Self {
        let mut shown = Self::default();
        for device in devices {
            let family = usize::from(!device.address.is_ipv4());
            for identifier in &device.identifiers {
                let counts = shown.identifiers.entry(identifier.clone()).or_default();
                counts.get_mut(family).into_iter().for_each(|count| *count += 1);
            }
            for name in device.names() {
                let counts = shown.names.entry(name).or_default();
                counts.get_mut(family).into_iter().for_each(|count| *count += 1);
            }
        }
        shown
    }

    /// Host keys and certificates that these two show, and nobody else.
    fn keys_of_both<'d>(&self, one: &'d DeviceSeen, other: &DeviceSeen) -> Vec<&'d Identifier> {
        let alone = |key: &&Identifier| self.identifiers.get(key) == Some(&[1, 1]) && other.identifiers.contains(key);
        one.identifiers.iter().filter(alone).collect()
    }

    /// Whether these two say a name that nobody else says.
    fn share_a_name(&self, one: &DeviceSeen, other: &DeviceSeen) -> bool {
        let others = other.names();
        one.names().iter().any(|name| self.names.get(name) == Some(&[1, 1]) && others.contains(name))
    }
}

/// Which of `others` is the same device: the only one with the same hardware address, seen on the link, or else the only
/// one that shows the same host key or certificate and for which something more speaks. A key alone may be a copy, or
/// that of a device to which another one forwards; and a hardware address that a device only states may be another's.
fn twin(device: &DeviceSeen, others: &[DeviceSeen], shown: &Shown, plan: &Plan) -> Option<usize> {
    let only = |same: &dyn Fn(&DeviceSeen) -> bool| {
        let mut fitting = others.iter().enumerate().filter(|(_, other)| same(other)).map(|(at, _)| at);
        (fitting.next(), fitting.next())
    };
    match only(&|other| device.mac.is_some() && other.mac == device.mac) {
        (Some(one), None) => return Some(one),
        (Some(_), Some(_)) => return None,
        (None, _) => {}
    }
    let contradicts = |other: &DeviceSeen| device.mac.is_some() && other.mac.is_some() && device.mac != other.mac;
    let same = |other: &DeviceSeen| {
        let keys = shown.keys_of_both(device, other).len();
        let further = || keys > 1 || shown.share_a_name(device, other);
        !contradicts(other)
            && keys > 0
            && (are_stated_as_one(device, other, plan) || open_ports(device) == open_ports(other) && further())
    };
    match only(&same) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}

/// Whether the practice says that both are one device.
fn are_stated_as_one(one: &DeviceSeen, other: &DeviceSeen, plan: &Plan) -> bool {
    let names = |device: &DeviceSeen, addresses: &[IpAddr]| device.addresses.iter().any(|at| addresses.contains(at));
    plan.stated.iter().any(|stated| names(one, &stated.addresses) && names(other, &stated.addresses))
}

fn open_ports(device: &DeviceSeen) -> BTreeSet<u16> {
    device.ports.values().flat_map(|ports| ports.open.iter().copied()).collect()
}

/// Puts IPv4 and IPv6 addresses of one device together where it is beyond doubt that they are, and says by what each
/// device can be known again.
pub fn joined(mut devices: Vec<DeviceSeen>, plan: &Plan) -> Vec<DeviceSeen> {
    // A device of the practice file that answered nothing is switched off, or cannot be reached from here.
    devices.retain(|device| device.how != Found::Stated || device.has_answered());
    let shown = Shown::by(&devices);
    let (mut v4, v6): (Vec<_>, Vec<_>) = devices.into_iter().partition(|device| device.address.is_ipv4());
    let mut whole = Vec::new();
    let twins: Vec<Option<usize>> = v6.iter().map(|device| twin(device, &v4, &shown, plan)).collect();
    for (device, twin) in v6.into_iter().zip(twins) {
        let Some(other) = twin.and_then(|at| v4.get_mut(at)) else {
            whole.push(device);
            continue;
        };
        other.addresses.extend(device.addresses);
        other.ports.extend(device.ports);
        other.services.extend(device.services);
        other.announced.add(device.announced);
        other.identifiers.extend(device.identifiers);
        other.mac = other.mac.or(device.mac);
        other.vendor = other.mac.and_then(vendors::vendor);
        other.finished &= device.finished;
        other.evidence.merge(device.evidence);
    }
    whole.extend(v4);
    for device in &mut whole {
        device.addresses.sort_unstable();
        judge(device);
        let mac = device.mac.and_then(|mac| Identifier::new(IdentifierKind::Mac, &written(mac)));
        device.identifiers.extend(mac);
        device.identifiers.sort();
        device.identifiers.dedup();
        // What the practice says holds for the device, whichever of its addresses it names.
        match plan.stated(&device.addresses, device.mac) {
            Some(stated) => {
                device.class = Some(stated.class);
                device.called = Some(stated.name.clone());
            }
            None => forget_names(device),
        }
    }
    leave_out_shared(&mut whole);
    whole.sort_by_key(|device| device.address);
    whole
}

/// Judges the class again: some names were heard only after the device had been examined, and more addresses may be its.
fn judge(device: &mut DeviceSeen) {
    device.evidence.vendor = device.vendor.map(str::to_owned);
    device.evidence.announced.extend(device.announced.classes(device.mac));
    if device.names().iter().any(|name| is_mobile(name)) {
        device.evidence.announced.push(DeviceClass::Mobile);
    }
    let computer = device.evidence.computer().is_some();
    device.class = device.evidence.class().filter(|class| *class != DeviceClass::Mobile || !computer);
}

/// A phone that the practice does not name may be a patient's, and is often called like its owner. So is whatever calls
/// itself like one, although something else speaks for another class.
fn forget_names(device: &mut DeviceSeen) {
    if device.class != Some(DeviceClass::Mobile) && !device.evidence.announced.contains(&DeviceClass::Mobile) {
        return;
    }
    for seen in &mut device.announced.services {
        seen.names.clear();
    }
    for examined in device.services.iter_mut().map(|service| &mut service.examined) {
        if let Some(seen) = &mut examined.seen {
            seen.names.clear();
        }
        if let Some(tls) = &mut examined.tls {
            tls.certificate_subject = Unknown(UnknownReason::NotCollected);
        }
    }
}

/// Leaves out what several devices show: a certificate that came with the firmware, the host key of a copied disk, the
/// address of a router that answers for others. It tells nobody from anybody.
fn leave_out_shared(devices: &mut [DeviceSeen]) {
    let mut shown: BTreeMap<Identifier, usize> = BTreeMap::new();
    for identifier in devices.iter().flat_map(|device| &device.identifiers) {
        *shown.entry(identifier.clone()).or_default() += 1;
    }
    for device in devices {
        device.identifiers.retain(|identifier| shown.get(identifier) == Some(&1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::announce::Announced;
    use crate::device::Evidence;
    use crate::scan::{Stated, tests::plan};
    use crate::sweep::Ports;
    use visite_facts::facts::NetworkService;
    use visite_wire::Seen;

    fn device(address: &str, mac: Option<u8>, keys: &[&str]) -> DeviceSeen {
        let address: IpAddr = address.parse().unwrap();
        DeviceSeen {
            address,
            addresses: vec![address],
            how: Found::Echo,
            mac: mac.map(|last| [0, 0x15, 0x5d, 1, 2, last]),
            vendor: None,
            class: None,
            ports: BTreeMap::new(),
            services: Vec::new(),
            called: None,
            announced: Announced::default(),
            identifiers: keys.iter().filter_map(|key| Identifier::new(IdentifierKind::SshHostKey, key)).collect(),
            evidence: Evidence::default(),
            finished: true,
        }
    }

    fn addresses(devices: Vec<DeviceSeen>) -> Vec<String> {
        let written = |device: DeviceSeen| device.addresses.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(" ");
        joined(devices, &plan()).into_iter().map(written).collect()
    }

    #[test]
    fn both_kinds_of_addresses_are_joined_by_the_hardware_address() {
        let devices =
            vec![device("10.0.0.1", Some(1), &[]), device("10.0.0.2", Some(2), &[]), device("fd00::2", Some(2), &[])];
        assert_eq!(addresses(devices), ["10.0.0.1", "10.0.0.2 fd00::2"]);
        let devices =
            vec![device("10.0.0.1", Some(1), &[]), device("10.0.0.2", Some(1), &[]), device("fd00::2", Some(1), &[])];
        assert_eq!(addresses(devices), ["10.0.0.1", "10.0.0.2", "fd00::2"], "which of the two it is, is not known");
    }

    /// A device behind a router: some keys, a name, two open ports.
    fn far(address: &str, keys: &[&str]) -> DeviceSeen {
        let mut device = device(address, None, keys);
        device.announced = named("nas.local");
        device.ports.insert(device.address, Ports { open: vec![22, 443], ..Ports::default() });
        device
    }

    #[test]
    fn over_a_router_they_are_joined_by_a_key_that_nobody_else_shows_and_something_more() {
        let devices = || vec![far("10.0.0.1", &["ab01"]), far("10.0.0.2", &["ab02"]), far("fd00::2", &["ab02"])];
        assert_eq!(addresses(devices()).len(), 3, "the key alone, for three say the name");
        let mut joined = devices();
        joined[0].announced = named("pvs.local");
        assert_eq!(addresses(joined), ["10.0.0.1", "10.0.0.2 fd00::2"]);
        let forwarded = vec![device("10.0.0.2", None, &["ab02"]), device("fd00::2", None, &["ab02"])];
        assert_eq!(addresses(forwarded).len(), 2, "another device may pass the connection on");
        let both = vec![device("10.0.0.2", None, &["ab02", "ab03"]), device("fd00::2", None, &["ab02", "ab03"])];
        assert_eq!(addresses(both), ["10.0.0.2 fd00::2"]);
        let mut other_ports = vec![far("10.0.0.2", &["ab02"]), far("fd00::2", &["ab02"])];
        other_ports[1].ports.clear();
        assert_eq!(addresses(other_ports).len(), 2);
        let copied = vec![far("10.0.0.1", &["ab01"]), far("10.0.0.2", &["ab01"]), far("fd00::2", &["ab01"])];
        assert_eq!(addresses(copied).len(), 3, "a copied disk");
        let mut contradiction = vec![far("10.0.0.1", &["ab01"]), far("fd00::1", &["ab01"])];
        contradiction[0].mac = Some([0, 0x15, 0x5d, 1, 2, 1]);
        contradiction[1].mac = Some([0, 0x15, 0x5d, 1, 2, 2]);
        assert_eq!(addresses(contradiction).len(), 2);
    }

    #[test]
    fn the_practice_and_a_key_together_join() {
        let stated = Stated {
            name: "Netzspeicher".to_owned(),
            addresses: vec!["10.0.0.2".parse().unwrap(), "fd00::2".parse().unwrap()],
            mac: None,
            class: DeviceClass::Nas,
            approved: false,
        };
        let plan = Plan { stated: vec![stated], ..plan() };
        let count =
            |keys: &[&str]| joined(vec![device("10.0.0.2", None, keys), device("fd00::2", None, keys)], &plan).len();
        assert_eq!((count(&["ab02"]), count(&[])), (1, 2));
    }

    #[test]
    fn a_hardware_address_that_a_device_only_states_is_nobodys() {
        let pvs = Stated {
            name: "PVS-Server".to_owned(),
            addresses: Vec::new(),
            mac: Some([0, 0x15, 0x5d, 1, 2, 9]),
            class: DeviceClass::PvsServer,
            approved: true,
        };
        let plan = Plan { stated: vec![pvs], ..plan() };
        let stating = |address: &str| {
            let mut stating = device(address, None, &[]);
            stating
                .services
                .push(service(Some(Seen { mac: Some([0, 0x15, 0x5d, 1, 2, 9]), ..Seen::new(NetworkService::Snmp) })));
            stating
        };
        let devices = joined(vec![stating("10.0.0.1"), stating("fd00::1")], &plan);
        assert_eq!(devices.len(), 2);
        for device in devices {
            assert_eq!((device.class, device.called, device.mac), (None, None, None));
            assert!(device.identifiers.is_empty(), "else the next scan would take it for the server");
        }
        assert_eq!(joined(vec![device("10.0.0.1", Some(9), &[])], &plan)[0].called.as_deref(), Some("PVS-Server"));
    }

    fn service(seen: Option<Seen>) -> ServiceSeen {
        ServiceSeen {
            address: "10.0.0.1".parse().unwrap(),
            transport: Transport::Udp,
            port: 5353,
            state: PortState::Unanswered,
            examined: Examined { seen, ..Examined::default() },
        }
    }

    #[test]
    fn what_several_devices_show_identifies_none() {
        let devices = vec![device("10.0.0.1", Some(1), &["ab01", "ab02"]), device("10.0.0.2", Some(2), &["ab01"])];
        let kinds: Vec<Vec<IdentifierKind>> = joined(devices, &plan())
            .iter()
            .map(|device| device.identifiers.iter().map(|identifier| identifier.kind).collect())
            .collect();
        assert_eq!(kinds, [vec![IdentifierKind::SshHostKey, IdentifierKind::Mac], vec![IdentifierKind::Mac]]);
    }

    fn named(name: &str) -> Announced {
        Announced {
            services: vec![Seen { names: vec![name.to_owned()], ..Seen::new(NetworkService::Mdns) }],
            ..Announced::default()
        }
    }

    #[test]
    fn what_was_said_to_everybody_is_the_service_that_was_not_heard_alone() {
        let heard = Heard::from([("10.0.0.1".parse().unwrap(), named("nas.local"))]);
        let mut seen = device("10.0.0.1", None, &[]);
        seen.services.push(service(None));
        settle(&mut seen, &heard, &plan());
        assert_eq!(seen.services.len(), 1);
        assert_eq!(seen.services[0].state, PortState::Open);
        assert_eq!(seen.names(), BTreeSet::from(["nas.local".to_owned()]));
        let mut unasked = device("10.0.0.1", None, &[]);
        settle(&mut unasked, &heard, &Plan { udp: Vec::new(), ..plan() });
        assert!(unasked.services.is_empty(), "a port that nobody was to ask");
        assert_eq!(unasked.names().len(), 1);
    }

    #[test]
    fn nothing_is_kept_of_the_name_of_a_phone_that_the_practice_does_not_know() {
        let phone = || {
            let mut phone = device("10.0.0.1", Some(7), &[]);
            phone.announced = named("Erikas-iPhone.local");
            phone.services.push(service(phone.announced.services.first().cloned()));
            phone
        };
        let forgotten = joined(vec![phone()], &plan());
        assert!(forgotten[0].names().is_empty());
        assert_eq!(forgotten[0].class, Some(DeviceClass::Mobile), "the name was heard after it had been examined");
        let mut computer = phone();
        computer.evidence.services.push(NetworkService::Modbus);
        let forgotten = joined(vec![computer], &plan());
        assert_eq!((forgotten[0].class, forgotten[0].names().len()), (None, 0), "what it is, is not clear");
        let stated = Stated {
            name: "Telefon der Praxis".to_owned(),
            addresses: vec!["10.0.0.1".parse().unwrap()],
            mac: None,
            class: DeviceClass::Mobile,
            approved: false,
        };
        let known = Plan { stated: vec![stated], ..plan() };
        let kept = joined(vec![phone()], &known);
        assert_eq!(kept[0].names().len(), 1);
        assert_eq!(kept[0].called.as_deref(), Some("Telefon der Praxis"));
    }
}
