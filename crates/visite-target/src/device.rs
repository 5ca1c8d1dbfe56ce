//! Devices of the practice: what they are, where they stand, whose they are, how sensitive their data is.
//!
//! For everyone who has met a device and asks what the practice says about it. A computer is matched by what identifies
//! its hardware, otherwise by its host name; a device that a scan saw, by its address, its hardware address, its names;
//! and never on a doubt. Deliberately absent: what a collector saw on it.

use crate::formats::{DateText, FreeText};
use crate::ids::{DeviceId, ZoneId};
use crate::network::Address;
use core::net::IpAddr;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use visite_facts::facts::{DeviceClass, Room};
use visite_facts::{Identifier, IdentifierKind, Strength, words};

words! {
    /// Whose something is.
    pub enum DeviceOwner {
        /// The practice's own.
        Practice = "practice",
        /// The IT provider's.
        Provider = "provider",
        /// The manufacturer's, e.g. on loan.
        Manufacturer = "manufacturer",
        /// Someone else's, e.g. rented, private, or of a practice that shares the rooms.
        Other = "other",
    }
}

words! {
    /// The most sensitive data in a place. The order is that of the need for protection.
    pub enum DataClass {
        /// No data of the practice.
        None = "none",
        /// Internal data without persons.
        Internal = "internal",
        /// Personal data, e.g. of the staff.
        Personal = "personal",
        /// Health data of patients (Art. 9 DSGVO).
        Health = "health",
    }
}

words! {
    /// What a manufacturer's approval may cover.
    pub enum ApprovedAction {
        /// Installing the agent of Visite.
        Agent = "agent",
        /// Changing settings.
        Fix = "fix",
        /// Installing updates of the operating system.
        Update = "update",
        /// Active probes over the network.
        Scan = "scan",
    }
}

/// A recorded approval of the manufacturer of a medical device, or of the maker of the practice software for its server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "manufacturer approval")]
pub struct ManufacturerApproval {
    /// Who gave it: the company.
    #[schemars(with = "FreeText")]
    pub by: String,
    /// When it was given.
    #[schemars(with = "DateText")]
    pub date: Date,
    /// What it covers.
    #[schemars(length(min = 1))]
    pub covers: Vec<ApprovedAction>,
    /// Where it can be found, e.g. number of the letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<FreeText>")]
    pub reference: Option<String>,
    /// Last day on which it counts; for ever if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<DateText>")]
    pub until: Option<Date>,
}

/// Something by which a device can be recognised, as it stands on its label or in its settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "identifier")]
pub struct StatedIdentifier {
    /// What it is.
    pub kind: IdentifierKind,
    /// Its value.
    #[schemars(with = "FreeText")]
    pub value: String,
}

impl StatedIdentifier {
    /// The identifier; `None` if the value is one that makers leave unfilled, such as `To be filled by O.E.M.`.
    pub fn identifier(&self) -> Option<Identifier> {
        Identifier::new(self.kind, &self.value)
    }
}

/// A device of the practice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "device")]
pub struct Device {
    /// Id, e.g. `pc-empfang-1`. Other entries refer to it.
    pub id: DeviceId,
    /// Name for people.
    #[schemars(with = "FreeText")]
    pub name: String,
    /// What it is.
    pub class: DeviceClass,
    /// The room it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<Room>,
    /// The zone it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<ZoneId>,
    /// Its name in the network, with or without domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<FreeText>")]
    pub host_name: Option<String>,
    /// Its addresses in the network, where they do not change, e.g. `192.168.10.5`. By these a scan finds it first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub addresses: Option<Vec<Address>>,
    /// By what else it can be recognised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifiers: Option<Vec<StatedIdentifier>>,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<DeviceOwner>,
    /// The most sensitive data on it. If absent, that of its zone counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_class: Option<DataClass>,
    /// The approval without which nothing is changed on a medical device, its console, or the server of the practice
    /// software.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manufacturer_approval: Option<ManufacturerApproval>,
}

impl Device {
    /// Whether nothing may be done to it without a recorded approval.
    pub fn needs_approval(&self) -> bool {
        matches!(self.class, DeviceClass::MedicalDevice | DeviceClass::DeviceConsole | DeviceClass::PvsServer)
    }

