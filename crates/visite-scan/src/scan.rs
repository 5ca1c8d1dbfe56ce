//! One scan from its plan to what was seen: who is there, which ports are open, what listens there.

use crate::announce::{self, Announced, Heard};
use crate::device::Evidence;
use crate::discover::{Found, Presence, discover, learn_macs};
use crate::examine::{Book, Examined, Examiner, Gauge};
use crate::net::Connections;
use crate::observe::written;
use crate::pace::Pacer;
use crate::policy::Policy;
use crate::routers;
use crate::sweep::{Asking, Ports, sweep};
use crate::targets::Targets;
use crate::vendors;
use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use visite_facts::facts::{DeviceClass, Transport};
use visite_facts::scan::{NotExamined, PortState};
use visite_facts::{Identifier, IdentifierKind, Observed, Unknown, UnknownReason};
use visite_wire::fingerprints::Fingerprints;

/// What the practice says about a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// What people call it.
    pub name: String,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// Its hardware address.
    pub mac: Option<[u8; 6]>,
    /// What it is.
    pub class: DeviceClass,
    /// Whether its maker's approval of active probes is recorded.
    pub approved: bool,
}

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Addresses to examine.
    pub targets: Targets,
    /// Networks of guests and patients: their devices are counted, nothing else.
    pub guests: Vec<IpNet>,
    /// TCP ports.
    pub tcp: Vec<u16>,
    /// UDP ports.
    pub udp: Vec<u16>,
    /// The rules.
    pub policy: Policy,
    /// Whether every address is to be taken as present.
    pub assume_up: bool,
    /// What the practice says about its devices.
    pub stated: Vec<Stated>,
    /// Devices that an earlier, interrupted scan was through with.
    pub done: BTreeSet<IpAddr>,
    /// Where to look for what.
    pub book: Book,
    /// How products are told.
    pub fingerprints: Arc<Fingerprints>,
    /// Zones of the practice in the domain name system, for which name servers are asked.
    pub domains: Vec<String>,
}

impl Plan {
    /// The TCP ports that will be knocked at.
    pub fn knocks(&self) -> Vec<u16> {
        let mut ports: Vec<u16> = self.tcp.iter().copied().filter(|port| self.policy.may_knock(*port)).collect();
        ports.sort_unstable();
        ports.dedup();
        ports
    }

    fn stated(&self, addresses: &[IpAddr], mac: Option<[u8; 6]>) -> Option<&Stated> {
        let same = |stated: &&Stated| {
            stated.addresses.iter().any(|address| addresses.contains(address)) || mac.is_some() && stated.mac == mac
        };
        self.stated.iter().find(same)
    }

    /// Whether a device is not asked: a guest's, or one that an earlier scan was through with.
    fn leaves_out(&self, address: IpAddr) -> bool {
        self.done.contains(&address) || self.is_guest(address)
    }

    /// Whether a device is a guest's or a patient's: in one of their networks, and none that the practice names.
    pub fn is_guest(&self, address: IpAddr) -> bool {
        let named = || self.stated.iter().any(|stated| stated.addresses.contains(&address));
        self.guests.iter().any(|network| network.contains(&address)) && !named()
    }
}

/// A port of a device and what listens there.
#[derive(Clone, Debug)]
pub struct ServiceSeen {
    /// Address.
    pub address: IpAddr,
    /// TCP or UDP.
    pub transport: Transport,
    /// Port.
    pub port: u16,
    /// What it said.
    pub state: PortState,
    /// What was found out.
    pub examined: Examined,
}

/// A device as it showed itself.
#[derive(Clone, Debug)]
pub struct DeviceSeen {
    /// Address at which it was examined first.
    pub address: IpAddr,
    /// All its addresses, sorted.
    pub addresses: Vec<IpAddr>,
    /// How it was found.
    pub how: Found,
    /// Hardware address.
    pub mac: Option<[u8; 6]>,
    /// To whom the IEEE gave the first part of it.
    pub vendor: Option<&'static str>,
    /// What it is.
    pub class: Option<DeviceClass>,
    /// What its TCP ports said, by address.
    pub ports: BTreeMap<IpAddr, Ports>,
    /// What listens there; open ports and UDP ports that were asked.
    pub services: Vec<ServiceSeen>,
    /// What the practice calls it.
    pub called: Option<String>,
    /// What it said when everybody was asked.
    pub announced: Announced,
    /// Hardware address that it states of itself, also over a router; maybe that of another of its interfaces.
    pub stated_mac: Option<[u8; 6]>,
    /// By what it can be known again. What several devices of the scan show is left out.
    pub identifiers: Vec<Identifier>,
    /// Whether everything planned was done.
    pub finished: bool,
}

