//! nmap's XML output (`nmap -oX`), as its document type describes it (nmap.org/book/app-nmap-dtd.html).
//!
//! `method="table"` means that nmap looked the port's number up in a list: the port is open, the protocol is not known.
//! Matches of systems are guesses of nmap with a share of certainty; they are left out.

use super::{Counts, ImportError, ImportedHost, ImportedService, MAX_HOSTS, clean, mac};
use jiff::Timestamp;
use roxmltree::Node;
use visite_facts::facts::{NetworkService, Transport};

/// The collector that facts name.
pub const COLLECTOR: &str = "scan.nmap";

/// Least certainty of a service that counts (`conf`, 0 to 10); nmap gives 10 for a match of its dialogue.
const LEAST_CERTAINTY: u8 = 8;

/// Hosts of a whole file; `root` is `nmaprun`.
pub(super) fn hosts(root: Node<'_, '_>) -> Result<Vec<ImportedHost>, ImportError> {
    let start = time(root, "start");
    let up = root.children().filter(|node| node.has_tag_name("host")).filter(|host| {
        let status = host.children().find(|node| node.has_tag_name("status"));
        status.is_none_or(|status| status.attribute("state") == Some("up"))
    });
    let mut hosts = Vec::new();
    for node in up.take(MAX_HOSTS) {
        let at = time(node, "endtime").or_else(|| time(node, "starttime")).or(start).ok_or(ImportError::NoTime)?;
        hosts.extend(host(node, at));
    }
    Ok(hosts)
}

fn time(node: Node<'_, '_>, name: &str) -> Option<Timestamp> {
    Timestamp::from_second(node.attribute(name)?.parse().ok()?).ok()
}

fn host(node: Node<'_, '_>, at: Timestamp) -> Option<ImportedHost> {
    let mut host = ImportedHost::new(COLLECTOR, at);
    for address in node.children().filter(|child| child.has_tag_name("address")) {
        let text = address.attribute("addr").unwrap_or_default();
        match address.attribute("addrtype") {
            Some("mac") => host.mac = host.mac.or_else(|| mac(text)),
            _ => host.addresses.extend(text.parse::<std::net::IpAddr>().ok()),
        }
    }
    let names = node.children().filter(|child| child.has_tag_name("hostnames")).flat_map(|names| names.children());
    host.names.extend(names.filter_map(|name| clean(name.attribute("name")?)));
    let mut counts = Counts::default();
    for ports in node.children().filter(|child| child.has_tag_name("ports")) {
        for child in ports.children() {
            match child.tag_name().name() {
                "extraports" => {
                    let number = child.attribute("count").and_then(|count| count.parse().ok()).unwrap_or(0);
                    count(&mut counts, child.attribute("state"), number);
                }
                "port" => port(&mut host, &mut counts, child),
                _ => {}
            }
        }
        host.counts = Some(counts);
    }
    (!host.addresses.is_empty()).then_some(host)
}

/// nmap's `filtered` is a port that said nothing, and `open|filtered` one of UDP that may or may not be there.
fn count(counts: &mut Counts, state: Option<&str>, number: u32) {
    counts.asked = counts.asked.saturating_add(number);
    match state {
        Some("open") => {}
        Some("closed") => counts.closed = counts.closed.saturating_add(number),
        _ => counts.unanswered = counts.unanswered.saturating_add(number),
    }
}

fn port(host: &mut ImportedHost, counts: &mut Counts, node: Node<'_, '_>) {
    let state = node.children().find(|child| child.has_tag_name("state")).and_then(|state| state.attribute("state"));
    count(counts, state, 1);
    let transport = match node.attribute("protocol") {
        Some("tcp") => Transport::Tcp,
        Some("udp") => Transport::Udp,
        _ => return,
    };
    let Some(number) = node.attribute("portid").and_then(|port| port.parse().ok()).filter(|port| *port > 0) else {
        return;
    };
    if state == Some("open") {
        let service = node.children().find(|child| child.has_tag_name("service"));
        host.add(transport, number, service.map(|service| self::service(service, transport)).unwrap_or_default());
    }
}

