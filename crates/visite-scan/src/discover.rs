//! Which devices there are: neighbours on the local segments, and everybody who answers an echo or a knock elsewhere.
//!
//! Deliberately absent: what the devices are and offer. A device that answers nothing is not found, and that is not to
//! say that it is not there.

use crate::arp;
use crate::echo::Echo;
use crate::kin::Kin;
use crate::ndp;
use crate::net::{self, Connections, Link, LocalAddress};
use crate::scan::Plan;
use crate::standing::{Standing, Standings};
use crate::sweep::{Asking, sweep};
use crate::targets::Targets;
use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::UdpSocket;

/// How a device was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// It was to be taken as present (`--assume-up`).
    Assumed,
    /// The practice file names its address, outside the local segments.
    Stated,
    /// It answered for its address on the local segment (ARP, neighbour discovery).
    Neighbour,
    /// Several hardware addresses answered for its address: two devices have it, or one pretends. None of them is used.
    Contested,
    /// It answered an echo request.
    Echo,
    /// It answered a knock at a port, open or closed.
    Port,
    /// It answered when everybody was asked by multicast.
    Announced,
}

/// A device that answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presence {
    /// How it was found.
    pub how: Found,
    /// Hardware address, on the local segment.
    pub mac: Option<[u8; 6]>,
}

/// Ports at which devices outside the local segments are knocked at: what computers, routers, printers and archives of images
/// answer on.
const KNOCKS: &[u16] = &[443, 80, 445, 22, 3389, 135, 53, 11112];
/// Addresses that are looked for together, so that a wide network needs no memory.
const WAVE: usize = 4096;
/// Most addresses that are asked for because the system knew them or because somebody spoke of them; the system's own
/// table is no larger.
const MOST_KNOWN: usize = 1024;
/// How long a neighbour on the same segment may take to answer.
const NEAR: Duration = Duration::from_millis(400);

/// Devices that answered, and which addresses one hardware address answers for.
#[derive(Debug, Default)]
pub struct Discovered {
    /// Devices among the targets, by address.
    pub present: BTreeMap<IpAddr, Presence>,
    /// Hardware addresses, also of devices that are no targets.
    pub kin: Kin,
}

impl Discovered {
    /// Notes who answered for which address.
    fn answered(
        &mut self,
        plan: &Plan,
        connections: &Connections,
        answers: impl IntoIterator<Item = (IpAddr, Option<[u8; 6]>)>,
    ) {
        for (address, mac) in answers {
            match mac {
                Some(mac) => self.kin.answered(connections, address, mac),
                None => self.kin.contest(address),
            }
            if !plan.targets.contains(address) || connections.is_own(address) {
                continue;
            }
            let how = if mac.is_some() { Found::Neighbour } else { Found::Contested };
            let presence = self.present.entry(address).or_insert(Presence { how, mac });
            presence.mac = presence.mac.or(mac);
            if mac.is_none() {
                *presence = Presence { how, mac };
            }
        }
    }

    /// Adds hardware addresses that the system learnt meanwhile.
    pub fn learn(&mut self, connections: &Connections) {
        learn_macs(&mut self.present);
        for neighbour in net::neighbours().unwrap_or_default() {
            let beside = connections.is_beside(neighbour.address, neighbour.link);
            if let Some(mac) = neighbour.mac.filter(|_| beside) {
                self.kin.known(connections, neighbour.address, mac);
            }
        }
    }
}

/// Finds the devices among the targets; own addresses of this computer are left out. To a device whose hardware address is
/// that of one which is left out nothing is sent, as far as that is known.
pub async fn discover(
    plan: &Plan,
    connections: &Connections,
    asking: &Asking,
    standings: &Standings<'_>,
) -> Discovered {
    let targets = &plan.targets;
    let mut found = Discovered::default();
    let mut witnesses = standings.witnesses();
    neighbours_v4(plan, connections, asking, &witnesses, &mut found).await;
    let heard = everybody_v6(targets, connections, asking, &mut found.present).await;
    witnesses.extend(heard.into_iter().filter(|address| standings.is_excluded(*address)));
    let settled = neighbours_v6(plan, connections, asking, &witnesses, &mut found).await;
    found.learn(connections);
    let spared = |kin: &Kin, address| matches!(standings.of(kin, address), Standing::Excluded | Standing::Done);
    known_v6(targets, connections, asking, &spared, &mut found).await;
    let mut wave = Vec::new();
    for address in targets.iter() {
        let unsettled = !found.present.contains_key(&address) && !connections.is_own(address);
        let farther = if address.is_ipv4() {
            connections.beside(address).is_none()
        } else {
            !settled.iter().any(|network| network.contains(&address))
        };
        if unsettled && farther && !spared(&found.kin, address) {
            wave.push(address);
        }
        if wave.len() == WAVE {
            farther_away(&wave, asking, plan.assume_up, &mut found.present).await;
            wave.clear();
        }
    }
    farther_away(&wave, asking, plan.assume_up, &mut found.present).await;
    if plan.assume_up {
        for address in targets.iter().filter(|address| !connections.is_own(*address)) {
            found.present.entry(address).or_insert(Presence { how: Found::Assumed, mac: None });
        }
    }
    found.learn(connections);
    found
}