impl DeviceSeen {
    fn any_mac(&self) -> Option<[u8; 6]> {
        self.mac.or(self.stated_mac)
    }

    /// Names that it gives itself, sorted.
    pub fn names(&self) -> BTreeSet<String> {
        let seen = self.services.iter().filter_map(|service| service.examined.seen.as_ref());
        let names = seen.flat_map(|seen| seen.names.iter().cloned());
        names.chain(self.announced.names()).collect()
    }
}

impl DeviceSeen {
    /// Whether any of its ports said anything.
    fn has_answered(&self) -> bool {
        let tcp = self.ports.values().any(|ports| !ports.open.is_empty() || !ports.closed.is_empty());
        // That a UDP port is closed may have been said by a router on the way.
        tcp || self.services.iter().any(|service| service.state == PortState::Open)
    }
}

/// Everything a scan saw.
#[derive(Clone, Debug)]
pub struct Scan {
    /// Devices, sorted by address.
    pub devices: Vec<DeviceSeen>,
    /// Devices in guest networks.
    pub guests: u32,
    /// How many devices of a link, by its number, announce themselves as routers over IPv6.
    pub ipv6_routers: BTreeMap<u32, Observed<i64>>,
    /// How this computer was connected.
    pub connections: Connections,
    /// Packets sent, by kind.
    pub packets: BTreeMap<&'static str, u64>,
    /// Dialogues held, by service.
    pub dialogues: BTreeMap<&'static str, u64>,
    /// The highest rate that was aimed at, in packets a second.
    pub packets_per_second: u32,
    /// Whether it was stopped before it was through.
    pub interrupted: bool,
}

/// What a scan is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Looking for devices.
    #[default]
    Discovery,
    /// Asking ports.
    Ports,
    /// Holding dialogues.
    Services,
    /// Through.
    Done,
}

/// How far a scan is; read while it runs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Status {
    /// What it is doing.
    pub phase: Phase,
    /// Devices found so far.
    pub found: usize,
    /// Devices that are through.
    pub done: usize,
    /// Packets sent.
    pub packets: u64,
    /// Packets a second at present.
    pub rate: u32,
    /// How much longer, by the devices that are left; unknown before the first is through.
    pub left: Option<Duration>,
}

/// A running scan, seen from outside.
#[derive(Debug, Default)]
pub struct Control {
    /// Set to stop with the results so far.
    pub stop: Arc<AtomicBool>,
    status: Mutex<Status>,
}

impl Control {
    /// How far it is.
    pub fn status(&self) -> Status {
        *self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn update(&self, pacer: &Pacer, change: impl FnOnce(&mut Status)) {
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut status);
        status.packets = pacer.sent().values().sum();
        status.rate = pacer.rate();
    }
}

