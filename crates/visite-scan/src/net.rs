//! How this computer is connected: interfaces, addresses, routes and neighbours, asked from the Linux kernel by
//! netlink (RFC 3549, rtnetlink(7)). Reading and understanding are separate; the parser takes any bytes.

use ipnet::IpNet;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketType};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Most bytes that an answer of the kernel may have.
const MAX_DUMP_BYTES: usize = 16 * 1024 * 1024;

/// A network interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Number.
    pub index: u32,
    /// Name, e.g. `eth0`.
    pub name: String,
    /// Hardware address, if it is an Ethernet one.
    pub mac: Option<[u8; 6]>,
    /// Whether it is the computer talking to itself.
    pub loopback: bool,
    /// Whether it is switched on.
    pub up: bool,
}

/// An address of this computer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalAddress {
    /// Number of its interface.
    pub link: u32,
    /// The address with the length of its network.
    pub network: IpNet,
}

/// A way to other networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// Where it leads.
    pub to: IpNet,
    /// Through which router; `None` if it is directly attached.
    pub gateway: Option<IpAddr>,
    /// Number of the interface.
    pub link: u32,
    /// Lower is preferred among equals.
    pub priority: u32,
    /// Number of its table. Rules choose among tables (ip-rule(8)).
    pub table: u32,
}

/// The table that is asked where no rule says otherwise.
pub const MAIN_TABLE: u32 = 254;

/// A device of which the kernel knows the hardware address, or found none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// Number of the interface.
    pub link: u32,
    /// Address.
    pub address: IpAddr,
    /// Hardware address, if it answered.
    pub mac: Option<[u8; 6]>,
    /// Whether it answered within the last half minute or so (RFC 4861, 7.3.2).
    pub reachable: bool,
}

/// How this computer is connected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connections {
    /// Interfaces.
    pub links: Vec<Link>,
    /// Addresses.
    pub addresses: Vec<LocalAddress>,
    /// Routes of all tables; one that has several ways stands here once for each.
    pub routes: Vec<Route>,
    /// Networks for which a rule may choose a table of its own.
    pub ruled: Vec<IpNet>,
}

impl Connections {
    /// Asks the kernel.
    pub fn read() -> io::Result<Self> {
        Ok(Self {
            links: parse_links(&dump(GET_LINK)?),
            addresses: parse_addresses(&dump(GET_ADDRESS)?),
            routes: parse_routes(&dump(GET_ROUTE)?),
            ruled: parse_rules(&dump(GET_RULE)?),
        })
    }

    /// Networks to which an interface other than loopback is directly attached, without link-local ones; sorted.
    pub fn attached(&self) -> Vec<IpNet> {
        let usable = |address: &&LocalAddress| {
            let link = self.link(address.link);
            let local = match address.network.addr() {
                IpAddr::V4(address) => address.is_link_local() || address.is_loopback(),
                IpAddr::V6(address) => address.is_unicast_link_local() || address.is_loopback(),
            };
            link.is_some_and(|link| link.up && !link.loopback) && !local
        };
        let mut networks: Vec<IpNet> =
            self.addresses.iter().filter(usable).map(|address| address.network.trunc()).collect();
        networks.sort_unstable();
        networks.dedup();
        networks
    }

    /// The interface with this number.
    pub fn link(&self, index: u32) -> Option<&Link> {
        self.links.iter().find(|link| link.index == index)
    }

    /// Whether `address` is one of this computer's own.
    pub fn is_own(&self, address: IpAddr) -> bool {
        address.is_loopback() || self.addresses.iter().any(|own| own.network.addr() == address)
    }

    /// This computer's address and interface in the network to which `address` belongs, if that is directly attached.
    pub fn beside(&self, address: IpAddr) -> Option<(LocalAddress, &Link)> {
        let nearest = self
            .addresses
            .iter()
            .filter(|own| own.network.contains(&address))
            .max_by_key(|own| own.network.prefix_len())?;
        let link = self.link(nearest.link)?;
        (link.up && !link.loopback).then_some((*nearest, link))
    }

    /// Whether `address` belongs to a network to which the interface with number `link` is directly attached.
    pub fn is_beside(&self, address: IpAddr, link: u32) -> bool {
        self.addresses.iter().any(|own| own.link == link && own.network.contains(&address))
    }

