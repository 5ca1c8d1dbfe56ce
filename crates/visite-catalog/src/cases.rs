//! Reading the cases of a check. Running them is assess's business; see `visite_assess::cases`.

use crate::files::CasesFile;
use crate::model::Case;
use crate::untranslated;
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use visite_facts::snapshot::{FactsProblemKind, fact_from_json};
use visite_facts::{Shape, UnknownReason, Verdict, Word, fact_spec};
use visite_target::yaml::Mistake;

/// The clock of a case that names none: 24 November 2026, 12:00 UTC.
const DEFAULT_NOW: i64 = 1_795_521_600;

/// Turns the file's cases into cases with typed facts.
pub fn cases(file: CasesFile, name: &str) -> Result<Vec<Case>, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let mut cases = Vec::new();
    for spanned in file.cases {
        let (line, column) = (spanned.referenced.line(), spanned.referenced.column());
        let case = spanned.value;
        let mut mistake = |message: String| {
            let message = untranslated(message);
            mistakes.push(Mistake { file: name.to_owned(), line, column, message, hint: None, snippet: String::new() });
        };
        if !is_expectation(&case.expect) {
            mistake(format!("`{}` is no verdict; write pass, fail, not_applicable or unknown(<reason>)", case.expect));
        }
        let mut facts = std::collections::BTreeMap::new();
        for (fact, json) in &case.facts {
            let Some(spec) = fact_spec(fact) else {
                mistake(format!("there is no fact `{fact}`"));
                continue;
            };
            let mut problems = Vec::new();
            match fact_from_json(spec, fact, &written_out(spec.shape, json), &mut problems) {
                Ok(value) => {
                    facts.insert(spec.name, value);
                }
                Err(error) => mistake(error.to_string()),
            }
            for problem in problems {
                let what = match problem.what {
                    FactsProblemKind::NotInSchema => "is not in the schema",
                    FactsProblemKind::WrongKind => "is of the wrong kind",
                    FactsProblemKind::Derived => "is derived",
                    FactsProblemKind::Contradictory => "is known and unknown at once",
                };
                mistake(format!("`{}` {what}", problem.path));
            }
        }
        let now = case.now.unwrap_or_else(|| Timestamp::from_second(DEFAULT_NOW).expect("a second of 2026"));
        cases.push(Case { name: case.name, now, facts, expect: case.expect, line });
    }
    if mistakes.is_empty() { Ok(cases) } else { Err(mistakes) }
}

/// In cases a list stands for a complete collection.
fn written_out(shape: Shape, json: &Json) -> Json {
    match (shape, json) {
        (Shape::Collection { .. }, Json::Array(_)) => json!({ "complete": true, "records": json }),
        _ => json.clone(),
    }
}

fn is_expectation(text: &str) -> bool {
    let reason = text.strip_prefix("unknown(").and_then(|rest| rest.strip_suffix(')'));
    match reason {
        Some(reason) => UnknownReason::from_word(reason).is_some(),
        None => Verdict::from_word(text).is_some_and(|verdict| verdict != Verdict::Unknown),
    }
}