/// Carries out a plan. Needs a runtime of tokio with time and I/O.
pub async fn run(plan: Plan, control: &Arc<Control>) -> std::io::Result<Scan> {
    let connections = Connections::read()?;
    let policy = plan.policy;
    let fast = policy.tries_everything();
    let pacer = Arc::new(if fast { Pacer::new(policy.rate()) } else { Pacer::exact(policy.rate()) });
    let mut examiner = Examiner::new(
        policy,
        Arc::clone(&pacer),
        Arc::clone(&control.stop),
        plan.book.clone(),
        Arc::clone(&plan.fingerprints),
    );
    examiner.domains.clone_from(&plan.domains);
    let examiner = Arc::new(examiner);
    let asking = Asking {
        pacer: Arc::clone(&pacer),
        stop: Arc::clone(&control.stop),
        policy,
        raw: crate::raw_sockets_allowed(),
        patience: Duration::from_millis(if fast { 250 } else { 900 }),
        tries: 2,
        up_to: policy.up_to(),
        connections: connections_at_once(fast),
    };
    let links = announce::links(&plan.targets, &plan.guests, &connections);
    let counting =
        tokio::spawn(routers::count(links, fast, connections.clone(), Arc::clone(&pacer), Arc::clone(&control.stop)));
    // Whoever was found is knocked at while others still answer the question to everybody.
    let early = async {
        let present = discover(&plan.targets, &connections, &asking, plan.assume_up).await;
        control.update(&pacer, |status| (status.phase, status.found) = (Phase::Ports, present.len()));
        let naming = tokio::spawn(announce::names(
            plan.targets.clone(),
            plan.guests.clone(),
            present.iter().filter(|(address, _)| !plan.leaves_out(**address)).map(|(at, how)| (*at, *how)).collect(),
            connections.clone(),
            asking.clone(),
        ));
        let first: Vec<IpAddr> =
            present.keys().copied().filter(|at| !plan.leaves_out(*at)).take(policy.devices_together()).collect();
        (present, naming, sweep(&first, &plan.knocks(), &asking).await)
    };
    let everybody = announce::everybody(&plan.targets, &plan.guests, &connections, &asking);
    let ((mut present, naming, mut swept), mut heard) = tokio::join!(early, everybody);
    for address in heard.keys() {
        present.entry(*address).or_insert(Presence { how: Found::Announced, mac: None });
    }
    // What the practice knows is asked even if it hides from whoever only looks around; on a local segment nobody hides.
    let known = plan.stated.iter().flat_map(|stated| &stated.addresses);
    for address in known.filter(|address| plan.targets.contains(**address)) {
        if !connections.is_own(*address) && connections.beside(*address).is_none() {
            present.entry(*address).or_insert(Presence { how: Found::Stated, mac: None });
        }
    }
    learn_macs(&mut present);
    heard.retain(|address, _| !plan.is_guest(*address));
    let (guests, present): (BTreeMap<_, _>, BTreeMap<_, _>) =
        present.into_iter().partition(|(address, _)| plan.is_guest(*address));
    let present: BTreeMap<IpAddr, Presence> =
        present.into_iter().filter(|(address, _)| !plan.leaves_out(*address)).collect();
    control.update(&pacer, |status| (status.phase, status.found) = (Phase::Ports, present.len()));
    let mut devices = Vec::new();
    let begun = Instant::now();
    let addresses: Vec<IpAddr> = present.keys().copied().collect();
    let plan = Arc::new(plan);
    let told = Arc::new(heard.clone());
    let at_once = Arc::new(Semaphore::new(policy.devices_at_once()));
    let mut running = JoinSet::new();
    let mut through = |device: DeviceSeen| {
        devices.push(device);
        control.update(&pacer, |status| {
            status.done += 1;
            let (done, left) = (u32::try_from(status.done).ok(), u32::try_from(status.found - status.done).ok());
            status.left = done.zip(left).map(|(done, left)| begun.elapsed() / done.max(1) * left);
        });
    };
    for chunk in addresses.chunks(policy.devices_together()) {
        let unasked: Vec<IpAddr> = chunk.iter().copied().filter(|address| !swept.contains_key(address)).collect();
        swept.extend(sweep(&unasked, &plan.knocks(), &asking).await);
        control.update(&pacer, |status| status.phase = Phase::Services);
        // The pace of knocking may be far above what conversations need.
        pacer.set_rate(policy.rate().max(pacer.rate()));
        for address in chunk {
            let Some(presence) = present.get(address).copied() else { continue };
            let ports = swept.remove(address).unwrap_or_default();
            let (plan, examiner, at_once) = (Arc::clone(&plan), Arc::clone(&examiner), Arc::clone(&at_once));
            let (address, told) = (*address, Arc::clone(&told));
            running.spawn(async move {
                let _turn = at_once.acquire().await;
                device(address, presence, ports, told.get(&address), &plan, &examiner).await
            });
        }
        while let Some(Ok(done)) = running.try_join_next() {
            through(done);
        }
        while !policy.knocks_ahead()
            && let Some(done) = running.join_next().await
        {
            done.into_iter().for_each(&mut through);
        }
    }
    while let Some(done) = running.join_next().await {
        done.into_iter().for_each(&mut through);
    }
    announce::merge(&mut heard, naming.await.unwrap_or_default());
    for device in &mut devices {
        settle(device, &heard, &plan);
    }
    learn(&mut devices);
    let ipv6_routers = counting.await.unwrap_or_default();
    let interrupted = control.stop.load(Ordering::Relaxed);
    control.update(&pacer, |status| status.phase = Phase::Done);
    let dialogues = examiner.dialogues.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(Scan {
        devices: joined(devices, &plan),
        ipv6_routers,
        guests: u32::try_from(guests.len()).unwrap_or(u32::MAX),
        connections,
        packets: pacer.sent(),
        dialogues,
        packets_per_second: pacer.highest(),
        interrupted,
    })
}

