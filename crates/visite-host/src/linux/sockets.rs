//! Sockets that wait for connections or datagrams: `linux.sockets`, for `host.listening_sockets`.
//!
//! The kernel's own tables in `/proc/net` are read; which program holds a socket is told by the links in
//! `/proc/<pid>/fd`, by the file name of its program alone. Arguments of programs are never read, and whether a
//! packet filter lets anybody in is another collector's business.

mod addresses;
mod owners;
mod table;

pub use addresses::{Addresses, parse_fib_trie, parse_if_inet6, reach};
pub use owners::parse_user_names;
pub use table::{MAX_SOCKETS, Socket, SocketTable, parse_socket_table};

use crate::collectors::Collector;
use crate::machine::{Machine, ReadFailure};
use jiff::Timestamp;
use owners::{Owner, Owners};
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use visite_facts::facts::{IpFamily, ListeningSocket, Transport};
use visite_facts::snapshot::{Problem, Snapshot};
use visite_facts::value::Completeness;
use visite_facts::{Collection, Known, Observed, Unknown, UnknownReason};

/// Collects `host.listening_sockets`.
pub struct SocketsCollector;

impl Collector for SocketsCollector {
    fn name(&self) -> &'static str {
        "linux.sockets"
    }

    fn collect(&self, machine: &Machine, _now: Timestamp, snapshot: &mut Snapshot) {
        let collection = if machine.is_live() {
            look(machine, &mut snapshot.problems)
        } else {
            Collection::incomplete(Vec::new(), UnknownReason::NotSupported)
        };
        snapshot.put_all(&collection);
    }
}

/// The tables, with the file whose presence says that the kernel has the protocol family at all.
const TABLES: &[(&str, Transport, bool)] = &[
    ("/proc/net/tcp", Transport::Tcp, true),
    ("/proc/net/tcp6", Transport::Tcp, false),
    ("/proc/net/udp", Transport::Udp, true),
    ("/proc/net/udp6", Transport::Udp, false),
];

fn look(machine: &Machine, problems: &mut Vec<Problem>) -> Collection<ListeningSocket> {
    let mut completeness = Completeness::Complete;
    let mut found: Vec<(Transport, Socket)> = Vec::new();
    for (path, transport, is_ipv4) in TABLES {
        match machine.read(path) {
            Ok(text) => match parse_socket_table(&text, *transport) {
                Some(table) => {
                    found.extend(table.sockets.into_iter().map(|socket| (*transport, socket)));
                    if let Some(reason) = table.incomplete {
                        problems.push(Problem { source: (*path).to_owned(), reason, detail: String::new() });
                        completeness = completeness.and(Completeness::Incomplete(reason));
                    }
                }
                None => {
                    let reason = UnknownReason::Malformed;
                    let detail = "unexpected heading".to_owned();
                    problems.push(Problem { source: (*path).to_owned(), reason, detail });
                    completeness = completeness.and(Completeness::Incomplete(reason));
                }
            },
            // Without IPv6 in the kernel there are no IPv6 sockets.
            Err(ReadFailure::Absent) if !is_ipv4 && machine.exists("/proc/net/tcp") == Ok(true) => {}
            Err(failure) => {
                problems.push(failure.problem(path));
                completeness = completeness.and(Completeness::Incomplete(failure.reason()));
            }
        }
    }
    let observer = Observer {
        addresses: own_addresses(machine, problems),
        owners: Owners::look(machine, found.iter().map(|(_, socket)| socket.inode).collect(), problems),
        users: user_names(machine, problems),
        ipv6_only: ipv6_only(machine),
    };
    Collection { records: observer.records(found), completeness }
}

struct Observer {
    addresses: Addresses,
    owners: Owners,
    users: Result<HashMap<u32, String>, UnknownReason>,
    ipv6_only: bool,
}

impl Observer {
    /// One record a protocol, address and port; several processes may share it (`SO_REUSEPORT`).
    fn records(&self, found: Vec<(Transport, Socket)>) -> Vec<ListeningSocket> {
        let mut sharing: BTreeMap<(Transport, IpAddr, u16), Vec<Socket>> = BTreeMap::new();
        for (transport, socket) in found {
            sharing.entry((transport, socket.address, socket.port)).or_default().push(socket);
        }
        let taken: Vec<(Transport, IpAddr, u16)> = sharing.keys().copied().collect();
        sharing
            .into_iter()
            .map(|((transport, address, port), sockets)| {
                let family = self.family(transport, address, port, &taken);
                self.record(transport, family, &sockets)
            })
            .collect()
    }

