//! The life of findings: open, accepted, fixed, reopened; from what was known before and what is judged now.
//!
//! A finding is only fixed when it was looked for and not found. What could not be judged this time stays as it was,
//! and says so.

use crate::asked::Asked;
use crate::judge::Judgement;
use jiff::Timestamp;
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
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
    /// What was asked of devices.
    pub asked: &'l BTreeMap<SubjectId, Asked>,
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
        let before = self.before();
        let in_force = self.in_force();
        let mut ids: BTreeSet<String> = BTreeSet::new();
        let mut findings: Vec<Finding> = Vec::new();
        for mut finding in seen {
            // Records that carry the same name are one gap to everyone who reads of it.
            if !ids.insert(finding.id.clone()) {
                continue;
            }
            let earlier = before.get(finding.id.as_str()).copied();
            if let Some(earlier) = earlier {
                finding.first_seen = earlier.first_seen;
            }
            finding.state = match earlier.map(|earlier| earlier.state) {
                Some(FindingState::Fixed | FindingState::Reopened) => FindingState::Reopened,
                Some(FindingState::Open | FindingState::Accepted) | None => FindingState::Open,
            };
            accept(&mut finding, &in_force);
            findings.push(finding);
        }
        let mut records = RecordsByKey::new();
        let gone = before.values().filter(|earlier| !ids.contains(&earlier.id));
        findings.extend(gone.map(|earlier| self.not_seen(earlier, &in_force, &mut records)));
        findings.sort_by(order);
        findings
    }

    /// Earlier findings by id; of several with the same id the one that was seen last.
    fn before(&self) -> BTreeMap<&str, &Finding> {
        let age = |finding: &Finding| (finding.last_seen, finding.fixed_at, finding.state, finding.first_seen);
        let mut before: BTreeMap<&str, &Finding> = BTreeMap::new();
        for finding in self.previous {
            let known = before.entry(&finding.id).or_insert(finding);
            if age(known) < age(finding) {
                *known = finding;
            }
        }
        before
    }

    /// The acceptance in force for each finding: the one that lasts longest.
    fn in_force(&self) -> BTreeMap<&str, &Acceptance> {
        let order = |acceptance: &Acceptance| (acceptance.until, acceptance.by.clone(), acceptance.reason.clone());
        let mut in_force: BTreeMap<&str, &Acceptance> = BTreeMap::new();
        for acceptance in self.acceptances.iter().filter(|acceptance| acceptance.until >= self.today) {
            let known = in_force.entry(&acceptance.finding).or_insert(acceptance);
            if order(known) < order(acceptance) {
                *known = acceptance;
            }
        }
        in_force
    }

    /// A finding of an earlier round that is not among the gaps of this one.
    fn not_seen<'l>(
        &'l self,
        earlier: &Finding,
        in_force: &BTreeMap<&str, &Acceptance>,
        records: &mut RecordsByKey<'l>,
    ) -> Finding {
        let mut finding = earlier.clone();
        if finding.state == FindingState::Fixed {
            return finding;
        }
        match self.why_not_seen(earlier, records) {
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
                accept(&mut finding, in_force);
            }
        }
        finding
    }

    /// `None` if it was looked for and is gone; otherwise why that cannot be said.
    fn why_not_seen<'l>(&'l self, earlier: &Finding, records: &mut RecordsByKey<'l>) -> Option<UnknownReason> {
        let key = (earlier.check.clone(), earlier.subject.clone());
        let Some((key, judgement)) = self.judgements.get_key_value(&key) else {
            return Some(UnknownReason::NotCollected);
        };
        let Some(record) = &earlier.record else {
            return match judgement.verdict {
                Verdict::Pass | Verdict::NotApplicable => None,
                Verdict::Unknown | Verdict::Fail => judgement.reason.or(Some(UnknownReason::NotCollected)),
            };
        };
        let records = records.entry(key).or_insert_with(|| by_key(judgement));
        match (records.get(record.as_str()), judgement.completeness) {
            (Some(reason), _) => *reason,
            (None, Completeness::Complete) => {
                let was_asked = self.asked.get(&earlier.subject).is_none_or(|asked| asked.covers(record));
                (!was_asked).then_some(UnknownReason::NotCollected)
            }
            (None, Completeness::Incomplete(reason)) => Some(judgement.reason.unwrap_or(reason)),
        }
    }
}

/// For each judgement that was asked for: its records by key, and why one is unknown.
type RecordsByKey<'l> = BTreeMap<&'l (String, SubjectId), BTreeMap<&'l str, Option<UnknownReason>>>;

/// Of several records with the same key, one that is unknown counts.
fn by_key(judgement: &Judgement) -> BTreeMap<&str, Option<UnknownReason>> {
    let mut records: BTreeMap<&str, Option<UnknownReason>> = BTreeMap::new();
    for record in &judgement.records {
        let unknown = if record.verdict == Verdict::Unknown { record.reason } else { None };
        let known = records.entry(&record.key).or_default();
        *known = known.or(unknown);
    }
    records
}

fn accept(finding: &mut Finding, in_force: &BTreeMap<&str, &Acceptance>) {
    finding.acceptance = in_force.get(finding.id.as_str()).map(|acceptance| (*acceptance).clone());
    if finding.acceptance.is_some() {
        finding.state = FindingState::Accepted;
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
