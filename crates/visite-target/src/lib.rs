//! How things should be: the practice file `visite.practice/1`, its types, parser, JSON Schema and dates.
//!
//! For everyone who has to know what the practice says about itself: which requirements apply to it, in which room a
//! computer stands, who allowed a scan. There is no I/O here and no clock, and nothing that says how things are.

mod applies;
mod calendar;
mod check;
mod device;
mod equipment;
mod exemption;
mod formats;
mod ids;
mod network;
mod people;
mod practice;
mod release;
mod schema;
mod shape;
mod size;
mod syntax;
mod things;
pub mod time;
mod wording;
pub mod yaml;

pub use applies::{Applicability, AppliesTo, Missing, NotApplicable};
pub use calendar::{ChangeFreeze, Freeze, FreezePeriod, Hours, OpeningHours};
pub use device::{
    ApprovedAction, DataClass, Device, DeviceOwner, ManufacturerApproval, Recognition, SeenInNetwork, StatedIdentifier,
};
pub use equipment::{Equipment, EquipmentInUse, Telematics, TelematicsMode};
pub use exemption::Exemption;
pub use formats::Complaint;
pub use ids::{ConduitId, DeviceId, ExemptionId, PersonId, ReleaseId, ZoneId};
pub use network::{Address, Conduit, Direction, INTERNET, Network, Service, ServiceProtocol, Zone};
pub use people::{Person, PersonRole, Provider};
pub use practice::{LockMinutes, Practice, PracticeSchema};
pub use release::Release;
pub use schema::practice_schema;
pub use size::{PracticeSize, Size};
pub use time::TimeZoneName;
pub use yaml::{Mistake, from_yaml, from_yaml_all};
