//! Conditions with and without a record: what compiles can be evaluated.
#![no_main]

use visite_catalog::{Condition, Scope};
use visite_facts::fact_spec;

visite_fuzz::fuzz_text!(|text| {
    let accounts = fact_spec("host.accounts").expect("a fact of the schema");
    for record in [None, Some(accounts)] {
        match Condition::compile(text, record) {
            Err(mistake) => assert!(mistake.offset <= text.len()),
            Ok(condition) => {
                let (singles, fields) = visite_fuzz::values(accounts);
                let scope =
                    Scope::new(singles.iter().map(|(fact, field, value)| (*fact, *field, value)), visite_fuzz::now());
                let _ = condition.holds(&scope);
                let _ = condition.holds(&scope.with_record(fields.iter().map(|(field, value)| (*field, value))));
                let _ = condition.holds(&Scope::new([], visite_fuzz::now()).with_record([]));
            }
        }
    }
});
