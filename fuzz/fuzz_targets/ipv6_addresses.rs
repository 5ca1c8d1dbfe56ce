//! `/proc/net/if_inet6`, as the collectors of firewall and sockets read it.
//! Seeds: crates/visite-host/tests/data/sockets
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::firewall::has_ipv6_address;
use visite_host::linux::sockets::parse_if_inet6;

visite_fuzz::fuzz_text!(|text| {
    let _ = has_ipv6_address(text);
    assert!(parse_if_inet6(text).len() <= lines(text));
});
