//! `ExecStart=` of units: no more than lines.
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::accounts::units::parse_exec_starts;

visite_fuzz::fuzz_text!(|text| {
    assert!(parse_exec_starts(text).len() <= lines(text));
});
