//! What the practice file says about the practice and its computers; the catalogue's defaults where it says nothing.

use crate::world::SubjectFacts;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use visite_catalog::{Catalog, Requirement};
use visite_facts::facts::Room;
use visite_facts::{Acceptance, Basis, Finding};
use visite_target::{Applicability, DataClass, Device, Exemption, Practice};

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
        self.practice?.device_seen(&facts.identifiers, Some(&facts.subject.name))
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

    /// How much the subject's data need protection.
    pub fn data_class(&self, facts: &SubjectFacts) -> Option<DataClass> {
        let practice = self.practice?;
        practice.data_class_of(self.device(facts)?)
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
