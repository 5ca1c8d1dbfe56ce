//! Descriptions of card terminals.
#![no_main]

use visite_wire::sicct::parse_description;

visite_fuzz::fuzz_bytes!(|bytes| {
    let _ = parse_description(bytes);
});
