//! From a loaded packet filter to what it lets in: the default for each family, and every opening.
//!
//! All packets that other computers could send are followed through the chains at once. The result may name an
//! opening that is none (a rule that could not be followed exactly), but it never hides one.

use super::openings::{Opening, openings};
use super::ports::PortSet;
use super::ruleset::{Condition, Hook, Ruleset, Verdict};
use super::traffic::{Class, Context, Interface, Traffic, interface_fits};
use super::walk::{Acceptance, Outcome, TooLong, Walker, base_chains};
use std::collections::BTreeSet;
use visite_facts::facts::{IpFamily, Transport};

/// Most interfaces that are told apart; with more the ruleset counts as too long.
const MAX_INTERFACES: usize = 64;

/// What a packet filter does with packets from other computers.
#[derive(Clone, Debug, PartialEq)]
pub struct FilterVerdict {
    /// Whether anything is surely dropped.
    pub filters_input: bool,
    /// Whether IPv4 connections that no rule names are let in.
    pub ipv4_open: bool,
    /// The same for IPv6.
    pub ipv6_open: bool,
    /// Rules on the input path.
    pub rules: usize,
    /// What is let in, by rules, policies, or for want of any.
    pub openings: Vec<Opening>,
    /// Names of the chains on the input path, with their table's name first.
    pub chains: BTreeSet<(String, String)>,
}

/// Follows new packets through `rulesets`, which the kernel runs one after the other.
///
/// `present` are the names of this computer's interfaces.
pub fn judge_packets(rulesets: &[&Ruleset], present: &[String]) -> Result<FilterVerdict, TooLong> {
    let interfaces = tell_apart(rulesets, present)?;
    let context = Context {
        interfaces,
        notrack: rulesets.iter().any(|ruleset| ruleset.notrack),
        hook: Hook::Input,
        redirected: false,
    };
    let mut walker = Walker::default();
    let everything = universe(&context);
    let input = walker.pass(rulesets, &everything, &context)?;
    let unnamed = unnamed_ports(rulesets);
    let is_open = |family| is_open_by_default(&input, family, &unnamed, &context.interfaces);
    let (ipv4_open, ipv6_open) = (is_open(IpFamily::Ipv4), is_open(IpFamily::Ipv6));
    let mut listed = listed_acceptances(&input);
    listed.extend(rewritten_destinations(&mut walker, rulesets, &everything, &context)?);
    let (rules, chains) = input_path(rulesets);
    Ok(FilterVerdict {
        filters_input: input.drops,
        ipv4_open,
        ipv6_open,
        rules,
        openings: openings(&listed, &context.interfaces),
        chains,
    })
}

/// Every packet that another computer could send.
fn universe(context: &Context) -> Traffic {
    let mut everything = Traffic::default();
    for interface in 0..context.interfaces.len() {
        for family in [IpFamily::Ipv4, IpFamily::Ipv6] {
            for transport in [Transport::Tcp, Transport::Udp] {
                let class = Class { family, transport, interface, restricted: false, doubtful: false };
                everything.add(class, PortSet::all());
            }
        }
    }
    everything
}

fn conditions<'a>(rulesets: &[&'a Ruleset]) -> impl Iterator<Item = &'a Condition> {
    let rules: Vec<_> = rulesets
        .iter()
        .flat_map(|ruleset| &ruleset.tables)
        .flat_map(|table| table.chains.values())
        .flat_map(|chain| &chain.rules)
        .collect();
    rules.into_iter().flat_map(|rule| rule.all_conditions())
}

/// The interfaces that rules name, one by one, and the others, which are all treated alike.
fn tell_apart(rulesets: &[&Ruleset], present: &[String]) -> Result<Vec<Interface>, TooLong> {
    let mut patterns: BTreeSet<&str> = BTreeSet::new();
    for condition in conditions(rulesets) {
        condition.visit(&mut |atom| {
            if let Condition::Interface(pattern) = atom {
                patterns.insert(pattern);
            }
        });
    }
    patterns.remove("lo");
    let is_named = |name: &str| patterns.iter().any(|pattern| interface_fits(pattern, name));
    let others: Vec<&String> = present.iter().filter(|name| *name != "lo").collect();
    let (named, unnamed): (Vec<&String>, Vec<&String>) = others.into_iter().partition(|name| is_named(name));
    let mut interfaces: Vec<Interface> =
        named.iter().map(|name| Interface { name: Some((*name).clone()), present: true, named: true }).collect();
    for pattern in patterns.iter().filter(|pattern| !named.iter().any(|name| interface_fits(pattern, name))) {
        interfaces.push(Interface { name: Some((*pattern).to_owned()), present: false, named: true });
    }
    match unnamed.as_slice() {
        [] if !named.is_empty() => {}
        [only] => interfaces.push(Interface { name: Some((*only).clone()), present: true, named: false }),
        _ => interfaces.push(Interface { name: None, present: true, named: false }),
    }
    if interfaces.len() > MAX_INTERFACES { Err(TooLong) } else { Ok(interfaces) }
}

