//! What other scanners saw, as facts: nmap's XML (`nmap -oX`) and reports of Greenbone (OpenVAS).
//!
//! Only what a file says becomes a fact. A service counts as told only where the other scanner spoke with it; a name that it
//! took from the port's number is none. Guesses of systems and the other scanner's own verdicts stay out. Collections are
//! always incomplete, because a file does not say what was left out. The parsers are pure and total.

pub mod greenbone;
pub mod nmap;

use crate::mobile::is_mobile;
use crate::observe::written;
use ipnet::IpNet;
use jiff::Timestamp;
use roxmltree::{Document, ParsingOptions};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use visite_facts::facts::{DeviceNetwork, DeviceService, DeviceUdpService, DeviceWay, NetworkService, Transport};
use visite_facts::identity::derived_id;
use visite_facts::scan::{PortState, ScannedHost, ScannedService, ScannedTls};
use visite_facts::{
    Collection, Completeness, Identifier, IdentifierKind, Known, Observed, Snapshot, Subject, SubjectKind, Text,
    Unknown, UnknownReason, Word,
};

/// Most elements and texts of a file: a hundred thousand hosts are more than any practice has.
const MAX_NODES: u32 = 4_000_000;

/// Most attributes of one element; nmap has eight.
const MAX_ATTRIBUTES: usize = 64;

/// Most hosts, and most ports of a host.
const MAX_HOSTS: usize = 65_536;
const MAX_SERVICES: usize = 4096;

/// Longest text that is kept, in characters.
const MAX_TEXT: usize = 120;

/// Why a file gives nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// Not text in UTF-8.
    #[error("it is not UTF-8")]
    NotText,
    /// Its document type declares something, which a scanner's file never does.
    #[error("it has a document type with declarations")]
    Declarations,
    /// It is not whole XML, e.g. because the scan was stopped.
    #[error("it is not well-formed XML; perhaps the scan was stopped")]
    NotXml,
    /// Neither of the forms that are known.
    #[error("it is neither nmap's XML nor a report of Greenbone")]
    Unknown,
    /// It does not say when the scan was made.
    #[error("it does not say when the scan was made")]
    NoTime,
}

impl ImportError {
    /// The same in both languages.
    pub fn text(self) -> Text {
        let de = match self {
            Self::NotText => "die Datei ist kein Text in UTF-8",
            Self::Declarations => "die Datei hat einen Dokumenttyp mit Deklarationen",
            Self::NotXml => "die Datei ist kein vollständiges XML; vielleicht wurde der Scan abgebrochen",
            Self::Unknown => "die Datei ist weder XML von nmap noch ein Bericht von Greenbone",
            Self::NoTime => "die Datei sagt nicht, wann der Scan war",
        };
        Text::new(de, self.to_string())
    }
}

/// A host as the other scanner saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedHost {
    /// Collector that the facts name: `scan.nmap`, `scan.greenbone`.
    pub collector: &'static str,
    /// When it was seen.
    pub at: Timestamp,
    /// Its addresses; at least one.
    pub addresses: BTreeSet<IpAddr>,
    /// Hardware address.
    pub mac: Option<[u8; 6]>,
    /// Its names.
    pub names: BTreeSet<String>,
    /// Open ports.
    pub services: BTreeMap<(Transport, u16), ImportedService>,
    /// How many ports were asked, refused and gave no answer; only where the file counts them.
    pub counts: Option<Counts>,
}

/// What the ports of a host said, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Ports that were asked.
    pub asked: u32,
    /// Of these, how many refused.
    pub closed: u32,
    /// Of these, how many did not answer.
    pub unanswered: u32,
}

/// An open port.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportedService {
    /// The protocol, where the other scanner spoke it.
    pub service: Option<NetworkService>,
    /// Whether it speaks inside TLS; known only where the other scanner spoke with it.
    pub encrypted: Option<bool>,
    /// Product.
    pub product: Option<String>,
    /// Version of the product.
    pub version: Option<String>,
}

/// Reads a file of one of the known forms.
pub fn parse_import(bytes: &[u8]) -> Result<Vec<ImportedHost>, ImportError> {
    let text = std::str::from_utf8(bytes).map_err(|_| ImportError::NotText)?.trim_start_matches('\u{feff}');
    let rest = without_prolog(text)?;
    few_attributes(rest).then_some(()).ok_or(ImportError::NotXml)?;
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(rest, options).map_err(|_| ImportError::NotXml)?;
    let root = document.root_element();
    match root.tag_name().name() {
        "nmaprun" => nmap::hosts(root),
        "report" | "get_reports_response" => greenbone::hosts(root),
        _ => Err(ImportError::Unknown),
    }
}

