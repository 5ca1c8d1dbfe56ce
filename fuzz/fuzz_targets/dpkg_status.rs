//! The database of dpkg: no more entries than lines.
//! Seeds: crates/visite-host/tests/data/dpkg
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::dpkg::parse_dpkg_status;

visite_fuzz::fuzz_text!(|text| {
    let status = parse_dpkg_status(text);
    assert!(status.entries.len() + status.malformed <= lines(text));
});
