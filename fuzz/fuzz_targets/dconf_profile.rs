//! Profiles of dconf: no more sources than lines.
//! Seeds: crates/visite-host/tests/data/screen_lock
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::screen_lock::dconf::parse_profile;

visite_fuzz::fuzz_text!(|text| {
    assert!(parse_profile(text).len() <= lines(text));
});
