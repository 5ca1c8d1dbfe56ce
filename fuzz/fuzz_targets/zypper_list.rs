//! `zypper --xmlout list-updates`.
#![no_main]

use visite_host::linux::updates::parse_list;

visite_fuzz::fuzz_text!(|text| {
    assert!(parse_list(text).is_none_or(|count| (0..=text.len() as i64).contains(&count)));
});
