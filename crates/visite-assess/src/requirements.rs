//! Status of requirements: from the checks, questions, documents and records bound to them.
//!
//! Questions, documents and records have no answers yet, so they count as not judged: a requirement that rests on one
//! of them cannot be `met` by measurements alone. What is not judged never counts as good.

use crate::findings::Judgements;
use crate::target::Target;
use std::collections::BTreeSet;
use visite_catalog::{Catalog, Requirement};
use visite_facts::{Finding, FindingState, RequirementResult, RequirementStatus, UnknownReason, Verdict};
use visite_target::Applicability;

/// What the judgements say about one check over all subjects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Good,
    Bad,
    Accepted,
    OutOfDate,
    NotJudged,
}

/// Status of every requirement of the catalogue, in the order of the frameworks.
pub fn requirements(
    catalog: &Catalog,
    target: Target<'_>,
    judgements: &Judgements,
    findings: &[Finding],
) -> Vec<RequirementResult> {
    let gaps = Gaps::of(findings);
    catalog.requirements().map(|requirement| status(requirement, target, judgements, &gaps)).collect()
}

/// Checks with gaps, those of earlier rounds included that were not seen closed since.
struct Gaps<'f> {
    open: BTreeSet<&'f str>,
    accepted: BTreeSet<&'f str>,
}

impl<'f> Gaps<'f> {
    fn of(findings: &'f [Finding]) -> Self {
        let checks = |states: &[FindingState]| {
            let with = findings.iter().filter(|finding| states.contains(&finding.state));
            with.map(|finding| finding.check.as_str()).collect()
        };
        Self {
            open: checks(&[FindingState::Open, FindingState::Reopened]),
            accepted: checks(&[FindingState::Accepted]),
        }
    }
}

fn status(
    requirement: &Requirement,
    target: Target<'_>,
    judgements: &Judgements,
    gaps: &Gaps<'_>,
) -> RequirementResult {
    let checks: Vec<Standing> =
        requirement.checks.iter().filter_map(|check| standing(check, judgements, gaps)).collect();
    let others = requirement.questions.len() + requirement.documents.len() + requirement.records.len();
    let bound = checks.len() + others;
    let judged = checks.iter().filter(|standing| **standing != Standing::NotJudged).count();
    let has = |standing| checks.contains(&standing);
    let status = if matches!(target.applies(requirement), Some(Applicability::NotApplicable(_))) {
        RequirementStatus::NotApplicable
    } else if has(Standing::Bad) && has(Standing::Good) {
        RequirementStatus::Partly
    } else if has(Standing::Bad) {
        RequirementStatus::NotMet
    } else if has(Standing::Accepted) {
        RequirementStatus::Accepted
    } else if judged < bound || bound == 0 {
        RequirementStatus::Unknown
    } else if has(Standing::OutOfDate) {
        RequirementStatus::OutOfDate
    } else {
        RequirementStatus::Met
    };
    RequirementResult {
        requirement: requirement.id.clone(),
        status,
        judged: u32::try_from(judged).unwrap_or(u32::MAX),
        bound: u32::try_from(bound).unwrap_or(u32::MAX),
    }
}

/// `None` if the check applies to no subject at all and has no gap on record.
fn standing(check: &str, judgements: &Judgements, gaps: &Gaps<'_>) -> Option<Standing> {
    let mut of_check = judgements.iter().filter(|((id, _), _)| id == check).map(|(_, judgement)| judgement).peekable();
    if of_check.peek().is_none() {
        return Some(Standing::NotJudged);
    }
    // A gap on a subject that was not looked at this time is as open as one that was.
    if gaps.open.contains(check) {
        return Some(Standing::Bad);
    }
    let mut worst = gaps.accepted.contains(check).then_some(Standing::Accepted);
    for judgement in of_check {
        let standing = match (judgement.verdict, judgement.reason) {
            (Verdict::NotApplicable, _) => continue,
            (Verdict::Fail, _) => Standing::Accepted,
            (Verdict::Unknown, Some(UnknownReason::Stale)) => Standing::OutOfDate,
            (Verdict::Unknown, _) => Standing::NotJudged,
            (Verdict::Pass, _) => Standing::Good,
        };
        worst = Some(worst.map_or(standing, |worst| worse(worst, standing)));
    }
    worst
}

fn worse(a: Standing, b: Standing) -> Standing {
    let rank = |standing| match standing {
        Standing::Bad => 0,
        Standing::Accepted => 1,
        Standing::NotJudged => 2,
        Standing::OutOfDate => 3,
        Standing::Good => 4,
    };
    if rank(a) <= rank(b) { a } else { b }
}
