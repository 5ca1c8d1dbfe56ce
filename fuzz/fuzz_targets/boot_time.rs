//! The line `btime` of `/proc/stat`.
#![no_main]

use visite_host::linux::os::parse_boot_time;

visite_fuzz::fuzz_text!(|text| {
    let _ = parse_boot_time(text);
});
