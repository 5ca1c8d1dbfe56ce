//! Binary values of dconf, of both byte orders.
#![no_main]

use visite_host::linux::screen_lock::gvdb::parse_variant;

visite_fuzz::fuzz_bytes!(|bytes| {
    assert_eq!(parse_variant(bytes, false).is_ok(), parse_variant(bytes, true).is_ok());
});
