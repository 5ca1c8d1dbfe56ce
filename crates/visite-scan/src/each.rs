//! Examines one device: what its addresses showed decides what its services may be asked.

use crate::announce::{Announced, Heard};
use crate::device::Evidence;
use crate::discover::{self, Presence};
use crate::examine::{Examined, Examiner};
use crate::gauge::Gauge;
use crate::policy::{CLINICAL_PORTS, Care};
use crate::scan::{DeviceSeen, Plan, ServiceSeen};
use crate::sweep::Ports;
use crate::vendors;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use visite_facts::Identifier;
use visite_facts::facts::Transport;
use visite_facts::scan::{NotExamined, PortState};

/// Most open TCP ports of a device that are examined, and most that are listed: no device of a practice has so many.
const MOST_EXAMINED: usize = 512;
const MOST_LISTED: usize = 4_096;
/// How long what has begun may go on when the time of its device is over.
const GRACE: Duration = Duration::from_secs(30);

/// Addresses of one device, and what is known of it before it is asked anything.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its addresses, sorted; at least one.
    pub addresses: Vec<IpAddr>,
    /// How the first of them was found.
    pub presence: Presence,
    /// Addresses that may be its as well, because the same hardware address answers for them.
    pub relatives: Vec<IpAddr>,
    /// What the ports of all of these said.
    pub ports: BTreeMap<IpAddr, Ports>,
    /// Whether it should have a hardware address, and none is known: then nobody knows whose other addresses are its.
    pub unplaced: bool,
}

impl Ports {
    /// Whether it was knocked at a port.
    fn has_asked(&self, port: u16) -> bool {
        [&self.open, &self.closed, &self.unanswered].into_iter().any(|ports| ports.binary_search(&port).is_ok())
    }

    /// What these ports, which are sorted, said.
    fn within(mut self, wanted: &[u16]) -> Self {
        for ports in [&mut self.open, &mut self.closed, &mut self.unanswered] {
            ports.retain(|port| wanted.binary_search(port).is_ok());
        }
        self
    }

    fn evidence(&self) -> Evidence {
        let clinical_knocked = CLINICAL_PORTS.iter().all(|port| self.has_asked(*port));
        Evidence { open_tcp: self.open.clone(), clinical_knocked, ..Evidence::default() }
    }
}

impl Found {
    fn ports(&self, address: IpAddr) -> Ports {
        self.ports.get(&address).cloned().unwrap_or_default()
    }

    /// What speaks for its class before it is asked.
    fn evidence(&self, told: &Heard) -> Evidence {
        let mac = self.presence.mac;
        let of_ports = self.addresses.iter().map(|address| self.ports(*address).evidence());
        let mut evidence = of_ports
            .reduce(|mut all, one| {
                all.merge(one);
                all
            })
            .unwrap_or_default();
        evidence.vendor = mac.and_then(vendors::vendor).map(str::to_owned);
        let heard = self.addresses.iter().filter_map(|address| told.get(address));
        evidence.announced = heard.flat_map(|announced: &Announced| announced.classes(mac)).collect();
        evidence
    }

    /// How carefully it is treated: as the strictest demands of what is said of any of its addresses, and of those that may
    /// be its. What the practice says of it becomes part of the evidence.
    fn care(&self, plan: &Plan, evidence: &mut Evidence) -> Care {
        let policy = plan.policy;
        let mut care = None;
        for stated in plan.statements(&self.addresses, self.presence.mac) {
            let wanted = policy.care(&Evidence { stated: Some(stated.class), ..evidence.clone() }, stated.approved);
            let both = care.map_or(wanted, |care: Care| care.and(wanted));
            if care != Some(both) {
                evidence.stated = Some(stated.class);
            }
            care = Some(both);
        }
        let named = care.is_some();
        let mut care = care.unwrap_or_else(|| policy.care(evidence, false));
        // Whoever pretends to be a server could have what is meant for it sent to a device that must not get it.
        if self.unplaced && (!named || self.presence.how == discover::Found::Contested) {
            care = care.and(policy.care(&Evidence::default(), false));
        }
        for relative in &self.relatives {
            let shown = self.ports(*relative).evidence();
            let of_relative = [*relative];
            let mut statements = plan.statements(&of_relative, None).peekable();
            if statements.peek().is_none() && shown.is_clinical() {
                care = care.and(policy.care(&shown, false));
            }
            for stated in statements {
                let shown = Evidence { stated: Some(stated.class), ..shown.clone() };
                care = care.and(policy.care(&shown, stated.approved));
            }
        }
        care
    }
}

