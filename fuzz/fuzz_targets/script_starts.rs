//! Whether scripts start a program: only if they name it.
#![no_main]

use visite_host::linux::screen_lock::x11::parse_starts;

visite_fuzz::fuzz_text!(|text| {
    assert!(!parse_starts(text, "xscreensaver") || text.contains("xscreensaver"));
});
