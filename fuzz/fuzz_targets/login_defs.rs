//! login.defs(5).
//! Seeds: crates/visite-host/tests/data/accounts
#![no_main]

use visite_host::linux::accounts::login_defs::parse_login_defs;

visite_fuzz::fuzz_text!(|text| {
    let _ = parse_login_defs(text);
});
