//! `nft -j list ruleset`, down to what the filter lets in.
//! Seeds: crates/visite-host/tests/data/firewall
#![no_main]

use visite_host::linux::firewall::{judge_packets, parse_nft_ruleset};

visite_fuzz::fuzz_text!(|text| {
    if let Some(ruleset) = parse_nft_ruleset(text) {
        let _ = judge_packets(&[&ruleset], &visite_fuzz::interfaces());
    }
});