/// What follows the prolog. nmap names a document type in it, but declares nothing.
fn without_prolog(text: &str) -> Result<&str, ImportError> {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let (begin, end) = [("<?", "?>"), ("<!--", "-->"), ("<!DOCTYPE", ">")]
            .into_iter()
            .find(|(begin, _)| rest.starts_with(begin))
            .unwrap_or(("", ""));
        if begin.is_empty() {
            return Ok(rest);
        }
        let (inside, after) = rest.split_once(end).ok_or(ImportError::NotXml)?;
        if begin == "<!DOCTYPE" && inside.contains('[') {
            return Err(ImportError::Declarations);
        }
        rest = after;
    }
}

/// Whether no element has more attributes than real ones. The reader compares each with all others of its element.
fn few_attributes(text: &str) -> bool {
    let mut rest = text;
    while let Some((_, tag)) = rest.split_once('<') {
        let skipped =
            [("!--", "-->"), ("![CDATA[", "]]>"), ("?", "?>")].into_iter().find(|(begin, _)| tag.starts_with(begin));
        if let Some((_, end)) = skipped {
            let Some((_, after)) = tag.split_once(end) else { return true };
            rest = after;
            continue;
        }
        let (mut quote, mut attributes, mut length) = (None, 0, tag.len());
        for (at, byte) in tag.bytes().enumerate() {
            match (byte, quote) {
                (b'"' | b'\'', None) => quote = Some(byte),
                (_, Some(open)) if open == byte => quote = None,
                (b'=', None) => attributes += 1,
                (b'>', None) => {
                    length = at;
                    break;
                }
                _ => {}
            }
        }
        if attributes > MAX_ATTRIBUTES {
            return false;
        }
        rest = tag.get(length..).unwrap_or_default();
    }
    true
}

/// A text from a file: one line, without what acts on a screen, not longer than a name is.
fn clean(text: &str) -> Option<String> {
    visite_wire::bytes::clean(text.as_bytes(), MAX_TEXT)
}

fn mac(text: &str) -> Option<[u8; 6]> {
    let parts: Vec<u8> =
        text.split([':', '-']).take(7).map(|part| u8::from_str_radix(part, 16).ok()).collect::<Option<_>>()?;
    parts.try_into().ok()
}

/// What several files say about a host becomes one; hosts that lie in `guests`, or show the hardware address of one that
/// does, are only counted. Of phones that the practice does not name no names are kept.
#[derive(Debug, Default)]
pub struct Imported {
    /// Hosts, by address.
    pub hosts: Vec<ImportedHost>,
    /// Hosts in guest networks.
    pub guests: u32,
}

impl Imported {
    /// Puts the hosts of several files together, and leaves out those that `seen` names: what was seen by ourselves counts.
    /// `named` says whether the practice names a host.
    pub fn together(
        files: impl IntoIterator<Item = Vec<ImportedHost>>,
        guests: &[IpNet],
        named: &dyn Fn(&ImportedHost) -> bool,
        seen: &dyn Fn(&ImportedHost) -> bool,
    ) -> Self {
        let mut by_address: BTreeMap<IpAddr, ImportedHost> = BTreeMap::new();
        let hosts: Vec<ImportedHost> = files.into_iter().flatten().collect();
        let within =
            |host: &ImportedHost| host.addresses.iter().any(|at| guests.iter().any(|network| network.contains(at)));
        let cards: BTreeSet<[u8; 6]> = hosts.iter().filter(|host| within(host)).filter_map(|host| host.mac).collect();
        let mut counted = BTreeSet::new();
        for host in hosts {
            let Some(first) = host.addresses.first().copied() else { continue };
            if within(&host) && !named(&host) {
                counted.insert(first);
                continue;
            }
            // Another address of a guest that is counted.
            if host.mac.is_some_and(|mac| cards.contains(&mac)) && !named(&host) {
                continue;
            }
            if seen(&host) {
                continue;
            }
            match by_address.get_mut(&first) {
                Some(known) => known.merge(host),
                None => {
                    by_address.insert(first, host);
                }
            }
        }
        for host in by_address.values_mut() {
            if host.names.iter().any(|name| is_mobile(name)) && !named(host) {
                host.names.clear();
            }
        }
        let guests = u32::try_from(counted.len()).unwrap_or(u32::MAX);
        Self { hosts: by_address.into_values().collect(), guests }
    }
}

impl ImportedHost {
    fn new(collector: &'static str, at: Timestamp) -> Self {
        Self {
            collector,
            at,
            addresses: BTreeSet::new(),
            mac: None,
            names: BTreeSet::new(),
            services: BTreeMap::new(),
            counts: None,
        }
    }

