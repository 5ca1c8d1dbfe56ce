//! `dnf repoquery --upgrades`: no more packages than lines.
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::updates::dnf_output::parse_upgrades;

visite_fuzz::fuzz_text!(|text| {
    assert!(parse_upgrades(text).len() <= lines(text));
});