    /// An IPv6 socket on `::` takes IPv4 too, unless it or the system says otherwise (ipv6(7), `IPV6_V6ONLY`).
    ///
    /// The option of a single socket is not shown in `/proc`. Without it nobody else could listen on the same port
    /// of IPv4; so where somebody does, the socket is for IPv6 only. Otherwise it counts as both, the wider answer.
    fn family(&self, transport: Transport, address: IpAddr, port: u16, taken: &[(Transport, IpAddr, u16)]) -> IpFamily {
        let IpAddr::V6(address) = address else { return IpFamily::Ipv4 };
        let wildcard = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);
        if address.to_ipv4_mapped().is_some() {
            IpFamily::Ipv4
        } else if !address.is_unspecified()
            || self.ipv6_only
            || taken.binary_search(&(transport, wildcard, port)).is_ok()
        {
            IpFamily::Ipv6
        } else {
            IpFamily::Both
        }
    }

    fn record(&self, transport: Transport, family: IpFamily, sockets: &[Socket]) -> ListeningSocket {
        let first = sockets[0];
        let shown = match first.address {
            IpAddr::V6(address) => format!("[{address}]"),
            IpAddr::V4(address) => address.to_string(),
        };
        let protocol = if transport == Transport::Tcp { "tcp" } else { "udp" };
        ListeningSocket {
            socket: Known(format!("{protocol} {shown}:{}", first.port)),
            transport: Known(transport),
            family: Known(family),
            address: Known(first.address.to_string()),
            port: Known(i64::from(first.port)),
            reach: reach(first.address, family, &self.addresses),
            process: self.process(sockets),
            user: self.user(sockets),
        }
    }

    /// The program; several that share a socket are joined by `, `. One that cannot be seen makes all unknown.
    fn process(&self, sockets: &[Socket]) -> Observed<String> {
        let mut names: Vec<&str> = Vec::new();
        for socket in sockets {
            match self.owners.of(socket.inode) {
                Owner::Program(name) => names.push(name),
                Owner::Unknown(reason) => return Unknown(reason),
            }
        }
        names.sort_unstable();
        names.dedup();
        Known(names.join(", "))
    }

    fn user(&self, sockets: &[Socket]) -> Observed<String> {
        let users = match &self.users {
            Ok(users) => users,
            Err(reason) => return Unknown(*reason),
        };
        let mut names: Vec<String> = sockets
            .iter()
            .map(|socket| users.get(&socket.uid).cloned().unwrap_or_else(|| socket.uid.to_string()))
            .collect();
        names.sort_unstable();
        names.dedup();
        Known(names.join(", "))
    }
}

fn own_addresses(machine: &Machine, problems: &mut Vec<Problem>) -> Addresses {
    let mut read = |path: &str, parse: fn(&str) -> Vec<IpAddr>| match machine.read(path) {
        Ok(text) => Ok(parse(&text)),
        Err(ReadFailure::Absent) if path == addresses::IF_INET6 => Ok(Vec::new()),
        Err(failure) => {
            problems.push(failure.problem(path));
            Err(failure.reason())
        }
    };
    Addresses { ipv4: read(addresses::FIB_TRIE, parse_fib_trie), ipv6: read(addresses::IF_INET6, parse_if_inet6) }
}

fn user_names(machine: &Machine, problems: &mut Vec<Problem>) -> Result<HashMap<u32, String>, UnknownReason> {
    const PATH: &str = "/etc/passwd";
    machine.read(PATH).map(|text| parse_user_names(&text)).map_err(|failure| {
        problems.push(failure.problem(PATH));
        failure.reason()
    })
}

/// Whether the system makes every IPv6 socket one for IPv6 only, unless its program asks for both.
fn ipv6_only(machine: &Machine) -> bool {
    machine.read("/proc/sys/net/ipv6/bindv6only").is_ok_and(|text| text.trim() == "1")
}
