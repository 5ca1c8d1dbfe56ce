//! What dnf complains about.
#![no_main]

use visite_host::linux::updates::dnf_output::parse_complaints;

visite_fuzz::fuzz_text!(|text| {
    let _ = parse_complaints(text);
});
