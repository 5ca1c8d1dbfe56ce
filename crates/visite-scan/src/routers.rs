//! Which devices announce themselves as routers over IPv6 (RFC 4861, 4.1, 4.2 and 6.3.7): one question to all routers of
//! a link, repeated once. Needs a raw socket; without that right nothing is known.

use crate::net::{Connections, Link};
use crate::pace::Pacer;
use rustix::net::{AddressFamily, SocketType, ipproto, sockopt};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::time::Instant;
use visite_facts::{Known, Observed, Unknown, UnknownReason};

const SOLICITATION: u8 = 133;
const ADVERTISEMENT: u8 = 134;
/// Routers answer within half a second (RFC 4861, 10: MAX_RA_DELAY_TIME).
const ANSWER: Duration = Duration::from_millis(800);
/// They need not answer twice within three seconds (MIN_DELAY_BETWEEN_RAS): so long after a question of somebody else
/// the second one of ours may be answered.
const BETWEEN: Duration = Duration::from_millis(3_000);

/// Counts the routers of each of `links` (by number). Takes several seconds, but for `hurry`: then a router may be missed
/// that somebody else asked a moment ago.
pub async fn count(
    links: Vec<u32>,
    hurry: bool,
    connections: Connections,
    pacer: Arc<Pacer>,
    stop: Arc<AtomicBool>,
) -> BTreeMap<u32, Observed<i64>> {
    let mut counted = BTreeMap::new();
    let mut running = tokio::task::JoinSet::new();
    for index in links {
        let Some(link) = connections.link(index).cloned() else { continue };
        let speaks_ipv6 = connections.addresses.iter().any(|own| match own.network.addr() {
            IpAddr::V6(address) => own.link == index && address.is_unicast_link_local(),
            IpAddr::V4(_) => false,
        });
        let (pacer, stop) = (Arc::clone(&pacer), Arc::clone(&stop));
        running.spawn(async move {
            let routers = if speaks_ipv6 {
                of_link(&link, hurry, &pacer, &stop).await
            } else {
                // From a link on which this computer speaks no IPv6 nobody can be asked.
                Unknown(UnknownReason::NotSupported)
            };
            (index, routers)
        });
    }
    while let Some(done) = running.join_next().await {
        counted.extend(done.ok());
    }
    counted
}

async fn of_link(link: &Link, hurry: bool, pacer: &Pacer, stop: &AtomicBool) -> Observed<i64> {
    let Ok(socket) = open(link) else { return Unknown(UnknownReason::NoPermission) };
    let all_routers = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 2);
    let to = SocketAddr::V6(SocketAddrV6::new(all_routers, 0, 0, link.index));
    let mut routers = BTreeSet::new();
    for patience in [if hurry { ANSWER } else { BETWEEN }, ANSWER] {
        pacer.wait("icmp", 1).await;
        if socket.send_to(&question(link), to).await.is_err() {
            return Unknown(UnknownReason::NotSupported);
        }
        let until = Instant::now() + patience;
        while Instant::now() < until {
            if stop.load(Ordering::Relaxed) {
                return Unknown(UnknownReason::Incomplete);
            }
            // Short waits, so that a stop is noticed.
            hear(&socket, link.index, until.min(Instant::now() + Duration::from_millis(100)), &mut routers).await;
        }
    }
    Known(i64::try_from(routers.len()).unwrap_or(i64::MAX))
}

fn open(link: &Link) -> std::io::Result<UdpSocket> {
    let socket = rustix::net::socket(AddressFamily::INET6, SocketType::RAW, Some(ipproto::ICMPV6))?;
    // Not bound to an address, for advertisements may go to everybody; the system then takes the link's own one as
    // source. Routers take no question that could have come from elsewhere (RFC 4861, 6.1.1).
    sockopt::set_ipv6_multicast_if(&socket, link.index)?;
    sockopt::set_ipv6_multicast_hops(&socket, 255)?;
    sockopt::set_ipv6_unicast_hops(&socket, Some(255))?;
    let socket = std::net::UdpSocket::from(socket);
    socket.set_nonblocking(true)?;
    UdpSocket::from_std(socket)
}

async fn hear(socket: &UdpSocket, link: u32, until: Instant, routers: &mut BTreeSet<Ipv6Addr>) {
    let mut buffer = [0; 1500];
    for _ in 0..4096 {
        match tokio::time::timeout_at(until, socket.recv_from(&mut buffer)).await {
            Ok(Ok((count, SocketAddr::V6(from)))) => {
                // Advertisements come from link-local addresses (RFC 4861, 6.1.2), which nobody forwards.
                let here = from.ip().is_unicast_link_local() && from.scope_id() == link;
                if here && is_router(buffer.get(..count).unwrap_or_default()) {
                    routers.insert(*from.ip());
                }
            }
            Ok(_) => {}
            Err(_) => return,
        }
    }
}

/// A solicitation, with the own hardware address, so that routers need not ask for it.
fn question(link: &Link) -> Vec<u8> {
    let mut message = vec![SOLICITATION, 0, 0, 0, 0, 0, 0, 0];
    if let Some(mac) = link.mac {
        message.extend([1, 1]);
        message.extend(mac);
    }
    message
}

/// Whether this is the advertisement of a device that offers itself as a way to everywhere: one with a lifetime.
fn is_router(message: &[u8]) -> bool {
    match message {
        [ADVERTISEMENT, 0, _, _, _, _, high, low, rest @ ..] => rest.len() >= 8 && (*high, *low) != (0, 0),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_who_offers_a_way_is_a_router() {
        let mut message = vec![134, 0, 0x12, 0x34, 64, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0];
        assert!(is_router(&message));
        message[6..8].fill(0);
        assert!(!is_router(&message), "it takes its leave, or only states the network's prefix");
        assert!(!is_router(&[134, 0, 0, 0, 64, 0, 7, 8]), "cut short");
        assert!(!is_router(&[133, 0, 0, 0, 0, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0]));
    }

    proptest! {
        #[test]
        fn any_message_is_taken(message in proptest::collection::vec(any::<u8>(), 0..40)) {
            is_router(&message);
        }
    }
}
