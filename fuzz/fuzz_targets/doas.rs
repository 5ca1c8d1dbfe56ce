//! doas.conf(5), down to the records it gives.
//! Seeds: crates/visite-host/tests/data/accounts
#![no_main]

use visite_host::linux::accounts::doas::{doas_rules, may_do_everything, parse_doas};

visite_fuzz::fuzz_text!(|text| {
    let read = parse_doas(text);
    assert!(read.entries.len() <= text.len());
    assert!(doas_rules(&read.entries).len() <= read.entries.len());
    let _ = may_do_everything(&read.entries, &visite_fuzz::caller());
});
