//! What devices say about themselves when everybody on a link is asked: multicast DNS (RFC 6762), the search of UPnP, and
//! names by LLMNR (RFC 4795). One question reaches all, so this is the gentlest way to learn names, makers and models.
//!
//! Kept is what a device in the targets says about itself; what it repeats about others is not. On networks of guests
//! nobody is asked. Deliberately absent: joining the groups and listening to what others say to each other.

use crate::discover::Presence;
use crate::mobile;
use crate::net::{Connections, Link, LocalAddress};
use crate::pace::Pacer;
use crate::standing::guest_links;
use crate::sweep::Asking;
use crate::targets::Targets;
use ipnet::IpNet;
use rustix::net::sockopt;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::task::JoinSet;
use tokio::time::Instant;
use visite_facts::facts::{DeviceClass, NetworkService};
use visite_wire::dns::{self, Data, Llmnr, Message, Question};
use visite_wire::ssdp::{self, Ssdp};
use visite_wire::{Dialogue, Event, Manner, Seen, Step};

/// Most datagrams that are read after one question, so that a noisy network cannot keep us.
const MOST_DATAGRAMS: usize = 4096;
/// Most devices that are heard, and most names and kinds of services of each that are kept: anybody can speak in the name of
/// any number of them.
const MOST_HEARD: usize = 4096;
const MOST_KEPT: usize = 64;
/// Most kinds of services whose instances are asked for.
const MOST_KINDS: usize = 32;
/// Most devices of a link that are asked for their names.
const MOST_NAMES: usize = 1024;
/// Questions for names that one message of multicast DNS carries.
const NAMES_AT_ONCE: usize = 16;
/// How long devices may take to answer a search, by our own word in it.
const SEARCH: Duration = Duration::from_millis(1_250);

/// A group that listens for questions: its two addresses and its port.
#[derive(Clone, Copy)]
struct Group {
    v4: Ipv4Addr,
    v6: Ipv6Addr,
    port: u16,
    /// How far questions go; 255 where the protocol wants to see that nobody passed them on.
    hops: u32,
}

/// RFC 6762, 3 and 11.
const MDNS: Group = Group {
    v4: Ipv4Addr::new(224, 0, 0, 251),
    v6: Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0xfb),
    port: 5353,
    hops: 255,
};
/// UPnP Device Architecture 1.1, 1.3.2 and appendix A.
const SSDP: Group = Group {
    v4: Ipv4Addr::new(239, 255, 255, 250),
    v6: Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0xc),
    port: 1900,
    hops: 1,
};
/// RFC 4795, 2.
const LLMNR: Group =
    Group { v4: Ipv4Addr::new(224, 0, 0, 252), v6: Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 1, 3), port: 5355, hops: 1 };

/// What a device said about itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Announced {
    /// The services that answered, each once.
    pub services: Vec<Seen>,
    /// Kinds of services that it announces, e.g. `_ipp._tcp`.
    pub kinds: BTreeSet<String>,
}

/// Kinds of services that devices of one class alone announce: raw printing (a server that shares its printers uses
/// IPP), Axis' cameras, phones and tablets of Apple.
const TELLING: &[(&str, DeviceClass)] = &[
    ("_pdl-datastream._tcp", DeviceClass::Printer),
    ("_axis-video._tcp", DeviceClass::Camera),
    ("_apple-mobdev2._tcp", DeviceClass::Mobile),
];

impl Announced {
    /// Names that it gave itself, sorted.
    pub fn names(&self) -> BTreeSet<String> {
        self.services.iter().flat_map(|seen| seen.names.iter().cloned()).collect()
    }

    /// Classes for which its announcements speak. Computers of Apple announce `_companion-link` as its phones do, but only
    /// phones and tablets make up a hardware address for each network as they come.
    pub fn classes(&self, mac: Option<[u8; 6]>) -> Vec<DeviceClass> {
        let made_up = mac.is_some_and(|mac| mac[0] & 2 != 0);
        let named = self.names().iter().any(|name| mobile::is_mobile(name));
        let mobile = named || made_up && self.kinds.contains("_companion-link._tcp");
        let told = TELLING.iter().filter(|(kind, _)| self.kinds.contains(*kind)).map(|(_, class)| *class);
        told.chain(mobile.then_some(DeviceClass::Mobile)).collect()
    }

