//! One check on one subject: verdict, and what it rests on.
//!
//! The condition is evaluated for the subject, or for each record of a collection. What is not known, incomplete or too
//! old gives unknown with its reason; it never becomes a pass or a fail.

use crate::world::{MaxAge, SeenFact, Source, SubjectFacts};
use jiff::Timestamp;
use std::collections::BTreeSet;
use visite_catalog::{Check, Condition, FieldPath, Scope};
use visite_facts::{
    Basis, Completeness, Evidence, Fact, FactSpec, FieldSpec, Shape, UnknownReason, Value, Verdict, Word,
};

/// Records that are listed with a result; the rest is counted in its evidence.
const MAX_LISTED_RECORDS: usize = 50;

/// What a check says about a subject.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// For unknown: why.
    pub reason: Option<UnknownReason>,
    /// What the verdict rests on.
    pub evidence: Vec<Evidence>,
    /// Verdicts about records, for a collection.
    pub records: Vec<RecordJudgement>,
    /// Whether the collection that was judged is complete; complete where none was.
    pub completeness: Completeness,
}

/// What a check says about one record of a collection.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordJudgement {
    /// The record's key.
    pub key: String,
    /// Its place in the collection.
    pub index: usize,
    /// The verdict.
    pub verdict: Verdict,
    /// For unknown: why.
    pub reason: Option<UnknownReason>,
    /// What the verdict rests on; empty for records that pass or to which the check does not apply.
    pub evidence: Vec<Evidence>,
}

/// A subject's facts, prepared once for all checks.
pub struct Bench<'s> {
    facts: &'s SubjectFacts,
    scope: Scope<'static, 'static>,
    now: Timestamp,
}

impl<'s> Bench<'s> {
    /// Prepares `facts`, derived ones included.
    pub fn new(facts: &'s SubjectFacts, now: Timestamp) -> Self {
        Self { facts, scope: Scope::new(single_values(facts, |_, _, _| true), now), now }
    }

    /// Judges one check.
    pub fn judge(&self, check: &Check) -> Judgement {
        let age = MaxAge { now: self.now, limit: check.max_age };
        let fresh_scope = self.scope_without_stale(check, age);
        let court = Court { facts: self.facts, scope: fresh_scope.as_ref().unwrap_or(&self.scope), age, check };
        match check.for_each {
            None => court.whole(),
            Some(spec) => court.each(spec),
        }
    }

    /// A scope of its own, if the check names a single fact of which a part is too old for it.
    fn scope_without_stale(&self, check: &Check, age: MaxAge) -> Option<Scope<'static, 'static>> {
        let conditions = [check.applies.as_ref(), Some(&check.fails_when)];
        let names_stale =
            conditions.into_iter().flatten().flat_map(|condition| &condition.fields).any(|path| match path {
                FieldPath::Single(fact, field) => {
                    self.facts.facts.get(fact.name).is_some_and(|seen| age.is_stale(seen.source_of(0, field.name)))
                }
                FieldPath::Record(_) => false,
            });
        names_stale.then(|| {
            Scope::new(
                single_values(self.facts, |seen, index, field| !age.is_stale(seen.source_of(index, field))),
                self.now,
            )
        })
    }
}

fn single_values<'s>(
    facts: &'s SubjectFacts,
    keep: impl Fn(&SeenFact, usize, &'static str) -> bool + 's,
) -> impl Iterator<Item = (&'static str, &'static str, &'s Value)> {
    facts.facts.iter().flat_map(move |(name, seen)| {
        let record = match &seen.fact {
            Fact::Single(record) => Some(record),
            Fact::Collection { .. } => None,
        };
        let kept: Vec<_> = record
            .into_iter()
            .flat_map(|record| &record.values)
            .filter(|(field, _)| keep(seen, 0, field))
            .map(|(field, value)| (*name, *field, value))
            .collect();
        kept
    })
}