/// The ports that no rule names; all of them if rules name every single one.
fn unnamed_ports(rulesets: &[&Ruleset]) -> PortSet {
    let mut named: Vec<(u16, u16)> = Vec::new();
    for condition in conditions(rulesets) {
        condition.visit(&mut |atom| {
            if let Condition::Ports(ports) = atom {
                // "All ports but these" names these.
                let meant = if ports.size() > 32_768 { &ports.complement() } else { ports };
                named.extend(meant.ranges());
            }
        });
    }
    let unnamed = PortSet::from_ranges(named).complement();
    if unnamed.is_empty() { PortSet::all() } else { unnamed }
}

/// Packets that are surely accepted, whoever sends them; by any rule, or by policies only.
fn surely_accepted(input: &Outcome, only_policies: bool) -> Traffic {
    let mut accepted = Traffic::default();
    for acceptance in input.accepted.iter().filter(|acceptance| acceptance.by_policy || !only_policies) {
        if !acceptance.class.restricted && !acceptance.class.doubtful {
            accepted.add(acceptance.class, acceptance.ports.clone());
        }
    }
    accepted
}

/// What happens to a connection on an interface and a port that no rule names.
///
/// Where rules name every interface there is, they have to let it in on all of them, or a policy on one.
fn is_open_by_default(input: &Outcome, family: IpFamily, unnamed: &PortSet, interfaces: &[Interface]) -> bool {
    let accepted_on = |accepted: &Traffic, interface: usize| {
        [Transport::Tcp, Transport::Udp].into_iter().all(|transport| {
            let class = Class { family, transport, interface, restricted: false, doubtful: false };
            accepted.certain_ports(class).contains_all(unnamed)
        })
    };
    let numbers = |named: bool| {
        let fits = move |interface: &Interface| interface.present && interface.named == named;
        interfaces.iter().enumerate().filter(move |(_, interface)| fits(interface)).map(|(number, _)| number)
    };
    let by_any = surely_accepted(input, false);
    if numbers(false).next().is_some() {
        return numbers(false).all(|number| accepted_on(&by_any, number));
    }
    let by_policy = surely_accepted(input, true);
    numbers(true).all(|number| accepted_on(&by_any, number))
        || numbers(true).any(|number| accepted_on(&by_policy, number))
}

/// Everything that is let in, as it is worth listing. A default is listed like a rule, so that a port is open if and
/// only if something in the list covers it.
fn listed_acceptances(input: &Outcome) -> Vec<Acceptance> {
    let certain = surely_accepted(input, false);
    let mut listed = Vec::new();
    for acceptance in &input.accepted {
        let class = acceptance.class;
        let ports = if class.doubtful {
            // A doubtful acceptance of what is surely let in anyway tells nothing.
            acceptance.ports.minus(&certain.certain_ports(class))
        } else if acceptance.by_policy && !class.restricted {
            // The policy would also let in what a rule has let in before: one wide range says that better.
            certain.certain_ports(class)
        } else {
            acceptance.ports.clone()
        };
        if !ports.is_empty() {
            listed.push(Acceptance { ports, ..acceptance.clone() });
        }
    }
    listed
}

/// Packets whose destination is rewritten on the way in never meet the rules of the input path for their own port;
/// published ports of containers come in this way, past a filter that seems closed.
fn rewritten_destinations(
    walker: &mut Walker,
    rulesets: &[&Ruleset],
    everything: &Traffic,
    context: &Context,
) -> Result<Vec<Acceptance>, TooLong> {
    let before_routing = Context { hook: Hook::Prerouting, ..context.clone() };
    let mut listed = Vec::new();
    for (table, ..) in base_chains(rulesets, Hook::Prerouting) {
        let alone = Ruleset { tables: vec![table.clone()], notrack: false };
        for rewriting in walker.pass(&[&alone], everything, &before_routing)?.accepted {
            let Some(target) = &rewriting.rewritten else { continue };
            let behind = Context { hook: target.hook, redirected: true, ..context.clone() };
            let ports = target.ports.clone().unwrap_or_else(|| rewriting.ports.clone());
            let passed = walker.pass(rulesets, &Traffic::of(rewriting.class, ports), &behind)?;
            let mut classes: Vec<Class> = passed.accepted.iter().map(|acceptance| acceptance.class).collect();
            classes.sort();
            classes.dedup();
            // The least marked class is the widest way in.
            listed.extend(classes.first().map(|class| Acceptance { class: *class, ..rewriting.clone() }));
        }
    }
    Ok(listed)
}

/// Number of rules, and chains, that packets for this computer can meet.
fn input_path(rulesets: &[&Ruleset]) -> (usize, BTreeSet<(String, String)>) {
    let mut chains = BTreeSet::new();
    let mut rules = 0;
    let mut counted: BTreeSet<(&str, &str)> = BTreeSet::new();
    for (table, name, _) in base_chains(rulesets, Hook::Input) {
        let mut pending = vec![name];
        while let Some(name) = pending.pop() {
            let Some((name, chain)) = table.chains.get_key_value(name) else { continue };
            if !counted.insert((table.label.as_str(), name.as_str())) {
                continue;
            }
            rules += chain.rules.len();
            chains.insert((table.name.clone(), name.clone()));
            for branch in chain.rules.iter().flat_map(|rule| &rule.branches) {
                if let Verdict::Jump(target) | Verdict::Goto(target) = &branch.verdict {
                    pending.push(target);
                }
            }
        }
    }
    (rules, chains)
}
