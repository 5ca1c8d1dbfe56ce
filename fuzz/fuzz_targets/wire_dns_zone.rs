//! The transfer of a zone.
#![no_main]

use visite_fuzz::{converse, manner_and_arrivals};
use visite_wire::dns::ZoneTransfer;

visite_fuzz::fuzz_bytes!(|bytes| {
    let (_, arrivals) = manner_and_arrivals(bytes);
    converse(&mut ZoneTransfer::new("praxis.example").expect("a name"), arrivals);
});
