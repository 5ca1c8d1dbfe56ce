//! Settings in sections: no more than lines.
//! Seeds: crates/visite-host/tests/data/accounts
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::accounts::ini::{last, parse_ini};

visite_fuzz::fuzz_text!(|text| {
    let (settings, malformed) = parse_ini(text);
    assert!(settings.len() + malformed.len() <= lines(text));
    let _ = last(&settings, "Seat:*", "autologin-user");
});
