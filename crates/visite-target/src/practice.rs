//! The practice file as a whole, `visite.practice/1`: what the practice says about itself.
//!
//! For everyone who judges: it is the target that facts are compared with. Lists that are absent say nothing, lists
//! that are empty say that there is none. Deliberately absent: anything measured, and anything about patients.

use crate::calendar::{ChangeFreeze, Freeze, OpeningHours};
use crate::device::{self, DataClass, Device, Recognition, SeenInNetwork};
use crate::equipment::{Equipment, EquipmentInUse, Telematics, follows_from};
use crate::exemption::Exemption;
use crate::formats::FreeText;
use crate::ids::{DeviceId, PersonId, ZoneId};
use crate::network::{Conduit, Zone};
use crate::people::{Person, Provider};
use crate::release::Release;
use crate::size::{PracticeSize, Size};
use crate::time::TimeZoneName;
use crate::yaml::{Mistake, Source, from_yaml_all};
use ipnet::IpNet;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use visite_facts::facts::Room;
use visite_facts::{Identifier, words};

words! {
    /// Name and version of the format.
    pub enum PracticeSchema {
        /// The first version.
        V1 = "visite.practice/1",
    }
}

/// What a practice says about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "practice")]
pub struct Practice {
    /// Name and version of this format: always `visite.practice/1`.
    pub schema: PracticeSchema,
    /// Name of the practice.
    #[schemars(with = "FreeText")]
    pub name: String,
    /// Time zone of the practice; `Europe/Berlin` if absent. Due dates are days in this zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<TimeZoneName>,
    /// How large the practice is. Decides which annexes of the KBV directive apply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<PracticeSize>,
    /// How the practice is connected to the telematics infrastructure (TI).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telematics: Option<Telematics>,
    /// What the practice uses and does not use. Decides which requirements apply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equipment: Option<EquipmentInUse>,
    /// When the practice is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opening_hours: Option<OpeningHours>,
    /// When nothing is changed. Without it: the last five working days of a quarter to the 10th of the next month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change_freeze: Option<ChangeFreeze>,
    /// After how many minutes without use a screen has to lock, by room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lock_after_minutes: Option<LockMinutes>,
    /// The IT provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<Provider>,
    /// Everyone who works in or for the practice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<Vec<Person>>,
    /// Parts of the network whose devices need the same protection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zones: Option<Vec<Zone>>,
    /// Allowed ways between zones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conduits: Option<Vec<Conduit>>,
    /// Devices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub devices: Option<Vec<Device>>,
    /// Permissions to examine networks. Without one, nothing is ever sent to a network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub releases: Option<Vec<Release>>,
    /// Safeguards that the practice does without for a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exemptions: Option<Vec<Exemption>>,
}

/// After how many minutes without use a screen has to lock, by room.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "room list")]
pub struct LockMinutes {
    /// Where patients are treated or examined.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 60))]
    pub treatment: Option<u8>,
    /// Reception and waiting room.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 60))]
    pub reception: Option<u8>,
    /// Office, closed to patients.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 60))]
    pub office: Option<u8>,
    /// Server room or cabinet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 60))]
    pub server: Option<u8>,
    /// At home or on the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 60))]
    pub mobile: Option<u8>,
}

impl Practice {
    /// Reads a practice file. On failure: everything that is wrong, in the order of the file.
    ///
    /// A file that is no YAML gives one mistake; wrong keys, words and types are listed all at once; and once these are
    /// right, so are contradictions and references to what is not there. `file` is only shown.
    pub fn from_yaml(text: &str, file: &str) -> Result<Self, Vec<Mistake>> {
        let practice: Self = from_yaml_all(text, file)?;
        let source = Source { text, file };
        let root = source.tree().map_err(|mistake| vec![*mistake])?;
        match crate::check::contradictions(&practice, &root, &source) {
            mistakes if mistakes.is_empty() => Ok(practice),
            mistakes => Err(crate::yaml::sorted(mistakes)),
        }
    }

    /// The time zone of the practice.
    pub fn time_zone(&self) -> TimeZone {
        self.time_zone.clone().unwrap_or_default().time_zone()
    }

    /// The size; `None` if the practice has not said enough.
    pub fn practice_size(&self) -> Option<Size> {
        self.size.as_ref().and_then(PracticeSize::size)
    }

