//! Calls of xautolock in scripts.
#![no_main]

use visite_host::linux::screen_lock::x11::parse_xautolock_start;

visite_fuzz::fuzz_text!(|text| {
    assert!(parse_xautolock_start(text).is_none_or(|call| call.seconds >= 0));
});
