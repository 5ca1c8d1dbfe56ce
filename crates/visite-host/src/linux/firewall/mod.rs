//! The packet filter as the kernel has it loaded: `linux.firewall`, for `host.firewall` and `host.firewall_openings`.
//!
//! What ufw, firewalld or a file in `/etc` say does not count here, only the rules that packets really meet.
//! Filters outside the path of IP packets to this computer are left out: bridges, `netdev`, eBPF, and drops before
//! routing. Leaving them out can make an opening look wider than it is, never narrower.

mod addresses;
mod iptables;
mod loaded;
mod nftables;
mod openings;
mod ports;
mod ruleset;
mod tcp_flags;
mod traffic;
mod verdict;
mod walk;

pub use iptables::parse_iptables_save;
pub use loaded::parse_module_names;
pub use nftables::parse_nft_ruleset;
pub use openings::Opening;
pub use ruleset::Ruleset;
pub use verdict::{FilterVerdict, judge_packets};

use crate::collectors::Collector;
use crate::machine::Machine;
use jiff::Timestamp;
use loaded::{Blind, Loaded, View};
use visite_facts::facts::{DefaultAction, Firewall, FirewallBackend, FirewallOpening};
use visite_facts::snapshot::{Problem, Snapshot};
use visite_facts::{Collection, Known, Observed, Unknown, UnknownReason};

/// Most openings that are listed.
const MAX_OPENINGS: usize = 10_000;

/// Collects `host.firewall` and `host.firewall_openings`.
pub struct FirewallCollector;

impl Collector for FirewallCollector {
    fn name(&self) -> &'static str {
        "linux.firewall"
    }

    fn collect(&self, machine: &Machine, _now: Timestamp, snapshot: &mut Snapshot) {
        let (mut firewall, openings) = match loaded::look(machine, &mut snapshot.problems) {
            Ok(loaded) => facts(&loaded, &interface_names(machine), &mut snapshot.problems),
            Err(Blind(reason)) => unknown(reason),
        };
        firewall.ipv6_active = ipv6_active(machine, &mut snapshot.problems);
        snapshot.put(&firewall);
        snapshot.put_all(&openings);
    }
}

fn unknown(reason: UnknownReason) -> (Firewall, Collection<FirewallOpening>) {
    (Firewall::unknown(reason), Collection::incomplete(Vec::new(), reason))
}

/// The facts about what is loaded.
fn facts(
    loaded: &Loaded,
    interfaces: &[String],
    problems: &mut Vec<Problem>,
) -> (Firewall, Collection<FirewallOpening>) {
    let rulesets = loaded.rulesets();
    let Ok(verdict) = judge_packets(&rulesets, interfaces) else {
        problems.push(Problem {
            source: "packet filter".to_owned(),
            reason: UnknownReason::NotSupported,
            detail: "the ruleset is too long to follow".to_owned(),
        });
        return unknown(UnknownReason::NotSupported);
    };
    let default = |open: bool| match (open, loaded.view) {
        (false, _) => Known(DefaultAction::Block),
        (true, View::Whole) => Known(DefaultAction::Accept),
        // A table that we cannot see may still block it.
        (true, View::Partial(reason)) => Unknown(reason),
    };
    let firewall = Firewall {
        backend: backend(loaded),
        manager: manager(&verdict).map_or_else(Observed::default, |name| Known(name.to_owned())),
        filters_input: match loaded.view {
            View::Partial(reason) if !verdict.filters_input => Unknown(reason),
            _ => Known(verdict.filters_input),
        },
        ipv4_default: default(verdict.ipv4_open),
        ipv6_default: default(verdict.ipv6_open),
        ipv6_active: Observed::default(),
        rules: match loaded.view {
            View::Whole => Known(i64::try_from(verdict.rules).unwrap_or(i64::MAX)),
            View::Partial(reason) => Unknown(reason),
        },
    };
    (firewall, opening_records(&verdict, loaded.view, problems))
}

