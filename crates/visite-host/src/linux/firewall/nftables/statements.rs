//! The statements of a rule: conditions, side effects, and what finally happens.

use super::super::ports::PortSet;
use super::super::ruleset::{Branch, Condition, Rule, Verdict};
use super::elements::{Elements, Scope, bare};
use super::matches;
use serde_json::Value as Json;

/// A rule, and whether it takes packets out of connection tracking.
pub struct ReadRule {
    pub rule: Rule,
    pub notrack: bool,
}

/// Reads the list `expr` of a rule.
pub fn rule(statements: &[Json], scope: &Scope<'_, '_>) -> ReadRule {
    let mut read = ReadRule { rule: Rule::default(), notrack: false };
    for statement in statements {
        let Some((kind, details)) = single_entry(statement) else {
            read.rule.conditions.push(Condition::Doubtful);
            continue;
        };
        match step(kind, details, scope) {
            Step::Conditions(conditions) => read.rule.conditions.extend(conditions),
            Step::Nothing => read.notrack |= kind == "notrack",
            Step::Branches(branches) => {
                read.rule.branches = branches;
                // Nothing after a verdict is reached.
                break;
            }
            Step::Extension => {
                read.rule.opaque = true;
                extension(details, &mut read);
                if !read.rule.branches.is_empty() {
                    break;
                }
            }
        }
    }
    read
}

/// A statement is an object with one entry, or just a word such as `"accept"`.
fn single_entry(statement: &Json) -> Option<(&str, &Json)> {
    match statement {
        Json::String(word) => Some((word, &Json::Null)),
        Json::Object(object) => object.iter().next().map(|(kind, details)| (kind.as_str(), details)),
        _ => None,
    }
}

enum Step {
    Conditions(Vec<Condition>),
    Nothing,
    Branches(Vec<Branch>),
    Extension,
}

fn step(kind: &str, details: &Json, scope: &Scope<'_, '_>) -> Step {
    match kind {
        "match" => Step::Conditions(matches::conditions(details, scope)),
        "counter" | "log" | "mangle" | "notrack" | "ct helper" | "ct timeout" | "ct expectation" | "secmark"
        | "dup" | "flow" | "last" | "comment" => Step::Nothing,
        "limit" | "quota" | "ct count" | "set" | "meter" => Step::Conditions(vec![Condition::Sometimes]),
        "vmap" => verdict_map(details, scope).map_or_else(|| outcome(Verdict::Doubtful), Step::Branches),
        "xt" => Step::Extension,
        _ => verdict(kind, details).map_or_else(|| Step::Conditions(vec![Condition::Doubtful]), outcome),
    }
}

fn outcome(verdict: Verdict) -> Step {
    Step::Branches(vec![Branch { conditions: Vec::new(), verdict }])
}

fn verdict(kind: &str, details: &Json) -> Option<Verdict> {
    let target = || details.get("target").and_then(Json::as_str).map(str::to_owned);
    Some(match kind {
        "accept" => Verdict::Accept,
        "drop" | "reject" => Verdict::Drop,
        "continue" => Verdict::Continue,
        "return" => Verdict::Return,
        "jump" => Verdict::Jump(target()?),
        "goto" => Verdict::Goto(target()?),
        "redirect" => Verdict::Redirect(new_ports(details)),
        "dnat" => Verdict::Forward(new_ports(details)),
        "snat" | "masquerade" => Verdict::Accept,
        // To a program that decides, or that answers in our place.
        "queue" | "synproxy" | "tproxy" => Verdict::Doubtful,
        _ => return None,
    })
}

/// The port that a destination is rewritten to. A port that is computed counts as any.
fn new_ports(details: &Json) -> Option<PortSet> {
    let port = details.get("port")?;
    let number = |value: &Json| value.as_u64().and_then(|number| u16::try_from(number).ok());
    let range = match port.get("range").and_then(Json::as_array).map(Vec::as_slice) {
        Some([first, last]) => number(first).zip(number(last)),
        _ => number(port).map(|port| (port, port)),
    };
    Some(range.map_or_else(PortSet::all, |range| PortSet::from_ranges([range])))
}

/// One branch for each key of the map.
fn verdict_map(details: &Json, scope: &Scope<'_, '_>) -> Option<Vec<Branch>> {
    let (key, data) = (details.get("key")?, details.get("data")?);
    let entries = scope.elements(data)?;
    let mut branches = Vec::with_capacity(entries.items.len());
    let mut for_any_other = Vec::new();
    for entry in entries.items {
        let [value, happens] = entry.as_array()?.as_slice() else { return None };
        let value = bare(value);
        let (kind, details) = single_entry(happens)?;
        let verdict = verdict(kind, details)?;
        if value.as_str() == Some("*") {
            for_any_other.push(Branch { conditions: Vec::new(), verdict });
        } else {
            let items = Elements { items: vec![value], dynamic: false };
            branches.push(Branch { conditions: matches::compare(key, &items, false), verdict });
        }
    }
    branches.append(&mut for_any_other);
    if entries.dynamic {
        // Entries that come and go may let in anything.
        branches.push(Branch { conditions: Vec::new(), verdict: Verdict::Doubtful });
    }
    Some(branches)
}

/// An extension of iptables, of which nft prints only the name.
fn extension(details: &Json, read: &mut ReadRule) {
    let word = |key: &str| details.get(key).and_then(Json::as_str).unwrap_or_default();
    match (word("type"), word("name")) {
        ("match", "comment") => {}
        ("match", "limit" | "hashlimit" | "connlimit" | "statistic" | "time") => {
            read.rule.conditions.push(Condition::Sometimes);
        }
        ("match", _) => read.rule.conditions.push(Condition::Doubtful),
        ("target", "CT" | "NOTRACK") => read.notrack = true,
        ("target", name) => {
            if let Some(verdict) = super::super::iptables::target_of_extension(name) {
                read.rule.branches.push(Branch { conditions: Vec::new(), verdict });
            }
        }
        ("watcher", _) => {}
        _ => read.rule.conditions.push(Condition::Doubtful),
    }
}