/// Examines a device.
pub async fn device(found: Found, told: &Heard, plan: &Arc<Plan>, examiner: &Arc<Examiner>) -> DeviceSeen {
    let mut evidence = found.evidence(told);
    let care = found.care(plan, &mut evidence);
    // What was knocked at for safety only is not part of what the scan was asked for.
    let knocks = plan.knocks();
    let ports: BTreeMap<IpAddr, Ports> =
        found.addresses.iter().map(|address| (*address, found.ports(*address).within(&knocks))).collect();
    let (jobs, too_many) = jobs(plan, &ports);
    // Real devices have few addresses; whoever has many gets no more time for that.
    let until = Instant::now() + plan.policy.longest(care) * if found.addresses.len() > 1 { 2 } else { 1 };
    let mut services = carried_out(jobs, care, until, examiner).await;
    services.extend(too_many.into_iter().map(Job::too_much));
    services.sort_by_key(|service: &ServiceSeen| (service.transport, service.port, service.address));
    evidence.add(&services);
    let stopped = |service: &ServiceSeen| service.examined.not_examined == Some(NotExamined::Stopped);
    let address = found.addresses.first().copied().unwrap_or(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED));
    DeviceSeen {
        address,
        addresses: found.addresses,
        how: found.presence.how,
        mac: found.presence.mac,
        vendor: found.presence.mac.and_then(vendors::vendor),
        class: evidence.class(),
        evidence,
        called: None,
        announced: Announced::default(),
        identifiers: identifiers(&services),
        finished: !examiner.stop.load(Ordering::Relaxed) && !services.iter().any(stopped),
        ports,
        services,
    }
}

/// One port that is to be examined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Job {
    address: IpAddr,
    transport: Transport,
    port: u16,
}

impl Job {
    /// What is known of a port that is left alone, because its device takes too much.
    fn too_much(self) -> ServiceSeen {
        let Self { address, transport, port } = self;
        let state = if transport == Transport::Tcp { PortState::Open } else { PortState::Unanswered };
        let examined = Examined { not_examined: Some(NotExamined::TooMuch), ..Examined::default() };
        ServiceSeen { address, transport, port, state, examined }
    }

    async fn carry_out(self, examiner: &Arc<Examiner>, care: Care, gauge: &Arc<Gauge>) -> ServiceSeen {
        let Self { address, transport, port } = self;
        let (state, examined) = if transport == Transport::Tcp {
            (PortState::Open, examiner.tcp(address, port, care, gauge).await)
        } else {
            examiner.udp(address, port, care).await
        };
        ServiceSeen { address, transport, port, state, examined }
    }
}

/// Examines ports, as many at a time as the rules allow, until a moment; what is left then is left alone.
async fn carried_out(jobs: Vec<Job>, care: Care, until: Instant, examiner: &Arc<Examiner>) -> Vec<ServiceSeen> {
    let gauge = Arc::new(Gauge::default());
    let mut jobs = jobs.into_iter();
    let mut services = Vec::new();
    let mut running = JoinSet::new();
    loop {
        // Only so many exist at a time: a device may have all ports open.
        while running.len() < examiner.policy.ports_at_once(care)
            && Instant::now() < until
            && let Some(job) = jobs.next()
        {
            let (examiner, gauge) = (Arc::clone(examiner), Arc::clone(&gauge));
            running.spawn(async move {
                let carried_out = timeout_at(until + GRACE, job.carry_out(&examiner, care, &gauge)).await;
                carried_out.unwrap_or_else(|_| job.too_much())
            });
        }
        match running.join_next().await {
            Some(service) => services.extend(service.ok()),
            None => break,
        }
    }
    // That a UDP port was not asked shows by its absence; an open TCP port is one all the same.
    services.extend(jobs.filter(|job| job.transport == Transport::Tcp).map(Job::too_much));
    services
}

