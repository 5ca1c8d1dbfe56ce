//! `/etc/passwd` as the collector of screen locks reads it: no more people than lines.
//! Seeds: crates/visite-host/tests/data/accounts
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::screen_lock::people::parse_passwd;

visite_fuzz::fuzz_text!(|text| {
    let people = parse_passwd(text);
    assert!(people.len() <= lines(text));
    assert!(people.iter().all(|person| !person.name.is_empty()));
});
