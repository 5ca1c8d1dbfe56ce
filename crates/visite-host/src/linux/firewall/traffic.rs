//! Sets of packets, and how a condition divides one.
//!
//! A set holds, for each class of packets, the destination ports. Family, transport, port and interface divide
//! exactly. Anything else cannot be followed packet by packet: then the part that fulfils the condition is marked
//! (restricted, doubtful), and the part that does not stays whole. So a set may hold too much, never too little.

use super::ports::PortSet;
use super::ruleset::{Condition, Hook};
use std::collections::BTreeMap;
use visite_facts::facts::{IpFamily, Transport};

/// Packets that rules can tell apart exactly, apart from their port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    /// IPv4 or IPv6; never `Both`.
    pub family: IpFamily,
    /// TCP or UDP; never `Any`.
    pub transport: Transport,
    /// Number of the interface in [`Context::interfaces`].
    pub interface: usize,
    /// Only certain computers can send them.
    pub restricted: bool,
    /// We do not know whether they get this far.
    pub doubtful: bool,
}

impl Class {
    /// Whether family, transport and interface are the same.
    pub fn same_packets(&self, other: &Self) -> bool {
        (self.family, self.transport, self.interface) == (other.family, other.transport, other.interface)
    }

    /// The class with the marks of both.
    pub fn with_marks_of(mut self, other: &Self) -> Self {
        self.restricted |= other.restricted;
        self.doubtful |= other.doubtful;
        self
    }

    /// The same packets with the other marks that `wanted` asks for.
    fn relatives(self, wanted: impl Fn(&Self) -> bool) -> impl Iterator<Item = Self> {
        [(false, false), (true, false), (false, true), (true, true)]
            .into_iter()
            .map(move |(restricted, doubtful)| Self { restricted, doubtful, ..self })
            .filter(move |other| *other != self && wanted(other))
    }

    /// Whether this class, with the same ports, holds everything that `other` holds.
    fn covers(&self, other: &Self) -> bool {
        self.same_packets(other) && self.restricted <= other.restricted && self.doubtful <= other.doubtful
    }
}

/// What conditions need to know about the place where they are asked.
#[derive(Clone, Debug)]
pub struct Context {
    /// Interfaces that rules tell apart.
    pub interfaces: Vec<Interface>,
    /// Whether some packets are exempt from connection tracking.
    pub notrack: bool,
    /// The hook whose chains are walked.
    pub hook: Hook,
    /// Whether the packets' destination was rewritten.
    pub redirected: bool,
}

/// An interface, or several that no rule tells apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its name, or the pattern that a rule uses for interfaces that are not there; `None` for several unnamed ones.
    pub name: Option<String>,
    /// Whether it is there now.
    pub present: bool,
    /// Whether a rule names it.
    pub named: bool,
}

/// Whether `name` fits `pattern`, in which a `*` at the end stands for anything.
pub fn interface_fits(pattern: &str, name: &str) -> bool {
    pattern == name || pattern.strip_suffix('*').is_some_and(|start| name.starts_with(start))
}

/// A set of packets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Traffic(BTreeMap<Class, PortSet>);

/// What a condition says about a class of packets.
enum Answer<'a> {
    All,
    None,
    /// The ports that fulfil it.
    Ports(&'a PortSet),
    /// The packets that fulfil it get the first marks, those that do not the second; it cannot be told which are which.
    Some {
        matched: Marks,
        rest: Marks,
    },
}

#[derive(Clone, Copy, Default)]
struct Marks {
    restricted: bool,
    doubtful: bool,
}

impl Traffic {
    /// The packets of one class.
    pub fn of(class: Class, ports: PortSet) -> Self {
        let mut traffic = Self::default();
        traffic.add(class, ports);
        traffic
    }

    /// Adds packets. Marked ones that are there without marks already add nothing.
    pub fn add(&mut self, class: Class, mut ports: PortSet) {
        for known in class.relatives(|other| other.covers(&class)).filter_map(|other| self.0.get(&other)) {
            ports = ports.minus(known);
        }
        if ports.is_empty() {
            return;
        }
        for weaker in class.relatives(|other| class.covers(other)) {
            if let Some(known) = self.0.remove(&weaker).map(|known| known.minus(&ports)).filter(|left| !left.is_empty())
            {
                self.0.insert(weaker, known);
            }
        }
        let known = self.0.entry(class).or_default();
        *known = if known.is_empty() { ports } else { known.union(&ports) };
    }