    /// Adds what it said elsewhere.
    pub fn add(&mut self, other: Self) {
        let room = MOST_KEPT.saturating_sub(self.kinds.len());
        self.kinds.extend(other.kinds.into_iter().take(room));
        for seen in other.services {
            match self.services.iter_mut().find(|known| known.service == seen.service) {
                None => self.services.push(seen),
                Some(known) => {
                    known.names.extend(seen.names);
                    known.names.sort_unstable();
                    known.names.dedup();
                    known.names.truncate(MOST_KEPT);
                    known.vendor = known.vendor.take().or(seen.vendor);
                    known.product = known.product.take().or(seen.product);
                }
            }
        }
    }

    fn of(seen: Seen) -> Self {
        Self { services: vec![seen], ..Self::default() }
    }
}

/// At which port a service that answers to a group can be found.
pub fn port(service: NetworkService) -> Option<u16> {
    match service {
        NetworkService::Mdns => Some(MDNS.port),
        NetworkService::Ssdp => Some(SSDP.port),
        NetworkService::Llmnr => Some(LLMNR.port),
        _ => None,
    }
}

/// What devices said, by address.
pub type Heard = BTreeMap<IpAddr, Announced>;

/// Adds what was heard to what was heard before.
pub fn merge(heard: &mut Heard, more: Heard) {
    for (address, announced) in more {
        note(heard, address, announced);
    }
}

/// Adds what one device said.
fn note(heard: &mut Heard, from: IpAddr, announced: Announced) {
    if heard.len() < MOST_HEARD || heard.contains_key(&from) {
        heard.entry(from).or_default().add(announced);
    }
}

/// One address of this computer on a link with targets, from which questions go out.
#[derive(Clone)]
struct Stand {
    own: LocalAddress,
    link: Link,
    owns: Vec<IpAddr>,
    targets: Targets,
    asking: Asking,
}

impl Stand {
    /// Opens a socket whose questions to a group leave over this link only.
    fn open(&self, group: Group) -> io::Result<UdpSocket> {
        let own = self.own.network.addr();
        let socket = std::net::UdpSocket::bind(SocketAddr::new(own, 0))?;
        match own {
            IpAddr::V4(own) => {
                sockopt::set_ip_multicast_if(&socket, &own)?;
                sockopt::set_ip_multicast_ttl(&socket, group.hops)?;
            }
            IpAddr::V6(_) => {
                sockopt::set_ipv6_multicast_if(&socket, self.link.index)?;
                sockopt::set_ipv6_multicast_hops(&socket, group.hops)?;
            }
        }
        socket.set_nonblocking(true)?;
        UdpSocket::from_std(socket)
    }

    async fn ask(&self, socket: &UdpSocket, group: Group, question: &[u8]) {
        let to = match self.own.network.addr() {
            IpAddr::V4(_) => SocketAddr::new(group.v4.into(), group.port),
            IpAddr::V6(_) => SocketAddr::V6(SocketAddrV6::new(group.v6, group.port, 0, self.link.index)),
        };
        if !self.asking.stop.load(Ordering::Relaxed) {
            self.pacer().wait("udp", 1).await;
            // Whom a question does not reach is not heard, and nothing is concluded from that.
            let _ = socket.send_to(question, to).await;
        }
    }

    fn pacer(&self) -> &Pacer {
        &self.asking.pacer
    }

    /// Reads what devices of this link that are targets answer until `until`.
    async fn hear(&self, socket: &UdpSocket, until: Instant, mut take: impl FnMut(IpAddr, &[u8])) {
        let mut buffer = vec![0; 9000];
        for _ in 0..MOST_DATAGRAMS {
            if self.asking.stop.load(Ordering::Relaxed) {
                return;
            }
            match tokio::time::timeout_at(until, socket.recv_from(&mut buffer)).await {
                Err(_) => return,
                // A device that refuses a datagram says so on the socket; that ends nothing.
                Ok(Err(_)) => {}
                Ok(Ok((count, from))) if self.concerns(from.ip()) => {
                    take(from.ip(), buffer.get(..count).unwrap_or_default());
                }
                Ok(Ok(_)) => {}
            }
        }
    }

    fn concerns(&self, address: IpAddr) -> bool {
        self.own.network.contains(&address) && self.targets.contains(address) && !self.owns.contains(&address)
    }
}

