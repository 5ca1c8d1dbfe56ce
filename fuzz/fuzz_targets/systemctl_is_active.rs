//! `systemctl is-active UNIT...`.
#![no_main]

use visite_host::linux::updates::parse_is_active;

visite_fuzz::fuzz_text!(|text| {
    for units in 0..4 {
        let _ = parse_is_active(text, units);
    }
});
