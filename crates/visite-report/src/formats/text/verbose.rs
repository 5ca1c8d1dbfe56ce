//! What `-v` adds: every point with its verdict and all evidence, by area, and the requirements touched.
//!
//! For technicians. Evidence stands here by its field path and value exactly as in a facts file, so that it can
//! be searched for.

use super::Report;
use super::page::{Page, Style};
use crate::evidence;
use crate::overview;
use std::collections::BTreeMap;
use visite_facts::{Area, CheckResult, Evidence, RequirementStatus, Verdict, Word};

/// Writes the sections.
pub(super) fn write(report: &Report<'_>, page: &mut Page) {
    if !report.assessment.results.is_empty() {
        page.blank();
        page.paragraph(Style::Bold, 0, &report.texts.say("group-all-points"));
    }
    for area in Area::ALL.iter().filter_map(|word| Area::from_word(word)) {
        let groups = grouped(report.assessment.results.iter().filter(|result| result.area == area));
        if groups.is_empty() {
            continue;
        }
        page.blank();
        page.paragraph(Style::Bold, 2, &report.texts.word("area", area));
        for group in groups {
            point(report, page, &group);
        }
    }
    requirements(report, page);
}

/// Results of one check that say the same about several subjects belong together.
fn grouped<'a>(results: impl Iterator<Item = &'a CheckResult>) -> Vec<Vec<&'a CheckResult>> {
    let mut groups: Vec<Vec<&CheckResult>> = Vec::new();
    let mut places = BTreeMap::new();
    for result in results {
        let alike = (&result.check, result.verdict, result.reason, result.effective_severity);
        let place = *places.entry(alike).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[place].push(result);
    }
    groups
}

fn point(report: &Report<'_>, page: &mut Page, group: &[&CheckResult]) {
    let Some(result) = group.first() else { return };
    let texts = report.texts;
    let mut verdict = texts.word("verdict", result.verdict);
    if let Some(reason) = result.reason {
        let place = overview::place_of(report.assessment, &result.subject);
        verdict = format!("{verdict} ({})", texts.reason(place, reason));
    }
    let mut items = vec![format!("{verdict}: {}", result.topic.get(report.options.lang))];
    let several = report.assessment.subjects.len() > 1;
    let name = |result: &CheckResult| overview::subject_name(report.assessment, &result.subject).to_owned();
    if several {
        items.push(group.iter().map(|result| name(result)).collect::<Vec<_>>().join(", "));
    }
    if result.verdict == Verdict::Fail {
        items.push(severity(report, result));
        items.push(texts.word("confidence", result.confidence));
    }
    page.items(Style::Plain, 4, &items);
    page.id_at_end(&result.check);
    for result in group {
        // That nothing is known about many of them stands above already.
        let told = result.evidence.iter().filter(|item| group.len() == 1 || item.value.is_some());
        for (index, item) in told.enumerate() {
            let mut items = evidence_items(report, item);
            if group.len() > 1 && index == 0 {
                items.insert(0, name(result));
            }
            page.items(Style::Dim, 6, &items);
        }
    }
}

/// Both severities where the subject makes the gap worse or better than the check says.
fn severity(report: &Report<'_>, result: &CheckResult) -> String {
    let effective = report.texts.word("severity", result.effective_severity);
    if result.effective_severity == result.severity {
        return effective;
    }
    let own = report.texts.word("severity", result.severity);
    report.texts.fill("severity-pair", [("effective", effective.into()), ("own", own.into())])
}

fn evidence_items(report: &Report<'_>, item: &Evidence) -> Vec<String> {
    let value = match evidence::raw_value(item) {
        Some(value) => format!("{} = {value}", item.field),
        None => format!("{}: {}", item.field, evidence::value(report.texts, &report.calendar, item)),
    };
    let mut items = vec![value];
    items.extend(Some(item.source.clone()).filter(|source| !source.is_empty()));
    items.extend(item.observed_at.map(|moment| report.calendar.when(moment)));
    if item.basis != visite_facts::Basis::Measured {
        items.push(report.texts.word("basis", item.basis));
    }
    items
}

/// One line a framework: how many of the requirements touched have which status.
fn requirements(report: &Report<'_>, page: &mut Page) {
    let frameworks = overview::touched_requirements(report.assessment);
    if !frameworks.is_empty() {
        page.blank();
    }
    for (framework, requirements) in frameworks {
        let mut counts: BTreeMap<RequirementStatus, usize> = BTreeMap::new();
        for requirement in requirements {
            *counts.entry(requirement.status).or_default() += 1;
        }
        let counted = |(status, count): (RequirementStatus, usize)| {
            format!("{} {}", report.count(count), report.texts.word("status", status))
        };
        let list = counts.into_iter().map(counted).collect::<Vec<_>>().join(" · ");
        let values = [("framework", framework.into()), ("list", list.into())];
        page.paragraph(Style::Plain, 0, &report.texts.fill("requirements-line", values));
    }
}
