//! `/etc/passwd` as the collector of sockets reads it: no more names than lines.
//! Seeds: crates/visite-host/tests/data/accounts
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::sockets::parse_user_names;

visite_fuzz::fuzz_text!(|text| {
    assert!(parse_user_names(text).len() <= lines(text));
});
