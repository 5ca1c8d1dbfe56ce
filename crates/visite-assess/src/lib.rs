//! Judging: catalogue, target, facts, acceptances, earlier findings and the clock give an assessment.
//!
//! [`assess`] is a pure function. It reads no disk, no network and no clock, and the same input, in any order, gives
//! the same bytes. Unknown never becomes a pass or a fail on the way.

mod asked;
pub mod cases;
mod derived;
mod findings;
mod judge;
mod plan;
mod requirements;
mod target;
mod texts;
mod world;

pub use findings::finding_id;

use asked::Asked;
use findings::{Judgements, Life};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use judge::{Bench, Judgement};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use target::Target;
use texts::TitleValues;
use visite_catalog::model::{CheckStatus, Exposure};
use visite_catalog::{Catalog, Check};
use visite_facts::facts::{DeviceNetwork, DeviceWay, IpFamily, OperatingSystem, Reach, ReachableService, ZonePlace};
use visite_facts::{
    ASSESSMENT_SCHEMA, Acceptance, AssessedSubject, Assessment, CheckResult, Completeness, Finding, FindingState,
    Known, Observed, RecordResult, Round, Snapshot, SubjectKind, Summary, UnknownReason, Verdict,
};
use visite_target::time::local_date;
use visite_target::{DataClass, Practice};
use world::SubjectFacts;

/// Everything an assessment depends on.
#[derive(Clone, Copy)]
pub struct Input<'i> {
    /// What Visite knows.
    pub catalog: &'i Catalog,
    /// What the practice says about itself.
    pub practice: Option<&'i Practice>,
    /// What was seen.
    pub snapshots: &'i [Snapshot],
    /// Risks that someone answers for.
    pub acceptances: &'i [Acceptance],
    /// Findings as they stood after the last round.
    pub previous: &'i [Finding],
    /// The clock.
    pub now: Timestamp,
}

/// Judges everything that was seen.
pub fn assess(input: &Input<'_>) -> Assessment {
    let target = Target::new(input.practice, input.catalog);
    let (time_zone, time_zone_name) = target.time_zone();
    let mut subjects = world::subjects(input.snapshots, input.now);
    let recognised = target.recognised(&subjects);
    for facts in &mut subjects {
        let reference = derived::Reference {
            catalog: input.catalog,
            target,
            now: input.now,
            time_zone: &time_zone,
            recognised: &recognised,
        };
        derived::add(facts, reference);
    }
    let mut judging = Judging {
        catalog: input.catalog,
        now: input.now,
        time_zone: &time_zone,
        judgements: Judgements::new(),
        results: Vec::new(),
        gaps: Vec::new(),
    };
    for facts in &subjects {
        judging.subject(facts, target.data_class(facts), exposure(facts, target));
    }
    let known: Vec<Finding> = judging.gaps.iter().chain(input.previous).cloned().collect();
    let mut acceptances = target.acceptances(&subjects, &known, input.now);
    acceptances.extend_from_slice(input.acceptances);
    let asked = subjects.iter().filter_map(|facts| Some((facts.subject.id.clone(), Asked::of(facts)?))).collect();
    let life = Life {
        now: input.now,
        today: local_date(input.now, &time_zone),
        previous: input.previous,
        acceptances: &acceptances,
        judgements: &judging.judgements,
        asked: &asked,
    };
    let findings = life.go_on(judging.gaps);
    Assessment {
        schema: ASSESSMENT_SCHEMA.to_owned(),
        round: Round { id: round_id(input), at: input.now, time_zone: time_zone_name, practice: target.name() },
        catalog: input.catalog.used.clone(),
        summary: sum_up(&judging.results),
        subjects: subjects.iter().map(assessed).collect(),
        measures: plan::plan(input.catalog, &findings),
        requirements: requirements::requirements(input.catalog, target, &judging.judgements, &findings),
        results: judging.results,
        findings,
    }
}

struct Judging<'j> {
    catalog: &'j Catalog,
    now: Timestamp,
    time_zone: &'j TimeZone,
    judgements: Judgements,
    results: Vec<CheckResult>,
    gaps: Vec<Finding>,
}

impl Judging<'_> {
    fn subject(&mut self, facts: &SubjectFacts, data_class: Option<DataClass>, exposure: Option<Exposure>) {
        let bench = Bench::new(facts, self.now);
        let catalog = self.catalog;
        // What only another operating system has is no question here, and not one that nobody has answered.
        let system = facts.single::<OperatingSystem>().family;
        let concerns = |check: &Check| system.known().is_none_or(|system| check.concerns(*system));
        let checks = catalog.checks.values().filter(|check| {
            check.subject == facts.subject.kind && check.status != CheckStatus::Deprecated && concerns(check)
        });
        for check in checks {
            let judgement = bench.judge(check);
            let effective = catalog.severity.effective(check.severity, data_class, exposure);
            self.results.push(result(check, facts, &judgement, effective));
            self.gaps(check, facts, &judgement, effective);
            self.judgements.insert((check.id.clone(), facts.subject.id.clone()), judgement);
        }
    }

    /// The findings of a failed check: one, or one for each record that failed.
    fn gaps(&mut self, check: &Check, facts: &SubjectFacts, judgement: &Judgement, effective: visite_facts::Severity) {
        if judgement.verdict != Verdict::Fail {
            return;
        }
        let values = TitleValues { check, facts, time_zone: self.time_zone };
        let mut gap = |record: Option<&judge::RecordJudgement>| {
            let key = record.map(|record| record.key.clone());
            self.gaps.push(Finding {
                id: finding_id(&check.id, &facts.subject.id, key.as_deref()),
                check: check.id.clone(),
                subject: facts.subject.id.clone(),
                record: key,
                state: FindingState::Open,
                first_seen: self.now,
                last_seen: self.now,
                fixed_at: None,
                acceptance: None,
                not_seen_again: None,
                severity: check.severity,
                effective_severity: effective,
                confidence: check.confidence,
                area: check.area,
                title: values.title(record.map(|record| record.index)),
                why: check.why.clone(),
                measure: check.measure.clone(),
                sources: check.sources.clone(),
                evidence: record.map_or_else(|| judgement.evidence.clone(), |record| record.evidence.clone()),
            });
        };
        if check.for_each.is_none() {
            gap(None);
        } else {
            judgement
                .records
                .iter()
                .filter(|record| record.verdict == Verdict::Fail)
                .for_each(|record| gap(Some(record)));
        }
    }
}

