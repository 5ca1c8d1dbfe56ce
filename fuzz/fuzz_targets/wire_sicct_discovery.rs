//! The question to card terminals over datagrams.
#![no_main]

use visite_fuzz::{assert_seen, converse, manner_and_arrivals};
use visite_facts::facts::NetworkService;
use visite_wire::sicct::Sicct;

visite_fuzz::fuzz_bytes!(|bytes| {
    let (manner, arrivals) = manner_and_arrivals(bytes);
    if let Some(seen) = converse(&mut Sicct::new(&manner), arrivals) {
        assert_seen(NetworkService::Sicct, &seen);
    }
});
