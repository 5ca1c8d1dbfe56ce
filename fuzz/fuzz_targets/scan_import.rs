//! Files of other scanners: nmap's XML and reports of Greenbone.
//! Seeds: crates/visite-scan/tests/data/import
#![no_main]

use visite_scan::import::parse_import;

visite_fuzz::fuzz_bytes!(|bytes| {
    for host in parse_import(bytes).into_iter().flatten() {
        assert!(!host.addresses.is_empty());
        assert!(host.names.iter().all(|name| !name.chars().any(char::is_control)));
        assert_eq!(host.snapshot().subject.id, host.host().subject);
    }
});
