//! Taking out of old evidence what names or points to a person, by the marks of the fact schema.
//!
//! What is taken out reads as unknown (stale) or as `…`; everything that is about the machine stays. All functions are
//! pure and change nothing when they are applied again.

use visite_facts::{
    Assessment, Evidence, Fact, FactSpec, Finding, Privacy, Record, Shape, Snapshot, SubjectKind, Text, UnknownReason,
    fact_spec,
};

/// Stands where a name was.
pub const GONE: &str = "…";

/// Takes personal values out of the facts of a snapshot.
pub fn blank_snapshot(snapshot: &mut Snapshot) {
    for (name, fact) in &mut snapshot.facts {
        let Some(spec) = fact_spec(name) else { continue };
        match fact {
            Fact::Single(record) => blank_record(spec, record),
            Fact::Collection { records, .. } => records.iter_mut().for_each(|record| blank_record(spec, record)),
        }
    }
}

fn blank_record(spec: &FactSpec, record: &mut Record) {
    for field in spec.fields.iter().filter(|field| field.privacy != Privacy::Technical) {
        if record.values.remove(field.name).is_some() {
            record.unknown.insert(field.name, UnknownReason::Stale);
        }
    }
}

/// Takes names out of a finding. If its title may hold one, `topic` takes its place.
pub fn blank_finding(finding: &mut Finding, topic: &Text) {
    let seen_in = facts_of(&finding.evidence);
    // Of a record without evidence nobody can tell whether its name is a person's.
    let is_record_personal = seen_in.is_empty() || seen_in.iter().any(|spec| has_personal_key(spec));
    if finding.record.is_some() && is_record_personal {
        finding.record = Some(GONE.to_owned());
    }
    if seen_in.is_empty() || seen_in.iter().any(|spec| is_personal(spec)) {
        finding.title = topic.clone();
    }
    finding.evidence.iter_mut().for_each(blank_evidence);
}

/// Takes names out of an assessment.
pub fn blank_assessment(assessment: &mut Assessment) {
    for assessed in &mut assessment.subjects {
        blank_name(assessed.subject.kind, &mut assessed.subject.name);
    }
    for result in &mut assessment.results {
        let seen_in = facts_of(&result.evidence);
        if seen_in.is_empty() || seen_in.iter().any(|spec| has_personal_key(spec)) {
            result.records.iter_mut().for_each(|record| record.record = GONE.to_owned());
        }
        result.evidence.iter_mut().for_each(blank_evidence);
    }
    for finding in &mut assessment.findings {
        let topic = assessment.results.iter().find(|result| result.check == finding.check);
        let topic = topic.map(|result| result.topic.clone());
        blank_finding(finding, &topic.unwrap_or_else(|| no_topic(&finding.check)));
    }
}

/// Takes the name out of a subject that is a person or an account.
pub fn blank_name(kind: SubjectKind, name: &mut String) {
    if matches!(kind, SubjectKind::Person | SubjectKind::Account) {
        GONE.clone_into(name);
    }
}

/// What a finding is called if nobody knows what its check is about.
pub fn no_topic(check: &str) -> Text {
    Text::new(check, check)
}

fn blank_evidence(evidence: &mut Evidence) {
    let Some((spec, field)) = fact_of(&evidence.field) else {
        // Of a fact that this version does not know nobody can tell whether it is personal.
        if evidence.value.take().is_some() {
            evidence.unknown = Some(UnknownReason::Stale);
        }
        return;
    };
    // A fact as a whole only tells how many records there are.
    let is_personal = |field| spec.field(field).is_none_or(|field| field.privacy != Privacy::Technical);
    if field.is_some_and(is_personal) && evidence.value.take().is_some() {
        evidence.unknown = Some(UnknownReason::Stale);
    }
    if has_personal_key(spec) && evidence.field.contains('[') {
        evidence.field = match field {
            Some(field) => format!("{}[{GONE}].{field}", spec.name),
            None => format!("{}[{GONE}]", spec.name),
        };
    }
}

/// The fact that a path such as `host.accounts[praxis].password` names, and the field in it.
fn fact_of(path: &str) -> Option<(&'static FactSpec, Option<&str>)> {
    if let Some((fact, rest)) = path.split_once('[') {
        // A key may hold any character; a field's name holds no bracket.
        return Some((fact_spec(fact)?, rest.rsplit_once("].").map(|(_, field)| field)));
    }
    if let Some(spec) = fact_spec(path) {
        return Some((spec, None));
    }
    let (fact, field) = path.rsplit_once('.')?;
    Some((fact_spec(fact)?, Some(field)))
}

fn facts_of(evidence: &[Evidence]) -> Vec<&'static FactSpec> {
    evidence.iter().filter_map(|evidence| fact_of(&evidence.field)).map(|(spec, _)| spec).collect()
}

fn is_personal(spec: &FactSpec) -> bool {
    spec.fields.iter().any(|field| field.privacy != Privacy::Technical)
}

fn has_personal_key(spec: &FactSpec) -> bool {
    let Shape::Collection { key } = spec.shape else { return false };
    spec.field(key).is_none_or(|field| field.privacy != Privacy::Technical)
}

#[cfg(test)]
mod tests {
    use super::fact_of;

    #[test]
    fn paths_name_their_fact_and_field() {
        let told = |path| fact_of(path).map(|(spec, field)| (spec.name, field.unwrap_or("-").to_owned()));
        let expected = |fact, field: &str| Some((fact, field.to_owned()));
        assert_eq!(told("host.accounts[praxis].password"), expected("host.accounts", "password"));
        assert_eq!(told("host.accounts[a].b[c].password"), expected("host.accounts", "password"));
        assert_eq!(told("host.accounts"), expected("host.accounts", "-"));
        assert_eq!(told("host.os.version"), expected("host.os", "version"));
        assert_eq!(told("no.such.fact"), None);
    }
}
