//! The answer to an offer of TLS.
//! Seeds: crates/visite-wire/tests/data/tls
#![no_main]

use visite_fuzz::converse;
use visite_wire::tls::{Hello, Offer};

visite_fuzz::fuzz_bytes!(|bytes| {
    converse(&mut Hello::new(Offer::first("10.0.0.5", [7; 32])), [bytes].into_iter());
});