    /// The route that packets to `address` take if no rule says otherwise.
    pub fn route(&self, address: IpAddr) -> Option<&Route> {
        let fitting = self.routes.iter().filter(|route| route.table == MAIN_TABLE && route.to.contains(&address));
        fitting.max_by_key(|route| (route.to.prefix_len(), std::cmp::Reverse(route.priority)))
    }
}

/// The routes that the kernel chooses for packets to `address`, by its rules and tables; several if they may take several
/// ways, none if it knows no way.
pub fn routes_to(address: IpAddr) -> io::Result<Vec<Route>> {
    /// With the table, and the route as that has it, with all its ways and not the one that a packet would take now
    /// (RTM_F_LOOKUP_TABLE, RTM_F_FIB_MATCH).
    const AS_IN_ITS_TABLE: u32 = 0x1000 | 0x2000;
    let octets = match address {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    };
    // rtmsg: family, length of the destination, and nothing else but the flags; then the destination.
    let bits = u8::try_from(octets.len() * 8).unwrap_or(0);
    let mut body = vec![if address.is_ipv4() { 2 } else { 10 }, bits, 0, 0, 0, 0, 0, 0];
    body.extend(AS_IN_ITS_TABLE.to_ne_bytes());
    body.extend(u16::try_from(octets.len() + 4).unwrap_or(0).to_ne_bytes());
    body.extend(1u16.to_ne_bytes());
    body.extend(octets);
    Ok(parse_routes(&ask(GET_ROUTE, REQUEST, &body)?))
}

/// Devices whose hardware address the kernel knows or has looked for.
pub fn neighbours() -> io::Result<Vec<Neighbour>> {
    Ok(parse_neighbours(&dump(GET_NEIGHBOUR)?))
}

/// Domains in which this computer looks up short names (resolv.conf(5)): the practice's own, as far as it has any.
pub fn search_domains() -> Vec<String> {
    parse_search_domains(&std::fs::read("/etc/resolv.conf").unwrap_or_default())
}

fn parse_search_domains(bytes: &[u8]) -> Vec<String> {
    /// More than the resolver itself takes.
    const MOST: usize = 8;
    let text = String::from_utf8_lossy(bytes);
    let mut domains = Vec::new();
    for line in text.lines().take(1_000) {
        let mut words = line.split_whitespace();
        if matches!(words.next(), Some("search" | "domain")) {
            domains.extend(words.map(|word| word.trim_end_matches('.').to_owned()));
        }
    }
    domains.retain(|domain| !domain.is_empty() && domain.len() <= 253);
    domains.sort_unstable();
    domains.dedup();
    domains.truncate(MOST);
    domains
}

const GET_LINK: u16 = 18;
const GET_ADDRESS: u16 = 22;
const GET_ROUTE: u16 = 26;
const GET_NEIGHBOUR: u16 = 30;
const GET_RULE: u16 = 34;
const REQUEST: u16 = 1;
const DUMP: u16 = 0x300;
const DONE: u16 = 3;
const ERROR: u16 = 2;

/// Asks for a whole table and returns the messages as they came.
fn dump(kind: u16) -> io::Result<Vec<u8>> {
    // A header as all kinds begin with, all zero.
    ask(kind, REQUEST | DUMP, &[0; 20])
}

fn ask(kind: u16, flags: u16, body: &[u8]) -> io::Result<Vec<u8>> {
    let socket = rustix::net::socket(AddressFamily::NETLINK, SocketType::RAW, None)?;
    rustix::net::bind(&socket, &SocketAddrNetlink::new(0, 0))?;
    // nlmsghdr: length, type, flags, sequence, port.
    let length = u32::try_from(16 + body.len()).unwrap_or(u32::MAX);
    let mut request = Vec::with_capacity(16 + body.len());
    request.extend_from_slice(&length.to_ne_bytes());
    request.extend_from_slice(&kind.to_ne_bytes());
    request.extend_from_slice(&flags.to_ne_bytes());
    request.extend_from_slice(&1u32.to_ne_bytes());
    request.extend_from_slice(&[0; 4]);
    request.extend_from_slice(body);
    rustix::net::send(&socket, &request, SendFlags::empty())?;
    let mut answer = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let (_, count) = rustix::net::recv(&socket, buffer.as_mut_slice(), RecvFlags::empty())?;
        let part = buffer.get(..count).unwrap_or_default();
        let ended = flags & DUMP == 0 || messages(part).any(|(kind, _)| kind == DONE || kind == ERROR);
        answer.extend_from_slice(part);
        if ended || count == 0 || answer.len() > MAX_DUMP_BYTES {
            return Ok(answer);
        }
    }
}

