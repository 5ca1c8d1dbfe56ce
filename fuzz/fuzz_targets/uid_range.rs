//! `UID_MIN` and `UID_MAX` of login.defs(5).
//! Seeds: crates/visite-host/tests/data/accounts
#![no_main]

use visite_host::linux::screen_lock::people::parse_uid_range;

visite_fuzz::fuzz_text!(|text| {
    let _ = parse_uid_range(text);
});
