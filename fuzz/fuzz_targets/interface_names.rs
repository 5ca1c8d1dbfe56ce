//! `/proc/net/dev`: no more names than lines.
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::firewall::parse_interface_names;

visite_fuzz::fuzz_text!(|text| {
    assert!(parse_interface_names(text).len() <= lines(text));
});
