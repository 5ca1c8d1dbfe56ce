//! SARIF 2.1.0 (OASIS Standard, 27 March 2020, with errata 01), for tools that collect findings of many scanners.
//!
//! Open findings are results of kind `fail`, accepted ones carry a suppression, and what passed, does not apply or
//! could not be told is there as well, so that silence never looks like a pass. Closed findings are left out: SARIF
//! describes one run, not a history.

use crate::Options;
use crate::formats::json::write_json;
use crate::overview;
use crate::texts::{Place, Texts};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::io;
use std::io::Write;
use visite_facts::{Assessment, CheckResult, Finding, FindingState, Lang, Severity, SubjectId, Verdict};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes the assessment as one SARIF run.
pub fn render(assessment: &Assessment, options: &Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    let rules = rules(assessment);
    let places: BTreeMap<&str, usize> = rules.iter().enumerate().map(|(index, rule)| (rule.check, index)).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "Visite",
                "version": options.version,
                "rules": rules.iter().map(|rule| rule.to_json(options.lang)).collect::<Vec<_>>(),
            }},
            "automationDetails": { "id": format!("visite/{}", assessment.round.id) },
            "invocations": [{ "executionSuccessful": true, "endTimeUtc": assessment.round.at.to_string() }],
            "language": options.lang,
            "results": results(assessment, &places, options.lang),
            "properties": { "catalogHash": assessment.catalog.hash, "summary": assessment.summary },
        }],
    });
    write_json(&log, out)
}

/// A check that gave a result or a finding.
struct Rule<'a> {
    check: &'a str,
    result: Option<&'a CheckResult>,
    finding: Option<&'a Finding>,
    measure: Option<&'a visite_facts::Measure>,
}

/// Every check once, in the order of the results.
fn rules(assessment: &Assessment) -> Vec<Rule<'_>> {
    let mut rules: Vec<Rule<'_>> = Vec::new();
    let checks = assessment.results.iter().map(|result| result.check.as_str());
    for check in checks.chain(assessment.findings.iter().map(|finding| finding.check.as_str())) {
        if rules.iter().any(|rule| rule.check == check) {
            continue;
        }
        let finding = assessment.findings.iter().find(|finding| finding.check == check);
        rules.push(Rule {
            check,
            result: assessment.results.iter().find(|result| result.check == check),
            finding,
            measure: finding
                .and_then(|finding| overview::measure_of(assessment, finding))
                .map(|planned| &planned.measure),
        });
    }
    rules
}

impl Rule<'_> {
    fn to_json(&self, lang: Lang) -> Json {
        let mut rule = Map::new();
        rule.insert("id".into(), json!(self.check));
        let topic =
            self.result.map(|result| result.topic.get(lang)).or(self.finding.map(|finding| finding.title.get(lang)));
        rule.insert("shortDescription".into(), json!({ "text": topic.unwrap_or(self.check) }));
        if let Some(finding) = self.finding {
            rule.insert("fullDescription".into(), json!({ "text": finding.why.get(lang) }));
        }
        if let Some(measure) = self.measure {
            rule.insert("help".into(), json!({ "text": help(measure, lang) }));
        }
        let severity = self.result.map(|result| result.severity).or(self.finding.map(|finding| finding.severity));
        if let Some(severity) = severity {
            rule.insert("defaultConfiguration".into(), json!({ "level": level(severity) }));
        }
        let mut properties = Map::new();
        if let Some(result) = self.result {
            properties.insert("area".into(), json!(result.area));
            properties.insert("severity".into(), json!(result.severity));
            properties.insert("confidence".into(), json!(result.confidence));
        }
        if let Some(finding) = self.finding.filter(|finding| !finding.sources.is_empty()) {
            properties.insert("tags".into(), json!(finding.sources));
        }
        rule.insert("properties".into(), Json::Object(properties));
        Json::Object(rule)
    }
}

