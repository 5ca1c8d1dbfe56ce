//! The status of requirements, over a catalogue of one check and one requirement that rests on it alone.

use crate::world::{account, now, snapshot};
use jiff::SignedDuration;
use visite_assess::{Input, assess};
use visite_catalog::{Catalog, Layer, load};
use visite_facts::facts::PasswordState;
use visite_facts::{Acceptance, Assessment, Collection, Finding, RequirementStatus, Snapshot};

const CHECK: &str = "id: door-open
topic: { de: Türen, en: Doors }
title: { de: Offen, en: Open }
severity: high
confidence: high
for_each: host.accounts
fails_when: record.password == \"none\"
why: { de: Darum., en: Because. }
measure: door-close
sources: [R-1]
";

const MEASURE: &str = "id: door-close
title: { de: Schließen, en: Close }
action: { de: Schließen, en: Close }
effort_minutes: 1
cost: free
who: practice
owner: { de: a, en: a }
team: { de: a, en: a }
provider: { steps: [{ de: a, en: a }], verify: { de: a, en: a }, rollback: { de: a, en: a } }
";

const FRAMEWORK: &str = "id: rules
title: { de: Regeln, en: Rules }
published: 2026-01-01
url: https://example.org/
note: { de: a, en: a }
requirements:
  - id: R-1
    number: \"1\"
    section: { de: a, en: a }
    target: { de: a, en: a }
    title: { de: a, en: a }
    text: { de: a, en: a }
    modality: must
    applies_to: all
    valid_from: 2026-01-01
    confidence: { numbering: seen, wording: gap }
    checks: [door-open]
    questions: []
    documents: []
    records: []
";

fn catalog() -> Catalog {
    let files = [
        ("checks/accounts/door-open/check.yaml", CHECK),
        ("measures/door-close.yaml", MEASURE),
        ("frameworks/rules.yaml", FRAMEWORK),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    load(&[Layer::from_files("test", files)]).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

fn judged(snapshots: &[Snapshot], previous: &[Finding], acceptances: &[Acceptance]) -> Assessment {
    assess(&Input { catalog: &catalog(), practice: None, snapshots, acceptances, previous, now: now() })
}

fn status(assessment: &Assessment) -> RequirementStatus {
    assessment.requirements[0].status
}

fn computer(machine: u8, password: PasswordState) -> Snapshot {
    let mut seen = snapshot("linux.accounts", machine);
    seen.put_all(&Collection::complete(vec![account("praxis", password)]));
    seen
}

#[test]
fn a_requirement_follows_its_check() {
    let (good, bad) = (computer(1, PasswordState::Set), computer(2, PasswordState::None));
    assert_eq!(status(&judged(std::slice::from_ref(&good), &[], &[])), RequirementStatus::Met);
    assert_eq!(status(&judged(&[good.clone(), bad], &[], &[])), RequirementStatus::NotMet);
    assert_eq!(status(&judged(&[], &[], &[])), RequirementStatus::Unknown);
    let mut old = good;
    old.observed_at = now() - SignedDuration::from_hours(24 * 31);
    assert_eq!(status(&judged(&[old], &[], &[])), RequirementStatus::OutOfDate);
}

#[test]
fn a_gap_on_a_computer_that_was_off_today_still_counts() {
    let (good, bad) = (computer(1, PasswordState::Set), computer(2, PasswordState::None));
    let before = judged(&[good.clone(), bad], &[], &[]);
    let today = judged(std::slice::from_ref(&good), &before.findings, &[]);
    assert_eq!(status(&today), RequirementStatus::NotMet);
    let acceptance = Acceptance {
        finding: before.findings[0].id.clone(),
        reason: "Ersatzgerät".to_owned(),
        by: "Leitung".to_owned(),
        until: "2026-12-31".parse().expect("a day"),
    };
    assert_eq!(status(&judged(&[good], &before.findings, &[acceptance])), RequirementStatus::Accepted);
}
