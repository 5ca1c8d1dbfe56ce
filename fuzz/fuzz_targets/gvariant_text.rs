//! Values in the text format of GVariant.
#![no_main]

use visite_host::linux::screen_lock::gschema::parse_gvariant_text;

visite_fuzz::fuzz_text!(|text| {
    assert_eq!(parse_gvariant_text(text), parse_gvariant_text(text.trim()));
});