    /// Adds all packets of another set.
    pub fn merge(&mut self, other: Self) {
        if self.0.is_empty() {
            *self = other;
        } else {
            other.0.into_iter().for_each(|(class, ports)| self.add(class, ports));
        }
    }

    /// Whether there is no packet in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The classes with their ports.
    pub fn classes(&self) -> impl Iterator<Item = (&Class, &PortSet)> {
        self.0.iter()
    }

    /// How much work it is to go through it once.
    pub fn weight(&self) -> usize {
        self.0.values().map(|ports| 1 + ports.ranges().len()).sum()
    }

    /// The ports of all packets like `class` that are surely among these.
    pub fn certain_ports(&self, class: Class) -> PortSet {
        self.0.get(&Class { restricted: false, doubtful: false, ..class }).cloned().unwrap_or_default()
    }

    /// Divides the set into the packets that fulfil all conditions and those that do not.
    pub fn split_by_all(self, conditions: &[Condition], context: &Context) -> (Self, Self) {
        let mut matched = self;
        let mut rest = Self::default();
        for condition in conditions {
            if matched.is_empty() {
                break;
            }
            let (fulfilled, failed) = matched.split(condition, context);
            matched = fulfilled;
            rest.merge(failed);
        }
        (matched, rest)
    }

    fn split(self, condition: &Condition, context: &Context) -> (Self, Self) {
        match condition {
            Condition::Not(inner) => {
                let (fulfilled, failed) = self.split(inner, context);
                (failed, fulfilled)
            }
            Condition::AnyOf(alternatives) => {
                let mut remaining = self;
                let mut matched = Self::default();
                for alternative in alternatives {
                    if remaining.is_empty() {
                        break;
                    }
                    let (fulfilled, failed) = remaining.split_by_all(alternative, context);
                    matched.merge(fulfilled);
                    remaining = failed;
                }
                (matched, remaining)
            }
            atom => self.split_by_atom(atom, context),
        }
    }

    fn split_by_atom(self, condition: &Condition, context: &Context) -> (Self, Self) {
        let mut matched = Self::default();
        let mut rest = Self::default();
        for (class, ports) in self.0 {
            match answer(condition, &class, context) {
                Answer::All => matched.add(class, ports),
                Answer::None => rest.add(class, ports),
                Answer::Ports(wanted) => {
                    matched.add(class, ports.intersection(wanted));
                    rest.add(class, ports.minus(wanted));
                }
                Answer::Some { matched: first, rest: second } => {
                    matched.add(class.marked(first), ports.clone());
                    rest.add(class.marked(second), ports);
                }
            }
        }
        (matched, rest)
    }
}

impl Class {
    fn marked(mut self, marks: Marks) -> Self {
        self.restricted |= marks.restricted;
        self.doubtful |= marks.doubtful;
        self
    }
}

fn answer<'a>(condition: &'a Condition, class: &Class, context: &Context) -> Answer<'a> {
    let whole = |holds: bool| if holds { Answer::All } else { Answer::None };
    let some = |matched: Marks| Answer::Some { matched, rest: Marks::default() };
    let restricted = Marks { restricted: true, doubtful: false };
    let doubtful = Marks { restricted: false, doubtful: true };
    match condition {
        Condition::Always => Answer::All,
        Condition::Never => Answer::None,
        Condition::Sometimes => some(Marks::default()),
        Condition::Doubtful => some(doubtful),
        Condition::Restricted => some(restricted),
        Condition::Family(family) => whole(*family == class.family),
        Condition::Transport { tcp, udp } => whole(if class.transport == Transport::Tcp { *tcp } else { *udp }),
        Condition::Ports(ports) => Answer::Ports(ports),
        Condition::Interface(pattern) => {
            let name = context.interfaces.get(class.interface).and_then(|interface| interface.name.as_deref());
            whole(name.is_some_and(|name| interface_fits(pattern, name)))
        }
        Condition::Outgoing if context.hook == Hook::Forward => some(Marks::default()),
        Condition::Outgoing => Answer::None,
        Condition::State { new, .. } if !context.notrack => whole(*new),
        Condition::State { new: true, untracked: true } => Answer::All,
        Condition::State { new: true, untracked: false } => some(Marks::default()),
        Condition::State { new: false, untracked: true } => some(doubtful),
        Condition::State { new: false, untracked: false } => Answer::None,
        Condition::Redirected => whole(context.redirected),
        Condition::GroupAddress if class.transport == Transport::Tcp => Answer::None,
        Condition::GroupAddress => some(restricted),
        // Made of others; `split` has taken them apart.
        Condition::AnyOf(_) | Condition::Not(_) => some(doubtful),
    }
}
