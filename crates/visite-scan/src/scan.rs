//! One scan from its plan to what was seen: who is there, which ports are open, what listens there.

use crate::device::Evidence;
use crate::discover::{Found, Presence, discover, learn_macs};
use crate::examine::{Book, Examined, Examiner, Gauge};
use crate::net::Connections;
use crate::pace::Pacer;
use crate::policy::Policy;
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
use visite_wire::fingerprints::Fingerprints;

/// Devices whose ports are asked together.
const CHUNK: usize = 64;

/// What the practice says about a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
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

    fn is_guest(&self, address: IpAddr) -> bool {
        self.guests.iter().any(|network| network.contains(&address))
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
    /// Whether everything planned was done.
    pub finished: bool,
}

/// Everything a scan saw.
#[derive(Clone, Debug)]
pub struct Scan {
    /// Devices, sorted by address.
    pub devices: Vec<DeviceSeen>,
    /// Devices in guest networks.
    pub guests: u32,
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
    let present = discover(&plan.targets, &connections, &asking, plan.assume_up).await;
    let (guests, present): (BTreeMap<_, _>, BTreeMap<_, _>) =
        present.into_iter().partition(|(address, _)| plan.is_guest(*address));
    let present: BTreeMap<IpAddr, Presence> =
        present.into_iter().filter(|(address, _)| !plan.done.contains(address)).collect();
    control.update(&pacer, |status| (status.phase, status.found) = (Phase::Ports, present.len()));
    let mut devices = Vec::new();
    let begun = Instant::now();
    let addresses: Vec<IpAddr> = present.keys().copied().collect();
    let plan = Arc::new(plan);
    for chunk in addresses.chunks(CHUNK) {
        let swept = sweep(chunk, &plan.knocks(), &asking).await;
        control.update(&pacer, |status| status.phase = Phase::Services);
        // The pace of knocking may be far above what conversations need.
        pacer.set_rate(policy.rate().max(pacer.rate()));
        let at_once = Arc::new(Semaphore::new(policy.devices_at_once()));
        let mut running = JoinSet::new();
        for address in chunk {
            let Some(presence) = present.get(address).copied() else { continue };
            let ports = swept.get(address).cloned().unwrap_or_default();
            let (plan, examiner, at_once) = (Arc::clone(&plan), Arc::clone(&examiner), Arc::clone(&at_once));
            let address = *address;
            running.spawn(async move {
                let _turn = at_once.acquire().await;
                device(address, presence, ports, &plan, &examiner).await
            });
        }
        while let Some(done) = running.join_next().await {
            devices.extend(done.ok());
            control.update(&pacer, |status| {
                status.done += 1;
                let (done, left) = (u32::try_from(status.done).ok(), u32::try_from(status.found - status.done).ok());
                status.left = done.zip(left).map(|(done, left)| begun.elapsed() / done.max(1) * left);
            });
        }
    }
    let interrupted = control.stop.load(Ordering::Relaxed);
    control.update(&pacer, |status| status.phase = Phase::Done);
    let dialogues = examiner.dialogues.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(Scan {
        devices: joined(devices, &plan),
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
    plan: &Arc<Plan>,
    examiner: &Arc<Examiner>,
) -> DeviceSeen {
    let stated = plan.stated(&[address], presence.mac).cloned();
    let mut evidence = Evidence {
        stated: stated.as_ref().map(|stated| stated.class),
        vendor: presence.mac.and_then(vendors::vendor).map(str::to_owned),
        open_tcp: ports.open.clone(),
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

/// Puts IPv4 and IPv6 addresses of one device together, where its hardware address says beyond doubt that they are.
fn joined(mut devices: Vec<DeviceSeen>, plan: &Plan) -> Vec<DeviceSeen> {
    // The system learns the hardware addresses of IPv6 neighbours while it speaks with them.
    let mut present: BTreeMap<IpAddr, Presence> =
        devices.iter().map(|device| (device.address, Presence { how: device.how, mac: device.mac })).collect();
    learn_macs(&mut present);
    for device in &mut devices {
        device.mac = present.get(&device.address).and_then(|presence| presence.mac);
        device.vendor = device.mac.and_then(vendors::vendor);
    }
    let (mut v4, v6): (Vec<_>, Vec<_>) = devices.into_iter().partition(|device| device.address.is_ipv4());
    let mut whole = Vec::new();
    for device in v6 {
        let mut same: Vec<&mut DeviceSeen> =
            v4.iter_mut().filter(|other| device.mac.is_some() && other.mac == device.mac).collect();
        match same.as_mut_slice() {
            [other] => {
                other.addresses.extend(device.addresses);
                other.ports.extend(device.ports);
                other.services.extend(device.services);
                other.finished &= device.finished;
                other.class = match (other.class, device.class) {
                    (Some(one), Some(two)) if one != two => None,
                    (one, two) => one.or(two),
                };
            }
            _ => whole.push(device),
        }
    }
    whole.extend(v4);
    for device in &mut whole {
        device.addresses.sort_unstable();
        // What the practice says holds for the device, whichever of its addresses it names.
        if let Some(stated) = plan.stated(&device.addresses, device.mac) {
            device.class = Some(stated.class);
        }
    }
    whole.sort_by_key(|device| device.address);
    whole
}