/// How many connections may be open together, within what the system allows a program.
fn connections_at_once(fast: bool) -> usize {
    let allowed = rustix::process::getrlimit(rustix::process::Resource::Nofile).current.unwrap_or(1024);
    let wanted = if fast { 1_000 } else { 100 };
    wanted.min(usize::try_from(allowed).unwrap_or(1024).saturating_sub(200)).max(16)
}

async fn device(
    address: IpAddr,
    presence: Presence,
    ports: Ports,
    told: Option<&Announced>,
    plan: &Arc<Plan>,
    examiner: &Arc<Examiner>,
) -> DeviceSeen {
    let stated = plan.stated(&[address], presence.mac).cloned();
    let mut evidence = Evidence {
        stated: stated.as_ref().map(|stated| stated.class),
        vendor: presence.mac.and_then(vendors::vendor).map(str::to_owned),
        open_tcp: ports.open.clone(),
        announced: told.map(|announced| announced.classes(presence.mac)).unwrap_or_default(),
        ..Evidence::default()
    };
    let approved = stated.is_some_and(|stated| stated.approved);
    let care = plan.policy.care(&evidence, approved);
    let gauge = Arc::new(Gauge::default());
    let at_once = Arc::new(Semaphore::new(plan.policy.ports_at_once(care)));
    let mut running = JoinSet::new();
    for port in &ports.open {
        let (examiner, gauge, at_once, port) = (Arc::clone(examiner), Arc::clone(&gauge), Arc::clone(&at_once), *port);
        running.spawn(async move {
            let _turn = at_once.acquire_owned().await;
            let examined = examiner.tcp(address, port, care, &gauge).await;
            ServiceSeen { address, transport: Transport::Tcp, port, state: PortState::Open, examined }
        });
    }
    for port in &plan.udp {
        let (examiner, at_once, port) = (Arc::clone(examiner), Arc::clone(&at_once), *port);
        running.spawn(async move {
            let _turn = at_once.acquire_owned().await;
            let (state, examined) = examiner.udp(address, port, care).await;
            ServiceSeen { address, transport: Transport::Udp, port, state, examined }
        });
    }
    let mut services = Vec::new();
    while let Some(service) = running.join_next().await {
        services.extend(service.ok());
    }
    services.sort_by_key(|service: &ServiceSeen| (service.transport, service.port));
    evidence.add(&services);
    let stopped = |service: &ServiceSeen| service.examined.not_examined == Some(NotExamined::Stopped);
    DeviceSeen {
        address,
        addresses: vec![address],
        how: presence.how,
        mac: presence.mac,
        vendor: presence.mac.and_then(vendors::vendor),
        class: evidence.class(),
        called: None,
        announced: Announced::default(),
        stated_mac: stated_mac(&services),
        identifiers: identifiers(&services),
        finished: !examiner.stop.load(Ordering::Relaxed) && !services.iter().any(stopped),
        ports: BTreeMap::from([(address, ports)]),
        services,
    }
}

impl Evidence {
    fn add(&mut self, services: &[ServiceSeen]) {
        for examined in services.iter().map(|service| &service.examined) {
            self.fingerprints.extend(examined.class);
            if let Some(seen) = &examined.seen {
                self.services.push(seen.service);
                self.systems.extend(seen.system.clone());
            }
        }
    }
}