fn stands(targets: &Targets, guests: &[IpNet], connections: &Connections, asking: &Asking) -> Vec<Stand> {
    let owns: Vec<IpAddr> = connections.addresses.iter().map(|own| own.network.addr()).collect();
    let stand = |(own, link): (LocalAddress, &Link)| {
        let (targets, asking, link, owns) = (targets.clone(), asking.clone(), link.clone(), owns.clone());
        Stand { own, link, owns, targets, asking }
    };
    addresses(targets, guests, connections).into_iter().map(stand).collect()
}

/// Addresses of this computer in networks with targets, one a network, link-local ones and links of guests left out.
fn addresses<'c>(targets: &Targets, guests: &[IpNet], connections: &'c Connections) -> Vec<(LocalAddress, &'c Link)> {
    let mut known = BTreeSet::new();
    let mut addresses = Vec::new();
    let of_guests = guest_links(guests, connections);
    for own in &connections.addresses {
        let address = own.network.addr();
        let Some(link) = connections.link(own.link).filter(|link| link.up && !link.loopback) else { continue };
        let local = match address {
            IpAddr::V4(address) => address.is_link_local(),
            IpAddr::V6(address) => address.is_unicast_link_local(),
        };
        let guest = of_guests.contains(&own.link);
        if local || guest || !overlaps(targets, own.network) || !known.insert((own.link, own.network.trunc())) {
            continue;
        }
        addresses.push((*own, link));
    }
    addresses
}

/// Links of this computer with targets, those of guests left out, by number.
pub fn links(targets: &Targets, guests: &[IpNet], connections: &Connections) -> Vec<u32> {
    let mut links: Vec<u32> = addresses(targets, guests, connections).into_iter().map(|(own, _)| own.link).collect();
    links.sort_unstable();
    links.dedup();
    links
}

fn overlaps(targets: &Targets, network: IpNet) -> bool {
    let (first, last) = (network.network(), network.broadcast());
    let range = |(from, to): (IpAddr, IpAddr)| from.is_ipv4() == first.is_ipv4() && from <= last && first <= to;
    let wide = |wide: &ipnet::Ipv6Net| {
        let wide = IpNet::V6(*wide);
        wide.contains(&network) || network.contains(&wide)
    };
    targets.ranges().into_iter().any(range) || targets.wide().iter().any(wide)
}

/// Asks everybody by multicast DNS, and over IPv6 by a search: there no other question reaches every device.
pub async fn everybody(targets: &Targets, guests: &[IpNet], connections: &Connections, asking: &Asking) -> Heard {
    let mut running = JoinSet::new();
    for stand in stands(targets, guests, connections, asking) {
        if stand.own.network.addr().is_ipv6() {
            let stand = stand.clone();
            running.spawn(async move { search(&stand).await });
        }
        running.spawn(async move { services(&stand).await });
    }
    all(running).await
}

/// Asks devices that were found for their names, and everybody over IPv4 by a search. Takes more than a second.
pub async fn names(
    targets: Targets,
    guests: Vec<IpNet>,
    found: BTreeMap<IpAddr, Presence>,
    connections: Connections,
    asking: Asking,
) -> Heard {
    let mut running = JoinSet::new();
    for stand in stands(&targets, &guests, &connections, &asking) {
        if stand.own.network.addr().is_ipv4() {
            let stand = stand.clone();
            running.spawn(async move { search(&stand).await });
        }
        let wanted: Vec<IpAddr> =
            found.keys().copied().filter(|address| stand.concerns(*address)).take(MOST_NAMES).collect();
        let other = (stand.clone(), wanted.clone());
        running.spawn(async move { names_by_llmnr(&stand, &wanted).await });
        running.spawn(async move { names_by_mdns(&other.0, &other.1).await });
    }
    all(running).await
}

async fn all(mut running: JoinSet<Heard>) -> Heard {
    let mut heard = Heard::new();
    while let Some(more) = running.join_next().await {
        merge(&mut heard, more.unwrap_or_default());
    }
    heard
}

