//! Messages of DNS: what a device announces in one may be shown.
#![no_main]

use visite_fuzz::assert_tame;
use visite_wire::dns::{announced, parse_message};

visite_fuzz::fuzz_bytes!(|bytes| {
    let Some(message) = parse_message(bytes) else { return };
    assert!(message.records.len() <= bytes.len());
    announced(&message).names.iter().for_each(|name| assert_tame(name));
    message.names_of([10, 0, 0, 1].into()).iter().for_each(|name| assert_tame(name));
});
