//! What listens on an open port: holds dialogues until one recognises the service, then looks closer.
//!
//! The port only decides with which dialogue to begin. Whatever no dialogue recognises stays unidentified, and says why.

mod closer;

use crate::gauge::Gauge;
use crate::line::{Line, OverLine};
use crate::pace::Pacer;
use crate::policy::{Care, Policy};
use crate::talk::{self, Ended, Limits, Tls};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_rustls::client::TlsStream;
use visite_facts::facts::{DeviceClass, DeviceTls, NetworkService};
use visite_facts::scan::{NotExamined, PortState};
use visite_facts::{Identifier, IdentifierKind, Known, Word};
use visite_wire::fingerprints::Fingerprints;
use visite_wire::tls::{Audit, Hello, HelloOutcome, starttls};
use visite_wire::{Dialogue, Event, Manner, Seen, Step, registry};

/// Ports on which TLS comes first, by their registration or by custom.
const TLS_PORTS: &[u16] =
    &[443, 465, 636, 853, 990, 992, 993, 995, 2762, 3269, 4742, 5001, 5061, 5986, 6443, 8443, 8883, 9443, 10443];
/// How long a service that said nothing is left alone before it is asked again.
const SECOND_CHANCE: Duration = Duration::from_millis(400);
/// The same for one that began to answer and broke off, e.g. because it serves too many others just now. A scan is itself
/// many others to a device with many addresses.
const BUSY: [Duration; 3] = [SECOND_CHANCE, Duration::from_millis(1_500), Duration::from_millis(4_000)];
/// Dialogues to which a service inside TLS may say nothing before the rest are left out.
const SILENT_INSIDE: usize = 5;
/// Services whose listeners often serve one connection at a time: they are asked alone.
const ONE_AT_A_TIME: &[NetworkService] = &[NetworkService::Mllp, NetworkService::Dicom];
/// Dialogues that are held side by side with a service that nothing is known about.
const SIDE_BY_SIDE: usize = 6;

/// Where to look for which service, as the catalogue says.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// Services usual on a TCP port.
    pub tcp: BTreeMap<u16, Vec<NetworkService>>,
    /// Services usual on a UDP port.
    pub udp: BTreeMap<u16, Vec<NetworkService>>,
    /// Services that manage the device they run on.
    pub management: BTreeSet<NetworkService>,
}

impl Book {
    fn tcp(&self, port: u16) -> Vec<NetworkService> {
        let mut hints = self.tcp.get(&port).cloned().unwrap_or_default();
        hints.retain(|hint| *hint != NetworkService::Tls);
        // A page is the last thing to ask for where something more special may answer.
        hints.sort_by_key(|hint| *hint == NetworkService::Http);
        hints
    }
}

/// What was found out about a port.
#[derive(Clone, Debug, Default)]
pub struct Examined {
    /// The service.
    pub seen: Option<Seen>,
    /// Whether it speaks inside TLS from the first byte on.
    pub encrypted: bool,
    /// TLS, at once or by STARTTLS.
    pub tls: Option<DeviceTls>,
    /// What its fingerprints say the device is.
    pub class: Option<DeviceClass>,
    /// Why there is no service.
    pub not_examined: Option<NotExamined>,
    /// By what its device can be known again: its SSH host key, its certificate.
    pub identifiers: Vec<Identifier>,
}

impl Examined {
    fn unknown(reason: NotExamined) -> Self {
        Self { not_examined: Some(reason), ..Self::default() }
    }
}

/// What one port makes of its questions.
#[derive(Debug, Default)]
struct Contact {
    /// How its device answers.
    gauge: Arc<Gauge>,
    /// Whether it was asked anything.
    asked: AtomicBool,
    /// Whether it said anything.
    heard: Arc<AtomicBool>,
}

impl Contact {
    fn new(gauge: &Arc<Gauge>) -> Self {
        Self { gauge: Arc::clone(gauge), ..Self::default() }
    }
}

/// Examines ports by the rules of one scan.
pub struct Examiner {
    /// The rules.
    pub policy: Policy,
    /// Sets the pace.
    pub pacer: Arc<Pacer>,
    /// Set to end early.
    pub stop: Arc<AtomicBool>,
    /// Where to look for what.
    pub book: Book,
    /// How products are told.
    pub fingerprints: Arc<Fingerprints>,
    /// Zones of the practice in the domain name system, e.g. `praxis.local`, for which name servers are asked.
    pub domains: Vec<String>,
    /// Dialogues held, by service.
    pub dialogues: Mutex<BTreeMap<&'static str, u64>>,
    tls: Tls,
    limits: Limits,
    seeds: RandomState,
    seed: AtomicU64,
}

