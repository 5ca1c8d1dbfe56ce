//! `~/.xscreensaver` and X resources.
//! Seeds: crates/visite-host/tests/data/screen_lock
#![no_main]

use visite_host::linux::screen_lock::xscreensaver::{parse_resource, parse_span};

visite_fuzz::fuzz_text!(|text| {
    let value = parse_resource(text, "timeout");
    assert!(value.is_none_or(|value| text.contains(value)));
    let _ = value.and_then(parse_span);
});
