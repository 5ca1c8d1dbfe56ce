//! Which devices there are: neighbours on the local segments, and everybody who answers an echo or a knock elsewhere.
//!
//! Deliberately absent: what the devices are and offer. A device that answers nothing is not found, and that is not to
//! say that it is not there.

use crate::arp;
use crate::echo::Echo;
use crate::net::{self, Connections};
use crate::sweep::{Asking, sweep};
use crate::targets::Targets;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
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

/// Finds the devices among `targets`; own addresses of this computer are left out.
pub async fn discover(
    targets: &Targets,
    connections: &Connections,
    asking: &Asking,
    assume_up: bool,
) -> BTreeMap<IpAddr, Presence> {
    let mut present = BTreeMap::new();
    neighbours_v4(targets, connections, asking, &mut present).await;
    everybody_v6(targets, connections, asking, &mut present).await;
    known_v6(targets, connections, asking, &mut present).await;
    let mut wave = Vec::new();
    for address in targets.iter() {
        let unsettled = !present.contains_key(&address) && !connections.is_own(address);
        if unsettled && (address.is_ipv6() || connections.beside(address).is_none()) {
            wave.push(address);
        }
        if wave.len() == WAVE {
            farther(&wave, asking, assume_up, &mut present).await;
            wave.clear();
        }
    }
    farther(&wave, asking, assume_up, &mut present).await;
    if assume_up {
        for address in targets.iter().filter(|address| !connections.is_own(*address)) {
            present.entry(address).or_insert(Presence { how: Found::Assumed, mac: None });
        }
    }
    learn_macs(&mut present);
    present
}

/// Asks the local IPv4 segments for each address.
async fn neighbours_v4(
    targets: &Targets,
    connections: &Connections,
    asking: &Asking,
    present: &mut BTreeMap<IpAddr, Presence>,
) {
    let mut asked = BTreeSet::new();
    for own in connections.addresses.iter().filter(|own| own.network.addr().is_ipv4()) {
        let Some(link) = connections.link(own.link).filter(|link| link.up && !link.loopback) else { continue };
        if !asked.insert((own.link, own.network.trunc()))
            || !targets.iter().any(|address| own.network.contains(&address))
        {
            continue;
        }
        let (link, own, wanted, asking) = (link.clone(), *own, targets.clone(), asking.clone());
        let patience = asking.patience.min(Duration::from_millis(400));
        let swept = if asking.raw {
            let (pacer, stop) = (Arc::clone(&asking.pacer), Arc::clone(&asking.stop));
            let sweep = move || arp::sweep(&link, own, &wanted, &pacer, &stop, patience);
            tokio::task::spawn_blocking(sweep).await.ok().flatten()
        } else {
            None
        };
        let answered = match swept {
            Some(answered) => answered,
            None => {
                let known = by_neighbour_table(own.network, targets, connections, &asking).await;
                known.into_iter().map(|(address, mac)| (address, Some(mac))).collect()
            }
        };
        for (address, mac) in answered.into_iter().filter(|(address, _)| !connections.is_own(*address)) {
            let how = if mac.is_some() { Found::Neighbour } else { Found::Contested };
            present.insert(address, Presence { how, mac });
        }
    }
}

/// Makes the system ask for each address by sending an empty datagram to it, and reads what it learnt.
async fn by_neighbour_table(
    network: ipnet::IpNet,
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
        tokio::time::sleep(asking.patience.min(Duration::from_millis(400))).await;
        let known = net::neighbours().unwrap_or_default().into_iter();
        answered.extend(
            known.filter(|known| wave.contains(&known.address)).filter_map(|known| Some((known.address, known.mac?))),
        );
    }
    answered
}

/// Asks all devices of the local IPv6 segments at once.
async fn everybody_v6(
    targets: &Targets,
    connections: &Connections,
    asking: &Asking,
    present: &mut BTreeMap<IpAddr, Presence>,
) {
    for own in connections.addresses.iter().filter(|own| own.network.addr().is_ipv6()) {
        let wanted = targets.wide().iter().any(|network| ipnet::IpNet::V6(*network).contains(&own.network.addr()));
        let usable = connections.link(own.link).is_some_and(|link| link.up && !link.loopback);
        if !wanted || !usable {
            continue;
        }
        let Ok(echo) = Echo::open(own.network.addr()) else { continue };
        let answered = echo.ask_everybody(own.link, &asking.pacer, asking.patience).await;
        let wanted = answered.into_iter().filter(|address| targets.contains(*address) && !connections.is_own(*address));
        present.extend(wanted.map(|address| (address, Presence { how: Found::Echo, mac: None })));
    }
}

/// Devices in wide IPv6 networks that the system spoke with before: they may be of those that answer no question to
/// everybody, as Windows does. Each has to answer once more, or to have answered the system just now.
async fn known_v6(
    targets: &Targets,
    connections: &Connections,
    asking: &Asking,
    present: &mut BTreeMap<IpAddr, Presence>,
) {
    /// The kernel's table is bounded; nobody waits for more.
    const MOST: usize = 1024;
    let wanted = |address: IpAddr| {
        let IpAddr::V6(v6) = address else { return false };
        let wide = targets.wide().iter().any(|network| network.contains(&v6)) && targets.contains(address);
        wide && !connections.is_own(address)
    };
    let known = net::neighbours().unwrap_or_default().into_iter();
    let known: Vec<_> = known
        .filter(|known| known.mac.is_some() && wanted(known.address) && !present.contains_key(&known.address))
        .take(MOST)
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
            present.insert(known.address, Presence { how, mac: known.mac });
        }
    }
}

/// Echo requests, then knocks.
async fn farther(addresses: &[IpAddr], asking: &Asking, assume_up: bool, present: &mut BTreeMap<IpAddr, Presence>) {
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
