//! The way of new packets through the chains, followed for all packets at once.
//!
//! A packet must be accepted by every base chain of a hook; a drop is final. The walk yields which rule let which
//! packets in. It has a budget, because chains that call each other can make a small ruleset very long.

use super::ports::PortSet;
use super::ruleset::{Chain, Hook, Ruleset, Table, Verdict};
use super::traffic::{Class, Context, Traffic};
use visite_facts::facts::IpFamily;

/// Deepest nesting of chains. nftables allows 16 jumps (`NFT_JUMP_STACK_SIZE`), the older iptables any number.
const MAX_DEPTH: usize = 64;
/// Most steps of one walk: port ranges looked at. A large ruleset of a server needs some thousand.
const MAX_STEPS: usize = 10_000_000;
/// Most acceptances that one base chain may yield.
const MAX_ACCEPTANCES: usize = 50_000;

/// The ruleset is too long to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

/// Packets that a rule or a policy accepted.
#[derive(Clone, Debug, PartialEq)]
pub struct Acceptance {
    /// Table, chain and number of the rule, e.g. `inet filter input #7`; `inet filter input policy` for the policy.
    pub rule: String,
    /// Whether it was the policy, or no chain at all.
    pub by_policy: bool,
    /// Which packets.
    pub class: Class,
    /// With which ports.
    pub ports: PortSet,
    /// Where they go if their destination was rewritten.
    pub rewritten: Option<Rewritten>,
}

/// A new destination.
#[derive(Clone, Debug, PartialEq)]
pub struct Rewritten {
    /// The hook that decides about them now.
    pub hook: Hook,
    /// The new ports, if they are rewritten too.
    pub ports: Option<PortSet>,
}

/// What the walk through a hook's chains found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// What was accepted by all chains.
    pub accepted: Vec<Acceptance>,
    /// Whether anything that could be a new connection was surely dropped, if only from certain sources.
    pub drops: bool,
}

/// Walks rulesets with one budget.
#[derive(Debug, Default)]
pub struct Walker {
    steps: usize,
}

impl Walker {
    /// Sends `traffic` through all base chains of the hook that `context` names.
    pub fn pass(&mut self, rulesets: &[&Ruleset], traffic: &Traffic, context: &Context) -> Result<Outcome, TooLong> {
        let mut outcome = Outcome { accepted: unfiltered(traffic), drops: false };
        for (table, name, chain) in base_chains(rulesets, context.hook) {
            let seen = seen_by(table, traffic);
            let mut walk =
                ChainWalk { table, context, walker: self, accepted: Vec::new(), drops: false, calls: Vec::new() };
            walk.base_chain(name, chain, seen)?;
            let (accepted, drops) = (walk.accepted, walk.drops);
            outcome.drops |= drops;
            outcome.accepted = self.accepted_by_both(outcome.accepted, &accepted, table)?;
        }
        Ok(outcome)
    }

    fn spend(&mut self, steps: usize) -> Result<(), TooLong> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > MAX_STEPS { Err(TooLong) } else { Ok(()) }
    }

    fn accepted_by_both(
        &mut self,
        before: Vec<Acceptance>,
        now: &[Acceptance],
        table: &Table,
    ) -> Result<Vec<Acceptance>, TooLong> {
        let mut both = Vec::new();
        for earlier in before {
            if !sees(table, earlier.class.family) {
                both.push(earlier);
                continue;
            }
            self.spend(1 + now.len())?;
            for later in now.iter().filter(|later| later.class.same_packets(&earlier.class)) {
                self.spend(earlier.ports.ranges().len() + later.ports.ranges().len())?;
                let ports = earlier.ports.intersection(&later.ports);
                if !ports.is_empty() {
                    let class = earlier.class.with_marks_of(&later.class);
                    let teller = more_telling(&earlier, later);
                    both.push(Acceptance { class, ports, ..teller.clone() });
                }
            }
            if both.len() > MAX_ACCEPTANCES {
                return Err(TooLong);
            }
        }
        Ok(both)
    }
}

/// The rule that says more about why a packet may come in.
fn more_telling<'a>(earlier: &'a Acceptance, later: &'a Acceptance) -> &'a Acceptance {
    match (earlier.by_policy, later.by_policy) {
        (true, _) => later,
        (false, true) => earlier,
        (false, false) if earlier.ports.size() < later.ports.size() => earlier,
        (false, false) => later,
    }
}

fn unfiltered(traffic: &Traffic) -> Vec<Acceptance> {
    let accept = |(class, ports): (&Class, &PortSet)| Acceptance {
        rule: "no rule".to_owned(),
        by_policy: true,
        class: *class,
        ports: ports.clone(),
        rewritten: None,
    };
    traffic.classes().map(accept).collect()
}

/// The base chains of a hook, in the order in which the kernel enters them.
pub fn base_chains<'a>(rulesets: &[&'a Ruleset], hook: Hook) -> Vec<(&'a Table, &'a str, &'a Chain)> {
    let mut found: Vec<(i64, &Table, &str, &Chain)> = Vec::new();
    for table in rulesets.iter().flat_map(|ruleset| &ruleset.tables).filter(|table| table.family.is_some()) {
        for (name, chain) in &table.chains {
            if let Some(base) = chain.base.as_ref().filter(|base| base.hook == hook) {
                found.push((base.priority, table, name, chain));
            }
        }
    }
    found.sort_by_key(|(priority, ..)| *priority);
    found.into_iter().map(|(_, table, name, chain)| (table, name, chain)).collect()
}

