//! A framework in a layer of its own.
//! Seeds: catalog/frameworks
#![no_main]

visite_fuzz::fuzz_text!(|text| {
    visite_fuzz::load_with(|id| format!("frameworks/{id}.yaml"), text);
});
