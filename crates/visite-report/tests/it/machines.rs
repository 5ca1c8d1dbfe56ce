//! What programs read: SARIF has the structure that the standard asks for, JUnit counts right.
//!
//! The SARIF schema is not kept here, for OASIS licenses it under terms of its own; outputs were validated against
//! schema 2.1.0 rtm.5 by hand (24 November 2026), and these tests hold the rules that matter.

use crate::golden::{assessment, options, rendered};
use serde_json::Value as Json;
use visite_facts::{FindingState, Lang, Verdict};
use visite_report::Format;

fn sarif(name: &str) -> Json {
    serde_json::from_str(&rendered(Format::Sarif, &assessment(name), &options(Lang::En))).expect("JSON")
}

fn list<'a>(json: &'a Json, pointer: &str) -> &'a Vec<Json> {
    json.pointer(pointer).and_then(Json::as_array).expect("a list")
}

#[test]
fn sarif_has_what_the_standard_asks_for() {
    for name in ["sample", "clean", "empty"] {
        let log = sarif(name);
        assert_eq!(log["version"], "2.1.0");
        assert_eq!(log.pointer("/runs/0/tool/driver/name").expect("a name"), "Visite");
        let rules = list(&log, "/runs/0/tool/driver/rules");
        for result in list(&log, "/runs/0/results") {
            let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
            assert_eq!(rules[index]["id"], result["ruleId"]);
            assert!(result["message"]["text"].as_str().is_some_and(|text| !text.is_empty()));
            let kind = result["kind"].as_str().expect("a kind");
            assert!(["fail", "pass", "open", "notApplicable"].contains(&kind));
            // 3.27.10: whatever is no failure has level none.
            assert_eq!(kind != "fail", result["level"] == "none", "{result}");
            let place = &result["locations"][0]["logicalLocations"][0];
            assert!(
                place["kind"] == "resource" && place["name"].is_string() && place["fullyQualifiedName"].is_string()
            );
        }
    }
}

#[test]
fn sarif_tells_every_finding_and_every_other_result() {
    let log = sarif("sample");
    let sample = assessment("sample");
    let results = list(&log, "/runs/0/results");
    let of_kind = |kind: &str| results.iter().filter(|result| result["kind"] == kind).count();
    let judged = |verdict| sample.results.iter().filter(|result| result.verdict == verdict).count();
    assert_eq!(of_kind("fail"), sample.findings.iter().filter(|f| f.state != FindingState::Fixed).count());
    assert_eq!(of_kind("pass"), judged(Verdict::Pass));
    assert_eq!(of_kind("open"), judged(Verdict::Unknown));
    assert_eq!(of_kind("notApplicable"), judged(Verdict::NotApplicable));
    for finding in sample.findings.iter().filter(|finding| finding.state != FindingState::Fixed) {
        let told =
            results.iter().find(|result| result["partialFingerprints"]["visiteFinding/v1"] == finding.id.as_str());
        let told = told.expect("every finding is told");
        assert_eq!(told.get("suppressions").is_some(), finding.state == FindingState::Accepted);
    }
    assert!(!results.iter().any(|result| result["ruleId"] == "reboot-pending" && result["kind"] == "fail"));
}

#[test]
fn junit_counts_what_it_tells() {
    for name in ["sample", "clean", "empty"] {
        let xml = rendered(Format::Junit, &assessment(name), &options(Lang::De));
        let number = |attribute: &str| -> usize {
            let rest = xml.split(&format!(" {attribute}=\"")).nth(1).expect("the attribute");
            rest.split('"').next().and_then(|number| number.parse().ok()).expect("a number")
        };
        assert_eq!(number("tests"), xml.matches("<testcase").count());
        assert_eq!(number("tests"), assessment(name).results.len());
        assert_eq!(number("failures"), xml.matches("<failure").count());
        assert_eq!(number("skipped"), xml.matches("<skipped").count());
        assert_eq!(number("errors"), 0);
    }
}

#[test]
fn an_accepted_gap_does_not_fail_a_build() {
    let xml = rendered(Format::Junit, &assessment("sample"), &options(Lang::De));
    let case = xml.lines().find(|line| line.contains("automatic-updates-off")).expect("the case");
    assert!(case.contains("<skipped message=\"Risiko bewusst akzeptiert. Bis 31.03.2027"), "{case}");
    assert_eq!(xml.matches("<failure").count(), 6);
}

#[test]
fn a_suite_for_each_subject() {
    let mut several = assessment("sample");
    let mut other = several.subjects[0].clone();
    other.subject.id.0 = "host-two".into();
    other.subject.name = "server-1".into();
    several.subjects.push(other);
    let mut moved = several.results[0].clone();
    moved.subject.0 = "host-two".into();
    several.results.push(moved);
    let xml = rendered(Format::Junit, &several, &options(Lang::De));
    assert_eq!(xml.matches("<testsuite ").count(), 2);
    assert!(xml.contains("<testsuite name=\"server-1\" tests=\"1\" failures=\"1\""));
}