/// The messages in some bytes: type and content.
pub(crate) fn messages(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let length = usize::try_from(u32_at(bytes, 0)?).ok()?;
        let (kind, content) = (u16_at(bytes, 4)?, bytes.get(16..length)?);
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((kind, content))
    })
}

/// The attributes in some bytes: type and content.
fn attributes(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let length = usize::from(u16_at(bytes, 0)?);
        let (kind, content) = (u16_at(bytes, 2)?, bytes.get(4..length)?);
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((kind, content))
    })
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_ne_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?))
}

fn ip(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
        return Some(Ipv4Addr::from(v4).into());
    }
    Some(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?).into())
}

pub(crate) fn attribute(bytes: &[u8], wanted: u16) -> Option<&[u8]> {
    attributes(bytes).find_map(|(kind, content)| (kind == wanted).then_some(content))
}

/// Interfaces in the messages of a dump (rtnetlink(7)).
pub fn parse_links(bytes: &[u8]) -> Vec<Link> {
    let link = |content: &[u8]| {
        let flags = u32_at(content, 8)?;
        let rest = content.get(16..)?;
        let name = attribute(rest, 3)?;
        let name = name.strip_suffix(&[0]).unwrap_or(name);
        Some(Link {
            index: u32_at(content, 4)?,
            name: String::from_utf8_lossy(name).into_owned(),
            mac: attribute(rest, 1).and_then(|mac| mac.try_into().ok()).filter(|mac| *mac != [0; 6]),
            loopback: flags & 8 != 0,
            up: flags & 1 != 0,
        })
    };
    messages(bytes).filter(|(kind, _)| *kind == 16).filter_map(|(_, content)| link(content)).collect()
}

/// Addresses in the messages of a dump (rtnetlink(7)).
pub fn parse_addresses(bytes: &[u8]) -> Vec<LocalAddress> {
    let address = |content: &[u8]| {
        let rest = content.get(8..)?;
        // IFA_LOCAL is the own address where IFA_ADDRESS is that of the other end.
        let address = ip(attribute(rest, 2).or_else(|| attribute(rest, 1))?)?;
        let network = IpNet::new(address, *content.get(1)?).ok()?;
        Some(LocalAddress { link: u32_at(content, 4)?, network })
    };
    messages(bytes).filter(|(kind, _)| *kind == 20).filter_map(|(_, content)| address(content)).collect()
}

