//! `dnf updateinfo list`: no more packages than lines.
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::updates::dnf_output::parse_advisories;

visite_fuzz::fuzz_text!(|text| {
    assert!(parse_advisories(text).len() <= lines(text));
});
