//! The tables of severities and rooms.
#![no_main]

visite_fuzz::fuzz_text!(|text| {
    visite_fuzz::load_with(|_| "severity.yaml".to_owned(), text);
    visite_fuzz::load_with(|_| "rooms.yaml".to_owned(), text);
});
