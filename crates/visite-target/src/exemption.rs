//! Exemptions: where the practice decided to do without a safeguard, why, who answers for it, and until when.
//!
//! For assess, which shows such a finding as accepted and never as passed. Every exemption ends. Deliberately absent:
//! whether the check or requirement exists, which the catalogue knows.

use crate::formats::{DateText, FreeText};
use crate::ids::{DeviceId, ExemptionId, PersonId};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A safeguard that the practice does without, for a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "exemption")]
pub struct Exemption {
    /// Id, e.g. `ultraschall-ohne-sperre`.
    pub id: ExemptionId,
    /// The check it is about; either this or `requirement`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<FreeText>")]
    pub check: Option<String>,
    /// The requirement it is about, e.g. `KBV-390-A1-17`; either this or `check`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<FreeText>")]
    pub requirement: Option<String>,
    /// The device it is about; the whole practice if neither this nor `subject` is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// The subject it is about, by the id that reports show, e.g. `host-3f9c01a27b44`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<FreeText>")]
    pub subject: Option<String>,
    /// Why.
    #[schemars(with = "FreeText")]
    pub reason: String,
    /// Who answers for it: id of a person.
    pub by: PersonId,
    /// Last day on which it counts.
    #[schemars(with = "DateText")]
    pub until: Date,
    /// What is done instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<FreeText>")]
    pub compensating_measure: Option<String>,
}

impl Exemption {
    /// Whether it still counts at `now`: until the end of its last day in the practice's time zone.
    pub fn is_in_force(&self, zone: &TimeZone, now: Timestamp) -> bool {
        !crate::time::is_over(self.until, zone, now)
    }
}