fn sees(table: &Table, family: IpFamily) -> bool {
    table.family == Some(IpFamily::Both) || table.family == Some(family)
}

fn seen_by(table: &Table, traffic: &Traffic) -> Traffic {
    let mut seen = Traffic::default();
    for (class, ports) in traffic.classes().filter(|(class, _)| sees(table, class.family)) {
        seen.add(*class, ports.clone());
    }
    seen
}

struct ChainWalk<'a, 'w> {
    table: &'a Table,
    context: &'a Context,
    walker: &'w mut Walker,
    accepted: Vec<Acceptance>,
    drops: bool,
    calls: Vec<&'a str>,
}

impl<'a> ChainWalk<'a, '_> {
    fn base_chain(&mut self, name: &'a str, chain: &'a Chain, traffic: Traffic) -> Result<(), TooLong> {
        let undecided = self.chain(name, chain, traffic)?;
        if chain.base.as_ref().is_some_and(|base| base.drops) {
            self.drops |= !undecided.is_empty();
            return Ok(());
        }
        let rule = format!("{} {name} policy", self.table.label);
        self.accept(&rule, true, undecided, None)
    }

    /// Goes through a chain; what comes back was decided by none of its rules.
    fn chain(&mut self, name: &'a str, chain: &'a Chain, traffic: Traffic) -> Result<Traffic, TooLong> {
        self.calls.push(name);
        let mut returned = Traffic::default();
        let mut current = traffic;
        for (index, rule) in chain.rules.iter().enumerate() {
            if current.is_empty() {
                break;
            }
            self.walker.spend(current.weight() * (1 + rule.conditions.len()))?;
            let (mut candidates, mut next) = current.split_by_all(&rule.conditions, self.context);
            for branch in &rule.branches {
                if candidates.is_empty() {
                    break;
                }
                self.walker.spend(candidates.weight() * (1 + branch.conditions.len()))?;
                let (taken, others) = candidates.split_by_all(&branch.conditions, self.context);
                candidates = others;
                let label = || format!("{} {name} #{}", self.table.label, index + 1);
                self.apply(&branch.verdict, label(), taken, &mut next, &mut returned)?;
            }
            next.merge(candidates);
            current = next;
        }
        self.calls.pop();
        returned.merge(current);
        Ok(returned)
    }

    fn apply(
        &mut self,
        verdict: &'a Verdict,
        rule: String,
        taken: Traffic,
        next: &mut Traffic,
        returned: &mut Traffic,
    ) -> Result<(), TooLong> {
        if taken.is_empty() {
            return Ok(());
        }
        match verdict {
            Verdict::Accept => self.accept(&rule, false, taken, None)?,
            Verdict::Drop => self.drops |= taken.classes().any(|(class, _)| !class.doubtful),
            Verdict::Continue => next.merge(taken),
            Verdict::Return => returned.merge(taken),
            Verdict::Jump(target) => {
                let back = self.call(target, rule, taken)?;
                next.merge(back);
            }
            Verdict::Goto(target) => {
                let back = self.call(target, rule, taken)?;
                returned.merge(back);
            }
            Verdict::Redirect(ports) => {
                self.accept(&rule, false, taken, Some(Rewritten { hook: Hook::Input, ports: ports.clone() }))?;
            }
            Verdict::Forward(ports) => {
                self.accept(&rule, false, taken, Some(Rewritten { hook: Hook::Forward, ports: ports.clone() }))?;
            }
            Verdict::Doubtful => {
                self.accept(&rule, false, in_doubt(&taken), None)?;
                next.merge(taken);
            }
        }
        Ok(())
    }

    fn call(&mut self, target: &'a str, rule: String, taken: Traffic) -> Result<Traffic, TooLong> {
        let known = self.table.chains.get(target);
        match known.filter(|_| self.calls.len() < MAX_DEPTH && !self.calls.contains(&target)) {
            Some(chain) => self.chain(target, chain, taken),
            None => {
                // The kernel allows neither circles nor calls into nothing: the ruleset was printed wrongly.
                self.accept(&rule, false, in_doubt(&taken), None)?;
                Ok(taken)
            }
        }
    }

    fn accept(
        &mut self,
        rule: &str,
        by_policy: bool,
        packets: Traffic,
        rewritten: Option<Rewritten>,
    ) -> Result<(), TooLong> {
        for (class, ports) in packets.classes() {
            if self.accepted.len() >= MAX_ACCEPTANCES {
                return Err(TooLong);
            }
            self.accepted.push(Acceptance {
                rule: rule.to_owned(),
                by_policy,
                class: *class,
                ports: ports.clone(),
                rewritten: rewritten.clone(),
            });
        }
        Ok(())
    }
}

fn in_doubt(traffic: &Traffic) -> Traffic {
    let mut doubtful = Traffic::default();
    for (class, ports) in traffic.classes() {
        doubtful.add(Class { doubtful: true, ..*class }, ports.clone());
    }
    doubtful
}
