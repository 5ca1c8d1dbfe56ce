//! One whole assessment, as it is written to a file.

use crate::world::{World, account, accounts};
use visite_facts::facts::PasswordState;
use visite_facts::{Assessment, Collection};

#[test]
fn an_assessment_is_written_the_same_way_for_good() {
    let people = vec![account("anna", PasswordState::Set), account("praxis", PasswordState::None)];
    let mut assessment = World::of(vec![accounts(&Collection::complete(people))]).assess();
    // The rest repeats the catalogue; two checks tell the shape.
    assessment.results.retain(|result| ["account-empty-password", "firewall-missing"].contains(&result.check.as_str()));
    assessment.requirements.retain(|requirement| requirement.requirement == "KBV-390-A1-26");
    assessment.catalog.hash = "(hash)".to_owned();
    assessment.round.id = "(round)".to_owned();
    let text = serde_json::to_string_pretty(&assessment).expect("json");
    insta::assert_snapshot!(text);
    let again: Assessment = serde_json::from_str(&text).expect("what was written is read");
    assert_eq!(again, assessment);
}
