//! A loaded packet filter in one form, whichever program printed it.
//!
//! The readers for `nft -j list ruleset` and for `iptables-save` produce it, the walk in [`super::walk`] follows it.
//! A condition says only what matters for a *new* TCP or UDP packet from *another* computer; everything else that
//! rules can ask for is reduced to always, never, sometimes or doubtful.

use super::ports::PortSet;
use std::collections::BTreeMap;
use visite_facts::facts::IpFamily;

/// Everything that is loaded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ruleset {
    /// The tables, in the order in which they were printed.
    pub tables: Vec<Table>,
    /// Whether some packets are exempt from connection tracking, so that a new one need not be `new`.
    pub notrack: bool,
}

/// A table: chains that can call each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// How rules in it are named for people, e.g. `inet filter` or `iptables filter`.
    pub label: String,
    /// Its own name.
    pub name: String,
    /// Packets of which family it sees; `None` for families that do not filter IP packets on their way in.
    pub family: Option<IpFamily>,
    /// Its chains by name.
    pub chains: BTreeMap<String, Chain>,
}

/// A chain of rules.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chain {
    /// Where the kernel enters it; `None` if only other chains do.
    pub base: Option<Base>,
    /// The rules, in order.
    pub rules: Vec<Rule>,
}

/// Where the kernel enters a base chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Base {
    /// The hook.
    pub hook: Hook,
    /// Lower ones come first.
    pub priority: i64,
    /// Whether a packet that no rule decided is dropped.
    pub drops: bool,
}

/// The hooks that decide whether packets from other computers come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    /// Before routing: here destinations are rewritten.
    Prerouting,
    /// For this computer.
    Input,
    /// For another computer or a container behind this one.
    Forward,
    /// Any other.
    Elsewhere,
}

/// One rule: common conditions, then branches of which at most one is taken.
///
/// A verdict map has many branches, any other rule has one. A packet that takes no branch goes to the next rule.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rule {
    /// What a packet must fulfil first.
    pub conditions: Vec<Condition>,
    /// What may happen then.
    pub branches: Vec<Branch>,
    /// Whether the printed form hides what it does (`xt` in the output of nft).
    pub opaque: bool,
}

/// Further conditions, and what happens to a packet that fulfils them.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    /// The conditions.
    pub conditions: Vec<Condition>,
    /// What happens.
    pub verdict: Verdict,
}

/// What happens to a packet.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It leaves this base chain unharmed.
    Accept,
    /// It is dropped or rejected.
    Drop,
    /// It goes to the next rule.
    Continue,
    /// It goes back to the calling chain.
    Return,
    /// It goes through another chain and then to the next rule.
    Jump(String),
    /// It goes through another chain and then back to the calling one.
    Goto(String),
    /// Its destination becomes this computer, with this port if one is named.
    Redirect(Option<PortSet>),
    /// Its destination becomes another computer or a container, with this port if one is named.
    Forward(Option<PortSet>),
    /// We do not know; it may be accepted.
    Doubtful,
}

/// What a rule asks of a packet, as far as it concerns new TCP and UDP packets from other computers.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Holds for every such packet.
    Always,
    /// Holds for none: answers, loopback, ICMP.
    Never,
    /// Holds for some, and whoever wants to can send one that fulfils it: rate limits, source ports, own addresses.
    Sometimes,
    /// We do not understand it.
    Doubtful,
    /// IPv4 or IPv6; `Both` is not used.
    Family(IpFamily),
    /// One of these transport protocols.
    Transport {
        /// TCP fulfils it.
        tcp: bool,
        /// UDP fulfils it.
        udp: bool,
    },
    /// The destination port is one of these.
    Ports(PortSet),
    /// Only certain computers can fulfil it: source addresses, hardware addresses, IPsec.
    Restricted,
    /// It arrived by this interface; a `*` at the end stands for anything.
    Interface(String),
    /// It will leave by some interface; asked of a packet for this computer, this never holds.
    Outgoing,
    /// State of the connection: whether `new` and whether `untracked` are named.
    State {
        /// `new` is named.
        new: bool,
        /// `untracked` is named.
        untracked: bool,
    },
    /// Its destination was rewritten on the way in.
    Redirected,
    /// It is for a multicast or broadcast address: only UDP, and only from the neighbourhood.
    GroupAddress,
    /// One of these lists of conditions holds whole.
    AnyOf(Vec<Vec<Condition>>),
    /// It does not hold.
    Not(Box<Condition>),
}

