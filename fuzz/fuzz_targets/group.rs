//! `/etc/group`: every line is read, malformed or of NIS.
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::accounts::group::parse_group;

visite_fuzz::fuzz_text!(|text| {
    let read = parse_group(text);
    assert!(read.entries.len() + read.malformed.len() + read.compat.len() <= lines(text));
    assert!(read.malformed.last().is_none_or(|number| *number <= lines(text)));
});
