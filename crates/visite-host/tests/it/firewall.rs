//! What real rulesets let in. The data were printed by the programs themselves; see `tests/data/firewall/README.md`.

use crate::sockets::{collection, empty_snapshot};
use jiff::Timestamp;
use proptest::prelude::*;
use visite_facts::facts::{Firewall, FirewallOpening, IpFamily};
use visite_facts::value::Completeness;
use visite_facts::{Fact, FactType, UnknownReason};
use visite_host::linux::firewall::{
    FilterVerdict, FirewallCollector, Opening, Ruleset, has_ipv6_address, judge_packets, parse_interface_names,
    parse_iptables_save, parse_module_names, parse_nft_ruleset,
};

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
    insta::assert_snapshot!(judged(&[&ruleset], &["lo", "eth0"]), @r"
    filters true, ipv4 block, ipv6 block, rules 106
    ip filter ufw-user-input #1: ipv4 tcp 22
    ip filter ufw-user-limit-accept #1: ipv4 tcp 2222
    ip filter ufw-user-input #5: ipv4 tcp 445 restricted
    ip filter ufw-user-input #7: ipv4 tcp 8080 on eth9
    ip filter ufw-before-input #9: ipv4 udp 68
    ip filter ufw-before-input #11: ipv4 udp 5353 restricted
    ip filter ufw-before-input #12: ipv4 udp 1900 restricted
    ip filter ufw-user-input #6: ipv4 udp 5000-5010
    ip6 filter ufw6-user-input #1: ipv6 tcp 22
    ip6 filter ufw6-user-input #6: ipv6 tcp 8080 on eth9
    ip6 filter ufw6-before-input #31: ipv6 udp 546 restricted
    ip6 filter ufw6-before-input #32: ipv6 udp 5353 restricted
    ip6 filter ufw6-before-input #33: ipv6 udp 1900 restricted
    ip6 filter ufw6-user-input #5: ipv6 udp 5000-5010
    ");
}