impl Condition {
    /// The opposite. What is not understood is still not understood then.
    pub fn negated(self) -> Self {
        match self {
            Self::Always => Self::Never,
            Self::Never => Self::Always,
            Self::Sometimes => Self::Sometimes,
            Self::Not(inner) => *inner,
            Self::Ports(ports) => Self::Ports(ports.complement()),
            other if other.is_doubtful() => Self::Doubtful,
            other => Self::Not(Box::new(other)),
        }
    }

    fn is_doubtful(&self) -> bool {
        match self {
            Self::Doubtful => true,
            Self::AnyOf(alternatives) => alternatives.iter().flatten().any(Self::is_doubtful),
            Self::Not(inner) => inner.is_doubtful(),
            _ => false,
        }
    }

    /// Calls `visit` for every condition in it that is not made of others.
    pub fn visit<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        match self {
            Self::AnyOf(alternatives) => alternatives.iter().flatten().for_each(|inner| inner.visit(visit)),
            Self::Not(inner) => inner.visit(visit),
            atom => visit(atom),
        }
    }

    /// One of these; a single one stays what it is.
    pub fn any_of(mut alternatives: Vec<Condition>) -> Self {
        match alternatives.len() {
            0 => Self::Never,
            1 => alternatives.remove(0),
            _ => Self::AnyOf(alternatives.into_iter().map(|one| vec![one]).collect()),
        }
    }
}

impl Rule {
    /// A rule with one outcome.
    pub fn simple(conditions: Vec<Condition>, verdict: Verdict) -> Self {
        Self { conditions, branches: vec![Branch { conditions: Vec::new(), verdict }], opaque: false }
    }

    /// Every condition of the rule.
    pub fn all_conditions(&self) -> impl Iterator<Item = &Condition> {
        self.conditions.iter().chain(self.branches.iter().flat_map(|branch| &branch.conditions))
    }
}

impl Ruleset {
    /// Whether any rule is loaded, or any base chain drops by itself.
    pub fn is_in_use(&self) -> bool {
        self.tables
            .iter()
            .flat_map(|table| table.chains.values())
            .any(|chain| !chain.rules.is_empty() || chain.base.as_ref().is_some_and(|base| base.drops))
    }

    /// Replaces rules that nft could not print by the same rules as iptables prints them.
    ///
    /// Only where both show the same chain with the same number of rules; in any other case the rule stays opaque.
    pub fn reveal(&mut self, printed_by_iptables: &Ruleset) {
        for table in &mut self.tables {
            let Some(clear) = printed_by_iptables
                .tables
                .iter()
                .find(|other| other.name == table.name && other.family == table.family)
            else {
                continue;
            };
            for (name, chain) in &mut table.chains {
                let Some(other) = clear.chains.get(name).filter(|other| other.rules.len() == chain.rules.len()) else {
                    continue;
                };
                for (rule, clear) in chain.rules.iter_mut().zip(&other.rules) {
                    if rule.opaque {
                        rule.clone_from(clear);
                    }
                }
            }
        }
    }

    /// Whether nft could not print some rules.
    pub fn has_opaque_rules(&self) -> bool {
        self.tables
            .iter()
            .flat_map(|table| table.chains.values())
            .flat_map(|chain| &chain.rules)
            .any(|rule| rule.opaque)
    }
}
