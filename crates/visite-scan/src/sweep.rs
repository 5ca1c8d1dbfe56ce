//! Which TCP ports are open: half-open with raw sockets where the system allows them, with plain connections elsewhere.
//!
//! A half-open question (SYN) is the gentler one, too: no program on the device learns of it, so a listener that takes
//! only one connection is not blocked. Ports that say nothing stay unanswered; they are never called closed.

use crate::pace::Pacer;
use crate::policy::{Care, Policy};
use crate::syn;
use nix::sys::socket::{setsockopt, sockopt};
use rustix::io::Errno;
use rustix::net::{AddressFamily, RecvFlags, SocketFlags, SocketType};
use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use visite_facts::scan::NotExamined;

/// What the ports of one address said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ports {
    /// Ports that take connections, sorted.
    pub open: Vec<u16>,
    /// Ports that refused, sorted.
    pub closed: Vec<u16>,
    /// Ports that said nothing, sorted.
    pub unanswered: Vec<u16>,
}

/// How to ask.
#[derive(Clone, Debug)]
pub struct Asking {
    /// Sets the pace.
    pub pacer: Arc<Pacer>,
    /// Set to end early; what was not asked then counts as unanswered.
    pub stop: Arc<AtomicBool>,
    /// The rules: which ports get no whole connection.
    pub policy: Policy,
    /// Whether raw sockets may be used.
    pub raw: bool,
    /// How long an answer may take.
    pub patience: Duration,
    /// How often a port is asked that says nothing.
    pub tries: u32,
    /// Highest rate up to which the pace may rise by itself while nothing is lost; `None` keeps it.
    pub up_to: Option<u32>,
    /// Most connections at once.
    pub connections: usize,
}

/// Asks each of `ports` at each of `hosts`.
pub async fn sweep(hosts: &[IpAddr], ports: &[u16], asking: &Asking) -> BTreeMap<IpAddr, Ports> {
    let mut found = BTreeMap::new();
    if hosts.is_empty() || ports.is_empty() {
        return found;
    }
    let mut left: Vec<IpAddr> = hosts.to_vec();
    if asking.raw {
        let (hosts, ports, asking) = (left.clone(), ports.to_vec(), asking.clone());
        let swept = tokio::task::spawn_blocking(move || syn::sweep(&hosts, &ports, &asking)).await;
        found = swept.unwrap_or_default();
        left.retain(|host| !found.contains_key(host));
    }
    if !left.is_empty() {
        found.extend(connect(&left, ports, asking).await);
    }
    found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Open,
    Closed,
    Nothing,
}

async fn connect(hosts: &[IpAddr], ports: &[u16], asking: &Asking) -> BTreeMap<IpAddr, Ports> {
    // Nothing is known about the devices yet: a listener that takes one connection at a time would be blocked.
    let care = Care::ListenOnly(NotExamined::UnknownDevice);
    let (ports, spared): (Vec<u16>, Vec<u16>) = ports.iter().partition(|port| asking.policy.may_connect(care, **port));
    let not_asked = Ports { unanswered: spared, ..Ports::default() };
    let mut found: BTreeMap<IpAddr, Ports> = hosts.iter().map(|host| (*host, not_asked.clone())).collect();
    let mut ask: Vec<SocketAddr> =
        ports.iter().flat_map(|port| hosts.iter().map(|host| SocketAddr::new(*host, *port))).collect();
    hosts.iter().for_each(|host| asking.pacer.meet(*host));
    let slots = Arc::new(Semaphore::new(asking.connections.max(1)));
    for attempt in 0..asking.tries.max(1) {
        let mut running = JoinSet::new();
        let mut silent = Vec::new();
        let mut note = |address: SocketAddr, said: Said| {
            let ports = found.entry(address.ip()).or_default();
            match said {
                Said::Open => ports.open.push(address.port()),
                Said::Closed => ports.closed.push(address.port()),
                Said::Nothing => silent.push(address),
            }
        };
        for address in ask.drain(..) {
            if asking.stop.load(Ordering::Relaxed) {
                note(address, Said::Nothing);
                continue;
            }
            // The semaphore is never closed, so a permit always comes.
            let permit = Arc::clone(&slots).acquire_owned().await.ok();
            asking.pacer.wait("tcp", 1).await;
            let (pacer, patience) = (Arc::clone(&asking.pacer), asking.patience);
            running.spawn(async move {
                let _permit = permit;
                (address, knock(address, patience, &pacer).await)
            });
            while let Some(Ok((address, said))) = running.try_join_next() {
                note(address, said);
            }
        }
        while let Some(done) = running.join_next().await {
            if let Ok((address, said)) = done {
                note(address, said);
            }
        }
        let last = attempt + 1 == asking.tries.max(1) || asking.stop.load(Ordering::Relaxed);
        if last {
            silent.drain(..).for_each(|address| found.entry(address.ip()).or_default().unanswered.push(address.port()));
        }
        ask = silent;
        if ask.is_empty() {
            break;
        }
    }
    found.values_mut().for_each(Ports::sort);
    found
}

