//! The cases of a check.
//! Seeds: catalog/checks
#![no_main]

visite_fuzz::fuzz_text!(|text| {
    visite_fuzz::load_cases(text);
});
