//! Golden files of released formats: what was written once is read for good.

use visite_facts::scan::ScanFile;
use visite_facts::{Assessment, FactsFile};

#[test]
fn facts_1_is_read() {
    let text = include_str!("../../../../tests/compat/facts-1.json");
    let (file, problems) = FactsFile::from_json(text.as_bytes()).expect("the golden file is readable");
    assert_eq!(problems, [], "an id changed its meaning or went away");
    assert_eq!(file.to_json(), text, "the golden file is no longer written the same way");
    assert!(file.snapshots.iter().map(|snapshot| snapshot.facts.len()).sum::<usize>() >= 13);
}

#[test]
fn assessment_1_is_read() {
    let text = include_str!("../../../../tests/compat/assessment-1.json");
    let assessment: Assessment = serde_json::from_str(text).expect("the golden file is readable");
    let again = format!("{}\n", serde_json::to_string_pretty(&assessment).expect("json"));
    assert_eq!(again, text, "the golden file is no longer written the same way");
    assert!(!assessment.findings.is_empty() && !assessment.measures.is_empty() && !assessment.requirements.is_empty());
}

#[test]
fn scan_1_is_read() {
    let text = include_str!("../../../../tests/compat/scan-1.json");
    let file: ScanFile = serde_json::from_str(text).expect("the golden file is readable");
    let again = format!("{}\n", serde_json::to_string_pretty(&file).expect("json"));
    assert_eq!(again, text, "the golden file is no longer written the same way");
    assert_eq!((file.assessment.schema.as_str(), file.section.hosts.len()), (visite_facts::scan::SCAN_SCHEMA, 2));
    assert!(!file.assessment.findings.is_empty() && !file.section.record.dialogues.is_empty());
}
