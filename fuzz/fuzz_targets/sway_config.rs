//! Configuration of Sway.
#![no_main]

use visite_host::linux::screen_lock::sway::parse_sway_config;

visite_fuzz::fuzz_text!(|text| {
    let _ = parse_sway_config(text);
});