    /// Adds a port; what was told first stays.
    fn add(&mut self, transport: Transport, port: u16, service: ImportedService) {
        if self.services.len() >= MAX_SERVICES && !self.services.contains_key(&(transport, port)) {
            return;
        }
        let known = self.services.entry((transport, port)).or_default();
        if known.service.is_none() {
            known.service = service.service;
            known.encrypted = known.encrypted.or(service.encrypted);
        }
        if known.product.is_none() {
            (known.product, known.version) = (service.product, service.version);
        }
    }

    /// What another file says about the same host. The facts are as old as the older file.
    fn merge(&mut self, other: Self) {
        self.at = self.at.min(other.at);
        self.addresses.extend(other.addresses);
        self.mac = self.mac.or(other.mac);
        self.names.extend(other.names);
        self.counts = self.counts.or(other.counts);
        other.services.into_iter().for_each(|((transport, port), service)| self.add(transport, port, service));
    }

    fn address(&self) -> IpAddr {
        self.addresses.first().copied().unwrap_or(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED))
    }

    fn identifiers(&self) -> Vec<Identifier> {
        self.mac.and_then(|mac| Identifier::new(IdentifierKind::Mac, &written(mac))).into_iter().collect()
    }

    fn subject(&self) -> Subject {
        let address = self.address().to_string();
        let id = derived_id(SubjectKind::Device, &self.identifiers(), &address);
        Subject { id, kind: SubjectKind::Device, name: self.names.first().cloned().unwrap_or(address) }
    }

    fn vendor(&self) -> Option<String> {
        self.mac.and_then(crate::vendors::vendor).map(str::to_owned)
    }

    /// The facts.
    pub fn snapshot(&self) -> Snapshot {
        let mut snapshot = Snapshot {
            collector: self.collector.to_owned(),
            observed_at: self.at,
            received_at: None,
            subject: self.subject(),
            identifiers: self.identifiers(),
            facts: BTreeMap::new(),
            problems: Vec::new(),
        };
        snapshot.put(&DeviceNetwork {
            address: Known(self.address().to_string()),
            addresses: Known(self.addresses.iter().map(IpAddr::to_string).collect()),
            mac: known(self.mac.map(written)),
            vendor: known(self.vendor()),
            names: Known(self.names.iter().cloned().collect()),
            class: known(None),
            system: known(None),
            seen_from: known(None),
            asked: known(None),
            asked_ports: known(self.counts.map(|counts| i64::from(counts.asked))),
            unanswered_ports: known(self.counts.map(|counts| i64::from(counts.unanswered))),
        });
        let completeness = Completeness::Incomplete(UnknownReason::Incomplete);
        let endpoint = |transport: Transport, port: u16| {
            Known(format!("{} {}", transport.word(), SocketAddr::new(self.address(), port)))
        };
        let over = |wanted| self.services.iter().filter(move |((transport, _), _)| *transport == wanted);
        let services = over(Transport::Tcp).map(|((transport, port), service)| DeviceService {
            endpoint: endpoint(*transport, *port),
            transport: Known(*transport),
            port: Known(i64::from(*port)),
            service: known(service.service),
            encrypted: known(service.encrypted),
            product: known(service.product.clone()),
            version: known(service.version.clone()),
            vendor: known(None),
        });
        snapshot.put_all(&Collection { records: services.collect(), completeness });
        let services = over(Transport::Udp).map(|((transport, port), service)| DeviceUdpService {
            endpoint: endpoint(*transport, *port),
            port: Known(i64::from(*port)),
            service: known(service.service),
            product: known(service.product.clone()),
            version: known(service.version.clone()),
            vendor: known(None),
        });
        snapshot.put_all(&Collection { records: services.collect(), completeness });
        // From where the other scanner looked, neither form says.
        snapshot.put_all(&Collection::<DeviceWay> { records: Vec::new(), completeness });
        snapshot
    }

    /// The host as the scan file lists it.
    pub fn host(&self) -> ScannedHost {
        let counts = self.counts.unwrap_or_default();
        ScannedHost {
            name: None,
            subject: self.subject().id,
            address: self.address(),
            addresses: self.addresses.iter().copied().collect(),
            mac: self.mac.map(written),
            vendor: self.vendor(),
            names: self.names.iter().cloned().collect(),
            class: None,
            system: None,
            services: self
                .services
                .iter()
                .map(|((transport, port), service)| scanned(*transport, *port, service))
                .collect(),
            asked_ports: counts.asked,
            closed_ports: counts.closed,
            unanswered_ports: counts.unanswered,
            finished: true,
        }
    }
}

