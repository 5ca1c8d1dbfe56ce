//! What follows for devices that a scan saw from outside: their place in the practice, how long their system gets
//! updates, and which of the ways to them lead from one zone into another.

use super::systems::{self, End};
use super::{Reference, days_between, last_second, oldest, put, source};
use crate::target::{Target, network};
use crate::world::{SeenFact, Source, SubjectFacts};
use core::net::IpAddr;
use ipnet::IpNet;
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeMap;
use visite_facts::facts::{
    DeviceClass, DeviceCrossing, DeviceNetwork, DevicePlace, DeviceSupport, DeviceWay, Transport, ZoneKind,
};
use visite_facts::{Basis, Fact, FactType, Known, Observed, Record, Unknown, UnknownReason, Value};
use visite_target::time::local_date;
use visite_target::{INTERNET, Recognition, Zone};

/// Adds every derived fact of a device.
pub(super) fn add(facts: &mut SubjectFacts, reference: Reference<'_>) {
    let place = place(facts, reference);
    facts.facts.insert(DevicePlace::SPEC.name, place);
    let support = support(facts, reference);
    let age = oldest(facts, &[(DeviceNetwork::SPEC.name, &["system"])], reference.now);
    put(facts, &support, source(age, Basis::Reference));
    if let Some(crossings) = crossings(facts, reference) {
        facts.facts.insert(DeviceCrossing::SPEC.name, crossings);
    }
}

/// The zone follows from the addresses; the class is what the practice says, or else what was measured.
fn place(facts: &SubjectFacts, reference: Reference<'_>) -> SeenFact {
    let network: DeviceNetwork = facts.single();
    let recognition = reference.target.recognition(facts);
    let zone = reference.target.zone_of_device(facts);
    let stated = match &recognition {
        Some(Recognition::Entry(device)) => Some(device.class),
        Some(Recognition::Doubtful(_) | Recognition::NoEntry) | None => None,
    };
    let place = DevicePlace {
        zone: zone.clone().map(|zone| zone.name.clone()),
        zone_kind: kind(&zone),
        class: stated.map_or(network.class, Known),
        // What stands in none of the practice's zones may be somebody else's.
        listed: match (&zone, reference.target.has_zones()) {
            (Unknown(reason), true) => Unknown(*reason),
            _ => listed(recognition.as_ref(), reference),
        },
    };
    let age = |field: &'static str| oldest(facts, &[(DeviceNetwork::SPEC.name, &[field])], reference.now);
    let measured = stated.is_none().then(|| ((0, "class"), source(age("class"), Basis::Measured)));
    let seen = source(age("addresses"), Basis::StatedByPractice);
    SeenFact::of_sources(Fact::Single(place.to_record()), seen, measured.into_iter().collect())
}

/// Whether the practice file names the device. That it does not is known only where no entry is left that it may be.
fn listed(recognition: Option<&Recognition<'_>>, reference: Reference<'_>) -> Observed<bool> {
    match recognition {
        None => Observed::default(),
        Some(Recognition::Entry(_)) => Known(true),
        Some(Recognition::NoEntry) => Known(false),
        // An entry by which another device was recognised is taken.
        Some(Recognition::Doubtful(entries)) => {
            let taken = entries.iter().all(|device| reference.recognised.contains(&device.id));
            if taken { Known(false) } else { Unknown(UnknownReason::NotSupported) }
        }
    }
}

fn kind(zone: &Observed<&Zone>) -> Observed<ZoneKind> {
    match zone {
        Known(zone) => zone.kind.map_or(Observed::default(), Known),
        Unknown(reason) => Unknown(*reason),
    }
}

/// Support of the system that the device names, by the catalogue's lifecycles. A text that fits several versions tells
/// only what they have in common.
fn support(facts: &SubjectFacts, reference: Reference<'_>) -> DeviceSupport {
    let network: DeviceNetwork = facts.single();
    let system = match network.system {
        Known(system) => system,
        Unknown(reason) => return DeviceSupport::unknown(reason),
    };
    let Some(End { product, ends }) = systems::end(reference.catalog.lifecycles.values(), &system) else {
        return DeviceSupport::unknown(UnknownReason::NotSupported);
    };
    let today = local_date(reference.now, reference.time_zone);
    let day = common(&ends, |day| day);
    DeviceSupport {
        product: Known(product),
        ends_at: day.clone().map(|day| last_second(day, reference.time_zone)),
        days_left: day.map(|day| days_between(today, day)),
        ended: common(&ends, |day| today > day),
    }
}

