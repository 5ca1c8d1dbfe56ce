//! The exchange of keys that shows the key of an SSH server.
#![no_main]

use visite_fuzz::{converse, manner_and_arrivals};
use visite_wire::ssh::HostKey;

visite_fuzz::fuzz_bytes!(|bytes| {
    let (_, arrivals) = manner_and_arrivals(bytes);
    converse(&mut HostKey::default(), arrivals);
});
