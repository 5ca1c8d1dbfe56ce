//! The plan: measures in the order in which to act. Worst gaps first; among equals, what is quickest.

use std::collections::BTreeMap;
use visite_catalog::Catalog;
use visite_facts::{Finding, FindingState, PlannedMeasure, Severity};

/// The measures for all open findings.
pub fn plan(catalog: &Catalog, findings: &[Finding]) -> Vec<PlannedMeasure> {
    let mut by_measure: BTreeMap<&str, (Severity, Vec<String>)> = BTreeMap::new();
    for finding in findings.iter().filter(|f| matches!(f.state, FindingState::Open | FindingState::Reopened)) {
        let (worst, ids) = by_measure.entry(&finding.measure).or_insert((Severity::Low, Vec::new()));
        *worst = (*worst).max(finding.effective_severity);
        ids.push(finding.id.clone());
    }
    let mut plan: Vec<PlannedMeasure> = by_measure
        .into_iter()
        .filter_map(|(id, (effective_severity, findings))| {
            Some(PlannedMeasure { measure: catalog.measures.get(id)?.clone(), effective_severity, findings })
        })
        .collect();
    plan.sort_by(|a, b| {
        let by_severity = b.effective_severity.cmp(&a.effective_severity);
        by_severity
            .then_with(|| a.measure.effort_minutes.cmp(&b.measure.effort_minutes))
            .then_with(|| a.measure.id.cmp(&b.measure.id))
    });
    plan
}