/// What is the same for all of these days.
fn common<T: PartialEq>(days: &[Date], of: impl Fn(Date) -> T) -> Observed<T> {
    let mut values = days.iter().map(|day| of(*day));
    match values.next() {
        Some(first) if values.all(|other| other == first) => Known(first),
        _ => Unknown(UnknownReason::NotSupported),
    }
}

/// Whether one of these addresses lies in a network.
fn stands_in(network: &str, addresses: &[IpAddr]) -> bool {
    let network = network.parse::<IpNet>();
    network.is_ok_and(|network| addresses.iter().any(|address| network.contains(address)))
}

/// Every open way, beside what the practice file allows.
fn crossings(facts: &SubjectFacts, reference: Reference<'_>) -> Option<SeenFact> {
    let (ways, completeness) = facts.collection::<DeviceWay>()?;
    let seen = facts.facts.get(DeviceWay::SPEC.name)?;
    let place = facts.facts.get(DevicePlace::SPEC.name)?;
    let class: Observed<DeviceClass> = facts.single::<DevicePlace>().class;
    let own_zone = reference.target.zone_of_device(facts);
    let (stated_zone, addresses) = (reference.target.stated_zone(facts), reference.target.addresses_of_device(facts));
    let in_many_zones = reference.target.zones_at(&addresses) > 1;
    let mut crossings: Vec<(Record, BTreeMap<&'static str, Source>)> = ways
        .into_iter()
        .enumerate()
        .map(|(index, way)| {
            let at = |fields: &[&'static str]| -> Timestamp {
                fields.iter().map(|field| seen.source_of(index, field).at).min().unwrap_or(seen.source.at)
            };
            let mut sources: BTreeMap<&'static str, Source> = ["way", "endpoint", "port", "service", "management"]
                .into_iter()
                .map(|field| (field, source(at(&[field]), Basis::Measured)))
                .collect();
            sources.insert("class", place.source_of(0, "class").clone());
            let mut ends = Ends::new(&way, &own_zone, reference.target);
            if in_many_zones && way.from_network.known().is_some_and(|network| stands_in(network, &addresses)) {
                // A router stands in many zones. What it offers in one it offers here as well; but it is managed from the
                // zone in which the practice has put it.
                let home = stated_zone.filter(|_| way.management == Known(true));
                ends.to = home.map_or_else(|| ends.from.clone(), Known);
            }
            let from_basis = if ends.from.known().is_some() { Basis::StatedByPractice } else { Basis::Measured };
            sources.insert("from_zone", source(at(&["from_network"]), from_basis));
            sources.insert("from_kind", source(at(&["from_network"]), Basis::StatedByPractice));
            sources.insert("to_zone", source(at(&["address"]), Basis::StatedByPractice));
            sources.insert("same_zone", source(at(&["from_network", "address"]), Basis::StatedByPractice));
            let whole = ["from_network", "address", "transport", "port"];
            sources.insert("allowed", source(at(&whole), Basis::StatedByPractice));
            let today = local_date(reference.now, reference.time_zone);
            let crossing = DeviceCrossing {
                from_zone: ends.name_of_from(&way),
                from_kind: kind(&ends.from),
                to_zone: ends.to.clone().map(|zone| zone.name.clone()),
                same_zone: ends.same_zone(),
                allowed: ends.allowed(&way, reference.target, today),
                way: way.way,
                endpoint: way.endpoint,
                port: way.port,
                service: way.service,
                management: way.management,
                class: class.clone(),
            };
            (crossing.to_record(), sources)
        })
        .collect();
    crossings.sort_by_cached_key(|(record, _)| record.values.get("way").map(Value::display));
    let mut sources = BTreeMap::new();
    for (index, (_, own)) in crossings.iter().enumerate() {
        sources.extend(own.iter().map(|(field, source)| ((index, *field), source.clone())));
    }
    let records = crossings.into_iter().map(|(record, _)| record).collect();
    let listing = source(seen.source.at, Basis::Measured);
    Some(SeenFact::of_sources(Fact::Collection { records, completeness }, listing, sources))
}

/// The two ends of a way, as zones of the practice file.
struct Ends<'t> {
    from: Observed<&'t Zone>,
    /// Whether it begins outside the practice; no zone of the file then.
    from_outside: bool,
    to: Observed<&'t Zone>,
}

