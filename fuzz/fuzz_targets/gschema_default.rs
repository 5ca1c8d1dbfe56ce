//! Schemas of GSettings.
//! Seeds: crates/visite-host/tests/data/screen_lock
#![no_main]

use visite_host::linux::screen_lock::gschema::parse_schema_default;

visite_fuzz::fuzz_text!(|text| {
    let _ = parse_schema_default(text, "org.gnome.desktop.session", "idle-delay");
});
