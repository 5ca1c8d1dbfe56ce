//! `apt-cache policy` without names: no more indexes than lines.
//! Seeds: crates/visite-host/tests/data/apt
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::updates::apt_output::parse_indexes;

visite_fuzz::fuzz_text!(|text| {
    assert!(parse_indexes(text).len() <= lines(text));
});
