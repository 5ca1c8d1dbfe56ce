//! What the practice file says about the practice and its computers; the catalogue's defaults where it says nothing.

use crate::world::SubjectFacts;
use core::net::IpAddr;
use ipnet::IpNet;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};
use visite_catalog::{Catalog, Requirement};
use visite_facts::facts::{DeviceNetwork, Room, ZoneSurvey};
use visite_facts::{Acceptance, Basis, Finding, Known, Observed, SubjectKind, Unknown, UnknownReason};
use visite_target::{
    Applicability, Conduit, DataClass, Device, DeviceId, Exemption, Network, Practice, Recognition, SeenInNetwork, Zone,
};

/// The practice file, or its absence.
#[derive(Clone, Copy)]
pub struct Target<'t> {
    practice: Option<&'t Practice>,
    catalog: &'t Catalog,
}

impl<'t> Target<'t> {
    /// Wraps what was given.
    pub fn new(practice: Option<&'t Practice>, catalog: &'t Catalog) -> Self {
        Self { practice, catalog }
    }

    /// The practice's time zone and its name; Europe/Berlin if nobody states one.
    pub fn time_zone(&self) -> (TimeZone, String) {
        let name = self.practice.and_then(|practice| practice.time_zone.clone()).unwrap_or_default();
        (name.time_zone(), name.as_str().to_owned())
    }

    /// The practice's name.
    pub fn name(&self) -> Option<String> {
        self.practice.map(|practice| practice.name.clone())
    }

