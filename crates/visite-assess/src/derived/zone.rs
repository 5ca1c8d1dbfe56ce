//! What follows for network segments: their zone in the practice file, and how many kinds of devices meet in them.

use super::{Reference, oldest, source};
use crate::world::{SeenFact, SubjectFacts};
use std::collections::BTreeMap;
use visite_facts::facts::{ZonePlace, ZoneSurvey};
use visite_facts::{Basis, Fact, FactType, Known, Observed, Unknown};

/// Fields whose devices should not meet those of another one in the same segment.
const KINDS: &[&str] = &["workplaces", "servers", "medical_devices", "telematics"];

/// Adds every derived fact of a network segment.
pub(super) fn add(facts: &mut SubjectFacts, reference: Reference<'_>) {
    let survey: ZoneSurvey = facts.single();
    let zone = reference.target.zone_of_segment(facts);
    let place = ZonePlace {
        zone: zone.clone().map(|zone| zone.name.clone()),
        kind: match zone {
            Known(zone) => zone.kind.map_or(Observed::default(), Known),
            Unknown(reason) => Unknown(reason),
        },
        mixed_kinds: mixed_kinds(survey),
    };
    let age = |fields| oldest(facts, &[(ZoneSurvey::SPEC.name, fields)], reference.now);
    let stated = source(age(&["network"]), Basis::StatedByPractice);
    let counted = BTreeMap::from([((0, "mixed_kinds"), source(age(KINDS), Basis::Measured))]);
    let place = SeenFact::of_sources(Fact::Single(place.to_record()), stated, counted);
    facts.facts.insert(ZonePlace::SPEC.name, place);
}

fn mixed_kinds(survey: ZoneSurvey) -> Observed<i64> {
    let mut kinds = 0;
    for count in [survey.workplaces, survey.servers, survey.medical_devices, survey.telematics] {
        match count {
            Known(count) => kinds += i64::from(count > 0),
            Unknown(reason) => return Unknown(reason),
        }
    }
    Known(kinds)
}
