//! What must hold whatever was seen.

use crate::world::{WITH_DEVICE_CHECKS, World, account, accounts, now, snapshot};
use jiff::SignedDuration;
use proptest::prelude::*;
use std::collections::BTreeMap;
use visite_facts::facts::{self, PasswordState};
use visite_facts::{
    Assessment, Collection, Completeness, Fact, FieldKind, Record, Shape, Snapshot, Subject, SubjectId, SubjectKind,
    UnknownReason, Value, Verdict,
};
use visite_target::Practice;

/// A practice that says something about most of what is seen below.
const PRACTICE: &str = "schema: visite.practice/1
name: Praxis Beispiel
zones:
  - { id: a, name: A, kind: server, networks: [10.0.1.0/24] }
  - { id: b, name: B, kind: guest, networks: [10.0.2.0/24] }
conduits: [{ id: c, from: b, to: a, services: [tcp/22], reason: r }]
devices: [{ id: d, name: D, class: server, addresses: [10.0.1.1] }, { id: e, name: E, class: printer, host_name: a }]
";

fn judged(snapshots: Vec<Snapshot>) -> Assessment {
    let practice = Practice::from_yaml(PRACTICE, "practice.yaml").expect("a practice");
    World { practice: Some(practice), ..World::of(snapshots) }.assess_with(&WITH_DEVICE_CHECKS)
}

/// Any fact that the schema allows, known in part.
fn any_snapshot() -> impl Strategy<Value = Snapshot> {
    let facts: Vec<_> = facts::ALL.iter().copied().filter(|spec| !spec.derived).collect();
    let field = |kind: FieldKind| -> BoxedStrategy<Value> {
        match kind {
            FieldKind::Text => prop_oneof!["[a-c]{1,2}", "10\\.0\\.[1-3]\\.[1-2]", "10\\.0\\.[1-3]\\.0/24"]
                .prop_map(Value::Text)
                .boxed(),
            FieldKind::Word(words) => prop::sample::select(words).prop_map(Value::Word).boxed(),
            FieldKind::Integer => {
                prop::sample::select(vec![0, 1, 22, 23, 600, 5432, -1, i64::MAX]).prop_map(Value::Integer).boxed()
            }
            FieldKind::Boolean => any::<bool>().prop_map(Value::Boolean).boxed(),
            FieldKind::Time => {
                (0i64..900).prop_map(|days| Value::Time(now() - SignedDuration::from_hours(days * 24))).boxed()
            }
            FieldKind::Texts => prop::collection::vec(prop_oneof!["[a-c]", "10\\.0\\.[1-3]\\.[1-2]"], 0..3)
                .prop_map(Value::Texts)
                .boxed(),
        }
    };
    let reason = || {
        prop::sample::select(vec![UnknownReason::NoPermission, UnknownReason::Malformed, UnknownReason::NotSupported])
    };
    let record = move |spec: &'static visite_facts::FactSpec| {
        let fields: Vec<_> = spec
            .fields
            .iter()
            .map(|known| {
                let name = known.name;
                prop_oneof![4 => field(known.kind).prop_map(Ok), 1 => reason().prop_map(Err)]
                    .prop_map(move |value| (name, value))
            })
            .collect();
        fields.prop_map(|fields| {
            let mut record = Record::default();
            for (name, value) in fields {
                match value {
                    Ok(value) => drop(record.values.insert(name, value)),
                    Err(reason) => drop(record.unknown.insert(name, reason)),
                }
            }
            record
        })
    };
    (prop::sample::select(facts), 0i64..60, 1u8..3).prop_flat_map(move |(spec, hours, machine)| {
        let fact = match spec.shape {
            Shape::Single => record(spec).prop_map(Fact::Single).boxed(),
            Shape::Collection { .. } => {
                let completeness =
                    prop_oneof![3 => Just(Completeness::Complete), 1 => reason().prop_map(Completeness::Incomplete)];
                (prop::collection::vec(record(spec), 0..4), completeness)
                    .prop_map(|(records, completeness)| Fact::Collection { records, completeness })
                    .boxed()
            }
        };
        fact.prop_map(move |fact| {
            let mut seen = snapshot("any", machine);
            if let Some(kind) = spec.name.split('.').next().and_then(<SubjectKind as visite_facts::Word>::from_word)
                && kind != SubjectKind::Host
            {
                let id = SubjectId(format!("{kind}-{machine}"));
                seen.subject = Subject { id, kind, name: format!("10.0.{machine}.1") };
                seen.identifiers.clear();
            }
            seen.observed_at = now() - SignedDuration::from_hours(hours * 20);
            seen.facts.insert(spec.name, fact);
            seen
        })
    })
}

fn verdicts(assessment: &Assessment) -> BTreeMap<(String, String), Verdict> {
    let key = |result: &visite_facts::CheckResult| (result.check.clone(), result.subject.0.clone());
    assessment.results.iter().map(|result| (key(result), result.verdict)).collect()
}

