//! What the kernel has sent and received over a connection of ours (sock_diag(7), linux/inet_diag.h, linux/tcp.h). It
//! acknowledges by itself, as often as the other end makes it.

use crate::net::{attribute, messages, u32_at, u64_at};
use rustix::net::netlink::{self, SocketAddrNetlink};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::OwnedFd;

/// Type of questions and answers about sockets.
const SOCK_DIAG_BY_FAMILY: u16 = 20;
/// The attribute with the counters, `struct tcp_info`.
const INET_DIAG_INFO: u16 = 2;

/// A way to ask.
#[derive(Debug)]
pub struct Tally {
    socket: OwnedFd,
}

/// The counters of one connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Segments sent, with or without data.
    pub sent: u32,
    /// Segments with data that came.
    pub came: u32,
    /// Bytes that came.
    pub bytes: u64,
    /// Bytes that wait to be read.
    pub waiting: u32,
}

impl Tally {
    /// Opens the way; an error means that the kernel knows none.
    pub fn open() -> io::Result<Self> {
        let (family, kind) = (AddressFamily::NETLINK, SocketType::RAW);
        let socket = rustix::net::socket_with(family, kind, SocketFlags::CLOEXEC, Some(netlink::SOCK_DIAG))?;
        rustix::net::bind(&socket, &SocketAddrNetlink::new(0, 0))?;
        Ok(Self { socket })
    }

    /// Counts the connection between these two; `None` if the kernel does not say.
    pub fn count(&mut self, own: SocketAddr, other: SocketAddr) -> Option<Counted> {
        rustix::net::send(&self.socket, &question(own, other), SendFlags::empty()).ok()?;
        let mut buffer = [0; 2048];
        // The kernel has answered when the question is sent.
        let (_, count) = rustix::net::recv(&self.socket, buffer.as_mut_slice(), RecvFlags::DONTWAIT).ok()?;
        read(buffer.get(..count)?)
    }
}

fn question(own: SocketAddr, other: SocketAddr) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(72);
    // nlmsghdr: length, type, flags (request), sequence, port.
    bytes.extend(72u32.to_ne_bytes());
    bytes.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    bytes.extend(1u16.to_ne_bytes());
    bytes.extend([0; 8]);
    // inet_diag_req_v2: family, protocol, wanted attributes, padding, states.
    let family = if own.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    bytes.extend([u8::try_from(family.as_raw()).unwrap_or(0), 6, 1 << (INET_DIAG_INFO - 1), 0]);
    bytes.extend(u32::MAX.to_ne_bytes());
    // inet_diag_sockid: ports, addresses, any interface, no cookie.
    bytes.extend(own.port().to_be_bytes());
    bytes.extend(other.port().to_be_bytes());
    for address in [own.ip(), other.ip()] {
        match address {
            IpAddr::V4(v4) => bytes.extend(v4.octets().into_iter().chain([0; 12])),
            IpAddr::V6(v6) => bytes.extend(v6.octets()),
        }
    }
    bytes.extend([0; 4]);
    bytes.extend([0xff; 8]);
    bytes
}

fn read(bytes: &[u8]) -> Option<Counted> {
    let (_, content) = messages(bytes).find(|(kind, _)| *kind == SOCK_DIAG_BY_FAMILY)?;
    let info = attribute(content.get(72..)?, INET_DIAG_INFO)?;
    Some(Counted {
        sent: u32_at(info, 136)?,
        came: u32_at(info, 152)?,
        bytes: u64_at(info, 128)?,
        waiting: u32_at(content, 56)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn a_connection_is_counted() {
        let mut tally = Tally::open().unwrap();
        for at in ["127.0.0.1:0", "[::1]:0"] {
            let listener = TcpListener::bind(at).unwrap();
            let mut stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (own, other) = (stream.local_addr().unwrap(), stream.peer_addr().unwrap());
            let begun = tally.count(own, other).unwrap();
            assert_eq!((begun.came, begun.bytes), (0, 0));
            stream.write_all(b"question").unwrap();
            let mut served = listener.accept().unwrap().0;
            served.read_exact(&mut [0; 8]).unwrap();
            served.write_all(b"an answer").unwrap();
            stream.peek(&mut [0; 1]).unwrap();
            let then = tally.count(own, other).unwrap();
            assert_eq!((then.came, then.bytes, then.waiting), (1, 9, 9));
            assert!(then.sent > begun.sent, "{begun:?} {then:?}");
            // A neighbouring port may be somebody's: the kernel finds those who listen, too. Port 1 is nobody's.
            let nobody = SocketAddr::new(own.ip(), 1);
            assert_eq!(tally.count(nobody, other), None);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes);
        }
    }
}
