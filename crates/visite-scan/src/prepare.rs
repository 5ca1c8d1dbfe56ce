//! What a scan takes from the catalogue and from the practice file.

use crate::examine::Book;
use crate::scan::Stated;
use ipnet::IpNet;
use jiff::civil::Date;
use std::ops::RangeInclusive;
use visite_catalog::Catalog;
use visite_catalog::model::PortSets;
use visite_facts::facts::ZoneKind;
use visite_facts::{IdentifierKind, Word};
use visite_target::{ApprovedAction, Practice};
use visite_wire::fingerprints::{FingerprintProblem, Fingerprints, Own};

/// Networks of guests and patients, of which devices are counted and nothing else.
pub fn guests(practice: Option<&Practice>) -> Vec<IpNet> {
    let zones = practice.into_iter().flat_map(|practice| practice.zones.iter().flatten());
    let guests = zones.filter(|zone| zone.kind == Some(ZoneKind::Guest));
    guests.flat_map(|zone| zone.networks.iter().flatten().map(|network| network.0)).collect()
}

/// What the practice says about its devices, and which of them may be examined on this day.
pub fn stated(practice: &Practice, today: Date) -> Vec<Stated> {
    let devices = practice.devices.iter().flatten();
    let of = |device: &visite_target::Device| Stated {
        name: device.name.clone(),
        addresses: device.addresses.iter().flatten().map(|address| address.0).collect(),
        mac: device
            .identifiers
            .iter()
            .flatten()
            .filter(|stated| stated.kind == IdentifierKind::Mac)
            .find_map(|stated| mac(&stated.value)),
        class: device.class,
        approved: device.allows(ApprovedAction::Scan, today),
    };
    devices.map(of).collect()
}

fn mac(text: &str) -> Option<[u8; 6]> {
    let parts: Vec<u8> = text.split([':', '-']).filter_map(|part| u8::from_str_radix(part, 16).ok()).collect();
    parts.try_into().ok()
}

/// Which services are expected at which ports.
pub fn book(catalog: &Catalog) -> Book {
    let mut book = Book::default();
    for (service, rule) in &catalog.services.services {
        rule.tcp.iter().for_each(|port| book.tcp.entry(*port).or_default().push(*service));
        rule.udp.iter().for_each(|port| book.udp.entry(*port).or_default().push(*service));
        if rule.management {
            book.management.insert(*service);
        }
    }
    book
}

/// The fingerprints of the catalogue.
///
/// # Errors
///
/// If one of them cannot be compiled.
pub fn fingerprints(catalog: &Catalog) -> Result<Fingerprints, FingerprintProblem> {
    let mut all = Fingerprints::default();
    for fingerprint in catalog.fingerprints.values().flat_map(|file| &file.fingerprints) {
        let own = Own {
            id: &fingerprint.id,
            place: fingerprint.place.word(),
            pattern: &fingerprint.pattern,
            vendor: fingerprint.vendor.as_deref(),
            product: fingerprint.product.as_deref(),
            version: fingerprint.version.as_deref(),
            system: fingerprint.system.as_deref(),
            class: fingerprint.class,
        };
        all.add_own(&own)?;
    }
    Ok(all)
}

/// TCP and UDP ports of sets and lists, e.g. `practice` or `practice,8000-8100,udp:161`; `None` if it is neither.
pub fn ports(written: &str, sets: &PortSets) -> Option<(Vec<u16>, Vec<u16>)> {
    let (mut tcp, mut udp) = (Vec::new(), Vec::new());
    for part in written.split(',').map(str::trim) {
        match part {
            "practice" => tcp.extend(sets.practice_tcp()),
            "top1000" => tcp.extend(sets.top1000_tcp()),
            "all" => tcp.extend(1..=u16::MAX),
            _ => {
                let (is_udp, range) = port_range(part)?;
                if is_udp {
                    udp.extend(range)
                } else {
                    tcp.extend(range)
                }
                continue;
            }
        }
        udp.extend(sets.practice_udp());
    }
    for ports in [&mut tcp, &mut udp] {
        ports.sort_unstable();
        ports.dedup();
    }
    Some((tcp, udp))
}

/// `80`, `8000-8100`, `tcp:80`, `udp:161`: whether it is about UDP, and the ports.
fn port_range(part: &str) -> Option<(bool, RangeInclusive<u16>)> {
    let (transport, range) = part.split_once(':').unwrap_or(("tcp", part));
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let (first, last): (u16, u16) = (first.parse().ok()?, last.parse().ok()?);
    let valid = first != 0 && first <= last && matches!(transport, "tcp" | "udp");
    valid.then_some((transport == "udp", first..=last))
}
