//! pam.conf(5): no more lines than the text has.
//! Seeds: crates/visite-host/tests/data/accounts
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::accounts::pam::parse_pam;

visite_fuzz::fuzz_text!(|text| {
    let (read, malformed) = parse_pam(text);
    assert!(read.len() + malformed.len() <= lines(text));
});