struct Court<'c, 's> {
    facts: &'s SubjectFacts,
    scope: &'c Scope<'c, 'c>,
    age: MaxAge,
    check: &'c Check,
}

type Ruling = (Verdict, Option<UnknownReason>);

impl Court<'_, '_> {
    /// A check over single facts.
    fn whole(&self) -> Judgement {
        let (verdict, reason) = self.rule(self.scope, None);
        let evidence = self.evidence(None, None);
        Judgement { verdict, reason, evidence, records: Vec::new(), completeness: Completeness::Complete }
    }

    /// A check over the records of a collection.
    fn each(&self, spec: &'static FactSpec) -> Judgement {
        let unknown = |reason| Judgement {
            verdict: Verdict::Unknown,
            reason: Some(reason),
            evidence: vec![missing(spec.name, reason)],
            records: Vec::new(),
            completeness: Completeness::Incomplete(reason),
        };
        let Some(seen) = self.facts.facts.get(spec.name) else { return unknown(UnknownReason::NotCollected) };
        let Shape::Collection { key } = spec.shape else { return unknown(UnknownReason::NotCollected) };
        let names = self.record_fields();
        let mut records: Vec<RecordJudgement> = (0..seen.records().len())
            .map(|index| {
                let values = names.iter().filter_map(|name| Some((*name, seen.fresh(index, name, self.age).ok()?)));
                let scope = self.scope.with_record(values);
                let (verdict, reason) = self.rule(&scope, Some((seen, index)));
                let key = seen.records()[index].values.get(key).map_or_else(|| format!("#{index}"), Value::display);
                let listed = matches!(verdict, Verdict::Fail | Verdict::Unknown);
                let evidence = if listed { self.evidence(Some((seen, index)), Some(&key)) } else { Vec::new() };
                RecordJudgement { key, index, verdict, reason, evidence }
            })
            .collect();
        let mut completeness = seen.completeness();
        if self.age.is_stale(&seen.source) {
            // The listing is too old to rely on; what was seen since, in part, is not.
            records.retain(|record| record.verdict == Verdict::Fail);
            if records.is_empty() {
                return unknown(UnknownReason::Stale);
            }
            completeness = Completeness::Incomplete(UnknownReason::Stale);
        }
        let (verdict, reason) = self.sum_up(&records, completeness);
        let mut evidence = vec![overview(spec.name, seen)];
        let telling = if verdict == Verdict::Fail { Verdict::Fail } else { Verdict::Unknown };
        let told = records.iter().filter(|record| record.verdict == telling).take(MAX_LISTED_RECORDS);
        evidence.extend(told.flat_map(|record| record.evidence.iter().cloned()));
        Judgement { verdict, reason, evidence, records, completeness }
    }

    fn sum_up(&self, records: &[RecordJudgement], completeness: Completeness) -> Ruling {
        let first = |verdict| records.iter().find(|record| record.verdict == verdict);
        if first(Verdict::Fail).is_some() {
            return (Verdict::Fail, None);
        }
        if let Some(record) = first(Verdict::Unknown) {
            return (Verdict::Unknown, record.reason);
        }
        if completeness != Completeness::Complete {
            return (Verdict::Unknown, Some(UnknownReason::Incomplete));
        }
        let applied = records.iter().any(|record| record.verdict == Verdict::Pass);
        if self.check.applies.is_some() && !applied { (Verdict::NotApplicable, None) } else { (Verdict::Pass, None) }
    }

    /// Applies both conditions.
    fn rule(&self, scope: &Scope<'_, '_>, record: Option<(&SeenFact, usize)>) -> Ruling {
        if let Some(applies) = &self.check.applies {
            match applies.holds(scope) {
                Some(true) => {}
                Some(false) => return (Verdict::NotApplicable, None),
                None => return (Verdict::Unknown, Some(self.why_unknown(applies, record))),
            }
        }
        match self.check.fails_when.holds(scope) {
            Some(true) => (Verdict::Fail, None),
            Some(false) => (Verdict::Pass, None),
            None => (Verdict::Unknown, Some(self.why_unknown(&self.check.fails_when, record))),
        }
    }

