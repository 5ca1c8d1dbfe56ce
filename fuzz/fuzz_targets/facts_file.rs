//! Facts files: what was read is written and read again without loss.
//! Seeds: tests/compat
//! Seeds: crates/visite-report/tests/data
#![no_main]

use visite_facts::FactsFile;

visite_fuzz::fuzz_bytes!(|bytes| {
    let Ok((file, _)) = FactsFile::from_json(bytes) else { return };
    let (again, problems) = FactsFile::from_json(file.to_json().as_bytes()).expect("our own file");
    assert_eq!((again, problems), (file, Vec::new()));
});
