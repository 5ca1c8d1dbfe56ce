//! One scan from its plan to what was seen: who is there, which ports are open, what listens there.

use crate::announce::{self, Announced};
use crate::device::Evidence;
use crate::discover::{Found, Presence, discover, learn_macs};
use crate::examine::{Book, Examined, Examiner, Gauge};
use crate::join;
use crate::net::Connections;
use crate::pace::Pacer;
use crate::policy::{CLINICAL_PORTS, Policy};
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
use visite_facts::{Identifier, Observed};
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
    /// The TCP ports that were asked for and will be knocked at.
    pub fn knocks(&self) -> Vec<u16> {
        let mut ports: Vec<u16> = self.tcp.iter().copied().filter(|port| self.policy.may_knock(*port)).collect();
        ports.sort_unstable();
        ports.dedup();
        ports
    }

    /// The same, and those at which every device is knocked at first.
    fn all_knocks(&self) -> Vec<u16> {
        let mut ports = self.knocks();
        ports.extend(self.policy.knocks_first());
        ports.sort_unstable();
        ports.dedup();
        ports
    }

    /// What the practice says about the device with these addresses, whose hardware address was seen on its link. What a
    /// device states of itself, also its hardware address, may be another's.
    pub(crate) fn stated(&self, addresses: &[IpAddr], mac: Option<[u8; 6]>) -> Option<&Stated> {
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
    /// By what it can be known again. What several devices of the scan show is left out.
    pub identifiers: Vec<Identifier>,
    /// What speaks for its class.
    pub evidence: Evidence,
    /// Whether everything planned was done.
    pub finished: bool,
}

impl DeviceSeen {
    /// Names that it gives itself, sorted.
    pub fn names(&self) -> BTreeSet<String> {
        let seen = self.services.iter().filter_map(|service| service.examined.seen.as_ref());
        let names = seen.flat_map(|seen| seen.names.iter().cloned());
        names.chain(self.announced.names()).collect()
    }
}

impl DeviceSeen {
    /// Whether any of its ports said anything.
    pub(crate) fn has_answered(&self) -> bool {
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
    let pacer = Arc::new(Pacer::new(policy.rate()));
    let mut examiner = Examiner::new(
        policy,
        Arc::clone(&pacer),
        Arc::clone(&control.stop),
        plan.book.clone(),
        Arc::clone(&plan.fingerprints),
    );
    examiner.domains.clone_from(&plan.domains);
    let examiner = Arc::new(examiner);
    let fast = policy.tries_everything();
    let asking = Asking {
        pacer: Arc::clone(&pacer),
        stop: Arc::clone(&control.stop),
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
        (present, naming, sweep(&first, &plan.all_knocks(), &asking).await)
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
        swept.extend(sweep(&unasked, &plan.all_knocks(), &asking).await);
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
        join::settle(device, &heard, &plan);
    }
    join::learn(&mut devices);
    let ipv6_routers = counting.await.unwrap_or_default();
    let interrupted = control.stop.load(Ordering::Relaxed);
    control.update(&pacer, |status| status.phase = Phase::Done);
    let dialogues = examiner.dialogues.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(Scan {
        devices: join::joined(devices, &plan),
        ipv6_routers,
        guests: u32::try_from(guests.len()).unwrap_or(u32::MAX),
        connections,
        packets: pacer.sent(),
        dialogues,
        packets_per_second: pacer.highest(),
        interrupted,
    })
}

impl Ports {
    /// Whether it was knocked at a port.
    fn has_asked(&self, port: u16) -> bool {
        [&self.open, &self.closed, &self.unanswered].into_iter().any(|ports| ports.binary_search(&port).is_ok())
    }

    /// What these ports, which are sorted, said.
    fn within(mut self, wanted: &[u16]) -> Self {
        for ports in [&mut self.open, &mut self.closed, &mut self.unanswered] {
            ports.retain(|port| wanted.binary_search(port).is_ok());
        }
        self
    }
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
        clinical_knocked: CLINICAL_PORTS.iter().all(|port| ports.has_asked(*port)),
        announced: told.map(|announced| announced.classes(presence.mac)).unwrap_or_default(),
        ..Evidence::default()
    };
    // What was knocked at for safety only is not part of what the scan was asked for.
    let ports = ports.within(&plan.knocks());
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
        evidence,
        called: None,
        announced: Announced::default(),
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

fn identifiers(services: &[ServiceSeen]) -> Vec<Identifier> {
    let all = services.iter().flat_map(|service| service.examined.identifiers.iter().cloned());
    all.collect::<BTreeSet<Identifier>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_knocked_at_for_safety_is_told_apart_from_what_was_asked() {
        let plan = Plan {
            targets: Targets::of_networks([]),
            guests: Vec::new(),
            domains: Vec::new(),
            tcp: vec![445, 135, 9100],
            udp: Vec::new(),
            policy: Policy { profile: visite_facts::scan::Profile::Practice, logins: false, ports_only: false },
            assume_up: false,
            stated: Vec::new(),
            done: BTreeSet::new(),
            book: Book::default(),
            fingerprints: Arc::default(),
        };
        assert_eq!(plan.knocks(), [135, 445]);
        let knocks = plan.all_knocks();
        assert!(CLINICAL_PORTS.iter().chain(&[135, 445]).all(|port| knocks.binary_search(port).is_ok()));
        let ports = Ports { open: vec![104, 135, 445], closed: vec![2575], unanswered: vec![4242] };
        assert!(ports.has_asked(4242) && !ports.has_asked(11112));
        assert_eq!(ports.within(&plan.knocks()), Ports { open: vec![135, 445], ..Ports::default() });
        let fast = Policy { profile: visite_facts::scan::Profile::Fast, ..plan.policy };
        assert_eq!(Plan { policy: fast, ..plan }.all_knocks(), [135, 445]);
    }
}
