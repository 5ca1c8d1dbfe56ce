//! Changing over to TLS: the first byte picks the service.
#![no_main]

use visite_fuzz::{converse, manner_and_arrivals};
use visite_wire::tls::{STARTTLS_SERVICES, starttls};

visite_fuzz::fuzz_bytes!(|bytes| {
    let Some((picked, rest)) = bytes.split_first() else { return };
    let service = STARTTLS_SERVICES[usize::from(*picked) % STARTTLS_SERVICES.len()];
    let (_, arrivals) = manner_and_arrivals(rest);
    let first = converse(&mut *starttls(service).expect("of the list"), arrivals);
    assert!(first.is_none_or(|first| first.len() < 100));
});
