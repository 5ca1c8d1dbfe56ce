//! What the practice file says about the subjects and the practice; defaults where there is none.

use crate::world::SubjectFacts;
use jiff::tz::TimeZone;
use visite_catalog::Requirement;
use visite_catalog::model::DataClass;
use visite_facts::facts::Room;
use visite_target::{Applicability, Practice};

/// The practice's time zone if nobody states one.
const DEFAULT_TIME_ZONE: &str = "Europe/Berlin";

/// The practice file, or its absence.
pub struct Target<'t> {
    practice: Option<&'t Practice>,
}

impl<'t> Target<'t> {
    /// Wraps what was given.
    pub fn new(practice: Option<&'t Practice>) -> Self {
        Self { practice }
    }

    pub fn time_zone_name(&self) -> String {
        DEFAULT_TIME_ZONE.to_owned()
    }
    pub fn time_zone(&self) -> TimeZone {
        TimeZone::get(&self.time_zone_name()).unwrap_or(TimeZone::UTC)
    }
    pub fn practice_name(&self) -> Option<String> {
        self.practice.map(|p| p.name.clone())
    }
    pub fn room(&self, _facts: &SubjectFacts) -> Option<Room> {
        None
    }
    pub fn data_class(&self, _facts: &SubjectFacts) -> Option<DataClass> {
        None
    }
    pub fn applies(&self, _requirement: &Requirement) -> Applicability {
        Applicability::Unknown
    }
}