/// What is to be examined, in the order in which it is: what is usual comes first. And what is too much for that, as far as
/// it is listed.
fn jobs(plan: &Plan, ports: &BTreeMap<IpAddr, Ports>) -> (Vec<Job>, Vec<Job>) {
    let tcp = ports.iter().flat_map(|(address, ports)| {
        ports.open.iter().map(|port| Job { address: *address, transport: Transport::Tcp, port: *port })
    });
    let (mut usual, mut others): (Vec<Job>, Vec<Job>) = tcp.partition(|job| plan.book.tcp.contains_key(&job.port));
    let most = if plan.policy.ports_only { MOST_LISTED } else { MOST_EXAMINED };
    let mut too_many = others.split_off(most.saturating_sub(usual.len()).min(others.len()));
    too_many.splice(0..0, usual.split_off(most.min(usual.len())));
    too_many.truncate(MOST_LISTED - MOST_EXAMINED);
    let udp = ports.keys().flat_map(|address| {
        plan.udp.iter().map(|port| Job { address: *address, transport: Transport::Udp, port: *port })
    });
    usual.extend(udp);
    usual.append(&mut others);
    (usual, too_many)
}

impl Evidence {
    fn add(&mut self, services: &[ServiceSeen]) {
        for examined in services.iter().map(|service| &service.examined) {
            self.fingerprints.extend(examined.class);
            if let Some(seen) = &examined.seen {
                self.services.push(seen.service);
                self.systems.extend(seen.system.clone());
            }
        }
    }
}

