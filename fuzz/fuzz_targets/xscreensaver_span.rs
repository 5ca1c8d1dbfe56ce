//! Times of xscreensaver: never negative.
#![no_main]

use visite_host::linux::screen_lock::xscreensaver::parse_span;

visite_fuzz::fuzz_text!(|text| {
    assert!(parse_span(text).is_none_or(|seconds| seconds >= 0));
});
