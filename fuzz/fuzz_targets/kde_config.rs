//! KConfig files: no more entries than lines.
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::screen_lock::kde::parse_config;

visite_fuzz::fuzz_text!(|text| {
    assert!(parse_config(text, "Daemon").entries.len() <= lines(text));
});
