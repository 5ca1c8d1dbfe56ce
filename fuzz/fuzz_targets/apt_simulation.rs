//! `apt-get --simulate dist-upgrade`.
//! Seeds: crates/visite-host/tests/data/apt
#![no_main]

use visite_fuzz::lines;
use visite_host::linux::updates::apt_output::parse_simulation;

visite_fuzz::fuzz_text!(|text| {
    let simulation = parse_simulation(text);
    assert!(simulation.upgraded.len() <= lines(text));
    assert!(simulation.security.is_subset(&simulation.upgraded));
});
