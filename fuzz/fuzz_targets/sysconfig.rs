//! Files below `/etc/sysconfig`.
#![no_main]

use visite_host::linux::updates::parse_sysconfig;

visite_fuzz::fuzz_text!(|text| {
    assert!(parse_sysconfig(text, "AOU_ENABLE_CRONJOB").is_none_or(|value| text.contains(&value)));
});
