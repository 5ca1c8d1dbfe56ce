//! Configuration of swayidle.
#![no_main]

use visite_host::linux::screen_lock::sway::parse_swayidle_config;

visite_fuzz::fuzz_text!(|text| {
    let _ = parse_swayidle_config(text);
});