fn result(
    check: &Check,
    facts: &SubjectFacts,
    judgement: &Judgement,
    effective: visite_facts::Severity,
) -> CheckResult {
    let cause = match (judgement.reason, judgement.completeness) {
        (Some(UnknownReason::Incomplete), Completeness::Incomplete(cause)) => Some(cause),
        _ => None,
    };
    CheckResult {
        check: check.id.clone(),
        subject: facts.subject.id.clone(),
        verdict: judgement.verdict,
        reason: judgement.reason,
        cause,
        severity: check.severity,
        effective_severity: effective,
        confidence: check.confidence,
        topic: check.topic.clone(),
        area: check.area,
        records: judgement
            .records
            .iter()
            .filter(|record| matches!(record.verdict, Verdict::Fail | Verdict::Unknown))
            .map(|record| RecordResult { record: record.key.clone(), verdict: record.verdict, reason: record.reason })
            .collect(),
        evidence: judgement.evidence.clone(),
    }
}

/// Who can reach a subject, as far as it was seen.
fn exposure(facts: &SubjectFacts, target: Target<'_>) -> Option<Exposure> {
    match facts.subject.kind {
        SubjectKind::Host => host_exposure(facts),
        SubjectKind::Device => device_exposure(facts, target),
        _ => None,
    }
}

/// On the internet is a computer that can be reached at a public IPv4 address of its own.
///
/// A public IPv6 address says less: behind most routers every computer has one, and the router still lets nobody in.
fn host_exposure(facts: &SubjectFacts) -> Option<Exposure> {
    let (services, _) = facts.collection::<ReachableService>()?;
    let from_outside = services.iter().any(|service| {
        let public = service.reach == Known(Reach::World) && service.family == Known(IpFamily::Ipv4);
        public && service.open == Known(true) && service.source_restricted == Known(false)
    });
    from_outside.then_some(Exposure::Internet)
}

/// A device that was reached from where strangers are counts as one on the internet; one that was reached from elsewhere is
/// exposed to the practice.
fn device_exposure(facts: &SubjectFacts, target: Target<'_>) -> Option<Exposure> {
    let (ways, _) = facts.collection::<DeviceWay>()?;
    if derived::is_reached_from_outside(facts, target) {
        return Some(Exposure::Internet);
    }
    (!ways.is_empty()).then_some(Exposure::Practice)
}

fn assessed(facts: &SubjectFacts) -> AssessedSubject {
    let description = match facts.subject.kind {
        SubjectKind::Host => facts.single::<OperatingSystem>().name,
        SubjectKind::Device => facts.single::<DeviceNetwork>().system,
        SubjectKind::Zone => facts.single::<ZonePlace>().zone,
        _ => Observed::default(),
    };
    AssessedSubject {
        subject: facts.subject.clone(),
        description: description.known().cloned().unwrap_or_default(),
        observed_at: facts.observed_at,
        possible_duplicate: facts.possible_duplicate.clone(),
    }
}

/// Follows from what was judged, with what and when.
fn round_id(input: &Input<'_>) -> String {
    let mut seen: Vec<String> = input
        .snapshots
        .iter()
        .map(|snapshot| format!("{} {} {}", snapshot.subject.id, snapshot.collector, snapshot.observed_at))
        .collect();
    seen.sort();
    let practice = input.practice.map(|practice| format!("{practice:?}"));
    let digest = Sha256::digest(format!("{} {} {} {practice:?}", input.now, input.catalog.used.hash, seen.join(",")));
    let id: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("round-{id}")
}

fn sum_up(results: &[CheckResult]) -> Summary {
    let mut summary = Summary::default();
    let mut unchecked: BTreeMap<UnknownReason, u32> = BTreeMap::new();
    for result in results {
        match result.verdict {
            Verdict::Pass => summary.passed += 1,
            Verdict::Fail => summary.failed += 1,
            Verdict::NotApplicable => summary.not_applicable += 1,
            Verdict::Unknown => {
                let reason = result.cause.or(result.reason).unwrap_or(UnknownReason::NotCollected);
                *unchecked.entry(reason).or_default() += 1;
            }
        }
    }
    summary.checked = summary.passed + summary.failed;
    summary.points = summary.checked + unchecked.values().sum::<u32>();
    summary.unchecked = unchecked;
    summary
}
