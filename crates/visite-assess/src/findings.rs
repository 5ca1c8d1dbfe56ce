//! The life of findings: open, accepted, fixed, reopened; from what was known before and what is judged now.
//!
//! A finding is only fixed when it was looked for and not found. What could not be judged this time stays as it was,
//! and says so.

use crate::judge::Judgement;
use jiff::Timestamp;
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use visite_facts::{Acceptance, Completeness, Finding, FindingState, SubjectId, UnknownReason, Verdict};

/// What is judged now, by check and subject.
pub type Judgements = BTreeMap<(String, SubjectId), Judgement>;

/// Everything that decides about the life of a finding.
pub struct Life<'l> {
    /// The clock.
    pub now: Timestamp,
    /// Today in the practice's time zone.
    pub today: Date,
    /// Findings as they stood after the last round.
    pub previous: &'l [Finding],
    /// Acceptances, in force or not.
    pub acceptances: &'l [Acceptance],
    /// What is judged now.
    pub judgements: &'l Judgements,
}

/// The id of a finding: the same gap always has the same one.
pub fn finding_id(check: &str, subject: &SubjectId, record: Option<&str>) -> String {
    let mut hash = Sha256::new();
    for part in [check, &subject.0, record.unwrap_or("")] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let hex: String = hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("finding-{hex}")
}

impl Life<'_> {
    /// `seen` are the gaps of this round, as if nobody had known them; the result adds those of earlier rounds.
    pub fn go_on(&self, seen: Vec<Finding>) -> Vec<Finding> {
        let before: BTreeMap<&str, &Finding> =
            self.previous.iter().map(|finding| (finding.id.as_str(), finding)).collect();
        let mut findings: Vec<Finding> = Vec::new();
        for mut finding in seen {
            let earlier = before.get(finding.id.as_str()).copied();
            if let Some(earlier) = earlier {
                finding.first_seen = earlier.first_seen;
            }
            finding.state = match earlier.map(|earlier| earlier.state) {
                Some(FindingState::Fixed | FindingState::Reopened) => FindingState::Reopened,
                Some(FindingState::Open | FindingState::Accepted) | None => FindingState::Open,
            };
            self.accept(&mut finding);
            findings.push(finding);
        }
        let mut later: Vec<Finding> = self
            .previous
            .iter()
            .filter(|earlier| !findings.iter().any(|finding| finding.id == earlier.id))
            .map(|earlier| self.not_seen(earlier))
            .collect();
        later.sort_by(|a, b| a.id.cmp(&b.id));
        later.dedup_by(|a, b| a.id == b.id);
        findings.append(&mut later);
        findings.sort_by(order);
        findings
    }

    /// A finding of an earlier round that is not among the gaps of this one.
    fn not_seen(&self, earlier: &Finding) -> Finding {
        let mut finding = earlier.clone();
        if finding.state == FindingState::Fixed {
            return finding;
        }
        match self.why_not_seen(earlier) {
            None => {
                finding.state = FindingState::Fixed;
                finding.fixed_at = Some(self.now);
                finding.acceptance = None;
                finding.not_seen_again = None;
            }
            Some(reason) => {
                finding.not_seen_again = Some(reason);
                if finding.state == FindingState::Accepted {
                    finding.state = FindingState::Open;
                }
                self.accept(&mut finding);
            }
        }
        finding
    }

    /// `None` if it was looked for and is gone; otherwise why that cannot be said.
    fn why_not_seen(&self, earlier: &Finding) -> Option<UnknownReason> {
        let key = (earlier.check.clone(), earlier.subject.clone());
        let Some(judgement) = self.judgements.get(&key) else { return Some(UnknownReason::NotCollected) };
        let of_record = |record: &String| judgement.records.iter().find(|judged| judged.key == *record);
        match &earlier.record {
            None => match judgement.verdict {
                Verdict::Pass | Verdict::NotApplicable => None,
                Verdict::Unknown | Verdict::Fail => judgement.reason.or(Some(UnknownReason::NotCollected)),
            },
            Some(record) => match (of_record(record), judgement.completeness) {
                (Some(judged), _) if judged.verdict == Verdict::Unknown => judged.reason,
                (Some(_), _) | (None, Completeness::Complete) => None,
                (None, Completeness::Incomplete(reason)) => Some(judgement.reason.unwrap_or(reason)),
            },
        }
    }

    fn accept(&self, finding: &mut Finding) {
        let in_force = self
            .acceptances
            .iter()
            .filter(|acceptance| acceptance.finding == finding.id && acceptance.until >= self.today)
            .max_by(|a, b| (a.until, &a.by, &a.reason).cmp(&(b.until, &b.by, &b.reason)));
        finding.acceptance = in_force.cloned();
        if in_force.is_some() {
            finding.state = FindingState::Accepted;
        }
    }
}

/// Open gaps first, worst first; then accepted ones; fixed ones at the end.
fn order(a: &Finding, b: &Finding) -> std::cmp::Ordering {
    let rank = |finding: &Finding| match finding.state {
        FindingState::Open | FindingState::Reopened => 0,
        FindingState::Accepted => 1,
        FindingState::Fixed => 2,
    };
    rank(a)
        .cmp(&rank(b))
        .then_with(|| b.effective_severity.cmp(&a.effective_severity))
        .then_with(|| b.confidence.cmp(&a.confidence))
        .then_with(|| (&a.check, &a.subject, &a.record).cmp(&(&b.check, &b.subject, &b.record)))
}
