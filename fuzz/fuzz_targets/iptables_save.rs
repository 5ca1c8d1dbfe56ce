//! `iptables-save` and `ip6tables-save`, down to what both together let in.
//! Seeds: crates/visite-host/tests/data/firewall
#![no_main]

use visite_facts::facts::IpFamily;
use visite_host::linux::firewall::{judge_packets, parse_iptables_save};

visite_fuzz::fuzz_text!(|text| {
    let v4 = parse_iptables_save(text, IpFamily::Ipv4, "iptables");
    let v6 = parse_iptables_save(text, IpFamily::Ipv6, "ip6tables");
    let rulesets: Vec<_> = [&v4, &v6].into_iter().flatten().collect();
    let _ = judge_packets(&rulesets, &visite_fuzz::interfaces());
});
