//! `/etc/slim.conf`.
//! Seeds: crates/visite-host/tests/data/accounts
#![no_main]

use visite_host::linux::accounts::autologin::parse_slim;

visite_fuzz::fuzz_text!(|text| {
    assert!(parse_slim(text).is_none_or(|user| text.contains(&user)));
});
