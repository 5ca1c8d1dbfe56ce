//! `/etc/dnf/automatic.conf`.
#![no_main]

use visite_host::linux::updates::parse_automatic_conf;

visite_fuzz::fuzz_text!(|text| {
    let _ = parse_automatic_conf(text);
});