impl Examiner {
    /// An examiner without anything done yet.
    pub fn new(
        policy: Policy,
        pacer: Arc<Pacer>,
        stop: Arc<AtomicBool>,
        book: Book,
        fingerprints: Arc<Fingerprints>,
    ) -> Self {
        let fast = policy.tries_everything();
        let limits = Limits {
            connect: Duration::from_millis(if fast { 900 } else { 3_000 }),
            silence: Duration::from_millis(if fast { 900 } else { 3_000 }),
            whole: Duration::from_secs(if fast { 4 } else { 10 }),
        };
        Self {
            policy,
            pacer,
            stop,
            book,
            fingerprints,
            domains: Vec::new(),
            dialogues: Mutex::default(),
            tls: Tls::new(),
            limits,
            seeds: RandomState::new(),
            seed: AtomicU64::new(0),
        }
    }

    fn seed(&self) -> [u8; 32] {
        let number = self.seed.fetch_add(1, Ordering::Relaxed);
        let mut seed = [0; 32];
        for (place, part) in seed.chunks_mut(8).zip(0u64..) {
            place.copy_from_slice(&self.seeds.hash_one((number, part)).to_ne_bytes());
        }
        seed
    }

    fn manner(&self, host: IpAddr, encrypted: bool) -> Manner {
        Manner { host: host.to_string(), logins: self.policy.logins, encrypted, from: None }
    }

    fn count(&self, service: NetworkService) {
        let mut dialogues = self.dialogues.lock().unwrap_or_else(PoisonError::into_inner);
        *dialogues.entry(service.word()).or_default() += 1;
    }

    async fn open(&self, address: SocketAddr, contact: &Contact) -> Option<Line> {
        if self.stop.load(Ordering::Relaxed) {
            return None;
        }
        if !self.policy.tries_everything() {
            tokio::time::sleep(contact.gauge.pause()).await;
        }
        let mut stream = talk::open(address, self.limits, &self.pacer).await;
        contact.gauge.note(stream.as_ref().map(Line::took));
        stream.iter_mut().for_each(|stream| stream.tell(&contact.heard));
        stream
    }

    /// Holds one recognising dialogue over a connection of its own.
    async fn ask(&self, address: SocketAddr, service: NetworkService, contact: &Contact) -> Ended<Seen> {
        self.ask_within(self.limits, address, service, contact).await
    }

    /// The same for what is to be expected here: it gets further chances and more time, for it may be busy with others.
    /// Devices that need care get one.
    async fn ask_expected(
        &self,
        address: SocketAddr,
        service: NetworkService,
        care: Care,
        contact: &Contact,
    ) -> Ended<Seen> {
        let chances = if care == Care::Sturdy { &BUSY[..] } else { &BUSY[..1] };
        let mut ended = self.ask(address, service, contact).await;
        for pause in chances.iter().copied() {
            match ended {
                Ended::CutShort => {}
                Ended::Silent | Ended::Unreachable if pause == SECOND_CHANCE => {}
                _ => break,
            }
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            tokio::time::sleep(pause).await;
            ended = self.ask_within(self.limits.patient(), address, service, contact).await;
        }
        ended
    }

    async fn ask_within(
        &self,
        limits: Limits,
        address: SocketAddr,
        service: NetworkService,
        contact: &Contact,
    ) -> Ended<Seen> {
        let Some(mut dialogue) = registry::tcp(service, &self.manner(address.ip(), false)) else {
            return Ended::NotThis;
        };
        contact.asked.store(true, Ordering::Relaxed);
        let Some(mut stream) = self.open(address, contact).await else { return Ended::Unreachable };
        self.count(service);
        talk::hold(&mut stream, dialogue.as_mut(), limits, &self.pacer).await
    }

