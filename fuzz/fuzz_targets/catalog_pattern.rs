//! A pattern in a layer of its own.
//! Seeds: catalog/patterns
#![no_main]

visite_fuzz::fuzz_text!(|text| {
    visite_fuzz::load_with(|id| format!("patterns/{id}.yaml"), text);
});