    /// The device of the practice file that a subject is.
    fn device(&self, facts: &SubjectFacts) -> Option<&'t Device> {
        match facts.subject.kind {
            SubjectKind::Device => match self.recognition(facts)? {
                Recognition::Entry(device) => Some(device),
                Recognition::Doubtful(_) | Recognition::NoEntry => None,
            },
            SubjectKind::Host => self.practice?.device_seen(&facts.identifiers, Some(&facts.subject.name)),
            _ => None,
        }
    }

    /// Which entry a device is that a scan saw; `None` unless the practice file lists devices.
    pub fn recognition(&self, facts: &SubjectFacts) -> Option<Recognition<'t>> {
        let practice = self.practice?;
        practice.devices.as_ref().filter(|devices| !devices.is_empty())?;
        let network: DeviceNetwork = facts.single();
        // A device without a name is called by its address, which is no name.
        let is_name = |name: &String| name.parse::<IpAddr>().is_err();
        let own = std::iter::once(&facts.subject.name).filter(|name| is_name(name));
        let names: Vec<String> = network.names.known().into_iter().flatten().chain(own).cloned().collect();
        let seen = SeenInNetwork { addresses: &addresses(&network), identifiers: &facts.identifiers, names: &names };
        Some(practice.device_at(&seen))
    }

    /// Entries that one of these devices was recognised as.
    pub fn recognised(&self, subjects: &[SubjectFacts]) -> BTreeSet<DeviceId> {
        let devices = subjects.iter().filter(|facts| facts.subject.kind == SubjectKind::Device);
        devices.filter_map(|facts| Some(self.device(facts)?.id.clone())).collect()
    }

    /// The zone in which a network or an address lies.
    pub fn zone_at(&self, network: &Observed<IpNet>) -> Observed<&'t Zone> {
        match network {
            Known(network) => self.zone_of(*network).map_or(Observed::default(), Known),
            Unknown(reason) => Unknown(*reason),
        }
    }

    fn zone_of(&self, network: IpNet) -> Option<&'t Zone> {
        self.practice?.zone_of(network)
    }

    /// The zone of a device: that in which its address lies, else the one that the practice file states. Of several, the
    /// stated one counts before that of the address at which it was examined.
    pub fn zone_of_device(&self, facts: &SubjectFacts) -> Observed<&'t Zone> {
        let Some(practice) = self.practice else { return Observed::default() };
        let network: DeviceNetwork = facts.single();
        let stated = self.device(facts).and_then(|device| practice.zone(device.zone.as_ref()?));
        let zones = addresses(&network).into_iter().filter_map(|address| practice.zone_of(IpNet::from(address)));
        let zones: BTreeMap<&str, &'t Zone> = zones.map(|zone| (zone.id.as_str(), zone)).collect();
        let examined = || practice.zone_of(IpNet::from(network.address.known()?.parse::<IpAddr>().ok()?));
        let among = |zone: &&'t Zone| zones.contains_key(zone.id.as_str());
        match zones.len() {
            0 => match (stated, &network.addresses) {
                (Some(zone), _) => Known(zone),
                (None, Unknown(reason)) => Unknown(*reason),
                (None, Known(_)) => Observed::default(),
            },
            1 => zones.into_values().next().map_or(Observed::default(), Known),
            _ => stated.filter(among).or_else(examined).map_or(Unknown(UnknownReason::NotSupported), Known),
        }
    }

    /// The zone into which the practice file puts a device.
    pub fn stated_zone(&self, facts: &SubjectFacts) -> Option<&'t Zone> {
        self.practice?.zone(self.device(facts)?.zone.as_ref()?)
    }

    /// In how many zones of the practice file these addresses lie.
    pub fn zones_at(&self, addresses: &[IpAddr]) -> usize {
        let zones = addresses.iter().filter_map(|address| self.practice?.zone_of(IpNet::from(*address)));
        zones.map(|zone| zone.id.as_str()).collect::<BTreeSet<_>>().len()
    }

    /// The addresses of a device: those that were seen, and those that the practice file states.
    pub fn addresses_of_device(&self, facts: &SubjectFacts) -> Vec<IpAddr> {
        let stated = self.device(facts).into_iter().flat_map(|device| device.addresses.iter().flatten());
        let mut all: Vec<IpAddr> =
            addresses(&facts.single()).into_iter().chain(stated.map(|address| address.0)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The zone of a network segment that a scan counted.
    pub fn zone_of_segment(&self, facts: &SubjectFacts) -> Observed<&'t Zone> {
        self.zone_at(&network(&facts.single::<ZoneSurvey>().network))
    }

    /// Allowed ways; `None` unless the practice file has zones and says which ways there are.
    pub fn conduits(&self) -> Option<&'t [Conduit]> {
        self.practice?.conduits.as_deref().filter(|_| self.has_zones())
    }

    /// Whether the practice file says which zones there are.
    pub fn has_zones(&self) -> bool {
        self.practice.is_some_and(|practice| practice.zones.as_ref().is_some_and(|zones| !zones.is_empty()))
    }

    /// Whether a network lies outside the practice: a public IPv4 network in no zone, where zones are stated. A public
    /// IPv6 network says nothing, for behind most routers every network has one.
    pub fn is_outside(&self, network: IpNet) -> bool {
        let public = match network {
            IpNet::V4(network) => {
                let address = network.addr();
                let shared = address.octets()[0] == 100 && address.octets()[1] & 0xc0 == 64; // RFC 6598
                let within = address.is_private() || address.is_loopback() || address.is_link_local() || shared;
                !(within || address.octets()[0] == 0 || address.is_multicast() || address.is_broadcast())
            }
            IpNet::V6(_) => false,
        };
        public && self.has_zones() && self.zone_of(network).is_none()
    }

    /// The room the subject stands in.
    pub fn room(&self, facts: &SubjectFacts) -> Option<Room> {
        self.device(facts)?.room
    }

    /// Seconds after which an unused screen should be locked: what the practice says, else the catalogue.
    pub fn lock_within_seconds(&self, room: Option<Room>) -> (i64, Basis) {
        match room.and_then(|room| self.practice?.lock_within_seconds(room)) {
            Some(seconds) => (seconds, Basis::StatedByPractice),
            None => (i64::from(self.catalog.rooms.lock_within_seconds(room)), Basis::Reference),
        }
    }

    /// How much the subject's data need protection: what is stated for it, else for its zone.
    pub fn data_class(&self, facts: &SubjectFacts) -> Option<DataClass> {
        let stated = || self.practice?.data_class_of(self.device(facts)?);
        let of_zone = |zone: Observed<&Zone>| zone.known().and_then(|zone| zone.data_class);
        match facts.subject.kind {
            SubjectKind::Device => {
                let own = self.device(facts).and_then(|device| device.data_class);
                own.or_else(|| of_zone(self.zone_of_device(facts))).or_else(stated)
            }
            SubjectKind::Zone => of_zone(self.zone_of_segment(facts)),
            _ => stated(),
        }
    }

    /// Whether a requirement concerns the practice. Without a practice file nobody can say.
    pub fn applies(&self, requirement: &Requirement) -> Option<Applicability> {
        Some(self.practice?.applies(requirement.applies_to, requirement.when))
    }

    /// Exemptions in force, as acceptances of the findings they cover.
    pub fn acceptances(&self, subjects: &[SubjectFacts], findings: &[Finding], now: Timestamp) -> Vec<Acceptance> {
        let Some(practice) = self.practice else { return Vec::new() };
        let mut acceptances = Vec::new();
        for exemption in practice.exemptions_in_force(now) {
            let by = practice.person(&exemption.by).and_then(|person| person.name.clone());
            let by = by.unwrap_or_else(|| exemption.by.to_string());
            let covered = findings.iter().filter(|finding| self.covers(exemption, finding, subjects));
            acceptances.extend(covered.map(|finding| Acceptance {
                finding: finding.id.clone(),
                reason: exemption.reason.clone(),
                by: by.clone(),
                until: exemption.until,
            }));
        }
        acceptances
    }

    fn covers(&self, exemption: &Exemption, finding: &Finding, subjects: &[SubjectFacts]) -> bool {
        let about = exemption.check.as_ref().is_some_and(|check| *check == finding.check)
            || exemption.requirement.as_ref().is_some_and(|number| finding.sources.contains(number));
        let on_subject = exemption.subject.as_ref().is_none_or(|subject| *subject == finding.subject.0);
        let on_device = exemption.device.as_ref().is_none_or(|wanted| {
            match subjects.iter().find(|facts| facts.subject.id == finding.subject) {
                Some(facts) => self.device(facts).is_some_and(|device| device.id == *wanted),
                // Which device it was cannot be asked while it is off; that this exemption covered it, the finding says.
                None => finding
                    .acceptance
                    .as_ref()
                    .is_some_and(|earlier| earlier.reason == exemption.reason && earlier.until == exemption.until),
            }
        });
        about && on_subject && on_device
    }
}

/// A network or a single address, as facts write it.
pub fn network(text: &Observed<String>) -> Observed<IpNet> {
    match text {
        Known(text) => text.parse::<Network>().map_or(Unknown(UnknownReason::Malformed), |network| Known(network.0)),
        Unknown(reason) => Unknown(*reason),
    }
}

/// Addresses of a device, that at which it was examined among them.
fn addresses(network: &DeviceNetwork) -> Vec<IpAddr> {
    let texts = network.address.known().into_iter().chain(network.addresses.known().into_iter().flatten());
    let addresses: BTreeSet<IpAddr> = texts.filter_map(|text| text.parse().ok()).collect();
    addresses.into_iter().collect()
}
