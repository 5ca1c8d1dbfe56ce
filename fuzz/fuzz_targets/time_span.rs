//! Time spans of systemd.time(7).
#![no_main]

use visite_host::linux::screen_lock::logind::parse_time_span;

visite_fuzz::fuzz_text!(|text| {
    assert_eq!(parse_time_span(text), parse_time_span(text.trim()));
});
