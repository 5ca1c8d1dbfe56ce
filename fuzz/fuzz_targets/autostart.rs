//! Autostart entries of desktops.
#![no_main]

use visite_host::linux::screen_lock::autostart::parse_autostart;
use visite_host::linux::screen_lock::keyfile::parse_key_file;

visite_fuzz::fuzz_text!(|text| {
    let entries = parse_key_file(text);
    let command = parse_autostart(&entries, &["XFCE".to_owned(), "GNOME".to_owned()]);
    assert!(command.is_none_or(|command| text.contains(command)));
});
