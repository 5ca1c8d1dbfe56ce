//! Targets as people write them, one a line; a line `not` ends them, and what follows is left out.
#![no_main]

use std::net::IpAddr;
use visite_scan::targets::Targets;

visite_fuzz::fuzz_text!(|text| {
    let resolve = |name: &str| if name.len() > 3 { vec![IpAddr::from([10, 0, 0, 7])] } else { Vec::new() };
    let (wanted, unwanted) = text.split_once("\nnot\n").unwrap_or((text, ""));
    let read = |lines: &str| Targets::parse(&lines.lines().collect::<Vec<_>>(), &resolve);
    let (Ok(targets), Ok(excluded)) = (read(wanted), read(unwanted)) else { return };
    let count = targets.count();
    let left = targets.clone().without(&excluded);
    assert!(left.count() <= count);
    assert_eq!(targets.is_empty(), count == 0 && targets.wide().is_empty());
    for address in left.iter().take(1000) {
        assert!(targets.contains(address) && !excluded.contains(address), "{address}");
    }
});