impl Ports {
    /// Brings the lists into order.
    pub fn sort(&mut self) {
        self.open.sort_unstable();
        self.closed.sort_unstable();
        self.unanswered.sort_unstable();
    }
}

async fn knock(address: SocketAddr, patience: Duration, pacer: &Pacer) -> Said {
    let Ok(socket) = socket(address) else { return Said::Nothing };
    let connected = match rustix::net::connect(&socket, &address) {
        Ok(()) => Ok(()),
        Err(Errno::INPROGRESS) => {
            let Ok(stream) = TcpStream::from_std(std::net::TcpStream::from(socket)) else { return Said::Nothing };
            let ready = tokio::time::timeout(patience, stream.writable()).await;
            if !matches!(ready, Ok(Ok(()))) {
                return Said::Nothing;
            }
            return said(rustix::net::sockopt::socket_error(&stream).and_then(|error| error), &stream, pacer);
        }
        Err(error) => Err(error),
    };
    said(connected, &socket, pacer)
}

/// A socket that tells by whom a connection was refused.
fn socket(address: SocketAddr) -> io::Result<OwnedFd> {
    let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket = rustix::net::socket_with(family, SocketType::STREAM, flags, None)?;
    // What routers say then lies in the error queue of the socket (ip(7), ipv6(7)).
    if address.is_ipv4() {
        setsockopt(&socket, sockopt::Ipv4RecvErr, &true)?;
    } else {
        setsockopt(&socket, sockopt::Ipv6RecvErr, &true)?;
    }
    Ok(socket)
}

fn said(connected: Result<(), Errno>, socket: &impl std::os::fd::AsFd, pacer: &Pacer) -> Said {
    match connected {
        Ok(()) => {
            // Acknowledgement and end of the connection.
            pacer.reserve("tcp", 3);
            Said::Open
        }
        Err(Errno::CONNREFUSED) => {
            let by_router = rustix::net::recv(socket, &mut [0u8; 128][..], RecvFlags::ERRQUEUE | RecvFlags::DONTWAIT);
            // A packet filter on the way, or on the device itself, says nothing about the port.
            if by_router.is_ok() { Said::Nothing } else { Said::Closed }
        }
        // A reset right after the connection stood is a yes that was taken back.
        Err(Errno::CONNRESET) => Said::Open,
        Err(_) => Said::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use visite_facts::scan::Profile;

    fn asking(raw: bool) -> Asking {
        Asking {
            pacer: Arc::new(Pacer::new(20_000)),
            stop: Arc::default(),
            policy: Policy { profile: Profile::Practice, logins: false, ports_only: false },
            raw,
            patience: Duration::from_millis(900),
            tries: 2,
            up_to: None,
            connections: 64,
        }
    }

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
    }

    #[test]
    fn open_and_closed_ports_are_told_apart() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let open = listener.local_addr().unwrap().port();
        let closed = {
            let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            gone.local_addr().unwrap().port()
        };
        for raw in [false, true] {
            let host: IpAddr = "127.0.0.1".parse().unwrap();
            let found = runtime().block_on(sweep(&[host], &[open, closed], &asking(raw)));
            assert_eq!(
                found[&host],
                Ports { open: vec![open], closed: vec![closed], unanswered: vec![] },
                "raw: {raw}"
            );
        }
    }

    #[test]
    fn listeners_for_one_connection_at_a_time_get_no_whole_one() {
        let host: IpAddr = "127.0.0.1".parse().unwrap();
        let fragile = [104, 2575, 4001, 10001, 11112];
        let found = runtime().block_on(sweep(&[host], &fragile, &asking(false)));
        assert_eq!(found[&host], Ports { unanswered: fragile.to_vec(), ..Ports::default() });
        let mut fast = asking(false);
        fast.policy.profile = Profile::Fast;
        let found = runtime().block_on(sweep(&[host], &[4001], &fast));
        assert!(found[&host].unanswered.is_empty());
    }

    #[test]
    fn a_stopped_sweep_calls_nothing_closed() {
        let asking = asking(false);
        asking.stop.store(true, Ordering::Relaxed);
        let host: IpAddr = "127.0.0.1".parse().unwrap();
        let found = runtime().block_on(sweep(&[host], &[1, 2, 3], &asking));
        assert_eq!(found[&host].unanswered, [1, 2, 3]);
    }
}