/// The hardware address that services state, if they agree.
fn stated_mac(services: &[ServiceSeen]) -> Option<[u8; 6]> {
    let seen = services.iter().filter_map(|service| service.examined.seen.as_ref());
    let stated: BTreeSet<[u8; 6]> = seen.filter_map(|seen| seen.mac).collect();
    stated.first().copied().filter(|_| stated.len() == 1)
}

fn identifiers(services: &[ServiceSeen]) -> Vec<Identifier> {
    let all = services.iter().flat_map(|service| service.examined.identifiers.iter().cloned());
    all.collect::<BTreeSet<Identifier>>().into_iter().collect()
}

/// Puts what a device said to everybody beside what it said when it was asked itself. A service of a port that was to be
/// asked has been seen by its answer, whether it answers single questions or not.
fn settle(device: &mut DeviceSeen, heard: &Heard, plan: &Plan) {
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
fn learn(devices: &mut [DeviceSeen]) {
    let mut present: BTreeMap<IpAddr, Presence> =
        devices.iter().map(|device| (device.address, Presence { how: device.how, mac: device.mac })).collect();
    learn_macs(&mut present);
    for device in devices {
        device.mac = present.get(&device.address).and_then(|presence| presence.mac);
        device.vendor = device.mac.and_then(vendors::vendor);
    }
}

/// Which of `others` is the same device: the only one with the same hardware address, or else the only one with the same
/// host key or certificate, if no other device shows that and no hardware address contradicts.
fn twin(device: &DeviceSeen, others: &[DeviceSeen], shown: &BTreeMap<Identifier, [usize; 2]>) -> Option<usize> {
    let only = |same: &dyn Fn(&DeviceSeen) -> bool| {
        let mut fitting = others.iter().enumerate().filter(|(_, other)| same(other)).map(|(at, _)| at);
        (fitting.next(), fitting.next())
    };
    match only(&|other| device.any_mac().is_some() && other.any_mac() == device.any_mac()) {
        (Some(one), None) => return Some(one),
        (Some(_), Some(_)) => return None,
        (None, _) => {}
    }
    let contradicts = |other: &DeviceSeen| device.mac.is_some() && other.mac.is_some() && device.mac != other.mac;
    let both_alone = |identifier: &&Identifier| shown.get(identifier) == Some(&[1, 1]);
    let keys: Vec<&Identifier> = device.identifiers.iter().filter(both_alone).collect();
    match only(&|other| !contradicts(other) && other.identifiers.iter().any(|key| keys.contains(&key))) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}

/// Puts IPv4 and IPv6 addresses of one device together where it is beyond doubt that they are, and says by what each
/// device can be known again.
fn joined(mut devices: Vec<DeviceSeen>, plan: &Plan) -> Vec<DeviceSeen> {
    // A device of the practice file that answered nothing is switched off, or cannot be reached from here.
    devices.retain(|device| device.how != Found::Stated || device.has_answered());
    let mut shown: BTreeMap<Identifier, [usize; 2]> = BTreeMap::new();
    for device in &devices {
        for identifier in &device.identifiers {
            let [v4, v6] = shown.entry(identifier.clone()).or_default();
            *(if device.address.is_ipv4() { v4 } else { v6 }) += 1;
        }
    }
    let (mut v4, v6): (Vec<_>, Vec<_>) = devices.into_iter().partition(|device| device.address.is_ipv4());
    let mut whole = Vec::new();
    let twins: Vec<Option<usize>> = v6.iter().map(|device| twin(device, &v4, &shown)).collect();
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
        other.stated_mac = other.stated_mac.or(device.stated_mac);
        other.vendor = other.mac.and_then(vendors::vendor);
        other.finished &= device.finished;
        other.class = match (other.class, device.class) {
            (Some(one), Some(two)) if one != two => None,
            (one, two) => one.or(two),
        };
    }
    whole.extend(v4);
    for device in &mut whole {
        device.addresses.sort_unstable();
        let mac = device.any_mac().and_then(|mac| Identifier::new(IdentifierKind::Mac, &written(mac)));
        device.identifiers.extend(mac);
        device.identifiers.sort();
        device.identifiers.dedup();
        // What the practice says holds for the device, whichever of its addresses it names.
        match plan.stated(&device.addresses, device.any_mac()) {
            Some(stated) => {
                device.class = Some(stated.class);
                device.called = Some(stated.name.clone());
            }
            None if device.class == Some(DeviceClass::Mobile) => forget_names(device),
            None => {}
        }
    }
    leave_out_shared(&mut whole);
    whole.sort_by_key(|device| device.address);
    whole
}

