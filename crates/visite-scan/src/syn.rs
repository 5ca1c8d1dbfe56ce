//! Half-open questions with raw sockets (RFC 9293): a SYN goes out, the answer tells, and the system itself ends what it
//! did not begin with a reset. One thread sends, one listens; the pace rises while nothing is lost.

use crate::checksum::checksum;
use crate::pace::Pacer;
use crate::sweep::{Asking, Ports};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketType, ipproto, sockopt};
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket};
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

const UNKNOWN: u8 = 0;
const OPEN: u8 = 1;
const CLOSED: u8 = 2;
/// Room for answers that come faster than they are read.
const RECEIVE_BYTES: usize = 16 * 1024 * 1024;
/// Most rounds for a device that answers most questions, so that an answer that is missing was lost.
const MOST_ROUNDS: u32 = 6;

/// Asks every port of every host that can be asked so; hosts that cannot are absent from the answer.
pub fn sweep(hosts: &[IpAddr], ports: &[u16], asking: &Asking) -> BTreeMap<IpAddr, Ports> {
    let mut found = BTreeMap::new();
    for v4 in [true, false] {
        let family: Vec<IpAddr> = hosts.iter().copied().filter(|host| host.is_ipv4() == v4).collect();
        if family.is_empty() {
            continue;
        }
        if let Ok(raw) = Raw::open(v4) {
            found.extend(sweep_family(&raw, &family, ports, asking));
        }
    }
    found
}

/// Whether this program may use raw sockets.
pub fn is_allowed() -> bool {
    Raw::open(true).is_ok()
}

struct Raw {
    socket: OwnedFd,
    listening: UdpSocket,
    /// Keeps the source port ours for as long as answers may come.
    _port: TcpListener,
    port: u16,
    v4: bool,
}

