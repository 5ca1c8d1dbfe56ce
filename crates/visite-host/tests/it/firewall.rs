//! What real rulesets let in. The data were printed by the programs themselves; see `tests/data/firewall/README.md`.

use visite_facts::facts::IpFamily;
use visite_host::linux::firewall::{FilterVerdict, Opening, Ruleset, judge_packets, parse_iptables_save, parse_nft_ruleset};

fn nft(text: &str) -> Ruleset {
    parse_nft_ruleset(text).expect("nft printed it")
}

fn saved(text: &str, family: IpFamily, program: &str) -> Ruleset {
    parse_iptables_save(text, family, program).expect("iptables-save printed it")
}

fn present(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn judged(rulesets: &[&Ruleset], interfaces: &[&str]) -> String {
    shown(&judge_packets(rulesets, &present(interfaces)).expect("short enough"))
}

fn shown(verdict: &FilterVerdict) -> String {
    let action = |open: bool| if open { "accept" } else { "block" };
    let mut text = format!(
        "filters {}, ipv4 {}, ipv6 {}, rules {}\n",
        verdict.filters_input,
        action(verdict.ipv4_open),
        action(verdict.ipv6_open),
        verdict.rules
    );
    for opening in &verdict.openings {
        text.push_str(&line(opening));
        text.push('\n');
    }
    text
}

fn line(opening: &Opening) -> String {
    let ports = match opening.ports {
        None => "?".to_owned(),
        Some((first, last)) if first == last => first.to_string(),
        Some((first, last)) => format!("{first}-{last}"),
    };
    let restricted = if opening.source_restricted { " restricted" } else { "" };
    let interface = opening.interface.as_ref().map_or(String::new(), |name| format!(" on {name}"));
    format!("{}: {} {} {ports}{restricted}{interface}", opening.rule, opening.family, opening.transport)
}

#[test]
fn ufw_through_iptables_nft() {
    let mut ruleset = nft(include_str!("../data/firewall/ufw.nft.json"));
    for (text, family, label) in [
        (include_str!("../data/firewall/ufw.iptables-save"), IpFamily::Ipv4, "ip"),
        (include_str!("../data/firewall/ufw.ip6tables-save"), IpFamily::Ipv6, "ip6"),
    ] {
        ruleset.reveal(&saved(text, family, label));
    }
    insta::assert_snapshot!(judged(&[&ruleset], &["lo", "eth0"]), @"");
}

#[test]
fn ufw_without_iptables_save_is_doubtful_but_blocks() {
    let ruleset = nft(include_str!("../data/firewall/ufw.nft.json"));
    insta::assert_snapshot!(judged(&[&ruleset], &["lo", "eth0"]), @"");
}

#[test]
fn firewalld_with_zones() {
    let ruleset = nft(include_str!("../data/firewall/firewalld.nft.json"));
    insta::assert_snapshot!(judged(&[&ruleset], &["lo", "eth0"]), @"");
}

#[test]
fn docker_publishes_past_a_closed_filter() {
    let mut ruleset = nft(include_str!("../data/firewall/docker.nft.json"));
    ruleset.reveal(&saved(include_str!("../data/firewall/docker.iptables-save"), IpFamily::Ipv4, "ip"));
    insta::assert_snapshot!(judged(&[&ruleset], &["lo", "eth0", "docker0", "veth1"]), @"");
}

#[test]
fn the_older_iptables() {
    let ipv4 = saved(include_str!("../data/firewall/legacy.iptables-save"), IpFamily::Ipv4, "iptables");
    let ipv6 = saved(include_str!("../data/firewall/legacy.ip6tables-save"), IpFamily::Ipv6, "ip6tables");
    insta::assert_snapshot!(judged(&[&ipv4, &ipv6], &["lo", "eth0", "eth1"]), @"");
    // IPv6 is forgotten.
    insta::assert_snapshot!(judged(&[&ipv4], &["lo", "eth0"]), @"");
}

#[test]
fn a_ruleset_written_by_hand() {
    let ruleset = nft(include_str!("../data/firewall/hand-made.nft.json"));
    insta::assert_snapshot!(judged(&[&ruleset], &["lo", "eth0", "eth1"]), @"");
}