    /// The reason of the first field that the condition names and that is not known.
    fn why_unknown(&self, condition: &Condition, record: Option<(&SeenFact, usize)>) -> UnknownReason {
        let reasons = condition.fields.iter().filter_map(|path| self.look_up(*path, record).1.err());
        // Every field may be known if a calculation had no result, such as an overflow.
        reasons.into_iter().next().unwrap_or(UnknownReason::Malformed)
    }

    fn look_up<'a>(
        &'a self,
        path: FieldPath,
        record: Option<(&'a SeenFact, usize)>,
    ) -> (Option<&'a Source>, Result<&'a Value, UnknownReason>) {
        let (seen, index, field): (_, _, &'static FieldSpec) = match path {
            FieldPath::Single(fact, field) => (self.facts.facts.get(fact.name), 0, field),
            FieldPath::Record(field) => match record {
                Some((seen, index)) => (Some(seen), index, field),
                None => (None, 0, field),
            },
        };
        match seen {
            None => (None, Err(UnknownReason::NotCollected)),
            Some(seen) => (Some(seen.source_of(index, field.name)), seen.fresh(index, field.name, self.age)),
        }
    }

    /// Every field that the conditions name, with value, source and time.
    fn evidence(&self, record: Option<(&SeenFact, usize)>, key: Option<&str>) -> Vec<Evidence> {
        let conditions = [self.check.applies.as_ref(), Some(&self.check.fails_when)];
        let mut paths: Vec<FieldPath> = Vec::new();
        for path in conditions.into_iter().flatten().flat_map(|condition| &condition.fields) {
            if !paths.contains(path) {
                paths.push(*path);
            }
        }
        let collection = self.check.for_each.map_or("", |spec| spec.name);
        paths
            .into_iter()
            .map(|path| {
                let field = match path {
                    FieldPath::Single(fact, field) => format!("{}.{}", fact.name, field.name),
                    FieldPath::Record(field) => format!("{collection}[{}].{}", key.unwrap_or_default(), field.name),
                };
                let (source, value) = self.look_up(path, record);
                Evidence {
                    field,
                    value: value.ok().map(Value::to_json),
                    unknown: value.err(),
                    source: source.map_or_else(String::new, |source| source.collector.clone()),
                    observed_at: source.map(|source| source.at),
                    basis: source.map_or(Basis::Measured, |source| source.basis),
                }
            })
            .collect()
    }

    fn record_fields(&self) -> BTreeSet<&'static str> {
        let conditions = [self.check.applies.as_ref(), Some(&self.check.fails_when)];
        conditions
            .into_iter()
            .flatten()
            .flat_map(|condition| &condition.fields)
            .filter_map(|path| match path {
                FieldPath::Record(field) => Some(field.name),
                FieldPath::Single(..) => None,
            })
            .collect()
    }
}

fn missing(fact: &str, reason: UnknownReason) -> Evidence {
    Evidence {
        field: fact.to_owned(),
        value: None,
        unknown: Some(reason),
        source: String::new(),
        observed_at: None,
        basis: Basis::Measured,
    }
}

/// How many records there are; their values are listed only where they decide.
fn overview(name: &str, seen: &SeenFact) -> Evidence {
    let mut value = serde_json::Map::new();
    value.insert("records".to_owned(), seen.records().len().into());
    match seen.completeness() {
        Completeness::Complete => value.insert("complete".to_owned(), true.into()),
        Completeness::Incomplete(reason) => value.insert("incomplete".to_owned(), reason.word().into()),
    };
    Evidence {
        field: name.to_owned(),
        value: Some(value.into()),
        unknown: None,
        source: seen.source.collector.clone(),
        observed_at: Some(seen.source.at),
        basis: seen.source.basis,
    }
}
