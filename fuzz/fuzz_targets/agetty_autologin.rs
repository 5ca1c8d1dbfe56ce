//! Command lines of agetty(8).
#![no_main]

use visite_host::linux::accounts::units::parse_agetty_autologin;

visite_fuzz::fuzz_text!(|text| {
    assert!(parse_agetty_autologin(text).is_none_or(|user| text.contains(&user)));
});