fn identifiers(services: &[ServiceSeen]) -> Vec<Identifier> {
    let all = services.iter().flat_map(|service| service.examined.identifiers.iter().cloned());
    all.collect::<BTreeSet<Identifier>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;
    use crate::scan::{Stated, tests::plan};
    use visite_facts::facts::DeviceClass;
    use visite_facts::scan::Profile;

    const WINDOWS: [u16; 3] = [135, 139, 445];
    const MEDICAL: Care = Care::ListenOnly(NotExamined::DeviceClass);

    fn at(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn practice() -> Plan {
        Plan { policy: Policy { profile: Profile::Practice, ..plan().policy }, ..plan() }
    }

    fn stated(address: &str, class: DeviceClass, approved: bool) -> Stated {
        Stated { name: address.to_owned(), addresses: vec![at(address)], mac: None, class, approved }
    }

    /// A device with open ports a address; those with a star may be its as well.
    fn found(addresses: &[(&str, &[u16])]) -> Found {
        let mut found = Found {
            addresses: Vec::new(),
            presence: Presence { how: discover::Found::Neighbour, mac: Some([0, 0x15, 0x5d, 1, 2, 3]) },
            relatives: Vec::new(),
            ports: BTreeMap::new(),
            unplaced: false,
        };
        for (address, open) in addresses {
            let relative = address.starts_with('*');
            let address = at(address.trim_start_matches('*'));
            if relative {
                found.relatives.push(address)
            } else {
                found.addresses.push(address)
            }
            let mut closed = CLINICAL_PORTS.to_vec();
            closed.retain(|port| !open.contains(port));
            found.ports.insert(address, Ports { open: open.to_vec(), closed, unanswered: Vec::new() });
        }
        found
    }

    fn care(found: &Found, plan: &Plan) -> Care {
        found.care(plan, &mut found.evidence(&Heard::new()))
    }

    #[test]
    fn a_clinical_port_over_ipv4_holds_over_ipv6() {
        assert_eq!(care(&found(&[("fd00::20", &WINDOWS)]), &practice()), Care::Sturdy);
        assert_eq!(care(&found(&[("10.0.0.20", &[104]), ("fd00::20", &WINDOWS)]), &practice()), MEDICAL);
        assert_eq!(care(&found(&[("*10.0.0.20", &[104]), ("fd00::20", &WINDOWS)]), &practice()), MEDICAL);
        assert_eq!(care(&found(&[("*10.0.0.20", &[80]), ("fd00::20", &WINDOWS)]), &practice()), Care::Sturdy);
    }

    #[test]
    fn what_the_practice_says_of_one_address_holds_for_all() {
        let console = Plan { stated: vec![stated("10.0.0.20", DeviceClass::DeviceConsole, false)], ..practice() };
        let both = found(&[("10.0.0.20", &[]), ("fd00::20", &WINDOWS)]);
        assert_eq!(care(&both, &console), MEDICAL);
        let maybe = found(&[("*10.0.0.20", &[]), ("fd00::20", &WINDOWS)]);
        assert_eq!(care(&maybe, &console), MEDICAL);
        let approved = Plan { stated: vec![stated("10.0.0.20", DeviceClass::DeviceConsole, true)], ..practice() };
        assert!(matches!(care(&both, &approved), Care::Only(_)));
        let server = Plan { stated: vec![stated("10.0.0.20", DeviceClass::Server, false)], ..practice() };
        assert_eq!(care(&found(&[("10.0.0.20", &[104]), ("fd00::20", &[])]), &server), Care::Sturdy, "an archive");
    }

    #[test]
    fn of_two_statements_about_one_device_the_stricter_holds() {
        let pair =
            [stated("10.0.0.20", DeviceClass::Server, false), stated("fd00::20", DeviceClass::MedicalDevice, false)];
        for stated in [pair.to_vec(), pair.iter().rev().cloned().collect()] {
            let plan = Plan { stated, ..practice() };
            let device = found(&[("10.0.0.20", &WINDOWS), ("fd00::20", &WINDOWS)]);
            let mut evidence = device.evidence(&Heard::new());
            assert_eq!(device.care(&plan, &mut evidence), MEDICAL);
            assert_eq!(evidence.class(), Some(DeviceClass::MedicalDevice));
        }
    }

    #[test]
    fn whose_hardware_address_should_be_known_and_is_not_gets_no_questions() {
        let unplaced = Found { unplaced: true, ..found(&[("fd00::20", &WINDOWS)]) };
        assert_eq!(care(&unplaced, &practice()), Care::ListenOnly(NotExamined::UnknownDevice));
        let named = Plan { stated: vec![stated("fd00::20", DeviceClass::Server, false)], ..practice() };
        assert_eq!(care(&unplaced, &named), Care::Sturdy);
        let mut contested = unplaced.clone();
        contested.presence.how = discover::Found::Contested;
        assert_eq!(care(&contested, &named), Care::ListenOnly(NotExamined::UnknownDevice));
        assert_eq!(care(&unplaced, &plan()), Care::Sturdy, "the fast profile speaks with everybody");
    }

    #[test]
    fn no_device_takes_more_than_its_share() {
        let mut plan = Plan { udp: vec![161], ..plan() };
        plan.book.tcp.insert(50_000, Vec::new());
        let everything = Ports { open: (1..=u16::MAX).collect(), ..Ports::default() };
        let ports = BTreeMap::from([(at("10.0.0.20"), everything)]);
        let (examined, too_many) = jobs(&plan, &ports);
        assert_eq!((examined.len(), too_many.len()), (MOST_EXAMINED + 1, MOST_LISTED - MOST_EXAMINED));
        assert_eq!((examined[0].port, examined[1].transport), (50_000, Transport::Udp), "what is usual comes first");
        assert_eq!(too_many[0].port, 512);
        let few = BTreeMap::from([(at("10.0.0.20"), Ports { open: vec![22, 443], ..Ports::default() })]);
        let (examined, too_many) = jobs(&plan, &few);
        assert_eq!((examined.len(), too_many.len()), (3, 0));
    }

    #[test]
    fn when_the_time_of_a_device_is_over_its_ports_are_left_alone() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let job =
            Job { address: at("127.0.0.1"), transport: Transport::Tcp, port: listener.local_addr().unwrap().port() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let pacer = Arc::new(crate::pace::Pacer::new(1_000));
        let policy = plan().policy;
        let examiner = Arc::new(Examiner::new(policy, pacer, Arc::default(), Default::default(), Arc::default()));
        let mut all = vec![job; 300];
        all.push(Job { transport: Transport::Udp, port: 161, ..job });
        let services = runtime.block_on(carried_out(all, Care::Sturdy, Instant::now(), &examiner));
        assert_eq!(services.len(), 300);
        for service in services {
            assert_eq!((service.state, service.examined.not_examined), (PortState::Open, Some(NotExamined::TooMuch)));
        }
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_err(), "nothing was sent");
    }

    #[test]
    fn what_was_knocked_at_for_safety_is_told_apart_from_what_was_asked() {
        let ports = Ports { open: vec![104, 135, 445], closed: vec![2575], unanswered: vec![4242] };
        assert!(ports.has_asked(4242) && !ports.has_asked(11112));
        assert_eq!(ports.within(&[135, 445]), Ports { open: vec![135, 445], ..Ports::default() });
    }
}
