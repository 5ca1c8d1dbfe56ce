//! Capability statements of FHIR, also cut off.
#![no_main]

use visite_fuzz::assert_tame;
use visite_wire::fhir::parse_statement;

visite_fuzz::fuzz_bytes!(|bytes| {
    let Some(statement) = parse_statement(bytes) else { return };
    let texts = [Some(&statement.fhir_version), statement.software.as_ref(), statement.version.as_ref()];
    texts.into_iter().flatten().for_each(|text| assert_tame(text));
});
