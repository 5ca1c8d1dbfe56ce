//! Settings of PAM modules: no more than lines.
//! Seeds: crates/visite-host/tests/data/accounts
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::accounts::password_policy::parse_module_settings;

visite_fuzz::fuzz_text!(|text| {
    assert!(parse_module_settings(text).len() <= lines(text));
});
