//! What `rpm -qa` writes in our format: no more packages than lines.
//! Seeds: crates/visite-host/tests/data/rpm
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::rpm::parse_rpm_query;

visite_fuzz::fuzz_text!(|text| {
    let told = parse_rpm_query(text);
    assert!(told.packages.len() + told.malformed <= lines(text));
});
