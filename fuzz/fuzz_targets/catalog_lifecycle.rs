//! A lifecycle in a layer of its own.
//! Seeds: catalog/lifecycles
#![no_main]

visite_fuzz::fuzz_text!(|text| {
    visite_fuzz::load_with(|id| format!("lifecycles/{id}.yaml"), text);
});