/// Asks the local IPv4 segments for each address, and who answers for those of `witnesses`.
async fn neighbours_v4(
    plan: &Plan,
    connections: &Connections,
    asking: &Asking,
    witnesses: &BTreeSet<IpAddr>,
    found: &mut Discovered,
) {
    let mut asked = BTreeSet::new();
    for own in connections.addresses.iter().filter(|own| own.network.addr().is_ipv4()) {
        let Some(link) = connections.link(own.link).filter(|link| link.up && !link.loopback) else { continue };
        if !asked.insert((own.link, own.network.trunc())) {
            continue;
        }
        let within: Vec<IpAddr> = witnesses.iter().copied().filter(|at| own.network.contains(at)).collect();
        let witnesses = Targets::of_networks(within.into_iter().map(IpNet::from));
        if !witnesses.is_empty()
            && let Some(answers) = by_arp(link, *own, &witnesses, asking).await
        {
            found.answered(plan, connections, answers);
        }
        if !plan.targets.iter().any(|address| own.network.contains(&address)) {
            continue;
        }
        let answers = match by_arp(link, *own, &plan.targets, asking).await {
            Some(answers) => answers,
            None => {
                let known = by_neighbour_table(own.network, &plan.targets, connections, asking).await;
                known.into_iter().map(|(address, mac)| (address, Some(mac))).collect()
            }
        };
        found.answered(plan, connections, answers);
    }
}

/// Asks by ARP; `None` where that is not possible.
async fn by_arp(
    link: &Link,
    own: LocalAddress,
    wanted: &Targets,
    asking: &Asking,
) -> Option<BTreeMap<IpAddr, Option<[u8; 6]>>> {
    if !asking.raw {
        return None;
    }
    let (link, wanted, patience) = (link.clone(), wanted.clone(), asking.patience.min(NEAR));
    let (pacer, stop) = (Arc::clone(&asking.pacer), Arc::clone(&asking.stop));
    let sweep = move || arp::sweep(&link, own, &wanted, &pacer, &stop, patience);
    tokio::task::spawn_blocking(sweep).await.ok().flatten()
}

/// Asks the local IPv6 segments who answers for addresses: those that are counted through, those that were found or were
/// known to the system before or to the practice, and `witnesses`. Returns in which networks all is settled by that.
async fn neighbours_v6(
    plan: &Plan,
    connections: &Connections,
    asking: &Asking,
    witnesses: &BTreeSet<IpAddr>,
    found: &mut Discovered,
) -> Vec<IpNet> {
    let known = net::neighbours().unwrap_or_default().into_iter().filter(|known| known.mac.is_some());
    let known = known.map(|known| known.address).filter(|address| plan.targets.contains(*address)).take(MOST_KNOWN);
    let stated = plan.stated.iter().flat_map(|stated| stated.addresses.iter().copied());
    let stated = stated.filter(|address| plan.targets.contains(*address));
    let found_yet: Vec<IpAddr> = found.present.keys().copied().collect();
    let counted = plan.targets.iter().filter(IpAddr::is_ipv6);
    let all: BTreeSet<IpAddr> =
        known.chain(stated).chain(found_yet).chain(counted).chain(witnesses.iter().copied()).collect();
    by_neighbour_question(&all, connections, asking, found, plan).await
}

