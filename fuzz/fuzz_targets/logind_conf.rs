//! logind.conf(5), alone and under itself.
#![no_main]

use visite_host::linux::screen_lock::logind::parse_logind;

visite_fuzz::fuzz_text!(|text| {
    assert_eq!(parse_logind([text].into_iter()), parse_logind([text, text].into_iter()));
});