    /// Whether the practice file allows `action` on it on `date`. A yes here replaces no other precaution.
    pub fn allows(&self, action: ApprovedAction, date: Date) -> bool {
        let approved = self.manufacturer_approval.as_ref().is_some_and(|approval| {
            let in_time = approval.date <= date && approval.until.is_none_or(|until| date <= until);
            in_time && approval.covers.contains(&action)
        });
        approved || !self.needs_approval()
    }

    fn likeness(&self, seen: &[Identifier]) -> Likeness {
        let stated: Vec<Identifier> =
            self.identifiers.iter().flatten().filter_map(StatedIdentifier::identifier).collect();
        let strong_enough = |identifier: &&Identifier| identifier.strength >= Strength::Medium;
        if stated.iter().filter(strong_enough).any(|identifier| seen.contains(identifier)) {
            return Likeness::Same;
        }
        let contradicts = |stated: &Identifier| {
            stated.strength == Strength::Strong && seen.iter().any(|identifier| identifier.kind == stated.kind)
        };
        if stated.iter().any(contradicts) { Likeness::Different } else { Likeness::Open }
    }
}

enum Likeness {
    Same,
    Different,
    Open,
}

/// The device among `devices` that was seen with these identifiers and this host name; `None` on any doubt.
///
/// Identifiers decide before the host name. A device with another serial number or firmware id is another device, even
/// under the same name. A hardware address decides nothing: docking stations and adapters carry it from one computer
/// to the next.
pub(crate) fn find<'a>(devices: &'a [Device], seen: &[Identifier], host_name: Option<&str>) -> Option<&'a Device> {
    let (mut same, mut named) = (Vec::new(), Vec::new());
    for device in devices {
        match device.likeness(seen) {
            Likeness::Same => same.push(device),
            Likeness::Open if is_named(device, host_name) => named.push(device),
            Likeness::Open | Likeness::Different => {}
        }
    }
    match (same.as_slice(), named.as_slice()) {
        ([only], _) | ([], [only]) => Some(only),
        _ => None,
    }
}

fn is_named(device: &Device, host_name: Option<&str>) -> bool {
    let (Some(stated), Some(seen)) = (device.host_name.as_deref(), host_name) else { return false };
    let (stated, seen) = (stated.trim().to_lowercase(), seen.trim().to_lowercase());
    let label = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    let one_is_short = !stated.contains('.') || !seen.contains('.');
    !stated.is_empty() && (stated == seen || one_is_short && label(&stated) == label(&seen))
}

/// A device as a scan saw it in the network.
#[derive(Clone, Copy, Debug, Default)]
pub struct SeenInNetwork<'s> {
    /// Its addresses.
    pub addresses: &'s [IpAddr],
    /// By what else it can be recognised, its hardware address among them.
    pub identifiers: &'s [Identifier],
    /// Names it gives itself or that others know it by.
    pub names: &'s [String],
}

