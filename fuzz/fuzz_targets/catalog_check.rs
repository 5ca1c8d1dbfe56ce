//! A check in a layer of its own.
//! Seeds: catalog/checks
#![no_main]

visite_fuzz::fuzz_text!(|text| {
    visite_fuzz::load_with(|id| format!("checks/accounts/{id}/check.yaml"), text);
});
