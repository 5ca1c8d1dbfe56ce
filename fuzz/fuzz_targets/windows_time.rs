//! Times as WMI writes them.
#![no_main]

use visite_host::windows::os::parse_cim_time;

visite_fuzz::fuzz_text!(|text| {
    let _ = parse_cim_time(text);
});
