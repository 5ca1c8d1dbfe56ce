//! What is let in, written down: one record a rule and range of ports.
//!
//! Packets of both families, both transports and all interfaces that a rule treats alike become one record.

use super::ports::PortSet;
use super::traffic::{Class, Interface};
use super::walk::Acceptance;
use std::collections::{BTreeMap, BTreeSet};
use visite_facts::facts::{IpFamily, Transport};

/// A range of ports that a rule lets in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Opening {
    /// The rule.
    pub rule: String,
    /// IPv4, IPv6 or both.
    pub family: IpFamily,
    /// TCP, UDP or any.
    pub transport: Transport,
    /// First and last port; `None` if it is not known whether and for which ports the rule opens at all.
    pub ports: Option<(u16, u16)>,
    /// Whether only certain addresses can use it.
    pub source_restricted: bool,
    /// Interface that it is limited to.
    pub interface: Option<String>,
}

/// Families and transports as bits, so that equal ranges can be joined: IPv4 1, IPv6 2, shifted by 2 for UDP.
type Bits = u8;

/// The ports for each family, transport and number of the interface.
type PortsByClass = BTreeMap<(Bits, usize), PortSet>;

/// The records for what was accepted; `rule` is different in each.
pub fn openings(accepted: &[Acceptance], interfaces: &[Interface]) -> Vec<Opening> {
    let mut by_rule: BTreeMap<(&str, bool, bool), PortsByClass> = BTreeMap::new();
    let mut order: Vec<&str> = Vec::new();
    for acceptance in accepted {
        let class = acceptance.class;
        let entry = by_rule.entry((acceptance.rule.as_str(), class.restricted, class.doubtful)).or_default();
        let ports = entry.entry((bits(&class), class.interface)).or_default();
        // Which ports a rule in doubt opens is not said, so they need not be told apart.
        *ports = if class.doubtful { PortSet::all() } else { ports.union(&acceptance.ports) };
        order.push(&acceptance.rule);
    }
    let mut seen = BTreeSet::new();
    order.retain(|rule| seen.insert(*rule));
    let mut found = Vec::new();
    for rule in order {
        for (restricted, doubtful) in [(false, false), (true, false), (false, true), (true, true)] {
            for (interface, ports) in by_interface(by_rule.get(&(rule, restricted, doubtful)), interfaces) {
                for (ports, bits) in ranges(&ports) {
                    for (family, transport) in words(bits) {
                        found.push(Opening {
                            rule: rule.to_owned(),
                            family,
                            transport,
                            ports: (!doubtful).then_some(ports),
                            source_restricted: restricted,
                            interface: interface.clone(),
                        });
                    }
                }
            }
        }
    }
    number(found)
}

fn bits(class: &Class) -> Bits {
    let family = if class.family == IpFamily::Ipv4 { 1 } else { 2 };
    if class.transport == Transport::Tcp { family } else { family << 2 }
}

type PortsByBits = BTreeMap<Bits, PortSet>;

/// What holds on every interface stands under `None`; what is left, under the name of each interface.
fn by_interface(ports: Option<&PortsByClass>, interfaces: &[Interface]) -> Vec<(Option<String>, PortsByBits)> {
    let Some(ports) = ports else { return Vec::new() };
    let nothing = PortSet::default();
    let on = |bits: Bits, interface: usize| ports.get(&(bits, interface)).unwrap_or(&nothing);
    let mut everywhere = PortsByBits::new();
    for bit in [1, 2, 4, 8] {
        let mut common = PortSet::all();
        for (number, interface) in interfaces.iter().enumerate() {
            if interface.present {
                common = common.intersection(on(bit, number));
            }
            if interface.name.is_none() {
                // Several interfaces that no rule names: their names would only be a list of what is there today.
                everywhere.insert(bit, on(bit, number).clone());
            }
        }
        let entry = everywhere.entry(bit).or_default();
        *entry = entry.union(&common);
    }
    let mut result = Vec::new();
    for (number, interface) in interfaces.iter().enumerate() {
        let left = [1, 2, 4, 8].into_iter().map(|bit| (bit, on(bit, number).minus(&everywhere[&bit]))).collect();
        result.push((interface.name.clone(), left));
    }
    result.insert(0, (None, everywhere));
    result
}

/// Each range of ports with all families and transports that have just this range.
fn ranges(ports: &PortsByBits) -> BTreeMap<(u16, u16), Bits> {
    let mut ranges: BTreeMap<(u16, u16), Bits> = BTreeMap::new();
    for (bit, ports) in ports {
        for range in ports.ranges() {
            *ranges.entry(*range).or_default() |= bit;
        }
    }
    ranges
}

fn words(bits: Bits) -> Vec<(IpFamily, Transport)> {
    let family = |bits: Bits| match bits & 3 {
        1 => Some(IpFamily::Ipv4),
        2 => Some(IpFamily::Ipv6),
        3 => Some(IpFamily::Both),
        _ => None,
    };
    match (family(bits), family(bits >> 2)) {
        (Some(tcp), Some(udp)) if tcp == udp => vec![(tcp, Transport::Any)],
        (tcp, udp) => {
            let tcp = tcp.map(|family| (family, Transport::Tcp));
            tcp.into_iter().chain(udp.map(|family| (family, Transport::Udp))).collect()
        }
    }
}

/// Drops what is written twice and tells the records of one rule apart: `inet filter input #7`, `... #7 (2)`.
fn number(found: Vec<Opening>) -> Vec<Opening> {
    let mut seen = BTreeSet::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut numbered = Vec::new();
    for mut opening in found {
        if !seen.insert(opening.clone()) {
            continue;
        }
        let count = counts.entry(opening.rule.clone()).or_default();
        *count += 1;
        if *count > 1 {
            opening.rule = format!("{} ({count})", opening.rule);
        }
        numbered.push(opening);
    }
    numbered
}