/// A phone that the practice does not name may be a patient's, and is often called like its owner.
fn forget_names(device: &mut DeviceSeen) {
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
    use visite_facts::facts::NetworkService;
    use visite_facts::scan::Profile;
    use visite_wire::Seen;

    fn plan() -> Plan {
        Plan {
            targets: Targets::of_networks([]),
            guests: Vec::new(),
            domains: Vec::new(),
            tcp: Vec::new(),
            udp: vec![5353],
            policy: Policy { profile: Profile::Fast, logins: false, ports_only: false },
            assume_up: false,
            stated: Vec::new(),
            done: BTreeSet::new(),
            book: Book::default(),
            fingerprints: Arc::default(),
        }
    }

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
            stated_mac: None,
            identifiers: keys.iter().filter_map(|key| Identifier::new(IdentifierKind::SshHostKey, key)).collect(),
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

    #[test]
    fn over_a_router_they_are_joined_by_a_key_that_nobody_else_shows() {
        let devices = vec![
            device("10.0.0.1", None, &["ab01"]),
            device("10.0.0.2", None, &["ab02"]),
            device("fd00::2", None, &["ab02"]),
        ];
        assert_eq!(addresses(devices), ["10.0.0.1", "10.0.0.2 fd00::2"]);
        let copied = vec![
            device("10.0.0.1", None, &["ab01"]),
            device("10.0.0.2", None, &["ab01"]),
            device("fd00::2", None, &["ab01"]),
        ];
        assert_eq!(addresses(copied).len(), 3, "a copied disk");
        let copied = vec![
            device("10.0.0.1", None, &["ab01"]),
            device("fd00::1", None, &["ab01"]),
            device("fd00::2", None, &["ab01"]),
        ];
        assert_eq!(addresses(copied).len(), 3);
        let contradiction = vec![device("10.0.0.1", Some(1), &["ab01"]), device("fd00::1", Some(2), &["ab01"])];
        assert_eq!(addresses(contradiction).len(), 2);
    }

    #[test]
    fn a_stated_hardware_address_counts_over_a_router() {
        let mut v4 = device("10.0.0.1", None, &[]);
        v4.stated_mac = Some([0, 0x15, 0x5d, 1, 2, 9]);
        let mut v6 = device("fd00::1", None, &[]);
        v6.stated_mac = v4.stated_mac;
        let devices = joined(vec![v4, v6], &plan());
        assert_eq!(devices.len(), 1);
        assert_eq!(
            devices[0].identifiers,
            Identifier::new(IdentifierKind::Mac, "00:15:5d:01:02:09").into_iter().collect::<Vec<_>>()
        );
        assert_eq!(devices[0].mac, None, "it was not seen on this link");
    }

    #[test]
    fn services_have_to_agree_on_the_hardware_address() {
        let stating = |last| {
            let seen = Seen { mac: Some([0, 0x15, 0x5d, 1, 2, last]), ..Seen::new(NetworkService::Snmp) };
            service(Some(seen))
        };
        assert_eq!(stated_mac(&[stating(1), stating(1), service(None)]), Some([0, 0x15, 0x5d, 1, 2, 1]));
        assert_eq!(stated_mac(&[stating(1), stating(2)]), None);
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
            phone.class = Some(DeviceClass::Mobile);
            phone.announced = named("iPhone-von-Erika-Mustermann.local");
            phone.services.push(service(phone.announced.services.first().cloned()));
            phone
        };
        assert!(joined(vec![phone()], &plan())[0].names().is_empty());
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
