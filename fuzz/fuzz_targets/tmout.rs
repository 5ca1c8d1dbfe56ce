//! What start-up files of shells do with `TMOUT`.
#![no_main]

use visite_host::linux::screen_lock::shell::parse_tmout;

visite_fuzz::fuzz_text!(|text| {
    assert!(parse_tmout(text).values.len() <= text.len() / "TMOUT=0".len());
});
