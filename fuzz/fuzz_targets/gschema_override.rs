//! Overrides of GSettings schemas: no more than lines.
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::screen_lock::gschema::parse_override;

visite_fuzz::fuzz_text!(|text| {
    assert!(parse_override(text).len() <= lines(text));
});
