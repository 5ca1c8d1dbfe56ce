//! `/etc/shadow`: every line is read, malformed or of NIS.
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::accounts::shadow::parse_shadow;

visite_fuzz::fuzz_text!(|text| {
    let read = parse_shadow(text);
    assert!(read.entries.len() + read.malformed.len() + read.compat.len() <= lines(text));
    assert!(read.malformed.last().is_none_or(|number| *number <= lines(text)));
});
