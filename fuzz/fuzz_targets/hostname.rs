//! hostname(5): one word of at most 64 characters.
#![no_main]

use visite_host::linux::identity::parse_hostname;

visite_fuzz::fuzz_text!(|text| {
    let name = parse_hostname(text);
    assert!(name.chars().count() <= 64);
    assert!(!name.contains(char::is_whitespace));
});
