//! The command line of light-locker.
#![no_main]

use visite_host::linux::screen_lock::light_locker::parse_delay_option;

visite_fuzz::fuzz_text!(|text| {
    assert!(!matches!(parse_delay_option(text), Ok(Some(seconds)) if seconds < 0));
});