#[test]
fn ufw_without_iptables_save_is_doubtful_but_blocks() {
    let ruleset = nft(include_str!("../data/firewall/ufw.nft.json"));
    insta::assert_snapshot!(judged(&[&ruleset], &["lo", "eth0"]), @r"
    filters true, ipv4 block, ipv6 block, rules 106
    ip filter ufw-before-input #2: ipv4 any ?
    ip filter ufw-user-input #1: ipv4 tcp ?
    ip filter ufw-user-limit-accept #1: ipv4 tcp ?
    ip filter ufw-user-input #5: ipv4 tcp ? restricted
    ip filter ufw-user-input #7: ipv4 tcp ? on eth9
    ip filter ufw-before-input #9: ipv4 udp 68
    ip filter ufw-before-input #11: ipv4 udp ? restricted
    ip filter ufw-before-input #12: ipv4 udp ? restricted
    ip filter ufw-user-input #6: ipv4 udp ?
    ip6 filter ufw6-before-input #3: ipv6 any ?
    ip6 filter ufw6-user-input #1: ipv6 tcp 22
    ip6 filter ufw6-user-input #6: ipv6 tcp 8080 on eth9
    ip6 filter ufw6-before-input #31: ipv6 udp 546 restricted
    ip6 filter ufw6-before-input #32: ipv6 udp 5353 restricted
    ip6 filter ufw6-before-input #33: ipv6 udp 1900 restricted
    ip6 filter ufw6-user-input #5: ipv6 udp ?
    ");
}

#[test]
fn firewalld_with_zones() {
    let ruleset = nft(include_str!("../data/firewall/firewalld.nft.json"));
    insta::assert_snapshot!(judged(&[&ruleset], &["lo", "eth0"]), @r"
    filters true, ipv4 block, ipv6 block, rules 49
    inet firewalld filter_IN_internal_allow #1: ipv4 tcp 22 restricted
    inet firewalld filter_IN_public_allow #1: both tcp 22
    inet firewalld filter_IN_public_allow #3: both tcp 80
    inet firewalld filter_IN_public_allow #4: both tcp 8000-8010
    inet firewalld filter_IN_public_allow #5: ipv4 tcp 445 restricted
    inet firewalld filter_IN_internal_allow #2: ipv4 udp 5353 restricted
    inet firewalld filter_IN_internal_allow #5: ipv4 udp 137 restricted
    inet firewalld filter_IN_internal_allow #6: ipv4 udp 138 restricted
    inet firewalld filter_IN_public_allow #2: ipv6 udp 546 restricted
    inet firewalld nat_PRE_public_allow #1: ipv4 tcp 8443
    ");
}

#[test]
fn docker_publishes_past_a_closed_filter() {
    let mut ruleset = nft(include_str!("../data/firewall/docker.nft.json"));
    ruleset.reveal(&saved(include_str!("../data/firewall/docker.iptables-save"), IpFamily::Ipv4, "ip"));
    insta::assert_snapshot!(judged(&[&ruleset], &["lo", "eth0", "docker0", "veth1"]), @r"
    filters true, ipv4 block, ipv6 accept, rules 3
    ip filter INPUT #3: ipv4 tcp 22
    ip filter INPUT #3 (2): ipv4 tcp 443
    no rule: ipv6 any 0-65535
    ip nat DOCKER #2: ipv4 tcp 8080
    ");
}

#[test]
fn the_older_iptables() {
    let ipv4 = saved(include_str!("../data/firewall/legacy.iptables-save"), IpFamily::Ipv4, "iptables");
    let ipv6 = saved(include_str!("../data/firewall/legacy.ip6tables-save"), IpFamily::Ipv6, "ip6tables");
    insta::assert_snapshot!(judged(&[&ipv4, &ipv6], &["lo", "eth0", "eth1"]), @r"
    filters true, ipv4 block, ipv6 block, rules 18
    iptables filter INPUT #4: ipv4 tcp 22
    iptables filter INPUT #5: ipv4 tcp 3389 restricted
    iptables filter INPUT #8: ipv4 tcp 4242 restricted
    iptables filter INPUT #9: ipv4 any ?
    iptables filter INPUT #10: ipv4 tcp 0
    iptables filter INPUT #10 (2): ipv4 tcp 1024-65535
    iptables filter INPUT #6: ipv4 udp 5353 restricted
    ip6tables filter INPUT #4: ipv6 tcp 22
    ip6tables filter INPUT #5: ipv6 tcp 3389 restricted
    ip6tables filter INPUT #6: ipv6 udp 5353 restricted
    ");
    // IPv6 is forgotten.
    insta::assert_snapshot!(judged(&[&ipv4], &["lo", "eth0"]), @r"
    filters true, ipv4 block, ipv6 accept, rules 11
    iptables filter INPUT #4: ipv4 tcp 22
    iptables filter INPUT #5: ipv4 tcp 3389 restricted
    iptables filter INPUT #8: ipv4 tcp 4242 restricted
    iptables filter INPUT #9: ipv4 any ?
    iptables filter INPUT #10: ipv4 tcp 0
    iptables filter INPUT #10 (2): ipv4 tcp 1024-65535
    iptables filter INPUT #6: ipv4 udp 5353 restricted
    no rule: ipv6 any 0-65535
    ");
}

#[test]
fn a_ruleset_written_by_hand() {
    let ruleset = nft(include_str!("../data/firewall/hand-made.nft.json"));
    insta::assert_snapshot!(judged(&[&ruleset], &["lo", "eth0", "eth1"]), @r"
    filters true, ipv4 block, ipv6 block, rules 25
    inet filter input #4: both tcp 22
    inet filter input #5: both tcp 80
    inet filter input #5 (2): both tcp 443
    inet filter input #5 (3): both tcp 8000-8100
    inet filter input #6: ipv4 tcp 3389 restricted
    inet filter input #6 (2): ipv4 tcp 5900-5910 restricted
    inet filter input #8: ipv4 tcp 5432-5433 restricted
    inet filter input #9: both tcp 25
    inet filter mail #1: ipv4 tcp 143 restricted
    inet filter input #10: both tcp 9100
    inet filter input #11: both tcp 9101
    inet filter input #14: both any 53
    inet filter input #15: both any ?
    inet filter input #16: ipv4 tcp 7000 restricted
    inet filter input #22: ipv4 tcp 0 restricted
    inet filter input #22 (2): ipv4 tcp 1024-7999 restricted
    inet filter input #22 (3): ipv4 tcp 8101-9099 restricted
    inet filter input #22 (4): ipv4 tcp 9102-65535 restricted
    inet filter input #7: both udp 51820 on eth1
    inet filter input #7 (2): both udp 51820 on wg*
    inet filter input #12: ipv4 udp 5353 restricted
    inet filter input #19: both udp 1900 restricted
    inet filter input #21: both udp 68
    inet filter input #13: ipv6 udp 546 restricted
    ip nat prerouting #1: ipv4 tcp 8443 on eth1
    ");
}

/// A ruleset as a line of nft would load it, printed by nft: see `tests/data/firewall/README.md`.
fn small(name: &str) -> String {
    let all = include_str!("../data/firewall/small.json-lines");
    let line = all.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('\t'));
    judged(&[&nft(line.expect("a ruleset of this name"))], &["lo", "eth0", "wlan0"])
}

#[test]
fn nothing() {
    insta::assert_snapshot!(small("nothing"), @r"
    filters false, ipv4 accept, ipv6 accept, rules 0
    no rule: both any 0-65535
    ");
}

#[test]
fn only_ipv4() {
    insta::assert_snapshot!(small("only-ipv4"), @r"
    filters true, ipv4 block, ipv6 accept, rules 1
    ip filter input #1: ipv4 tcp 22
    no rule: ipv6 any 0-65535
    ");
}

#[test]
fn last_rule_drops() {
    insta::assert_snapshot!(small("last-rule-drops"), @r"
    filters true, ipv4 block, ipv6 block, rules 4
    inet filter input #3: both tcp 22
    ");
}

#[test]
fn last_rule_rejects_after_log() {
    insta::assert_snapshot!(small("last-rule-rejects-after-log"), @r"
    filters true, ipv4 block, ipv6 block, rules 3
    inet filter input #1: both tcp 22
    ");
}

#[test]
fn last_rule_accepts() {
    insta::assert_snapshot!(small("last-rule-accepts"), @r"
    filters true, ipv4 accept, ipv6 accept, rules 2
    inet filter input #2: both tcp 0-22
    inet filter input #2 (2): both udp 0-65535
    inet filter input #2 (3): both tcp 24-65535
    ");
}

#[test]
fn some_ports_dropped() {
    insta::assert_snapshot!(small("some-ports-dropped"), @r"
    filters true, ipv4 accept, ipv6 accept, rules 1
    inet filter input policy: both tcp 0-22
    inet filter input policy (2): both udp 0-65535
    inet filter input policy (3): both tcp 24-444
    inet filter input policy (4): both tcp 446-65535
    ");
}

#[test]
fn only_a_blocklist() {
    insta::assert_snapshot!(small("only-a-blocklist"), @r"
    filters true, ipv4 accept, ipv6 accept, rules 1
    inet filter input policy: both any 0-65535
    ");
}

#[test]
fn everyone_but_a_network_dropped() {
    insta::assert_snapshot!(small("everyone-but-a-network-dropped"), @r"
    filters true, ipv4 accept, ipv6 accept, rules 1
    inet filter input policy: ipv4 tcp 0-444
    inet filter input policy (2): ipv6 tcp 0-65535
    inet filter input policy (3): both udp 0-65535
    inet filter input policy (4): ipv4 tcp 446-65535
    inet filter input policy (5): ipv4 tcp 445 restricted
    ");
}

#[test]
fn one_interface_dropped() {
    insta::assert_snapshot!(small("one-interface-dropped"), @r"
    filters true, ipv4 accept, ipv6 accept, rules 1
    inet filter input policy: both any 0-65535 on wlan0
    ");
}

#[test]
fn one_interface_open() {
    insta::assert_snapshot!(small("one-interface-open"), @r"
    filters true, ipv4 block, ipv6 block, rules 1
    inet filter input #1: both any 0-65535 on wlan0
    ");
}

#[test]
fn every_interface_open() {
    insta::assert_snapshot!(small("every-interface-open"), @r"
    filters false, ipv4 accept, ipv6 accept, rules 1
    inet filter input #1: both any 0-65535
    ");
}

#[test]
fn two_tables_must_both_accept() {
    insta::assert_snapshot!(small("two-tables-must-both-accept"), @r"
    filters true, ipv4 block, ipv6 block, rules 2
    inet second input #1: both tcp 80
    ");
}

#[test]
fn accept_in_one_table_is_not_final() {
    insta::assert_snapshot!(small("accept-in-one-table-is-not-final"), @r"
    filters true, ipv4 block, ipv6 block, rules 2
    inet second input #1: both tcp 80
    ");
}

#[test]
fn tcp_wholesale() {
    insta::assert_snapshot!(small("tcp-wholesale"), @r"
    filters true, ipv4 block, ipv6 block, rules 1
    inet filter input #1: both tcp 0-65535
    ");
}

#[test]
fn source_port_is_no_protection() {
    insta::assert_snapshot!(small("source-port-is-no-protection"), @r"
    filters true, ipv4 block, ipv6 block, rules 1
    inet filter input #1: both udp 0-65535
    ");
}

#[test]
fn sources_that_mean_everyone() {
    insta::assert_snapshot!(small("sources-that-mean-everyone"), @r"
    filters true, ipv4 block, ipv6 block, rules 3
    inet filter input #1: ipv4 tcp 22
    inet filter input #2: ipv6 tcp 22
    inet filter input #3: ipv6 tcp 80
    ");
}

#[test]
fn jump_and_return() {
    insta::assert_snapshot!(small("jump-and-return"), @r"
    filters true, ipv4 block, ipv6 block, rules 7
    inet filter web #1: both tcp 80
    inet filter deep #1: ipv4 tcp 82 restricted
    inet filter input #2: both tcp 81
    ");
}

#[test]
fn goto_does_not_come_back() {
    insta::assert_snapshot!(small("goto-does-not-come-back"), @"filters true, ipv4 block, ipv6 block, rules 3");
}

#[test]
fn empty_set() {
    insta::assert_snapshot!(small("empty-set"), @"filters true, ipv4 block, ipv6 block, rules 1");
}

#[test]
fn interface_verdict_map() {
    insta::assert_snapshot!(small("interface-verdict-map"), @r"
    filters true, ipv4 block, ipv6 block, rules 2
    inet filter lan #1: both tcp 22 on eth0
    ");
}

#[test]
fn concatenated_verdict_map() {
    insta::assert_snapshot!(small("concatenated-verdict-map"), @r"
    filters true, ipv4 block, ipv6 block, rules 1
    inet filter input #1: both tcp 22
    inet filter input #1 (2): both udp 53
    ");
}

#[test]
fn connection_limit() {
    insta::assert_snapshot!(small("connection-limit"), @r"
    filters true, ipv4 block, ipv6 block, rules 2
    inet filter input #2: both tcp 22
    ");
}

#[test]
fn ipsec_only() {
    insta::assert_snapshot!(small("ipsec-only"), @r"
    filters true, ipv4 block, ipv6 block, rules 1
    inet filter input #1: both any 0-65535 restricted
    ");
}

#[test]
fn untracked_without_notrack() {
    insta::assert_snapshot!(small("untracked-without-notrack"), @"filters true, ipv4 block, ipv6 block, rules 1");
}

#[test]
fn untracked_with_notrack() {
    insta::assert_snapshot!(small("untracked-with-notrack"), @r"
    filters true, ipv4 block, ipv6 block, rules 1
    inet filter input #1: both any ?
    ");
}

#[test]
fn bridge_is_left_out() {
    insta::assert_snapshot!(small("bridge-is-left-out"), @r"
    filters false, ipv4 accept, ipv6 accept, rules 0
    no rule: both any 0-65535
    ");
}

#[test]
fn not_new() {
    insta::assert_snapshot!(small("not-new"), @r"
    filters true, ipv4 block, ipv6 block, rules 2
    inet filter input #2: both tcp 22
    ");
}

#[test]
fn dropped_new() {
    insta::assert_snapshot!(small("dropped-new"), @"filters true, ipv4 block, ipv6 block, rules 1");
}

#[test]
fn tcp_flags() {
    insta::assert_snapshot!(small("tcp-flags"), @r"
    filters true, ipv4 block, ipv6 block, rules 3
    inet filter input #3: both tcp 22
    ");
}

/// A rule in the form of `nft -j`, for what no real kernel at hand could load or print.
fn with_rule(expression: &str) -> String {
    let text = format!(
        r#"{{"nftables": [{{"table": {{"family": "inet", "name": "t"}}}},
        {{"chain": {{"family": "inet", "table": "t", "name": "i", "type": "filter", "hook": "input", "prio": 0, "policy": "drop"}}}},
        {{"rule": {{"family": "inet", "table": "t", "chain": "i", "expr": [{expression}]}}}}]}}"#
    );
    judged(&[&nft(&text)], &["lo", "eth0"])
}

#[test]
fn what_is_not_understood_never_blocks_and_may_open() {
    let doubtful = "filters true, ipv4 block, ipv6 block, rules 1\ninet t i #1: both any ?\n";
    for expression in [
        r#"{"queue": {"num": 1}}"#,
        r#"{"frobnicate": {"a": 1}}, {"accept": null}"#,
        r#"{"match": {"op": "==", "left": {"meta": {"key": "wibble"}}, "right": 1}}, {"accept": null}"#,
        r#"{"match": {"op": "<", "left": {"payload": {"protocol": "th", "field": "dport"}}, "right": 9}}, {"accept": null}"#,
        r#"{"match": {"op": "==", "left": {"payload": {"protocol": "th", "field": "dport"}}, "right": "@gone"}}, {"accept": null}"#,
        r#"{"match": {"op": "==", "left": 7, "right": []}}, {"accept": null}"#,
        r#"{"jump": {"target": "nowhere"}}"#,
        r#"{"jump": {"target": "i"}}"#,
        r#"{"xt": {"type": "target", "name": "WIBBLE"}}"#,
        r#"{"vmap": {"key": {"meta": {"key": "mark"}}, "data": "@gone"}}"#,
        r#"5, {"accept": null}"#,
    ] {
        assert_eq!(with_rule(expression), doubtful, "{expression}");
    }
    let closed = "filters true, ipv4 block, ipv6 block, rules 1\n";
    for expression in [r#"{"xt": {"type": "match", "name": "wibble"}}, {"drop": null}"#, r#"{"log": null}"#, ""] {
        assert_eq!(with_rule(expression), closed, "{expression}");
    }
}

/// Chains of which each calls the next one eight times: a short text with a way of 8^14 chains.
#[test]
fn a_ruleset_without_end_is_given_up() {
    let mut text = String::from("*filter\n:INPUT DROP [0:0]\n");
    for depth in 0..15 {
        text.push_str(&format!(":c{depth} - [0:0]\n"));
    }
    text.push_str("-A INPUT -j c0\n");
    for depth in 0..14 {
        for _ in 0..8 {
            text.push_str(&format!("-A c{depth} -s 10.0.0.1 -j c{}\n", depth + 1));
        }
    }
    text.push_str("-A c14 -p tcp --dport 22 -j ACCEPT\n");
    let ruleset = saved(&text, IpFamily::Ipv4, "iptables");
    assert!(judge_packets(&[&ruleset], &[]).is_err());
}

/// A long but honest list: 20,000 blocked senders and 2,000 open ports.
#[test]
fn a_long_ruleset_is_followed() {
    let mut text = String::from("*filter\n:INPUT DROP [0:0]\n");
    for number in 0..20_000 {
        text.push_str(&format!("-A INPUT -s 10.1.{}.{} -j DROP\n", number / 256, number % 256));
    }
    for port in 0..2_000 {
        text.push_str(&format!("-A INPUT -p tcp -m tcp --dport {} -j ACCEPT\n", 2 * port + 1));
    }
    let ruleset = saved(&text, IpFamily::Ipv4, "iptables");
    let verdict = judge_packets(&[&ruleset], &present(&["eth0"])).expect("short enough");
    assert_eq!(verdict.openings.iter().filter(|opening| opening.family == IpFamily::Ipv4).count(), 2_000);
}

#[test]
fn another_root_cannot_tell() {
    let root = tempfile::tempdir().expect("a temporary directory");
    let mut snapshot = empty_snapshot();
    let machine = visite_host::Machine::at(root.path());
    visite_host::Collector::collect(&FirewallCollector, &machine, Timestamp::UNIX_EPOCH, &mut snapshot);
    let Some(Fact::Single(record)) = snapshot.facts.get(Firewall::SPEC.name) else { panic!("no host.firewall") };
    assert_eq!(Firewall::from_record(record), Firewall::unknown(UnknownReason::NotSupported));
    let (openings, completeness) = collection::<FirewallOpening>(&snapshot);
    assert_eq!((openings, completeness), (vec![], Completeness::Incomplete(UnknownReason::NotSupported)));
}

#[test]
fn small_files_of_the_kernel() {
    let dev = "Inter-|   Receive\n face |bytes\n    lo: 1 2\n  eth0: 3 4\neth0:1: 5 6\n";
    assert_eq!(parse_interface_names(dev), ["lo", "eth0", "eth0:1"]);
    assert!(!has_ipv6_address("00000000000000000000000000000001 01 80 10 80 lo\n"));
    assert!(has_ipv6_address("fe8000000000000000fc00fffe000001 04 40 20 80 eth0\n"));
    assert!(parse_module_names("nf_tables 1 0 - Live 0x0\nx 2 0\n", ' ').contains("nf_tables"));
    assert!(parse_module_names("kernel/net/netfilter/nf-tables.ko.xz\n", '\n').contains("nf_tables"));
}

/// Real output with some pieces cut out or swapped.
fn damaged(text: &'static str) -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "null",
        "[]",
        "{}",
        "\"@x\"",
        "\"set\"",
        "99999999999",
        "-1",
        "\"*\"",
        "!",
        "-j",
        "\"",
    ]);
    prop::collection::vec((0..text.len(), 0_usize..40, words), 1..6).prop_map(move |cuts| {
        let mut damaged = text.to_owned();
        for (start, length, word) in cuts {
            let start = start.min(damaged.len());
            let end = (start + length).min(damaged.len());
            if damaged.is_char_boundary(start) && damaged.is_char_boundary(end) {
                damaged.replace_range(start..end, word);
            }
        }
        damaged
    })
}

/// JSON of the shapes that nft prints, with anything in every place.
fn statement() -> impl Strategy<Value = serde_json::Value> {
    let words = prop::sample::select(vec![
        "match", "left", "right", "op", "==", "in", "payload", "protocol", "field", "tcp", "dport", "ip", "saddr",
        "set", "range", "prefix", "addr", "len", "concat", "vmap", "key", "data", "meta", "iifname", "ct", "state",
        "new", "jump", "target", "elem", "val", "fib", "type", "&", "|", "accept", "xt", "name", "dnat", "port", "@s",
        "10.0.0.1", "::1", "*",
    ]);
    let leaf = prop_oneof![
        words.clone().prop_map(serde_json::Value::from),
        any::<u16>().prop_map(serde_json::Value::from),
        Just(serde_json::Value::Null),
    ];
    leaf.prop_recursive(6, 60, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            prop::collection::vec((words.clone(), inner), 0..4).prop_map(|entries| {
                entries
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn damaged_output_of_nft_is_survived(text in damaged(include_str!("../data/firewall/hand-made.nft.json"))) {
        if let Some(ruleset) = parse_nft_ruleset(&text) {
            let _ = judge_packets(&[&ruleset], &present(&["eth0"]));
        }
    }

    #[test]
    fn any_statement_of_nft_is_survived(statements in prop::collection::vec(statement(), 1..5)) {
        let _ = with_rule(&statements.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
    }

    #[test]
    fn damaged_output_of_iptables_is_survived(text in damaged(include_str!("../data/firewall/legacy.iptables-save"))) {
        if let Some(ruleset) = parse_iptables_save(&text, IpFamily::Ipv4, "iptables") {
            let _ = judge_packets(&[&ruleset], &present(&["eth0"]));
        }
    }

    #[test]
    fn any_text_is_survived(text in "\\PC*") {
        parse_nft_ruleset(&text);
        parse_iptables_save(&text, IpFamily::Ipv6, "ip6tables");
        parse_interface_names(&text);
        parse_module_names(&text, ' ');
        has_ipv6_address(&text);
    }
}
