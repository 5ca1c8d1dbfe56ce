//! nsswitch.conf(5): whether accounts come from a directory.
#![no_main]

use visite_host::linux::screen_lock::people::parse_has_remote_accounts;

visite_fuzz::fuzz_text!(|text| {
    let _ = parse_has_remote_accounts(text);
});
