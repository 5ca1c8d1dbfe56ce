//! apt.conf(5).
//! Seeds: crates/visite-host/tests/data/apt
#![no_main]

use visite_host::linux::updates::apt_conf::{AptConf, parse_apt_conf};

visite_fuzz::fuzz_text!(|text| {
    let mut conf = AptConf::default();
    parse_apt_conf(text, &mut conf);
    let _ = conf.get("APT::Periodic::Unattended-Upgrade");
    let _ = conf.list("Unattended-Upgrade::Origins-Pattern");
});
