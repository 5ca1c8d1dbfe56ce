//! What a scan saw in the form of nmap's XML output (`nmap -oX`), for the many programs that read it.
//!
//! Written after the published document type (nmap.org/book/app-nmap-dtd.html). It holds what was measured and no finding;
//! the names of services are those by which nmap's users know them. What was not answered is `filtered`, over UDP
//! `open|filtered`, nmap's words for it.

use super::xml::attribute;
use crate::{Options, network};
use jiff::Timestamp;
use std::fmt::Write as _;
use std::io;
use std::io::Write;
use visite_facts::facts::{NetworkService, Transport};
use visite_facts::scan::{NotExamined, ScanSection, ScannedHost, ScannedService};

/// Version of the form.
const FORM: &str = "1.05";

/// Writes the scan.
pub fn render(scan: &ScanSection, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(written(scan, options).expect("writing to a string cannot fail").as_bytes())
}

fn written(scan: &ScanSection, options: &Options<'_>) -> Result<String, std::fmt::Error> {
    let mut xml = String::new();
    let (begin, end) = (scan.record.started_at, scan.record.finished_at);
    writeln!(xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE nmaprun>")?;
    // Who allowed it and which files were read is nobody's business to whom this file goes.
    let command = [&["visite scan".to_owned()], scan.record.targets.as_slice()].concat().join(" ");
    let root = [
        // The document type knows no other scanner; who wrote the file stands in `args`.
        attribute("scanner", "nmap"),
        attribute("args", &format!("{command} (Visite {})", options.version)),
        seconds("start", begin),
        attribute("startstr", &moment(begin)),
        attribute("version", options.version),
        attribute("xmloutputversion", FORM),
    ];
    writeln!(xml, "<nmaprun{}>", root.concat())?;
    let known = options.surroundings.and_then(|around| around.asked.as_ref());
    for (kind, protocol) in [("connect", "tcp"), ("udp", "udp")] {
        let (number, list) = match known {
            Some(known) => listed(if protocol == "tcp" { &known.tcp } else { &known.udp }),
            None => asked(&scan.record.ports, protocol),
        };
        // The document type wants both; what is not known is left out as a whole.
        if number > 0 && !list.is_empty() {
            let number = attribute("numservices", &number.to_string());
            let (kind, protocol) = (attribute("type", kind), attribute("protocol", protocol));
            writeln!(xml, "<scaninfo{kind}{protocol}{number}{}/>", attribute("services", &list))?;
        }
    }
    writeln!(xml, "<verbose level=\"0\"/>\n<debugging level=\"0\"/>")?;
    for host in &scan.hosts {
        let silent_udp = known.and_then(|known| known.silent_udp.get(&host.address)).copied().unwrap_or(0);
        self::host(&mut xml, scan, host, silent_udp)?;
    }
    let elapsed = (end.as_millisecond() - begin.as_millisecond()).max(0);
    let elapsed = format!("{}.{:02}", elapsed / 1000, elapsed % 1000 / 10);
    let up = scan.hosts.len();
    let finished = [
        seconds("time", end),
        attribute("timestr", &moment(end)),
        attribute("elapsed", &elapsed),
        attribute("summary", &format!("Visite done at {}; {up} hosts up scanned in {elapsed} seconds", moment(end))),
        attribute("exit", "success"),
    ];
    writeln!(xml, "<runstats><finished{}/>", finished.concat())?;
    writeln!(xml, "<hosts up=\"{up}\" down=\"0\" total=\"{up}\"/></runstats>\n</nmaprun>")?;
    Ok(xml)
}

/// How many ports, and which, neighbours as `first-last`.
fn listed(ports: &[u16]) -> (u32, String) {
    let neighbours = ports.chunk_by(|a, b| a.checked_add(1) == Some(*b));
    let runs = neighbours.filter_map(|run| match (run.first()?, run.last()?) {
        (first, last) if first == last => Some(first.to_string()),
        (first, last) => Some(format!("{first}-{last}")),
    });
    (u32::try_from(ports.len()).unwrap_or(u32::MAX), runs.collect::<Vec<_>>().join(","))
}

/// How many ports of a protocol were asked, and which, where the record names them: `22,80 (2 TCP, 0 UDP)`.
fn asked(ports: &str, protocol: &str) -> (u32, String) {
    let (named, counts) = ports.rsplit_once(" (").unwrap_or((ports, ""));
    let count = |part: &str| {
        let (number, unit) = part.trim_end_matches(')').split_once(' ')?;
        (unit.to_lowercase() == protocol).then(|| number.parse().ok()).flatten()
    };
    let count = counts.split(", ").find_map(count).unwrap_or(0);
    let list: Vec<&str> = match (named, protocol) {
        ("all", "tcp") => vec!["1-65535"],
        _ => named
            .split(',')
            .filter_map(|part| match (part.trim().split_once(':'), protocol) {
                (Some(("udp", ports)), "udp") | (Some(("tcp", ports)), "tcp") => Some(ports),
                (None, "tcp") => Some(part.trim()),
                _ => None,
            })
            .filter(|ports| ports.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'))
            .collect(),
    };
    (count, list.join(","))
}

fn seconds(name: &str, at: Timestamp) -> String {
    attribute(name, &at.as_second().to_string())
}

/// As nmap writes a moment, in UTC.
fn moment(at: Timestamp) -> String {
    at.strftime("%a %b %e %H:%M:%S %Y").to_string()
}

fn host(xml: &mut String, scan: &ScanSection, host: &ScannedHost, silent_udp: u32) -> std::fmt::Result {
    let times = seconds("starttime", scan.record.started_at) + &seconds("endtime", scan.record.finished_at);
    writeln!(xml, "<host{times}>")?;
    let reason = if host.mac.is_some() { "arp-response" } else { "user-set" };
    writeln!(xml, "<status state=\"up\"{} reason_ttl=\"0\"/>", attribute("reason", reason))?;
    let others = host.addresses.iter().filter(|address| **address != host.address);
    for address in std::iter::once(&host.address).chain(others) {
        let kind = if address.is_ipv4() { "ipv4" } else { "ipv6" };
        writeln!(xml, "<address{}{}/>", attribute("addr", &address.to_string()), attribute("addrtype", kind))?;
    }
    if let Some(mac) = &host.mac {
        let vendor = host.vendor.as_ref().map(|vendor| attribute("vendor", vendor)).unwrap_or_default();
        writeln!(xml, "<address{} addrtype=\"mac\"{vendor}/>", attribute("addr", &mac.to_uppercase()))?;
    }
    writeln!(xml, "<hostnames>")?;
    for name in &host.names {
        // Some of the names are those that devices give themselves; which are PTR records is not known.
        writeln!(xml, "<hostname{}/>", attribute("name", name))?;
    }
    writeln!(xml, "</hostnames>\n<ports>")?;
    // Over UDP silence is no refusal: an open service may ignore a question.
    let silent_udp = silent_udp.min(host.unanswered_ports);
    for (state, count) in
        [("closed", host.closed_ports), ("filtered", host.unanswered_ports - silent_udp), ("open|filtered", silent_udp)]
    {
        if count > 0 {
            writeln!(xml, "<extraports{}{}/>", attribute("state", state), attribute("count", &count.to_string()))?;
        }
    }
    for service in network::open(host) {
        port(xml, service)?;
    }
    writeln!(xml, "</ports>\n</host>")
}

fn port(xml: &mut String, service: &ScannedService) -> std::fmt::Result {
    let (protocol, reason) = match service.transport {
        Transport::Udp => ("udp", "udp-response"),
        Transport::Tcp | Transport::Any => ("tcp", "syn-ack"),
    };
    let id = attribute("portid", &service.port.to_string());
    write!(xml, "<port{}{id}>", attribute("protocol", protocol))?;
    let address = service.address.map(|address| attribute("reason_ip", &address.to_string())).unwrap_or_default();
    write!(xml, "<state state=\"open\"{} reason_ttl=\"0\"{address}/>", attribute("reason", reason))?;
    let (name, confidence, method) = match service.service {
        Some(known) => (customary(known, service.port), "10", "probed"),
        None => ("unknown", "3", "table"),
    };
    let mut attributes = attribute("name", name);
    attributes += &network::named_product(service).map(|name| attribute("product", &name)).unwrap_or_default();
    attributes += &service.version.as_ref().map(|version| attribute("version", version)).unwrap_or_default();
    if let Some(reason) = service.not_examined.filter(|_| service.service.is_none()) {
        attributes += &attribute("extrainfo", untold(reason));
    }
    if service.tls.as_ref().is_some_and(|tls| !tls.starttls) {
        attributes += &attribute("tunnel", "ssl");
    }
    attributes += &(attribute("method", method) + &attribute("conf", confidence));
    writeln!(xml, "<service{attributes}/></port>")
}

fn untold(reason: NotExamined) -> &'static str {
    match reason {
        NotExamined::DeviceClass => "not examined: delicate device",
        NotExamined::UnknownDevice => "not examined: unknown device",
        NotExamined::UnexpectedPort => "not examined: unexpected port",
        NotExamined::NotRecognised => "not recognised",
        NotExamined::NoAnswer => "takes connections, never answers",
        NotExamined::Stopped => "not examined: stopped before",
        NotExamined::TooMuch => "not examined: too many ports, or too slow",
        NotExamined::PortsOnly => "not examined: ports only",
    }
}

/// The name by which nmap's users know a service.
fn customary(service: NetworkService, port: u16) -> &'static str {
    use NetworkService as Known;
    match service {
        Known::Http | Known::Konnektor | Known::Fhir | Known::Elasticsearch => "http",
        Known::Tls => "ssl",
        Known::Ssh => "ssh",
        Known::Smb if port == 139 => "netbios-ssn",
        Known::Smb => "microsoft-ds",
        Known::Rdp => "ms-wbt-server",
        Known::Vnc => "vnc",
        Known::Telnet => "telnet",
        Known::Ftp => "ftp",
        Known::Tftp => "tftp",
        Known::Snmp => "snmp",
        Known::Ldap => "ldap",
        Known::Kerberos => "kerberos-sec",
        Known::Ntp => "ntp",
        Known::Dns => "domain",
        Known::Mdns => "mdns",
        Known::Llmnr => "llmnr",
        Known::Ssdp => "upnp",
        Known::Sip => "sip",
        Known::Ipp => "ipp",
        Known::Mqtt => "mqtt",
        Known::Rtsp => "rtsp",
        Known::Modbus => "modbus",
        Known::Netbios if port == 139 => "netbios-ssn",
        Known::Netbios => "netbios-ns",
        Known::Msrpc => "msrpc",
        Known::Rpcbind => "rpcbind",
        Known::Ipmi => "asf-rmcp",
        Known::Rsync => "rsync",
        Known::X11 => "X11",
        Known::Mssql if port == 1434 => "ms-sql-m",
        Known::Mssql => "ms-sql-s",
        Known::Postgresql => "postgresql",
        Known::Mysql => "mysql",
        Known::Mongodb => "mongodb",
        Known::Redis => "redis",
        Known::Firebird => "firebird",
        Known::Oracle => "oracle-tns",
        Known::Dicom => "dicom",
        Known::Mllp => "hl7",
        Known::Sicct => "sicct",
        Known::Smtp => "smtp",
        Known::Imap => "imap",
        Known::Pop3 => "pop3",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_that_were_asked_are_listed() {
        assert_eq!(listed(&[21, 22, 23, 80, 443, 444]), (6, "21-23,80,443-444".to_owned()));
        assert_eq!(listed(&[]), (0, String::new()));
    }

    #[test]
    fn ports_are_those_of_the_record() {
        assert_eq!(asked("practice (118 TCP, 21 UDP)", "tcp"), (118, String::new()));
        assert_eq!(asked("all (65517 TCP, 21 UDP)", "tcp"), (65517, "1-65535".to_owned()));
        assert_eq!(asked("22,80,8000-8100,udp:161 (103 TCP, 1 UDP)", "tcp"), (103, "22,80,8000-8100".to_owned()));
        assert_eq!(asked("22,80,8000-8100,udp:161 (103 TCP, 1 UDP)", "udp"), (1, "161".to_owned()));
        assert_eq!(asked("", "udp"), (0, String::new()));
    }

    #[test]
    fn moments_are_written_as_nmap_does() {
        assert_eq!(moment("2026-11-04T01:02:03Z".parse().expect("a time")), "Wed Nov  4 01:02:03 2026");
    }
}
