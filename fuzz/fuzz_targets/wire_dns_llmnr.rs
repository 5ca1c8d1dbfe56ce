//! The question for a computer's name on its own link.
#![no_main]

use visite_fuzz::{converse, manner_and_arrivals};
use visite_wire::dns::Llmnr;

visite_fuzz::fuzz_bytes!(|bytes| {
    let (_, arrivals) = manner_and_arrivals(bytes);
    converse(&mut Llmnr::new([10, 0, 0, 1].into()), arrivals);
});