/// Routes in the messages of a dump (rtnetlink(7)).
pub fn parse_routes(bytes: &[u8]) -> Vec<Route> {
    const UNICAST: u8 = 1;
    let ways = |content: &[u8]| {
        let (family, length, kind) = (*content.first()?, *content.get(1)?, *content.get(7)?);
        if kind != UNICAST {
            return None;
        }
        let rest = content.get(12..)?;
        let everywhere: IpAddr = if family == 2 { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
        let to = attribute(rest, 1).map_or(Some(everywhere), ip)?;
        let number = |wanted| attribute(rest, wanted).and_then(|content| u32_at(content, 0));
        let whole = Route {
            to: IpNet::new(to, length).ok()?,
            gateway: gateway(rest),
            link: number(4).unwrap_or(0),
            priority: number(6).unwrap_or(0),
            table: number(15).unwrap_or(u32::from(*content.get(4)?)),
        };
        if let Some(several) = attribute(rest, 9) {
            let way = |(link, rest)| Route { gateway: gateway(rest), link, ..whole };
            return Some(next_hops(several).map(way).collect());
        }
        (whole.link != 0).then(|| vec![whole])
    };
    messages(bytes).filter(|(kind, _)| *kind == 24).filter_map(|(_, content)| ways(content)).flatten().collect()
}

/// The router of a route or of one of its ways: of the same family (RTA_GATEWAY), or of the other (RTA_VIA).
fn gateway(attributes: &[u8]) -> Option<IpAddr> {
    attribute(attributes, 5).and_then(ip).or_else(|| ip(attribute(attributes, 18)?.get(2..)?))
}

/// The ways of a route that has several (RTA_MULTIPATH): interface and attributes of each.
fn next_hops(mut bytes: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    std::iter::from_fn(move || {
        let length = usize::from(u16_at(bytes, 0)?);
        let (link, rest) = (u32_at(bytes, 4)?, bytes.get(8..length)?);
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((link, rest))
    })
}

/// Networks for which rules choose a table, in the messages of a dump; those without a destination are for all.
pub fn parse_rules(bytes: &[u8]) -> Vec<IpNet> {
    let rule = |content: &[u8]| IpNet::new(ip(attribute(content.get(12..)?, 1)?)?, *content.get(1)?).ok();
    messages(bytes).filter(|(kind, _)| *kind == 32).filter_map(|(_, content)| rule(content)).collect()
}

/// Neighbours in the messages of a dump (rtnetlink(7)).
pub fn parse_neighbours(bytes: &[u8]) -> Vec<Neighbour> {
    // Reachable, stale, delay, probe, permanent: each means that it answered at some time.
    const REACHABLE: u16 = 0x02;
    const ANSWERED: u16 = REACHABLE | 0x04 | 0x08 | 0x10 | 0x80;
    let neighbour = |content: &[u8]| {
        let rest = content.get(12..)?;
        let state = u16_at(content, 8)?;
        let (answered, reachable) = (state & ANSWERED != 0, state & REACHABLE != 0);
        let mac = attribute(rest, 2).and_then(|mac| mac.try_into().ok()).filter(|_| answered);
        Some(Neighbour { link: u32_at(content, 4)?, address: ip(attribute(rest, 1)?)?, mac, reachable })
    };
    messages(bytes).filter(|(kind, _)| *kind == 28).filter_map(|(_, content)| neighbour(content)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn this_computer_has_a_loopback() {
        let connections = Connections::read().unwrap();
        assert!(connections.links.iter().any(|link| link.loopback));
        assert!(connections.is_own("127.0.0.1".parse().unwrap()));
        assert!(connections.beside("127.0.0.1".parse().unwrap()).is_none());
        neighbours().unwrap();
    }

    #[test]
    fn search_domains_are_read() {
        let file =
            b"nameserver 10.0.0.1\nsearch praxis.local. labor.example\ndomain praxis.local\n# search nicht.example\n";
        assert_eq!(parse_search_domains(file), ["labor.example", "praxis.local"]);
    }

    #[test]
    fn the_longest_route_wins_and_then_the_lower_priority() {
        let route = |to: &str, gateway: &str, priority| Route {
            to: to.parse().unwrap(),
            gateway: gateway.parse().ok(),
            link: 2,
            priority,
            table: MAIN_TABLE,
        };
        let connections = Connections {
            routes: vec![
                route("0.0.0.0/0", "192.168.1.1", 100),
                route("0.0.0.0/0", "192.168.1.9", 50),
                route("188.144.0.0/15", "192.168.1.50", 0),
            ],
            ..Connections::default()
        };
        let gateway = |address: &str| connections.route(address.parse().unwrap()).unwrap().gateway.unwrap().to_string();
        assert_eq!(gateway("188.145.3.4"), "192.168.1.50");
        assert_eq!(gateway("8.8.8.8"), "192.168.1.9");
    }

    #[test]
    fn a_device_is_beside_the_interface_with_its_network_only() {
        let own = |link, network: &str| LocalAddress { link, network: network.parse().unwrap() };
        let addresses = vec![own(2, "192.168.10.9/24"), own(3, "10.0.0.9/8")];
        let connections = Connections { addresses, ..Connections::default() };
        assert!(connections.is_beside("192.168.10.1".parse().unwrap(), 2));
        assert!(!connections.is_beside("192.168.10.1".parse().unwrap(), 3));
        assert!(!connections.is_beside("192.168.20.1".parse().unwrap(), 2));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            parse_links(&bytes);
            parse_addresses(&bytes);
            parse_routes(&bytes);
            parse_rules(&bytes);
            parse_neighbours(&bytes);
        }
    }
}
