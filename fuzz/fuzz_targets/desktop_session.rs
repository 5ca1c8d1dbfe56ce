//! Session files of desktops.
#![no_main]

use visite_host::linux::screen_lock::sessions::parse_session;

visite_fuzz::fuzz_text!(|text| {
    for (stem, wayland) in [("gnome", true), ("xfce", false), ("", false)] {
        let _ = parse_session(stem, text, wayland);
    }
});
