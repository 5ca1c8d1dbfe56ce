//! What a scan takes from the catalogue and from the practice file.

use crate::examine::Book;
use crate::scan::Stated;
use ipnet::IpNet;
use jiff::civil::Date;
use visite_catalog::Catalog;
use visite_facts::facts::ZoneKind;
use visite_facts::{IdentifierKind, Word};
use visite_target::{ApprovedAction, Practice};
use visite_wire::fingerprints::{FingerprintProblem, Fingerprints, Own};

/// Networks of guests and patients, of which devices are counted and nothing else.
pub fn guests(practice: Option<&Practice>) -> Vec<IpNet> {
    networks(practice, |kind| kind == Some(ZoneKind::Guest))
}

/// Networks of the practice in which no guests are.
pub fn own(practice: Option<&Practice>) -> Vec<IpNet> {
    networks(practice, |kind| kind.is_some_and(|kind| kind != ZoneKind::Guest))
}

fn networks(practice: Option<&Practice>, wanted: impl Fn(Option<ZoneKind>) -> bool) -> Vec<IpNet> {
    let zones = practice.into_iter().flat_map(|practice| practice.zones.iter().flatten());
    let zones = zones.filter(|zone| wanted(zone.kind));
    zones.flat_map(|zone| zone.networks.iter().flatten().map(|network| network.0)).collect()
}

/// What the practice says about its devices, and which of them may be examined on this day.
pub fn stated(practice: &Practice, today: Date) -> Vec<Stated> {
    let devices = practice.devices.iter().flatten();
    let of = |device: &visite_target::Device| Stated {
        name: device.name.clone(),
        addresses: device.addresses.iter().flatten().map(|address| address.0).collect(),
        mac: card(device),
        class: device.class,
        approved: device.allows(ApprovedAction::Scan, today),
    };
    devices.map(of).collect()
}

/// The hardware address that the practice states of a device.
pub fn card(device: &visite_target::Device) -> Option<[u8; 6]> {
    let mut cards = device.identifiers.iter().flatten().filter(|stated| stated.kind == IdentifierKind::Mac);
    cards.find_map(|stated| mac(&stated.value))
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
