//! Who is on the local segment: one ARP question an address (RFC 826) with a raw socket, paced by us. Where raw sockets
//! are not allowed the system asks by itself as soon as something is sent, and its neighbour table tells.

use crate::net::{Link, LocalAddress};
use crate::pace::Pacer;
use crate::targets::Targets;
use smoltcp::phy::{Device, Medium, RawSocket, RxToken, TxToken};
use smoltcp::time::Instant as Moment;
use smoltcp::wire::{ArpOperation, ArpPacket, ArpRepr, EthernetAddress, EthernetFrame, EthernetProtocol, EthernetRepr};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Length of a frame with an ARP packet for IPv4 over Ethernet.
const FRAME_BYTES: usize = 42;

/// Asks for each of `targets` in the network of `own`; addresses with the hardware address that answered, or without one
/// if several did: then nobody knows which of them is the device. `None` if raw sockets are not allowed or the interface
/// is no Ethernet.
pub fn sweep(
    link: &Link,
    own: LocalAddress,
    targets: &Targets,
    pacer: &Pacer,
    stop: &AtomicBool,
    patience: Duration,
) -> Option<BTreeMap<IpAddr, Option<[u8; 6]>>> {
    let (IpAddr::V4(source), Some(mac)) = (own.network.addr(), link.mac) else { return None };
    let mut socket = RawSocket::new(&link.name, Medium::Ethernet).ok()?;
    let mut answers = Answers::default();
    for _ in 0..2 {
        for address in targets.iter() {
            let IpAddr::V4(target) = address else { continue };
            if !own.network.contains(&address) || target == source || answers.heard.contains_key(&target) {
                continue;
            }
            if stop.load(Ordering::Relaxed) {
                return Some(answers.told());
            }
            pacer.block("arp", 1);
            answers.asked.insert(target);
            ask(&mut socket, EthernetAddress(mac), source, target);
            collect(&mut socket, &mut answers);
        }
        let until = Instant::now() + patience;
        while Instant::now() < until && !stop.load(Ordering::Relaxed) {
            collect(&mut socket, &mut answers);
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    Some(answers.told())
}

/// Who answered for what. Anybody on the segment may say anything at any time; what counts is only what was asked.
#[derive(Debug, Default)]
struct Answers {
    asked: BTreeSet<Ipv4Addr>,
    heard: BTreeMap<Ipv4Addr, Option<[u8; 6]>>,
}

impl Answers {
    fn note(&mut self, address: Ipv4Addr, mac: [u8; 6]) {
        if self.asked.contains(&address) {
            let first = self.heard.entry(address).or_insert(Some(mac));
            if *first != Some(mac) {
                *first = None;
            }
        }
    }

    fn told(self) -> BTreeMap<IpAddr, Option<[u8; 6]>> {
        self.heard.into_iter().map(|(address, mac)| (address.into(), mac)).collect()
    }
}

fn ask(socket: &mut RawSocket, mac: EthernetAddress, source: Ipv4Addr, target: Ipv4Addr) {
    let Some(token) = socket.transmit(Moment::ZERO) else { return };
    token.consume(FRAME_BYTES, |bytes| {
        let mut frame = EthernetFrame::new_unchecked(bytes);
        EthernetRepr { src_addr: mac, dst_addr: EthernetAddress::BROADCAST, ethertype: EthernetProtocol::Arp }
            .emit(&mut frame);
        let mut packet = ArpPacket::new_unchecked(frame.payload_mut());
        ArpRepr::EthernetIpv4 {
            operation: ArpOperation::Request,
            source_hardware_addr: mac,
            source_protocol_addr: source,
            target_hardware_addr: EthernetAddress([0; 6]),
            target_protocol_addr: target,
        }
        .emit(&mut packet);
    });
}

fn collect(socket: &mut RawSocket, answers: &mut Answers) {
    // A bound, so that a noisy network cannot keep us here.
    for _ in 0..1024 {
        let Some((token, _)) = socket.receive(Moment::ZERO) else { return };
        token.consume(|bytes| {
            if let Some((address, mac)) = reply(bytes) {
                answers.note(address, mac);
            }
        });
    }
}

/// The answer in a frame: who, and with which hardware address. Group addresses are nobody's.
fn reply(bytes: &[u8]) -> Option<(Ipv4Addr, [u8; 6])> {
    let frame = EthernetFrame::new_checked(bytes).ok()?;
    if frame.ethertype() != EthernetProtocol::Arp {
        return None;
    }
    let packet = ArpPacket::new_checked(frame.payload()).ok()?;
    match ArpRepr::parse(&packet).ok()? {
        ArpRepr::EthernetIpv4 {
            operation: ArpOperation::Reply,
            source_hardware_addr: mac,
            source_protocol_addr: address,
            ..
        } if mac.is_unicast() => Some((address, mac.0)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_frame_is_taken(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = reply(&bytes);
        }
    }

    #[test]
    fn an_answer_is_read() {
        let mut frame = vec![2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1, 8, 6, 0, 1, 8, 0, 6, 4, 0, 2];
        frame.extend([2, 0, 0, 0, 0, 1, 10, 0, 0, 1, 2, 0, 0, 0, 0, 9, 10, 0, 0, 9]);
        assert_eq!(reply(&frame), Some(("10.0.0.1".parse().unwrap(), [2, 0, 0, 0, 0, 1])));
        frame[21] = 1;
        assert_eq!(reply(&frame), None, "a question is no answer");
    }

    #[test]
    fn only_what_was_asked_is_answered_and_only_by_one() {
        let address = |last| Ipv4Addr::new(10, 0, 0, last);
        let mac = |last| [2, 0, 0, 0, 0, last];
        let mut answers = Answers { asked: [address(1), address(2), address(3)].into(), ..Answers::default() };
        answers.note(address(1), mac(1));
        answers.note(address(1), mac(1));
        answers.note(address(2), mac(2));
        answers.note(address(2), mac(9));
        answers.note(address(2), mac(2));
        answers.note(address(4), mac(4));
        answers.note(Ipv4Addr::new(10, 9, 0, 1), mac(4));
        let told = [(IpAddr::V4(address(1)), Some(mac(1))), (IpAddr::V4(address(2)), None)];
        assert_eq!(answers.told(), BTreeMap::from(told));
    }
}