fn scanned(transport: Transport, port: u16, service: &ImportedService) -> ScannedService {
    ScannedService {
        address: None,
        transport,
        port,
        state: PortState::Open,
        service: service.service,
        not_examined: None,
        vendor: None,
        product: service.product.clone(),
        version: service.version.clone(),
        tls: (service.encrypted == Some(true)).then(ScannedTls::default),
    }
}

fn known<T>(value: Option<T>) -> Observed<T> {
    value.map_or(Unknown(UnknownReason::NotCollected), Known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_document_type_may_be_named_but_declares_nothing() {
        let named =
            "<?xml version=\"1.0\"?>\n<!DOCTYPE nmaprun>\n<?xml-stylesheet href=\"x\"?>\n<!-- <!DOCTYPE x [> -->\n<a/>";
        assert_eq!(parse_import(named.as_bytes()), Err(ImportError::Unknown));
        let bomb = "<!DOCTYPE nmaprun [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><nmaprun start=\"1\">&b;</nmaprun>";
        assert_eq!(parse_import(bomb.as_bytes()), Err(ImportError::Declarations));
        let late = "<nmaprun start=\"1\"><!DOCTYPE x [<!ENTITY a \"b\">]>&a;</nmaprun>";
        assert_eq!(parse_import(late.as_bytes()), Err(ImportError::NotXml));
        for broken in ["", "<", "<!DOCTYPE", "<!--", "<?xml", "\u{feff}<nmaprun", "hello"] {
            assert_eq!(parse_import(broken.as_bytes()), Err(ImportError::NotXml), "{broken}");
        }
        assert_eq!(parse_import(b"\xff"), Err(ImportError::NotText));
    }

    #[test]
    fn guests_are_counted_and_nothing_else_is_kept() {
        let at = Timestamp::UNIX_EPOCH;
        let mut guest = ImportedHost::new("scan.nmap", at);
        guest.addresses.insert("10.0.9.7".parse().expect("an address"));
        guest.names.insert("iPhone of Erika".into());
        let mut known = ImportedHost::new("scan.nmap", at);
        known.addresses.insert("10.0.1.7".parse().expect("an address"));
        let networks = ["10.0.9.0/24".parse().expect("a network")];
        let imported =
            Imported::together([vec![guest.clone(), known.clone()], vec![guest]], &networks, &|_| false, &|_| false);
        assert_eq!((imported.hosts, imported.guests), (vec![known], 1));
    }

    #[test]
    fn what_shares_the_hardware_address_of_a_guest_is_that_guest() {
        let host = |address: &str| {
            let mut host = ImportedHost::new("scan.nmap", Timestamp::UNIX_EPOCH);
            host.addresses.insert(address.parse().expect("an address"));
            host.mac = Some([0, 0x15, 0x5d, 1, 2, 3]);
            host
        };
        let networks = ["10.0.9.0/24".parse().expect("a network")];
        let files = || [vec![host("fd00::7")], vec![host("10.0.9.7")]];
        let imported = Imported::together(files(), &networks, &|_| false, &|_| false);
        assert_eq!((imported.hosts.len(), imported.guests), (0, 1));
        let imported = Imported::together(files(), &networks, &|_| true, &|_| false);
        assert_eq!((imported.hosts.len(), imported.guests), (2, 0), "the practice names it");
    }

    #[test]
    fn names_of_phones_are_kept_only_of_those_that_the_practice_names() {
        let mut phone = ImportedHost::new("scan.nmap", Timestamp::UNIX_EPOCH);
        phone.addresses.insert("10.0.1.7".parse().expect("an address"));
        phone.names.extend(["Erikas-iPhone.fritz.box".to_owned(), "erika".to_owned()]);
        let files = || [vec![phone.clone()]];
        let imported = Imported::together(files(), &[], &|_| false, &|_| false);
        assert!(imported.hosts[0].names.is_empty());
        assert!(!format!("{:?}", imported.hosts[0].snapshot()).contains("rika"));
        assert_eq!(Imported::together(files(), &[], &|_| true, &|_| false).hosts[0].names.len(), 2);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = parse_import(&bytes);
        }

        #[test]
        fn any_text_of_such_a_file_is_survived(text in "(<(nmaprun|report|host|address|ports|port|service|result|ip)( (start|addr|portid|name|method)=\"[0-9a-z./:]{0,8}\"){0,4}/?>|</(nmaprun|report|host|port)>|[0-9/a-z ]{0,5}){0,30}") {
            let _ = parse_import(text.as_bytes());
        }
    }
}
