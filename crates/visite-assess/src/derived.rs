//! Derived facts: what follows from several facts, from the target, or from the catalogue's dates.
//!
//! They are declared in the fact schema like all others and judged by checks like all others. Their age is that of
//! the oldest value they follow from.

mod device;
mod host;
mod systems;
mod zone;

pub use device::is_reached_from_outside;

use crate::target::Target;
use crate::world::{SeenFact, Source, SubjectFacts};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use visite_catalog::Catalog;
use visite_facts::{Basis, Fact, FactType, SubjectKind};
use visite_target::DeviceId;
use visite_target::time::end_of_day;

/// What derived facts need beyond the facts themselves.
#[derive(Clone, Copy)]
pub struct Reference<'r> {
    /// The catalogue: lifecycles and rooms.
    pub catalog: &'r Catalog,
    /// The clock.
    pub now: Timestamp,
    /// What the practice file says.
    pub target: Target<'r>,
    /// The practice's time zone.
    pub time_zone: &'r TimeZone,
    /// Devices of the practice file that one of the subjects was recognised as.
    pub recognised: &'r BTreeSet<DeviceId>,
}

/// Adds every derived fact that makes sense for the subject.
pub fn add(facts: &mut SubjectFacts, reference: Reference<'_>) {
    match facts.subject.kind {
        SubjectKind::Host => host::add(facts, reference),
        SubjectKind::Device => device::add(facts, reference),
        SubjectKind::Zone => zone::add(facts, reference),
        _ => {}
    }
}

fn put<T: FactType>(facts: &mut SubjectFacts, record: &T, source: Source) {
    facts.facts.insert(T::SPEC.name, SeenFact::new(Fact::Single(record.to_record()), source));
}

fn source(at: Timestamp, basis: Basis) -> Source {
    Source { at, collector: "assess".to_owned(), basis }
}

/// When the oldest of these fields of these facts was seen.
fn oldest(facts: &SubjectFacts, from: &[(&str, &[&str])], now: Timestamp) -> Timestamp {
    let ages = from.iter().filter_map(|(name, fields)| Some(facts.facts.get(name)?.oldest(fields)));
    ages.min().unwrap_or(now)
}

/// The last moment of a day: one second before the next, so that it is still written as that day.
fn last_second(day: Date, time_zone: &TimeZone) -> Timestamp {
    let next = end_of_day(day, time_zone);
    next.checked_sub(SignedDuration::from_secs(1)).unwrap_or(next)
}

fn days_between(from: Date, to: Date) -> i64 {
    // Both dates are within years 1 to 9999, where the difference in days always exists.
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

#[cfg(test)]
mod tests;