    /// Finds out what listens on an open TCP port.
    pub async fn tcp(self: &Arc<Self>, host: IpAddr, port: u16, care: Care, gauge: &Arc<Gauge>) -> Examined {
        if self.policy.ports_only {
            return Examined::unknown(NotExamined::PortsOnly);
        }
        let contact = &Arc::new(Contact::new(gauge));
        let address = SocketAddr::new(host, port);
        let hints = self.book.tcp(port);
        let mut refused = None;
        let may = |service, expected, refused: &mut Option<NotExamined>| {
            self.policy
                .may_ask(care, service, port, expected)
                .map_err(|reason| *refused = refused.or(Some(reason)))
                .is_ok()
        };
        let tls_first = TLS_PORTS.contains(&port);
        let mut examined = None;
        if tls_first && may(NetworkService::Tls, true, &mut refused) {
            examined = self.inside_tls(address, &hints, care, contact).await;
        }
        if examined.is_none() {
            for service in &hints {
                if !may(*service, true, &mut refused) {
                    continue;
                }
                let ended = self.ask_expected(address, *service, care, contact).await;
                if let Ended::Done(seen) = ended {
                    examined = Some(Examined { seen: Some(seen), ..Examined::default() });
                    break;
                }
            }
        }
        if examined.is_none() {
            examined = self.by_listening(address, &hints, care, contact, &mut refused).await;
        }
        if examined.is_none() && self.policy.tries_everything() {
            if !tls_first {
                examined = self.inside_tls(address, &hints, care, contact).await;
            }
            if examined.is_none() {
                examined = self.by_everything(address, &hints, contact).await;
            }
        }
        let Some(mut examined) = examined else {
            if self.stop.load(Ordering::Relaxed) {
                return Examined::unknown(NotExamined::Stopped);
            }
            if contact.asked.load(Ordering::Relaxed) && !contact.heard.load(Ordering::Relaxed) {
                return Examined::unknown(NotExamined::NoAnswer);
            }
            // Not every dialogue was held, so that none fitted says little.
            let held_back = self.policy.may_ask(care, NetworkService::Http, port, false).err();
            return Examined::unknown(refused.or(held_back).unwrap_or(NotExamined::NotRecognised));
        };
        self.closer(address, &mut examined, &hints, care, contact).await;
        if let Some(seen) = &mut examined.seen {
            examined.class = self.fingerprints.apply(seen);
        }
        examined
    }

    /// Listens, and asks those who may have said what was heard.
    async fn by_listening(
        &self,
        address: SocketAddr,
        hints: &[NetworkService],
        care: Care,
        contact: &Contact,
        refused: &mut Option<NotExamined>,
    ) -> Option<Examined> {
        if !self.policy.may_connect(care, address.port()) {
            return None;
        }
        let mut stream = self.open(address, contact).await?;
        let heard = talk::greeting(&mut stream, self.policy.greeting()).await?;
        drop(stream);
        if heard.is_empty() {
            return None;
        }
        for service in registry::GREETING.iter().filter(|service| !hints.contains(service)) {
            if !could_have_said(*service, &heard, &self.manner(address.ip(), false)) {
                continue;
            }
            // What greets like this is that service on an unusual port; to answer it is to send something nevertheless.
            if let Err(reason) = self.policy.may_ask(care, *service, address.port(), care == Care::Sturdy) {
                refused.get_or_insert(reason);
                continue;
            }
            if let Ended::Done(seen) = self.ask(address, *service, contact).await {
                return Some(Examined { seen: Some(seen), ..Examined::default() });
            }
        }
        None
    }

    /// Every other dialogue, several at a time.
    async fn by_everything(
        self: &Arc<Self>,
        address: SocketAddr,
        hints: &[NetworkService],
        contact: &Arc<Contact>,
    ) -> Option<Examined> {
        let left = registry::WAITING.iter().copied().filter(|service| !hints.contains(service));
        let (alone, left): (Vec<_>, Vec<_>) = left.partition(|service| ONE_AT_A_TIME.contains(service));
        for service in alone {
            if let Ended::Done(seen) = self.ask(address, service, contact).await {
                return Some(Examined { seen: Some(seen), ..Examined::default() });
            }
        }
        for together in left.chunks(SIDE_BY_SIDE) {
            let mut running = JoinSet::new();
            for service in together {
                let (this, contact, service) = (Arc::clone(self), Arc::clone(contact), *service);
                running.spawn(async move { this.ask(address, service, &contact).await });
            }
            let mut found = None;
            while let Some(ended) = running.join_next().await {
                if let Ok(Ended::Done(seen)) = ended {
                    found.get_or_insert(seen);
                }
            }
            if found.is_some() {
                return Some(Examined { seen: found, ..Examined::default() });
            }
            if self.stop.load(Ordering::Relaxed) {
                return None;
            }
        }
        None
    }