/// Which entry a device is that was seen in the network.
#[derive(Clone, Debug, PartialEq)]
pub enum Recognition<'a> {
    /// This one.
    Entry(&'a Device),
    /// One of these, or none: what was seen does not tell.
    Doubtful(Vec<&'a Device>),
    /// None: each entry states something else than what was seen.
    NoEntry,
}

/// Which of `devices` was seen. A stated address decides first, then what identifies the hardware, then the name, each
/// only if it points to a single entry. An entry that states another hardware address than the one that was seen, or
/// contradicts in another strong identifier, is never taken.
pub(crate) fn recognise<'a>(devices: &'a [Device], seen: &SeenInNetwork<'_>) -> Recognition<'a> {
    let marks: Vec<(&Device, Marks)> = devices.iter().map(|device| (device, device.marks(seen))).collect();
    for mark in [|marks: &Marks| marks.address, |marks: &Marks| marks.identifier, |marks: &Marks| marks.name] {
        let hits: Vec<&Device> = marks
            .iter()
            .filter(|(_, marks)| mark(marks) == Some(true) && !marks.contradicts)
            .map(|(device, _)| *device)
            .collect();
        match hits.as_slice() {
            [] => {}
            [only] => return Recognition::Entry(only),
            _ => return Recognition::Doubtful(hits),
        }
    }
    // An entry of which nothing could be compared may be it; so may one that agrees in one thing and not in another.
    let open = |marks: &Marks| {
        let all = [marks.address, marks.identifier, marks.name];
        all.contains(&Some(true)) || all.iter().all(Option::is_none) && !marks.contradicts
    };
    let doubtful: Vec<&Device> = marks.iter().filter(|(_, marks)| open(marks)).map(|(device, _)| *device).collect();
    if doubtful.is_empty() { Recognition::NoEntry } else { Recognition::Doubtful(doubtful) }
}

/// In what an entry agrees with what was seen; `None` for what it does not state or what was not seen.
struct Marks {
    address: Option<bool>,
    identifier: Option<bool>,
    name: Option<bool>,
    contradicts: bool,
}

impl Device {
    fn marks(&self, seen: &SeenInNetwork<'_>) -> Marks {
        let address = self.addresses.as_ref().filter(|stated| !stated.is_empty() && !seen.addresses.is_empty());
        let address = address.map(|stated| stated.iter().any(|address| seen.addresses.contains(&address.0)));
        let stated: Vec<Identifier> =
            self.identifiers.iter().flatten().filter_map(StatedIdentifier::identifier).collect();
        let same_kind = |identifier: &&Identifier| seen.identifiers.iter().any(|other| other.kind == identifier.kind);
        let comparable: Vec<&Identifier> = stated.iter().filter(same_kind).collect();
        let agrees = comparable.iter().any(|identifier| seen.identifiers.contains(identifier));
        let contradicts_in = |kind: IdentifierKind| {
            let mut of_kind = comparable.iter().filter(|identifier| identifier.kind == kind).peekable();
            of_kind.peek().is_some() && of_kind.all(|identifier| !seen.identifiers.contains(identifier))
        };
        let deciding = |kind: IdentifierKind| kind == IdentifierKind::Mac || kind.strength() == Strength::Strong;
        let name = self.host_name.as_deref().filter(|_| !seen.names.is_empty());
        Marks {
            address,
            identifier: (!comparable.is_empty()).then_some(agrees),
            name: name.map(|_| seen.names.iter().any(|seen| is_named(self, Some(seen)))),
            contradicts: comparable
                .iter()
                .map(|identifier| identifier.kind)
                .any(|kind| deciding(kind) && contradicts_in(kind)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::from_yaml_all;

    fn devices() -> Vec<Device> {
        from_yaml_all(
            "- {id: a, name: A, class: workplace, host_name: Empfang-1, identifiers: [{kind: serial, value: PF3ABC12}]}\n\
             - {id: b, name: B, class: workplace, host_name: empfang-2.praxis.local}\n\
             - {id: c, name: C, class: nas, identifiers: [{kind: mac, value: '02:00:5e:10:00:01'}]}\n\
             - {id: d, name: D, class: workplace, host_name: twin}\n\
             - {id: e, name: E, class: workplace, host_name: TWIN}\n",
            "devices.yaml",
        )
        .expect("devices")
    }

    fn found(identifiers: &[(IdentifierKind, &str)], host_name: Option<&str>) -> Option<String> {
        let seen: Vec<_> = identifiers.iter().filter_map(|(kind, value)| Identifier::new(*kind, value)).collect();
        find(&devices(), &seen, host_name).map(|device| device.id.to_string())
    }

    #[test]
    fn a_serial_number_decides_before_the_name() {
        assert_eq!(found(&[(IdentifierKind::Serial, "pf3abc12")], Some("empfang-2")).as_deref(), Some("a"));
        assert_eq!(found(&[(IdentifierKind::Serial, "PF3XYZ99")], Some("empfang-1")), None);
    }

    #[test]
    fn a_name_counts_with_or_without_domain_but_not_with_another_one() {
        assert_eq!(found(&[], Some("empfang-1")).as_deref(), Some("a"));
        assert_eq!(found(&[], Some("EMPFANG-1.praxis.local")).as_deref(), Some("a"));
        assert_eq!(found(&[], Some("empfang-2")).as_deref(), Some("b"));
        assert_eq!(found(&[], Some("empfang-2.labor.local")), None);
        assert_eq!(found(&[], Some("empfang")), None);
        assert_eq!(found(&[], None), None);
    }

    #[test]
    fn doubts_match_nothing() {
        assert_eq!(found(&[], Some("twin")), None);
        assert_eq!(found(&[(IdentifierKind::Mac, "02:00:5e:10:00:01")], None), None);
    }

    /// What is recognised: the id of the entry, `?` with the ids that are possible, or nothing.
    fn recognised(addresses: &[&str], mac: Option<&str>, names: &[&str]) -> String {
        let devices: Vec<Device> = from_yaml_all(
            "- {id: a, name: A, class: printer, addresses: [10.0.0.5, 'fd00::5'], host_name: drucker}\n\
             - {id: b, name: B, class: nas, identifiers: [{kind: mac, value: '00:1b:21:00:00:0b'}]}\n\
             - {id: c, name: C, class: camera, host_name: kamera}\n\
             - {id: d, name: D, class: server, addresses: [10.0.0.8], identifiers: [{kind: mac, value: '00:1b:21:00:00:0d'}]}\n\
             - {id: e, name: E, class: server, host_name: kamera.praxis.local}\n",
            "devices.yaml",
        )
        .expect("devices");
        let addresses: Vec<IpAddr> = addresses.iter().map(|text| text.parse().expect("an address")).collect();
        let identifiers: Vec<Identifier> =
            mac.and_then(|mac| Identifier::new(IdentifierKind::Mac, mac)).into_iter().collect();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let seen = SeenInNetwork { addresses: &addresses, identifiers: &identifiers, names: &names };
        match recognise(&devices, &seen) {
            Recognition::Entry(device) => device.id.to_string(),
            Recognition::Doubtful(some) => {
                format!("? {}", some.iter().map(|device| device.id.as_str()).collect::<Vec<_>>().join(" "))
            }
            Recognition::NoEntry => String::new(),
        }
    }

    const OTHER_CARD: Option<&str> = Some("00:1b:21:00:00:99");

    #[test]
    fn a_device_in_the_network_is_known_by_address_then_hardware_address_then_name() {
        assert_eq!(recognised(&["10.0.0.5"], None, &[]), "a");
        assert_eq!(recognised(&["10.0.0.9", "fd00::5"], OTHER_CARD, &["anders"]), "a");
        // The address counts before the hardware address, and that before the name.
        assert_eq!(recognised(&["10.0.0.5"], Some("00:1b:21:00:00:0b"), &[]), "a");
        assert_eq!(recognised(&["10.0.0.9"], Some("00:1B:21:00:00:0B"), &["drucker"]), "b");
        assert_eq!(recognised(&["10.0.0.9"], OTHER_CARD, &["DRUCKER.praxis.local"]), "a");
    }

    #[test]
    fn what_points_to_several_entries_or_contradicts_itself_is_doubtful() {
        assert_eq!(recognised(&["10.0.0.9"], OTHER_CARD, &["kamera"]), "? c e");
        assert_eq!(recognised(&["10.0.0.5", "10.0.0.8"], None, &[]), "? a d");
        // Another card under a stated address: replaced, or someone else.
        assert_eq!(recognised(&["10.0.0.8"], OTHER_CARD, &["x"]), "? d");
    }

    #[test]
    fn no_entry_is_meant_only_if_each_could_be_compared() {
        assert_eq!(recognised(&["10.0.0.9"], OTHER_CARD, &["fremd"]), "");
        // Without a name the cameras, without a hardware address the storage may be it.
        assert_eq!(recognised(&["10.0.0.9"], OTHER_CARD, &[]), "? c e");
        assert_eq!(recognised(&["10.0.0.9"], None, &["fremd"]), "? b");
        assert_eq!(recognised(&[], None, &[]), "? a b c d e");
    }

    #[test]
    fn medical_devices_allow_what_is_approved_until_the_approval_ends() {
        let text = "id: x\nname: X\nclass: device_console\nmanufacturer_approval: \
                    {by: Hersteller, date: 2026-01-02, covers: [update], until: 2026-12-31}\n";
        let device: Device = from_yaml_all(text, "x.yaml").expect("a device");
        let day = |text: &str| text.parse().expect("a day");
        assert!(device.allows(ApprovedAction::Update, day("2026-12-31")));
        assert!(!device.allows(ApprovedAction::Update, day("2027-01-01")));
        assert!(!device.allows(ApprovedAction::Update, day("2026-01-01")));
        assert!(!device.allows(ApprovedAction::Agent, day("2026-06-01")));
        assert!(devices()[0].allows(ApprovedAction::Agent, day("2026-06-01")));
    }
}
