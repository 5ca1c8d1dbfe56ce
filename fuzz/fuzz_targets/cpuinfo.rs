//! `/proc/cpuinfo`.
#![no_main]

use visite_host::linux::machine_kind::parse_cpuinfo;

visite_fuzz::fuzz_text!(|text| {
    let _ = parse_cpuinfo(text);
});