    /// Asks whether the port speaks TLS; if so, how, and what speaks inside.
    async fn inside_tls(
        &self,
        address: SocketAddr,
        hints: &[NetworkService],
        care: Care,
        contact: &Contact,
    ) -> Option<Examined> {
        let mut audit = Audit::new(&address.ip().to_string(), self.seed());
        let offer = audit.next_offer()?;
        self.count(NetworkService::Tls);
        let mut outcome = self.offer(address, None, Hello::new(offer.clone()), contact).await;
        if outcome.is_none() && TLS_PORTS.contains(&address.port()) && !self.stop.load(Ordering::Relaxed) {
            tokio::time::sleep(SECOND_CHANCE).await;
            let mut stream = self.open(address, contact).await?;
            let limits = self.limits.patient();
            outcome = talk::hold(&mut stream, &mut Hello::new(offer), limits, &self.pacer).await.answer();
        }
        let outcome = outcome?;
        audit.heard(Some(&outcome));
        self.audit(address, None, &mut audit, contact).await;
        let seen = self.inside(address, hints, care, &mut audit, contact).await;
        if audit.certificates().is_empty()
            && let Some((_, certificates)) = self.wrapped(address, contact).await
        {
            audit.saw_certificates(&certificates);
        }
        let seen = seen.unwrap_or_else(|| Seen::new(NetworkService::Tls));
        let tls = DeviceTls { service: Known(seen.service), starttls: Known(false), ..audit.finish() };
        let identifiers = shown(&audit);
        Some(Examined { seen: Some(seen), encrypted: true, tls: Some(tls), identifiers, ..Examined::default() })
    }

    /// What speaks inside TLS; certificates that show by the way go to the audit.
    async fn inside(
        &self,
        address: SocketAddr,
        hints: &[NetworkService],
        care: Care,
        audit: &mut Audit,
        contact: &Contact,
    ) -> Option<Seen> {
        let manner = self.manner(address.ip(), true);
        let mut services: Vec<NetworkService> = hints.to_vec();
        if self.policy.tries_everything() {
            let (mut stream, certificates) = self.wrapped(address, contact).await?;
            audit.saw_certificates(&certificates);
            let heard = talk::greeting(&mut stream, self.policy.greeting()).await.unwrap_or_default();
            let greeting = registry::GREETING.iter().filter(|service| could_have_said(**service, &heard, &manner));
            let others: Vec<NetworkService> = if heard.is_empty() {
                registry::WAITING.iter().chain(registry::INSIDE_HTTP).copied().collect()
            } else {
                greeting.copied().collect()
            };
            services.extend(others.into_iter().filter(|service| !hints.contains(service)));
        }
        let mut silent = 0;
        for service in services {
            let expected = hints.contains(&service);
            if silent > SILENT_INSIDE {
                break;
            }
            if self.policy.may_ask(care, service, address.port(), expected).is_err() {
                continue;
            }
            let Some(mut dialogue) = registry::tcp(service, &manner) else { continue };
            let (mut stream, certificates) = self.wrapped(address, contact).await?;
            audit.saw_certificates(&certificates);
            self.count(service);
            match self.hold(&mut stream, dialogue.as_mut()).await {
                Ended::Done(answer) => return Some(answer),
                Ended::Silent => silent += 1,
                Ended::NotThis | Ended::CutShort | Ended::Unreachable => {}
            }
        }
        None
    }

    /// A connection inside TLS, and the certificates that the server showed.
    async fn wrapped(&self, address: SocketAddr, contact: &Contact) -> Option<(TlsStream<Line>, Vec<Vec<u8>>)> {
        let stream = self.open(address, contact).await?;
        self.tls.wrap(stream, self.limits, &self.pacer).await
    }

    /// Makes the offers that an audit plans.
    async fn audit(&self, address: SocketAddr, after: Option<NetworkService>, audit: &mut Audit, contact: &Contact) {
        while let Some(offer) = audit.next_offer() {
            let outcome = self.offer(address, after, Hello::to_known(offer), contact).await;
            audit.heard(outcome.as_ref());
        }
    }