/// Asks who answers for IPv6 addresses, and returns the networks in which that was possible.
async fn by_neighbour_question(
    all: &BTreeSet<IpAddr>,
    connections: &Connections,
    asking: &Asking,
    found: &mut Discovered,
    plan: &Plan,
) -> Vec<IpNet> {
    let mut asked = BTreeSet::new();
    for own in connections.addresses.iter().filter(|_| asking.raw) {
        let IpAddr::V6(source) = own.network.addr() else { continue };
        let Some(link) = connections.link(own.link).filter(|link| link.up && !link.loopback) else { continue };
        let within = all.iter().filter(|address| own.network.contains(*address) && !connections.is_own(**address));
        let wanted: BTreeSet<Ipv6Addr> = within
            .filter_map(|address| match address {
                IpAddr::V6(address) => Some(*address),
                IpAddr::V4(_) => None,
            })
            .collect();
        if source.is_unicast_link_local() || wanted.is_empty() || !asked.insert(own.network.trunc()) {
            continue;
        }
        let (pacer, stop) = (&asking.pacer, &asking.stop);
        match ndp::ask(link, source, &wanted, pacer, stop, asking.patience.min(NEAR)).await {
            Some(answers) => {
                for (address, cards) in answers {
                    cards.iter().for_each(|mac| found.kin.answered(connections, address, *mac));
                    let only = cards.first().copied().filter(|_| cards.len() == 1);
                    found.answered(plan, connections, [(address, only)]);
                }
            }
            None => {
                asked.remove(&own.network.trunc());
            }
        }
    }
    asked.into_iter().collect()
}

/// Asks whether those are there who were only heard of: anybody can say anything in anybody's name. Returns how many were
/// too many to be asked.
pub async fn confirm(
    heard: BTreeSet<IpAddr>,
    plan: &Plan,
    connections: &Connections,
    asking: &Asking,
    found: &mut Discovered,
) -> usize {
    let over = heard.len().saturating_sub(MOST_KNOWN);
    let mut left: BTreeSet<IpAddr> = heard.into_iter().take(MOST_KNOWN).collect();
    let asked = by_neighbour_question(&left, connections, asking, found, plan).await;
    left.retain(|address| !asked.iter().any(|network| network.contains(address)));
    for own in connections.addresses.iter().filter(|own| own.network.addr().is_ipv4()) {
        let Some(link) = connections.link(own.link).filter(|link| link.up && !link.loopback) else { continue };
        let within: Vec<IpAddr> = left.iter().copied().filter(|at| own.network.contains(at)).collect();
        let wanted = Targets::of_networks(within.iter().copied().map(IpNet::from));
        if !within.is_empty()
            && let Some(answers) = by_arp(link, *own, &wanted, asking).await
        {
            found.answered(plan, connections, answers);
            left.retain(|address| !within.contains(address));
        }
    }
    for v4 in [true, false] {
        let family: Vec<IpAddr> = left.iter().copied().filter(|address| address.is_ipv4() == v4).collect();
        let Ok(echo) = Echo::open_any(v4) else { continue };
        let answered = echo.ask(family.iter().copied(), &asking.pacer, asking.patience).await;
        for address in family.into_iter().filter(|address| answered.contains(address)) {
            found.present.entry(address).or_insert(Presence { how: Found::Announced, mac: None });
        }
    }
    let reachable = net::neighbours().unwrap_or_default().into_iter().filter(|known| known.reachable);
    for known in reachable.filter(|known| left.contains(&known.address)) {
        found.present.entry(known.address).or_insert(Presence { how: Found::Announced, mac: known.mac });
    }
    found.learn(connections);
    over
}

/// Makes the system ask for each address by sending an empty datagram to it, and reads what it learnt.
async fn by_neighbour_table(
    network: IpNet,
    targets: &Targets,
    connections: &Connections,
    asking: &Asking,
) -> BTreeMap<IpAddr, [u8; 6]> {
    /// Addresses the system looks for at a time; its table is small (arp(7), gc_thresh1).
    const AT_ONCE: usize = 120;
    let mut answered = BTreeMap::new();
    let Ok(socket) = UdpSocket::bind("0.0.0.0:0").await else { return answered };
    let wanted: Vec<IpAddr> =
        targets.iter().filter(|address| network.contains(address) && !connections.is_own(*address)).collect();
    for wave in wanted.chunks(AT_ONCE) {
        if asking.stop.load(Ordering::Relaxed) {
            break;
        }
        for address in wave {
            // The system repeats a question that nobody answers twice.
            asking.pacer.wait("arp", 3).await;
            let _ = socket.send_to(&[], SocketAddr::new(*address, 9)).await;
        }
        tokio::time::sleep(asking.patience.min(NEAR)).await;
        let known = net::neighbours().unwrap_or_default().into_iter();
        answered.extend(
            known.filter(|known| wave.contains(&known.address)).filter_map(|known| Some((known.address, known.mac?))),
        );
    }
    answered
}