impl<'t> Ends<'t> {
    /// `own_zone` is that of the device: it counts for an address that lies in no zone, and for a network in no zone that
    /// the device itself stands in.
    fn new(way: &DeviceWay, own_zone: &Observed<&'t Zone>, target: Target<'t>) -> Self {
        let (from_network, address) = (network(&way.from_network), network(&way.address));
        let to = match (target.zone_at(&address), address.known()) {
            (Unknown(_), Some(_)) => own_zone.clone(),
            (zone, _) => zone,
        };
        let beside = matches!((&from_network, &address), (Known(from), Known(to)) if from.contains(to));
        let from = match target.zone_at(&from_network) {
            Unknown(_) if beside => own_zone.clone(),
            zone => zone,
        };
        let from_outside = !beside && from_network.known().is_some_and(|network| target.is_outside(*network));
        Self { from, from_outside, to }
    }

    fn name_of_from(&self, way: &DeviceWay) -> Observed<String> {
        match &self.from {
            Known(zone) => Known(zone.name.clone()),
            Unknown(_) => way.from_network.clone(),
        }
    }

    fn same_zone(&self) -> Observed<bool> {
        match (&self.from, &self.to) {
            (Known(from), Known(to)) => Known(from.id == to.id),
            (_, Known(_)) if self.from_outside => Known(false),
            (Unknown(reason), _) | (_, Unknown(reason)) => Unknown(*reason),
        }
    }

    fn allowed(&self, way: &DeviceWay, target: Target<'t>, today: Date) -> Observed<bool> {
        let (from, to) = match (&self.from, &self.to) {
            (Known(from), Known(to)) => (from.id.as_str(), to.id.as_str()),
            (_, Known(to)) if self.from_outside => (INTERNET, to.id.as_str()),
            (Unknown(reason), _) | (_, Unknown(reason)) => return Unknown(*reason),
        };
        let Some(conduits) = target.conduits() else { return Observed::default() };
        if from == to {
            return Known(true);
        }
        let (transport, port): (Option<Transport>, Option<i64>) =
            (way.transport.known().copied(), way.port.known().copied());
        let counting = conduits.iter().filter(|conduit| conduit.leads(from, to) && conduit.counts_on(today));
        let answers: Vec<Option<bool>> =
            counting.flat_map(|conduit| &conduit.services).map(|service| service.covers(transport, port)).collect();
        match (answers.contains(&Some(true)), answers.contains(&None)) {
            (true, _) => Known(true),
            (false, false) => Known(false),
            (false, true) => {
                let reason = reason_of(&way.transport).or_else(|| reason_of(&way.port));
                Unknown(reason.unwrap_or(UnknownReason::NotSupported))
            }
        }
    }
}

fn reason_of<T>(value: &Observed<T>) -> Option<UnknownReason> {
    match value {
        Known(_) => None,
        Unknown(reason) => Some(*reason),
    }
}

/// Whether someone outside the practice's own zones reached the device: from a guest network, or from a public IPv4
/// network that is none of the practice's.
pub fn is_reached_from_outside(facts: &SubjectFacts, target: Target<'_>) -> bool {
    let Some((ways, _)) = facts.collection::<DeviceWay>() else { return false };
    let own_zone = target.zone_of_device(facts);
    ways.iter().any(|way| {
        let ends = Ends::new(way, &own_zone, target);
        ends.from_outside || kind(&ends.from) == Known(ZoneKind::Guest)
    })
}
