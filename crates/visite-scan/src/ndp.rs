//! Who answers for which IPv6 address on the local segment: one neighbour question an address (RFC 4861, 4.3 and 4.4). It
//! goes to the group of the address, as a question of ARP goes to everybody, so that the hardware address is known before
//! anything is sent to a device. Needs a raw socket.

use crate::net::Link;
use crate::pace::Pacer;
use rustix::net::{AddressFamily, SocketType, ipproto, sockopt};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::time::Instant;

const SOLICITATION: u8 = 135;
const ADVERTISEMENT: u8 = 136;
/// Most messages that are read at a time, so that a noisy network cannot keep us.
const MOST_MESSAGES: usize = 4096;

type Answers = BTreeMap<IpAddr, BTreeSet<[u8; 6]>>;

/// Asks for each of `wanted` on a link, from our address `own` there; addresses with the hardware addresses that answered.
/// `None` if raw sockets are not allowed or the interface is no Ethernet.
pub async fn ask(
    link: &Link,
    own: Ipv6Addr,
    wanted: &BTreeSet<Ipv6Addr>,
    pacer: &Pacer,
    stop: &AtomicBool,
    patience: Duration,
) -> Option<Answers> {
    let mac = link.mac?;
    let socket = open(link, own).ok()?;
    let mut answered = Answers::new();
    for _ in 0..2 {
        for address in wanted {
            if stop.load(Ordering::Relaxed) {
                return Some(answered);
            }
            if answered.contains_key(&IpAddr::V6(*address)) {
                continue;
            }
            pacer.wait("icmp", 1).await;
            let to = SocketAddr::V6(SocketAddrV6::new(group_of(*address), 0, 0, link.index));
            // What cannot be sent is not answered.
            let _ = socket.send_to(&question(*address, mac), to).await;
            hear(&socket, wanted, &mut answered, Instant::now()).await;
        }
        hear(&socket, wanted, &mut answered, Instant::now() + patience).await;
    }
    Some(answered)
}

fn open(link: &Link, own: Ipv6Addr) -> io::Result<UdpSocket> {
    let socket = rustix::net::socket(AddressFamily::INET6, SocketType::RAW, Some(ipproto::ICMPV6))?;
    rustix::net::bind(&socket, &SocketAddr::V6(SocketAddrV6::new(own, 0, 0, link.index)))?;
    sockopt::set_ipv6_multicast_if(&socket, link.index)?;
    // Neighbours take no question that could have come from elsewhere (RFC 4861, 7.1.1).
    sockopt::set_ipv6_multicast_hops(&socket, 255)?;
    let socket = std::net::UdpSocket::from(socket);
    socket.set_nonblocking(true)?;
    UdpSocket::from_std(socket)
}

async fn hear(socket: &UdpSocket, wanted: &BTreeSet<Ipv6Addr>, answered: &mut Answers, until: Instant) {
    let mut buffer = [0; 1500];
    for _ in 0..MOST_MESSAGES {
        let Ok(Ok((count, _))) = tokio::time::timeout_at(until, socket.recv_from(&mut buffer)).await else { return };
        if let Some((address, mac)) = answer(buffer.get(..count).unwrap_or_default())
            && wanted.contains(&address)
        {
            let cards = answered.entry(address.into()).or_default();
            // Two are one too many already.
            if cards.len() < 2 {
                cards.insert(mac);
            }
        }
    }
}

/// The group that the holder of an address listens to (RFC 4291, 2.7.1).
fn group_of(address: Ipv6Addr) -> Ipv6Addr {
    let [.., a, b, c] = address.octets();
    let (high, low) = (0xff00 | u16::from(a), u16::from_be_bytes([b, c]));
    Ipv6Addr::new(0xff02, 0, 0, 0, 0, 1, high, low)
}

/// A solicitation with our hardware address, so that nobody has to ask for it. The system computes the checksum.
fn question(address: Ipv6Addr, mac: [u8; 6]) -> Vec<u8> {
    let mut message = vec![SOLICITATION, 0, 0, 0, 0, 0, 0, 0];
    message.extend(address.octets());
    message.extend([1, 1]);
    message.extend(mac);
    message
}

/// The address in an advertisement, and the hardware address that it states.
fn answer(message: &[u8]) -> Option<(Ipv6Addr, [u8; 6])> {
    if message.first_chunk::<2>() != Some(&[ADVERTISEMENT, 0]) {
        return None;
    }
    let address = Ipv6Addr::from(<[u8; 16]>::try_from(message.get(8..24)?).ok()?);
    let mut options = message.get(24..)?;
    // Options are at least eight bytes long, so this ends.
    while let [kind, length, ..] = options {
        let bytes = usize::from(*length) * 8;
        let option = options.get(..bytes).filter(|option| !option.is_empty())?;
        if *kind == 2 {
            let mac: [u8; 6] = option.get(2..8)?.try_into().ok()?;
            // Group addresses are nobody's.
            return (mac[0] & 1 == 0).then_some((address, mac));
        }
        options = options.get(bytes..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn advertisement() -> Vec<u8> {
        let mut message = vec![136, 0, 0, 0, 0x60, 0, 0, 0];
        message.extend("fd00::5".parse::<Ipv6Addr>().unwrap().octets());
        message.extend([2, 1, 0, 0x15, 0x5d, 1, 2, 3]);
        message
    }

    #[test]
    fn an_answer_is_read() {
        let message = advertisement();
        assert_eq!(answer(&message), Some(("fd00::5".parse().unwrap(), [0, 0x15, 0x5d, 1, 2, 3])));
        assert_eq!(answer(&message[..28]), None, "cut short");
        let mut endless = message.clone();
        endless[24..26].copy_from_slice(&[1, 0]);
        assert_eq!(answer(&endless), None);
        let mut asked = message;
        asked[0] = 135;
        assert_eq!(answer(&asked), None, "a question is no answer");
    }

    #[test]
    fn the_group_of_an_address() {
        let group = |address: &str| group_of(address.parse().unwrap()).to_string();
        assert_eq!(group("fd00::4:5:6"), "ff02::1:ff05:6");
        assert_eq!(group("fd00::aabb:ccdd"), "ff02::1:ffbb:ccdd");
    }

    proptest! {
        #[test]
        fn any_message_is_taken(message in proptest::collection::vec(any::<u8>(), 0..60)) {
            answer(&message);
        }

        #[test]
        fn any_options_are_taken(options in proptest::collection::vec(any::<u8>(), 0..60)) {
            let mut message = advertisement();
            message.truncate(24);
            message.extend(options);
            answer(&message);
        }
    }
}