/// Asks all devices of the local IPv6 segments at once. Returns everybody who answered.
async fn everybody_v6(
    targets: &Targets,
    connections: &Connections,
    asking: &Asking,
    present: &mut BTreeMap<IpAddr, Presence>,
) -> BTreeSet<IpAddr> {
    let mut all = BTreeSet::new();
    for own in connections.addresses.iter().filter(|own| own.network.addr().is_ipv6()) {
        let wanted = targets.wide().iter().any(|network| IpNet::V6(*network).contains(&own.network.addr()));
        let usable = connections.link(own.link).is_some_and(|link| link.up && !link.loopback);
        if !wanted || !usable {
            continue;
        }
        let Ok(echo) = Echo::open(own.network.addr()) else { continue };
        let answered = echo.ask_everybody(own.link, &asking.pacer, asking.patience).await;
        let wanted = answered.iter().filter(|address| targets.contains(**address) && !connections.is_own(**address));
        present.extend(wanted.map(|address| (*address, Presence { how: Found::Echo, mac: None })));
        all.extend(answered);
    }
    all
}

/// Devices in wide IPv6 networks that the system spoke with before: they may be of those that answer no question to
/// everybody, as Windows does. Each has to answer once more, or to have answered the system just now.
async fn known_v6(
    targets: &Targets,
    connections: &Connections,
    asking: &Asking,
    spared: &(dyn Fn(&Kin, IpAddr) -> bool + Sync),
    found: &mut Discovered,
) {
    let wanted = |address: IpAddr| {
        let IpAddr::V6(v6) = address else { return false };
        let wide = targets.wide().iter().any(|network| network.contains(&v6)) && targets.contains(address);
        wide && !connections.is_own(address)
    };
    let known = net::neighbours().unwrap_or_default().into_iter();
    let known: Vec<_> = known
        .filter(|known| known.mac.is_some() && wanted(known.address) && !found.present.contains_key(&known.address))
        .filter(|known| !spared(&found.kin, known.address))
        .take(MOST_KNOWN)
        .collect();
    if known.is_empty() || asking.stop.load(Ordering::Relaxed) {
        return;
    }
    let answered = match Echo::open_any(false) {
        Ok(echo) => echo.ask(known.iter().map(|known| known.address), &asking.pacer, asking.patience).await,
        Err(_) => BTreeSet::new(),
    };
    for known in known {
        let how = if answered.contains(&known.address) { Found::Echo } else { Found::Neighbour };
        if how == Found::Echo || known.reachable {
            found.present.insert(known.address, Presence { how, mac: known.mac });
        }
    }
}

/// Echo requests, then knocks.
async fn farther_away(
    addresses: &[IpAddr],
    asking: &Asking,
    assume_up: bool,
    present: &mut BTreeMap<IpAddr, Presence>,
) {
    if addresses.is_empty() || assume_up || asking.stop.load(Ordering::Relaxed) {
        return;
    }
    let mut silent: Vec<IpAddr> = addresses.to_vec();
    for v4 in [true, false] {
        let Ok(echo) = Echo::open_any(v4) else { continue };
        let family = silent.iter().copied().filter(|address| address.is_ipv4() == v4);
        let answered = echo.ask(family, &asking.pacer, asking.patience).await;
        silent.retain(|address| !answered.contains(address));
        let wanted = answered.into_iter().filter(|address| addresses.contains(address));
        present.extend(wanted.map(|address| (address, Presence { how: Found::Echo, mac: None })));
    }
    let once = Asking { tries: 1, ..asking.clone() };
    for (address, ports) in sweep(&silent, KNOCKS, &once).await {
        if !ports.open.is_empty() || !ports.closed.is_empty() {
            present.insert(address, Presence { how: Found::Port, mac: None });
        }
    }
}

/// Adds hardware addresses that the system learnt meanwhile, of devices on the segment on which it learnt them.
pub fn learn_macs(present: &mut BTreeMap<IpAddr, Presence>) {
    let connections = Connections::read().unwrap_or_default();
    for neighbour in net::neighbours().unwrap_or_default() {
        if let (Some(presence), Some(mac)) = (present.get_mut(&neighbour.address), neighbour.mac)
            && presence.how != Found::Contested
            && connections.is_beside(neighbour.address, neighbour.link)
        {
            presence.mac.get_or_insert(mac);
        }
    }
}