/// The same snapshot with every value taken away.
fn blinded(mut snapshot: Snapshot) -> Snapshot {
    for fact in snapshot.facts.values_mut() {
        let records = match fact {
            Fact::Single(record) => std::slice::from_mut(record),
            Fact::Collection { records, completeness } => {
                *completeness = Completeness::Incomplete(UnknownReason::NoPermission);
                records.as_mut_slice()
            }
        };
        for record in records {
            for name in std::mem::take(&mut record.values).into_keys() {
                record.unknown.insert(name, UnknownReason::NoPermission);
            }
        }
    }
    snapshot
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_order_of_snapshots_does_not_matter(snapshots in prop::collection::vec(any_snapshot(), 0..8), seed in any::<u64>()) {
        let mut shuffled = snapshots.clone();
        for index in (1..shuffled.len()).rev() {
            shuffled.swap(index, (seed as usize ^ index.wrapping_mul(7919)) % (index + 1));
        }
        let (first, second) = (judged(snapshots), judged(shuffled));
        prop_assert_eq!(serde_json::to_string(&first).expect("json"), serde_json::to_string(&second).expect("json"));
    }

    #[test]
    fn what_is_not_known_never_passes_or_fails(snapshots in prop::collection::vec(any_snapshot(), 0..8)) {
        // Facts without a single value: the only verdicts left are unknown, and what the catalogue alone decides.
        let assessment = judged(snapshots.into_iter().map(blinded).collect());
        for result in &assessment.results {
            prop_assert!(matches!(result.verdict, Verdict::Unknown), "{}: {}", result.check, result.verdict);
            prop_assert!(result.reason.is_some());
        }
        prop_assert!(assessment.findings.is_empty());
    }

    #[test]
    fn seeing_less_never_turns_a_fail_into_a_pass_or_the_other_way(snapshots in prop::collection::vec(any_snapshot(), 1..8), victim in any::<prop::sample::Index>()) {
        let whole = verdicts(&judged(snapshots.clone()));
        let mut part = snapshots;
        let index = victim.index(part.len());
        // Only where nothing else was seen of the same fact: otherwise an older value rightly counts again.
        let name = *part[index].facts.keys().next().expect("one fact");
        prop_assume!(part.iter().filter(|other| other.facts.contains_key(name) && other.subject == part[index].subject).count() == 1);
        part[index] = blinded(part[index].clone());
        for (key, verdict) in verdicts(&judged(part)) {
            // While nobody knows which system it is, questions arise that only others have.
            let before = whole.get(&key).copied().unwrap_or(Verdict::NotApplicable);
            prop_assert!(verdict == before || verdict == Verdict::Unknown || before == Verdict::Unknown, "{key:?}: {before} -> {verdict}");
        }
    }

    #[test]
    fn more_facts_never_turn_a_seen_fail_into_unknown(snapshots in prop::collection::vec(any_snapshot(), 0..6), more in any_snapshot()) {
        let before = verdicts(&judged(snapshots.clone()));
        let mut all = snapshots;
        all.push(blinded(more));
        let after = verdicts(&judged(all));
        for (key, _) in before.iter().filter(|(_, verdict)| **verdict == Verdict::Fail) {
            prop_assert_eq!(after.get(key), Some(&Verdict::Fail), "{:?}", key);
        }
    }

    #[test]
    fn counts_and_lists_agree(snapshots in prop::collection::vec(any_snapshot(), 0..8)) {
        let assessment = judged(snapshots);
        let summary = &assessment.summary;
        prop_assert_eq!(summary.checked, summary.passed + summary.failed);
        prop_assert_eq!(summary.points, summary.checked + summary.unchecked.values().sum::<u32>());
        prop_assert_eq!(summary.points + summary.not_applicable, u32::try_from(assessment.results.len()).expect("few"));
        for result in &assessment.results {
            prop_assert!(assessment.subjects.iter().any(|subject| subject.subject.id == result.subject));
            prop_assert_eq!(result.verdict == Verdict::Unknown, result.reason.is_some());
            let found = assessment.findings.iter().any(|finding| finding.check == result.check && finding.subject == result.subject);
            prop_assert_eq!(found, result.verdict == Verdict::Fail);
        }
        for measure in &assessment.measures {
            prop_assert!(!measure.findings.is_empty());
        }
    }
}

#[test]
fn a_later_look_without_rights_does_not_hide_what_root_saw() {
    let as_root = accounts(&Collection::complete(vec![account("praxis", PasswordState::None)]));
    let mut as_user = blinded(as_root.clone());
    as_user.observed_at = now();
    let mut earlier = as_root;
    earlier.observed_at = now() - SignedDuration::from_hours(1);
    let key = as_user.facts.values_mut().next();
    if let Some(Fact::Collection { records, .. }) = key {
        records[0].values.insert("name", Value::Text("praxis".to_owned()));
        records[0].unknown.remove("name");
    }
    let assessment = World::of(vec![earlier, as_user]).assess();
    assert_eq!(crate::world::result(&assessment, "account-empty-password").verdict, Verdict::Fail);
}
