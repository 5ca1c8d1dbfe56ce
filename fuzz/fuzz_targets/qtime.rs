//! Times as QSettings writes them: within a day.
#![no_main]

use visite_host::linux::screen_lock::lxqt::parse_qtime_seconds;

visite_fuzz::fuzz_text!(|text| {
    assert!(parse_qtime_seconds(text).is_none_or(|seconds| (0..=86_400).contains(&seconds)));
});