/// Multicast DNS: which kinds of services there are, then who offers them.
async fn services(stand: &Stand) -> Heard {
    let (mut heard, mut kinds) = (Heard::new(), BTreeSet::new());
    let Ok(socket) = stand.open(MDNS) else { return heard };
    let question = dns::services_question();
    stand.ask(&socket, MDNS, &question).await;
    let until = Instant::now() + stand.asking.patience;
    stand
        .hear(&socket, until, |from, bytes| {
            take_announcement(&mut heard, &question, from, bytes);
            if kinds.len() < MOST_HEARD {
                kinds.extend(kinds_in(bytes, &question));
            }
        })
        .await;
    // One kind a question: small devices look at the first one of a message only.
    for kind in kinds.into_iter().take(MOST_KINDS) {
        stand.ask(&socket, MDNS, &dns::instances_question(&[kind])).await;
        stand.hear(&socket, Instant::now(), |from, bytes| take_announcement(&mut heard, &question, from, bytes)).await;
    }
    let until = Instant::now() + stand.asking.patience;
    stand.hear(&socket, until, |from, bytes| take_announcement(&mut heard, &question, from, bytes)).await;
    heard
}

fn take_announcement(heard: &mut Heard, question: &[u8], from: IpAddr, bytes: &[u8]) {
    let names = heard.get(&from).map(Announced::names).unwrap_or_default();
    let message = dns::parse_message(bytes);
    if let Some(announced) = message.and_then(|message| announcement(&message, question, from, &names)) {
        note(heard, from, announced);
    }
}

/// Kinds of services that an answer names, whosever they are: by asking for them it is learnt who offers them.
fn kinds_in(bytes: &[u8], question: &[u8]) -> Vec<String> {
    let answer = dns::parse_message(bytes).filter(|message| is_answer(message, question));
    answer.map(|message| dns::announced(&message).services).unwrap_or_default()
}

fn is_answer(message: &Message, question: &[u8]) -> bool {
    let [first, second, ..] = question else { return false };
    message.is_response() && [0, u16::from_be_bytes([*first, *second])].contains(&message.id)
}

/// What an answer says about the device from which it came. Routers that carry multicast DNS between networks repeat
/// what others say, so an answer counts only if something ties it to its sender: the sender's address, or one of `names`,
/// which it gave itself before.
fn announcement(message: &Message, question: &[u8], from: IpAddr, names: &BTreeSet<String>) -> Option<Announced> {
    if !is_answer(message, question) {
        return None;
    }
    let mut addresses = message.records.iter().filter_map(|record| match record.data {
        Data::Address(address) => Some(address),
        _ => None,
    });
    let mut told = dns::announced(message);
    if let Some(one) = addresses.next() {
        if one != from && !addresses.any(|other| other == from) {
            return None;
        }
    } else {
        let own = |name: &dns::Name| name.to_text().is_some_and(|name| names.contains(&name));
        let says_own = message
            .records
            .iter()
            .any(|record| own(&record.name) || matches!(&record.data, Data::Name(name) if own(name)));
        told.names = message.names_of(from);
        if told.names.is_empty() && !says_own {
            return None;
        }
    }
    if told.services.is_empty() && told.names.is_empty() {
        return None;
    }
    let mut seen = Seen::new(NetworkService::Mdns);
    (seen.names, seen.vendor, seen.product) = (told.names, told.vendor, told.model);
    Some(Announced { services: vec![seen], kinds: told.services.into_iter().collect() })
}

/// The search of UPnP.
async fn search(stand: &Stand) -> Heard {
    let mut heard = Heard::new();
    let Ok(socket) = stand.open(SSDP) else { return heard };
    stand.ask(&socket, SSDP, &ssdp::search(ssdp::ROOT_DEVICE, 1)).await;
    let take = |from, bytes: &[u8]| {
        if let Some(seen) = answer(Ssdp::new(&Manner::default()), bytes) {
            note(&mut heard, from, Announced::of(seen));
        }
    };
    stand.hear(&socket, Instant::now() + SEARCH, take).await;
    heard
}

/// Link-local multicast name resolution: each device for the name of its own address.
async fn names_by_llmnr(stand: &Stand, wanted: &[IpAddr]) -> Heard {
    let mut heard = Heard::new();
    let Ok(socket) = stand.open(LLMNR) else { return heard };
    let mut take = |from, bytes: &[u8]| {
        if let Some(seen) = answer(Llmnr::new(from), bytes) {
            note(&mut heard, from, Announced::of(seen));
        }
    };
    for address in wanted {
        // The dialogue knows what to ask; here everybody hears it, and the one whose address it is answers.
        if let Step::Send(question) = Llmnr::new(*address).step(Event::Connected) {
            stand.ask(&socket, LLMNR, &question).await;
            stand.hear(&socket, Instant::now(), &mut take).await;
        }
    }
    if !wanted.is_empty() {
        stand.hear(&socket, Instant::now() + stand.asking.patience, take).await;
    }
    heard
}

