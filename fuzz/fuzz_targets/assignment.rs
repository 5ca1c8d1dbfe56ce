//! Shell assignments of one name.
#![no_main]

use visite_host::linux::accounts::ini::parse_assignment;

visite_fuzz::fuzz_text!(|text| {
    let _ = parse_assignment(text, "DISPLAYMANAGER_AUTOLOGIN");
});
