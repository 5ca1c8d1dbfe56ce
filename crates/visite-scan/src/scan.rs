//! One scan from its plan to what was seen: who is there, which ports are open, what listens there.

use crate::announce::{self, Announced};
use crate::device::Evidence;
use crate::discover::{Discovered, Found, Presence, confirm, discover};
use crate::each;
use crate::examine::{Book, Examined, Examiner};
use crate::join;
use crate::kin::{Card, Kin, link_of, shows_card};
use crate::net::Connections;
use crate::pace::Pacer;
use crate::policy::Policy;
use crate::routers;
use crate::standing::{Standing, Standings};
use crate::sweep::{Asking, Ports, sweep};
use crate::targets::Targets;
use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use visite_facts::facts::{DeviceClass, Transport};
use visite_facts::scan::PortState;
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
    /// What was taken out of the targets: other addresses of these devices are left out as well.
    pub excluded: Targets,
    /// Networks of guests and patients: their devices are counted, nothing else.
    pub guests: Vec<IpNet>,
    /// Networks of the practice in which no guests are.
    pub own: Vec<IpNet>,
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
        self.statements(addresses, mac).next()
    }

    /// All that the practice says about it.
    pub(crate) fn statements(&self, addresses: &[IpAddr], mac: Option<[u8; 6]>) -> impl Iterator<Item = &Stated> {
        self.stated.iter().filter(move |stated| {
            stated.addresses.iter().any(|address| addresses.contains(address)) || mac.is_some() && stated.mac == mac
        })
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
    /// Devices among the targets that were left out, because another address of theirs was to be left out.
    pub excluded: u32,
    /// Addresses that were not examined, because no device and no network has so many.
    pub beyond: u32,
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
    let plan = Arc::new(plan);
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
    let standings = Standings::new(&plan, &connections);
    // Whoever was found is knocked at while others still answer the question to everybody.
    let early = async {
        let found = discover(&plan, &connections, &asking, &standings).await;
        control.update(&pacer, |status| (status.phase, status.found) = (Phase::Ports, found.present.len()));
        let wanted = |at: &IpAddr| standings.of(&found.kin, *at) == Standing::Examined;
        let naming = tokio::spawn(announce::names(
            plan.targets.clone(),
            plan.guests.clone(),
            found.present.iter().filter(|(address, _)| wanted(address)).map(|(at, how)| (*at, *how)).collect(),
            connections.clone(),
            asking.clone(),
        ));
        // Whose hardware address is not known may turn out to be somebody who is left out.
        let known = |at: &IpAddr| found.kin.card(*at).is_some() || !shows_card(&connections, *at);
        let first = found.present.keys().copied().filter(|at| wanted(at) && known(at));
        let first: Vec<IpAddr> = first.take(policy.devices_together()).collect();
        let swept = sweep(&first, &plan.all_knocks(), &asking).await;
        (found, naming, swept)
    };
    let everybody = announce::everybody(&plan.targets, &plan.guests, &connections, &asking);
    let ((mut found, naming, mut swept), mut heard) = tokio::join!(early, everybody);
    let only_heard: BTreeSet<IpAddr> = heard.keys().copied().filter(|at| !found.present.contains_key(at)).collect();
    let mut beyond = confirm(only_heard, &plan, &connections, &asking, &mut found).await;
    // What the practice knows is asked even if it hides from whoever only looks around; on a local segment nobody hides.
    let known = plan.stated.iter().flat_map(|stated| &stated.addresses);
    for address in known.filter(|address| plan.targets.contains(**address)) {
        if !connections.is_own(*address) && connections.beside(*address).is_none() {
            found.present.entry(*address).or_insert(Presence { how: Found::Stated, mac: None });
        }
    }
    let Discovered { mut present, kin } = found;
    let mut apart: BTreeMap<Standing, BTreeSet<IpAddr>> = BTreeMap::new();
    for address in present.keys() {
        apart.entry(standings.of(&kin, *address)).or_default().insert(*address);
    }
    let guests = devices_among(&kin, apart.remove(&Standing::Guest));
    let excluded = devices_among(&kin, apart.remove(&Standing::Excluded));
    let examined = apart.remove(&Standing::Examined).unwrap_or_default();
    let (examined, over) = kin.limit(&connections, examined, &|address| plan.stated(&[address], None).is_some());
    beyond += over;
    present.retain(|address, _| examined.contains(address));
    heard.retain(|address, _| examined.contains(address));
    let units = kin.units(&examined);
    let number = units.iter().map(Vec::len).sum();
    control.update(&pacer, |status| (status.phase, status.found) = (Phase::Ports, number));
    let mut devices = Vec::new();
    let begun = Instant::now();
    let told = Arc::new(heard.clone());
    let at_once = Arc::new(Semaphore::new(policy.devices_at_once()));
    let mut running = JoinSet::new();
    let mut through = |device: DeviceSeen| {
        devices.push(device);
        control.update(&pacer, |status| {
            status.done += 1;
            let left = u32::try_from(status.found.saturating_sub(status.done)).ok();
            let done = u32::try_from(status.done).ok();
            status.left = done.zip(left).map(|(done, left)| begun.elapsed() / done.max(1) * left);
        });
    };
    for chunk in together(units, policy.devices_together()) {
        let all = || chunk.iter().flatten().flatten().copied();
        let unasked: Vec<IpAddr> = all().filter(|address| !swept.contains_key(address)).collect();
        swept.extend(sweep(&unasked, &plan.all_knocks(), &asking).await);
        control.update(&pacer, |status| status.phase = Phase::Services);
        // The pace of knocking may be far above what conversations need.
        pacer.set_rate(policy.rate().max(pacer.rate()));
        for unit in &chunk {
            let ports: BTreeMap<IpAddr, Ports> =
                unit.iter().flatten().filter_map(|address| Some((*address, swept.remove(address)?))).collect();
            for addresses in unit {
                let Some(found) = each_of(addresses, &present, &kin, &connections, &ports) else { continue };
                let (plan, examiner, at_once) = (Arc::clone(&plan), Arc::clone(&examiner), Arc::clone(&at_once));
                let told = Arc::clone(&told);
                running.spawn(async move {
                    let _turn = at_once.acquire().await;
                    each::device(found, &told, &plan, &examiner).await
                });
            }
        }
        while let Some(Ok(done)) = running.try_join_next() {
            through(done);
        }
        // Not more wait than are knocked at together.
        let most = if policy.knocks_ahead() { policy.devices_at_once() + policy.devices_together() } else { 0 };
        while running.len() > most
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
    // A hardware address that was learnt only now may be that of somebody about whom nothing is kept.
    let barred: BTreeSet<Card> =
        guests.iter().chain(&excluded).filter_map(|device| device.as_ref().ok().copied()).collect();
    devices.retain(|device| {
        let card = link_of(&connections, device.address).zip(device.mac);
        kin.card(device.address).is_some() || !card.is_some_and(|card| barred.contains(&card))
    });
    let ipv6_routers = counting.await.unwrap_or_default();
    let interrupted = control.stop.load(Ordering::Relaxed);
    control.update(&pacer, |status| status.phase = Phase::Done);
    let dialogues = examiner.dialogues.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(Scan {
        devices: join::joined(devices, &plan),
        ipv6_routers,
        guests: u32::try_from(guests.len()).unwrap_or(u32::MAX),
        excluded: u32::try_from(excluded.len()).unwrap_or(u32::MAX),
        beyond: u32::try_from(beyond).unwrap_or(u32::MAX),
        connections,
        packets: pacer.sent(),
        dialogues,
        packets_per_second: pacer.highest(),
        interrupted,
    })
}

/// Devices that several addresses stand for: as many as hardware addresses, and those of which none is known.
fn devices_among(kin: &Kin, addresses: Option<BTreeSet<IpAddr>>) -> BTreeSet<Result<Card, IpAddr>> {
    addresses.into_iter().flatten().map(|address| kin.card(address).ok_or(address)).collect()
}

/// Units whose ports are asked together: as many as have about `most` addresses.
fn together(units: Vec<Vec<Vec<IpAddr>>>, most: usize) -> Vec<Vec<Vec<Vec<IpAddr>>>> {
    let mut chunks: Vec<Vec<Vec<Vec<IpAddr>>>> = Vec::new();
    let mut room = 0;
    for unit in units {
        let size = unit.iter().map(Vec::len).sum();
        match chunks.last_mut().filter(|_| size <= room) {
            Some(chunk) => {
                chunk.push(unit);
                room -= size;
            }
            None => {
                chunks.push(vec![unit]);
                room = most.saturating_sub(size);
            }
        }
    }
    chunks
}

/// One device of a unit, with what the ports of the whole unit said.
fn each_of(
    addresses: &[IpAddr],
    present: &BTreeMap<IpAddr, Presence>,
    kin: &Kin,
    connections: &Connections,
    ports: &BTreeMap<IpAddr, Ports>,
) -> Option<each::Found> {
    let first = addresses.first()?;
    let presence = present.get(first)?;
    let mut relatives: Vec<IpAddr> = addresses.iter().flat_map(|address| kin.of(*address)).collect();
    relatives.sort_unstable();
    relatives.dedup();
    relatives.retain(|relative| !addresses.contains(relative));
    let mac = kin.card(*first).map(|(_, mac)| mac).or(presence.mac);
    let wanted = |address: &IpAddr| addresses.contains(address) || relatives.contains(address);
    Some(each::Found {
        addresses: addresses.to_vec(),
        presence: Presence { how: presence.how, mac },
        ports: ports.iter().filter(|(address, _)| wanted(address)).map(|(at, ports)| (*at, ports.clone())).collect(),
        unplaced: mac.is_none() && shows_card(connections, *first),
        relatives,
    })
}

/// How many connections may be open together, within what the system allows a program.
fn connections_at_once(fast: bool) -> usize {
    let allowed = rustix::process::getrlimit(rustix::process::Resource::Nofile).current.unwrap_or(1024);
    let wanted = if fast { 1_000 } else { 100 };
    wanted.min(usize::try_from(allowed).unwrap_or(1024).saturating_sub(200)).max(16)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::policy::CLINICAL_PORTS;
    use visite_facts::scan::Profile;

    /// A plan about nothing, in the fast profile.
    pub fn plan() -> Plan {
        Plan {
            targets: Targets::default(),
            excluded: Targets::default(),
            guests: Vec::new(),
            own: Vec::new(),
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

    #[test]
    fn every_device_is_knocked_at_the_clinical_ports() {
        let plan = Plan { tcp: vec![445, 135, 9100], ..plan() };
        assert_eq!(plan.all_knocks(), [135, 445]);
        let practice = Policy { profile: Profile::Practice, ..plan.policy };
        let plan = Plan { policy: practice, ..plan };
        assert_eq!(plan.knocks(), [135, 445]);
        let knocks = plan.all_knocks();
        assert!(CLINICAL_PORTS.iter().chain(&[135, 445]).all(|port| knocks.binary_search(port).is_ok()));
    }

    #[test]
    fn what_shares_a_card_is_asked_together() {
        let unit = |numbers: &[u8]| vec![numbers.iter().map(|number| IpAddr::from([10, 0, 0, *number])).collect()];
        let units = vec![unit(&[1, 2]), unit(&[3]), unit(&[4, 5, 6, 7, 8]), unit(&[9])];
        let sizes: Vec<usize> =
            together(units, 3).iter().map(|chunk| chunk.iter().flatten().flatten().count()).collect();
        assert_eq!(sizes, [3, 5, 1]);
    }
}