fn help(measure: &visite_facts::Measure, lang: Lang) -> String {
    let mut lines = vec![measure.title.get(lang).to_owned(), measure.action.get(lang).to_owned()];
    lines.extend(measure.provider.steps.iter().map(|step| format!("- {}", step.get(lang))));
    lines.join("\n")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

fn results(assessment: &Assessment, places: &BTreeMap<&str, usize>, lang: Lang) -> Vec<Json> {
    let texts = Texts::new(lang);
    let findings = assessment.findings.iter().filter(|finding| finding.state != FindingState::Fixed);
    let mut results: Vec<Json> = findings.map(|finding| failed(assessment, places, finding, lang)).collect();
    // A failed result is told by its findings.
    let others = assessment.results.iter().filter(|result| result.verdict != Verdict::Fail);
    results.extend(others.map(|result| not_failed(assessment, places, result, &texts)));
    results
}

fn failed(assessment: &Assessment, places: &BTreeMap<&str, usize>, finding: &Finding, lang: Lang) -> Json {
    let mut result = json!({
        "ruleId": finding.check,
        "ruleIndex": places.get(finding.check.as_str()),
        "kind": "fail",
        "level": level(finding.effective_severity),
        "message": { "text": finding.title.get(lang) },
        "locations": [location(assessment, &finding.subject, finding.record.as_deref())],
        "partialFingerprints": { "visiteFinding/v1": finding.id },
        "properties": {
            "severity": finding.severity,
            "effectiveSeverity": finding.effective_severity,
            "confidence": finding.confidence,
            "state": finding.state,
            "firstSeen": finding.first_seen,
            "lastSeen": finding.last_seen,
            "measure": finding.measure,
            "evidence": finding.evidence,
        },
    });
    if finding.state == FindingState::Accepted {
        let justification = finding
            .acceptance
            .as_ref()
            .map(|acceptance| format!("{} ({}, {})", acceptance.reason, acceptance.by, acceptance.until));
        let mut suppression = json!({ "kind": "external", "status": "accepted" });
        if let Some(justification) = justification {
            suppression["justification"] = justification.into();
        }
        result["suppressions"] = json!([suppression]);
    }
    result
}

fn not_failed(assessment: &Assessment, places: &BTreeMap<&str, usize>, result: &CheckResult, texts: &Texts) -> Json {
    let kind = match result.verdict {
        Verdict::Pass => "pass",
        Verdict::NotApplicable => "notApplicable",
        // Failed results do not come here; `open` would be the honest word for one without a finding.
        Verdict::Unknown | Verdict::Fail => "open",
    };
    let mut shown = json!({
        "ruleId": result.check,
        "ruleIndex": places.get(result.check.as_str()),
        "kind": kind,
        // Anything but a failure has no level (SARIF 2.1.0, 3.27.10).
        "level": "none",
        "message": { "text": message(result, overview::place_of(assessment, &result.subject), texts) },
        "locations": [location(assessment, &result.subject, None)],
        "properties": {
            "severity": result.severity,
            "effectiveSeverity": result.effective_severity,
            "confidence": result.confidence,
            "evidence": result.evidence,
        },
    });
    if let Some(reason) = result.reason {
        shown["properties"]["reason"] = json!(reason);
    }
    shown
}

fn message(result: &CheckResult, place: Place, texts: &Texts) -> String {
    let mut message = format!("{}: {}", result.topic.get(texts.lang), texts.word("verdict", result.verdict));
    if let Some(reason) = result.reason {
        message.push_str(&format!(" ({})", texts.reason(place, reason)));
    }
    message
}

/// Subjects are computers and the like, not source files, so the location is a logical one.
fn location(assessment: &Assessment, id: &SubjectId, record: Option<&str>) -> Json {
    let name = overview::subject_name(assessment, id);
    let full = record.map_or_else(|| id.0.clone(), |record| format!("{id}/{record}"));
    json!({ "logicalLocations": [{ "name": name, "fullyQualifiedName": full, "kind": "resource" }] })
}