fn backend(loaded: &Loaded) -> Observed<FirewallBackend> {
    match (loaded.nftables.is_in_use(), loaded.legacy.is_in_use(), loaded.view) {
        (true, ..) => Known(FirewallBackend::Nftables),
        (false, true, _) => Known(FirewallBackend::Iptables),
        (false, false, View::Whole) => Known(FirewallBackend::None),
        (false, false, View::Partial(reason)) => Unknown(reason),
    }
}

/// Who fills the input path, told by the names of its chains.
fn manager(verdict: &FilterVerdict) -> Option<&'static str> {
    let any = |fits: fn(&str, &str) -> bool| verdict.chains.iter().any(|(table, chain)| fits(table, chain));
    if any(|_, chain| chain.starts_with("ufw-") || chain.starts_with("ufw6-")) {
        Some("ufw")
    } else if any(|table, chain| table == "firewalld" || chain == "INPUT_ZONES") {
        Some("firewalld")
    } else {
        None
    }
}

fn opening_records(verdict: &FilterVerdict, view: View, problems: &mut Vec<Problem>) -> Collection<FirewallOpening> {
    let mut reason = match view {
        View::Whole => None,
        View::Partial(reason) => Some(reason),
    };
    let mut records = Vec::new();
    if verdict.openings.len() > MAX_OPENINGS {
        reason.get_or_insert(UnknownReason::Incomplete);
    }
    for opening in verdict.openings.iter().take(MAX_OPENINGS) {
        if opening.ports.is_none() {
            reason.get_or_insert(UnknownReason::NotSupported);
            problems.push(Problem {
                source: "packet filter".to_owned(),
                reason: UnknownReason::NotSupported,
                detail: format!("rule `{}` may let something in, but cannot be followed", opening.rule),
            });
        }
        records.push(record(opening));
    }
    match reason {
        None => Collection::complete(records),
        Some(reason) => Collection::incomplete(records, reason),
    }
}

fn record(opening: &Opening) -> FirewallOpening {
    let port = |choose: fn((u16, u16)) -> u16| match opening.ports {
        Some(ports) => Known(i64::from(choose(ports))),
        None => Unknown(UnknownReason::NotSupported),
    };
    FirewallOpening {
        rule: Known(opening.rule.clone()),
        family: Known(opening.family),
        transport: Known(opening.transport),
        first_port: port(|(first, _)| first),
        last_port: port(|(_, last)| last),
        source_restricted: Known(opening.source_restricted),
        interface: opening.interface.clone().map_or_else(Observed::default, Known),
    }
}

/// Names of the network interfaces, from `/proc/net/dev`; without them all interfaces count as alike.
fn interface_names(machine: &Machine) -> Vec<String> {
    machine.read("/proc/net/dev").map(|text| parse_interface_names(&text)).unwrap_or_default()
}

/// The names in `/proc/net/dev` (proc(5)): two lines of headings, then `name: counters`.
pub fn parse_interface_names(text: &str) -> Vec<String> {
    let names = text.lines().skip(2).filter_map(|line| line.rsplit_once(':').map(|(name, _)| name.trim().to_owned()));
    names.filter(|name| !name.is_empty()).take(10_000).collect()
}

/// Whether there is an IPv6 address beyond loopback.
fn ipv6_active(machine: &Machine, problems: &mut Vec<Problem>) -> Observed<bool> {
    const PATH: &str = "/proc/net/if_inet6";
    if !machine.is_live() {
        return Unknown(UnknownReason::NotSupported);
    }
    match machine.read(PATH) {
        Ok(text) => Known(has_ipv6_address(&text)),
        // The file is only there while the kernel has IPv6.
        Err(crate::machine::ReadFailure::Absent) if machine.exists("/proc/net/dev") == Ok(true) => Known(false),
        Err(failure) => {
            problems.push(failure.problem(PATH));
            Unknown(failure.reason())
        }
    }
}

/// Whether `/proc/net/if_inet6` lists an address other than `::1`: the address is the first word of each line.
pub fn has_ipv6_address(text: &str) -> bool {
    let is_other = |word: &str| u128::from_str_radix(word, 16).is_ok_and(|address| address != 1);
    text.lines().filter_map(|line| line.split_whitespace().next()).any(is_other)
}
