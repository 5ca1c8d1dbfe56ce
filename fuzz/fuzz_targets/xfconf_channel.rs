//! Channels of Xfconf.
//! Seeds: crates/visite-host/tests/data/screen_lock
#![no_main]

use visite_host::linux::screen_lock::xfconf::parse_channel;

visite_fuzz::fuzz_text!(|text| {
    if let Ok(channel) = parse_channel(text) {
        assert!(channel.properties.len() <= text.len());
        assert!(channel.properties.iter().all(|property| property.path.starts_with('/')));
    }
});