    /// Makes one offer over one connection; `after` names the service that changes over to TLS first.
    async fn offer(
        &self,
        address: SocketAddr,
        after: Option<NetworkService>,
        hello: Hello,
        contact: &Contact,
    ) -> Option<HelloOutcome> {
        contact.asked.store(true, Ordering::Relaxed);
        let mut stream = self.open(address, contact).await?;
        let before = match after {
            None => Vec::new(),
            Some(service) => {
                let mut opener = starttls(service)?;
                talk::hold(&mut stream, opener.as_mut(), self.limits, &self.pacer).await.answer()?
            }
        };
        talk::hold(&mut stream, &mut Prefixed { before, hello }, self.limits, &self.pacer).await.answer()
    }

    async fn hold<S, D>(&self, stream: &mut S, dialogue: &mut D) -> Ended<D::Answer>
    where
        S: OverLine,
        D: Dialogue + ?Sized,
    {
        talk::hold(stream, dialogue, self.limits, &self.pacer).await
    }

    /// Asks a UDP port for the services that are usual there.
    pub async fn udp(&self, host: IpAddr, port: u16, care: Care) -> (PortState, Examined) {
        let address = SocketAddr::new(host, port);
        let (mut state, mut refused) = (PortState::Unanswered, None);
        for service in self.book.udp.get(&port).into_iter().flatten() {
            if let Err(reason) = self.policy.may_ask(care, *service, port, true) {
                refused.get_or_insert(reason);
                continue;
            }
            // Whoever answers to an address in the question may do so from any port.
            let any_port = matches!(service, NetworkService::Tftp | NetworkService::Sicct);
            let Ok(socket) = talk::open_datagrams(address, any_port, &self.pacer).await else { continue };
            let manner = Manner { from: socket.local_addr().ok(), ..self.manner(host, false) };
            let Some(mut dialogue) = registry::udp(*service, &manner) else { continue };
            if self.stop.load(Ordering::Relaxed) {
                return (state, Examined::unknown(NotExamined::Stopped));
            }
            self.count(*service);
            let ended =
                talk::hold_datagrams(&socket, address, any_port, dialogue.as_mut(), self.limits, &self.pacer).await;
            match ended {
                Ended::Done(mut seen) => {
                    let class = self.fingerprints.apply(&mut seen);
                    return (PortState::Open, Examined { seen: Some(seen), class, ..Examined::default() });
                }
                Ended::Unreachable => state = PortState::Closed,
                Ended::NotThis | Ended::CutShort => state = PortState::Open,
                Ended::Silent => {}
            }
        }
        (state, Examined::unknown(refused.unwrap_or(NotExamined::NotRecognised)))
    }
}

