//! The kernel's socket tables `/proc/net/{tcp,tcp6,udp,udp6}` (proc_net(5), `net/ipv4/tcp_ipv4.c`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use visite_facts::UnknownReason;
use visite_facts::facts::Transport;

/// Most waiting sockets of one table.
pub const MAX_SOCKETS: usize = 20_000;

/// A socket that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Socket {
    /// Its own address.
    pub address: IpAddr,
    /// Its port.
    pub port: u16,
    /// Number of the account it was opened by.
    pub uid: u32,
    /// Number by which links in `/proc/<pid>/fd` name it; 0 if the kernel holds it itself.
    pub inode: u64,
}

/// The waiting sockets of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SocketTable {
    /// The sockets, in the kernel's order.
    pub sockets: Vec<Socket>,
    /// Why some may be missing.
    pub incomplete: Option<UnknownReason>,
}

/// Reads a table; `None` if the text does not start with the table's heading.
///
/// TCP sockets wait in state `0A` (`TCP_LISTEN`). UDP sockets are bound and have no peer: state `07`, and the other
/// address is zero; those on port 0 are not bound yet.
pub fn parse_socket_table(text: &str, transport: Transport) -> Option<SocketTable> {
    let mut lines = text.lines();
    lines.next().filter(|heading| heading.split_whitespace().any(|word| word == "local_address"))?;
    let mut table = SocketTable::default();
    for line in lines.filter(|line| !line.trim().is_empty()) {
        match parse_line(line) {
            None => table.incomplete = Some(UnknownReason::Malformed),
            Some(line) if !line.waits(transport) => {}
            Some(_) if table.sockets.len() >= MAX_SOCKETS => table.incomplete = Some(UnknownReason::Incomplete),
            Some(line) => table.sockets.push(line.socket),
        }
    }
    Some(table)
}

struct Line {
    socket: Socket,
    peer: (IpAddr, u16),
    state: u8,
}

impl Line {
    fn waits(&self, transport: Transport) -> bool {
        match transport {
            Transport::Tcp => self.state == 0x0a,
            _ => self.state == 0x07 && self.peer.0.is_unspecified() && self.peer.1 == 0 && self.socket.port != 0,
        }
    }
}

/// `sl local remote st tx:rx tr:when retrnsmt uid timeout inode ...`
fn parse_line(line: &str) -> Option<Line> {
    let words: Vec<&str> = line.split_whitespace().take(10).collect();
    let (address, port) = endpoint(words.get(1)?)?;
    let peer = endpoint(words.get(2)?)?;
    let state = u8::from_str_radix(words.get(3)?, 16).ok()?;
    let uid = words.get(7)?.parse().ok()?;
    let inode = words.get(9)?.parse().ok()?;
    Some(Line { socket: Socket { address, port, uid, inode }, peer, state })
}

/// `0100007F:0016`: words of 32 bits in the byte order of the computer, then the port.
fn endpoint(text: &str) -> Option<(IpAddr, u16)> {
    let (address, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let word = |index: usize| {
        let digits = address.get(index * 8..index * 8 + 8)?;
        u32::from_str_radix(digits, 16).ok().map(u32::to_ne_bytes)
    };
    let address = match address.len() {
        8 => IpAddr::V4(Ipv4Addr::from(word(0)?)),
        32 => {
            let mut bytes = [0; 16];
            for (index, chunk) in bytes.chunks_exact_mut(4).enumerate() {
                chunk.copy_from_slice(&word(index)?);
            }
            IpAddr::V6(Ipv6Addr::from(bytes))
        }
        _ => return None,
    };
    Some((address, port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TCP: &str = include_str!("../../../tests/data/sockets/debian-12.tcp");
    const TCP6: &str = include_str!("../../../tests/data/sockets/debian-12.tcp6");
    const UDP: &str = include_str!("../../../tests/data/sockets/debian-12.udp");

    fn shown(text: &str, transport: Transport) -> Vec<String> {
        let table = parse_socket_table(text, transport).expect("a table");
        assert_eq!(table.incomplete, None);
        table.sockets.iter().map(|socket| format!("{} {}", socket.address, socket.port)).collect()
    }

    #[test]
    fn only_waiting_sockets_are_read() {
        // The tables also hold an accepted connection, its other end, and a connected UDP socket.
        assert_eq!(shown(TCP, Transport::Tcp), ["127.0.0.1 8101", "0.0.0.0 8100"]);
        assert_eq!(shown(TCP6, Transport::Tcp), ["::1 8103", "::ffff:127.0.0.1 8104", ":: 8102"]);
        assert_eq!(shown(UDP, Transport::Udp), ["0.0.0.0 8105", "127.0.0.1 8106"]);
    }

    #[test]
    fn a_broken_line_makes_the_table_incomplete() {
        let broken = TCP.replace("0100007F", "0100007");
        assert_eq!(
            parse_socket_table(&broken, Transport::Tcp).and_then(|table| table.incomplete),
            Some(UnknownReason::Malformed)
        );
        assert_eq!(parse_socket_table("", Transport::Tcp), None);
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC*", lines in prop::collection::vec("[0-9A-F: é]{0,80}", 0..20)) {
            parse_socket_table(&text, Transport::Tcp);
            parse_socket_table(&format!("sl local_address\n{}", lines.join("\n")), Transport::Udp);
        }
    }
}