fn service(node: Node<'_, '_>, transport: Transport) -> ImportedService {
    let certainty: u8 = node.attribute("conf").and_then(|certainty| certainty.parse().ok()).unwrap_or(0);
    let encrypted = node.attribute("tunnel") == Some("ssl");
    if node.attribute("method") != Some("probed") || certainty < LEAST_CERTAINTY {
        // A tunnel is named only after nmap spoke TLS, also where it did not understand what is inside.
        let service = encrypted.then_some(NetworkService::Tls);
        return ImportedService { service, encrypted: encrypted.then_some(true), ..ImportedService::default() };
    }
    let name = node.attribute("name").unwrap_or_default();
    let text = |name| node.attribute(name).and_then(clean);
    let product = text("product");
    ImportedService {
        service: known(name, transport).or(encrypted.then_some(NetworkService::Tls)),
        encrypted: Some(encrypted || matches!(name, "ssl" | "https" | "imaps" | "pop3s" | "smtps" | "ldapssl")),
        version: text("version").filter(|_| product.is_some()),
        product,
    }
}

/// The service behind nmap's name for it. Names that nmap uses for more than one protocol are missing.
fn known(name: &str, transport: Transport) -> Option<NetworkService> {
    use NetworkService as Known;
    Some(match name {
        "http" | "https" | "http-proxy" => Known::Http,
        "ssl" => Known::Tls,
        "ssh" => Known::Ssh,
        "microsoft-ds" | "netbios-ssn" => Known::Smb,
        "ms-wbt-server" => Known::Rdp,
        "vnc" => Known::Vnc,
        "telnet" => Known::Telnet,
        "ftp" => Known::Ftp,
        "tftp" => Known::Tftp,
        "snmp" => Known::Snmp,
        "ldap" | "ldapssl" => Known::Ldap,
        "kerberos-sec" => Known::Kerberos,
        "ntp" => Known::Ntp,
        "domain" => Known::Dns,
        "mdns" => Known::Mdns,
        "llmnr" => Known::Llmnr,
        "upnp" if transport == Transport::Udp => Known::Ssdp,
        "upnp" => Known::Http,
        "sip" => Known::Sip,
        "ipp" => Known::Ipp,
        "mqtt" => Known::Mqtt,
        "rtsp" => Known::Rtsp,
        "modbus" => Known::Modbus,
        "netbios-ns" => Known::Netbios,
        "msrpc" => Known::Msrpc,
        "rpcbind" => Known::Rpcbind,
        "asf-rmcp" if transport == Transport::Udp => Known::Ipmi,
        "rsync" => Known::Rsync,
        "X11" => Known::X11,
        "ms-sql-s" | "ms-sql-m" => Known::Mssql,
        "postgresql" => Known::Postgresql,
        "mysql" => Known::Mysql,
        "mongodb" => Known::Mongodb,
        "redis" => Known::Redis,
        "firebird" => Known::Firebird,
        "oracle-tns" => Known::Oracle,
        "dicom" => Known::Dicom,
        "smtp" | "smtps" => Known::Smtp,
        "imap" | "imaps" => Known::Imap,
        "pop3" | "pop3s" => Known::Pop3,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{Imported, parse_import};

    fn shown(host: &ImportedHost) -> Vec<String> {
        let service = |((transport, port), service): (&(Transport, u16), &ImportedService)| {
            let (named, encrypted) = (service.service.map(visite_facts::Word::word), service.encrypted);
            let product =
                [service.product.as_deref(), service.version.as_deref()].into_iter().flatten().collect::<Vec<_>>();
            format!("{transport} {port} {} {encrypted:?} {}", named.unwrap_or("?"), product.join(" "))
        };
        host.services.iter().map(service).map(|line| line.trim_end().to_owned()).collect()
    }

    #[test]
    fn dialogues_of_nmap_count_and_its_list_of_ports_does_not() {
        let hosts = parse_import(include_bytes!("../../tests/data/import/nmap-probed.xml")).expect("nmap's file");
        assert_eq!(hosts.len(), 2);
        assert_eq!(
            shown(&hosts[0]),
            [
                "tcp 22 ssh Some(false) OpenSSH 9.2p1 Debian 2+deb12u10",
                "tcp 80 http Some(false) SimpleHTTPServer 0.6",
                "tcp 104 ? None",
                "tcp 443 tls Some(true)",
            ]
        );
        assert_eq!(hosts[0].counts, Some(Counts { asked: 13, closed: 7, unanswered: 2 }));
        assert_eq!(hosts[0].mac, Some([0x00, 0x11, 0x32, 0xaa, 0xbb, 0x02]));
        assert_eq!(hosts[0].at.to_string(), "2026-11-25T23:40:41Z");
        assert!(hosts[1].services.is_empty());

        let hosts = parse_import(include_bytes!("../../tests/data/import/nmap-table.xml")).expect("nmap's file");
        assert_eq!(shown(&hosts[0]), ["tcp 22 ? None", "tcp 80 ? None", "tcp 104 ? None"]);
        let hosts = parse_import(include_bytes!("../../tests/data/import/nmap-ipv6.xml")).expect("nmap's file");
        assert_eq!(hosts[0].addresses.iter().map(ToString::to_string).collect::<Vec<_>>(), ["fd99::2"]);
        assert_eq!(shown(&hosts[0])[0], "tcp 22 ssh Some(false) OpenSSH 9.2p1 Debian 2+deb12u10");
    }

    #[test]
    fn two_files_about_a_host_are_one_host() {
        let files = ["nmap-table.xml", "nmap-probed.xml"].map(|name| {
            let path = format!("{}/tests/data/import/{name}", env!("CARGO_MANIFEST_DIR"));
            parse_import(&std::fs::read(path).expect("the file")).expect("nmap's file")
        });
        let imported = Imported::together(files, &[], &|_| false, &|host| host.mac.is_none());
        assert_eq!(imported.hosts.len(), 1);
        let host = imported.hosts[0].host();
        assert_eq!((host.services.len(), host.vendor.as_deref()), (4, Some("Synology")));
        assert_eq!(host.services[0].product.as_deref(), Some("OpenSSH"), "what was told counts more");
        let snapshot = imported.hosts[0].snapshot();
        assert_eq!((snapshot.subject.id == host.subject, snapshot.collector.as_str()), (true, "scan.nmap"));
    }

    #[test]
    fn a_file_that_was_cut_off_gives_nothing() {
        let file = include_str!("../../tests/data/import/nmap-probed.xml");
        for length in (0..file.len() - 12).step_by(97) {
            assert!(parse_import(&file.as_bytes()[..length]).is_err(), "{length}");
        }
        let without_time = "<nmaprun><host><status state=\"up\"/><address addr=\"10.0.0.1\"/></host></nmaprun>";
        assert_eq!(parse_import(without_time.as_bytes()), Err(ImportError::NoTime));
    }

    #[test]
    fn names_and_products_are_tame() {
        let long = "x".repeat(5000);
        let file = format!(
            "<nmaprun start=\"1\"><host><address addr=\"10.0.0.1\"/><hostnames><hostname name=\"a&#9;{long}\"/></hostnames>\
             <ports><port protocol=\"tcp\" portid=\"70000\"><state state=\"open\"/></port>\
             <port protocol=\"tcp\" portid=\"0\"><state state=\"open\"/></port></ports></host></nmaprun>"
        );
        let hosts = parse_import(file.as_bytes()).expect("a file");
        assert!(hosts[0].names.iter().all(|name| name.chars().count() == 120 && !name.contains('\t')));
        assert!(hosts[0].services.is_empty());
        let attributes: String = (0..100).map(|number| format!(" a{number}=\"\"")).collect();
        let many = format!("<nmaprun start=\"1\"><host{attributes}/></nmaprun>");
        assert_eq!(parse_import(many.as_bytes()), Err(ImportError::NotXml));
    }
}
