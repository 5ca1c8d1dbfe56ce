//! Echo requests (ping): RFC 792 for IPv4, RFC 4443 for IPv6, to single devices and to everybody on a link.

use crate::checksum::checksum;
use crate::pace::Pacer;
use rustix::net::{AddressFamily, SocketType, ipproto};
use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::time::Instant;

/// In which time a device has looked for us twice and answered.
const AFTER_REPEAT: Duration = Duration::from_millis(1_300);

/// Sends and receives echoes over one address family.
#[derive(Debug)]
pub struct Echo {
    socket: UdpSocket,
    v4: bool,
    /// A raw socket shows the IP header of IPv4 and foreign messages; the system's ping socket does neither.
    raw: bool,
    identifier: u16,
}

impl Echo {
    /// Opens a ping socket, or a raw one; `from` is the address to send from. An error means that neither is allowed.
    pub fn open(from: IpAddr) -> io::Result<Self> {
        let v4 = from.is_ipv4();
        let (family, protocol) =
            if v4 { (AddressFamily::INET, ipproto::ICMP) } else { (AddressFamily::INET6, ipproto::ICMPV6) };
        let (socket, raw) = match rustix::net::socket(family, SocketType::DGRAM, Some(protocol)) {
            Ok(socket) => (socket, false),
            Err(_) => (rustix::net::socket(family, SocketType::RAW, Some(protocol))?, true),
        };
        rustix::net::bind(&socket, &SocketAddr::new(from, 0))?;
        let socket = std::net::UdpSocket::from(socket);
        socket.set_nonblocking(true)?;
        let identifier = u16::try_from(std::process::id() & 0x7fff).unwrap_or(1) | 1;
        Ok(Self { socket: UdpSocket::from_std(socket)?, v4, raw, identifier })
    }

    /// Opens one with any address of a family.
    pub fn open_any(v4: bool) -> io::Result<Self> {
        Self::open(if v4 { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() })
    }

    /// Asks each of `hosts` once, and says who answered within `patience` after the last question.
    pub async fn ask(
        &self,
        hosts: impl Iterator<Item = IpAddr>,
        pacer: &Pacer,
        patience: Duration,
    ) -> BTreeSet<IpAddr> {
        let mut answered = BTreeSet::new();
        for host in hosts {
            pacer.wait("icmp", 1).await;
            // Whoever cannot be reached does not answer.
            let _ = self.socket.send_to(&self.request(host), SocketAddr::new(host, 0)).await;
            self.collect(&mut answered, Instant::now()).await;
        }
        self.collect(&mut answered, Instant::now() + patience).await;
        answered
    }

    /// Asks all devices of the link with number `link` at once (RFC 4291, 2.7.1).
    ///
    /// Before a device answers it looks for our hardware address, and all do so at the same moment. What gets lost in
    /// that crowd is repeated after a second (RFC 4861, 10: RETRANS_TIMER), so the first answers are waited for longer.
    pub async fn ask_everybody(&self, link: u32, pacer: &Pacer, patience: Duration) -> BTreeSet<IpAddr> {
        let everybody = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
        let mut answered = BTreeSet::new();
        for wait in [patience.max(AFTER_REPEAT), patience] {
            pacer.wait("icmp", 1).await;
            let to = SocketAddr::V6(SocketAddrV6::new(everybody, 0, 0, link));
            if self.socket.send_to(&self.request(everybody.into()), to).await.is_err() {
                break;
            }
            self.collect(&mut answered, Instant::now() + wait).await;
        }
        answered
    }

    async fn collect(&self, answered: &mut BTreeSet<IpAddr>, until: Instant) {
        let mut buffer = [0; 1500];
        // At least one look, so that answers do not pile up while questions go out.
        for _ in 0..4096 {
            let received = tokio::time::timeout_at(until, self.socket.recv_from(&mut buffer)).await;
            let Ok(Ok((count, from))) = received else { return };
            if self.is_reply(buffer.get(..count).unwrap_or_default()) {
                answered.insert(from.ip());
            }
        }
    }

    fn request(&self, host: IpAddr) -> Vec<u8> {
        let kind = if host.is_ipv4() { 8 } else { 128 };
        let [high, low] = self.identifier.to_be_bytes();
        let mut message = vec![kind, 0, 0, 0, high, low, 0, 1];
        message.extend_from_slice(b"Visite network round");
        if self.v4 {
            let sum = checksum(&[&message]);
            message[2..4].copy_from_slice(&sum.to_be_bytes());
        }
        // The system computes the checksum of ICMPv6, which covers addresses (RFC 3542, 3.1).
        message
    }

    fn is_reply(&self, packet: &[u8]) -> bool {
        let header =
            if self.raw && self.v4 { packet.first().map_or(0, |first| usize::from(first & 15) * 4) } else { 0 };
        let message = packet.get(header..).unwrap_or_default();
        let kind = if self.v4 { 0 } else { 129 };
        let ours = !self.raw || message.get(4..6) == Some(self.identifier.to_be_bytes().as_slice());
        message.first() == Some(&kind) && ours
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_computer_answers() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            for v4 in [true, false] {
                // Without the right to ping there is nothing to see; that both kinds of sockets are refused is no fault.
                let Ok(echo) = Echo::open_any(v4) else { continue };
                let host: IpAddr = if v4 { "127.0.0.1" } else { "::1" }.parse().unwrap();
                let answered = echo.ask([host].into_iter(), &Pacer::new(1000), Duration::from_millis(300)).await;
                assert_eq!(answered, BTreeSet::from([host]));
            }
        });
    }

    #[test]
    fn the_checksum_of_a_whole_message_is_zero() {
        let mut message = vec![8, 0, 0, 0, 1, 2, 0, 1, 9];
        let sum = checksum(&[&message]);
        message[2..4].copy_from_slice(&sum.to_be_bytes());
        assert_eq!(checksum(&[&message]), 0);
    }
}