/// The certificate that a server shows as its own, as identifier.
fn shown(audit: &Audit) -> Vec<Identifier> {
    let own = audit.certificates().first().map(|der| hexadecimal(&Sha256::digest(der)));
    own.and_then(|fingerprint| Identifier::new(IdentifierKind::Certificate, &fingerprint)).into_iter().collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a service that speaks first could have said this.
fn could_have_said(service: NetworkService, heard: &[u8], manner: &Manner) -> bool {
    let Some(mut dialogue) = registry::tcp(service, manner) else { return false };
    let Step::More = dialogue.step(Event::Connected) else { return false };
    !matches!(dialogue.step(Event::Received(heard)), Step::NotThis)
}

/// Sends some bytes in front of an offer.
struct Prefixed {
    before: Vec<u8>,
    hello: Hello,
}

impl Dialogue for Prefixed {
    type Answer = HelloOutcome;

    fn step(&mut self, event: Event<'_>) -> Step<HelloOutcome> {
        match self.hello.step(event) {
            Step::Send(bytes) => Step::Send([std::mem::take(&mut self.before), bytes].concat()),
            step => step,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn examiner(udp: BTreeMap<u16, Vec<NetworkService>>) -> Examiner {
        let policy = Policy { profile: visite_facts::scan::Profile::Fast, logins: false, ports_only: false };
        let book = Book { udp, ..Book::default() };
        Examiner::new(policy, Arc::new(Pacer::new(10_000)), Arc::default(), book, Arc::default())
    }

    pub(super) fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
    }

    fn examined(serve: impl FnOnce(std::net::TcpListener) + Send + 'static) -> Option<NotExamined> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let policy = Policy { profile: visite_facts::scan::Profile::Practice, logins: false, ports_only: false };
        let book = Book { tcp: BTreeMap::from([(port, vec![NetworkService::Redis])]), ..Book::default() };
        let pacer = Arc::new(Pacer::new(10_000));
        let mut examiner = Examiner::new(policy, pacer, Arc::default(), book, Arc::default());
        let moment = Duration::from_millis(100);
        examiner.limits = Limits { connect: moment, silence: moment, whole: moment };
        let examiner = Arc::new(examiner);
        std::thread::spawn(move || serve(listener));
        let host = "127.0.0.1".parse().unwrap();
        runtime().block_on(examiner.tcp(host, port, Care::Sturdy, &Arc::default())).not_examined
    }

    #[test]
    fn whoever_says_nothing_is_not_said_to_be_nothing() {
        // The system takes the connections; nobody serves them.
        let stalled = examined(|listener| {
            std::thread::park_timeout(Duration::from_secs(60));
            drop(listener);
        });
        assert_eq!(stalled, Some(NotExamined::NoAnswer));
        let talking = examined(|listener| {
            use std::io::Write;
            for mut stream in listener.incoming().map_while(Result::ok) {
                let _ = stream.write_all(b"something else\r\n");
            }
        });
        assert_eq!(talking, Some(NotExamined::UnexpectedPort));
    }

    #[test]
    fn a_server_with_too_many_connections_is_asked_again() {
        use std::io::{Read, Write};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let serving = std::thread::spawn(move || {
            for _ in 0..2 {
                listener.accept().unwrap().0.write_all(b"Exceeded MaxStartups\r\n").unwrap();
            }
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(b"SSH-2.0-OpenSSH_9.2p1\r\n").unwrap();
            stream.read_exact(&mut [0; 12]).unwrap();
            // RFC 4253, 11.1: too many connections, said in the protocol.
            let mut refusal = vec![0, 0, 0, 20, 6, 1, 0, 0, 0, 12];
            refusal.extend([0; 14]);
            stream.write_all(&refusal).unwrap();
        });
        let examiner = examiner(BTreeMap::new());
        let contact = Contact::default();
        let ended = runtime().block_on(examiner.ask_expected(address, NetworkService::Ssh, Care::Sturdy, &contact));
        assert!(matches!(ended, Ended::Done(Seen { service: NetworkService::Ssh, .. })), "{ended:?}");
        serving.join().unwrap();
    }

    #[test]
    fn a_device_that_needs_care_is_asked_twice_at_most() {
        use std::io::Write;
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(AtomicU64::new(0));
        let counted = asked.clone();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                counted.fetch_add(1, Ordering::SeqCst);
                let _ = stream.write_all(b"Exceeded MaxStartups\r\n");
            }
        });
        let examiner = examiner(BTreeMap::new());
        let (care, contact) = (Care::Only(&[NetworkService::Ssh]), Contact::default());
        let ended = runtime().block_on(examiner.ask_expected(address, NetworkService::Ssh, care, &contact));
        assert_eq!(ended, Ended::CutShort);
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn a_card_terminal_answers_to_the_address_in_the_question() {
        let terminal = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = terminal.local_addr().unwrap().port();
        let serving = std::thread::spawn(move || {
            let mut buffer = [0; 64];
            let (count, _) = terminal.recv_from(&mut buffer).unwrap();
            let [.., a, b, c, d, 0x82, 2, high, low] = &buffer[..count] else { panic!("no question") };
            let to = SocketAddr::from(([*a, *b, *c, *d], u16::from_be_bytes([*high, *low])));
            // Version, address, port of commands, hardware address and name.
            let mut answer = vec![0xa1, 28, 0x80, 2, 1, 20, 0x81, 4, 127, 0, 0, 1, 0x82, 2, 0x12, 0x86];
            answer.extend(b"\x83\x06\x00\x0d\xf8\x01\x02\x03\x84\x04TERM");
            let other = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
            other.send_to(&answer, to).unwrap();
        });
        let examiner = examiner(BTreeMap::from([(port, vec![NetworkService::Sicct])]));
        let (state, examined) = runtime().block_on(examiner.udp("127.0.0.1".parse().unwrap(), port, Care::Sturdy));
        assert_eq!(state, PortState::Open);
        assert_eq!(examined.seen.unwrap().mac, Some([0, 0x0d, 0xf8, 1, 2, 3]));
        serving.join().unwrap();
    }
}
