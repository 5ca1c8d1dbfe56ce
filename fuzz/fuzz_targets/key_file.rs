//! Key files: no more entries than lines.
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::screen_lock::keyfile::{desktop_flag, desktop_value, last_value, parse_key_file};

visite_fuzz::fuzz_text!(|text| {
    let entries = parse_key_file(text);
    assert!(entries.len() <= lines(text));
    let _ = (desktop_flag(&entries, "Hidden"), desktop_value(&entries, "Exec"), last_value(&entries, "Login", "a"));
});