impl Raw {
    fn open(v4: bool) -> io::Result<Self> {
        let family = if v4 { AddressFamily::INET } else { AddressFamily::INET6 };
        let socket = rustix::net::socket(family, SocketType::RAW, Some(ipproto::TCP))?;
        if sockopt::set_socket_recv_buffer_size_force(&socket, RECEIVE_BYTES).is_err() {
            sockopt::set_socket_recv_buffer_size(&socket, RECEIVE_BYTES)?;
        }
        let any: IpAddr = if v4 { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
        // Bound to loopback the port is taken, and nobody outside can reach the listener.
        let loopback: IpAddr = if v4 { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
        let port =
            TcpListener::bind(SocketAddr::new(loopback, 0)).or_else(|_| TcpListener::bind(SocketAddr::new(any, 0)))?;
        // A raw socket takes the calls of a datagram socket.
        let listening = UdpSocket::from(socket.try_clone()?);
        listening.set_read_timeout(Some(Duration::from_millis(20)))?;
        let number = port.local_addr()?.port();
        Ok(Self { socket, listening, _port: port, port: number, v4 })
    }

    fn send(&self, packet: &[u8], host: IpAddr) -> io::Result<()> {
        for _ in 0..50 {
            match rustix::net::sendto(&self.socket, packet, SendFlags::empty(), &SocketAddr::new(host, 0)) {
                Ok(_) => return Ok(()),
                Err(rustix::io::Errno::NOBUFS | rustix::io::Errno::AGAIN) => {
                    std::thread::sleep(Duration::from_millis(1))
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

/// What is asked and what came back, shared by the sender and the listener.
struct Board<'a> {
    hosts: &'a [IpAddr],
    sources: Vec<Option<IpAddr>>,
    numbers: HashMap<IpAddr, usize>,
    ports: &'a [u16],
    port_numbers: Vec<u32>,
    states: Vec<AtomicU8>,
    answers: AtomicU64,
    secret: RandomState,
    pacer: &'a Pacer,
}

impl Board<'_> {
    fn sequence(&self, host: usize, port: u16) -> u32 {
        // The lower half of the hash is as good as any.
        self.secret.hash_one((host, port)) as u32
    }

    fn state(&self, host: usize, port: usize) -> u8 {
        self.states.get(host * self.ports.len() + port).map_or(OPEN, |state| state.load(Ordering::Relaxed))
    }

    /// Notes an answer; `segment` is a TCP segment from `from`.
    fn note(&self, from: IpAddr, segment: &[u8], our_port: u16) {
        let Some((port, to, acknowledged, flags)) = read_segment(segment) else { return };
        let Some(host) = self.numbers.get(&from).copied() else { return };
        let Some(number) = self.port_numbers.get(usize::from(port)).and_then(|number| usize::try_from(*number).ok())
        else {
            return;
        };
        if to != our_port || acknowledged != self.sequence(host, port).wrapping_add(1) {
            return;
        }
        let said = match flags & 0x16 {
            0x12 => {
                // The system, which knows nothing of the question, resets what it was offered.
                self.pacer.owe("tcp", 1);
                OPEN
            }
            0x14 => CLOSED,
            _ => return,
        };
        if let Some(state) = self.states.get(host * self.ports.len() + number)
            && state.swap(said, Ordering::Relaxed) == UNKNOWN
        {
            self.answers.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn sweep_family(raw: &Raw, hosts: &[IpAddr], ports: &[u16], asking: &Asking) -> BTreeMap<IpAddr, Ports> {
    let mut port_numbers = vec![u32::MAX; 65_536];
    for (number, port) in (0..).zip(ports) {
        if let Some(slot) = port_numbers.get_mut(usize::from(*port)) {
            *slot = number;
        }
    }
    let board = Board {
        hosts,
        sources: hosts.iter().map(|host| source(*host)).collect(),
        numbers: hosts.iter().enumerate().map(|(number, host)| (*host, number)).collect(),
        ports,
        port_numbers,
        states: std::iter::repeat_with(|| AtomicU8::new(UNKNOWN)).take(hosts.len() * ports.len()).collect(),
        answers: AtomicU64::new(0),
        secret: RandomState::new(),
        pacer: &asking.pacer,
    };
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| listen(raw, &board, &done));
        ask(raw, &board, asking);
        done.store(true, Ordering::Relaxed);
    });
    let mut found = BTreeMap::new();
    for (number, host) in hosts.iter().enumerate() {
        let mut said = Ports::default();
        for (index, port) in ports.iter().enumerate() {
            match board.state(number, index) {
                OPEN => said.open.push(*port),
                CLOSED => said.closed.push(*port),
                _ => said.unanswered.push(*port),
            }
        }
        said.sort();
        found.insert(*host, said);
    }
    found
}

fn listen(raw: &Raw, board: &Board<'_>, done: &AtomicBool) {
    let mut buffer = [0; 2048];
    while !done.load(Ordering::Relaxed) {
        let Ok((count, from)) = raw.listening.recv_from(&mut buffer) else { continue };
        note(raw, board, from.ip(), buffer.get(..count).unwrap_or_default());
        // Waking up for each answer costs more than reading it. The buffer holds those of this pause many times.
        std::thread::sleep(Duration::from_millis(1));
        while let Ok((_, count, Some(from))) =
            rustix::net::recvfrom(&raw.socket, buffer.as_mut_slice(), RecvFlags::DONTWAIT)
            && !done.load(Ordering::Relaxed)
        {
            let Ok(from) = SocketAddr::try_from(from) else { continue };
            note(raw, board, from.ip(), buffer.get(..count).unwrap_or_default());
        }
    }
}

fn note(raw: &Raw, board: &Board<'_>, from: IpAddr, packet: &[u8]) {
    // Over IPv4 a raw socket shows the IP header, over IPv6 it does not (raw(7), ipv6(7)).
    let header = if raw.v4 { packet.first().map_or(0, |first| usize::from(first & 15) * 4) } else { 0 };
    board.note(from, packet.get(header..).unwrap_or_default(), raw.port);
}

fn ask(raw: &Raw, board: &Board<'_>, asking: &Asking) {
    let mut pace = Pace::new(asking, board);
    board.hosts.iter().for_each(|host| asking.pacer.meet(*host));
    for round in 0..MOST_ROUNDS {
        let again = |host: usize| {
            let answered = (0..board.ports.len()).filter(|port| board.state(host, *port) != UNKNOWN).count();
            // Most ports answered: what is missing was lost. Else a packet filter is the likelier reason.
            answered < board.ports.len()
                && (round < asking.tries || (asking.up_to.is_some() && answered * 2 > board.ports.len()))
        };
        let hosts: Vec<usize> = (0..board.hosts.len()).filter(|host| again(*host)).collect();
        if hosts.is_empty() {
            return;
        }
        pace.begin_round(round);
        for port in 0..board.ports.len() {
            for host in &hosts {
                if asking.stop.load(Ordering::Relaxed) {
                    return;
                }
                if board.state(*host, port) == UNKNOWN {
                    pace.before_packet();
                    send(raw, board, *host, port);
                }
            }
        }
        settle(board, asking);
    }
}

fn send(raw: &Raw, board: &Board<'_>, host: usize, port: usize) {
    let (Some(address), Some(Some(source)), Some(port)) =
        (board.hosts.get(host), board.sources.get(host), board.ports.get(port))
    else {
        return;
    };
    let packet = syn(*source, *address, raw.port, *port, board.sequence(host, *port));
    // What cannot be sent stays unanswered.
    let _ = raw.send(&packet, *address);
}

/// Waits for the last answers: until all have come, or none for a while.
fn settle(board: &Board<'_>, asking: &Asking) {
    let begun = Instant::now();
    let (mut seen, mut since) = (board.answers.load(Ordering::Relaxed), Instant::now());
    while begun.elapsed() < asking.patience * 2 && since.elapsed() < asking.patience {
        if board.states.iter().all(|state| state.load(Ordering::Relaxed) != UNKNOWN) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
        let now = board.answers.load(Ordering::Relaxed);
        if now != seen {
            (seen, since) = (now, Instant::now());
        }
    }
}

/// Raises the pace while the share of answers holds, and lowers it when it falls.
struct Pace<'a> {
    asking: &'a Asking,
    board: &'a Board<'a>,
    pacer: &'a Pacer,
    begun: Instant,
    sent: u64,
    answered: u64,
    best: f64,
    lowest: u32,
}

impl<'a> Pace<'a> {
    const WINDOW: Duration = Duration::from_millis(40);

    fn new(asking: &'a Asking, board: &'a Board<'a>) -> Self {
        let pacer = &asking.pacer;
        Self { asking, board, pacer, begun: Instant::now(), sent: 0, answered: 0, best: 0.0, lowest: pacer.rate() }
    }

    fn begin_round(&mut self, round: u32) {
        if self.asking.up_to.is_some() && round > 0 {
            self.pacer.set_rate((self.pacer.rate() / 2).max(self.lowest));
        }
        self.best = 0.0;
        self.open_window();
    }

    fn open_window(&mut self) {
        (self.begun, self.sent) = (Instant::now(), 0);
        self.answered = self.board.answers.load(Ordering::Relaxed);
    }

    fn before_packet(&mut self) {
        self.pacer.block("tcp", 1);
        self.sent += 1;
        let Some(up_to) = self.asking.up_to else { return };
        // Looking at the clock costs as much as a packet; a look now and then is enough.
        if !self.sent.is_multiple_of(64) || self.begun.elapsed() < Self::WINDOW {
            return;
        }
        let answers = self.board.answers.load(Ordering::Relaxed).saturating_sub(self.answered);
        let share = answers as f64 / self.sent as f64;
        let rate = self.pacer.rate();
        let next = if share + 0.02 < self.best * 0.85 { rate / 2 } else { rate.saturating_add(rate / 2) };
        self.best = self.best.max(share.min(1.0));
        self.pacer.set_rate(next.clamp(self.lowest, up_to));
        self.open_window();
    }
}

/// The address from which the system would speak to `host`.
fn source(host: IpAddr) -> Option<IpAddr> {
    let any: IpAddr = if host.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind(SocketAddr::new(any, 0)).ok()?;
    // Connecting a datagram socket sends nothing.
    socket.connect(SocketAddr::new(host, 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

/// A SYN with the one option that everybody sends, the largest segment (RFC 9293, 3.7.1).
fn syn(from: IpAddr, to: IpAddr, source: u16, port: u16, sequence: u32) -> [u8; 24] {
    let mut packet = [0; 24];
    let mut put = |at: usize, bytes: &[u8]| {
        if let Some(place) = packet.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    };
    put(0, &source.to_be_bytes());
    put(2, &port.to_be_bytes());
    put(4, &sequence.to_be_bytes());
    put(12, &[0x60, 0x02, 0x04, 0x00]);
    put(20, &[2, 4, 0x05, 0xb4]);
    let sum = segment_checksum(from, to, &packet);
    packet[16..18].copy_from_slice(&sum.to_be_bytes());
    packet
}

/// Checksum of a TCP segment with its pseudo header (RFC 9293, 3.1; RFC 8200, 8.1).
fn segment_checksum(from: IpAddr, to: IpAddr, segment: &[u8]) -> u16 {
    let octets = |address: IpAddr| match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    let [high, low] = u16::try_from(segment.len()).unwrap_or_default().to_be_bytes();
    // Length and protocol; the zeros between them differ from IPv4 to IPv6 and count nothing.
    checksum(&[&octets(from), &octets(to), &[high, low, 0, 6], segment])
}

/// Source port, destination port, acknowledgement number and flags of a TCP segment.
fn read_segment(segment: &[u8]) -> Option<(u16, u16, u32, u8)> {
    let two = |at: usize| Some(u16::from_be_bytes(segment.get(at..at + 2)?.try_into().ok()?));
    let acknowledged = u32::from_be_bytes(segment.get(8..12)?.try_into().ok()?);
    Some((two(0)?, two(2)?, acknowledged, *segment.get(13)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_syn_carries_a_right_checksum() {
        let (from, to) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        let packet = syn(from, to, 40_000, 443, 7);
        // The checksum over a packet that contains its own is zero.
        assert_eq!(segment_checksum(from, to, &packet), 0);
        let (from, to) = ("fd00::1".parse().unwrap(), "fd00::2".parse().unwrap());
        assert_eq!(segment_checksum(from, to, &syn(from, to, 40_000, 443, 7)), 0);
        assert_eq!(read_segment(&packet), Some((40_000, 443, 0, 2)));
        assert_eq!(read_segment(&packet[..13]), None);
    }
}
