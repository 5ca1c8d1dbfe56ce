//! Service directories of connectors.
#![no_main]

use visite_wire::konnektor::parse_directory;

visite_fuzz::fuzz_bytes!(|bytes| {
    let _ = parse_directory(bytes);
});
