//! Reports of Greenbone and OpenVAS in XML, after the description of the Greenbone Management Protocol 22.5
//! (docs.greenbone.net/API/GMP/gmp-22.5.html, element `report`). Unverified: no report of a real appliance was at hand.
//!
//! Hosts, their addresses and open ports are taken. Results are verdicts of another scanner by measures of its own: of each
//! only the port counts on which it was seen. A port says nothing about its protocol here.

use super::{ImportError, ImportedHost, ImportedService, MAX_HOSTS, clean, mac};
use jiff::Timestamp;
use roxmltree::Node;
use std::collections::BTreeMap;
use std::net::IpAddr;
use visite_facts::facts::Transport;

/// The collector that facts name.
pub const COLLECTOR: &str = "scan.greenbone";

/// Hosts of a whole file; `root` is `report` or the answer that holds reports.
pub(super) fn hosts(root: Node<'_, '_>) -> Result<Vec<ImportedHost>, ImportError> {
    let mut hosts = BTreeMap::new();
    // A report that was exported holds the report itself; the outer one has no results.
    let is_report = |node: &Node<'_, '_>| {
        node.has_tag_name("report")
            && node.children().any(|child| child.has_tag_name("results") || child.has_tag_name("host"))
    };
    let mut reports = root.descendants().filter(is_report).peekable();
    if reports.peek().is_none() {
        return Err(ImportError::Unknown);
    }
    for report in reports {
        read(report, &mut hosts)?;
    }
    Ok(hosts.into_values().collect())
}

fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|child| child.has_tag_name(name))
}

/// The text of a child, or of the node itself in front of its children.
fn text<'a>(node: Node<'a, '_>) -> &'a str {
    node.text().unwrap_or_default().trim()
}

fn time(node: Node<'_, '_>, name: &str) -> Option<Timestamp> {
    text(child(node, name)?).parse().ok()
}

fn read(report: Node<'_, '_>, hosts: &mut BTreeMap<IpAddr, ImportedHost>) -> Result<(), ImportError> {
    let at = ["scan_end", "timestamp", "scan_start"].into_iter().find_map(|name| time(report, name));
    for node in report.children().filter(|child| child.has_tag_name("host")) {
        let Some(address) = child(node, "ip").and_then(|ip| text(ip).parse().ok()) else { continue };
        let at = time(node, "end").or_else(|| time(node, "start")).or(at).ok_or(ImportError::NoTime)?;
        let Some(host) = entry(hosts, address, at) else { return Ok(()) };
        for detail in node.children().filter(|child| child.has_tag_name("detail")) {
            let value = child(detail, "value").map(text).unwrap_or_default();
            match child(detail, "name").map(text) {
                Some("hostname") => host.names.extend(clean(value)),
                Some("MAC") => host.mac = host.mac.or_else(|| mac(value)),
                _ => {}
            }
        }
    }
    let results = child(report, "results").into_iter().flat_map(|results| results.children());
    let ports = child(report, "ports").into_iter().flat_map(|ports| ports.children());
    let results = results.filter(|node| node.has_tag_name("result")).map(|node| (node, child(node, "port").map(text)));
    let ports = ports.filter(|node| node.has_tag_name("port")).map(|node| (node, Some(text(node))));
    for (node, port) in results.chain(ports) {
        let Some(address) = child(node, "host").and_then(|host| text(host).parse().ok()) else { continue };
        let at = time(node, "creation_time").or(at).ok_or(ImportError::NoTime)?;
        let Some(host) = entry(hosts, address, at) else { return Ok(()) };
        if let Some((transport, port)) = port.and_then(self::port) {
            host.add(transport, port, ImportedService::default());
        }
    }
    Ok(())
}

/// The host of that address; `None` when there are too many.
fn entry(hosts: &mut BTreeMap<IpAddr, ImportedHost>, address: IpAddr, at: Timestamp) -> Option<&mut ImportedHost> {
    if hosts.len() >= MAX_HOSTS && !hosts.contains_key(&address) {
        return None;
    }
    let host = hosts.entry(address).or_insert_with(|| ImportedHost::new(COLLECTOR, at));
    host.addresses.insert(address);
    Some(host)
}

/// `443/tcp`; `general/tcp` stands for the whole host.
fn port(text: &str) -> Option<(Transport, u16)> {
    let (port, transport) = text.split_once('/')?;
    let transport = match transport {
        "tcp" => Transport::Tcp,
        "udp" => Transport::Udp,
        _ => return None,
    };
    port.trim().parse().ok().filter(|port| *port > 0).map(|port| (transport, port))
}

#[cfg(test)]
mod tests {
    use crate::import::parse_import;
    use visite_facts::facts::Transport;

    #[test]
    fn hosts_and_ports_are_taken_and_verdicts_are_not() {
        let hosts = parse_import(include_bytes!("../../tests/data/import/greenbone-report.xml")).expect("a report");
        assert_eq!(hosts.len(), 2);
        let server = &hosts[0];
        assert_eq!(server.services.keys().copied().collect::<Vec<_>>(), [(Transport::Tcp, 443), (Transport::Tcp, 445)]);
        assert!(server.services.values().all(|service| service.service.is_none() && service.product.is_none()));
        assert_eq!(server.names.iter().collect::<Vec<_>>(), ["pvs-server"]);
        assert_eq!(server.mac, Some([0x00, 0x15, 0x5d, 0x0a, 0x0a, 0x05]));
        assert_eq!(server.at.to_string(), "2026-11-24T09:40:00Z");
        assert_eq!(server.host().system, None, "a guess of another scanner");
        assert_eq!(hosts[1].services.keys().copied().collect::<Vec<_>>(), [(Transport::Udp, 161)]);
        let wrapped = include_str!("../../tests/data/import/greenbone-report.xml");
        let wrapped = format!("<get_reports_response status=\"200\">{wrapped}</get_reports_response>");
        assert_eq!(parse_import(wrapped.as_bytes()), Ok(hosts));
    }
}
