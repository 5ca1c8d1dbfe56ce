//! Times and days as WMI writes them.
#![no_main]

use visite_host::windows::os::parse_cim_time;
use visite_host::windows::updates::parse_installed_on;

visite_fuzz::fuzz_text!(|text| {
    let _ = parse_cim_time(text);
    let _ = parse_installed_on(text);
});
