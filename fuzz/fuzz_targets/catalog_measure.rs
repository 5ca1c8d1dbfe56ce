//! A measure in a layer of its own.
//! Seeds: catalog/measures
#![no_main]

visite_fuzz::fuzz_text!(|text| {
    visite_fuzz::load_with(|id| format!("measures/{id}.yaml"), text);
});
