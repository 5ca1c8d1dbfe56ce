//! `/etc/passwd`: every line is read, malformed or of NIS.
//! Seeds: crates/visite-host/tests/data/accounts
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::accounts::passwd::parse_passwd;

visite_fuzz::fuzz_text!(|text| {
    let read = parse_passwd(text);
    assert!(read.entries.len() + read.malformed.len() + read.compat.len() <= lines(text));
    assert!(read.malformed.last().is_none_or(|number| *number <= lines(text)));
});
