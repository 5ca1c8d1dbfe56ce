//! nsswitch.conf(5): few and short sources.
#![no_main]

use visite_host::linux::accounts::nsswitch::parse_nsswitch;

visite_fuzz::fuzz_text!(|text| {
    for database in ["passwd", "group", "sudoers"] {
        let sources = parse_nsswitch(text, database);
        assert!(sources.len() <= 16 && sources.iter().all(|source| source.chars().count() <= 32));
    }
});
