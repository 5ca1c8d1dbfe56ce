//! What another scanner wrote: each host has an address, and its texts may be shown.
//! Seeds: crates/visite-scan/tests/data/import
#![no_main]

use visite_fuzz::assert_tame;
use visite_scan::import::parse_import;

visite_fuzz::fuzz_bytes!(|bytes| {
    let Ok(hosts) = parse_import(bytes) else { return };
    for host in hosts {
        assert!(!host.addresses.is_empty());
        host.names.iter().for_each(|name| assert_tame(name));
        for service in host.services.values() {
            [&service.product, &service.version].into_iter().flatten().for_each(|text| assert_tame(text));
        }
    }
});
