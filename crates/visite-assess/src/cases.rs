//! Running the cases that stand beside each check.

use crate::judge::{Bench, Judgement};
use crate::world::{SeenFact, Source, SubjectFacts};
use std::collections::BTreeMap;
use visite_catalog::{Case, Catalog, Check};
use visite_facts::snapshot::Subject;
use visite_facts::{Basis, SubjectId, Verdict};

/// A case whose verdict is another than it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongCase {
    /// The check.
    pub check: String,
    /// What the case shows.
    pub case: String,
    /// Line of the case in its file.
    pub line: u64,
    /// The verdict it names.
    pub expected: String,
    /// The verdict it got.
    pub got: String,
}

/// Runs every case of every check.
pub fn run_all(catalog: &Catalog) -> Vec<WrongCase> {
    catalog.checks.values().flat_map(|check| run(check, catalog.cases_of(check))).collect()
}

/// Runs the cases of one check.
pub fn run(check: &Check, cases: &[Case]) -> Vec<WrongCase> {
    cases
        .iter()
        .filter_map(|case| {
            let got = verdict_text(&judge_case(check, case));
            (got != case.expect).then(|| WrongCase {
                check: check.id.clone(),
                case: case.name.clone(),
                line: case.line,
                expected: case.expect.clone(),
                got,
            })
        })
        .collect()
}

fn judge_case(check: &Check, case: &Case) -> Judgement {
    let source = Source { at: case.now, collector: "case".to_owned(), basis: Basis::Measured };
    let facts: BTreeMap<_, _> =
        case.facts.iter().map(|(name, fact)| (*name, SeenFact::new(fact.clone(), source.clone()))).collect();
    let subject = Subject { id: SubjectId("case".to_owned()), kind: check.subject, name: "case".to_owned() };
    let facts = SubjectFacts {
        subject,
        identifiers: Vec::new(),
        observed_at: case.now,
        skew_seconds: None,
        possible_duplicate: Vec::new(),
        facts,
    };
    Bench::new(&facts, case.now).judge(check)
}

/// A verdict as cases write it.
fn verdict_text(judgement: &Judgement) -> String {
    match (judgement.verdict, judgement.reason) {
        (Verdict::Unknown, Some(reason)) => format!("unknown({reason})"),
        (verdict, _) => verdict.to_string(),
    }
}
