//! `apt-cache policy NAME...`, with the security indexes that the text itself names.
//! Seeds: crates/visite-host/tests/data/apt
#![no_main]

use std::collections::BTreeSet;
use visite_fuzz::lines;
use visite_host::linux::updates::apt_output::{parse_indexes, parse_security_versions};

visite_fuzz::fuzz_text!(|text| {
    let indexes = parse_indexes(text);
    let security: BTreeSet<&str> = indexes.iter().map(|index| index.description.as_str()).collect();
    assert!(parse_security_versions(text, &security).len() <= lines(text));
});
