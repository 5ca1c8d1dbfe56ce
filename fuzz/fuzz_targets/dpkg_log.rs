//! The log of dpkg.
//! Seeds: crates/visite-host/tests/data/dpkg
#![no_main]

use visite_host::linux::updates::dpkg_log::parse_dpkg_log;

visite_fuzz::fuzz_text!(|text| {
    let _ = parse_dpkg_log(text);
});
