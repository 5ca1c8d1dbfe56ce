//! Lengths of passwdqc.conf(5): the smallest one.
#![no_main]

use visite_host::linux::accounts::password_policy::parse_passwdqc_min;

visite_fuzz::fuzz_text!(|text| {
    let _ = parse_passwdqc_min(text);
});