/// The same by multicast DNS, several names at a time.
async fn names_by_mdns(stand: &Stand, wanted: &[IpAddr]) -> Heard {
    let mut heard = Heard::new();
    let Ok(socket) = stand.open(MDNS) else { return heard };
    let [first, second, ..] = dns::services_question()[..] else { return heard };
    let number = [first, second];
    let mut take = |from, bytes: &[u8]| take_announcement(&mut heard, &number, from, bytes);
    for some in wanted.chunks(NAMES_AT_ONCE) {
        let question =
            |address: &IpAddr| Question { name: dns::reverse_name(*address), kind: dns::kind::PTR, class: 1 };
        let questions: Vec<Question> = some.iter().map(question).collect();
        stand.ask(&socket, MDNS, &dns::write_questions(u16::from_be_bytes(number), 0, &questions)).await;
        stand.hear(&socket, Instant::now(), &mut take).await;
    }
    if !wanted.is_empty() {
        stand.hear(&socket, Instant::now() + stand.asking.patience, take).await;
    }
    heard
}

/// What a dialogue makes of one datagram.
fn answer(mut dialogue: impl Dialogue<Answer = Seen>, bytes: &[u8]) -> Option<Seen> {
    dialogue.step(Event::Connected);
    match dialogue.step(Event::Received(bytes)) {
        Step::Done(seen) if !bytes.is_empty() => Some(seen),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn record(name: &str, kind: u16, data: Data) -> dns::Record {
        dns::Record { name: dns::Name::from_text(name).unwrap(), kind, class: 1, data }
    }

    fn message(records: Vec<dns::Record>) -> Message {
        let answers = records.len();
        Message { id: 0x5673, flags: 0x8400, questions: Vec::new(), records, answers }
    }

    fn printer() -> Message {
        message(vec![
            record("x._ipp._tcp.local", dns::kind::SRV, Data::Name(dns::Name::from_text("drucker.local").unwrap())),
            record("x._ipp._tcp.local", dns::kind::TXT, Data::Texts(vec![b"ty=Brother HL-L6400DW".to_vec()])),
            record("drucker.local", dns::kind::A, Data::Address(address("10.0.0.33"))),
        ])
    }

    #[test]
    fn a_device_speaks_for_itself_only() {
        let question = dns::services_question();
        let none = BTreeSet::new();
        let announced = announcement(&printer(), &question, address("10.0.0.33"), &none).unwrap();
        assert_eq!(announced.names(), BTreeSet::from(["drucker.local".to_owned()]));
        assert_eq!(announced.kinds, BTreeSet::from(["_ipp._tcp".to_owned()]));
        assert_eq!(announced.services[0].product.as_deref(), Some("Brother HL-L6400DW"));
        assert_eq!(announcement(&printer(), &question, address("10.0.0.1"), &none), None, "a router repeats it");
        let other = Message { id: 7, ..printer() };
        assert_eq!(announcement(&other, &question, address("10.0.0.33"), &none), None, "no answer to us");
        let mut nameless = printer();
        nameless.records.pop();
        assert_eq!(announcement(&nameless, &question, address("10.0.0.1"), &none), None, "whose that is, is not said");
        let own = BTreeSet::from(["drucker.local".to_owned()]);
        let announced = announcement(&nameless, &question, address("10.0.0.33"), &own).unwrap();
        assert_eq!(announced.classes(None), [], "printing over IPP is offered by servers, too");
        assert_eq!(announced.services[0].product.as_deref(), Some("Brother HL-L6400DW"));
    }

    #[test]
    fn who_repeats_what_a_printer_said_is_no_printer() {
        let services = message(vec![record(
            "_services._dns-sd._udp.local",
            dns::kind::PTR,
            Data::Name(dns::Name::from_text("_pdl-datastream._tcp.local").unwrap()),
        )]);
        let model = message(vec![record(
            "x._pdl-datastream._tcp.local",
            dns::kind::TXT,
            Data::Texts(vec![b"ty=HP LaserJet 4000".to_vec()]),
        )]);
        for repeated in [services, model] {
            let question = dns::services_question();
            assert_eq!(announcement(&repeated, &question, address("10.0.0.1"), &BTreeSet::new()), None);
        }
    }

    #[test]
    fn the_name_of_an_address_is_its_own() {
        let name = Data::Name(dns::Name::from_text("nas.local").unwrap());
        let message = message(vec![record("9.0.0.10.in-addr.arpa", dns::kind::PTR, name)]);
        let named = announcement(&message, &dns::services_question(), address("10.0.0.9"), &BTreeSet::new()).unwrap();
        assert_eq!(named.names(), BTreeSet::from(["nas.local".to_owned()]));
        assert_eq!(announcement(&message, &dns::services_question(), address("10.0.0.8"), &BTreeSet::new()), None);
    }

    #[test]
    fn whoever_speaks_in_the_name_of_thousands_fills_no_memory() {
        let mut heard = Heard::new();
        let saying = |number: u32| {
            let mut seen = Seen::new(NetworkService::Mdns);
            seen.names.push(format!("h{number}.local"));
            Announced { kinds: BTreeSet::from([format!("_{number}._tcp")]), ..Announced::of(seen) }
        };
        for number in 0..20_000 {
            note(&mut heard, IpAddr::from(Ipv6Addr::from(u128::from(number))), saying(number));
            note(&mut heard, address("10.0.0.1"), saying(number));
        }
        assert_eq!(heard.len(), MOST_HEARD);
        let one = &heard[&address("10.0.0.1")];
        assert_eq!((one.kinds.len(), one.names().len()), (MOST_KEPT, MOST_KEPT));
    }

    #[test]
    fn phones_are_told_from_computers() {
        let apple = Announced { kinds: BTreeSet::from(["_companion-link._tcp".to_owned()]), ..Announced::default() };
        assert_eq!(apple.classes(Some([0x9a, 0x31, 0x57, 1, 2, 3])), [DeviceClass::Mobile]);
        assert_eq!(apple.classes(Some([0x98, 0xe7, 0x43, 1, 2, 3])), []);
        let mut seen = Seen::new(NetworkService::Mdns);
        seen.names.push("iPhone-von-Erika-Mustermann.local".to_owned());
        assert_eq!(Announced::of(seen).classes(None), [DeviceClass::Mobile]);
    }

    #[test]
    fn links_of_guests_and_without_targets_are_left_out() {
        let asking = Asking {
            pacer: std::sync::Arc::new(Pacer::new(100)),
            stop: std::sync::Arc::default(),
            policy: crate::policy::Policy {
                profile: visite_facts::scan::Profile::Fast,
                logins: false,
                ports_only: false,
            },
            raw: false,
            patience: Duration::from_millis(1),
            tries: 1,
            up_to: None,
            connections: 1,
        };
        let link = |index: u32| Link { index, name: format!("eth{index}"), mac: None, loopback: false, up: true };
        let own = |link, network: &str| LocalAddress { link, network: network.parse().unwrap() };
        let connections = Connections {
            links: vec![link(1), link(2), link(3)],
            addresses: vec![
                own(1, "10.0.1.5/24"),
                own(2, "10.0.2.5/24"),
                own(3, "10.0.3.5/24"),
                own(2, "fd02::5/64"),
                own(1, "fd00::5/64"),
                own(1, "fe80::5/64"),
            ],
            ..Connections::default()
        };
        let targets = Targets::of_networks(
            ["10.0.1.7/32", "10.0.2.0/24", "fd00::/64", "fd02::/64"].map(|net| net.parse().unwrap()),
        );
        let guests = ["10.0.2.0/24".parse().unwrap()];
        let stands: Vec<IpAddr> =
            stands(&targets, &guests, &connections, &asking).iter().map(|stand| stand.own.network.addr()).collect();
        assert_eq!(stands, [address("10.0.1.5"), address("fd00::5")]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut heard = Heard::new();
            take_announcement(&mut heard, &dns::services_question(), address("10.0.0.1"), &bytes);
            answer(Ssdp::new(&Manner::default()), &bytes);
            answer(Llmnr::new(address("10.0.0.1")), &bytes);
        }
    }
}