    /// Whether the practice uses `equipment`; `None` if it has not said so and it does not follow from the mode of the
    /// telematics infrastructure either.
    pub fn in_use(&self, equipment: Equipment) -> Option<bool> {
        let stated = self.equipment.as_ref().and_then(|list| list.stated(equipment));
        stated.or_else(|| follows_from(self.telematics.as_ref()?.mode, equipment))
    }

    /// The person called `id`.
    pub fn person(&self, id: &PersonId) -> Option<&Person> {
        self.people.iter().flatten().find(|person| person.id == *id)
    }

    /// The zone called `id`; `None` also for the zone `internet`, of which nothing can be said.
    pub fn zone(&self, id: &ZoneId) -> Option<&Zone> {
        self.zones.iter().flatten().find(|zone| zone.id == *id)
    }

    /// The device called `id`.
    pub fn device(&self, id: &DeviceId) -> Option<&Device> {
        self.devices.iter().flatten().find(|device| device.id == *id)
    }

    /// The device that was seen with these identifiers and this host name; `None` on any doubt.
    ///
    /// Serial numbers, firmware ids and keys decide before the host name; hardware addresses decide nothing.
    pub fn device_seen(&self, identifiers: &[Identifier], host_name: Option<&str>) -> Option<&Device> {
        device::find(self.devices.as_deref().unwrap_or_default(), identifiers, host_name)
    }

    /// Which device a scan saw in the network.
    ///
    /// A stated address decides first, then identifiers, hardware addresses among them, then the names; see
    /// [`Recognition`]. For computers that were examined from within, [`device_seen`](Self::device_seen) is stricter.
    pub fn device_at(&self, seen: &SeenInNetwork<'_>) -> Recognition<'_> {
        device::recognise(self.devices.as_deref().unwrap_or_default(), seen)
    }

    /// The zone in which all of `network` lies; of several, the narrowest.
    pub fn zone_of(&self, network: IpNet) -> Option<&Zone> {
        let zones = self.zones.iter().flatten();
        let networks = zones.flat_map(|zone| zone.networks.iter().flatten().map(move |own| (zone, own.0)));
        let around = networks.filter(|(_, own)| own.contains(&network));
        around.max_by_key(|(_, own)| own.prefix_len()).map(|(zone, _)| zone)
    }

    /// The most sensitive data on `device`: its own class, or that of its zone; `None` if neither is stated.
    pub fn data_class_of(&self, device: &Device) -> Option<DataClass> {
        let of_zone = || self.zone(device.zone.as_ref()?)?.data_class;
        device.data_class.or_else(of_zone)
    }

    /// After how many seconds without use a screen in `room` has to lock; `None` if the practice leaves that to the
    /// catalogue.
    pub fn lock_within_seconds(&self, room: Room) -> Option<i64> {
        let minutes = self.lock_after_minutes.as_ref()?;
        let minutes = match room {
            Room::Treatment => minutes.treatment,
            Room::Reception => minutes.reception,
            Room::Office => minutes.office,
            Room::Server => minutes.server,
            Room::Mobile => minutes.mobile,
        };
        minutes.map(|minutes| i64::from(minutes) * 60)
    }

    /// Whether the practice is open at `now`; `None` if it has not stated its hours.
    pub fn is_open(&self, now: Timestamp) -> Option<bool> {
        self.opening_hours.as_ref().map(|hours| hours.is_open(self.time_zone().to_datetime(now)))
    }

    /// Whether and why nothing is changed on `date`.
    pub fn change_freeze_on(&self, date: Date) -> Option<Freeze> {
        self.change_freeze.clone().unwrap_or_default().on(date)
    }

    /// A release that lets all of `network` be examined on `date`.
    pub fn release_for(&self, network: IpNet, date: Date) -> Option<&Release> {
        self.releases.iter().flatten().find(|release| release.covers(network, date))
    }

    /// Exemptions that count at `now`.
    pub fn exemptions_in_force(&self, now: Timestamp) -> impl Iterator<Item = &Exemption> {
        let zone = self.time_zone();
        self.exemptions.iter().flatten().filter(move |exemption| exemption.is_in_force(&zone, now))
    }
}
