//! The dialogue with `smb` that begins with version 2.
#![no_main]

use visite_fuzz::{assert_seen, converse, manner_and_arrivals};
use visite_facts::facts::NetworkService;
use visite_wire::smb::Smb2;

visite_fuzz::fuzz_bytes!(|bytes| {
    let (manner, arrivals) = manner_and_arrivals(bytes);
    if let Some(seen) = converse(&mut Smb2::new(&manner), arrivals) {
        assert_seen(NetworkService::Smb, &seen);
    }
});
